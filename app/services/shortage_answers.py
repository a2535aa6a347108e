"""短缺报告的答复: what the township does about a clinic's report, told to the clinic.

The newest answer that was not handed over yet takes the place of the one before, so that the clinic gets one file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.shortage_states import ShortageAction, ShortageState
from app.errors import UserError
from app.services.document_steps import add_step, steps_of
from app.services.history import record_change
from app.services.post import TakenIn, public_keys, refuse_older_than_known, write_envelope
from app.services.request_steps import replace_unsent_about
from db.models import Organisation, ShortageReport

if TYPE_CHECKING:
    from app.exchange.envelope import Envelope

ENTITY = "shortage"
ENDED_HERE = frozenset({ShortageState.COLLECTED, ShortageState.NO_SHOW, ShortageState.CANCELLED})
"""What the clinic has seen for itself; an answer written before that doesn't turn it back."""


def tell_clinic(session: Session, desk: Desk, row: ShortageReport) -> str | None:
    """Write the township's answer about a report that a clinic sent; the file's id, None where nobody is to be told."""
    clinic = session.get(Organisation, row.organisation_id)
    steps = steps_of(session, ENTITY, row.id)
    if not any(step.action == ShortageAction.REPORT.value and step.user_id == row.organisation_id for step in steps):
        return None
    if desk.place.kind != "township" or row.organisation_id == desk.place.id or public_keys(clinic) is None:
        return None
    from app.exchange.bodies import ShortageAnswerBody
    from app.services.request_views import state_change

    replace_unsent_about(session, row.id)
    body = ShortageAnswerBody(
        report_id=row.id, state=row.state, level=row.level, outcome=row.outcome, distributor_answer=row.distributor_answer,
        answered_at=desk.now(), answered_by_name=desk.actor.name,
        history=tuple(state_change(step) for step in steps),
    )  # fmt: skip
    return write_envelope(session, desk, row.organisation_id, "shortage_answer", body, subject_id=row.id).id


def take_in_answer(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """The township's answer at the clinic: state, words and the steps that are not known here yet."""
    from app.exchange.bodies import ShortageAnswerBody

    body = ShortageAnswerBody.model_validate(envelope.body)
    own = session.get_one(Organisation, desk.place.id)
    row = session.get(ShortageReport, body.report_id)
    if row is None or row.organisation_id != own.id or own.parent_id != envelope.sender_id:
        raise UserError(msg("这份短缺答复说的不是本室的报告，没有读入任何内容。请与卫生院核对。"))
    states = {state.value for state in ShortageState}
    if body.state not in states:
        raise UserError(msg("这份短缺答复的状态不认识，没有读入任何内容。请先升级本机的程序。"))
    refuse_older_than_known(session, desk, envelope, row.id)
    known = {(step.to_state, step.action) for step in steps_of(session, ENTITY, row.id)}
    actions = {each.value for each in ShortageAction}
    for step in body.history:
        if (step.to_state, step.action) not in known and step.action in actions and step.to_state in states:
            add_step(
                session, ENTITY, row.id, step.from_state, step.to_state, step.action, user_id=envelope.sender_id,
                user_name=step.user_name, at=step.at, comment=step.comment,
            )  # fmt: skip
    before = {"state": row.state, "version": row.version}
    if ShortageState(row.state) not in ENDED_HERE:
        row.state = body.state
    row.level, row.outcome, row.distributor_answer = body.level, body.outcome, body.distributor_answer
    row.version += 1
    record_change(
        session, desk, "shortage.answered", ENTITY, row.id, before=before,
        after={"state": row.state, "version": row.version}, number=None,
    )  # fmt: skip
    told = msg("卫生院答复：{drug} {state}。", drug=row.drug_text, state=ShortageState(row.state).label)
    return TakenIn("shortage_answer", row.id, told)
