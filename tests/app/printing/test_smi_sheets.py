"""The printed forms of severe mental disorder, read back from the PDF."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.printing.content import Ringed
from app.printing.resolve import sheet_content
from app.printing.sheets import blank_form, print_form

SYMPTOMS = "1幻觉2交流困难3猜疑4喜怒无常5行为怪异6兴奋话多7伤人毁物8悲观厌世9无故外走10自语自笑11孤僻懒散12其他"
ACTS = "1轻度滋事次2肇事次3肇祸次4其他危害行为次5自伤次6自杀未遂次7无"
CHECKLIST = {
    "smi_info": (
        "严重精神障碍患者个人信息补充表", "姓名：", "编号", "监护人姓名", "与患者关系", "监护人住址", "监护人电话",
        "辖区村（居）委会联系人、电话", "户别", "1城镇2农村", "就业情况",
        "1在岗工人2在岗管理者3农民4下岗或无业5在校学生6退休7专业技术人员8其他9不详", "知情同意",
        "1同意参加管理0不同意参加管理", "签字：签字时间年月日", "初次发病时间年月日", "既往主要症状", SYMPTOMS,
        "既往关锁情况", "1无关锁2关锁3关锁已解除", "既往治疗情况", "门诊", "1未治2间断门诊治疗3连续门诊治疗",
        "首次抗精神病药治疗时间年月日", "住院", "曾住精神专科医院/综合医院精神专科次", "目前诊断情况",
        "诊断确诊医院确诊日期年月日", "最近一次治疗效果", "1临床痊愈2好转3无变化4加重", "危险行为", ACTS, "经济状况",
        "1贫困，在当地贫困线标准以下2非贫困", "专科医生的意见（如果有请记录）", "填表日期年月日", "医生签字",
        "国家基本公共卫生服务规范（第三版）",
    ),
    "smi_followup": (
        "严重精神障碍患者随访服务记录表", "姓名：", "编号", "随访日期年月日", "本次随访形式", "1门诊2家庭访视3电话",
        "若失访，原因", "1外出打工2迁居他处3走失4连续3次未到访5其他", "如死亡，日期和原因", "死亡日期年月日", "死亡原因",
        "1躯体疾病：①传染病和寄生虫病②肿瘤③心脏病④脑血管病⑤呼吸系统疾病⑥消化系统疾病⑦其他疾病⑧不详",
        "2自杀3他杀4意外5精神疾病相关并发症6其他", "危险性评估", "0（0级）1（1级）2（2级）3（3级）4（4级）5（5级）", "目前症状",
        SYMPTOMS, "自知力", "1自知力完全2自知力不全3自知力缺失", "睡眠情况1良好2一般3较差", "饮食情况1良好2一般3较差",
        "社会功能情况", "个人生活料理1良好2一般3较差", "家务劳动1良好2一般3较差", "生产劳动及工作1良好2一般3较差9此项不适用",
        "学习能力1良好2一般3较差", "社会人际交往1良好2一般3较差", "危险行为", ACTS, "两次随访期间关锁情况",
        "1无关锁2关锁3关锁已解除", "两次随访期间住院情况", "0未住院1目前正在住院2曾住院，现未住院（末次出院时间年月日）",
        "实验室检查1无2有", "用药依从性", "1按医嘱规律用药2间断用药3不用药4医嘱勿需用药", "药物不良反应1无2有9此项不适用",
        "治疗效果", "1痊愈2好转3无变化4加重9此项不适用", "是否转诊1否2是", "转诊原因：", "转诊至机构及科室：", "用药情况",
        "药物1", "药物2", "药物3", "用法：每日（月）次每次剂量mg", "用药指导", "康复措施",
        "1生活劳动能力2职业训练3学习能力4社会交往5其他", "本次随访分类", "1不稳定2基本稳定3稳定", "下次随访日期年月日",
        "随访医生签名", "国家基本公共卫生服务规范（第三版）",
    ),
}  # fmt: skip


@pytest.fixture
def supplement():
    return {
        "guardian_name": "李大山", "guardian_relation": "父亲", "guardian_address": "柳庄村3组",
        "guardian_phone": "13800001180", "village_contact": "刘主任13800001199", "household_type": 2, "employment": 4,
        "consent": 0, "consent_sign": "李小山", "consent_date": date(2026, 3, 7), "onset_date": "2005-06",
        "past_symptoms": [3, 12], "past_symptoms_note": "失眠", "past_locked": 3, "past_outpatient": 2,
        "past_inpatient": 6, "first_drug_date": "2008", "diagnosis": "精神分裂症", "diagnosis_hospital": "市第五医院",
        "diagnosis_date": "2009-10-11", "last_effect": 4, "dangerous_acts": [1, 5], "dangerous_acts_times_1": 27,
        "dangerous_acts_times_5": 34, "economy": 1, "specialist_advice": "定期复查", "form_date": date(2026, 4, 8),
        "doctor": "王明",
    }  # fmt: skip


@pytest.fixture
def smi_visit():
    return {
        "visit_date": date(2026, 11, 22), "visit_method": 2, "risk_level": 0, "symptoms": [2, 12],
        "symptoms_note": "失眠", "insight": 2, "sleep": 1, "diet": 2, "self_care": 1, "housework": 2, "work": 9,
        "learning": 2, "social": 3, "dangerous_acts": [6], "dangerous_acts_times_6": 48, "locked": 1, "hospitalised": 2,
        "hospitalised_date": "2026-09-13", "lab": 2, "lab_note": "血常规正常", "drug_adherence": 2, "adr": 2,
        "adr_note": "手抖", "effect": 9, "referral": 2, "referral_reason": "症状波动", "referral_to": "市第五医院",
        "drugs": [
            {"name": "奥氮平", "period": 1, "times": 2, "dose_mg": Decimal("12.5")},
            {"name": "帕利哌酮", "period": 2, "times": 1, "dose_mg": Decimal("100")},
        ],
        "drug_advice": [{"name": "利培酮", "period": 1, "times": 3, "dose_mg": Decimal("1.5")}], "rehab": [1, 5],
        "rehab_note": "园艺", "visit_class": 2, "next_visit_date": date(2026, 12, 6), "doctor": "王明",
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
    "李大山", "父亲", "柳庄村3组", "13800001180", "刘主任13800001199", "失眠", "市第五医院", "精神分裂症", "定期复查",
    "签字：签字时间2026年3月7日", "初次发病时间2005年6月日", "首次抗精神病药治疗时间2008年月日", "2009年10月11日",
    "1轻度滋事27次", "5自伤34次", "综合医院精神专科6次", "2026年4月8日",
])  # fmt: skip
def test_the_supplement_is_found_on_its_page(words, supplement, person, paper) -> None:
    sheet = paper(print_form("smi_info", person, [supplement]))

    assert sheet.page_count == 1
    assert words in "".join(sheet.rows())


@pytest.mark.parametrize("words", [
    "2026年11月22日", "失眠", "6自杀未遂48次", "（末次出院时间2026年9月13日）", "血常规正常", "手抖", "转诊原因：症状波动",
    "转诊至机构及科室：市第五医院", "奥氮平", "帕利哌酮", "2次每次剂量12.5mg", "1次每次剂量100mg", "利培酮", "3次每次剂量1.5mg",
    "园艺", "2026年12月6日",
])  # fmt: skip
def test_a_visit_is_found_on_its_page(words, smi_visit, person, paper) -> None:
    sheet = paper(print_form("smi_followup", person, [smi_visit]))

    assert sheet.page_count == 1
    assert words in "".join(sheet.rows())


def test_names_of_signers_are_left_to_the_pen(supplement, smi_visit, person, paper) -> None:
    for code, answers in (("smi_info", supplement), ("smi_followup", smi_visit)):
        assert "王明" not in paper(print_form(code, person, [answers])).text()
        assert "李小山" not in paper(print_form(code, person, [answers])).text()
    assert "李小山" in paper(print_form("smi_info", person, [supplement], with_signatures=True)).text()


def test_death_is_written_with_its_cause_and_disease(person, paper) -> None:
    answers = {"visit_date": date(2026, 11, 22), "death_date": date(2026, 10, 9), "death_cause": 1, "death_cause_disease": 4}
    rows = "".join(paper(print_form("smi_followup", person, [answers])).rows())

    assert "2026年10月9日" in rows
    assert "⑧不详4" in rows


def test_a_medicine_is_circled_by_the_day_or_by_the_month(smi_visit, person) -> None:
    [grid] = sheet_content("smi_followup", person, [smi_visit]).sheets[0].leaves[0].blocks
    rings = [
        (item.words, item.on) for row in grid.rows for cell in row.cells for line in cell.lines for item in line.items
        if isinstance(item, Ringed)
    ]
    assert rings[:4] == [("日", True), ("月", False), ("日", False), ("月", True)]


def test_each_visit_has_a_page_of_its_own(smi_visit, person, paper) -> None:
    assert paper(print_form("smi_followup", person, [smi_visit, smi_visit])).page_count == 2
