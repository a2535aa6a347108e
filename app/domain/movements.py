"""出入库: the kinds of movements with their sign, and the law of a batch's time line.

Specification: mechanisms §3.2 (balance law: opening + Σ signed movements = on hand, at any moment ≥ 0), drug_requests §7
(nothing before a finalised count) and §8 (losses and adjustments). It reads no ledger; the caller brings the time line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.adjustments import AdjustmentReason
from app.domain.message import Message, msg

LARGEST_QUANTITY = 1_000_000
"""Units beyond which one movement is a slip of the keyboard."""


class MovementKind(StrEnum):
    """Why the units of a batch change."""

    OPENING = "opening"
    RECEIPT = "receipt"
    DISPENSE = "dispense"
    ISSUE = "issue"
    """From the township's shelf to a clinic, with a shipment."""
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    RETURN_FROM_RESIDENT = "return_from_resident"
    RETURN_TO_TOWNSHIP = "return_to_township"
    RETURN_FROM_CLINIC = "return_from_clinic"
    DAMAGE = "damage"
    EXPIRED = "expired"
    LOST = "lost"
    STOLEN = "stolen"
    COLD_CHAIN_FAILURE = "cold_chain_failure"
    OPENED_PAST_USE = "opened_past_use"
    COUNT_SURPLUS = "count_surplus"
    COUNT_SHORTAGE = "count_shortage"
    DONATION_IN = "donation_in"
    SAMPLE_FOR_INSPECTION = "sample_for_inspection"

    @property
    def sign(self) -> int:
        """+1 for what comes, -1 for what goes; quantities are typed without a sign."""
        return 1 if self in INCREASES else -1

    @property
    def label(self) -> Message:
        """What the ledger card prints."""
        return LABELS[self]

    @property
    def is_loss(self) -> bool:
        """Whether it has a value that somebody bears."""
        return self in LOSSES

    @property
    def is_consumption(self) -> bool:
        """Whether it counts as use of the drug (drug_requests §4.2); a return from a resident counts against it."""
        return self in (MovementKind.DISPENSE, MovementKind.RETURN_FROM_RESIDENT)

    @property
    def may_take_unusable(self) -> bool:
        """Whether held or expired goods may leave in this way: everything but to people."""
        return self not in (MovementKind.DISPENSE, MovementKind.ISSUE, MovementKind.TRANSFER_OUT)


INCREASES = frozenset({
    MovementKind.OPENING,
    MovementKind.RECEIPT,
    MovementKind.TRANSFER_IN,
    MovementKind.RETURN_FROM_RESIDENT,
    MovementKind.RETURN_FROM_CLINIC,
    MovementKind.COUNT_SURPLUS,
    MovementKind.DONATION_IN,
})  # fmt: skip
LOSSES = frozenset({
    MovementKind.DAMAGE,
    MovementKind.EXPIRED,
    MovementKind.LOST,
    MovementKind.STOLEN,
    MovementKind.COLD_CHAIN_FAILURE,
    MovementKind.OPENED_PAST_USE,
})  # fmt: skip
LABELS = {
    MovementKind.OPENING: msg("期初"),
    MovementKind.RECEIPT: msg("入库"),
    MovementKind.DISPENSE: msg("发药"),
    MovementKind.ISSUE: msg("发货"),
    MovementKind.RETURN_FROM_CLINIC: msg("村卫生室退回"),
    **{MovementKind(reason.value): reason.label for reason in AdjustmentReason},
}


class LedgerError(StrEnum):
    """Why a movement is not booked."""

    NOT_WHOLE = "not_whole"
    TOO_LARGE = "too_large"
    IN_FUTURE = "in_future"
    BEFORE_BATCH = "before_batch"
    BELOW_ZERO = "below_zero"
    BEFORE_COUNT = "before_count"
    CLOSED_MONTH = "closed_month"
    UNUSABLE = "unusable"


@dataclass(frozen=True)
class LowPoint:
    """Where a time line would fall below zero: the moment, and how many units would be missing."""

    at: datetime
    missing: int


def is_possible_quantity(quantity: object) -> bool:
    """Whether it is a whole number of units from 1 to the largest; a bool or a float is none."""
    return isinstance(quantity, int) and not isinstance(quantity, bool) and 1 <= quantity <= LARGEST_QUANTITY


def lowest_point(
    changes: Iterable[tuple[datetime, int]], new: Iterable[tuple[datetime, int]]
) -> LowPoint | None:
    """The first moment at which a batch would be below zero with `new` among its `changes` (moment, signed units).

    What comes at the same moment counts before what goes. None when it never is.
    """
    ordered = sorted([*changes, *new], key=lambda change: (change[0], -change[1]))
    balance = 0
    for at, units in ordered:
        balance += units
        if balance < 0:
            return LowPoint(at, -balance)
    return None


def usable_on(expiry: date | None, hold: str, day: date) -> bool:
    """Whether goods may be given to somebody on `day`: not held, and the expiry is that day or later (§6.3)."""
    return not hold and (expiry is None or expiry >= day)
