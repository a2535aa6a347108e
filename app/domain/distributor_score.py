"""配送企业考核: how well a distributor delivered. Specification: mechanisms §3.1.

Fill rate = accepted ÷ ordered, by line, then the mean; on-time rate = lines delivered in full within the agreed lead days;
short-dated rate = deliveries with less than six calendar months left. A line that is neither delivered nor due counts in
none of them. A rate is None while there is nothing to count, never 0.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

SHORT_DATED_MONTHS = 6
"""Less than so many months left when it arrives (own choice, as the document leaves it open)."""


@dataclass(frozen=True)
class Delivered:
    """Accepted units of one batch of one delivery. `expiry` None: it does not expire."""

    units: int
    on: date
    expiry: date | None


@dataclass(frozen=True)
class OrderedLine:
    """One line of an order: units ordered, the day by which they were agreed, and what came."""

    ordered: int
    due_on: date
    deliveries: tuple[Delivered, ...] = ()

    @property
    def accepted(self) -> int:
        """Units that came and were accepted."""
        return sum(each.units for each in self.deliveries)

    def accepted_by(self, day: date) -> int:
        """Units accepted up to a day, that day included."""
        return sum(each.units for each in self.deliveries if each.on <= day)


@dataclass(frozen=True)
class DistributorScore:
    """Shares between 0 and 1, None while there is nothing to count. `lines` and `deliveries` are what was counted."""

    fill_rate: Fraction | None
    on_time_rate: Fraction | None
    short_dated_rate: Fraction | None
    lines: int
    deliveries: int


def score(lines: Sequence[OrderedLine], today: date) -> DistributorScore:
    """The record of a distributor over some order lines. More than was ordered fills a line once, not more."""
    counted = [line for line in lines if line.ordered > 0 and (line.due_on < today or line.accepted >= line.ordered)]
    arrived = [each for line in lines for each in line.deliveries if each.units > 0]
    fills = [min(Fraction(1), Fraction(line.accepted, line.ordered)) for line in counted]
    on_time = sum(line.accepted_by(line.due_on) >= line.ordered for line in counted)
    short = sum(is_short_dated(each.expiry, each.on) for each in arrived)
    return DistributorScore(
        fill_rate=sum(fills, Fraction(0)) / len(fills) if fills else None,
        on_time_rate=Fraction(on_time, len(counted)) if counted else None,
        short_dated_rate=Fraction(short, len(arrived)) if arrived else None,
        lines=len(counted),
        deliveries=len(arrived),
    )


def is_short_dated(expiry: date | None, received_on: date) -> bool:
    """Whether less than six calendar months were left on the day of receipt."""
    return expiry is not None and expiry < months_later(received_on, SHORT_DATED_MONTHS)


def months_later(day: date, months: int) -> date:
    """The same day so many calendar months later; the last of the month where it has no such day."""
    place = day.year * 12 + day.month - 1 + months
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def rank(found: DistributorScore) -> tuple[Fraction, Fraction, Fraction]:
    """By which distributors are ordered, the best first: filled, on time, few short-dated. Unknown counts as half."""
    half = Fraction(1, 2)

    def known(rate: Fraction | None) -> Fraction:
        return half if rate is None else rate

    return (-known(found.fill_rate), -known(found.on_time_rate), known(found.short_dated_rate))
