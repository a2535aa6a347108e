"""收到的申领单: a clinic's request at the township, stored as new or as the resubmission of one that was returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.request_states import State
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.services.history import record_change
from app.services.post import TakenIn
from app.services.request_steps import next_position
from app.services.request_views import lines_of
from db.models import DrugRequest, DrugRequestLine, Organisation, StatusChange

if TYPE_CHECKING:
    from app.exchange.bodies import DrugRequestBody  # pydantic is no part of the window's start


def take_in_request(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A clinic's request: stored as new, or as the resubmission of one that was returned. Raises UserError otherwise."""
    from app.exchange.bodies import DrugRequestBody

    body = DrugRequestBody.model_validate(envelope.body)
    clinic = session.get_one(Organisation, envelope.sender_id)
    if desk.place.kind != "township" or clinic.parent_id != desk.place.id:
        raise UserError(msg("这张申领单不是本院所属村卫生室的，没有读入任何内容。请先完成配对。"))
    request = session.get(DrugRequest, body.request_id)
    if request is not None:
        _refuse_unless_resubmitted(request, clinic, body)
    else:
        request = DrugRequest(id=body.request_id, clinic_id=clinic.id, created_by_id=body.created_by_id)
        session.add(request)
    before = None if request.version is None else {"state": request.state, "version": request.version}
    request.version = (request.version or 0) + 1
    _copy_request(desk, request, body)
    session.flush()
    _replace_lines(session, request, body)
    _append_history(session, envelope, request, body)
    record_change(
        session, desk, "drug_request.receive", "drug_request", request.id, before=before,
        after={"state": request.state, "version": request.version}, number=None,
    )  # fmt: skip
    wanted = sum(1 for line in body.lines if not line.is_skipped and line.requested)
    return TakenIn(
        "drug_request",
        request.id,
        msg("已收到{clinic}的申领单，共 {wanted} 种药品，等待审核。", clinic=clinic.name, wanted=wanted),
    )


def _refuse_unless_resubmitted(request: DrugRequest, clinic: Organisation, body: DrugRequestBody) -> None:
    if request.clinic_id != clinic.id:
        raise UserError(msg("这张申领单的编号属于别的卫生室，没有读入任何内容。请与对方核对。"))
    if request.state != State.RETURNED.value or body.version <= (request.submitted_version or 0):
        raise UserError(
            msg(
                "这张申领单本院已有，现在是“{state}”，没有重复读入。要让对方修改，请先退回。",
                state=State(request.state).label,
            )
        )


def _copy_request(desk: Desk, request: DrugRequest, body: DrugRequestBody) -> None:
    request.township_id = desk.place.id
    for name in (
        "kind", "programme", "period", "reason", "created_by_id", "created_by_name", "created_at",
        "submitted_by_id", "submitted_by_name", "submitted_at",
    ):  # fmt: skip
        setattr(request, name, getattr(body, name))
    request.submitted_version = body.version
    request.clinic_population, request.clinic_chronic = body.population, body.chronic
    request.state, request.taken_by_id, request.comment = State.AUTHORISED.value, None, ""
    request.decided_by_id, request.decided_by_name, request.decided_at = None, "", None


def _replace_lines(session: Session, request: DrugRequest, body: DrugRequestBody) -> None:
    known = {line.id: line for line in lines_of(session, request.id)}
    for asked in body.lines:
        line = known.pop(asked.id, None)
        if line is None:
            if session.get(DrugRequestLine, asked.id) is not None:
                raise UserError(msg("这张申领单里有一行属于别的申领单，没有读入任何内容。请让对方重新提交。"))
            line = DrugRequestLine(id=asked.id, request_id=request.id)
            session.add(line)
        values: Mapping[str, object] = asked.model_dump()
        for name, value in values.items():
            setattr(line, name, value)
        line.approved, line.decision, line.decision_reason = None, "", ""
    for gone in known.values():
        gone.is_skipped = True


def _append_history(
    session: Session, envelope: Envelope, request: DrugRequest, body: DrugRequestBody
) -> None:
    known = session.scalars(
        select(StatusChange).where(
            StatusChange.entity == "drug_request", StatusChange.entity_id == request.id
        )
    )
    seen = {(row.at, row.action, row.to_state) for row in known}
    rows: Sequence = [row for row in body.history if (row.at, row.action, row.to_state) not in seen]
    first = next_position(session, request.id)
    for offset, row in enumerate(rows):
        session.add(
            StatusChange(
                entity="drug_request", entity_id=request.id, from_state=row.from_state, to_state=row.to_state,
                action=row.action, user_id=envelope.sender_id, user_name=row.user_name, at=row.at,
                position=first + offset, comment=row.comment,
            )
        )  # fmt: skip
