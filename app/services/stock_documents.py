"""库存单据: what stands behind movements that no shipment brought: who approved it, its number, its reason.

One document is one user action: its movements, one revision and one audit entry, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Actor, Desk
from app.domain.message import Message, msg
from app.domain.request_checks import has_meaning
from app.forms.vocabulary import Level, Problem
from app.services.history import record_change
from app.services.roles import LEADING
from db.models import Revision, UserAccount, new_id

ENTITY = "stock_document"
LONGEST_REASON, LONGEST_NUMBER = 200, 50


@dataclass(frozen=True)
class Approval:
    """Who agrees to what another user does: `approver` signed in for it with his PIN.

    A clinic whose only user is the doctor himself writes the `number` of the township's written approval instead.
    """

    approver: Actor | None = None
    number: str = ""

    def words(self) -> str:
        """What the document keeps."""
        return self.approver.name if self.approver is not None else self.number.strip()


def approval_problems(session: Session, desk: Desk, approval: Approval, code: str = "approval") -> list[Problem]:
    """Why this approval does not do: nobody approves what he does himself, and only who leads may approve."""
    if approval.approver is not None:
        if approval.approver.user_id == desk.actor.user_id:
            return [problem(code, msg("自己办理的不能自己批准。请由负责人批准。"))]
        if approval.approver.role not in LEADING:
            return [problem(code, msg("只有负责人或院长可以批准。请由负责人批准。"))]
        return []
    if _is_alone(session):
        if approval.number.strip():
            return []
        return [problem(code, msg("本室只有一位用户：请填写卫生院批准的文号。"))]
    return [problem(code, msg("需要负责人批准，还没有批准。请由负责人输入 PIN 批准。"))]


def reason_problems(reason: str, code: str = "reason") -> list[Problem]:
    """A reason has at least two characters that are not all the same, and fits its column (drug_requests §3 no. 3)."""
    if not has_meaning(reason):
        return [problem(code, msg("请写明原因，至少两个字。"))]
    if len(reason.strip()) > LONGEST_REASON:
        return [problem(code, msg("原因最多 {most} 个字，请写短一些。", most=LONGEST_REASON))]
    return []


def number_problems(number: str, code: str, missing: Message) -> list[Problem]:
    """A document needs its number."""
    if not number.strip():
        return [problem(code, missing)]
    if len(number.strip()) > LONGEST_NUMBER:
        return [problem(code, msg("编号最多 {most} 个字，请核对。", most=LONGEST_NUMBER))]
    return []


def record_document(
    session: Session, desk: Desk, kind: str, content: Mapping[str, Any], *, reason: str = "", document_id: str = ""
) -> str:
    """Keep a document in the history, and give its id."""
    document_id = document_id or new_id()
    after = {"kind": kind, **content}
    record_change(session, desk, f"stock_{kind}", ENTITY, document_id, before=None, after=after, reason=reason.strip())
    return document_id


def documents(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What was kept of documents, by id."""
    wanted = sorted(set(ids))
    found: dict[str, dict[str, Any]] = {}
    for begin in range(0, len(wanted), 500):
        statement = select(Revision.entity_id, Revision.after).where(
            Revision.entity == ENTITY, Revision.entity_id.in_(wanted[begin : begin + 500])
        )
        found.update({row.entity_id: row.after for row in session.execute(statement)})
    return found


def problem(code: str, sentence: Message) -> Problem:
    """A refusal beside one answer."""
    return Problem(code, Level.REFUSE, sentence)


def _is_alone(session: Session) -> bool:
    users = select(func.count()).select_from(UserAccount).where(UserAccount.is_active.is_(True))
    return (session.scalar(users) or 0) <= 1
