"""AMC and stock-out days: drug_requests §4.1-4.4, §13."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.consumption import (
    StockChange,
    average_monthly_consumption,
    count_stockout_days,
    look_back_days,
    net_consumption,
    previous_months,
)
from app.domain.quantities import half_up, to_fraction, two_places, up_to_two_places


@pytest.mark.parametrize(
    ("consumed", "days", "out", "expected"),
    [
        (273, 91, 7, Fraction(195, 2)),  # §4.10
        (6, 30, 15, Fraction(12)),  # half the month without stock
        (300, 90, 0, Fraction(100)),
        (0, 90, 10, Fraction(0)),  # known, and nothing used
        (100, 92, 1, Fraction(3000, 91)),
        (5, 30, 30, None),  # out all the time: unknown, not infinite
        (0, 30, 30, None),
        (0, 0, 0, None),  # first received after the look-back
        (None, 90, 0, None),
        (100, None, 0, None),
        (100, 90, None, None),
    ],
)
def test_amc_is_consumption_per_day_in_stock_times_thirty(consumed, days, out, expected):
    assert average_monthly_consumption(consumed, days, out).amc == expected


def test_amc_with_mean_months_agrees_with_open_msupply():
    result = average_monthly_consumption(300, Decimal("91.3125"), 10, days_per_month=Decimal("30.4375"))
    assert half_up(result.amc, 3) == Decimal("112.298")


@pytest.mark.parametrize(("out", "low"), [(75, False), (76, True), (90, True), (0, False)])
def test_fewer_than_fifteen_days_in_stock_is_low_confidence(out, low):
    assert average_monthly_consumption(10, 90, out).low_confidence is low


@pytest.mark.parametrize(("consumed", "days", "out"), [(-1, 30, 0), (1, 30, -1), (1, 30, 31)])
def test_impossible_figures_are_refused(consumed, days, out):
    with pytest.raises(ValueError, match=r"not negative|more stock-out days"):
        average_monthly_consumption(consumed, days, out)


@pytest.mark.parametrize(
    ("start", "end", "first_receipt", "days"),
    [
        (date(2026, 1, 1), date(2026, 3, 31), None, 90),
        (date(2028, 1, 1), date(2028, 3, 31), None, 91),  # leap year
        (date(2026, 4, 1), date(2026, 6, 30), None, 91),
        (date(2026, 7, 1), date(2026, 9, 30), None, 92),
        (date(2026, 10, 1), date(2026, 12, 31), None, 92),
        (date(2026, 4, 1), date(2026, 6, 30), date(2026, 6, 1), 30),
        (date(2026, 4, 1), date(2026, 6, 30), date(2026, 6, 30), 1),
        (date(2026, 4, 1), date(2026, 6, 30), date(2026, 7, 1), 0),
        (date(2026, 4, 1), date(2026, 6, 30), date(2026, 4, 1), 91),
        (date(2026, 4, 1), date(2026, 6, 30), date(2025, 4, 1), 91),
        (date(2026, 4, 1), date(2026, 4, 1), None, 1),
    ],
)
def test_look_back_counts_real_days_since_the_first_receipt(start, end, first_receipt, days):
    assert look_back_days(start, end, first_receipt) == days


def test_look_back_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="look-back"):
        look_back_days(date(2026, 2, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("today", "start", "end"),
    [
        (date(2026, 7, 1), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 6, 30), date(2026, 3, 1), date(2026, 5, 31)),
        (date(2026, 2, 15), date(2025, 11, 1), date(2026, 1, 31)),
        (date(2026, 1, 31), date(2025, 10, 1), date(2025, 12, 31)),
    ],
)
def test_look_back_is_the_last_three_closed_months(today, start, end):
    assert previous_months(today) == (start, end)


def june(day):
    return date(2026, 6, day)


@pytest.mark.parametrize(
    ("changes", "out"),
    [
        (
            [
                StockChange(june(1), 40, is_opening=True),
                StockChange(june(10), -40),
                StockChange(june(16), 100),
            ],
            6,
        ),
        ([StockChange(june(1), 0, is_opening=True)], 30),
        ([StockChange(june(1), 10, is_opening=True)], 0),
        ([StockChange(june(1), 10, expiry=june(20), is_opening=True)], 10),
        ([StockChange(june(1), 10, expiry=june(30), is_opening=True)], 0),
        # the day the last unit went out is none when something arrived on it
        ([StockChange(june(1), 0, is_opening=True), StockChange(june(30), 5), StockChange(june(30), -5)], 29),
        # an expired delivery helps nobody
        ([StockChange(june(1), 0, is_opening=True), StockChange(june(10), 5, expiry=june(9))], 30),
        # nothing is counted before the first receipt
        ([StockChange(june(16), 100)], 0),
        ([StockChange(june(16), 100), StockChange(june(20), -100)], 11),
        ([], 0),
        # two batches: one expires while the other is there
        (
            [
                StockChange(june(1), 5, "A", june(5), is_opening=True),
                StockChange(june(1), 5, "B", june(25), is_opening=True),
            ],
            5,
        ),
        # later changes do not matter
        ([StockChange(june(1), 5, is_opening=True), StockChange(date(2026, 7, 1), -5)], 0),
    ],
)
def test_stockout_days_end_without_usable_stock(changes, out):
    assert count_stockout_days(june(1), june(30), changes) == out


def test_days_before_a_known_first_receipt_are_not_counted():
    changes = [StockChange(june(1), 0, is_opening=True), StockChange(june(20), 5), StockChange(june(20), -5)]
    assert count_stockout_days(june(1), june(30), changes, first_receipt=june(20)) == 10


@given(
    st.dates(date(2024, 1, 1), date(2027, 1, 1)),
    st.integers(0, 92),
    st.lists(st.tuples(st.integers(-5, 95), st.integers(0, 20))),
)
def test_stockout_days_are_never_more_than_the_days_of_the_look_back(start, length, arrivals):
    end = start + timedelta(days=length)
    changes = []
    for offset, units in arrivals:
        changes.append(StockChange(start + timedelta(days=offset), units))
        changes.append(StockChange(start + timedelta(days=offset + 2), -units))
    out = count_stockout_days(start, end, changes)
    assert 0 <= out <= look_back_days(start, end, min((change.on for change in changes), default=start))


@given(
    st.dates(date(2026, 1, 1), date(2026, 3, 1)),
    st.integers(0, 60),
    st.lists(
        st.builds(
            StockChange,
            st.dates(date(2025, 12, 1), date(2026, 6, 1)),
            st.integers(-5, 8),
            st.sampled_from(["A", "B"]),
            st.none() | st.dates(date(2026, 1, 1), date(2026, 5, 1)),
            st.booleans(),
        )
    ),
    st.none() | st.dates(date(2025, 12, 1), date(2026, 4, 1)),
)
def test_stockout_days_are_those_that_a_count_day_by_day_finds(start, length, changes, first_receipt):
    end = start + timedelta(days=length)
    known_from = first_receipt or min((change.on for change in changes), default=date.max)
    out = 0
    for day in (start + timedelta(days=number) for number in range(length + 1)):
        lasting = [change for change in changes if change.expiry is None or change.expiry >= day]
        usable = sum(change.units for change in lasting if change.on <= day)
        arrived = any(change.on == day and change.units > 0 and not change.is_opening for change in lasting)
        out += day >= known_from and usable <= 0 and not arrived
    assert count_stockout_days(start, end, changes, first_receipt=first_receipt) == out


def test_returns_from_residents_lower_consumption_but_never_below_zero():
    assert net_consumption([30, 60], [10]) == 80
    assert net_consumption([5], [10]) == 0


@pytest.mark.parametrize(
    ("value", "two", "short"),
    [
        (Fraction(195, 2), "97.50", "97.5"),
        (195, "195.00", "195"),
        (Fraction(1, 200), "0.01", "0.01"),  # half up
        (Fraction(-1, 200), "-0.01", "-0.01"),
        (Fraction(2, 3), "0.67", "0.67"),
        (0, "0.00", "0"),
        (100, "100.00", "100"),
    ],
)
def test_two_decimals_are_rounded_half_up(value, two, short):
    assert two_places(value) == two
    assert up_to_two_places(value) == short


def test_unknown_stays_unknown_and_floats_are_refused():
    assert two_places(None) is None
    with pytest.raises(TypeError, match="floating point"):
        to_fraction(0.1)
