from __future__ import annotations

from datetime import date

import pytest

from app.domain.dates import (
    add_months,
    age_on,
    birthday_in,
    earliest,
    short_date,
    three_months_after,
    two_weeks_after,
)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 15), 3, date(2026, 4, 15)),
        (date(2026, 1, 31), 3, date(2026, 4, 30)),  # clamped to the shorter month
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),  # leap year
        (date(2026, 12, 31), 3, date(2027, 3, 31)),
        (date(2026, 10, 1), 3, date(2027, 1, 1)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, expected):
    assert add_months(day, months) == expected


def test_three_months_and_two_weeks_cross_the_year():
    assert three_months_after(date(2026, 11, 22)) == date(2027, 2, 22)
    assert two_weeks_after(date(2026, 12, 20)) == date(2027, 1, 3)


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(1961, 11, 22), date(2026, 11, 21), 64),
        (date(1961, 11, 22), date(2026, 11, 22), 65),
        (date(2000, 2, 29), date(2018, 2, 27), 17),
        (date(2000, 2, 29), date(2018, 2, 28), 18),  # a common year: 28 February completes it
        (date(2000, 2, 29), date(2020, 2, 28), 19),  # a leap year: 29 February completes it
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        (date(2000, 2, 28), date(2020, 2, 28), 20),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_is_completed_years_on_the_day(birth, day, age):
    assert age_on(birth, day) == age


def test_age_before_birth_is_refused():
    with pytest.raises(ValueError, match="before the birth"):
        age_on(date(2026, 1, 2), date(2026, 1, 1))


def test_birthday_of_29_february_in_both_kinds_of_year():
    assert birthday_in(date(2000, 2, 29), 2023) == date(2023, 2, 28)
    assert birthday_in(date(2000, 2, 29), 2024) == date(2024, 2, 29)
    assert birthday_in(date(1960, 7, 1), 2024) == date(2024, 7, 1)


def test_earliest_leaves_out_what_is_unknown():
    assert earliest([None, date(2026, 2, 1), date(2026, 1, 1)]) == date(2026, 1, 1)
    assert earliest([None]) is None


def test_short_date_names_the_year_only_when_it_differs():
    assert short_date(date(2026, 12, 6), seen_from=date(2026, 11, 22)) == "12-06"
    assert short_date(date(2027, 1, 3), seen_from=date(2026, 11, 22)) == "2027-01-03"
