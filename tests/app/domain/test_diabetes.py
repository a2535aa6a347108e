"""2型糖尿病患者健康管理服务规范, clause by clause."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.chronic_followup import Referral, combined_next_due
from app.domain.diabetes import DiabetesVisit, PreviousDiabetesVisit, assess_diabetes, is_unsatisfactory

VISIT = date(2026, 11, 22)
BIRTH = date(1960, 1, 1)
TWO_WEEKS = date(2026, 12, 6)
THREE_MONTHS = date(2027, 2, 22)


def assess(fpg=6.5, **more):
    return assess_diabetes(
        DiabetesVisit(**{"visit_date": VISIT, "birth_date": BIRTH, "fpg_mmol_l": fpg, **more})
    )


def earlier(fpg, day=date(2026, 8, 22), **more):
    return PreviousDiabetesVisit(day, fpg, **more)


@pytest.mark.parametrize(
    ("fpg", "controlled"),
    [("6.9", True), (6.99, True), ("6.999", True), ("7.0", False), (7, False), (7.01, False)],
)
def test_fasting_glucose_is_controlled_below_7(fpg, controlled):
    found = assess(fpg)
    assert found.controlled is controlled
    assert found.proposed_class == (1 if controlled else 2)


@pytest.mark.parametrize(
    ("fpg", "urgent"),
    [("16.6", False), ("16.69", False), ("16.7", True), ("3.9", True), ("3.91", False), ("4.0", False)],
)
def test_very_high_and_very_low_glucose_are_emergencies_at_any_time_of_day(fpg, urgent):
    assert assess(fpg).urgent is urgent
    assert assess(6.5, random_glucose_mmol_l=fpg).urgent is urgent


def test_a_random_value_never_classifies():
    found = assess(6.5, random_glucose_mmol_l=11.0)
    assert (found.controlled, found.proposed_class) == (True, 1)
    alone = assess(None, random_glucose_mmol_l=11.0)
    assert (alone.valid, alone.missing, alone.proposed_class) == (False, ("fpg_mmol_l",), None)


def test_a_random_emergency_counts_without_a_fasting_value():
    found = assess(None, random_glucose_mmol_l="16.7")
    assert (found.valid, found.urgent, found.next_visit_due) == (False, True, TWO_WEEKS)


@pytest.mark.parametrize(
    ("more", "proposed"),
    [
        ({}, 2),
        ({"adr": True}, 3),
        ({"low_glucose_from_drug": True}, 3),
        ({"complication_new_or_worse": True}, 4),
    ],
)
def test_low_glucose_is_never_satisfactory(more, proposed):
    found = assess("3.9", **more)
    assert found.controlled is True
    assert found.proposed_class == proposed
    assert found.referral is Referral.URGENT


@pytest.mark.parametrize(
    ("more", "urgent"),
    [
        ({"sbp": 180, "dbp": 90}, True),
        ({"sbp": 179, "dbp": 109}, False),
        ({"sbp": 150, "dbp": 110}, True),
        ({"heart_rate": 100, "heart_rate_sustained": True}, False),
        ({"heart_rate": 101, "heart_rate_sustained": True}, True),
        ({"heart_rate": 101}, False),
        ({"temperature_c": "39.0"}, False),
        ({"temperature_c": "39.1"}, True),
        ({"temperature_c": 39.01}, True),
        ({"pregnant_or_lactating": True, "fpg_mmol_l": "7.0"}, True),
        ({"pregnant_or_lactating": True, "fpg_mmol_l": "6.9"}, False),
        ({"other_untreatable_disease": True}, True),
        ({"emergency_checklist": ("sudden_vision_loss",)}, True),
        ({"emergency_checklist": ("呼气有烂苹果样丙酮味",)}, True),
        ({"emergency_checklist": ()}, False),
        ({"symptoms": (2, 4)}, False),
    ],
)
def test_the_other_emergencies(more, urgent):
    assert assess(**more).urgent is urgent


@pytest.mark.parametrize(("fpg", "asks"), [("5.0", False), ("5.1", True), ("6.9", True), ("7.0", False)])
def test_pregnancy_with_a_borderline_value_asks_the_doctor(fpg, asks):
    found = assess(fpg, pregnant_or_lactating=True)
    assert any("请医生判断" in str(hint) for hint in found.hints) is asks


def test_class_1_is_never_proposed_in_an_emergency():
    found = assess(6.0, sbp=185, dbp=90)
    assert (found.urgent, found.controlled, found.proposed_class) == (True, True, None)


def test_a_fast_pulse_that_may_not_last_is_asked_about():
    assert any("休息后再测" in str(hint) for hint in assess(heart_rate=101).hints)


@pytest.mark.parametrize(("code", "asks"), [(1, False), (2, True), (3, False), (4, True), (5, False)])
def test_thirst_and_polyuria_open_the_checklist(code, asks):
    assert assess(symptoms=(code,)).is_checklist_needed is asks
    assert assess(symptoms=(code,), emergency_checklist=()).is_checklist_needed is False


@pytest.mark.parametrize(
    ("priority", "visit", "previous", "referral", "due", "check"),
    [
        (1, {"fpg": 17}, (), "urgent", TWO_WEEKS, TWO_WEEKS),
        (2, {"complication_new_or_worse": True}, (), "yes", TWO_WEEKS, TWO_WEEKS),
        (3, {"fpg": 7}, (earlier(7),), "yes", TWO_WEEKS, TWO_WEEKS),
        (4, {"adr": True}, (earlier(6, adr=True),), "yes", TWO_WEEKS, TWO_WEEKS),
        (5, {"fpg": 7}, (earlier(6),), "no", TWO_WEEKS, None),
        (5, {"fpg": 7}, (earlier(7, date(2026, 5, 1)), earlier(6)), "no", TWO_WEEKS, None),
        (6, {"adr": True}, (), "no", TWO_WEEKS, None),
        (7, {}, (earlier(8),), "no", THREE_MONTHS, None),
    ],
)
def test_action_and_dates_follow_the_table_of_actions(priority, visit, previous, referral, due, check):
    found = assess(**visit, previous=previous)
    assert (found.priority, found.referral, found.next_visit_due, found.check_due) == (
        priority,
        referral,
        due,
        check,
    )


@pytest.mark.parametrize(
    ("old", "expected"),
    [
        (earlier(7.0, visit_class=3), True),
        (earlier(6.9, visit_class=2), False),
        (earlier(None, visit_class=2), True),
        (earlier(None, visit_class=1), False),
        (earlier(None, visit_class=4), None),
        (earlier(None, lost=True), True),
        (earlier(None, fpg_mg_dl=126), True),
        (earlier(99, visit_class=1), False),  # a refused value says nothing
    ],
)
def test_the_previous_visit_is_judged_by_its_value(old, expected):
    assert is_unsatisfactory(old) is expected


@pytest.mark.parametrize(
    ("mg_dl", "controlled", "urgent"),
    [
        (125, True, False),
        ("125.9", True, False),
        (126, False, False),
        ("300.6", False, True),
        ("300.5", False, False),
        ("70.2", True, True),
        ("70.3", True, False),
    ],
)
def test_mg_dl_is_divided_by_18_exactly(mg_dl, controlled, urgent):
    found = assess(None, fpg_mg_dl=mg_dl)
    assert (found.controlled, found.urgent) == (controlled, urgent)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"fpg": 0.4}, "fpg_mmol_l"),
        ({"fpg": 60.1}, "fpg_mmol_l"),
        ({"fpg": None, "fpg_mg_dl": 2000}, "fpg_mg_dl"),
        ({"random_glucose_mmol_l": 65}, "random_glucose_mmol_l"),
        ({"sbp": 80, "dbp": 120}, "dbp"),
        ({"heart_rate": 19}, "heart_rate"),
        ({"temperature_c": 93}, "temperature_c"),
        ({"birth_date": date(2027, 1, 1)}, "visit_date"),
    ],
)
def test_an_impossible_value_is_refused(more, key):
    found = assess(**more)
    assert [problem.key for problem in found.problems] == [key]
    assert (found.valid, found.proposed_class) == (False, None)


def test_no_birth_date_is_needed_to_judge_glucose():
    found = assess(birth_date=None)
    assert (found.valid, found.proposed_class, found.age, found.in_programme_scope) == (True, 1, None, None)


@pytest.mark.parametrize(
    ("birth", "is_type_2", "in_scope"),
    [
        (date(1991, 11, 22), True, True),
        (date(1991, 11, 23), True, False),
        (BIRTH, None, True),
        (BIRTH, False, False),
        (None, False, False),
    ],
)
def test_the_programme_is_for_type_2_from_35_years(birth, is_type_2, in_scope):
    assert assess(birth_date=birth, is_type_2=is_type_2).in_programme_scope is in_scope


def test_a_lost_patient_has_no_class_and_is_not_controlled():
    found = assess(None, lost=True)
    assert (found.valid, found.controlled, found.proposed_class, found.missing) == (False, False, None, ())


def test_hba1c_is_a_hint_and_changes_nothing():
    found = assess(6.5, hba1c_percent="7.0")
    assert found.proposed_class == 1
    assert len(found.hints) == 1
    assert assess(6.5, hba1c_percent="6.9").hints == ()


def test_the_reasons_state_the_numbers():
    found = assess("8.2", previous=(earlier("7.9", date(2025, 11, 13)),))
    assert [str(reason.message) for reason in found.reasons] == [
        "空腹血糖 8.2 ≥ 7.0",
        "建议分类：2 控制不满意",
        "上次 2025-11-13 也不满意：7.9 mmol/L",
        "建议转诊到卫生院",
        "2 周内（12-06 前）主动随访转诊结果",
    ]


def test_a_person_with_both_diseases_comes_on_the_earlier_date():
    assert combined_next_due(THREE_MONTHS, TWO_WEEKS) == TWO_WEEKS
    assert combined_next_due(None, THREE_MONTHS) == THREE_MONTHS
    assert combined_next_due(None, None) is None


@pytest.mark.parametrize(
    "sign",
    [
        "意识或行为改变", "呼气有烂苹果样丙酮味", "心悸", "出汗", "食欲减退", "恶心", "呕吐", "多饮", "多尿", "腹痛",
        "有深大呼吸", "皮肤潮红", "视力突然骤降", "consciousness_change", "acetone_breath", "palpitation", "sweating",
        "appetite_loss", "nausea", "vomiting", "polydipsia", "polyuria", "abdominal_pain", "deep_breathing",
        "flushed_skin", "sudden_vision_loss", "other_sudden_event",
    ],
)  # fmt: skip
def test_every_sign_on_the_checklist_is_an_emergency(sign):
    found = assess(emergency_checklist=(sign,))
    assert (found.urgent, found.referral) == (True, Referral.URGENT)
    assert found.next_visit_due == found.check_due == TWO_WEEKS


@pytest.mark.parametrize(
    ("fpg", "day", "due"),
    [
        ("6.9", date(2026, 11, 30), date(2027, 2, 28)),  # clamped to the end of the month
        ("6.9", date(2027, 11, 30), date(2028, 2, 29)),
        ("7.0", date(2026, 12, 20), date(2027, 1, 3)),
    ],
)
def test_three_months_are_calendar_months_and_two_weeks_fourteen_days(fpg, day, due):
    assert assess(fpg, visit_date=day).next_visit_due == due
