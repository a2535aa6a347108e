"""The printed 慢阻肺病患者随访服务记录表 (试行), read back from the PDF."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.printing.sheets import blank_form, print_form

CODE = "copd_followup"
EVERY_PAGE = (
    "慢阻肺病患者随访服务记录表", "姓名：", "编号", "随访日期", "年月日", "试行：选项编号和版式以国家正式表样为准",
    "国卫办基层函〔2024〕336号（试行）",
)  # fmt: skip
FIRST_PAGE = (
    "随访方式", "1门诊2家庭3电话", "症状", "1无症状2咳嗽3咳痰4呼吸困难5喘息6胸闷7发热8其他", "体征", "口唇紫绀", "外周水肿",
    "1无2有",
    "呼吸频率（次/分钟）", "心率（次/分钟）", "体质指数（BMI）（kg/m²）", "其他", "合并症", "1无2肺癌3感染4其他",
    "生活方式指导", "日吸烟量（支）", "运动", "次/周分钟/次", "心理调整", "遵医行为", "1良好2一般3差", "疫苗免疫史",
    "1无2流感疫苗3肺炎疫苗4新冠病毒疫苗5其他", "辅助检查", "脉搏氧饱和度（SpO2）", "肺通气功能检测FEV1", "FVC", "FEV1/FVC",
    "FEV1占预计值百分比", "第1页/共2页",
)  # fmt: skip
SECOND_PAGE = (
    "用药情况", "药物名称1", "药物名称2", "药物名称3", "用法用量", "每日次每次", "服药依从性", "1规律2间断3不服药",
    "药物不良反应", "家庭氧疗", "氧流量L/分钟", "使用时间小时/天", "不良反应1无2有", "无创呼吸机使用", "此次随访分类",
    "1控制满意2控制不满意3不良反应4并发症", "下一步管理措施",
    "1常规随访2第1次控制不满意2周随访3两次控制不满意转诊随访4紧急转诊", "用药调整意见", "转诊", "原因", "机构及科室",
    "联系人及电话", "结果", "1到位2不到位", "备注", "下次随访日期", "随访医生签名", "居民签字", "第2页/共2页",
)  # fmt: skip
FIRST_VISIT, SECOND_VISIT = (47 * 72 / 25.4, (47 + 37.75) * 72 / 25.4 - 15)


@pytest.fixture
def copd_visit():
    return {
        "visit_date": date(2026, 8, 22), "visit_method": 1, "symptoms": [2, 8], "symptoms_note": "乏力", "cyanosis": 1,
        "peripheral_edema": 2, "peripheral_edema_note": "双下肢", "respiration": 21, "heart_rate": 83,
        "weight": Decimal("60.5"), "bmi": Decimal("23.63"), "sign_other": "桶状胸", "comorbidity": [4],
        "comorbidity_note": "肺心病", "cigarettes": 7, "cigarettes_target": 0, "exercise_times": 4,
        "exercise_minutes": 25, "exercise_times_target": 6, "exercise_minutes_target": 35, "psych": 1,
        "compliance_behaviour": 2, "vaccines": [2, 5], "vaccines_note": "带状疱疹", "spo2": 94, "fev1": Decimal("1.52"),
        "fvc": Decimal("2.61"), "fev1_fvc": Decimal("58.2"), "fev1_pred": Decimal("56.3"),
        "drugs": [{"name": "噻托溴铵粉雾剂", "times_per_day": 1, "dose": "1吸"}], "drug_adherence": 1, "adr": 2,
        "adr_note": "口干", "home_oxygen": 2, "home_oxygen_flow": Decimal("2.5"), "home_oxygen_hours": Decimal("15"),
        "home_oxygen_reaction": 2, "home_oxygen_reaction_note": "鼻干", "niv": 2, "niv_hours": Decimal("8"),
        "niv_reaction": 1, "visit_class": 2, "next_step": 2,
        "drug_change": [{"name": "布地格福", "times_per_day": 2, "dose": "2吸"}], "referral_reason": "控制不满意",
        "referral_to": "县医院呼吸科", "referral_contact": "张医生", "referral_result": 1, "remark": "教会吸入",
        "next_visit_date": date(2026, 9, 5), "doctor": "王明", "resident_sign": "李小兰",
    }  # fmt: skip


@pytest.fixture(scope="module")
def blank_page():
    return blank_form(CODE)


@pytest.mark.parametrize(
    ("page", "words"),
    [(page, words) for page, listed in enumerate((FIRST_PAGE, SECOND_PAGE)) for words in (*EVERY_PAGE, *listed)],
)
def test_the_blank_sheet_says_what_is_known_of_the_form(page, words, blank_page, paper) -> None:
    assert words in paper(blank_page).text(page)


def test_a_blank_sheet_is_two_pages(blank_page, paper) -> None:
    assert paper(blank_page).sizes_mm() == [(210, 297)] * 2


@pytest.mark.parametrize(("page", "words"), [
    *((0, words) for words in (
        "2026年8月22日", "乏力", "1无2有双下肢", "21", "83", "23.63", "体重60.5kg", "桶状胸", "4其他肺心病", "7/0",
        "4次/周25分钟/次", "6次/周35分钟/次", "5其他带状疱疹", "94%", "1.52L", "2.61L", "58.2%", "56.3%",
    )),
    *((1, words) for words in (
        "2026年8月22日", "噻托溴铵粉雾剂", "每日1次每次1吸", "1无2有口干", "氧流量2.5L/分钟", "使用时间15小时/天",
        "不良反应1无2有鼻干", "使用时间8小时/天", "布地格福", "每日2次每次2吸", "控制不满意", "县医院呼吸科", "张医生",
        "教会吸入",
        "2026年9月5日",
    )),
])  # fmt: skip
def test_a_visit_is_found_on_its_pages(page, words, copd_visit, person, paper) -> None:
    sheet = paper(print_form(CODE, person, [copd_visit]))

    assert sheet.page_count == 2
    assert words in "".join(sheet.rows(page, left=FIRST_VISIT, right=SECOND_VISIT))


def test_the_fifth_visit_is_on_a_second_sheet(copd_visit, person, paper) -> None:
    assert paper(print_form(CODE, person, [copd_visit] * 4)).page_count == 2
    assert paper(print_form(CODE, person, [copd_visit] * 5)).page_count == 4


def test_names_of_signers_are_left_to_the_pen(copd_visit, person, paper) -> None:
    text = paper(print_form(CODE, person, [copd_visit])).text()
    assert "王明" not in text
    assert "李小兰" not in text
