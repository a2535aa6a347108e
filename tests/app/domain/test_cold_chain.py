"""Readings of a refrigerator: drug_requests §6.5. Two a day, a gap over 14 hours is an event, 2–8 ℃."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.cold_chain import (
    Excursion,
    Gap,
    Reading,
    discard_date,
    excursions,
    gaps,
    is_inside,
    is_possible,
)

START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)


def reading(hours, celsius="5.0"):
    return Reading(START + timedelta(hours=hours), Decimal(celsius))


@pytest.mark.parametrize(
    ("celsius", "inside"), [("2.0", True), ("8.0", True), ("1.9", False), ("8.1", False), ("-3", False), ("5", True)]
)
def test_two_and_eight_degrees_are_inside(celsius, inside):
    assert is_inside(Decimal(celsius)) is inside


@pytest.mark.parametrize(("celsius", "possible"), [("-40", True), ("60", True), ("-40.1", False), ("60.1", False)])
def test_a_reading_that_no_thermometer_gives_is_a_slip(celsius, possible):
    assert is_possible(Decimal(celsius)) is possible


@pytest.mark.parametrize(
    ("hours", "now", "found"),
    [
        ([], 100, []),
        ([0, 14], 20, []),  # exactly fourteen hours is no gap
        ([0, 14.1], 20, [(0, 14.1)]),
        ([0, 12, 24], 38, []),
        ([0, 12, 24], 38.5, [(24, None)]),
        ([24, 0], 30, [(0, 24)]),  # written in another order
    ],
)
def test_more_than_fourteen_hours_without_a_reading_is_a_gap(hours, now, found):
    present = START + timedelta(hours=now)
    expected = tuple(
        Gap(
            START + timedelta(hours=start),
            None if end is None else START + timedelta(hours=end),
            (present if end is None else START + timedelta(hours=end)) - (START + timedelta(hours=start)),
        )
        for start, end in found
    )
    assert gaps([reading(hour) for hour in hours], present) == expected


def test_an_excursion_goes_from_the_first_reading_outside_to_the_next_one_inside():
    readings = [reading(0), reading(8, "8.5"), reading(16, "10.2"), reading(24, "7.9"), reading(32, "1.0")]
    assert excursions(readings) == (
        Excursion(START + timedelta(hours=8), START + timedelta(hours=24), Decimal("8.5"), Decimal("10.2")),
        Excursion(START + timedelta(hours=32), None, Decimal("1.0"), Decimal("1.0")),
    )


def test_readings_inside_are_no_excursion():
    assert excursions([reading(0, "2.0"), reading(12, "8.0")]) == ()


@pytest.mark.parametrize(
    ("days", "expiry", "discarded"),
    [
        (28, None, date(2026, 12, 20)),
        (28, date(2026, 12, 20), date(2026, 12, 20)),
        (28, date(2026, 12, 19), date(2026, 12, 19)),
        (42, date(2027, 12, 1), date(2027, 1, 3)),
        (1, None, date(2026, 11, 23)),
    ],
)
def test_what_is_opened_is_thrown_away_28_days_later_and_never_after_its_expiry(days, expiry, discarded):
    assert discard_date(date(2026, 11, 22), days, expiry) == discarded


def test_what_is_opened_may_be_used_for_a_day_at_least():
    with pytest.raises(ValueError, match="at least"):
        discard_date(date(2026, 11, 22), 0)
