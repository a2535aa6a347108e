"""月结单状态: the table of transitions of a monthly statement. Specification: mechanisms §3.3 and §0.1.

draft → checked → confirmed → approved → paid, or disputed before it is paid; a disputed one goes back to draft. Nobody
checks or approves a statement that he made himself.
"""

from __future__ import annotations

from enum import StrEnum

from app.domain.document_states import Step
from app.domain.message import Message, msg
from app.domain.request_terms import Role


class SettlementState(StrEnum):
    """State (状态) of a monthly statement."""

    DRAFT = "draft"
    CHECKED = "checked"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    PAID = "paid"
    DISPUTED = "disputed"

    @property
    def label(self) -> Message:
        return _STATE_LABELS[self]


class SettlementAction(StrEnum):
    """What someone does with a statement (操作)."""

    CREATE = "create"
    CHECK = "check"
    SEND_BACK = "send_back"
    CONFIRM = "confirm"
    APPROVE = "approve"
    PAY = "pay"
    DISPUTE = "dispute"
    REWORK = "rework"

    @property
    def label(self) -> Message:
        return _ACTION_LABELS[self]


_S, _A = SettlementState, SettlementAction
_STATE_LABELS = {
    _S.DRAFT: msg("草稿"),
    _S.CHECKED: msg("药师已核"),
    _S.CONFIRMED: msg("对方已确认"),
    _S.APPROVED: msg("已审批"),
    _S.PAID: msg("已付清"),
    _S.DISPUTED: msg("有争议"),
}
_ACTION_LABELS = {
    _A.CREATE: msg("生成结算单"),
    _A.CHECK: msg("核对"),
    _A.SEND_BACK: msg("退回草稿"),
    _A.CONFIRM: msg("登记对方确认"),
    _A.APPROVE: msg("审批"),
    _A.PAY: msg("登记付款"),
    _A.DISPUTE: msg("登记争议"),
    _A.REWORK: msg("重新核算"),
}

_PHARMACIST = (Role.TOWNSHIP_PHARMACIST,)
_MANAGER = (Role.TOWNSHIP_MANAGER,)
_TOWNSHIP = (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)

SETTLEMENT_STEPS: tuple[Step, ...] = (
    Step((), _A.CREATE, _S.DRAFT, _TOWNSHIP, msg("已生成结算单草稿：请另一位同事核对。")),
    Step((_S.DRAFT,), _A.CHECK, _S.CHECKED, _TOWNSHIP, msg("已核对：请打印，由对方签字确认。"), not_by=(_A.CREATE,)),
    Step((_S.CHECKED,), _A.SEND_BACK, _S.DRAFT, _TOWNSHIP, msg("已退回草稿：请更正后重新核对。"), reason_needed=True),
    Step((_S.CHECKED,), _A.CONFIRM, _S.CONFIRMED, _TOWNSHIP, msg("对方已确认：请院长审批。"), reason_needed=True),
    Step(
        (_S.CONFIRMED,), _A.APPROVE, _S.APPROVED, _MANAGER, msg("已审批：到约定日期付款或收款后登记。"),
        not_by=(_A.CREATE, _A.CONFIRM),
    ),
    Step((_S.APPROVED,), _A.PAY, _S.PAID, _MANAGER, msg("已登记付清，本单办结。")),
    Step(
        (_S.CHECKED, _S.CONFIRMED, _S.APPROVED), _A.DISPUTE, _S.DISPUTED, _TOWNSHIP,
        msg("已登记争议：查清后重新核算。"), reason_needed=True,
    ),
    Step((_S.DISPUTED,), _A.REWORK, _S.DRAFT, _TOWNSHIP, msg("已回到草稿：请更正后重新核对。"), reason_needed=True),
)  # fmt: skip
"""The whole state machine. The reason of a confirmation is who signed for the other side."""

SETTLED = frozenset({_S.APPROVED, _S.PAID})
"""States in which a month may be closed."""
