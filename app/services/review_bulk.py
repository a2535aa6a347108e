"""Agreeing to all that is unremarkable over all waiting requests in one action, and saying what was left and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.request_checks import RequestContext, blocking, check_approval, counted_lines
from app.domain.request_guards import RequestFacts
from app.domain.request_states import Action, State
from app.domain.request_terms import Kind
from app.errors import UserError
from app.services.decision_reasons import REASONS
from app.services.request_steps import actor_for, take_step
from app.services.request_views import LineView, drugs_of
from app.services.review_lines import decided_line, tell_clinic, write_decision
from app.services.review_marks import DIFFERS, SHORT, MarkedLine, judged_line, marks
from app.services.review_picture import UNDER_REVIEW, Picture, clinic_names, read_picture
from db.models import Drug, DrugRequest, DrugRequestLine

NOT_ENOUGH = REASONS[0]
AGREED, SHARED = "agreed", "shared"


@dataclass(frozen=True)
class BulkRequest:
    """What one action did to one request. `reasons`: how many of the lines left have each kind of mark, most first.

    `is_approved`: the whole request was approved. `is_colleagues`: another pharmacist holds it, nothing was touched.
    """

    request_id: str
    clinic_name: str
    agreed: int = 0
    shared: int = 0
    left: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    is_approved: bool = False
    is_colleagues: bool = False


@dataclass(frozen=True)
class BulkResult:
    """What one action decided: lines agreed as asked, lines cut to a fair share, lines left to a person."""

    agreed: int
    shared: int
    left_open: int
    approved_requests: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    requests: tuple[BulkRequest, ...] = ()

    @property
    def message(self) -> Message:
        """The sentence for the pharmacist."""
        return msg(
            "已同意 {agreed} 行，按公平分配 {shared} 行，还有 {left} 行要您看。",
            agreed=self.agreed,
            shared=self.shared,
            left=self.left_open,
        )


def agree_to_all(
    session: Session, desk: Desk, request_ids: Collection[str] | None, *, share_short: bool, approve: bool
) -> BulkResult:
    """Agree to the unremarkable lines, with `approve` approve what is decided then. See `ReviewStock.agree`."""
    requests = held_requests(session, desk, request_ids)
    lines = lines_of_all(session, [request.id for request in requests])
    drugs = drugs_of(session, [line for several in lines.values() for line in several])
    picture = read_picture(session, desk, None)
    names = clinic_names(session)
    done = []
    for request in requests:
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for line in lines.get(request.id, ()):
            if line.is_skipped or line.decision:
                continue
            verdict, why = _decide(line, drugs.get(line.drug_code), picture, share_short)
            counts[verdict] += 1
            reasons.update(why)
        request.version += bool(counts[AGREED] or counts[SHARED])
        left = sum(counts.values()) - counts[AGREED] - counts[SHARED]
        told = BulkRequest(request.id, names.get(request.clinic_id, ""), counts[AGREED], counts[SHARED], left,
                           tuple(reasons.most_common()))  # fmt: skip
        done.append(told)
    approved = approve_all(session, desk, requests, lines) if approve else BulkResult(0, 0, 0)
    rows = [
        BulkRequest(**{**vars(row), "is_approved": row.request_id in approved.approved_requests}) for row in done
    ]
    if request_ids is None:
        rows += _colleagues(session, requests, names)
    return BulkResult(
        sum(row.agreed for row in rows), sum(row.shared for row in rows), sum(row.left for row in rows),
        approved.approved_requests, approved.message_ids, tuple(rows),
    )  # fmt: skip


def approve_all(
    session: Session, desk: Desk, requests: Sequence[DrugRequest],
    lines: dict[str, list[DrugRequestLine]] | None = None,
) -> BulkResult:  # fmt: skip
    """Approve those of the held requests whose lines are all decided, and tell their clinics."""
    approved, messages, left = [], [], 0
    if lines is None:
        lines = lines_of_all(session, [request.id for request in requests])
    for request in requests:
        own = lines.get(request.id, [])
        standing = _standing(desk, request, own)
        if standing:
            left += standing
            continue
        take_step(session, desk, request, Action.APPROVE, bare_facts(request))
        request.decided_by_id, request.decided_by_name = desk.actor.user_id, desk.actor.name
        request.decided_at, request.comment = desk.now(), ""
        messages.append(tell_clinic(session, desk, request, own))
        approved.append(request.id)
    return BulkResult(0, 0, left, tuple(approved), tuple(messages))


def held_requests(
    session: Session, desk: Desk, request_ids: Collection[str] | None, *, take: bool = True
) -> list[DrugRequest]:
    """The requests of this pharmacist under review; those that nobody has are taken first.

    Raises UserError when requests are named and none of them is in this pharmacist's hands.
    """
    query = select(DrugRequest).where(DrugRequest.state.in_(UNDER_REVIEW)).order_by(DrugRequest.id)
    wanted = None if request_ids is None else set(request_ids)
    held = []
    for request in session.scalars(query):
        if wanted is not None and request.id not in wanted:
            continue
        if request.state == State.AUTHORISED.value:
            if not take or actor_for(desk, request).is_creator:
                continue
            take_step(session, desk, request, Action.TAKE, bare_facts(request))
            request.taken_by_id = desk.actor.user_id
        if request.taken_by_id == desk.actor.user_id:
            held.append(request)
    if wanted and not held:
        raise UserError(msg("这些申领单不在您手里，没有改动。请先领取审核。"))
    return held


def lines_of_all(session: Session, request_ids: Sequence[str]) -> dict[str, list[DrugRequestLine]]:
    """The stored lines of several requests by request id, in their order."""
    found: dict[str, list[DrugRequestLine]] = defaultdict(list)
    for start in range(0, len(request_ids), 500):
        query = select(DrugRequestLine).where(DrugRequestLine.request_id.in_(request_ids[start : start + 500]))
        for line in session.scalars(query.order_by(DrugRequestLine.position)):
            found[line.request_id].append(line)
    return found


def bare_facts(request: DrugRequest) -> RequestFacts:
    """Facts for a step whose lines were judged before, or do not matter."""
    return RequestFacts(State(request.state), kind=Kind(request.kind), taken=request.taken_by_id is not None)


def is_unremarkable(view: LineView | MarkedLine) -> bool:
    """Whether a line may be agreed to without a look: within one pack of its suggestion, and without a mark to look at."""
    return not why_remarkable(view)


def why_remarkable(view: LineView | MarkedLine) -> tuple[str, ...]:
    """The kinds of marks for which a person must look; empty for an unremarkable line."""
    kinds = tuple(mark.kind for mark in marks(view) if mark.wants_look)
    if kinds:
        return kinds
    if view.requested is None or view.suggested is None:
        return (DIFFERS,)
    return (DIFFERS,) if abs(view.requested - view.suggested) > view.units_per_pack else ()


def _decide(
    line: DrugRequestLine, drug: Drug | None, picture: Picture, share_short: bool
) -> tuple[str, tuple[str, ...]]:
    """Write the decision of an unremarkable line: agreed, shared, or open and why a person must look."""
    judged = judged_line(line, drug.antibiotic_tier if drug else "")
    why = why_remarkable(judged)
    if why or line.requested is None:
        return "open", why
    shares = picture.shares_of(line.drug_code)
    if shares is None:
        write_decision(line, line.requested, "")
        return AGREED, ()
    if not share_short:
        return "open", (SHORT,)
    units = shares.get(line.id, 0)
    write_decision(line, units, "" if units == line.requested else str(NOT_ENOUGH))
    return SHARED, ()


def _standing(desk: Desk, request: DrugRequest, lines: Sequence[DrugRequestLine]) -> int:
    """How many lines stand against approving a request; one when it asks for nothing at all."""
    checked = [decided_line(line) for line in lines]
    if not counted_lines(None, checked):
        return 1
    context = RequestContext(kind=Kind(request.kind), today=desk.today())
    return len(blocking(check_approval(context, checked)))


def _colleagues(session: Session, held: Sequence[DrugRequest], names: Mapping[str, str]) -> list[BulkRequest]:
    """The requests under review that were not touched."""
    mine = {request.id for request in held}
    query = select(DrugRequest.id, DrugRequest.clinic_id).where(DrugRequest.state.in_(UNDER_REVIEW))
    return [
        BulkRequest(row.id, names.get(row.clinic_id, ""), is_colleagues=True)
        for row in session.execute(query.order_by(DrugRequest.id))
        if row.id not in mine
    ]
