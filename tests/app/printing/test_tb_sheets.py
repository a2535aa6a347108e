"""The printed forms of tuberculosis, read back from the PDF."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.printing.content import Ticked
from app.printing.resolve import sheet_content
from app.printing.sheets import blank_form, print_form

MEDICATION = (
    "用药", "化疗方案", "用法", "1每日2间歇", "药品剂型", "1固定剂量复合制剂2散装药3板式组合药4注射剂",
    "国家基本公共卫生服务规范（第三版）",
)  # fmt: skip
CHECKLIST = {
    "tb_first_visit": (
        *MEDICATION, "肺结核患者第一次入户随访记录表", "姓名：", "编号", "随访时间年月日", "随访方式", "1门诊2家庭", "患者类型",
        "1初治2复治", "痰菌情况", "1阳性2阴性3未查痰", "耐药情况", "1耐药2非耐药3未检测", "症状及体征",
        "0没有症状1咳嗽咳痰2低热盗汗3咯血或血痰4胸痛消瘦5恶心纳差6头痛失眠7视物模糊8皮肤瘙痒、皮疹9耳鸣、听力下降", "其他",
        "督导人员选择", "1医生2家属3自服药4其他", "家庭居住环境评估", "单独的居室", "1有2无", "通风情况", "1良好2一般3差",
        "生活方式评估", "吸烟", "/支/天", "饮酒", "/两/天", "健康教育及培训", "取药地点、时间", "地点：时间：年月日",
        "服药记录卡的填写1掌握2未掌握", "服药方法及药品存放1掌握2未掌握", "肺结核治疗疗程1掌握2未掌握",
        "不规律服药危害1掌握2未掌握", "服药后不良反应及处理1掌握2未掌握", "治疗期间复诊查痰1掌握2未掌握",
        "外出期间如何坚持服药1掌握2未掌握", "生活习惯及注意事项1掌握2未掌握", "密切接触者检查1掌握2未掌握",
        "下次随访时间年月日", "评估医生签名",
    ),
    "tb_followup": (
        *MEDICATION, "肺结核患者随访服务记录表", "姓名：", "编号", "随访时间", "治疗月序", "第月", "督导人员",
        "1医生2家属3自服药4其他", "随访方式", "1门诊2家庭3电话", "症状及体征：",
        "0没有症状1咳嗽咳痰2低热盗汗3咯血或血痰4胸痛消瘦5恶心纳差6关节疼痛7头痛失眠8视物模糊9皮肤瘙痒、皮疹10耳鸣、听力下降",
        "其他：", "生活方式指导", "吸烟（支/天）", "饮酒（两/天）", "漏服药次数", "次", "药物不良反应", "1无2有",
        "并发症或合并症", "转诊", "科别", "原因", "2周内随访，随访结果", "处理意见", "下次随访时间", "随访医生签名",
        "停止治疗及原因", "1出现停止治疗时间年月日", "2停止治疗原因：", "完成疗程", "死亡", "丢失", "转入耐多药治疗",
        "全程管理情况", "应访视患者次，实际访视次；", "患者在疗程中，应服药次，实际服药次，服药率%", "评估医生签名：",
    ),
}  # fmt: skip

FIRST_VISIT, SECOND_VISIT = (47 * 72 / 25.4, (47 + 37.75) * 72 / 25.4 - 15)
"""Where the first column of visits begins, and where its boxes at the right edge do, in points."""


@pytest.fixture
def first_visit():
    return {
        "visit_date": date(2026, 11, 20), "visit_method": 2, "patient_type": 1, "sputum": 3, "resistance": 2,
        "symptoms": [1, 9, 10], "symptoms_note": "乏力", "regimen": "2HRZE/4HR", "usage": 1, "dosage_form": [1, 4],
        "supervisor": 4, "supervisor_note": "志愿者", "single_room": 1, "ventilation": 2, "cigarettes": 17,
        "cigarettes_target": 0, "alcohol": Decimal("2.5"), "alcohol_target": Decimal("0"),
        "edu_place_time_place": "柳庄村卫生室", "edu_place_time_date": date(2026, 11, 27), "edu_card": 1,
        "edu_contacts": 2, "next_visit_date": date(2026, 11, 30), "assessor": "王明",
    }  # fmt: skip


@pytest.fixture
def tb_visit():
    def make(month: int = 1, **changes):
        answers = {
            "visit_date": date(2026, month, 10), "treatment_month": month, "supervisor": 2, "visit_method": 2,
            "symptoms": [1, 10, 11], "symptoms_note": "乏力", "cigarettes": 17, "cigarettes_target": 0,
            "alcohol": Decimal("2.5"), "alcohol_target": Decimal("0"), "regimen": "2HRZE/4HR", "usage": 1,
            "dosage_form": [1], "missed_doses": 23, "adr": 2, "adr_note": "皮疹", "complication": 2,
            "complication_note": "糖尿病", "referral_dept": "结核科", "referral_reason": "过敏",
            "referral_result": "已换药", "handling": "继续服药", "next_visit_date": date(2026, month + 1, 9),
            "doctor": "王明",
        }  # fmt: skip
        return answers | changes

    return make


CLOSING = {
    "stop_date": date(2026, 7, 6), "stop_reason": 1, "visits_due": 14, "visits_done": 13, "doses_due": 184,
    "doses_taken": 179, "dose_rate": Decimal("97.3"), "assessor": "赵医生",
}  # fmt: skip


@pytest.fixture(scope="module")
def blank_pages():
    return {code: blank_form(code) for code in CHECKLIST}


@pytest.mark.parametrize(("code", "words"), [(code, words) for code, listed in CHECKLIST.items() for words in listed])
def test_the_blank_sheet_says_what_the_specification_prints(code, words, blank_pages, paper) -> None:
    assert words in paper(blank_pages[code]).text()


@pytest.mark.parametrize("code", CHECKLIST)
def test_a_blank_sheet_is_one_page(code, blank_pages, paper) -> None:
    assert paper(blank_pages[code]).sizes_mm() == [(210, 297)]


@pytest.mark.parametrize("words", [
    "2026年11月20日", "其他乏力", "2HRZE/4HR", "4其他志愿者", "17/0支/天", "2.5/0两/天",
    "地点：柳庄村卫生室时间：2026年11月27日", "2026年11月30日",
])  # fmt: skip
def test_the_first_visit_is_found_on_its_page(words, first_visit, person, paper) -> None:
    sheet = paper(print_form("tb_first_visit", person, [first_visit]))

    assert sheet.page_count == 1
    assert words in "".join(sheet.rows())


@pytest.mark.parametrize("words", [
    "2026年3月10日", "第3月", "乏力", "17/0", "2.5/0", "2HRZE/4HR", "23次", "1无2有皮疹", "1无2有糖尿病", "结核科", "过敏",
    "已换药", "继续服药", "2026年4月9日",
])  # fmt: skip
def test_a_visit_is_found_on_its_page(words, tb_visit, person, paper) -> None:
    sheet = paper(print_form("tb_followup", person, [tb_visit(3)]))

    assert sheet.page_count == 1
    assert words in "".join(sheet.rows(left=FIRST_VISIT, right=SECOND_VISIT))


@pytest.mark.parametrize("words", [
    "1出现停止治疗时间2026年7月6日", "应访视患者14次，实际访视13次；", "应服药184次，实际服药179次，服药率97.3%",
])  # fmt: skip
def test_the_end_is_written_at_the_foot_of_the_sheet_of_the_last_visit(words, tb_visit, person, paper) -> None:
    visits = [tb_visit(month) for month in range(1, 6)] + [tb_visit(6, **CLOSING)]

    sheet = paper(print_form("tb_followup", person, visits))

    assert sheet.page_count == 2
    assert words not in "".join(sheet.rows(0))
    assert words in "".join(sheet.rows(1))


def test_the_reason_of_the_end_is_ticked(tb_visit, person) -> None:
    [grid] = sheet_content("tb_followup", person, [tb_visit(), tb_visit(2, **CLOSING)]).sheets[0].leaves[0].blocks
    ticks = [
        (item.words, item.on) for row in grid.rows for cell in row.cells for line in cell.lines for item in line.items
        if isinstance(item, Ticked)
    ]
    assert ticks == [("完成疗程", True), ("死亡", False), ("丢失", False), ("转入耐多药治疗", False)]


def test_names_of_signers_are_left_to_the_pen(first_visit, tb_visit, person, paper) -> None:
    assert "王明" not in paper(print_form("tb_first_visit", person, [first_visit])).text()
    sheet = paper(print_form("tb_followup", person, [tb_visit(**CLOSING)]))
    assert "王明" not in sheet.text()
    assert "赵医生" not in sheet.text()
