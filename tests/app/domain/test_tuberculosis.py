"""肺结核患者健康管理服务规范."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.chronic_followup import Referral
from app.domain.tuberculosis import TuberculosisVisit, assess_tuberculosis, next_visit_due, took_regularly

VISIT = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("notice", "due"),
    [
        (datetime(2026, 2, 27, 9, 30), datetime(2026, 3, 2, 9, 30)),
        (datetime(2026, 2, 27, 9, 30, tzinfo=UTC), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        (date(2026, 2, 27), date(2026, 3, 2)),
        (None, None),
    ],
)
def test_the_first_home_visit_is_within_72_hours_of_the_notice(notice, due):
    assert assess_tuberculosis(TuberculosisVisit(notice_at=notice)).first_visit_due == due


@pytest.mark.parametrize("finding", ["adr", "complication"])
def test_a_reaction_or_complication_is_referred_at_once_and_checked_in_two_weeks(finding):
    found = assess_tuberculosis(TuberculosisVisit(visit_date=VISIT, **{finding: True}))
    assert (found.referral, found.check_due) == (Referral.URGENT, date(2026, 4, 14))


def test_without_a_finding_nobody_is_referred():
    found = assess_tuberculosis(TuberculosisVisit(visit_date=VISIT))
    assert (found.referral, found.check_due, found.reasons) == (Referral.NO, None, ())


@pytest.mark.parametrize(
    ("due", "taken", "percent", "regular"),
    [
        (180, 180, "100.0", True),
        (180, 162, "90.0", True),
        (180, 161, "89.4", False),
        (2000, 1799, "90.0", False),  # 89.95 prints as 90.0 and is still below 90
        (3, 2, "66.7", False),
        (180, 0, "0.0", False),
    ],
)
def test_the_rate_of_doses_has_one_decimal_and_is_compared_exactly(due, taken, percent, regular):
    found = assess_tuberculosis(TuberculosisVisit(doses_due=due, doses_taken=taken))
    assert found.dose_rate_percent == Decimal(percent)
    assert found.took_regularly is regular


@pytest.mark.parametrize(("due", "taken"), [(None, 1), (1, None), (0, 0)])
def test_without_doses_due_there_is_no_rate(due, taken):
    found = assess_tuberculosis(TuberculosisVisit(doses_due=due, doses_taken=taken))
    assert (found.dose_rate_percent, found.took_regularly) == (None, None)
    assert took_regularly(due, taken) is None


@pytest.mark.parametrize(("due", "taken"), [(10, 11), (-1, 0), (10, -1)])
def test_impossible_doses_are_refused(due, taken):
    found = assess_tuberculosis(TuberculosisVisit(doses_due=due, doses_taken=taken))
    assert found.problems
    assert found.dose_rate_percent is None


@pytest.mark.parametrize(("days", "report"), [(0, False), (6, False), (7, True), (8, True), (None, False)])
def test_missed_doses_of_a_week_are_reported(days, report):
    assert assess_tuberculosis(TuberculosisVisit(missed_days=days)).report_missed_doses is report


@pytest.mark.parametrize(
    ("supervisor", "month", "intensive", "due"),
    [
        (2, 1, 2, date(2026, 4, 10)),
        (2, 2, 2, date(2026, 4, 10)),
        (2, 3, 2, date(2026, 4, 30)),
        (2, 3, 3, date(2026, 4, 10)),  # another regimen
        (1, 1, 2, date(2026, 4, 30)),
        (3, 1, 2, date(2026, 4, 30)),  # nobody of the family watches
        (4, 1, 2, date(2026, 4, 30)),
        (2, 6, 2, date(2026, 4, 30)),
    ],
)
def test_the_interval_depends_on_supervisor_and_phase(supervisor, month, intensive, due):
    assert (
        next_visit_due(VISIT, supervisor=supervisor, treatment_month=month, intensive_months=intensive) == due
    )
    visit = TuberculosisVisit(
        visit_date=VISIT, supervisor=supervisor, treatment_month=month, intensive_months=intensive
    )
    assert assess_tuberculosis(visit).next_visit_due == due
