from __future__ import annotations

from datetime import date

import pytest

from app.domain.copd import CopdSettings, CopdVisit, assess_copd, next_copd_visit_due


def test_the_interval_follows_the_class_the_doctor_chose():
    assert next_copd_visit_due(date(2026, 11, 30), "控制满意") == date(2027, 2, 28)
    assert next_copd_visit_due(date(2026, 11, 30), "不良反应") == date(2026, 12, 14)


def test_the_intervals_are_settings():
    settings = CopdSettings(months_when_satisfactory=6, days_otherwise=7)
    assert next_copd_visit_due(date(2026, 1, 31), "控制满意", settings) == date(2026, 7, 31)
    assert next_copd_visit_due(date(2026, 1, 31), "并发症", settings) == date(2026, 2, 7)


@pytest.mark.parametrize(
    ("chosen", "before", "refer", "step"),
    [
        (1, 2, False, 1),
        (2, None, False, 2),
        (2, 1, False, 2),
        (2, 3, False, 2),
        (2, 2, True, 3),
        (3, 2, False, None),
        (4, 2, False, None),
    ],
)
def test_the_second_unsatisfactory_visit_in_a_row_is_referred(chosen, before, refer, step):
    found = assess_copd(CopdVisit(date(2026, 11, 30), None, chosen, before))
    assert (found.refer, found.next_step) == (refer, step)
    assert found.check_due == (date(2026, 12, 14) if refer else None)


@pytest.mark.parametrize(("spo2", "is_low"), [(93, False), (92, True), (None, False)])
def test_the_saturation_is_low_below_93(spo2, is_low):
    assert assess_copd(CopdVisit(spo2=spo2)).is_spo2_low is is_low


@pytest.mark.parametrize(
    ("born", "in_scope"), [(date(1991, 11, 30), True), (date(1991, 12, 1), False), (None, None), (date(2027, 1, 1), None)]
)
def test_the_programme_begins_at_35(born, in_scope):
    assert assess_copd(CopdVisit(date(2026, 11, 30), born)).in_scope is in_scope


@pytest.mark.parametrize("chosen", [0, 5])
def test_a_class_that_is_not_printed_is_refused(chosen):
    found = assess_copd(CopdVisit(date(2026, 11, 30), None, chosen))
    assert [problem.key for problem in found.problems] == ["chosen_class"]
    assert found.next_visit_due is None
