"""近效期: what to do with a batch that is near its expiry. Specification: drug_requests §6.3, mechanisms §10."""

from __future__ import annotations

from enum import StrEnum

from app.domain.batches import ORANGE_DAYS, ExpiryLevel
from app.domain.message import Message, msg

MIN_DAYS_FOR_TRANSFER = ORANGE_DAYS
"""Another clinic takes only what lasts longer than three months (mechanisms §10)."""


class ExpiryAction(StrEnum):
    """What is proposed (§6.3); transfers between clinics come before loss."""

    USE_FIRST = "use_first"
    TRANSFER = "transfer"
    RETURN = "return"
    WRITE_OFF = "write_off"

    @property
    def label(self) -> Message:
        """What the list prints."""
        return _LABELS[self]


_LABELS = {
    ExpiryAction.USE_FIRST: msg("先用"),
    ExpiryAction.TRANSFER: msg("调剂"),
    ExpiryAction.RETURN: msg("退回乡镇"),
    ExpiryAction.WRITE_OFF: msg("报损"),
}


def proposed_action(
    level: ExpiryLevel, days_left: int | None, unused: int | None, *, held: bool = False
) -> ExpiryAction | None:
    """What to do with a batch of which `unused` units can't be used before the expiry; None: nothing is due.

    `unused` None (use unknown) counts as "may be left over". Expired: write off. Used up in time: use first. Left over:
    another clinic while more than three months remain, afterwards the township. Held goods are not used first.
    """
    if level is ExpiryLevel.EXPIRED:
        return ExpiryAction.WRITE_OFF
    if level is ExpiryLevel.NONE or days_left is None:
        return None
    if held:
        return ExpiryAction.RETURN
    if unused == 0:
        return ExpiryAction.USE_FIRST
    return ExpiryAction.TRANSFER if days_left > MIN_DAYS_FOR_TRANSFER else ExpiryAction.RETURN
