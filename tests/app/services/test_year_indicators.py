"""工作指标 of a year from the forms on file, and who is still to be examined."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.indicators import IndicatorName
from app.services.enrolments import Enrolments
from app.services.examinations_due import ExaminationsDue
from app.services.indicators import Indicators
from app.services.year_indicators import YearIndicators
from tests.followup_people import add_entry, add_resident
from tests.saved_forms import saved

YEAR = date(2026, 5, 6)
QUARTERS = ("2026-01-10", "2026-04-08", "2026-07-05", "2026-10-02")
GUIDED = {"guidance_qixu": [1]}


def rate(desk, name, **when):
    found = {each.name: each.rate for each in YearIndicators(desk).all(**when)}
    return found[name].numerator, found[name].denominator


def recorded(desk, **facts):
    person = add_resident(desk, **facts)
    for code in ("record_cover", "personal_info"):
        add_entry(desk, person, code, date(2020, 1, 1), {})
    return person


def test_every_indicator_has_its_official_name_once(clinic_desk):
    names = [each.name for each in YearIndicators(clinic_desk).all()]
    assert len(names) == len(set(names)) == 12
    assert not {IndicatorName.HYPERTENSION_MANAGED, IndicatorName.DIABETES_MANAGED} & set(names)


def test_a_record_needs_cover_and_personal_information_both_complete(clinic_desk):
    recorded(clinic_desk)
    half = add_resident(clinic_desk)
    add_entry(clinic_desk, half, "record_cover", YEAR, {})
    add_entry(clinic_desk, half, "personal_info", YEAR, {}, "partial")
    add_resident(clinic_desk, residence_type=None)
    assert rate(clinic_desk, IndicatorName.RECORD) == (1, 2)
    assert rate(clinic_desk, IndicatorName.ELECTRONIC_RECORD) == (1, 2)


@pytest.mark.parametrize(
    ("form_code", "day", "state", "used"),
    [
        ("encounter", YEAR, "complete", 1),
        ("encounter", YEAR, "partial", 0),
        ("encounter", YEAR, "void", 0),
        ("encounter", date(2025, 12, 31), "complete", 0),
        ("record_card", YEAR, "complete", 0),
    ],
)
def test_a_record_is_used_when_a_service_of_the_year_stands_in_it(clinic_desk, form_code, day, state, used):
    add_entry(clinic_desk, recorded(clinic_desk), form_code, day, {}, state)
    assert rate(clinic_desk, IndicatorName.RECORD_USE) == (used, 1)


@pytest.mark.parametrize(
    ("born", "counted"), [(date(1961, 11, 22), 1), (date(1961, 11, 23), 0)], ids=["65 today", "65 tomorrow"]
)
def test_the_elderly_are_those_of_65_on_the_day_of_counting(clinic_desk, born, counted):
    add_entry(clinic_desk, recorded(clinic_desk, born=born), "health_exam", YEAR, {"evaluation": 1})
    assert rate(clinic_desk, IndicatorName.ELDERLY) == (counted, counted)


@pytest.mark.parametrize(
    ("form_code", "given", "state", "name", "served"),
    [
        ("health_exam", {"evaluation": 2}, "complete", IndicatorName.ELDERLY, 1),
        ("health_exam", {"evaluation": 2}, "partial", IndicatorName.ELDERLY, 0),
        ("health_exam", {"evaluation": 2}, "void", IndicatorName.ELDERLY, 0),
        ("tcm_elder", GUIDED, "complete", IndicatorName.ELDERLY_TCM, 1),
        ("tcm_elder", {}, "complete", IndicatorName.ELDERLY_TCM, 0),
        ("tcm_elder", GUIDED, "partial", IndicatorName.ELDERLY_TCM, 0),
    ],
)
def test_a_service_to_the_elderly_is_complete_and_guided(clinic_desk, form_code, given, state, name, served):
    add_entry(clinic_desk, recorded(clinic_desk), form_code, YEAR, given, state)
    assert rate(clinic_desk, name) == (served, 1)


def test_a_service_without_a_record_does_not_count(clinic_desk):
    add_entry(clinic_desk, add_resident(clinic_desk), "health_exam", YEAR, {"evaluation": 1})
    assert rate(clinic_desk, IndicatorName.ELDERLY) == (0, 1)


@pytest.mark.parametrize(
    ("consent", "examined", "reached"), [(1, True, 1), (1, False, 0), (0, False, 1)]
)
def test_mental_disorder_counts_visits_of_any_kind_and_the_examination_that_was_consented_to(
    clinic_desk, consent, examined, reached
):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "smi", None, date(2025, 1, 1))
    add_entry(clinic_desk, person, "smi_info", date(2025, 1, 1), {"consent": consent})
    for day in QUARTERS:
        saved(clinic_desk, person, "smi_followup", visit_date=day, visit_method=3, next_visit_date="2026-12-01",
              hospitalised=0, hospitalised_date=None)  # fmt: skip
    if examined:
        add_entry(clinic_desk, person, "health_exam", YEAR, {"evaluation": 1})
    assert rate(clinic_desk, IndicatorName.MENTAL_STANDARD) == (reached, 1)
    progress = {each.disease: each.on_track for each in Indicators(clinic_desk).quarter_progress()}
    assert (progress["smi"].numerator, progress["smi"].denominator) == (1, 1)


def test_three_visits_of_the_year_are_too_few(clinic_desk):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "smi", None, date(2025, 1, 1))
    for day in QUARTERS[:3]:
        saved(clinic_desk, person, "smi_followup", visit_date=day, hospitalised=0, hospitalised_date=None)
    assert rate(clinic_desk, IndicatorName.MENTAL_STANDARD) == (0, 1)


def test_a_notified_tuberculosis_case_is_managed_from_its_first_visit(clinic_desk):
    visited = add_resident(clinic_desk)
    saved(clinic_desk, visited, "tb_first_visit", edu_place_time_date="2026-11-20")
    Enrolments(clinic_desk).enrol(add_resident(clinic_desk), "tb", None, date(2026, 11, 1))
    Enrolments(clinic_desk).enrol(add_resident(clinic_desk), "tb", date(2025, 12, 31), date(2026, 1, 1))
    assert rate(clinic_desk, IndicatorName.TB_MANAGED) == (1, 2)
    assert rate(clinic_desk, IndicatorName.TB_MANAGED, cut_off=date(2026, 11, 19)) == (0, 1)


@pytest.mark.parametrize(
    ("taken", "reason", "expected"), [(162, 1, (1, 1)), (161, 1, (0, 1)), (180, 3, (0, 0))]
)
def test_doses_were_taken_regularly_from_90_percent_of_a_completed_course(clinic_desk, taken, reason, expected):
    person = add_resident(clinic_desk)
    saved(
        clinic_desk, person, "tb_followup", next_visit_date=None, stop_date="2026-11-20", stop_reason=reason,
        visits_due=8, visits_done=8, doses_due=180, doses_taken=taken, assessor="王明", referral_dept="结核科",
        referral_reason="治疗转归评估",
    )  # fmt: skip
    assert rate(clinic_desk, IndicatorName.TB_REGULAR) == expected


def due_names(desk):
    found = ExaminationsDue(desk)
    assert found.count() == len(found.people())
    return {one.name: str(one.reason) for one in found.people()}


def test_those_to_be_examined_are_the_elderly_and_the_chronic_patients_without_an_examination(clinic_desk):
    young = date(1990, 1, 1)
    add_resident(clinic_desk, "甲", born=date(1961, 11, 22))
    add_resident(clinic_desk, "乙", born=date(1961, 11, 23))
    Enrolments(clinic_desk).enrol(
        add_resident(clinic_desk, "丙", born=young), "htn", None, YEAR, confirmed=frozenset({"age"})
    )
    Enrolments(clinic_desk).enrol(add_resident(clinic_desk, "丁", born=young), "tb", None, YEAR)
    Enrolments(clinic_desk).enrol(add_resident(clinic_desk, "戊", born=date(1950, 1, 1)), "tb", None, YEAR)
    add_resident(clinic_desk, "己", born=date(1950, 1, 1), state="moved")
    assert due_names(clinic_desk) == {"甲": "65岁以上", "丙": "高血压"}


@pytest.mark.parametrize(
    ("day", "state", "is_due"),
    [
        (date(2026, 1, 1), "complete", False),
        (date(2025, 12, 31), "complete", True),
        (YEAR, "partial", True),
        (YEAR, "void", True),
    ],
)
def test_whoever_was_examined_this_year_is_not_due(clinic_desk, day, state, is_due):
    person = add_resident(clinic_desk)
    add_entry(clinic_desk, person, "health_exam", day, {"evaluation": 1}, state)
    assert bool(due_names(clinic_desk)) is is_due
    last = [one.last_on for one in ExaminationsDue(clinic_desk).people()]
    assert last == ([] if not is_due else [day if state == "complete" else None])


def test_a_saved_examination_takes_a_person_off_the_list(clinic_desk):
    person = add_resident(clinic_desk)
    assert due_names(clinic_desk) == {"李桂兰": "65岁以上"}
    saved(clinic_desk, person, "health_exam")
    assert due_names(clinic_desk) == {}
