"""Doing one action on a request: the transition table decides, the rows of its history are written with it.

Used by both desks. Nothing here decides what is legal: `app.domain.request_states.attempt` does, for the button as for
the guard. A repeated action with the same key is answered from its first result and writes nothing.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.request_guards import Actor, RequestFacts, version_is_current
from app.domain.request_states import Action, State, TransitionResult, attempt
from app.domain.request_terms import ErrorKind, Role
from app.errors import UserError
from app.services.history import record_change
from db.models import DrugRequest, ExchangeMessage, StatusChange


class StepRefused(UserError):
    """The action is not legal now; `error_kind` says why."""

    def __init__(self, error_kind: ErrorKind, message: Message) -> None:
        super().__init__(message)
        self.error_kind = error_kind


def actor_for(desk: Desk, request: DrugRequest | None) -> Actor:
    """The signed-in user as the transition table sees him."""
    user = desk.actor.user_id
    return Actor(
        roles=frozenset({Role(desk.actor.role)}),
        is_creator=None if request is None else request.created_by_id == user,
        is_submitter=None if request is None else request.submitted_by_id == user,
        holds_review=None if request is None else request.taken_by_id == user,
    )


def load(session: Session, request_id: str) -> DrugRequest:
    """The stored request; raises UserError when there is none."""
    request = session.get(DrugRequest, request_id)
    if request is None:
        raise UserError(msg("找不到这张申请单，可能在另一台电脑上。没有改动任何内容。"))
    return request


def refuse_if_stale(request: DrugRequest, version: int | None) -> None:
    """Raise StepRefused when `version`, as the user read it, is not the stored one; None is not judged."""
    facts = RequestFacts(State(request.state), version_sent=version, version_stored=request.version)
    refusal = version_is_current(facts, Actor())
    if refusal is not None:
        raise StepRefused(refusal.error_kind, refusal.why)


def replace_unsent(session: Session, request: DrugRequest) -> None:
    """Set aside what was written about this request but never handed over: newer words take its place.

    Its number in the count of envelopes becomes free again, so that the other desk misses nothing.
    """
    replace_unsent_about(session, request.id)


def replace_unsent_about(session: Session, subject_id: str) -> None:
    """Set aside the envelopes about any document that were written but never handed over."""
    session.flush()
    unsent = session.scalars(
        select(ExchangeMessage).where(
            ExchangeMessage.direction == "sent",
            ExchangeMessage.subject_id == subject_id,
            ExchangeMessage.state == "ready",
        )
    )
    for message in unsent:
        message.state, message.sequence = "replaced", 0
    session.flush()


def repeated(session: Session, key: str | None) -> bool:
    """Whether an action with this key was done before."""
    if key is None:
        return False
    return session.scalar(select(StatusChange.id).where(StatusChange.key == key)) is not None


def take_step(
    session: Session,
    desk: Desk,
    request: DrugRequest,
    action: Action,
    facts: RequestFacts,
    *,
    comment: str = "",
    key: str | None = None,
    actor: Actor | None = None,
) -> TransitionResult:
    """Judge `action` and, when it is legal, write the new state, its history and the audit entry.

    `actor` is who acts where that is the program itself. Raises StepRefused with the sentence of the table.
    """
    result = attempt(facts, action, actor or actor_for(desk, request))
    if not result.legal or result.to is None:
        raise StepRefused(result.error_kind or ErrorKind.ILLEGAL_TRANSITION, result.message)
    for offset, (from_state, to_state) in enumerate(result.status_rows):
        row_key = key if offset == 0 else None
        add_status(session, desk, request, from_state, to_state, action, comment=comment, key=row_key)
    before = {"state": request.state, "version": request.version}
    request.state = result.to.value
    request.version += 1
    record_change(
        session, desk, f"drug_request.{action.value}", "drug_request", request.id, before=before,
        after={"state": request.state, "version": request.version}, number=None, reason=comment,
    )  # fmt: skip
    return result


def add_status(
    session: Session,
    desk: Desk,
    request: DrugRequest,
    from_state: State | None,
    to_state: State,
    action: Action,
    *,
    comment: str = "",
    key: str | None = None,
) -> None:
    """Write one row of the history."""
    session.flush()
    session.add(
        StatusChange(
            entity="drug_request",
            entity_id=request.id,
            from_state=from_state.value if from_state else "",
            to_state=to_state.value,
            action=action.value,
            user_id=desk.actor.user_id,
            user_name=desk.actor.name,
            at=desk.now(),
            position=next_position(session, request.id),
            comment=comment,
            key=key,
        )
    )


def next_position(session: Session, request_id: str) -> int:
    """The place of the next row in the history of a request."""
    last = session.scalar(
        select(func.max(StatusChange.position)).where(
            StatusChange.entity == "drug_request", StatusChange.entity_id == request_id
        )
    )
    return 0 if last is None else last + 1
