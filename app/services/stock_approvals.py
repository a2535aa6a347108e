"""批准: who may approve what another user does with the stock, and his approval by PIN."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.services.accounts import attempt
from app.services.problems import refuse
from app.services.roles import LEADING
from app.services.stock_documents import Approval
from db.models import UserAccount


@dataclass(frozen=True)
class Approver:
    """A user who leads and is not the one at work."""

    user_id: str
    name: str
    role: str


@dataclass(frozen=True)
class ApprovalWays:
    """How to come by an approval: one of `approvers` with his PIN, or, where the user `is_alone`, a written number."""

    approvers: tuple[Approver, ...]
    is_alone: bool


def approval_ways(session: Session, desk: Desk) -> ApprovalWays:
    """Who may approve what the signed-in user does."""
    users = session.scalars(
        select(UserAccount).where(UserAccount.is_active.is_(True)).order_by(UserAccount.created_at, UserAccount.id)
    ).all()
    leading = [row for row in users if row.role in LEADING and row.id != desk.actor.user_id]
    return ApprovalWays(tuple(Approver(row.id, row.name, row.role) for row in leading), is_alone=len(users) <= 1)


def approval_by_pin(desk: Desk, user_id: str, pin: str) -> Approval:
    """The approval of a user who types his PIN. Raises Refused beside `pin`; a wrong PIN counts as an attempt."""
    if not pin:
        raise refuse("pin", msg("请批准人输入自己的 PIN。"))
    try:
        return Approval(attempt(desk, user_id, pin, "stock_approved"))
    except UserError as error:
        raise refuse("pin", error.message) from error
