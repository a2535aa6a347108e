"""Stock of a drug in one clinic: what is available, how many months it lasts, and the state of the line.

Specification: drug_requests §4.5 (available) and §4.9 (months of stock, states). Unknown is None, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from app.domain.batches import Batch, usable_before_expiry
from app.domain.consumption import DAYS_PER_MONTH
from app.domain.message import Message, msg
from app.domain.quantities import Exact, to_fraction

DEFAULT_MIN_MONTHS = Fraction(1)
DEFAULT_MAX_MONTHS = Fraction(2)
"""Months of stock that a clinic keeps (§4.5); lead time included."""

ENDLESS = math.inf
"""Months of stock of a drug that is in stock and not used at all (§4.9)."""


class StockStatus(StrEnum):
    """State of a stock line (§4.9); the value is the word on the screen."""

    OUT = "断货"
    LOW = "偏低"
    NORMAL = "正常"
    OVERSTOCKED = "积压"
    UNUSED = "呆滞"

    @property
    def label(self) -> Message:
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    StockStatus.OUT: msg("断货"),
    StockStatus.LOW: msg("偏低"),
    StockStatus.NORMAL: msg("正常"),
    StockStatus.OVERSTOCKED: msg("积压"),
    StockStatus.UNUSED: msg("呆滞"),
}


@dataclass(frozen=True)
class AvailableStock:
    """`available` = counted on hand - reserved + in transit. `left_out`: expired, held, or expiring unused."""

    available: int
    counted: dict[Batch, int]
    left_out: int

    @property
    def on_hand_counted(self) -> int:
        return sum(self.counted.values())


def available_units(
    on_hand_usable: int | None, reserved: int | None = 0, in_transit: int | None = 0
) -> int | None:
    """on_hand_usable - reserved + in_transit_to_clinic (§4.5); None when one of them is unknown."""
    if on_hand_usable is None or reserved is None or in_transit is None:
        return None
    return on_hand_usable - reserved + in_transit


def available_stock(
    batches: Sequence[Batch],
    amc: Exact | None,
    today: date,
    *,
    reserved: int = 0,
    in_transit: int = 0,
    days_per_month: Exact = DAYS_PER_MONTH,
) -> AvailableStock:
    """Available stock without the units that will expire before they can be used (§4.5)."""
    counted = usable_before_expiry(batches, amc, today, days_per_month=days_per_month)
    on_hand = sum(counted.values())
    total = sum(batch.units for batch in batches)
    return AvailableStock(on_hand - reserved + in_transit, counted, left_out=total - on_hand)


def months_of_stock(usable: int | None, amc: Exact | None) -> Fraction | float | None:
    """MOS = usable / AMC (§4.9): None when unknown, `ENDLESS` for stock without use, 0 without stock."""
    if usable is None or amc is None:
        return None
    if amc == 0:
        return ENDLESS if usable > 0 else Fraction(0)
    return Fraction(usable) / to_fraction(amc)


def stock_status(
    usable: int | None,
    amc: Exact | None,
    *,
    min_mos: Exact = DEFAULT_MIN_MONTHS,
    max_mos: Exact = DEFAULT_MAX_MONTHS,
) -> StockStatus | None:
    """The state of a line (§4.9). Zero stock is tested first, so it is 断货 even without a known AMC.

    None when it can't be told: stock unknown, or some stock and unknown consumption.
    """
    if usable is None:
        return None
    if usable <= 0:
        return StockStatus.OUT
    if amc is None:
        return None
    if amc == 0:
        return StockStatus.UNUSED
    # Compared as products: a quotient would be rounded on the way to the screen.
    if usable < to_fraction(amc) * to_fraction(min_mos):
        return StockStatus.LOW
    if usable > to_fraction(amc) * to_fraction(max_mos):
        return StockStatus.OVERSTOCKED
    return StockStatus.NORMAL
