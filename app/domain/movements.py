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
from app.domain.stocktake import check_movement_time

RETURNED_HOLD = "returned"
"""What a resident brings back lies apart and is never dispensed again."""

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
    RETURN_TO_DISTRIBUTOR = "return_to_distributor"
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
    def is_supply(self) -> bool:
        """Whether it counts as use at a township: what goes to its clinics, less what comes back from them.

        §4.2 speaks of the clinic, which gives drugs to people. Only a township books these kinds, and only a clinic those
        of `is_consumption`.
        """
        return self in (MovementKind.ISSUE, MovementKind.RETURN_FROM_CLINIC)

    @property
    def is_of_a_count(self) -> bool:
        """Whether a finalised stock-take wrote it; only another stock-take puts it right (§7)."""
        return self in (MovementKind.COUNT_SURPLUS, MovementKind.COUNT_SHORTAGE)

    @property
    def may_take_unusable(self) -> bool:
        """Whether it may touch held or expired goods: everything but what leaves for people to use."""
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
QUARANTINED = frozenset(
    kind for kind in MovementKind if kind.value in {reason.value for reason in AdjustmentReason if reason.goes_to_quarantine}
)
LABELS = {
    MovementKind.OPENING: msg("期初"),
    MovementKind.RECEIPT: msg("入库"),
    MovementKind.DISPENSE: msg("发药"),
    MovementKind.ISSUE: msg("发货"),
    MovementKind.RETURN_FROM_CLINIC: msg("村卫生室退回"),
    MovementKind.RETURN_TO_DISTRIBUTOR: msg("退回配送企业"),
    **{MovementKind(reason.value): reason.label for reason in AdjustmentReason},
}


class Bearer(StrEnum):
    """Who bears the value of a loss (drug_requests §8)."""

    TOWNSHIP = "township"
    CLINIC = "clinic"
    DISTRIBUTOR = "distributor"

    @property
    def label(self) -> Message:
        """What the ledger card prints."""
        return _BEARER_LABELS[self]


_BEARER_LABELS = {
    Bearer.TOWNSHIP: msg("卫生院承担"),
    Bearer.CLINIC: msg("村卫生室承担"),
    Bearer.DISTRIBUTOR: msg("配送企业承担"),
}


class LedgerError(StrEnum):
    """Why a movement is not booked, by itself; the time line of its batch is judged by `lowest_point`."""

    QUANTITY = "quantity"
    IN_FUTURE = "in_future"
    CLOSED_MONTH = "closed_month"
    BEFORE_COUNT = "before_count"
    HELD = "held"
    EXPIRED = "expired"
    QUARANTINE = "quarantine"
    BEARER = "bearer"


@dataclass(frozen=True)
class MovementFacts:
    """What one movement is judged by. `day` the local day of `at`; `counted_at` of the batch's last finalised count.

    `expiry` and `hold` are those of the batch, `bearer` "" where nobody was named.
    """

    kind: MovementKind
    quantity: object
    at: datetime
    now: datetime
    day: date
    expiry: date | None = None
    hold: str = ""
    bearer: str = ""
    counted_at: datetime | None = None
    is_month_closed: bool = False


def movement_error(facts: MovementFacts) -> LedgerError | None:
    """Why this movement can't be booked, the first reason that holds; None when nothing speaks against it.

    §8: not in the future, a loss has a bearer, what a resident returns goes to quarantine and nowhere else; §7: nothing
    before a finalised count; §6.3: nothing held or expired to people; mechanisms §3.3: nothing in a closed month.
    """
    if not is_possible_quantity(facts.quantity):
        return LedgerError.QUANTITY
    if facts.at > facts.now:
        return LedgerError.IN_FUTURE
    if facts.is_month_closed:
        return LedgerError.CLOSED_MONTH
    if check_movement_time(facts.at, facts.counted_at) is not None:
        return LedgerError.BEFORE_COUNT
    if facts.kind.is_loss and facts.bearer not in {bearer.value for bearer in Bearer}:
        return LedgerError.BEARER
    if facts.kind.sign > 0 and (facts.kind in QUARANTINED) != (facts.hold == RETURNED_HOLD):
        # A count may find more of what residents returned; what a clinic sends back damaged lies apart, too.
        apart = (MovementKind.COUNT_SURPLUS, MovementKind.RETURN_FROM_CLINIC)
        return None if facts.kind in apart else LedgerError.QUARANTINE
    if facts.kind.may_take_unusable or usable_on(facts.expiry, facts.hold, facts.day):
        return None
    return LedgerError.HELD if facts.hold else LedgerError.EXPIRED


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
