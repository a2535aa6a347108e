"""采购单状态: draft → ordered → partial → closed, or cancelled before anything came (mechanisms §3.1).

Nobody places an order that he himself wrote (mechanisms §0.1).
"""

from __future__ import annotations

from enum import StrEnum

from app.domain.document_states import Step
from app.domain.message import Message, msg
from app.domain.request_terms import Role


class PurchaseState(StrEnum):
    """State (状态) of a purchase order."""

    DRAFT = "draft"
    ORDERED = "ordered"
    PARTIAL = "partial"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> Message:
        return _STATE_LABELS[self]


class PurchaseAction(StrEnum):
    """What someone does with a purchase order (操作)."""

    CREATE = "create"
    ORDER = "order"
    DELIVER_PART = "deliver_part"
    DELIVER_REST = "deliver_rest"
    CLOSE_REST = "close_rest"
    CANCEL = "cancel"

    @property
    def label(self) -> Message:
        return _ACTION_LABELS[self]


_S, _A = PurchaseState, PurchaseAction
_STATE_LABELS = {
    _S.DRAFT: msg("草稿"),
    _S.ORDERED: msg("已下单"),
    _S.PARTIAL: msg("部分到货"),
    _S.CLOSED: msg("已办结"),
    _S.CANCELLED: msg("已取消"),
}
_ACTION_LABELS = {
    _A.CREATE: msg("新建采购单"),
    _A.ORDER: msg("下单"),
    _A.DELIVER_PART: msg("登记部分到货"),
    _A.DELIVER_REST: msg("登记到齐"),
    _A.CLOSE_REST: msg("关闭未到"),
    _A.CANCEL: msg("取消"),
}
_PHARMACIST = (Role.TOWNSHIP_PHARMACIST,)
_TOWNSHIP = (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)
_OPEN = (_S.ORDERED, _S.PARTIAL)

PURCHASE_STEPS: tuple[Step, ...] = (
    Step((), _A.CREATE, _S.DRAFT, _PHARMACIST, msg("已建立采购单：请另一位同事核对下单。")),
    Step((_S.DRAFT,), _A.ORDER, _S.ORDERED, _TOWNSHIP, msg("已下单：到货后请登记。"), not_by=(_A.CREATE,)),
    Step(_OPEN, _A.DELIVER_PART, _S.PARTIAL, _PHARMACIST, msg("已登记到货入库：余下的到货后再登记。")),
    Step(_OPEN, _A.DELIVER_REST, _S.CLOSED, _PHARMACIST, msg("已登记到货入库，全部到齐，本单办结。")),
    Step(_OPEN, _A.CLOSE_REST, _S.CLOSED, _TOWNSHIP, msg("未到的已关闭，本单办结。"), reason_needed=True),
    Step((_S.DRAFT, _S.ORDERED), _A.CANCEL, _S.CANCELLED, _TOWNSHIP, msg("已取消。"), reason_needed=True),
)
"""The whole state machine."""
