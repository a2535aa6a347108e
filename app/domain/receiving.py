"""Receipt (收货) of a shipment line at the clinic: what was accepted, what was rejected and why.

Specification: drug_requests §6.2. What came without having been shipped is a line of its own (shipped 0, pending);
the pharmacist decides on it. Both quantities stay visible to both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.message import Message, msg


class RejectReason(StrEnum):
    """Why units of a delivery are not accepted (§6.2)."""

    DAMAGED = "破损"
    SHORT = "短少"
    SHORT_DATED = "效期过近"
    WRONG_BATCH = "批号不符"
    TEMPERATURE = "温度异常"
    WRONG_DRUG = "错货"
    OTHER = "其他"

    @property
    def label(self) -> Message:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    RejectReason.DAMAGED: msg("破损"),
    RejectReason.SHORT: msg("短少"),
    RejectReason.SHORT_DATED: msg("效期过近"),
    RejectReason.WRONG_BATCH: msg("批号不符"),
    RejectReason.TEMPERATURE: msg("温度异常"),
    RejectReason.WRONG_DRUG: msg("错货"),
    RejectReason.OTHER: msg("其他"),
}


class ReceiptError(StrEnum):
    """What is wrong with a receipt line."""

    QUANTITY_MISSING = "quantity_missing"
    NEGATIVE_QUANTITY = "negative_quantity"
    SUM_MISMATCH = "sum_mismatch"
    REASON_REQUIRED = "reason_required"
    RECEIVED_IN_FUTURE = "received_in_future"
    RECEIVED_BEFORE_SHIPPED = "received_before_shipped"


@dataclass(frozen=True)
class ReceiptCheck:
    """Whether the line may be saved; otherwise the error and its sentence."""

    error: ReceiptError | None = None
    message: Message | None = None

    @property
    def valid(self) -> bool:
        return self.error is None


def check_receipt_line(
    shipped: int | None, accepted: int | None, rejected: int | None, reason: str | None = None
) -> ReceiptCheck:
    """accepted >= 0, rejected >= 0, accepted + rejected = shipped, rejected > 0 with a reason (§6.2)."""
    if shipped is None or accepted is None or rejected is None:
        return ReceiptCheck(ReceiptError.QUANTITY_MISSING, msg("请填写接收和拒收数量，没有请填 0。"))
    if min(shipped, accepted, rejected) < 0:
        return ReceiptCheck(ReceiptError.NEGATIVE_QUANTITY, msg("数量不能是负数：请重新填写。"))
    if accepted + rejected != shipped:
        message = msg(
            "接收 {accepted} 加拒收 {rejected} 不等于发货 {shipped}：请核对；多到的货请另记一行，由药师处理。",
            accepted=accepted,
            rejected=rejected,
            shipped=shipped,
        )
        return ReceiptCheck(ReceiptError.SUM_MISMATCH, message)
    if rejected > 0 and not (reason or "").strip():
        return ReceiptCheck(ReceiptError.REASON_REQUIRED, msg("有拒收数量：请选择拒收原因。"))
    return ReceiptCheck()


def check_receipt_dates(received_on: date, shipped_on: date | None, today: date) -> ReceiptCheck:
    """received_on is not after today and not before the day of shipping (§6.2)."""
    if received_on > today:
        return ReceiptCheck(ReceiptError.RECEIVED_IN_FUTURE, msg("收货日期晚于今天：请更正。"))
    if shipped_on is not None and received_on < shipped_on:
        message = msg("收货日期早于发货日期 {shipped_on}：请更正。", shipped_on=shipped_on.isoformat())
        return ReceiptCheck(ReceiptError.RECEIVED_BEFORE_SHIPPED, message)
    return ReceiptCheck()
