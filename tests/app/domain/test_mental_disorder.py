"""严重精神障碍患者管理服务规范 二（三）分类干预."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.chronic_followup import Referral
from app.domain.mental_disorder import DISEASES, RISK_LEVELS, MentalDisorderVisit, assess_mental_disorder

VISIT = date(2026, 11, 30)
STABLE = {"risk_level": 0, "insight": 1, "social_function_worst": 1}


def assess(**values):
    return assess_mental_disorder(MentalDisorderVisit(**{"visit_date": VISIT, **STABLE, **values}))


@pytest.mark.parametrize(
    ("values", "proposed"),
    [
        ({}, 3),
        ({"social_function_worst": 2}, 3),
        ({"social_function_worst": 3}, 2),
        ({"insight": 2}, 2),
        ({"insight": 3}, 1),
        ({"risk_level": 1}, 2),
        ({"risk_level": 2}, 2),
        ({"risk_level": 3}, 1),
        ({"risk_level": 4}, 1),
        ({"risk_level": 5}, 1),
        ({"symptoms_obvious": True}, 1),
        ({"severe_adr": True}, 1),
        ({"severe_physical_disease": True}, 1),
        ({"otherwise_abnormal": True}, 2),
        ({"symptoms_present": True}, 2),
        ({"symptoms_present": True, "symptoms_obvious": True}, 1),
        ({"risk_level": 1, "insight": 3}, 1),
    ],
)
def test_the_class_is_that_of_the_worst_finding(values, proposed):
    found = assess(**values)
    assert found.valid
    assert found.proposed_class == proposed


def test_unstable_is_referred_at_once_and_seen_within_two_weeks():
    found = assess(risk_level=3)
    assert (found.referral, found.next_visit_due, found.check_due) == (
        Referral.URGENT,
        date(2026, 12, 14),
        date(2026, 12, 14),
    )


def test_an_admitted_patient_has_no_visit_at_home():
    found = assess(risk_level=5, admitted=True)
    assert (found.referral, found.next_visit_due, found.check_due) == (Referral.URGENT, None, None)


def test_mostly_stable_is_seen_after_two_weeks_and_then_after_a_month():
    assert assess(risk_level=1).next_visit_due == date(2026, 12, 14)
    assert assess(risk_level=1, previous_class=1).next_visit_due == date(2026, 12, 14)
    assert assess(risk_level=1, previous_class=2).next_visit_due == date(2026, 12, 30)
    assert assess(risk_level=1).referral is Referral.NO


@pytest.mark.parametrize(
    ("previous", "due"),
    [(None, date(2026, 2, 14)), (1, date(2026, 2, 14)), (2, date(2026, 2, 28)), (3, date(2026, 2, 14))],
)
def test_only_the_second_mostly_stable_in_a_row_gives_a_month(previous, due):
    found = assess(visit_date=date(2026, 1, 31), risk_level=2, previous_class=previous)
    assert found.next_visit_due == due


def test_stable_is_seen_after_three_months_of_the_calendar():
    assert assess().next_visit_due == date(2027, 2, 28)


@pytest.mark.parametrize("key", ["risk_level", "insight", "social_function_worst"])
def test_stable_needs_every_answer(key):
    found = assess(**{key: None})
    assert (found.valid, found.missing, found.proposed_class, found.next_visit_due) == (
        False,
        (key,),
        None,
        None,
    )


def test_a_finding_of_class_1_decides_although_answers_are_missing():
    found = assess_mental_disorder(MentalDisorderVisit(VISIT, symptoms_obvious=True))
    assert found.proposed_class == 1
    assert found.missing == ("risk_level", "insight", "social_function_worst")


def test_without_a_date_there_is_a_class_but_no_due_date():
    for level, proposed in ((0, 3), (1, 2), (3, 1)):
        found = assess(visit_date=None, risk_level=level)
        assert (found.proposed_class, found.next_visit_due, found.missing) == (
            proposed,
            None,
            ("visit_date",),
        )


@pytest.mark.parametrize(
    ("key", "value"),
    [("risk_level", 6), ("risk_level", -1), ("insight", 0), ("insight", 4), ("social_function_worst", 9)],
)
def test_a_code_that_is_not_printed_is_refused(key, value):
    found = assess(**{key: value})
    assert (found.valid, found.proposed_class, [problem.key for problem in found.problems]) == (
        False,
        None,
        [key],
    )


def test_six_diseases_and_six_levels_are_named():
    assert len(DISEASES) == 6
    assert [str(level)[0] for level in RISK_LEVELS] == list("012345")
