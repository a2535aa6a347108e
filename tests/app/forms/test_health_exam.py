"""健康体检表: every limit, skip rule and check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

FORM = form("health_exam")
EXAMINED = date(2026, 10, 12)
TODAY = date(2026, 11, 22)
OLD_WOMAN = Context(today=TODAY, birth_date=date(1955, 3, 8), sex=2)
YOUNGER_MAN = Context(today=TODAY, birth_date=date(1975, 3, 8), sex=1)

WHOLE = {
    "exam_date": "2026-10-12", "responsible_doctor": "王明", "symptoms": [1], "temperature": "36.6", "pulse": 74,
    "respiration": 18, "bp_left": [138, 86], "bp_right": "136/84", "height": "156", "weight": "58.0", "waist": 82,
    "exercise_freq": 4, "diet": [1], "smoking": 1, "drinking_freq": 1, "occ_exposure": 1, "lips": 1, "teeth": [1],
    "throat": 1, "vision_left": "4.8", "vision_right": "4.9", "hearing": 1, "motor": 1, "skin": 1, "sclera": 1,
    "lymph_nodes": 1, "barrel_chest": 1, "breath_sounds": 1, "rales": 1, "heart_rate": 76, "heart_rhythm": 1,
    "heart_murmur": 1, "abd_tenderness": 1, "abd_mass": 1, "abd_liver": 1, "abd_spleen": 1, "abd_dullness": 1,
    "leg_edema": 1, "prob_cerebrovascular": [1], "prob_kidney": [1], "prob_heart": [1], "prob_vessel": [1],
    "prob_eye": [1], "prob_neuro": 1, "prob_other": 1, "evaluation": 1,
}  # fmt: skip
ELDERLY = {
    "elder_self_health": 2, "elder_self_care": 1, "elder_cognition": 1, "elder_emotion": 1, "hb": "128",
    "wbc": "6.25", "plt": 212, "u_protein": "－", "u_glucose": "－", "u_ketone": "－", "u_blood": "±", "fpg": "5.2",
    "ecg": 1, "alt": "22", "ast": "24.5", "tbil": "12.4", "creatinine": "71", "urea": "5.62", "tc": "5.42",
    "tg": "1.88", "ldl": "3.31", "hdl": "1.24", "us_abdomen": 1,
}  # fmt: skip
SMOKES = {"smoking": 3, "cigarettes_per_day": 10, "smoking_start_age": 20}
HAS_QUIT = SMOKES | {"smoking": 2, "smoking_quit_age": 40}
DRINKS = {
    "drinking_freq": 2, "alcohol_per_day": "1.5", "drinking_quit": 1, "drinking_start_age": 30, "drunk_last_year": 2,
    "alcohol_kinds": [1],
}  # fmt: skip
EXERCISES = {"exercise_freq": 1, "exercise_minutes": 30, "exercise_years": "6.5", "exercise_kind": "散步"}
EXPOSED = {"occ_exposure": 2, "occ_exposure_job": "砖厂工人", "occ_exposure_years": "12", "occ_dust": "煤尘",
           "occ_dust_protection": 1}  # fmt: skip


def found(changes, context=YOUNGER_MAN, *, keep_all=False):
    raw = {code: value for code, value in {**WHOLE, **changes}.items() if value is not None}
    reading = FORM.read(raw)
    answers = reading.answers if keep_all else FORM.complete(reading.answers, context)
    if keep_all and "bmi" not in answers:
        answers["bmi"] = Decimal("23.83")
    return [(p.code, p.level) for p in [*reading.problems, *FORM.problems(answers, context)]]


def test_a_whole_examination_has_no_problem():
    assert found({}) == []
    assert found(ELDERLY, OLD_WOMAN) == []


def test_everything_required_is_missed_in_an_empty_form():
    missed = {p.code for p in FORM.problems({"exam_date": EXAMINED}, OLD_WOMAN)}
    one_answer = {"bp_left", "bp_right"}
    sides = {f"{code}_{which}" for code in one_answer for which in ("sbp", "dbp")}
    assert missed == (set(WHOLE) | set(ELDERLY)) - one_answer - {"exam_date"} | sides | {"bmi"}


def test_body_mass_index_follows_from_height_and_weight():
    answers = FORM.complete(FORM.read(WHOLE).answers, YOUNGER_MAN)
    assert answers["bmi"] == Decimal("23.83")


LIMITS = (
    ("temperature", "29.9", "30", "34.9", "35", "37.5", "37.6", "45", "45.1"),
    ("pulse", 19, 20, 49, 50, 120, 121, 300, 301),
    ("respiration", 3, 4, 11, 12, 24, 25, 80, 81),
    ("height", "29.9", "30", "129.9", "130", "200", "200.1", "250", "250.1"),
    ("weight", "0.9", "1", "29.9", "30", "150", "150.1", "300", "300.1"),
    ("waist", "29.9", "30", "49.9", "50", "130", "130.1", "200", "200.1"),
    ("heart_rate", 19, 20, 49, 50, 120, 121, 300, 301),
    ("vision_left", "-0.1", "0", "3.9", "4.0", "5.3", None, None, "5.4"),
    ("vision_right", "-0.1", "0", "3.9", "4.0", "5.3", None, None, "5.4"),
    ("vision_left_corr", "-0.1", "0", "3.9", "4.0", "5.3", None, None, "5.4"),
    ("vision_right_corr", "-0.1", "0", "3.9", "4.0", "5.3", None, None, "5.4"),
    ("hb", "9.9", "10", "89.9", "90", "185", "185.1", "300", "300.1"),
    ("wbc", "0.09", "0.1", "2.99", "3", "15", "15.01", "500", "500.01"),
    ("plt", 0, 1, 79, 80, 450, 451, 3000, 3001),
    ("fpg", "0.49", "0.5", "3.9", "3.91", "6.99", "7.0", "60", "60.01"),
    ("u_microalbumin", "-0.01", None, None, "0", "1000", None, None, "1000.01"),
    ("hba1c", "1.9", "2", "3.9", "4", "10", "10.1", "25", "25.1"),
    ("alt", "-0.1", None, None, "0", "120", "120.1", "10000", "10000.1"),
    ("ast", "-0.1", None, None, "0", "120", "120.1", "10000", "10000.1"),
    ("albumin", "4.9", "5", "29.9", "30", "60", "60.1", "80", "80.1"),
    ("tbil", "-0.1", None, None, "0", "51", "51.1", "1000", "1000.1"),
    ("dbil", "-0.1", None, None, "0", "1000", None, None, "1000.1"),
    ("creatinine", "4.9", None, None, "5", "133", "133.1", "3000", "3000.1"),
    ("urea", "0.09", None, None, "0.1", "10", "10.01", "100", "100.01"),
    ("potassium", "0.99", "1", "2.99", "3", "6", "6.01", "12", "12.01"),
    ("sodium", "89.9", "90", "129.9", "130", "150", "150.1", "200", "200.1"),
    ("tc", "0.49", None, None, "0.5", "8", "8.01", "40", "40.01"),
    ("tg", "0.04", None, None, "0.05", "6", "6.01", "100", "100.01"),
    ("ldl", "0.09", None, None, "0.1", "6", "6.01", "30", "30.01"),
    ("hdl", "0.09", "0.1", "0.59", "0.6", "10", None, None, "10.01"),
)
"""Refused, asked to asked, good to good, asked to asked, refused."""

LEVELS = (Level.REFUSE, Level.ASK, Level.ASK, None, None, Level.ASK, Level.ASK, Level.REFUSE)


@pytest.mark.parametrize(
    ("code", "value", "level"),
    [
        (code, value, level)
        for code, *values in LIMITS
        for value, level in zip(values, LEVELS, strict=True)
        if value is not None
    ],
)
def test_a_measured_value_is_refused_asked_about_or_kept(code, value, level):
    assert dict(found({code: value}, keep_all=True)).get(code) == level


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    ("which", "value", "other", "level"),
    [
        ("sbp", 29, 20, Level.REFUSE), ("sbp", 30, 20, Level.ASK), ("sbp", 89, 60, Level.ASK), ("sbp", 90, 60, None),
        ("sbp", 179, 80, None), ("sbp", 180, 80, Level.ASK), ("sbp", 300, 80, Level.ASK), ("sbp", 301, 80, Level.REFUSE),
        ("dbp", 9, 120, Level.REFUSE), ("dbp", 10, 120, Level.ASK), ("dbp", 49, 120, Level.ASK), ("dbp", 50, 120, None),
        ("dbp", 109, 150, None), ("dbp", 110, 150, Level.ASK), ("dbp", 200, 250, Level.ASK),
        ("dbp", 201, 250, Level.REFUSE), ("dbp", 120, 120, Level.REFUSE), ("dbp", 86, 86, Level.REFUSE),
    ],
)  # fmt: skip
def test_blood_pressure_of_both_arms(side, which, value, other, level):
    pressures = [value, other] if which == "sbp" else [other, value]
    problems = found({"bp_left": None, "bp_right": None, f"bp_{side}": pressures})
    about = [found_level for code, found_level in problems if code == f"bp_{side}_{which}"]
    assert about[-1:] == ([] if level is None else [level])


@pytest.mark.parametrize(
    ("left", "right", "asked"),
    [
        ([140, 80], [120, 80], []),
        ([141, 80], [120, 80], ["bp_right_sbp"]),
        ([120, 80], [141, 80], ["bp_right_sbp"]),
        ([140, 70], [140, 90], []),
        ([140, 70], [140, 91], ["bp_right_dbp"]),
    ],
)
def test_arms_that_differ_by_more_than_20_are_asked_about(left, right, asked):
    assert found({"bp_left": left, "bp_right": right}) == [(code, Level.ASK) for code in asked]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"exam_date": "2026-11-23"}, [("exam_date", Level.REFUSE)]),
        ({"exam_date": "2026-11-22"}, []),
        ({"exam_date": "1975-03-07"}, [("exam_date", Level.REFUSE)]),
        ({"symptoms": [1, 2]}, [("symptoms", Level.REFUSE), ("symptoms", Level.MISSING)]),
        ({"symptoms": list(range(2, 12))}, []),
        ({"symptoms": list(range(2, 13))}, [("symptoms", Level.REFUSE), ("symptoms", Level.MISSING)]),
        ({"symptoms": [25]}, [("symptoms_note", Level.MISSING)]),
        ({"symptoms": [25], "symptoms_other": "多汗"}, []),
        ({"symptoms": [26]}, [("symptoms", Level.REFUSE), ("symptoms", Level.MISSING)]),
        # exercise: 4 skips the rest
        (EXERCISES, []),
        ({"exercise_freq": 3}, [(code, Level.MISSING) for code in ("exercise_minutes", "exercise_years", "exercise_kind")]),
        (EXERCISES | {"exercise_minutes": 0}, [("exercise_minutes", Level.REFUSE)]),
        (EXERCISES | {"exercise_minutes": 1}, []),
        (EXERCISES | {"exercise_minutes": 180}, []),
        (EXERCISES | {"exercise_minutes": 181}, [("exercise_minutes", Level.ASK)]),
        (EXERCISES | {"exercise_minutes": 600}, [("exercise_minutes", Level.ASK)]),
        (EXERCISES | {"exercise_minutes": 601}, [("exercise_minutes", Level.REFUSE)]),
        (EXERCISES | {"exercise_years": "51"}, []),
        (EXERCISES | {"exercise_years": "51.1"}, [("exercise_years", Level.REFUSE)]),
        (EXERCISES | {"exercise_years": "-1"}, [("exercise_years", Level.REFUSE)]),
        # diet
        ({"diet": [1, 4, 5]}, []),
        ({"diet": [1, 2]}, [("diet", Level.REFUSE)]),
        ({"diet": [2, 3, 6]}, [("diet", Level.REFUSE)]),
        ({"diet": [3, 4, 5, 6]}, [("diet", Level.REFUSE), ("diet", Level.MISSING)]),
        # smoking: 1 skips the rest, 戒烟年龄 only for 2
        (SMOKES, []),
        (HAS_QUIT, []),
        ({"smoking": 3}, [("cigarettes_per_day", Level.MISSING), ("smoking_start_age", Level.MISSING)]),
        (SMOKES | {"smoking": 2}, [("smoking_quit_age", Level.MISSING)]),
        (SMOKES | {"cigarettes_per_day": 60}, []),
        (SMOKES | {"cigarettes_per_day": 61}, [("cigarettes_per_day", Level.ASK)]),
        (SMOKES | {"cigarettes_per_day": 200}, [("cigarettes_per_day", Level.ASK)]),
        (SMOKES | {"cigarettes_per_day": 201}, [("cigarettes_per_day", Level.REFUSE)]),
        (SMOKES | {"smoking_start_age": 0}, [("smoking_start_age", Level.REFUSE)]),
        (SMOKES | {"smoking_start_age": 51}, []),
        (SMOKES | {"smoking_start_age": 52}, [("smoking_start_age", Level.REFUSE)]),
        (HAS_QUIT | {"smoking_quit_age": 20}, []),
        (HAS_QUIT | {"smoking_quit_age": 19}, [("smoking_quit_age", Level.REFUSE)]),
        (HAS_QUIT | {"smoking_quit_age": 51}, []),
        (HAS_QUIT | {"smoking_quit_age": 52}, [("smoking_quit_age", Level.REFUSE)]),
        # drinking: 1 skips the rest
        (DRINKS, []),
        ({"drinking_freq": 4}, [(code, Level.MISSING) for code in (
            "alcohol_per_day", "drinking_quit", "drinking_start_age", "drunk_last_year", "alcohol_kinds",
        )]),
        (DRINKS | {"alcohol_per_day": "10"}, []),
        (DRINKS | {"alcohol_per_day": "10.1"}, [("alcohol_per_day", Level.ASK)]),
        (DRINKS | {"alcohol_per_day": "100.1"}, [("alcohol_per_day", Level.REFUSE)]),
        (DRINKS | {"drinking_quit": 2}, [("drinking_quit_age", Level.MISSING)]),
        (DRINKS | {"drinking_quit": {"code": 2, "age": 30}}, []),
        (DRINKS | {"drinking_quit": [2, 29]}, [("drinking_quit_age", Level.REFUSE)]),
        (DRINKS | {"drinking_quit": [2, 51]}, []),
        (DRINKS | {"drinking_quit": [2, 52]}, [("drinking_quit_age", Level.REFUSE)]),
        (DRINKS | {"drinking_start_age": 52}, [("drinking_start_age", Level.REFUSE)]),
        (DRINKS | {"alcohol_kinds": [1, 5]}, [("alcohol_kinds_note", Level.MISSING)]),
        # occupation
        (EXPOSED, []),
        ({"occ_exposure": 2}, [("occ_exposure", Level.MISSING), ("occ_exposure_job", Level.MISSING),
                               ("occ_exposure_years", Level.MISSING)]),
        (EXPOSED | {"occ_exposure_years": "51"}, []),
        (EXPOSED | {"occ_exposure_years": "51.5"}, [("occ_exposure_years", Level.REFUSE)]),
        (EXPOSED | {"occ_dust_protection": None}, [("occ_dust_protection", Level.MISSING)]),
        (EXPOSED | {"occ_dust_protection": 2}, [("occ_dust_protection_note", Level.MISSING)]),
        (EXPOSED | {"occ_chemical": {"text": "农药", "protection": [2, "口罩"]}}, []),
        # organs and examination
        ({"teeth": [1, 2]}, [("teeth", Level.REFUSE), ("teeth", Level.MISSING)]),
        ({"teeth": [2, 3, 4]}, []),
        ({"skin": 7}, [("skin_note", Level.MISSING)]),
        ({"fundus": 2}, [("fundus_note", Level.MISSING)]),
        ({"abd_mass": 2}, [("abd_mass_note", Level.MISSING)]),
        ({"breast": [1, 4]}, [("breast", Level.REFUSE)]),
        ({"dorsalis_pedis": 5}, [("dorsalis_pedis", Level.REFUSE)]),
        # tests
        ({"ecg": 2}, [("ecg_note", Level.MISSING)]),
        ({"tbil": "12", "dbil": "12"}, []),
        ({"tbil": "12", "dbil": "12.1"}, [("dbil", Level.REFUSE)]),
        # problems
        ({"prob_heart": [1, 3]}, [("prob_heart", Level.REFUSE), ("prob_heart", Level.MISSING)]),
        ({"prob_heart": [2, 3, 4, 5, 6]}, []),
        ({"prob_heart": [7]}, [("prob_heart_note", Level.MISSING)]),
        ({"prob_eye": [2, 3, 4]}, []),
        ({"prob_vessel": [4]}, [("prob_vessel_note", Level.MISSING)]),
        ({"prob_other": 2}, [("prob_other_note", Level.MISSING)]),
        # treatment
        ({"hospital_stays": [["2026-03-01", "2026-03-01", "肺炎"]]}, []),
        ({"hospital_stays": [["2026-03-02", "2026-03-01"]]}, [("hospital_stays", Level.REFUSE)]),
        ({"hospital_stays": [["2026-10-01", "2026-10-12"]]}, []),
        ({"hospital_stays": [["2026-10-01", "2026-10-13"]]}, [("hospital_stays", Level.REFUSE)]),
        ({"hospital_stays": [["2025-10-01", "2025-10-12"]]}, []),
        ({"hospital_stays": [["2025-10-01", "2025-10-11"]]}, [("hospital_stays", Level.ASK)]),
        ({"hospital_stays": [["2026-03", "2026-03-05"], ["2026-05"]]}, []),
        ({"home_beds": [["2026-06", "2026-05"]]}, [("home_beds", Level.REFUSE)]),
        ({"home_beds": [["2026-06-01"]] * 3}, [("home_beds", Level.REFUSE)]),
        ({"medications": [{"name": "硝苯地平", "adherence": 3}] * 6}, []),
        ({"medications": [{"name": "硝苯地平"}] * 7}, [("medications", Level.REFUSE)]),
        ({"medications": [{"name": "硝苯地平", "adherence": 4}]}, [("medications", Level.REFUSE)]),
        ({"medications": [{"dose": "30mg"}]}, [("medications", Level.REFUSE)]),
        ({"vaccinations": [["流感疫苗", "2026-10-12", "卫生院"]] * 3}, []),
        ({"vaccinations": [["流感疫苗", "2026-10-13"]]}, [("vaccinations", Level.REFUSE)]),
        ({"vaccinations": [["流感疫苗", "2025-09"]]}, [("vaccinations", Level.ASK)]),
        ({"vaccinations": [["流感疫苗"]] * 4}, [("vaccinations", Level.REFUSE)]),
        # evaluation
        ({"evaluation": 2}, [("abnormal_1", Level.MISSING), ("guidance", Level.MISSING)]),
        ({"evaluation": 2, "abnormal_3": "血压高", "guidance": [1, 2, 3]}, []),
        ({"risk_control": [1, 2, 3, 4]}, []),
        ({"risk_control": [5]}, [("target_weight", Level.MISSING)]),
        ({"risk_control": [6]}, [("vaccine_advised", Level.MISSING)]),
        ({"risk_control": [7]}, [("risk_control_note", Level.MISSING)]),
        ({"risk_control": [5], "target_weight": "57.9"}, []),
        ({"risk_control": [5], "target_weight": "58"}, [("target_weight", Level.ASK)]),
        ({"risk_control": [5], "target_weight": "19.9"}, [("target_weight", Level.REFUSE)]),
        ({"risk_control": [5], "target_weight": "300.1"}, [("target_weight", Level.REFUSE)]),
        ({"unknown": 1}, [("unknown", Level.REFUSE)]),
    ],
)  # fmt: skip
def test_every_limit_skip_rule_and_check_is_held(changes, expected):
    assert found(changes) == expected


@pytest.mark.parametrize(
    ("condition", "skipped"),
    [
        ({"exercise_freq": 4}, {"exercise_minutes": 30, "exercise_years": "6", "exercise_kind": "散步"}),
        ({"smoking": 1}, {"cigarettes_per_day": 10, "smoking_start_age": 20, "smoking_quit_age": 40}),
        ({**SMOKES, "smoking": 3}, {"smoking_quit_age": 40}),
        (
            {"drinking_freq": 1},
            {"alcohol_per_day": "1", "drinking_quit": 1, "drinking_start_age": 20, "drunk_last_year": 2,
             "alcohol_kinds": [1]},
        ),
        (DRINKS, {"drinking_quit_age": 40}),
        ({"occ_exposure": 1}, {"occ_exposure_job": "工人", "occ_exposure_years": "3", "occ_dust": "煤尘"}),
        ({"teeth": [3]}, {"teeth_missing": {"upper_left": "6"}, "teeth_denture": {"upper_left": "6"}}),
        ({"evaluation": 1}, {"abnormal_1": "血压高", "abnormal_4": "血脂高"}),
        ({"risk_control": [1]}, {"target_weight": "50", "vaccine_advised": "流感疫苗"}),
    ],
)  # fmt: skip
def test_what_an_answer_skips_is_refused_and_left_out(condition, skipped):
    assert {code for code, level in found({**condition, **skipped}, keep_all=True) if level is Level.REFUSE} == set(skipped)
    assert found({**condition, **skipped}) == found(condition) == []


@pytest.mark.parametrize(
    ("born", "asked"),
    [("1961-10-12", True), ("1961-10-13", False), ("1955-03-08", True), ("1990-01-01", False)],
)
def test_items_of_the_elderly_are_asked_from_65_on_the_day_of_the_examination(born, asked):
    context = Context(today=TODAY, birth_date=date.fromisoformat(born), sex=2)
    assert {code for code, _level in found({}, context)} == (set(ELDERLY) if asked else set())
    kept = FORM.complete(FORM.read(WHOLE | ELDERLY).answers, context)
    assert ("elder_emotion" in kept) == asked
    assert "hb" in kept


def test_without_a_birth_date_items_of_the_elderly_may_be_answered_but_are_not_missed():
    nobody = Context(today=TODAY)
    assert found({}, nobody) == []
    assert "elder_emotion" in FORM.complete(FORM.read(WHOLE | ELDERLY).answers, nobody)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"elder_cognition": 2}, [("elder_cognition_score", Level.MISSING)]),
        ({"elder_cognition": [2, 0]}, []),
        ({"elder_cognition": [2, 30]}, []),
        ({"elder_cognition": [2, 31]}, [("elder_cognition_score", Level.REFUSE)]),
        ({"elder_emotion": {"code": 2, "score": 31}}, [("elder_emotion_score", Level.REFUSE)]),
        ({"elder_emotion": {"code": 2, "score": 12}}, []),
        ({"elder_self_care": 5}, [("elder_self_care", Level.REFUSE), ("elder_self_care", Level.MISSING)]),
    ],
)
def test_screening_of_the_elderly(changes, expected):
    assert found(ELDERLY | changes, OLD_WOMAN) == expected


@pytest.mark.parametrize(
    ("total", "band"), [(0, 1), (3, 1), (4, 2), (8, 2), (9, 3), (18, 3), (19, 4), (37, 4)]
)
def test_self_care_is_the_band_of_the_assessed_total(total, band):
    context = Context(today=TODAY, birth_date=date(1955, 3, 8), sex=2, adl_total=total)
    problems = {
        chosen: found(ELDERLY | {"elder_self_care": chosen}, context) for chosen in (1, 2, 3, 4)
    }
    assert [chosen for chosen, listed in problems.items() if not listed] == [band]
    assert all(listed in ([], [("elder_self_care", Level.REFUSE)]) for listed in problems.values())
    assert FORM.complete({"exam_date": EXAMINED}, context)["elder_self_care"] == band


def test_the_foot_pulse_is_needed_in_diabetes_only():
    diabetic = Context(today=TODAY, birth_date=date(1975, 3, 8), sex=1, diseases=frozenset({"htn", "dm"}))
    hypertensive = Context(today=TODAY, birth_date=date(1975, 3, 8), sex=1, diseases=frozenset({"htn"}))
    assert found({}, diabetic) == [("dorsalis_pedis", Level.MISSING)]
    assert found({"dorsalis_pedis": 2}, diabetic) == []
    assert found({}, hypertensive) == []


@pytest.mark.parametrize("code", ["gyn_vulva", "gyn_vagina", "gyn_cervix", "gyn_uterus", "gyn_adnexa", "cervical_smear"])
def test_what_only_women_have_is_not_asked_of_men(code):
    assert found({code: 1}, keep_all=True) == [(code, Level.REFUSE)]
    woman = Context(today=TODAY, birth_date=date(1975, 3, 8), sex=2)
    assert found({code: 1}, woman) == []
    assert found({code: 2}, woman) == [(code + "_note", Level.MISSING)]


@pytest.mark.parametrize(("born", "asked"), [("2019-10-13", True), ("2019-10-12", False), ("2026-10-12", True)])
def test_the_form_is_not_meant_for_children_of_0_to_6(born, asked):
    context = Context(today=TODAY, birth_date=date.fromisoformat(born), sex=1)
    assert (("exam_date", Level.ASK) in found({}, context)) == asked


@pytest.mark.parametrize(
    ("mg", "fpg"), [("90", "5.00"), ("126", "7.00"), ("100", "5.56"), ("122", "6.78"), ("99.9", "5.55")]
)
def test_glucose_in_mg_per_dl_is_kept_as_mmol_per_l_too(mg, fpg):
    answers = FORM.complete(FORM.read({"fpg_mg_dl": mg}).answers, YOUNGER_MAN)
    assert answers["fpg"] == Decimal(fpg)


@pytest.mark.parametrize(("fpg", "level"), [("5.20", None), ("4.80", None), ("5.21", Level.ASK), ("4.79", Level.ASK)])
def test_two_lines_of_glucose_that_differ_are_asked_about(fpg, level):
    assert dict(found({"fpg": fpg, "fpg_mg_dl": "90"})).get("fpg_mg_dl") == level


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("6、7", "67"),
        ("8 1，３", "138"),
        (6, "6"),
        ("a,b", "AB"),
        ("12345678", "12345678"),
    ],
)
def test_places_of_teeth_are_kept_without_separators(written, kept):
    answers = FORM.read({"teeth": [2], "teeth_missing": {"upper_right": written}}).answers
    assert answers["teeth_missing"] == [{"upper_right": kept}]


@pytest.mark.parametrize("written", ["9", "0", "66", "左", "F", "18+"])
def test_what_is_no_place_of_a_tooth_is_refused(written):
    [problem] = FORM.read({"teeth_missing": {"ll": written}}).problems
    assert (problem.code, problem.level) == ("teeth_missing", Level.REFUSE)
    assert "牙位请填 1 到 8" in str(problem.message)


def test_a_text_may_be_told_with_what_belongs_to_it():
    reading = FORM.read({"occ_dust": {"text": "煤尘", "protection": {"code": 2, "text": "口罩"}}})
    assert reading.problems == []
    assert reading.answers == {"occ_dust": "煤尘", "occ_dust_protection": 2, "occ_dust_protection_note": "口罩"}
    [problem] = FORM.read({"occ_dust": {"name": "煤尘", "colour": "黑"}}).problems
    assert problem.code == "occ_dust.colour"


def test_option_numbers_of_the_foot_pulse_differ_from_the_diabetes_visit():
    assert FORM.fields["dorsalis_pedis"].kind.show(1) == "未触及"
    assert FORM.fields["drunk_last_year"].kind.show(1) == "是"


def test_answers_survive_being_kept():
    raw = WHOLE | ELDERLY | HAS_QUIT | DRINKS | EXPOSED | {
        "teeth": [2], "teeth_missing": {"upper_right": "67"}, "hospital_stays": [["2026-03-01", "2026-03-09"]],
        "medications": [{"name": "硝苯地平", "adherence": 1}], "fpg_mg_dl": "94",
    }  # fmt: skip
    answers = FORM.complete(FORM.read(raw).answers, OLD_WOMAN)
    assert FORM.restore(FORM.keep(answers)) == answers
