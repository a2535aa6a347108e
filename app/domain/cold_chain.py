"""冷链: gaps in the readings of a refrigerator, and the times it was too warm or too cold. drug_requests §6.5."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

LOWEST, HIGHEST = Decimal(2), Decimal(8)
"""Degrees between which cold-chain drugs are kept, both included."""
LONGEST_GAP = timedelta(hours=14)
"""Two readings a day: a longer silence is an event."""
POSSIBLE = (Decimal(-40), Decimal(60))
"""A reading outside is a slip of the pen."""


OPENED_DAYS = 28
"""Days for which opened insulin may be used, the usual ones of the package inserts; a pack may say otherwise (§6.5)."""
LONGEST_OPENED_DAYS = 365


def discard_date(opened_on: date, days: int = OPENED_DAYS, expiry: date | None = None) -> date:
    """The day on which what was opened is thrown away: opened + 28 days, and never after its expiry (§6.5).

    Raises ValueError for less than a day.
    """
    if days < 1:
        raise ValueError("what is opened may be used for a day at least")
    wanted = opened_on + timedelta(days=days)
    return wanted if expiry is None else min(wanted, expiry)


@dataclass(frozen=True)
class Reading:
    """One reading of one device, in degrees Celsius."""

    at: datetime
    celsius: Decimal


@dataclass(frozen=True)
class Gap:
    """No reading from `start` to `end`; `end` None: still none."""

    start: datetime
    end: datetime | None
    length: timedelta


@dataclass(frozen=True)
class Excursion:
    """Outside 2–8 ℃ from the first such reading to the next one inside; `end` None: still outside."""

    start: datetime
    end: datetime | None
    lowest: Decimal
    highest: Decimal


def is_possible(celsius: Decimal) -> bool:
    """Whether a refrigerator's thermometer can say this."""
    return POSSIBLE[0] <= celsius <= POSSIBLE[1]


def is_inside(celsius: Decimal) -> bool:
    """Whether it is from 2 to 8 degrees, both included."""
    return LOWEST <= celsius <= HIGHEST


def gaps(readings: Iterable[Reading], now: datetime) -> tuple[Gap, ...]:
    """Silences longer than 14 hours between readings, and since the last one until `now`. No reading at all gives none."""
    ordered = in_order(readings)
    found = [
        Gap(before.at, after.at, after.at - before.at)
        for before, after in pairwise(ordered)
        if after.at - before.at > LONGEST_GAP
    ]
    if ordered and now - ordered[-1].at > LONGEST_GAP:
        found.append(Gap(ordered[-1].at, None, now - ordered[-1].at))
    return tuple(found)


def excursions(readings: Iterable[Reading]) -> tuple[Excursion, ...]:
    """Every time outside 2–8 ℃ with its lowest and highest reading, oldest first."""
    found: list[Excursion] = []
    outside: list[Reading] = []
    for reading in in_order(readings):
        if not is_inside(reading.celsius):
            outside.append(reading)
        elif outside:
            found.append(_excursion(outside, reading.at))
            outside = []
    if outside:
        found.append(_excursion(outside, None))
    return tuple(found)


def in_order(readings: Iterable[Reading]) -> list[Reading]:
    """By time."""
    return sorted(readings, key=lambda reading: reading.at)


def _excursion(outside: Sequence[Reading], end: datetime | None) -> Excursion:
    degrees = [reading.celsius for reading in outside]
    return Excursion(outside[0].at, end, min(degrees), max(degrees))
