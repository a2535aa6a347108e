"""工作指标: what counts, at every edge of the year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.indicators import (
    IndicatorSettings,
    IndicatorVisit,
    ManagedPerson,
    Period,
    Rate,
    RequiredCheck,
    ResidentFacts,
    ServiceRecord,
    TuberculosisCase,
    check_after,
    elderly_rate,
    glucose_control_rate,
    is_glucose_controlled,
    is_managed_to_norm,
    is_pressure_controlled,
    is_under_management,
    last_visit,
    management_rate,
    pressure_control_rate,
    record_rate,
    record_use_rate,
    required_visits,
    standard_management_rate,
    tb_management_rate,
    tb_regular_rate,
    whole_year,
)

YEAR = whole_year(2026)
QUARTERLY = tuple(IndicatorVisit(date(2026, month, 10), sbp=130, dbp=80) for month in (2, 5, 8, 11))
EXAM = (date(2026, 5, 10),)


def person(identity="a", **values):
    return ManagedPerson(identity, **{"visits": QUARTERLY, "exam_dates": EXAM, **values})


def visit(month, day=10, **values):
    return IndicatorVisit(date(2026, month, day), **values)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent", "display"),
    [
        (5, 8, "62.5", "62.5%"),
        (1, 80, "1.3", "1.3%"),  # 1.25: half goes up
        (2, 3, "66.7", "66.7%"),
        (0, 7, "0.0", "0.0%"),
        (7, 7, "100.0", "100.0%"),
    ],
)
def test_a_rate_has_one_decimal_half_up(numerator, denominator, percent, display):
    rate = Rate(numerator, denominator)
    assert rate.percent == Decimal(percent)
    assert rate.display == display


def test_a_denominator_of_nothing_is_a_dash():
    assert (Rate(0, 0).percent, Rate(0, 0).display) == (None, "—")


@pytest.mark.parametrize(
    ("enrolled_on", "visits"),
    [
        (None, 4),
        (date(2025, 7, 1), 4),
        (date(2026, 1, 1), 4),
        (date(2026, 1, 2), 3),
        (date(2026, 4, 1), 3),
        (date(2026, 4, 2), 2),
        (date(2026, 7, 1), 2),
        (date(2026, 7, 2), 1),
        (date(2026, 10, 1), 1),
        (date(2026, 10, 2), 1),  # at least one
        (date(2026, 12, 31), 1),
    ],
)
def test_who_enrols_during_the_year_needs_a_visit_for_each_full_quarter_left(enrolled_on, visits):
    assert required_visits(enrolled_on, YEAR) == visits
    assert required_visits(enrolled_on, YEAR, IndicatorSettings(prorate_new=False)) == 4


@pytest.mark.parametrize(
    ("enrolled_on", "ended_on", "counts", "counts_without_ended"),
    [
        (None, None, True, True),
        (date(2026, 12, 31), None, True, True),
        (date(2027, 1, 1), None, False, False),
        (None, date(2025, 12, 31), False, False),
        (None, date(2026, 1, 1), True, False),
        (None, date(2026, 12, 31), True, False),
        (None, date(2027, 1, 1), True, True),
    ],
)
def test_who_was_under_management_at_any_time_of_the_year(
    enrolled_on, ended_on, counts, counts_without_ended
):
    one = person(enrolled_on=enrolled_on, ended_on=ended_on)
    assert is_under_management(one, YEAR) is counts
    assert is_under_management(one, YEAR, IndicatorSettings(count_ended=False)) is counts_without_ended


@pytest.mark.parametrize(
    ("values", "to_norm"),
    [
        ({}, True),
        ({"visits": QUARTERLY[:3]}, False),
        ({"visits": (*QUARTERLY[:3], visit(11, face_to_face=False))}, False),  # a phone call does not count
        ({"visits": (*QUARTERLY[:3], visit(11, lost=True))}, False),
        ({"visits": (*QUARTERLY[:3], IndicatorVisit(date(2027, 1, 1)))}, False),
        ({"visits": (*QUARTERLY[:3], IndicatorVisit(date(2025, 12, 31)))}, False),
        ({"exam_dates": ()}, False),
        ({"exam_dates": (date(2025, 12, 31),)}, False),
        ({"exam_dates": (date(2026, 1, 1),)}, True),
        ({"exam_dates": (), "exam_required": False}, True),
        ({"checks": (RequiredCheck(date(2026, 6, 1), date(2026, 6, 1)),)}, True),
        ({"checks": (RequiredCheck(date(2026, 6, 1), date(2026, 6, 2)),)}, False),  # too late
        ({"checks": (RequiredCheck(date(2026, 6, 1)),)}, False),  # never done
        ({"checks": (RequiredCheck(date(2027, 1, 2)),)}, True),  # not due yet
        ({"visits": QUARTERLY[3:], "enrolled_on": date(2026, 9, 1)}, True),
        ({"visits": QUARTERLY[2:], "enrolled_on": date(2026, 4, 1)}, False),
    ],
)
def test_managed_to_the_norm_is_visits_examination_and_checks_together(values, to_norm):
    assert is_managed_to_norm(person(**values), YEAR) is to_norm


def test_the_cut_off_day_hides_what_comes_after():
    one = person()
    assert is_managed_to_norm(one, Period(2026, date(2026, 11, 10)))
    assert not is_managed_to_norm(one, Period(2026, date(2026, 11, 9)))


def test_every_visit_counts_for_severe_mental_disorder():
    one = person(visits=tuple(visit(month, face_to_face=False) for month in (2, 5, 8, 11)))
    assert standard_management_rate([one], YEAR).numerator == 0
    assert standard_management_rate([one], YEAR, face_to_face_only=False).numerator == 1


def test_a_check_is_due_14_days_after_the_referral():
    assert check_after(date(2026, 5, 20), None).due == date(2026, 6, 3)


def test_the_last_visit_is_by_visit_date_and_not_by_entry():
    one = person(visits=(visit(9), visit(3, sbp=150, dbp=80)))
    assert last_visit(one, YEAR).day == date(2026, 9, 10)
    twice = person(visits=(visit(9, sbp=150, dbp=80), visit(9, sbp=130, dbp=80)))
    assert last_visit(twice, YEAR).sbp == 130
    assert last_visit(person(visits=()), YEAR) is None


@pytest.mark.parametrize(
    ("birth", "last", "controlled"),
    [
        (date(1980, 1, 1), {"sbp": 139, "dbp": 89}, True),
        (date(1980, 1, 1), {"sbp": 140, "dbp": 80}, False),
        (date(1961, 11, 10), {"sbp": 149, "dbp": 89}, True),  # 65 on the day of that visit
        (date(1961, 11, 11), {"sbp": 149, "dbp": 89}, False),
        (None, {"sbp": 139, "dbp": 89}, True),
        (None, {"sbp": 145, "dbp": 80}, False),
        (date(1980, 1, 1), {"lost": True, "sbp": 120, "dbp": 80}, False),
        (date(1980, 1, 1), {}, False),
        (date(1980, 1, 1), {"sbp": 120}, False),
        (date(1980, 1, 1), {"sbp": 80, "dbp": 120}, False),
        (date(1980, 1, 1), {"sbp": 120, "dbp": 80, "face_to_face": False}, True),  # a phone visit is a visit
    ],
)
def test_pressure_control_is_that_of_the_last_visit(birth, last, controlled):
    one = person(birth_date=birth, visits=(visit(3, sbp=120, dbp=80), visit(11, **last)))
    assert is_pressure_controlled(one, YEAR) is controlled


def test_without_a_visit_in_the_year_nobody_is_controlled():
    one = person(visits=(IndicatorVisit(date(2025, 12, 31), sbp=120, dbp=80, fpg_mmol_l=5),))
    assert not is_pressure_controlled(one, YEAR)
    assert not is_glucose_controlled(one, YEAR)
    assert pressure_control_rate([one], YEAR).display == "0.0%"


@pytest.mark.parametrize(
    ("last", "controlled"),
    [
        ({"fpg_mmol_l": "6.99"}, True),
        ({"fpg_mmol_l": 7}, False),
        ({"fpg_mmol_l": Fraction(125, 18)}, True),
        ({"fpg_mmol_l": Fraction(126, 18)}, False),
        ({"fpg_mmol_l": 0.2}, False),
        ({}, False),
        ({"fpg_mmol_l": 5, "lost": True}, False),
    ],
)
def test_glucose_control_is_that_of_the_last_visit(last, controlled):
    assert (
        is_glucose_controlled(person(visits=(visit(3, fpg_mmol_l=5), visit(11, **last))), YEAR) is controlled
    )


def test_rates_name_the_people_behind_them():
    good = person("good", visits=(visit(5, sbp=120, dbp=70, fpg_mmol_l=5),))
    bad = person("bad", visits=(visit(5, sbp=160, dbp=70, fpg_mmol_l=9),))
    gone = person("gone", ended_on=date(2025, 5, 5))
    for rate in (
        pressure_control_rate([good, bad, gone], YEAR),
        glucose_control_rate([good, bad, gone], YEAR),
    ):
        assert (rate.numerator_ids, rate.denominator_ids, rate.display) == (
            ("good",),
            ("good", "bad"),
            "50.0%",
        )


def test_the_older_rate_divides_by_the_estimated_patients():
    rate = management_rate([person("a"), person("b", ended_on=date(2025, 1, 1))], YEAR, 8)
    assert (rate.numerator, rate.denominator, rate.display) == (1, 8, "12.5%")


def test_records_are_counted_over_permanent_residents():
    people = [
        ResidentFacts("a", has_record=True, has_electronic_record=True),
        ResidentFacts("b", has_record=True),
        ResidentFacts("c"),
        ResidentFacts("d", is_permanent=False, has_record=True),
    ]
    assert record_rate(people).display == "66.7%"
    assert record_rate(people, electronic=True).display == "33.3%"
    by_census = record_rate(people, population=4)
    assert (by_census.numerator, by_census.denominator) == (2, 4)


def test_a_record_is_used_when_something_was_entered_in_the_year():
    people = [
        ResidentFacts("a", has_record=True, dynamic_days=(date(2026, 1, 1),)),
        ResidentFacts("b", has_record=True, dynamic_days=(date(2025, 12, 31),)),
        ResidentFacts("c", has_electronic_record=True),
        ResidentFacts("d", dynamic_days=(date(2026, 1, 1),)),
    ]
    rate = record_use_rate(people, YEAR)
    assert (rate.numerator_ids, rate.denominator_ids) == (("a",), ("a", "b", "c"))


@pytest.mark.parametrize(
    ("values", "denominator", "numerator"),
    [
        ({}, 1, 1),
        ({"birth_date": date(1961, 12, 31)}, 1, 1),
        ({"birth_date": date(1962, 1, 1)}, 0, 0),
        ({"birth_date": None}, 0, 0),
        ({"is_permanent": False}, 0, 0),
        ({"has_record": False}, 1, 0),
        ({"services": ()}, 1, 0),
        ({"services": (ServiceRecord(date(2026, 5, 1), complete=False, guidance=True),)}, 1, 0),
        ({"services": (ServiceRecord(date(2026, 5, 1), complete=True, guidance=False),)}, 1, 0),
        ({"services": (ServiceRecord(date(2025, 5, 1), complete=True, guidance=True),)}, 1, 0),
    ],
)
def test_an_elderly_person_counts_with_record_form_and_guidance_together(values, denominator, numerator):
    services = values.pop("services", (ServiceRecord(date(2026, 5, 1), complete=True, guidance=True),))
    facts = {"birth_date": date(1950, 1, 1), "has_record": True, **values}
    examined = elderly_rate([ResidentFacts("a", exams=services, **facts)], YEAR)
    assert (examined.denominator, examined.numerator) == (denominator, numerator)
    identified = elderly_rate(
        [ResidentFacts("a", constitutions=services, **facts)], YEAR, traditional_medicine=True
    )
    assert (identified.denominator, identified.numerator) == (denominator, numerator)


def test_tuberculosis_rates_use_notified_and_completed_cases():
    cases = [
        TuberculosisCase("a", notified_on=date(2026, 2, 1), managed_from=date(2026, 2, 2)),
        TuberculosisCase("b", notified_on=date(2026, 2, 1)),
        TuberculosisCase("c", notified_on=date(2025, 2, 1), managed_from=date(2025, 2, 2)),
        TuberculosisCase(
            "d", notified_on=date(2026, 2, 1), managed_from=date(2026, 2, 2), is_confirmed=False
        ),
        TuberculosisCase("e", completed_on=date(2026, 7, 1), doses_due=180, doses_taken=162),
        TuberculosisCase("f", completed_on=date(2026, 7, 1), doses_due=180, doses_taken=161),
        TuberculosisCase("g", completed_on=date(2026, 7, 1)),
    ]
    managed = tb_management_rate(cases, YEAR)
    assert (managed.numerator_ids, managed.denominator_ids) == (("a",), ("a", "b"))
    regular = tb_regular_rate(cases, YEAR)
    assert (regular.numerator_ids, regular.denominator_ids) == (("e",), ("e", "f", "g"))
