"""The clinical rules as `cunyi rule NAME` sees them: JSON in, JSON out."""

from __future__ import annotations

import pytest

from app.domain.reasons import EDITION
from app.errors import UserError
from app.rules.registry import evaluate
from tests.app.rules.rule_calls import TODAY, rule, texts

VISIT = {"visit_date": "2026-11-22", "birth_date": "1970-01-01"}
HTN = {**VISIT, "sbp": 130, "dbp": 80}
DM = {**VISIT, "fpg_mmol_l": 6.5}


def test_hypertension_gives_all_its_keys():
    result = rule(
        "hypertension",
        {**HTN, "sbp": "158", "previous_visits": [{"date": "2026-11-13", "sbp": 162, "dbp": 94, "class": 3}]},
    )
    expected = {
        "valid": True,
        "missing": [],
        "age": 56,
        "controlled": False,
        "proposed_class": 2,
        "urgent": False,
        "referral": "yes",
        "next_visit_due": "2026-12-06",
        "check_due": "2026-12-06",
        "edition": EDITION,
    }
    assert {key: result[key] for key in expected} == expected
    assert "上次 11-13 也不满意：162/94" in texts(result)
    assert all(
        reason["clause"].startswith("国家基本公共卫生服务规范（第三版）") for reason in result["reasons"]
    )


def test_what_a_rule_has_no_opinion_on_is_left_out():
    satisfactory = rule("hypertension", HTN)
    assert "check_due" not in satisfactory
    unknown = rule("hypertension", {**VISIT, "sbp": 150})
    assert (unknown["valid"], unknown["missing"], unknown["proposed_class"], unknown["controlled"]) == (
        False,
        ["dbp"],
        None,
        None,
    )
    assert not {"urgent", "referral", "next_visit_due"} & set(unknown)


def test_nothing_at_all_is_missing_everything_needed():
    assert rule("hypertension", {})["missing"] == ["visit_date", "birth_date", "sbp", "dbp"]
    assert rule("diabetes_t2", {})["missing"] == ["visit_date", "fpg_mmol_l"]


@pytest.mark.parametrize(
    ("checklist", "urgent"),
    [
        (["chest_tightness"], True),
        (["胸闷"], True),
        ("胸闷", True),
        ({"胸闷": True, "eye_pain": False}, True),
        ({"胸闷": False}, False),
        ([], False),
        (["无"], False),
        (None, False),
    ],
)
def test_a_checklist_may_be_names_or_ticks(checklist, urgent):
    result = rule("hypertension", {**HTN, "emergency_checklist": checklist})
    assert result["urgent"] is urgent
    assert result["proposed_class"] == (None if urgent else 1)


@pytest.mark.parametrize(
    ("disease", "urgent"), [(True, True), ("主动脉夹层", True), (False, False), ("无", False), (None, False)]
)
def test_another_disease_may_be_a_flag_or_its_name(disease, urgent):
    assert rule("hypertension", {**HTN, "other_untreatable_disease": disease})["urgent"] is urgent


def test_refused_values_are_told_first_with_their_key():
    result = rule("hypertension", {**HTN, "sbp": 80, "dbp": 120})
    assert result["valid"] is False
    assert result["reasons"][0]["key"] == "dbp"
    assert "填反" in result["reasons"][0]["text"]


def test_symptoms_are_codes_as_numbers_or_text():
    assert rule("hypertension", {**HTN, "symptoms": [2, "5"]})["ask_emergency_checklist"] is True
    assert rule("hypertension", {**HTN, "symptoms": ["1"]})["ask_emergency_checklist"] is False
    assert rule("hypertension", {**HTN, "symptoms": ["头晕"]})["ask_emergency_checklist"] is False


def test_hints_stand_apart_from_reasons():
    result = rule("hypertension", {**HTN, "comorbidity": ["糖尿病"], "individual_target_sbp": 125})
    assert len(result["hints"]) == 3
    assert not set(result["hints"]) & set(texts(result))


def test_diabetes_gives_the_value_used_and_the_scope():
    result = rule("diabetes_t2", {**VISIT, "fpg_mg_dl": 126, "diagnosis": "2型糖尿病"})
    assert (
        result["fpg_mmol_l"],
        result["controlled"],
        result["proposed_class"],
        result["in_programme_scope"],
    ) == (7.0, False, 2, True)
    assert "combined_next_visit_due" not in result
    assert rule("diabetes_t2", {**VISIT, "fpg_mg_dl": 125})["fpg_mmol_l"] == 6.94


@pytest.mark.parametrize(
    ("diagnosis", "in_scope"),
    [
        ("2型糖尿病", True),
        ("Ⅱ型糖尿病", True),
        ("type 2", True),
        ("T2DM", True),
        ("type_2_diabetes", True),
        ("E11.9", True),
        ("II型糖尿病", True),
        ("III型糖尿病", False),
        ("糖尿病", True),
        (None, True),
        ("1型糖尿病", False),
        ("妊娠期糖尿病", False),
        ("type 1", False),
        ("E10", False),
    ],
)
def test_only_type_2_is_in_the_programme(diagnosis, in_scope):
    assert rule("diabetes_t2", {**DM, "diagnosis": diagnosis})["in_programme_scope"] is in_scope


@pytest.mark.parametrize(
    ("values", "dm", "htn", "combined"),
    [
        ({"sbp": 130, "dbp": 80}, "2027-02-22", "2027-02-22", "2027-02-22"),
        ({"sbp": 150, "dbp": 80}, "2027-02-22", "2026-12-06", "2026-12-06"),
        ({"sbp": 130, "dbp": 80, "fpg_mmol_l": 8}, "2026-12-06", "2027-02-22", "2026-12-06"),
        ({"sbp": 130, "dbp": 80, "adr": True}, "2026-12-06", "2027-02-22", "2026-12-06"),
        (
            {"sbp": 130, "dbp": 80, "emergency_checklist": ["acetone_breath"]},
            "2026-12-06",
            "2027-02-22",
            "2026-12-06",
        ),
        (
            {"sbp": 130, "dbp": 80, "emergency_checklist": ["palpitation"]},
            "2026-12-06",
            "2026-12-06",
            "2026-12-06",
        ),
        ({}, "2027-02-22", None, None),
        ({"fpg_mmol_l": 8}, "2026-12-06", None, "2026-12-06"),  # nothing can be earlier
        ({"fpg_mmol_l": None, "sbp": 130, "dbp": 80}, None, "2027-02-22", None),
    ],
)
def test_a_person_with_both_diseases_has_three_dates(values, dm, htn, combined):
    result = rule("diabetes_t2", {**DM, "also_hypertension": True, **values})
    dates = [result.get(f"{name}_next_visit_due") for name in ("dm", "htn", "combined")]
    assert dates == [dm, htn, combined]


def test_the_pressure_sheet_of_a_person_with_both_diseases_has_its_own_history():
    beside = [{"date": "2026-08-22", "fpg_mmol_l": 6, "class": 1, "sbp": 150, "dbp": 80}]
    result = rule(
        "diabetes_t2", {**DM, "also_hypertension": True, "sbp": 150, "dbp": 80, "previous_visits": beside}
    )
    assert (result["referral"], result["hypertension"]["referral"]) == ("no", "yes")
    apart = {"previous_visits": [], "htn_previous_visits": [{"date": "2026-08-22", "sbp": 150, "dbp": 80}]}
    result = rule("diabetes_t2", {**DM, "also_hypertension": True, "sbp": 150, "dbp": 80, **apart})
    assert result["hypertension"]["referral"] == "yes"


def test_screening_takes_readings_as_lists_or_objects():
    case = {"birth_date": "1980-01-01", "date": "2026-11-22", "sex": "男", "sbp": 145, "dbp": 80}
    lists = rule(
        "hypertension_screening", {**case, "readings": [["2026-11-01", 142, 80], ["2026-11-10", 150, 95]]}
    )
    objects = [{"date": "2026-11-01", "sbp": 142, "dbp": 80}, {"date": "2026-11-10", "sbp": 150, "dbp": 95}]
    assert lists == rule("hypertension_screening", {**case, "readings": objects})
    assert (lists["preliminary_hypertension"], lists["action"], lists["referral"], lists["check_due"]) == (
        True,
        "refer",
        "yes",
        "2026-12-06",
    )
    assert (lists["age"], lists["in_scope_yearly_bp"], lists["high_risk"]) == (46, True, False)


def test_screening_names_high_risk_and_the_interval():
    result = rule(
        "hypertension_screening",
        {"birth_date": "1980-01-01", "date": "2026-11-22", "sex": 2, "sbp": 120, "dbp": 70, "waist_cm": 85},
    )
    assert (result["high_risk"], result["high_risk_items"], result["recheck_months"], result["action"]) == (
        True,
        [2],
        6,
        "half_yearly_check",
    )


def test_mental_disorder_takes_codes_or_words():
    by_code = rule(
        "severe_mental_disorder",
        {"visit_date": "2026-11-22", "risk_level": 0, "insight": 1, "social_function_worst": 2},
    )
    by_word = rule(
        "severe_mental_disorder",
        {"visit_date": "2026-11-22", "risk_level": "0", "insight": "完全", "social_function_worst": "一般"},
    )
    assert by_code == by_word
    assert (by_code["class"], by_code["label"], by_code["referral"], by_code["next_visit_due"]) == (
        3,
        "稳定",
        "no",
        "2027-02-22",
    )
    unstable = rule(
        "severe_mental_disorder",
        {"visit_date": "2026-11-22", "risk_level": 3, "insight": 1, "social_function_worst": 1},
    )
    assert (unstable["class"], unstable["referral"], unstable["next_visit_due"]) == (
        1,
        "urgent",
        "2026-12-06",
    )
    assert rule("severe_mental_disorder", {"visit_date": "2026-11-22"})["class"] is None


@pytest.mark.parametrize(
    ("notice", "due"),
    [
        ("2026-03-01T09:30", "2026-03-04T09:30"),
        ("2026-03-01 09:30", "2026-03-04T09:30"),
        ("2026-03-01T09:30:05", "2026-03-04T09:30:05"),
        ("2026-03-01T09:30:00+08:00", "2026-03-04T09:30:00+08:00"),
        ("2026-03-01T09:30:00Z", "2026-03-04T09:30:00Z"),
        ("2026-02-26", "2026-03-01"),
    ],
)
def test_the_first_home_visit_is_written_as_precisely_as_the_notice(notice, due):
    assert rule("tuberculosis", {"notice_at": notice})["first_visit_due"] == due


def test_tuberculosis_gives_referral_check_and_rate():
    result = rule(
        "tuberculosis", {"visit_date": "2026-03-02", "adr": True, "doses_due": 180, "doses_taken": 162}
    )
    assert (
        result["referral"],
        result["check_due"],
        result["dose_rate_percent"],
        result["took_regularly"],
    ) == ("urgent", "2026-03-16", 90.0, True)
    assert rule("tuberculosis", {"visit_date": "2026-03-02", "adr": False})["referral"] == "no"


def test_tuberculosis_says_nothing_of_what_was_not_asked():
    notice = rule("tuberculosis", {"notice_at": "2026-03-01"})
    assert set(notice) == {"first_visit_due", "reasons", "edition"}
    course = rule("tuberculosis", {"doses_due": 180, "doses_taken": 162})
    assert set(course) == {"dose_rate_percent", "took_regularly", "reasons", "edition"}
    assert rule("tuberculosis", {"missed_days": 7})["report_missed_doses"] is True
    assert rule("tuberculosis", {"missed_days": 6})["report_missed_doses"] is False


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"visit_class": 1}, {"referral": "no", "next_visit_due": "2027-02-28", "next_step": 1}),
        ({"visit_class": 2}, {"referral": "no", "next_visit_due": "2026-12-14", "next_step": 2}),
        ({"visit_class": 2, "previous_class": 2}, {"referral": "yes", "check_due": "2026-12-14", "next_step": 3}),
        ({"visit_class": 1, "months_when_satisfactory": 1}, {"next_visit_due": "2026-12-30"}),
        ({"visit_class": 4, "days_otherwise": 7}, {"next_visit_due": "2026-12-07"}),
        ({"spo2": 93}, {"is_spo2_low": False}),
        ({"spo2": 92}, {"is_spo2_low": True}),
        ({"birth_date": "1991-11-30"}, {"in_scope": True}),
        ({"birth_date": "1991-12-01"}, {"in_scope": False}),
    ],
)
def test_copd_follows_the_class_that_was_chosen(case, expected):
    found = rule("copd", {"visit_date": "2026-11-30", **case})
    assert {key: found[key] for key in expected} == expected
    assert "试行" in found["edition"]


@pytest.mark.parametrize(
    ("impression", "due"),
    [("高血压3级", "2026-12-04"), ("疑似肺结核", "2026-11-27"), ("", "2026-12-04")],
)
def test_a_letter_is_asked_after_within_two_weeks_or_one_for_suspected_tuberculosis(impression, due):
    assert rule("referral_letter", {"transfer_date": "2026-11-20", "impression": impression})["check_due"] == due


def test_a_letter_without_a_day_is_refused():
    with pytest.raises(UserError, match="transfer_date"):
        rule("referral_letter", {"impression": "高血压3级"})


def test_a_class_of_copd_that_is_not_printed_is_refused():
    with pytest.raises(UserError, match="1 到 4"):
        rule("copd", {"visit_date": "2026-11-30", "visit_class": 5})


@pytest.mark.parametrize(
    ("name", "case", "words"),
    [
        ("hypertension", {"visit_date": "2026-02-30"}, "visit_date"),
        ("hypertension", {"visit_date": "22/11/2026"}, "visit_date"),
        ("hypertension", {"visit_date": "9999-12-31"}, "visit_date"),
        ("tuberculosis", {"notice_at": "9999-12-31T23:00"}, "notice_at"),
        ("hypertension", {"birth_date": 1970}, "birth_date"),
        ("hypertension", {**HTN, "sbp": "高"}, "sbp"),
        ("hypertension", {**HTN, "dbp": True}, "dbp"),
        ("hypertension", {**HTN, "dbp": [80]}, "dbp"),
        ("hypertension", {**HTN, "sbp": float("nan")}, "sbp"),
        ("hypertension", {**HTN, "adr": "也许"}, "adr"),
        ("hypertension", {**HTN, "adr": 2}, "adr"),
        ("hypertension", {**HTN, "comorbidity": [1]}, "comorbidity"),
        ("hypertension", {**HTN, "previous_visits": {"date": "2026-01-01"}}, "previous_visits"),
        ("hypertension", {**HTN, "previous_visits": [{}, {"date": "x"}]}, "previous_visits 第 2 项：date"),
        ("hypertension", {**HTN, "previous_visits": [{"class": 1.5}]}, "class"),
        ("diabetes_t2", {**DM, "diagnosis": [2]}, "diagnosis"),
        ("hypertension_screening", {"readings": [["2026-01-01", 140]]}, "readings"),
        ("hypertension_screening", {"readings": "x"}, "readings"),
        ("hypertension_screening", {"readings": [[None, 140, 90]]}, "readings"),
        ("hypertension_screening", {"sex": "x"}, "sex"),
        ("hypertension_screening", {"sbp": 80, "dbp": 90}, "dbp：舒张压"),
        ("hypertension_screening", {"sbp": 1300, "dbp": 90}, "sbp：收缩压"),
        ("hypertension_screening", {"readings": [["2026-01-01", 80, 90]]}, "dbp：舒张压"),
        ("severe_mental_disorder", {"insight": "不知道"}, "insight"),
        ("severe_mental_disorder", {"visit_date": "2026-11-22", "risk_level": 6}, "risk_level"),
        ("severe_mental_disorder", {"visit_date": "2026-11-22", "insight": 4}, "insight"),
        ("tuberculosis", {"doses_due": 10, "doses_taken": 11}, "doses_taken"),
        ("tuberculosis", {"notice_at": "2026-03-01T25:00"}, "notice_at"),
        ("bmi", {"height_cm": 1.65, "weight_kg": 60}, "height_cm"),
        ("bmi", {"height_cm": 0, "weight_kg": 60}, "height_cm"),
        ("tcm_constitution", {"answers": {"34": 1}}, "34"),
        ("tcm_constitution", {"answers": "x"}, "answers"),
        ("tcm_constitution", {}, "answers"),
        ("tcm_constitution", {"item": 9, "bmi": [None]}, "bmi"),
        ("alcohol", {"啤酒_两": -1}, "啤酒_两"),
        ("id_number", {"number": 1.5}, "number"),
        ("id_number", {"number": "1", "form_sex": 3}, "form_sex"),
        ("age", {"birth_date": "2000-01-01"}, "on"),
        ("age", {"on": "2000-01-01"}, "birth_date"),
        ("age", {"birth_date": "2000-01-02", "on": "2000-01-01"}, "on"),
        ("indicator", {}, "indicator"),
        ("indicator", {"indicator": "没有的指标"}, "没有的指标"),
        ("indicator", {"indicator": "健康档案建档率"}, "numerator"),
        ("indicator", {"indicator": "健康档案建档率", "numerator": -1, "denominator": 1}, "numerator"),
        ("indicator", {"indicator": "健康档案建档率", "people": []}, "year"),
        ("indicator", {"indicator": "健康档案建档率", "year": 26, "people": []}, "year"),
        ("indicator", {"indicator": "健康档案建档率", "year": 2026, "people": [{}]}, "id"),
    ],
)
def test_input_that_cannot_be_read_names_its_key(name, case, words):
    with pytest.raises(UserError) as caught:
        evaluate(name, case, TODAY)
    assert words in str(caught.value)
    assert caught.value.exit_status == 1


def test_half_a_character_is_dropped_and_a_long_value_is_shortened():
    assert rule("name", {"input": "李\ud800桂兰"})["stored"] == "李桂兰"
    result = rule("hypertension", {**HTN, "emergency_checklist": ["胸闷\ud800"]})
    assert "危急情况：胸闷" in texts(result)
    with pytest.raises(UserError) as caught:
        evaluate("hypertension", {**HTN, "sbp": "高" * 5000}, TODAY)
    assert len(str(caught.value)) < 100
