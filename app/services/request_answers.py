"""答复 at the clinic's desk: what the township decided, taken in by envelope onto the clinic's own request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.request_states import TRANSITIONS, State
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.services.history import record_change
from app.services.post import TakenIn
from app.services.request_steps import next_position
from app.services.request_views import lines_of
from db.models import DrugRequest, StatusChange

if TYPE_CHECKING:
    from app.exchange.bodies import DrugDecisionBody, StateChange  # pydantic is no part of the window's start


def take_in_decision(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """What the township decided, onto this clinic's request: only along legal transitions, only for its own version."""
    from app.exchange.bodies import DrugDecisionBody

    body = DrugDecisionBody.model_validate(envelope.body)
    request = session.get(DrugRequest, body.request_id)
    if request is None or request.township_id != envelope.sender_id:
        raise UserError(msg("这份答复不是针对本室的申领单，没有读入任何内容。请与卫生院核对。"))
    known = session.scalars(
        select(StatusChange).where(
            StatusChange.entity == "drug_request", StatusChange.entity_id == request.id
        )
    )
    seen = {(row.at, row.action, row.to_state) for row in known}
    news = [row for row in body.history if (row.at, row.action, row.to_state) not in seen]
    if not news:
        return TakenIn(
            "drug_decision",
            request.id,
            msg("这是较早的一份答复，后来的答复已经读入，没有改动任何内容。不需要再做什么。"),
        )
    if not _is_legal_path(request.state, news, body.state):
        raise UserError(
            msg(
                "这份答复和本室申领单现在的状态“{state}”接不上，没有读入任何内容。请与卫生院核对后让对方重发。",
                state=State(request.state).label,
            )
        )
    decided = {line.id: line for line in body.lines}
    for line in lines_of(session, request.id):
        if line.id in decided:
            line.approved, line.decision = decided[line.id].approved, decided[line.id].decision
            line.decision_reason, line.source = decided[line.id].reason, decided[line.id].source
    for offset, row in enumerate(news):
        session.add(
            StatusChange(
                entity="drug_request", entity_id=request.id, from_state=row.from_state, to_state=row.to_state,
                action=row.action, user_id=envelope.sender_id, user_name=row.user_name, at=row.at,
                position=next_position(session, request.id) + offset, comment=row.comment,
            )
        )  # fmt: skip
    before = {"state": request.state, "version": request.version}
    request.state, request.version = body.state, request.version + 1
    request.decided_by_name, request.decided_at, request.comment = (
        body.decided_by_name,
        body.decided_at,
        body.comment,
    )
    record_change(
        session, desk, "drug_request.decision", "drug_request", request.id, before=before,
        after={"state": request.state, "version": request.version}, number=None, reason=body.comment,
    )  # fmt: skip
    return TakenIn("drug_decision", request.id, _decision_sentence(body))


def _decision_sentence(body: DrugDecisionBody) -> Message:
    counts = {
        word: sum(line.decision == word for line in body.lines) for word in ("approved", "changed", "refused")
    }
    if body.state == State.RETURNED.value:
        return msg("卫生院退回了申领单：{comment}。请修改后重新提交。", comment=body.comment)
    if body.state == State.REJECTED.value:
        return msg("卫生院驳回了申领单：{comment}。仍需要药品请新建申领单。", comment=body.comment)
    return msg(
        "卫生院的答复已读入：同意 {approved} 种，调整 {changed} 种，不批 {refused} 种。请逐行查看原因。",
        **counts,
    )


def _is_legal_path(state: str, news: Sequence[StateChange], end: str) -> bool:
    legal = {
        (source.value if source else "", row.action.value, target.value)
        for row in TRANSITIONS
        for source in row.sources
        for target in (row.to, row.passes_to)
        if target is not None
    }
    for row in news:
        if row.from_state != state or (row.from_state, row.action, row.to_state) not in legal:
            return False
        state = row.to_state
    return state == end
