"""One line for each form: what a doctor wants to know of it, from canonical answers and from kept ones alike."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.registry import FORM_MODULES, form
from app.forms.summaries import NOTHING, summary, tone
from app.forms.vocabulary import Context
from tests.samples.form_answers import FILLED, PERSON


def completed(code: str) -> dict[str, object]:
    """The sample answers of a form with what follows from them."""
    born = date.fromisoformat(PERSON["birth_date"])
    context = Context(today=date(2026, 11, 22), birth_date=born, sex=PERSON["sex"])
    declared = form(code)
    return declared.complete(declared.read(FILLED[code]).answers, context)


@pytest.mark.parametrize("code", sorted(FILLED))
def test_every_form_has_a_line_that_reads_the_same_from_what_is_kept(code):
    answers = completed(code)
    line = str(summary(code, answers))
    assert line
    assert line != str(NOTHING)
    assert "{" not in line
    assert line == str(summary(code, form(code).keep(answers)))
    assert tone(code, answers) == tone(code, form(code).keep(answers))


@pytest.mark.parametrize("code", sorted(FORM_MODULES))
def test_a_form_without_answers_still_has_a_line(code):
    assert str(summary(code, {}))
    assert tone(code, {}) in ("none", "warn")


def test_a_form_that_this_version_does_not_know_is_called_by_its_code():
    assert str(summary("village_card", {"a": 1})) == "填写village_card。"


@pytest.mark.parametrize(
    ("code", "answers", "line"),
    [
        ("record_cover", {}, "建立健康档案。"),
        (
            "health_exam",
            {"bp_left_sbp": 138, "bp_left_dbp": 84, "bp_right_sbp": 142, "bp_right_dbp": 86, "bmi": "24.6",
             "evaluation": 2, "abnormal_1": "血压偏高", "abnormal_2": "白内障"},
            "血压 142/86；BMI 24.6；异常 2 项",
        ),
        ("health_exam", {"evaluation": 1, "fpg": "5.60"}, "空腹血糖 5.6；体检无异常"),
        ("htn_followup", {"sbp": 136, "dbp": 82, "visit_class": 1, "next_visit_date": "2027-02-22"},
         "136/82；控制满意；下次 2027-02-22"),
        ("htn_followup", {"sbp": 162, "dbp": 94, "visit_class": 2, "referral_to": "内科"}, "162/94；控制不满意；已建议转诊"),
        ("htn_followup", {"sbp": 162, "dbp": 94, "visit_class": 2, "no_referral_reason": "不"}, "162/94；控制不满意；已建议转诊"),
        ("htn_followup", {"not_seen": 1}, "—；失访"),
        ("dm_followup", {"fpg": "7.00", "visit_class": 2}, "空腹 7.0；控制不满意"),
        ("dm_followup", {"fpg": "6", "visit_class": 1}, "空腹 6.0；控制满意"),
        ("copd_followup", {"spo2": 94, "visit_class": 3}, "血氧 94%；不良反应"),
        ("smi_info", {"diagnosis": "精神分裂症", "consent": 1}, "精神分裂症；同意参加管理"),
        ("smi_followup", {"visit_class": 3, "risk_level": 0, "next_visit_date": "2027-02-22"},
         "稳定；危险性 0 级；下次 2027-02-22"),
        ("smi_followup", {"visit_class": 1, "risk_level": 4, "referral": 2}, "不稳定；危险性 4 级；已转诊"),
        ("smi_followup", {"lost_reason": 3}, "失访：走失"),
        ("smi_followup", {"death_date": "2026-10-01", "visit_class": 3}, "死亡 2026-10-01"),
        ("tb_first_visit", {"patient_type": 1, "sputum": 1, "next_visit_date": "2026-12-02"},
         "初治；痰菌阳性；下次 2026-12-02"),
        ("tb_followup", {"treatment_month": 2, "adr": 2, "missed_doses": 3, "next_visit_date": "2026-12-20"},
         "治疗第 2 月；漏服 3 次；有不良反应；下次 2026-12-20"),
        ("tb_followup", {"treatment_month": 6, "adr": 1, "complication": 2, "stop_reason": 1},
         "治疗第 6 月；有并发症或合并症；停止治疗：完成疗程"),
        ("elder_adl", {"total": 4, "result": 2}, "4 分 轻度依赖"),
        ("tcm_elder", {"score_yangxu": 13, "result_yangxu": 2, "score_qixu": 15, "result_qixu": 2, "score_tanshi": 9,
                       "result_tanshi": 3}, "气虚质、阳虚质；倾向 痰湿质"),
        ("tcm_elder", {"score_pinghe": 18, "result_pinghe": 3, "score_qixu": 9, "result_qixu": 3},
         "基本是平和质；倾向 气虚质"),
        ("tcm_elder", {"score_pinghe": 20, "result_pinghe": 2}, "平和质"),
        ("tcm_elder", {"score_pinghe": 12}, "没有判定出体质"),
        ("encounter", {"subjective": "头晕三天", "assessment": "高血压\n2级"}, "高血压 2级"),
        ("encounter", {"subjective": "咳" * 60}, "咳" * 39 + "…"),
        ("consultation", {"reason": "血压控制不好", "opinion": "加用利尿剂"}, "加用利尿剂"),
        ("screening", {"sbp": 152, "dbp": 94, "fasting_glucose": "7.1", "conclusion": [2, 5]},
         "152/94；空腹 7.1；血压偏高，改天复测、血糖偏高，转诊确诊"),
        ("screening", {"random_glucose": "6", "conclusion": [1]}, "随机 6.0；未见异常"),
        ("referral_out", {"to_org": "青石镇卫生院", "to_dept": "内科", "impression": "高血压3级"},
         "转往 青石镇卫生院 内科；高血压3级"),
        ("referral_back", {"from_org": "沈丘县人民医院", "diagnosis": "脑梗死恢复期"}, "从 沈丘县人民医院 转回；脑梗死恢复期"),
    ],
)  # fmt: skip
def test_the_line_says_what_matters(code, answers, line):
    assert str(summary(code, answers)) == line


@pytest.mark.parametrize(
    ("code", "answers", "told"),
    [
        ("htn_followup", {"visit_class": 1}, "good"),
        ("htn_followup", {"visit_class": 2}, "bad"),
        ("dm_followup", {"visit_class": 3}, "warn"),
        ("copd_followup", {"visit_class": 4}, "bad"),
        ("htn_followup", {"not_seen": 1, "visit_class": 1}, "warn"),
        ("smi_followup", {"visit_class": 1}, "bad"),
        ("smi_followup", {"visit_class": 2}, "warn"),
        ("smi_followup", {"visit_class": 3}, "good"),
        ("smi_followup", {"visit_class": 3, "lost_reason": 1}, "warn"),
        ("tb_followup", {"adr": 1, "complication": 1}, "none"),
        ("tb_followup", {"adr": 2}, "warn"),
        ("health_exam", {"evaluation": 1}, "good"),
        ("health_exam", {"evaluation": 2}, "warn"),
        ("elder_adl", {"result": 1}, "good"),
        ("elder_adl", {"result": 4}, "bad"),
        ("screening", {"conclusion": [1]}, "good"),
        ("screening", {"conclusion": [2]}, "warn"),
        ("screening", {"conclusion": [2, 6]}, "bad"),
        ("screening", {}, "none"),
        ("referral_out", {}, "warn"),
        ("encounter", {}, "none"),
    ],
)
def test_the_colour_follows_from_the_result(code, answers, told):
    assert tone(code, answers) == told
