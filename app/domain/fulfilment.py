"""What is still to be shipped of an approved line, and how well a request was filled. drug_requests §4.8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.domain.message import Message, msg


class RemainingError(StrEnum):
    """Why nothing may be shipped for a line."""

    NOT_APPROVED = "not_approved"
    NOTHING_REMAINING = "nothing_remaining"
    MORE_THAN_REMAINING = "more_than_remaining"


_REMAINING_WORDS = {
    RemainingError.NOT_APPROVED: msg("这一行还没有批准数量，不能发货：请先审核。"),
    RemainingError.NOTHING_REMAINING: msg("没有可继续发货的数量"),
    RemainingError.MORE_THAN_REMAINING: msg("发货数量超过余量：请减少，或先修改批准数量。"),
}


@dataclass(frozen=True)
class Shipped:
    """Units of one shipment of a line; `returned` are those that the pharmacist has put back to remaining."""

    units: int
    returned: int = 0


@dataclass(frozen=True)
class Remaining:
    """Units that may still be shipped; None and an error when nothing is approved yet."""

    units: int | None
    error: RemainingError | None

    @property
    def message(self) -> Message | None:
        return None if self.error is None else _REMAINING_WORDS[self.error]


@dataclass(frozen=True)
class FilledLine:
    """Approved and accepted units of one line; None while not known."""

    approved: int | None
    accepted: int | None


@dataclass(frozen=True)
class FillRate:
    """Shares between 0 and 1, None when they can't be told: nothing approved, or not everything known."""

    fill_rate: Fraction | None
    refused_share: Fraction | None


def supply_quantity(requested: int | None, approved: int | None, *, approval_step: bool) -> int | None:
    """supply_qty: approved where the approval step is on, requested otherwise (§4.8). The only definition."""
    return approved if approval_step else requested


def remaining_units(
    requested: int | None,
    approved: int | None,
    shipped: Iterable[Shipped] = (),
    *,
    approval_step: bool = True,
    wanted: int | None = None,
) -> Remaining:
    """remaining = max(0, supply_qty - shipped not returned) (§4.8).

    The error says that nothing is left, or that `wanted` units are more than what is left.
    """
    supply = supply_quantity(requested, approved, approval_step=approval_step)
    if supply is None:
        return Remaining(None, RemainingError.NOT_APPROVED)
    units = max(0, supply - sum(part.units - part.returned for part in shipped))
    if units == 0:
        return Remaining(0, RemainingError.NOTHING_REMAINING)
    if wanted is not None and wanted > units:
        return Remaining(units, RemainingError.MORE_THAN_REMAINING)
    return Remaining(units, None)


def fill_rate(lines: Sequence[FilledLine]) -> FillRate:
    """Mean of accepted / approved over lines with approved > 0, and the share of lines approved as 0 (§4.8)."""
    if not lines or any(line.approved is None for line in lines):
        return FillRate(None, None)
    refused = Fraction(sum(1 for line in lines if line.approved == 0), len(lines))
    supplied = [line for line in lines if line.approved]
    if not supplied or any(line.accepted is None for line in supplied):
        return FillRate(None, refused)
    rates = [Fraction(line.accepted or 0, line.approved or 1) for line in supplied]
    return FillRate(sum(rates, Fraction(0)) / len(rates), refused)
