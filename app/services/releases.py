"""转发货: an approved request gets a source for every line, and its rest is given up when nothing more will come.

Rows 12 to 14 of the table of requests (drug_requests §2). The goods themselves go with app.services.shipments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.request_checks import has_meaning
from app.domain.request_guards import NO_SOURCE
from app.domain.request_states import Action, Actor, State, attempt
from app.domain.request_terms import Role
from app.domain.shipment_states import FINAL, ShipmentState
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from app.services.request_steps import load, refuse_if_stale, repeated, take_step
from app.services.request_views import ActionResult, lines_of
from app.services.review_lines import review_facts, review_view, tell_clinic
from app.services.shortage_proposals import propose_for_unfilled
from app.services.supply_balance import (
    CENTRAL_PHARMACY,
    FROM_SHELF,
    OWN_STOCK,
    PURCHASE,
    owed_lines,
    own_usable,
    promised_units,
    remaining_of,
    sent_of_lines,
)
from db.models import DrugRequest, DrugRequestLine, Shipment, ShipmentLine

DONE_BEFORE = msg("已经办理过，没有重复办理。")
SOURCES = (OWN_STOCK, PURCHASE, CENTRAL_PHARMACY, NO_SOURCE)


@dataclass(frozen=True)
class LineSource:
    """Where an approved line comes from; `reason` for one that is not supplied."""

    source: str
    reason: str = ""


class Releases:
    """转发货 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def propose_sources(self, request_id: str) -> dict[str, LineSource]:
        """A source for each approved line: own stock where it is enough after all others' open approvals, else purchase."""
        with self.desk.sessions.reading() as session:
            request = load(session, request_id)
            lines = [line for line in lines_of(session, request.id) if line.approved and not line.is_skipped]
            free = own_usable(session, self.desk)
            others = owed_lines(session, except_request=request.id)
            for code, units in promised_units(session, others, free).items():
                free[code] = free.get(code, 0) - units
            proposed = {}
            for line in lines:
                enough = free.get(line.drug_code, 0) >= (line.approved or 0)
                proposed[line.id] = LineSource(OWN_STOCK if enough else PURCHASE)
            return proposed

    def convert(
        self, request_id: str, version: int, sources: Mapping[str, LineSource], *, key: str | None = None
    ) -> ActionResult:
        """Release an approved request: a source for every approved line, the history, the clinic told.

        Raises Refused for a source that is none or a line not supplied without a reason, StepRefused by the table.
        """
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if repeated(session, key):
                return ActionResult(review_view(session, self.desk, request), DONE_BEFORE)
            refuse_if_stale(request, version)
            write_sources(lines_of(session, request.id), sources)
            facts = review_facts(session, request, version)
            result = take_step(session, self.desk, request, Action.CONVERT, facts, key=key)
            request.decided_by_id, request.decided_by_name = self.desk.actor.user_id, self.desk.actor.name
            request.decided_at = self.desk.now()
            session.flush()
            message_id = tell_clinic(session, self.desk, request)
            return ActionResult(review_view(session, self.desk, request), result.message, message_id)

    def close_remaining(
        self, request_id: str, version: int, reason: str, *, key: str | None = None
    ) -> tuple[ActionResult, list[str]]:
        """Give up the rest of a released request; lines below 100 % raise drafts of shortage reports (their ids)."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if repeated(session, key):
                return ActionResult(review_view(session, self.desk, request), DONE_BEFORE), []
            facts = review_facts(session, request, version, comment=reason)
            result = take_step(
                session, self.desk, request, Action.CLOSE_REMAINING, facts, comment=reason, key=key
            )
            raised = propose_for_unfilled(session, self.desk, request)
            message_id = _decided(session, self.desk, request, reason)
            return ActionResult(review_view(session, self.desk, request), result.message, message_id), raised


def close_when_finished(session: Session, desk: Desk, row: Shipment) -> tuple[str, ...]:
    """Close the request of a settled shipment when all its lines are finished; the ids of the files to hand over."""
    session.flush()
    request = session.get(DrugRequest, row.request_id) if row.request_id else None
    if request is None or State(request.state) is not State.RELEASED:
        return ()
    facts = review_facts(session, request)
    lines = lines_of(session, request.id)
    sent = sent_of_lines(session, [line.id for line in lines])
    on_the_way = _unverified_lines(session, request.id)
    finished = {
        line.id: not line.approved
        or line.source == NO_SOURCE
        or (
            line.source in FROM_SHELF
            and remaining_of(line, sent.get(line.id)) == 0
            and line.id not in on_the_way
        )
        for line in lines
    }
    checked = tuple(replace(line, finished=finished.get(line.key, True)) for line in facts.lines or ())
    facts = replace(facts, lines=checked)
    system = Actor(frozenset({Role.SYSTEM}))
    if not attempt(facts, Action.ALL_RECEIVED, system).legal:
        return ()
    take_step(session, desk, request, Action.ALL_RECEIVED, facts, actor=system)
    return (_decided(session, desk, request, ""),)


def write_sources(lines: Sequence[DrugRequestLine], sources: Mapping[str, LineSource]) -> None:
    """Put the chosen sources on the approved lines. Raises Refused naming the lines where it is none."""
    problems = []
    for line in lines:
        if line.is_skipped or not line.approved:
            continue
        chosen = sources.get(line.id)
        if chosen is None or chosen.source not in SOURCES:
            sentence = msg("{drug} 还没有选货源。请选本院库存、采购、中心药房，或不供应。", drug=line.drug_name)
            problems.append(Problem(line.id, Level.REFUSE, sentence))
            continue
        if chosen.source == NO_SOURCE and not has_meaning(chosen.reason):
            sentence = msg("{drug} 选了不供应，请写明原因（至少 2 个字）。", drug=line.drug_name)
            problems.append(Problem(line.id, Level.REFUSE, sentence))
            continue
        line.source = chosen.source
        if chosen.reason.strip():
            line.decision_reason = chosen.reason.strip()[:200]
    if problems:
        raise Refused(problems)


def _decided(session: Session, desk: Desk, request: DrugRequest, comment: str) -> str:
    request.decided_by_id, request.decided_by_name = desk.actor.user_id, desk.actor.name
    request.decided_at, request.comment = desk.now(), comment.strip()[:200]
    session.flush()
    return tell_clinic(session, desk, request)


def _unverified_lines(session: Session, request_id: str) -> set[str]:
    """Request lines with goods in a shipment that is not finished yet."""
    lines, shipments = ShipmentLine.__table__, Shipment.__table__
    open_states = [state.value for state in ShipmentState if state not in FINAL]
    statement = (
        select(lines.c.request_line_id)
        .join_from(lines, shipments, shipments.c.id == lines.c.shipment_id)
        .where(shipments.c.request_id == request_id, shipments.c.state.in_(open_states))
    )
    return {row[0] for row in session.execute(statement)}
