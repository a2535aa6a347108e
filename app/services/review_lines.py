"""What review, releases and fair shares do alike with a stored request: its facts, its view, a decision, the answer."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.packs import packs_for
from app.domain.request_checks import LineProblem, RequestContext, RequestLine, check_approval
from app.domain.request_guards import RequestFacts
from app.domain.request_states import Action, State, allowed_actions
from app.domain.request_terms import Kind
from app.domain.shipment_states import ShipmentState
from app.domain.stock import DEFAULT_MAX_MONTHS
from app.services.post import write_envelope
from app.services.request_steps import actor_for, replace_unsent
from app.services.request_views import RequestView, exact_use, lines_of, request_view, state_change
from db.models import DrugRequest, DrugRequestLine, Shipment, StatusChange

DECIDABLE = (State.IN_REVIEW,)
HOLDERS_ONLY = (Action.APPROVE, Action.RETURN, Action.REJECT)
"""What only the pharmacist who has taken the request does; a colleague takes it first."""


def review_view(session: Session, desk: Desk, request: DrugRequest) -> RequestView:
    """A request as the signed-in user of the township sees it: with what may be done now and what stands against it."""
    session.flush()
    lines = lines_of(session, request.id)
    facts = review_facts(session, request, lines=lines)
    actions = allowed_actions(State(request.state), None, facts=facts, actor=actor_for(desk, request))
    reader = desk.actor.user_id
    is_decidable = State(request.state) in DECIDABLE
    if is_decidable and request.taken_by_id != reader:
        actions = tuple(action for action in actions if action not in HOLDERS_ONLY)
    problems = problems_of(desk, request, lines) if is_decidable else []
    return request_view(session, request, actions=actions, problems=problems, reader_id=reader, lines=lines)


def review_facts(
    session: Session, request: DrugRequest, version: int | None = None, *, comment: str = "",
    lines: Sequence[DrugRequestLine] | None = None,
) -> RequestFacts:  # fmt: skip
    """What the transition table is told of a request at the township: its lines with their sources, its shipments."""
    stored = lines_of(session, request.id) if lines is None else lines
    sent = session.scalar(
        select(func.count()).where(Shipment.request_id == request.id, Shipment.state != ShipmentState.CANCELLED.value)
    )
    return RequestFacts(
        state=State(request.state),
        kind=Kind(request.kind),
        lines=tuple(decided_line(line) for line in stored),
        comment=comment,
        taken=request.taken_by_id is not None,
        shipments=sent or 0,
        version_sent=version,
        version_stored=request.version,
    )


def review_problems(session: Session, desk: Desk, request: DrugRequest) -> list[LineProblem]:
    """What stands against approving a request as it is decided (A1 to A6)."""
    return problems_of(desk, request, lines_of(session, request.id))


def problems_of(desk: Desk, request: DrugRequest, lines: Sequence[DrugRequestLine]) -> list[LineProblem]:
    """What stands against approving these lines of a request."""
    context = RequestContext(kind=Kind(request.kind), today=desk.today())
    return check_approval(context, [decided_line(line) for line in lines])


def decided_line(line: DrugRequestLine) -> RequestLine:
    """A stored line as the approval judges it: what was asked, what was decided and why, and where it comes from."""
    use = exact_use(line)
    # What the program itself suggests, in whole packs, is never told to be too much: it was rounded up, or is for patients.
    suggested = (packs_for(line.suggested, line.units_per_pack) or 0) * line.units_per_pack
    most = None if use is None else max(use * DEFAULT_MAX_MONTHS, suggested)
    return RequestLine(
        key=line.id, drug=line.drug_name, requested=line.requested, pack=line.units_per_pack, skipped=line.is_skipped,
        explanation=line.explanation, confirmed=True, approved=line.approved, reason=line.decision_reason,
        max_stock=most, source=line.source or None,
    )  # fmt: skip


def tell_clinic(
    session: Session, desk: Desk, request: DrugRequest, lines: Sequence[DrugRequestLine] | None = None
) -> str:
    """Write the envelope with what became of a request; gives the id of the message. `lines` where they are at hand."""
    from app.exchange.bodies import DecidedLine, DrugDecisionBody

    replace_unsent(session, request)
    history = session.scalars(
        select(StatusChange)
        .where(StatusChange.entity == "drug_request", StatusChange.entity_id == request.id)
        .order_by(StatusChange.position)
    )
    body = DrugDecisionBody(
        request_id=request.id,
        request_version=request.submitted_version or 1,
        state=request.state,
        decided_by_name=request.decided_by_name,
        decided_at=request.decided_at or desk.now(),
        comment=request.comment,
        lines=tuple(
            DecidedLine(
                id=line.id, approved=line.approved, decision=line.decision, reason=line.decision_reason,
                source=line.source,
            )  # type: ignore[arg-type]
            for line in (lines_of(session, request.id) if lines is None else lines)
        ),
        history=tuple(state_change(row) for row in history),
    )
    return write_envelope(
        session, desk, request.clinic_id, "drug_decision", body, subject_id=request.id
    ).id


def write_decision(line: DrugRequestLine, approved: int | None, reason: str) -> None:
    """Put the decision on a line."""
    line.approved = approved
    line.decision_reason = reason.strip()[:200]
    if approved is None:
        line.decision = ""
    elif approved == line.requested:
        line.decision = "approved"
    else:
        line.decision = "changed" if approved else "refused"
