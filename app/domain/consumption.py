"""Average monthly consumption (AMC 月均用量) and stock-out days (缺货天数).

The only place where they are computed; every screen, print and report calls these functions.
Specification: drug_requests §4.1 (calendar), §4.2 (consumption), §4.3 (stock-out days), §4.4 (AMC).
Days are real calendar days. Unknown is None, never 0. It reads no ledger and knows no clock.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from app.domain.quantities import Exact, to_fraction

DAYS_PER_MONTH = Fraction(30)
"""Days of the month that AMC is expressed for (§4.4): 30 is easy to check by hand; the mean month is 30.4375."""

ONE_DAY = timedelta(days=1)

LOW_CONFIDENCE_BELOW_DAYS = 15
"""With fewer days in stock than this the AMC is shown as uncertain (§4.4)."""


@dataclass(frozen=True)
class Consumption:
    """What one look-back says about one drug in one clinic.

    `amc` is unrounded; None when there was no day in stock or an input is unknown. `days` is D (§4.4).
    """

    amc: Fraction | None
    days: Exact | None
    stockout_days: int | None
    consumed: int | None
    low_confidence: bool


class StockChange(NamedTuple):
    """A signed change of one batch on one day, in dispensing units. `expiry` None: it never expires.

    `is_opening`: stock that was there when the day began, so that its day is no day of receipt.
    """

    on: date
    units: int
    batch: str = ""
    expiry: date | None = None
    is_opening: bool = False


def look_back_days(start: date, end: date, first_receipt: date | None = None) -> int:
    """D: calendar days from `start` to `end`, both included, without days before the first receipt (§4.3).

    0 when the drug first arrived after `end`. Raises ValueError when `end` is before `start`.
    """
    if end < start:
        raise ValueError("the look-back ends before it starts")
    if first_receipt is not None and first_receipt > start:
        start = first_receipt
    return max(0, (end - start).days + 1)


def average_monthly_consumption(
    consumed: int | None,
    days: Exact | None,
    stockout_days: int | None = 0,
    *,
    days_per_month: Exact = DAYS_PER_MONTH,
) -> Consumption:
    """AMC = C / (D - S) x M (§4.4).

    Returns amc None when an input is unknown or D - S = 0; 0 when C = 0 and there were days in stock.
    Raises ValueError for negative inputs or more stock-out days than days (§3 no. 7 and 8).
    """
    if consumed is None or days is None or stockout_days is None:
        return Consumption(None, days, stockout_days, consumed, low_confidence=True)
    if consumed < 0 or stockout_days < 0 or days_per_month <= 0:
        raise ValueError("consumption and stock-out days are not negative, and a month has days")
    days_in_stock = to_fraction(days) - stockout_days
    if days_in_stock < 0:
        raise ValueError("more stock-out days than days in the look-back")
    amc = Fraction(consumed) / days_in_stock * to_fraction(days_per_month) if days_in_stock else None
    low = days_in_stock < LOW_CONFIDENCE_BELOW_DAYS
    return Consumption(amc, days, stockout_days, consumed, low_confidence=low)


def count_stockout_days(
    start: date, end: date, changes: Iterable[StockChange], *, first_receipt: date | None = None
) -> int:
    """S: days from `start` to `end` (both included) that ended without usable stock (§4.3).

    `changes` are all changes up to `end`, the opening stock among them. Usable: expiry on or after the day.
    A day on which something usable arrived is no stock-out day. Days before `first_receipt` are not counted;
    without it the first change says since when the clinic keeps the drug; with no change the answer is 0.
    """
    deltas: dict[date, int] = {start: 0}
    arrivals: set[date] = set()
    known_from = first_receipt
    for on, units, _, expiry, is_opening in changes:
        if first_receipt is None and (known_from is None or on < known_from):
            known_from = on
        if on > end or (expiry is not None and expiry < on):
            continue
        day = max(on, start)
        deltas[day] = deltas.get(day, 0) + units
        if expiry is not None and expiry < end:
            # What expires is as good as gone on the day after.
            gone = max(expiry + ONE_DAY, start)
            deltas[gone] = deltas.get(gone, 0) - units
        if units > 0 and not is_opening and on >= start:
            arrivals.add(on)
    return 0 if known_from is None else _days_out(deltas, arrivals, known_from, end)


def _days_out(deltas: Mapping[date, int], arrivals: Container[date], known_from: date, end: date) -> int:
    """Days that ended with nothing, from the changes of usable stock on single days; `known_from` and `end` included.

    Between two changes nothing happens, so that a day is looked at only when something does.
    """
    days = sorted(deltas)
    out = usable = 0
    for day, following in zip(days, [*days[1:], end + ONE_DAY], strict=True):
        usable += deltas[day]
        if usable <= 0:
            first_out = day + ONE_DAY if day in arrivals else day
            out += max(0, (following - max(first_out, known_from)).days)
    return out


def previous_months(today: date, count: int = 3) -> tuple[date, date]:
    """First and last day of the last `count` closed calendar months before `today` (§4.4)."""
    last = today.replace(day=1) - timedelta(days=1)
    months = last.year * 12 + last.month - 1 - (count - 1)
    return date(months // 12, months % 12 + 1, 1), last


def net_consumption(dispensed: Sequence[int], returned_by_residents: Sequence[int] = ()) -> int:
    """C: units dispensed to residents less units they brought back, never below 0 (§4.2, §3 no. 7)."""
    return max(0, sum(dispensed) - sum(returned_by_residents))
