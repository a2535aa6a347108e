"""Calendar arithmetic of the specification: ages, two weeks, three months.

国家基本公共卫生服务规范（第三版） says only 2周内 and 3个月. Here "2 weeks" is the visit date plus 14 days, the
due day included, and "3 months" is the same day of the month three months later, clamped to the last day of a
shorter month. No clock: the day is always an argument.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta

TWO_WEEKS = timedelta(days=14)
MONTHS_TO_NEXT_VISIT = 3


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later, or the last day of that month when it is shorter."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    month = month_index + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def two_weeks_after(day: date) -> date:
    """The last day of "within 2 weeks" (2周内)."""
    return day + TWO_WEEKS


def three_months_after(day: date) -> date:
    """The last day of the ordinary interval, four visits a year."""
    return add_months(day, MONTHS_TO_NEXT_VISIT)


def birthday_in(birth_date: date, year: int) -> date:
    """The day on which a year of life is completed; 28 February for 29 February in a common year."""
    if (birth_date.month, birth_date.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 2, 28)
    return birth_date.replace(year=year)


def age_on(birth_date: date, day: date) -> int:
    """Completed years (周岁) on `day`. Raises ValueError when `day` is before the birth."""
    if day < birth_date:
        raise ValueError("the day is before the birth")
    return day.year - birth_date.year - (day < birthday_in(birth_date, day.year))


def earliest(days: Iterable[date | None]) -> date | None:
    """The earliest of the days that are known, or None when none is."""
    return min((day for day in days if day is not None), default=None)


def short_date(day: date, *, seen_from: date) -> str:
    """`day` as a doctor reads it: 12-06 within the year of `seen_from`, else 2025-12-06."""
    return f"{day:%m-%d}" if day.year == seen_from.year else day.isoformat()
