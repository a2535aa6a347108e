"""发货单状态: the table of transitions of a shipment. Specification: drug_requests §6.1 and §6.2.

draft → allocated → picked → shipped → received → verified; draft, allocated, picked → cancelled; shipped → returned in
full. `allocated` reserves at the township, `shipped` takes it off the township's stock into in transit, `received` adds
the accepted units to the clinic; nothing else touches a quantity. `verify` is never done by who shipped (mechanisms §0.1).
"""

from __future__ import annotations

from enum import StrEnum

from app.domain.document_states import Step
from app.domain.message import Message, msg
from app.domain.request_terms import Role


class ShipmentState(StrEnum):
    """State (状态) of a shipment."""

    DRAFT = "draft"
    ALLOCATED = "allocated"
    PICKED = "picked"
    SHIPPED = "shipped"
    RECEIVED = "received"
    VERIFIED = "verified"
    CANCELLED = "cancelled"
    RETURNED_IN_FULL = "returned_in_full"

    @property
    def label(self) -> Message:
        return _STATE_LABELS[self]


class ShipmentAction(StrEnum):
    """What someone does with a shipment (操作)."""

    CREATE = "create"
    ALLOCATE = "allocate"
    RELEASE = "release"
    PICK = "pick"
    SHIP = "ship"
    RECEIVE = "receive"
    VERIFY = "verify"
    CANCEL = "cancel"
    RETURN_IN_FULL = "return_in_full"

    @property
    def label(self) -> Message:
        return _ACTION_LABELS[self]


class Resolution(StrEnum):
    """Where rejected units of a verified receipt went (§4.8, §6.2): the pharmacist's decision."""

    RESTOCKED = "restocked"
    """Back on the township's shelf, fit to be sent again."""
    QUARANTINED = "quarantined"
    """Back at the township, set apart."""
    LOST = "lost"
    """Broken or gone on the way; somebody bears it."""

    @property
    def label(self) -> Message:
        return _RESOLUTION_LABELS[self]


_STATE_LABELS = {
    ShipmentState.DRAFT: msg("待配货"),
    ShipmentState.ALLOCATED: msg("已配货"),
    ShipmentState.PICKED: msg("已拣货"),
    ShipmentState.SHIPPED: msg("在途"),
    ShipmentState.RECEIVED: msg("已签收"),
    ShipmentState.VERIFIED: msg("已核对"),
    ShipmentState.CANCELLED: msg("已取消"),
    ShipmentState.RETURNED_IN_FULL: msg("全部退回"),
}
_ACTION_LABELS = {
    ShipmentAction.CREATE: msg("新建发货单"),
    ShipmentAction.ALLOCATE: msg("配货"),
    ShipmentAction.RELEASE: msg("取消配货"),
    ShipmentAction.PICK: msg("拣货"),
    ShipmentAction.SHIP: msg("发出"),
    ShipmentAction.RECEIVE: msg("收货"),
    ShipmentAction.VERIFY: msg("核对签收"),
    ShipmentAction.CANCEL: msg("取消"),
    ShipmentAction.RETURN_IN_FULL: msg("全部退回"),
}
_RESOLUTION_LABELS = {
    Resolution.RESTOCKED: msg("退回本院可用库存"),
    Resolution.QUARANTINED: msg("退回本院隔离存放"),
    Resolution.LOST: msg("途中损失"),
}

_PHARMACIST = (Role.TOWNSHIP_PHARMACIST,)
_TOWNSHIP = (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)
_CLINIC = (Role.VILLAGE_DOCTOR, Role.CLINIC_LEAD)
_S, _A = ShipmentState, ShipmentAction

SHIPMENT_STEPS: tuple[Step, ...] = (
    Step((), _A.CREATE, _S.DRAFT, _PHARMACIST, msg("已建立发货单：请配货。")),
    Step((_S.DRAFT,), _A.ALLOCATE, _S.ALLOCATED, _PHARMACIST, msg("已按先到期先出配货并预留库存：请拣货。")),
    Step((_S.ALLOCATED,), _A.RELEASE, _S.DRAFT, _PHARMACIST, msg("已放开预留：可以重新配货。"), reason_needed=True),
    Step((_S.ALLOCATED,), _A.PICK, _S.PICKED, _PHARMACIST, msg("已拣货：请打印发货单，装车发出。")),
    Step((_S.PICKED,), _A.SHIP, _S.SHIPPED, _PHARMACIST, msg("已发出，已从本院库存减去：等待村卫生室收货。")),
    Step((_S.SHIPPED,), _A.RECEIVE, _S.RECEIVED, _CLINIC, msg("已收货入库：卫生院会核对签收结果。")),
    Step(
        (_S.RECEIVED,), _A.VERIFY, _S.VERIFIED, _TOWNSHIP, msg("签收已核对，本单办结。"), not_by=(_A.SHIP, _A.RECEIVE)
    ),
    Step(
        (_S.DRAFT, _S.ALLOCATED, _S.PICKED), _A.CANCEL, _S.CANCELLED, _PHARMACIST,
        msg("已取消，预留的库存已放开。"), reason_needed=True,
    ),
    Step(
        (_S.SHIPPED,), _A.RETURN_IN_FULL, _S.RETURNED_IN_FULL, _TOWNSHIP,
        msg("已全部退回本院：需要的请重新配货发出。"), reason_needed=True,
    ),
)  # fmt: skip
"""The whole state machine (§6.1)."""

STILL_AT_TOWNSHIP = frozenset({_S.DRAFT, _S.ALLOCATED, _S.PICKED})
HOLDS_RESERVATION = frozenset({_S.ALLOCATED, _S.PICKED})
SENT = frozenset({_S.SHIPPED, _S.RECEIVED, _S.VERIFIED})
FINAL = frozenset({_S.VERIFIED, _S.CANCELLED, _S.RETURNED_IN_FULL})
VERIFY_WITHIN_DAYS = 3
"""The pharmacist verifies differences within so many days (§6.2)."""
