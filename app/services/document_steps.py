"""Doing one action on a document of the supply: the table judges, the new state and its history are written with it.

Used for shipments, settlements, purchase orders and shortage reports. Nothing here decides what is legal: the document's
table in app/domain does, for the button as for the guard. A repeated action with the same key writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.document_states import Labelled, Step, StepError, StepResult, judge, offered
from app.domain.message import Message, msg
from app.domain.request_terms import Role, joined
from app.errors import UserError
from app.services.history import record_change
from db.models import StatusChange

TOWNSHIP_SUPPLY = (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER)
"""Those who act in the township's supply; clerks and auditors look on."""
SUPPLY = (Role.VILLAGE_DOCTOR, Role.CLINIC_LEAD, *TOWNSHIP_SUPPLY)
"""Those who change what stands in the books of a shelf, at either desk."""


class DocumentRefused(UserError):
    """The action is not legal now, or the document was changed meanwhile (`error` None)."""

    def __init__(self, message: Message, error: StepError | None = None) -> None:
        super().__init__(message)
        self.error = error


class Document(Protocol):
    """A stored row with a state and a version."""

    id: str
    state: str
    version: int


def own_actions(session: Session, desk: Desk, entity: str, entity_id: str) -> frozenset[str]:
    """The actions that the signed-in user himself did on this document."""
    rows = session.scalars(
        select(StatusChange.action).where(
            StatusChange.entity == entity,
            StatusChange.entity_id == entity_id,
            StatusChange.user_id == desk.actor.user_id,
        )
    )
    return frozenset(rows)


def take_document_step(
    session: Session,
    desk: Desk,
    table: Sequence[Step],
    entity: str,
    row: Document,
    state: Labelled | None,
    action: Labelled,
    *,
    comment: str = "",
    version: int | None = None,
    key: str | None = None,
    role: Role | None = None,
    by: tuple[str, str] | None = None,
) -> StepResult:
    """Judge `action` and, when it is legal, write the new state, its history and the audit entry.

    `by` (id, name) is who did it where that is not the signed-in user: the other desk, by an envelope. Raises
    DocumentRefused with the sentence of the table, or when `version` is not the stored one.
    """
    refuse_if_changed(row, version)
    session.flush()
    own = frozenset() if by else own_actions(session, desk, entity, row.id)
    result = judge(table, state, action, role or Role(desk.actor.role), own=own, reason=comment)
    if result.to is None:
        raise DocumentRefused(result.message, result.error)
    user_id, user_name = by or (desk.actor.user_id, desk.actor.name)
    add_step(
        session, entity, row.id, "" if state is None else state.value, result.to.value, action.value,
        user_id=user_id, user_name=user_name, at=desk.now(), comment=comment, key=key,
    )  # fmt: skip
    before = None if state is None else {"state": row.state, "version": row.version}
    row.state, row.version = result.to.value, (0 if state is None else row.version) + 1
    record_change(
        session, desk, f"{entity}.{action.value}", entity, row.id, before=before,
        after={"state": row.state, "version": row.version}, number=None, reason=comment,
    )  # fmt: skip
    return result


def add_step(
    session: Session,
    entity: str,
    entity_id: str,
    from_state: str,
    to_state: str,
    action: str,
    *,
    user_id: str,
    user_name: str,
    at: datetime,
    comment: str = "",
    key: str | None = None,
) -> None:
    """Write one row of a document's history."""
    last = session.scalar(
        select(func.max(StatusChange.position)).where(
            StatusChange.entity == entity, StatusChange.entity_id == entity_id
        )
    )
    session.add(
        StatusChange(
            entity=entity, entity_id=entity_id, from_state=from_state, to_state=to_state, action=action,
            user_id=user_id, user_name=user_name, at=at, position=0 if last is None else last + 1,
            comment=comment.strip()[:200], key=key,
        )
    )  # fmt: skip
    session.flush()


def refuse_other_roles(desk: Desk, roles: Sequence[Role]) -> None:
    """Raise DocumentRefused when the signed-in user has none of these roles, for what changes no state."""
    if Role(desk.actor.role) not in roles:
        who = joined([role.label for role in roles])
        raise DocumentRefused(msg("这一步由{who}办理，没有改动。", who=who), StepError.WRONG_ROLE)


def refuse_if_changed(row: Document, version: int | None) -> None:
    """Raise DocumentRefused when `version`, as the user read it, is not the stored one; None is not judged."""
    if version is not None and version != row.version:
        raise DocumentRefused(msg("别人刚刚改过这张单据，您的内容没有保存。请刷新，看过改动后再操作。"))


def was_done(session: Session, key: str | None) -> bool:
    """Whether an action with this key was done before."""
    return key is not None and session.scalar(select(StatusChange.id).where(StatusChange.key == key)) is not None


def steps_offered(
    session: Session, desk: Desk, table: Sequence[Step], entity: str, row: Document, state: Labelled
) -> tuple[Labelled, ...]:
    """The actions that the signed-in user may do on this document now."""
    return offered(table, state, Role(desk.actor.role), own_actions(session, desk, entity, row.id))


def steps_of(session: Session, entity: str, entity_id: str) -> list[StatusChange]:
    """The document's history, oldest first."""
    return list(
        session.scalars(
            select(StatusChange)
            .where(StatusChange.entity == entity, StatusChange.entity_id == entity_id)
            .order_by(StatusChange.position)
        )
    )


def next_number(session: Session, column: object, prefix: str, day: str) -> str:
    """The next number of a kind of document on a day, such as FH20261122-003."""
    start = f"{prefix}{day}-"
    last = session.scalar(select(func.max(column)).where(column.like(f"{start}%")))  # type: ignore[attr-defined]
    return f"{start}{int(last.rpartition('-')[2]) + 1 if last else 1:03d}"
