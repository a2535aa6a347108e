"""Losses and adjustments (损溢): the reasons, each with its fixed sign. drug_requests §8."""

from __future__ import annotations

from enum import StrEnum

from app.domain.message import Message, msg


class AdjustmentReason(StrEnum):
    """Why stock changes without a receipt or a dispensing."""

    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    RETURN_FROM_RESIDENT = "return_from_resident"
    RETURN_TO_TOWNSHIP = "return_to_township"
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
        """+1 or -1; the user types a quantity >= 0."""
        return 1 if self in _INCREASES else -1

    @property
    def label(self) -> Message:
        return _LABELS[self]

    @property
    def needs_document_number(self) -> bool:
        """Stolen goods need the number of the report to the police."""
        return self is AdjustmentReason.STOLEN

    @property
    def needs_approval(self) -> bool:
        return self is AdjustmentReason.DONATION_IN

    @property
    def goes_to_quarantine(self) -> bool:
        """What a resident brings back is never dispensed again."""
        return self is AdjustmentReason.RETURN_FROM_RESIDENT


_INCREASES = frozenset({
    AdjustmentReason.TRANSFER_IN,
    AdjustmentReason.RETURN_FROM_RESIDENT,
    AdjustmentReason.COUNT_SURPLUS,
    AdjustmentReason.DONATION_IN,
})  # fmt: skip

_LABELS = {
    AdjustmentReason.TRANSFER_IN: msg("调入"),
    AdjustmentReason.TRANSFER_OUT: msg("调出"),
    AdjustmentReason.RETURN_FROM_RESIDENT: msg("居民退药"),
    AdjustmentReason.RETURN_TO_TOWNSHIP: msg("退回乡镇"),
    AdjustmentReason.DAMAGE: msg("破损"),
    AdjustmentReason.EXPIRED: msg("过期"),
    AdjustmentReason.LOST: msg("丢失"),
    AdjustmentReason.STOLEN: msg("被盗"),
    AdjustmentReason.COLD_CHAIN_FAILURE: msg("冷链失效"),
    AdjustmentReason.OPENED_PAST_USE: msg("开封后超过使用期限"),
    AdjustmentReason.COUNT_SURPLUS: msg("盘盈"),
    AdjustmentReason.COUNT_SHORTAGE: msg("盘亏"),
    AdjustmentReason.DONATION_IN: msg("捐赠入库"),
    AdjustmentReason.SAMPLE_FOR_INSPECTION: msg("抽检取样"),
}


def adjust(on_hand: int, reason: AdjustmentReason, quantity: int) -> int:
    """Stock after the adjustment. Raises ValueError for quantity < 0 or taking more than there is (§8)."""
    if quantity < 0:
        raise ValueError("the sign comes from the reason; the quantity is not negative")
    after = on_hand + reason.sign * quantity
    if reason.sign < 0 and after < 0:
        raise ValueError("more than the stock on hand")
    return after
