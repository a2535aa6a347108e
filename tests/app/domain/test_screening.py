"""高血压患者健康管理服务规范 二（一）筛查."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.chronic_followup import Referral
from app.domain.screening import DayReading, ScreeningAction, ScreeningInput, screen_hypertension

DAY = date(2026, 11, 22)
AT_40 = date(1986, 1, 1)


def screen(**values):
    return screen_hypertension(
        ScreeningInput(**{"birth_date": AT_40, "day": DAY, "sbp": 120, "dbp": 75, **values})
    )


def on(day_of_month, sbp, dbp, month=11):
    return DayReading(date(2026, month, day_of_month), sbp, dbp)


@pytest.mark.parametrize(
    ("birth", "in_scope"), [(date(1991, 11, 22), True), (date(1991, 11, 23), False), (None, None)]
)
def test_everybody_from_35_years_is_measured_once_a_year(birth, in_scope):
    found = screen(birth_date=birth)
    assert found.in_scope_yearly_bp is in_scope
    assert found.action is (ScreeningAction.YEARLY if in_scope else ScreeningAction.NONE)
    assert found.recheck_months == (12 if in_scope else None)


@pytest.mark.parametrize(
    ("sbp", "dbp", "action"),
    [
        (139, 84, ScreeningAction.HALF_YEARLY),
        (140, 80, ScreeningAction.REPEAT),
        (120, 90, ScreeningAction.REPEAT),
        (129, 84, ScreeningAction.YEARLY),
        ("139.9", "89.9", ScreeningAction.HALF_YEARLY),
    ],
)
def test_a_first_raised_reading_is_repeated(sbp, dbp, action):
    found = screen(sbp=sbp, dbp=dbp)
    assert found.action is action
    assert found.preliminary_hypertension is False
    assert found.referral is Referral.NO


def test_three_different_days_all_raised_are_a_preliminary_diagnosis():
    found = screen(sbp=145, dbp=80, readings=(on(1, 142, 80), on(10, 130, 95)))
    assert found.preliminary_hypertension
    assert found.action is ScreeningAction.REFER
    assert found.referral is Referral.YES
    assert found.check_due == date(2026, 12, 6)
    assert found.high_risk is False
    assert [reason.code for reason in found.reasons] == ["preliminary", "check_referral"]


@pytest.mark.parametrize(
    ("readings", "preliminary"),
    [
        ((on(1, 145, 80), on(2, 145, 80), on(3, 145, 80)), True),
        ((on(1, 145, 80), on(1, 150, 80), on(2, 145, 80)), False),  # two days only
        ((on(1, 145, 80), on(2, 135, 80), on(3, 145, 80)), False),  # one of the three is normal
        ((on(1, 130, 80), on(2, 145, 80), on(3, 145, 80), on(4, 145, 80)), True),
        ((on(1, 140, 80), on(2, 120, 90), on(3, 140, 90)), True),
        ((on(1, 140, 80), on(2, 139, 89), on(3, 140, 90)), False),
        ((on(3, 145, 80), on(1, 145, 80), on(2, 145, 80)), True),  # in any order
        ((on(1, 150, 80), on(1, 128, 80), on(2, 145, 80), on(3, 145, 80)), False),  # mean of day 1 is 139
        ((on(1, 80, 120), on(2, 145, 80), on(3, 145, 80)), False),  # a refused reading is left out
        ((on(1, 145, 80), on(2, 145, 80), on(5, 145, 80, month=12)), False),  # after the day of screening
    ],
)
def test_what_counts_as_three_raised_days(readings, preliminary):
    assert screen(sbp=None, dbp=None, readings=readings).preliminary_hypertension is preliminary


def test_the_reading_of_today_is_not_counted_twice():
    found = screen(sbp=145, dbp=80, readings=(on(1, 145, 80), DayReading(DAY, 145, 80)))
    assert found.preliminary_hypertension is False


def test_without_a_day_the_last_reading_dates_the_check():
    found = screen(day=None, sbp=None, dbp=None, readings=(on(1, 145, 80), on(2, 145, 80), on(3, 145, 80)))
    assert found.check_due == date(2026, 11, 17)


@pytest.mark.parametrize(
    ("values", "items"),
    [
        ({}, ()),
        ({"sbp": 129, "dbp": 84}, ()),
        ({"sbp": 130}, (1,)),
        ({"sbp": 139}, (1,)),
        ({"dbp": 85}, (1,)),
        ({"dbp": 89}, (1,)),
        ({"bmi": "23.99"}, ()),
        ({"bmi": 24}, (2,)),
        ({"bmi": "27.99"}, (2,)),
        ({"bmi": 28}, (2,)),
        ({"bmi": 30}, (2,)),
        ({"sex": 1, "waist_cm": "89.9"}, ()),
        ({"sex": 1, "waist_cm": 90}, (2,)),
        ({"sex": 2, "waist_cm": "84.9"}, ()),
        ({"sex": 2, "waist_cm": 85}, (2,)),
        ({"sex": 1, "waist_cm": 85}, ()),
        ({"waist_cm": 120}, ()),  # sex unknown
        ({"family_history_degree": 1}, (3,)),
        ({"family_history_degree": 2}, (3,)),
        ({"family_history_degree": 3}, ()),
        ({"family_history_degree": 0}, ()),
        ({"high_salt": True}, (4,)),
        ({"spirit_ml_per_day": "99.9"}, ()),
        ({"spirit_ml_per_day": 100}, (5,)),
        ({"birth_date": date(1971, 11, 23)}, ()),
        ({"birth_date": date(1971, 11, 22)}, (6,)),
        ({"sbp": 135, "bmi": 25, "high_salt": True}, (1, 2, 4)),
    ],
)
def test_any_of_six_items_makes_a_high_risk_person(values, items):
    found = screen(**values)
    assert found.high_risk_items == items
    assert found.high_risk is bool(items)
    assert found.recheck_months == (6 if items else 12)


def test_a_raised_reading_is_repeated_first_and_risks_are_still_named():
    found = screen(sbp=145, bmi=25)
    assert (found.action, found.high_risk_items, found.recheck_months) == (ScreeningAction.REPEAT, (2,), None)


def test_suspected_secondary_hypertension_is_referred():
    found = screen(suspected_secondary=True)
    assert (found.action, found.referral, found.check_due) == (ScreeningAction.REFER, Referral.YES, None)


def test_an_impossible_reading_is_told_and_decides_nothing():
    found = screen(sbp=80, dbp=120)
    assert [problem.key for problem in found.problems] == ["dbp"]
    assert found.action is ScreeningAction.YEARLY
