"""Batches (批号) of a drug: what is usable, how near the expiry is, and which batch is picked first (FEFO).

Specification: drug_requests §6.3 (expiry) and §6.4 (picking). The caller moves the stock; nothing is
changed here. Expired and held stock is filtered at reading time, whatever a nightly job has done.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.consumption import DAYS_PER_MONTH
from app.domain.message import Message, msg
from app.domain.quantities import Exact, to_fraction

RED_DAYS, ORANGE_DAYS, YELLOW_DAYS = 30, 90, 180
"""Warning levels of §6.3; the township may set others."""

MIN_DAYS_WHEN_SHIPPED = 180
MIN_DAYS_WHEN_SHIPPED_COLD_CHAIN = 90
"""Shorter-dated batches are not shipped to a clinic (§6.3)."""


class ExpiryLevel(StrEnum):
    """How near the expiry is (§6.3)."""

    EXPIRED = "expired"
    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    NONE = "none"


@dataclass(frozen=True)
class Batch:
    """One batch at one place. Units are dispensing units; `expiry` None means that it does not expire.

    The batch number is text: leading zeros count; the same number with two expiries is two batches (§6.3).
    """

    batch_no: str
    units: int
    expiry: date | None = None
    held: bool = False
    reserved: int = 0
    received_on: date | None = None
    pack: int | None = None

    @property
    def free_units(self) -> int:
        """Units not reserved for anyone, at least 0."""
        return max(0, self.units - self.reserved)

    def is_usable(self, today: date) -> bool:
        """Not held and not expired; a batch may still be dispensed on its last day (§6.3)."""
        return not self.held and (self.expiry is None or self.expiry >= today)


@dataclass(frozen=True)
class Pick:
    """`units` taken from one batch; `notice` warns of a short date."""

    batch: Batch
    units: int
    notice: Message | None = None


@dataclass(frozen=True)
class Picking:
    """The answer of `pick_fefo`: `shortfall` units are missing, `over` units more than asked (whole packs)."""

    picks: tuple[Pick, ...]
    shortfall: int
    over: int


def last_day_of_expiry(text: str) -> date:
    """The last usable day of a printed expiry: `2025-08` is the last day of that month (§6.3).

    Takes YYYY-MM-DD, YYYY-MM, and the same with `.`, `/` or without separators. Raises ValueError.
    """
    cleaned = text.strip()
    match = re.fullmatch(r"(\d{4})([-./]?)(\d{1,2})(?:\2(\d{1,2}))?", cleaned)
    if match is None or (not match[2] and len(cleaned) not in (6, 8)):
        raise ValueError(f"not an expiry: {text!r}")
    year, month = int(match[1]), int(match[3])
    if not 1 <= month <= 12:
        raise ValueError(f"not an expiry: {text!r}")
    return date(year, month, int(match[4]) if match[4] else calendar.monthrange(year, month)[1])


def days_left(expiry: date, today: date) -> int:
    """Days on which the batch may still be used, with today: expiring today is 1, expired is <= 0 (§4.5)."""
    return (expiry - today).days + 1


def expiry_level(
    expiry: date | None,
    today: date,
    *,
    red: int = RED_DAYS,
    orange: int = ORANGE_DAYS,
    yellow: int = YELLOW_DAYS,
) -> ExpiryLevel:
    """The warning level by days left (§6.3): red <= 30, orange <= 90, yellow <= 180. No expiry: none."""
    if expiry is None:
        return ExpiryLevel.NONE
    left = days_left(expiry, today)
    if left <= 0:
        return ExpiryLevel.EXPIRED
    for level, limit in ((ExpiryLevel.RED, red), (ExpiryLevel.ORANGE, orange), (ExpiryLevel.YELLOW, yellow)):
        if left <= limit:
            return level
    return ExpiryLevel.NONE


def lasts_for_supply(expiry: date | None, today: date, days_of_supply: int) -> bool:
    """Whether a resident can use the whole supply before the batch expires (§6.3)."""
    return expiry is None or days_left(expiry, today) >= days_of_supply


def dates_are_possible(produced_on: date | None, expiry: date | None) -> bool:
    """An expiry before the production date is refused (§6.3); an unknown date is not judged."""
    return produced_on is None or expiry is None or expiry >= produced_on


def in_fefo_order(batches: Iterable[Batch], *, pack: int | None = None) -> list[Batch]:
    """Earliest expiry first, no expiry last; then opened packs, date of receipt, batch number (§6.4)."""
    return sorted(
        batches,
        key=lambda batch: (
            batch.expiry or date.max,
            not _has_opened_pack(batch, pack),
            batch.received_on or date.max,
            batch.batch_no,
        ),
    )


def usable_before_expiry(
    batches: Sequence[Batch], amc: Exact | None, today: date, *, days_per_month: Exact = DAYS_PER_MONTH
) -> dict[Batch, int]:
    """Units of each batch that will be used up before it expires, at the present consumption (§4.5).

    Walks in FEFO order with capacity floor(AMC x days_left / 30) less what earlier batches take. With AMC 0 or
    None nothing is cut off, but expired and held batches always count 0.
    """
    counted: dict[Batch, int] = {}
    taken = 0
    daily = to_fraction(amc) / to_fraction(days_per_month) if amc else None
    for batch in in_fefo_order(batches):
        units = max(0, batch.units) if batch.is_usable(today) else 0
        if units and daily and batch.expiry is not None:
            capacity = daily.numerator * days_left(batch.expiry, today) // daily.denominator
            units = max(0, min(units, capacity - taken))
        counted[batch] = counted.get(batch, 0) + units
        taken += units
    return counted


def has_expiry_risk(
    batches: Sequence[Batch], amc: Exact | None, today: date, *, counted: Mapping[Batch, int] | None = None
) -> bool:
    """有效期风险: a usable batch can't be used up before its expiry (§4.9). False while AMC is None or 0.

    `counted` is the answer of `usable_before_expiry` where it is known already.
    """
    counted = usable_before_expiry(batches, amc, today) if counted is None else counted
    return any(batch.is_usable(today) and counted[batch] < batch.units for batch in batches)


def pick_fefo(
    needed: int,
    batches: Sequence[Batch],
    today: date,
    *,
    splittable: bool = True,
    pack: int = 1,
    min_remaining_days: int = 0,
    notice_days: int = RED_DAYS,
) -> Picking:
    """Which batches to take for `needed` units, first expired first out (§6.4).

    Not splittable: whole packs of `pack` units (or of the batch's own pack), rounding up where the batch
    holds the extra units, otherwise all that it holds; an opened pack that is enough for the remainder goes
    as it is before another one is opened. Raises ValueError for a negative need or pack < 1.
    """
    if needed < 0 or pack < 1:
        raise ValueError("need is not negative and a pack holds at least one unit")
    picks: list[Pick] = []
    missing = needed
    for batch in in_fefo_order(batches, pack=pack):
        if missing <= 0:
            break
        if not _may_be_picked(batch, today, min_remaining_days):
            continue
        step = 1 if splittable else batch.pack or pack
        units = min(batch.free_units, _in_packs(missing, step, opened=batch.free_units % step))
        picks.append(Pick(batch, units, _short_date_notice(batch, today, notice_days)))
        missing -= units
    return Picking(tuple(picks), shortfall=max(0, missing), over=max(0, -missing))


def _in_packs(units: int, step: int, *, opened: int) -> int:
    """Whole packs of `step` units for `units`; the opened pack instead of the last one where it is enough."""
    packs, remainder = divmod(units, step)
    if not remainder:
        return units
    return packs * step + (opened if remainder <= opened else step)


def _may_be_picked(batch: Batch, today: date, min_remaining_days: int) -> bool:
    if not batch.is_usable(today) or batch.free_units == 0:
        return False
    return batch.expiry is None or days_left(batch.expiry, today) >= min_remaining_days


def _has_opened_pack(batch: Batch, pack: int | None) -> bool:
    size = batch.pack or pack
    return size is not None and size > 0 and batch.units % size != 0


def _short_date_notice(batch: Batch, today: date, notice_days: int) -> Message | None:
    if batch.expiry is None or days_left(batch.expiry, today) > notice_days:
        return None
    return msg(
        "批号 {batch} 有效期到 {expiry}，只剩 {days} 天，请先用或换一批。",
        batch=batch.batch_no,
        expiry=batch.expiry.isoformat(),
        days=days_left(batch.expiry, today),
    )
