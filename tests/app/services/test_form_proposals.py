"""What the rules propose for each form, at every boundary (rules §5–§9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.forms.registry import FORM_MODULES, form
from app.forms.vocabulary import Context, Level
from app.services.examination_findings import advice_of, evaluation_of, findings_of
from app.services.form_proposals import problems, proposals
from app.services.form_views import RecordedForm
from app.services.programme_rules import intensive_months
from tests.samples.form_answers import DAY
from tests.saved_forms import answers

VISIT = date.fromisoformat(DAY)
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1955, 3, 8), sex=2, height_cm=Decimal("156.5"))
CALM = {
    "risk_level": 0, "symptoms": None, "symptoms_note": None, "insight": 1, "self_care": 1, "housework": 1, "work": 1,
    "learning": 1, "social": 1, "hospitalised": 0, "hospitalised_date": None, "visit_class": None,
    "next_visit_date": None,
}  # fmt: skip


def given(code, **changes):
    return form(code).read(answers(code, **changes)).answers


def past(code, day=date(2026, 8, 20), **said):
    return RecordedForm(
        "e", code, "", "2017", "r", None, day, "", said, "complete", 1, datetime(2026, 8, 20, tzinfo=UTC)
    )


def proposed(code, history=(), context=CONTEXT, **changes):
    (found,) = proposals(code, given(code, **changes), context, tuple(history))
    return found


def owed(code, history=(), context=CONTEXT, **changes):
    found = problems(code, given(code, **changes), context, tuple(history))
    return [(problem.code, problem.level) for problem in found]


@pytest.mark.parametrize("code", FORM_MODULES)
def test_nothing_is_proposed_and_nothing_breaks_before_anything_is_answered(code):
    assert all(not found.answers for found in proposals(code, {}, CONTEXT, ()))
    assert problems(code, {}, CONTEXT, ()) == ()


@pytest.mark.parametrize("code", ["encounter", "consultation", "referral_back", "record_card", "record_cover"])
def test_forms_without_a_rule_have_no_proposal(code):
    assert proposals(code, given(code), CONTEXT, ()) == ()


# --- 严重精神障碍 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "label", "tone", "next_on"),
    [
        ({}, "稳定", "good", date(2027, 2, 20)),
        ({"social": 2}, "稳定", "good", date(2027, 2, 20)),
        ({"social": 3}, "基本稳定", "warn", date(2026, 12, 4)),
        ({"work": 9}, "稳定", "good", date(2027, 2, 20)),
        ({"insight": 2}, "基本稳定", "warn", date(2026, 12, 4)),
        ({"symptoms": [1]}, "基本稳定", "warn", date(2026, 12, 4)),
        ({"risk_level": 1}, "基本稳定", "warn", date(2026, 12, 4)),
        ({"risk_level": 2}, "基本稳定", "warn", date(2026, 12, 4)),
        ({"risk_level": 3}, "不稳定", "bad", date(2026, 12, 4)),
        ({"insight": 3}, "不稳定", "bad", date(2026, 12, 4)),
        ({"symptoms_obvious": 2}, "不稳定", "bad", date(2026, 12, 4)),
        ({"severe_adr": 2}, "不稳定", "bad", date(2026, 12, 4)),
        ({"severe_physical_disease": 2}, "不稳定", "bad", date(2026, 12, 4)),
        ({"otherwise_abnormal": 2}, "基本稳定", "warn", date(2026, 12, 4)),
    ],
)
def test_the_class_of_a_mental_disorder_and_its_next_date(changes, label, tone, next_on):
    found = proposed("smi_followup", **{**CALM, **changes})
    assert str(found.headline) == f"严重精神障碍：{label}"
    assert (found.tone, found.answers["next_visit_date"]) == (tone, next_on)


@pytest.mark.parametrize(
    ("history", "next_on"),
    [
        ([past("smi_followup", visit_class=2)], date(2026, 12, 20)),
        ([past("smi_followup", visit_class=1)], date(2026, 12, 4)),
        ([past("smi_followup"), past("smi_followup", visit_class=2)], date(2026, 12, 20)),
        ([past("smi_followup", date(2026, 11, 21), visit_class=2)], date(2026, 12, 4)),  # a later visit
    ],
)
def test_still_mostly_stable_is_seen_after_a_month(history, next_on):
    assert proposed("smi_followup", history, **{**CALM, "risk_level": 1}).answers["next_visit_date"] == next_on


def test_an_unstable_patient_is_referred_with_the_reasons_and_asked_after():
    found = proposed("smi_followup", **{**CALM, "risk_level": 4, "insight": 3})
    assert (found.referral, found.check_due) == ("urgent", date(2026, 12, 4))
    assert found.answers["referral_reason"] == "危险性为 4 级（3–5 级）；自知力缺失"
    assert (found.answers["visit_class"], found.answers["referral"]) == (1, 2)


def test_a_patient_in_hospital_needs_no_referral():
    found = proposed("smi_followup", **{**CALM, "risk_level": 4, "hospitalised": 1})
    assert (found.referral, found.check_due) == ("no", None)
    assert "next_visit_date" not in found.answers


def test_the_date_follows_the_class_that_the_doctor_chose():
    found = proposed("smi_followup", **{**CALM, "visit_class": 2})
    assert str(found.headline) == "严重精神障碍：基本稳定"
    assert (found.answers["visit_class"], found.answers["next_visit_date"]) == (3, date(2026, 12, 4))


@pytest.mark.parametrize("missing", ["risk_level", "insight", "learning"])
def test_stable_cannot_be_said_while_an_answer_is_missing(missing):
    found = proposed("smi_followup", **{**CALM, missing: None})
    assert (found.tone, dict(found.answers)) == ("none", {})


def test_a_class_against_the_proposal_and_a_referral_not_made_want_reasons():
    unstable = {**CALM, "risk_level": 3}
    assert owed("smi_followup", **{**unstable, "visit_class": 1}) == [("no_referral_reason", Level.MISSING)]
    assert owed("smi_followup", **{**CALM, "visit_class": 2}) == [("class_reason", Level.MISSING)]
    reasoned = {**CALM, "visit_class": 2, "class_reason": "家属要求"}
    assert owed("smi_followup", **reasoned) == []
    referred = {**unstable, "visit_class": 1, "referral": 2, "referral_reason": "x", "referral_to": "y"}
    assert owed("smi_followup", **referred) == []


@pytest.mark.parametrize(("day", "asked"), [("2027-02-20", False), ("2027-02-21", True)])
def test_a_next_date_after_the_latest_is_asked_about(day, asked):
    found = owed("smi_followup", **{**CALM, "visit_class": 3, "next_visit_date": day})
    assert found == ([("next_visit_date", Level.ASK)] if asked else [])
    reasoned = {**CALM, "visit_class": 3, "next_visit_date": day, "next_visit_reason": "外出"}
    assert owed("smi_followup", **reasoned) == []


@pytest.mark.parametrize(
    ("said", "next_on"),
    [({"lost_reason": 1}, date(2026, 12, 20)), ({"lost_reason": 2}, None), ({"death_date": DAY, "death_cause": 4}, None)],
)
def test_a_patient_who_was_not_met_has_no_class(said, next_on):
    (found,) = proposals("smi_followup", {"visit_date": VISIT, **said}, CONTEXT, ())
    assert (str(found.headline), found.answers.get("next_visit_date")) == ("本次未访到", next_on)
    assert "visit_class" not in found.answers


def test_refused_consent_is_told():
    assert proposals("smi_info", given("smi_info"), CONTEXT, ()) == ()
    assert "不同意" in str(proposed("smi_info", consent=0).headline)


# --- 肺结核 --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("notice", "is_late"), [(date(2026, 11, 17), False), (date(2026, 11, 16), True), (None, False)])
def test_the_first_home_visit_is_within_72_hours_of_the_notice(notice, is_late):
    found = proposed("tb_first_visit", context=replace(CONTEXT, diagnosed_on=notice))
    assert ("超过" in str(found.headline), found.tone) == (is_late, "warn" if is_late else "none")


@pytest.mark.parametrize(
    ("supervisor", "month", "regimen", "next_on"),
    [
        (2, 1, "2HRZE/4HR", date(2026, 11, 30)),
        (2, 2, "2HRZE/4HR", date(2026, 11, 30)),
        (2, 3, "2HRZE/4HR", date(2026, 12, 20)),
        (2, 3, "3HRZES/6HRE", date(2026, 11, 30)),
        (1, 1, "2HRZE/4HR", date(2026, 12, 20)),
        (3, 1, "2HRZE/4HR", date(2026, 12, 20)),
    ],
)
def test_the_next_visit_of_tuberculosis_depends_on_supervisor_and_phase(supervisor, month, regimen, next_on):
    found = proposed("tb_followup", supervisor=supervisor, treatment_month=month, regimen=regimen)
    assert found.answers == {"next_visit_date": next_on}
    if month == 1:
        first = proposed("tb_first_visit", supervisor=supervisor, regimen=regimen)
        assert first.answers == {"next_visit_date": next_on}


@pytest.mark.parametrize(
    ("regimen", "months"),
    [("2HRZE/4HR", 2), (" 3HRZES/6HRE", 3), ("12HRE", 12), ("13HRE", 2), ("0HR", 2), ("HRZE", 2), (None, 2)],
)
def test_the_intensive_phase_is_read_from_the_regimen(regimen, months):
    assert intensive_months(regimen) == months


@pytest.mark.parametrize(
    ("missed", "usage", "report"), [(0, 1, False), (6, 1, False), (7, 1, True), (3, 2, False), (4, 2, True)]
)
def test_missed_doses_of_a_week_are_to_be_reported(missed, usage, report):
    found = proposed("tb_followup", missed_doses=missed, usage=usage)
    assert any("报告" in str(reason) for reason in found.reasons) is report
    assert found.tone == ("bad" if report else "warn" if missed else "good")


@pytest.mark.parametrize("code", ["adr", "complication"])
def test_a_reaction_or_complication_is_referred_at_once(code):
    found = proposed("tb_followup", **{code: [2, "视力下降"]})
    assert (found.referral, found.tone, found.check_due) == ("urgent", "bad", date(2026, 12, 4))
    assert "视力下降" in found.answers["referral_reason"]
    assert owed("tb_followup", **{code: [2, "视力下降"]}) == [("referral_reason", Level.ASK)]


@pytest.mark.parametrize(
    ("taken", "tone", "words"), [(162, "good", "规则服药"), (161, "warn", "服药不规则"), (None, "none", "停止治疗")]
)
def test_the_closing_assessment_says_whether_doses_were_taken_regularly(taken, tone, words):
    found = proposed(
        "tb_followup", stop_date=DAY, stop_reason=1, visits_due=8, visits_done=8, doses_due=180, doses_taken=taken,
        next_visit_date=None,
    )  # fmt: skip
    assert (found.tone, found.referral, found.check_due) == (tone, "yes", date(2026, 12, 4))
    assert words in str(found.headline)
    assert found.answers == {"referral_reason": "治疗转归评估"}


# --- 慢阻肺病 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "before", "tone", "referral", "step", "next_on"),
    [
        (1, None, "good", "no", 1, date(2027, 2, 20)),
        (1, 2, "good", "no", 1, date(2027, 2, 20)),
        (2, None, "warn", "no", 2, date(2026, 12, 4)),
        (2, 1, "warn", "no", 2, date(2026, 12, 4)),
        (2, 2, "bad", "yes", 3, date(2026, 12, 4)),
        (3, 2, "warn", "no", None, date(2026, 12, 4)),
        (4, 2, "warn", "no", None, date(2026, 12, 4)),
    ],
)
def test_copd_follows_the_class_that_the_doctor_chose(chosen, before, tone, referral, step, next_on):
    history = [] if before is None else [past("copd_followup", visit_class=before)]
    found = proposed("copd_followup", history, visit_class=chosen)
    assert (found.tone, found.referral, found.answers.get("next_step")) == (tone, referral, step)
    assert found.answers["next_visit_date"] == next_on
    assert found.check_due == (date(2026, 12, 4) if referral == "yes" else None)


def test_copd_is_never_classified_by_itself():
    found = proposed("copd_followup", visit_class=None)
    assert (str(found.headline), dict(found.answers)) == ("慢阻肺病（试行）：分类由医生判断", {})


@pytest.mark.parametrize(("spo2", "tone"), [(93, "none"), (92, "warn")])
def test_a_low_saturation_is_pointed_out(spo2, tone):
    assert proposed("copd_followup", visit_class=None, spo2=spo2).tone == tone


@pytest.mark.parametrize(("born", "outside"), [(date(1991, 11, 20), False), (date(1991, 11, 21), True)])
def test_copd_below_35_is_outside_the_service(born, outside):
    found = proposed("copd_followup", context=replace(CONTEXT, birth_date=born))
    assert any("不到 35 岁" in str(reason) for reason in found.reasons) is outside


def test_the_intervals_of_copd_are_settings():
    context = replace(CONTEXT, settings={"copd_months_satisfactory": 1, "copd_days_otherwise": 7})
    assert proposed("copd_followup", context=context).answers["next_visit_date"] == date(2026, 12, 20)
    assert proposed("copd_followup", context=context, visit_class=2).answers["next_visit_date"] == date(2026, 11, 27)


def test_a_referral_that_the_doctor_makes_by_himself_is_asked_after():
    found = proposed("copd_followup", referral_reason="要求", referral_to="县医院")
    assert (found.referral, found.check_due) == ("no", date(2026, 12, 4))
    assert any("随访转诊结果" in str(reason) for reason in found.reasons)


# --- 老年人 --------------------------------------------------------------------------------------------------------

ITEMS = ("eating", "grooming", "dressing", "toileting", "mobility")


@pytest.mark.parametrize(
    ("scores", "level", "tone"),
    [
        ((3, 0, 0, 0, 0), "可自理", "good"),
        ((3, 1, 0, 0, 0), "轻度依赖", "warn"),
        ((3, 0, 0, 5, 0), "轻度依赖", "warn"),
        ((3, 1, 0, 5, 0), "中度依赖", "bad"),
        ((3, 0, 5, 5, 5), "中度依赖", "bad"),
        ((3, 1, 5, 5, 5), "不能自理", "bad"),
    ],
)
def test_self_care_is_the_band_of_the_total(scores, level, tone):
    found = proposals("elder_adl", dict(zip(ITEMS, scores, strict=True)), CONTEXT, ())[0]
    assert str(found.headline) == f"生活自理能力：{sum(scores)} 分，{level}"
    assert (found.tone, found.answers["total"]) == (tone, sum(scores))


def constitution(**changes):
    every = {f"q{number:02d}": 1 for number in range(1, 34)}
    return proposals("tcm_elder", {**every, **changes}, CONTEXT, ())[0]


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({"q01": 5}, "体质：平和质"),
        ({"q02": 5, "q03": 4, "q04": 1, "q14": 1}, "体质：气虚质"),
        ({"q02": 5, "q03": 3, "q04": 1, "q14": 1, "q13": 4}, "没有“是”的体质，只有倾向"),
        ({"q02": 5, "q03": 4, "q11": 5, "q12": 5}, "主要体质：阳虚质（共 2 种）"),
        ({"q01": 1, "q02": 3, "q04": 2, "q05": 3, "q13": 3}, "没有辨识出体质"),
    ],
)
def test_the_constitution_is_named_with_the_highest_score_first(changes, headline):
    assert str(constitution(**changes).headline) == headline


def test_an_unfinished_questionnaire_only_counts():
    found = proposals("tcm_elder", {"q01": 3, "q02": 1}, CONTEXT, ())[0]
    assert (str(found.headline), found.reasons) == ("已答 2 题，共 33 题", ())


# --- 健康体检表 ----------------------------------------------------------------------------------------------------


def texts(said, context=CONTEXT):
    return [str(finding.text) for finding in findings_of({"exam_date": VISIT, **said}, context)]


def pressure(sbp, dbp, side="left"):
    return {f"bp_{side}_sbp": sbp, f"bp_{side}_dbp": dbp}


HTN, DM = (replace(CONTEXT, diseases=frozenset({disease})) for disease in ("htn", "dm"))


@pytest.mark.parametrize(
    ("said", "context", "expected"),
    [
        (pressure(139, 89), CONTEXT, []),
        (pressure(140, 89), CONTEXT, ["血压 140/89 偏高，非同日复测"]),
        (pressure(139, 90), CONTEXT, ["血压 139/90 偏高，非同日复测"]),
        (pressure(149, 89), HTN, []),
        (pressure(150, 89), HTN, ["血压 150/89，控制不满意"]),
        (pressure(179, 109), CONTEXT, ["血压 179/109 偏高，非同日复测"]),
        (pressure(180, 80), CONTEXT, ["血压 180/80，危急，立即处理并转诊"]),
        (pressure(120, 110), HTN, ["血压 120/110，危急，立即处理并转诊"]),
        ({**pressure(120, 80), **pressure(142, 80, "right")}, CONTEXT, ["血压 142/80 偏高，非同日复测"]),
    ],
)
def test_a_raised_pressure_is_abnormal(said, context, expected):
    assert texts(said, context) == expected


@pytest.mark.parametrize(
    ("fpg", "context", "expected"),
    [
        ("6.99", CONTEXT, []),
        ("7.0", CONTEXT, ["空腹血糖 7.0 mmol/L 偏高，复查"]),
        ("7.0", DM, ["空腹血糖 7.0 mmol/L，控制不满意"]),
        ("16.6", DM, ["空腹血糖 16.6 mmol/L，控制不满意"]),
        ("16.7", DM, ["空腹血糖 16.7 mmol/L，危急，立即处理并转诊"]),
        ("4.0", CONTEXT, []),
        ("3.9", CONTEXT, ["空腹血糖 3.9 mmol/L，危急，立即处理并转诊"]),
    ],
)
def test_a_raised_or_low_glucose_is_abnormal(fpg, context, expected):
    assert texts({"fpg": Decimal(fpg)}, context) == expected


@pytest.mark.parametrize(
    ("bmi", "expected"),
    [
        ("18.49", ["体质指数 18.49：低体重"]),
        ("18.50", []),
        ("23.99", []),
        ("24.00", ["体质指数 24.00：超重"]),
        ("28.00", ["体质指数 28.00：肥胖"]),
    ],
)
def test_the_body_mass_outside_the_normal_is_abnormal(bmi, expected):
    assert texts({"bmi": Decimal(bmi)}) == expected


@pytest.mark.parametrize(("sex", "waist", "is_wide"), [(1, "89.9", False), (1, "90", True), (2, "84.9", False), (2, "85", True)])
def test_a_wide_waist_is_abnormal(sex, waist, is_wide):
    assert bool(texts({"waist": Decimal(waist)}, replace(CONTEXT, sex=sex))) is is_wide


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"ecg": 1}, []),
        ({"ecg": 2, "ecg_note": "窦性心动过缓"}, ["心电图异常：窦性心动过缓"]),
        ({"dorsalis_pedis": 2}, []),
        ({"dorsalis_pedis": 1}, ["足背动脉搏动：未触及"]),
        ({"breast": [1]}, []),
        ({"breast": [4]}, ["乳腺：乳腺包块"]),
        ({"teeth": [2]}, []),
        ({"u_protein": "－"}, []),
        ({"u_protein": "＋"}, ["尿蛋白 ＋"]),
        ({"u_blood": "2+"}, ["尿潜血 2+"]),
        ({"elder_self_care": 2}, ["老年人生活自理能力自我评估：轻度依赖（4～8分）"]),
        ({"prob_eye": [4]}, []),
    ],
)
def test_what_the_form_marks_as_abnormal_is_found(said, expected):
    assert texts(said) == expected


def test_the_evaluation_writes_four_lines_and_puts_the_rest_in_the_last():
    said = {**pressure(142, 80), "bmi": Decimal("25.10"), "fobt": 2, "hbsag": 2, "rales": 2}
    follows = evaluation_of(said, HTN)
    assert follows["evaluation"] == 2
    assert follows["abnormal_1"] == "体质指数 25.10：超重"
    assert [code for code in follows if code.startswith("abnormal_")] == [f"abnormal_{number}" for number in (1, 2, 3, 4)]
    many = {**said, "ecg": 2, "ecg_note": "早搏"}
    assert evaluation_of(many, CONTEXT)["abnormal_4"].count("；") == 2


@pytest.mark.parametrize(
    ("said", "context", "guidance"),
    [
        ({}, CONTEXT, None),
        ({}, HTN, None),
        ({"ecg": 2}, CONTEXT, [2]),
        ({"ecg": 2}, HTN, [1, 2]),
        (pressure(182, 90), CONTEXT, [3]),
        ({**pressure(182, 90), "ecg": 2}, HTN, [1, 2, 3]),
    ],
)
def test_the_guidance_follows_from_the_findings(said, context, guidance):
    assert evaluation_of(said, context).get("guidance") == guidance


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"smoking": 3}, [1]),
        ({"smoking": 2}, []),
        ({"drinking_freq": 2}, []),
        ({"drinking_freq": 3, "drinking_quit": 1}, [2]),
        ({"drinking_freq": 4, "drinking_quit": 2}, []),
        ({"diet": [1, 4]}, [3]),
        ({"diet": [1]}, []),
        ({"exercise_freq": 4}, [4]),
        ({"exercise_freq": 3}, []),
        ({"bmi": Decimal("23.99")}, []),
        ({"bmi": Decimal("24.00")}, [5]),
    ],
)
def test_risk_factors_are_advised_on(said, codes):
    assert list(advice_of(said)) == codes


def test_the_examination_of_the_sample_says_how_many_findings_and_what_follows():
    found = proposed("health_exam", context=replace(CONTEXT, diseases=frozenset({"htn", "dm"})))
    assert found.tone == "warn"
    assert "体检有异常" in str(found.headline)
    assert found.answers["guidance"] == [1, 2]


def test_a_referral_out_is_asked_after_within_two_weeks():
    found = proposed("referral_out")
    assert found.check_due == date(2026, 12, 4)
