"""审核 at the township's desk: the requests of its clinics, decided line by line, answered by an envelope.

The clinic owns what it asked for, the township owns what it decided: a request received here is a copy, and only the
decision, its reasons and its states are written on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.request_checks import Level as LineLevel
from app.domain.request_checks import LineProblem, RequestContext, RequestLine, check_approval, has_meaning
from app.domain.request_guards import RequestFacts
from app.domain.request_states import Action, State, allowed_actions
from app.domain.request_terms import Kind
from app.domain.shipment_states import ShipmentState
from app.domain.suggested_quantity import OrderPolicy
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.forms.vocabulary import Level, Problem
from app.services.history import record_change
from app.services.post import TakenIn, write_envelope
from app.services.problems import Refused
from app.services.request_lines import read_quantity
from app.services.request_steps import (
    actor_for,
    load,
    next_position,
    refuse_if_stale,
    repeated,
    replace_unsent,
    take_step,
)
from app.services.request_views import (
    ActionResult,
    LineView,
    RequestSummary,
    RequestView,
    drugs_of,
    line_view,
    lines_of,
    request_summaries,
    request_view,
    state_change,
)
from app.services.shortage_proposals import propose_for_unfilled
from db.models import DrugRequest, DrugRequestLine, Organisation, Shipment, StatusChange

if TYPE_CHECKING:
    from app.exchange.bodies import DrugRequestBody  # pydantic is no part of the window's start

DECIDABLE = (State.IN_REVIEW,)
TOLD_TO_CLINIC = (
    Action.RETURN,
    Action.APPROVE,
    Action.REJECT,
    Action.REOPEN,
    Action.CONVERT,
    Action.CLOSE_REMAINING,
)
"""Actions whose result the clinic is told by an envelope; taking and giving back concern the township alone."""

HOLDERS_ONLY = (Action.APPROVE, Action.RETURN, Action.REJECT)
"""What only the pharmacist who has taken the request does; a colleague takes it first."""


@dataclass(frozen=True)
class Mark:
    """Why a line wants a look: a short word, and how strongly (red, amber, blue)."""

    text: Message
    colour: str


@dataclass(frozen=True)
class UseComparison:
    """The monthly use of one drug at a clinic beside the other clinics' latest figures. None: nobody wrote one."""

    clinic_name: str
    own: Decimal | None
    median: Decimal | None
    others: tuple[tuple[str, Decimal], ...]


class Review:
    """审核 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def inbox(self, limit: int = 200) -> list[RequestSummary]:
        """Requests of all clinics: those to be reviewed first, emergencies and the longest wait before all, then the newest."""
        with self.desk.sessions.reading() as session:
            rows = request_summaries(session, limit=limit)
        waiting = {State.AUTHORISED: 1, State.IN_REVIEW: 0}
        return sorted(
            rows,
            key=lambda row: (
                row.state not in waiting,
                row.state in waiting and row.kind is not Kind.EMERGENCY,
                waiting.get(row.state, 2),
                (row.submitted_at or row.created_at).timestamp() if row.state in waiting else 0,
            ),
        )

    def get(self, request_id: str) -> RequestView:
        """One request with what may be done now."""
        with self.desk.sessions.reading() as session:
            return self._view(session, load(session, request_id))

    def take(self, request_id: str, version: int) -> ActionResult:
        """Take a request for review; its lines are proposed as asked for, flagged ones stay open."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            result = take_step(
                session, self.desk, request, Action.TAKE, self._facts(session, request, version)
            )
            request.taken_by_id = self.desk.actor.user_id
            return ActionResult(self._view(session, request), result.message)

    def decide_line(
        self,
        request_id: str,
        line_id: str,
        approved: int | str | None,
        reason: str = "",
        *,
        version: int | None = None,
    ) -> LineView:
        """Write the decision of one line: as asked, changed or refused (0). None takes the decision back.

        A quantity other than asked needs a reason before the whole is approved. The request's version goes up by one.
        Raises Refused for a bad quantity, StepRefused when `version` is not the stored one.
        """
        units = read_quantity("approved", msg("批准量"), approved)
        with self.desk.sessions.writing() as session:
            request = self._in_review(session, request_id, version)
            line = session.get(DrugRequestLine, line_id)
            if line is None or line.request_id != request.id:
                raise UserError(msg("找不到这一行，没有保存。请关闭申领单后重新打开。"))
            write_decision(line, units, reason)
            request.version += 1
            session.flush()
            drug = drugs_of(session, [line]).get(line.drug_code)
            return line_view(line, drug, tuple(self._line_problems(request, [line])))

    def agree_to_unremarkable(self, request_id: str, *, version: int | None = None) -> list[str]:
        """Approve as asked every undecided line that carries no mark; gives the ids of those lines."""
        with self.desk.sessions.writing() as session:
            request = self._in_review(session, request_id, version)
            lines = lines_of(session, request.id)
            drugs = drugs_of(session, lines)
            agreed = []
            for line in lines:
                view = line_view(line, drugs.get(line.drug_code))
                if (
                    not line.is_skipped
                    and not line.decision
                    and line.requested is not None
                    and not marks(view)
                ):
                    write_decision(line, line.requested, "")
                    agreed.append(line.id)
            request.version += 1
            return agreed

    def act(
        self, request_id: str, action: Action, version: int, *, comment: str = "", key: str | None = None
    ) -> ActionResult:
        """Approve, return, reject, give back, reopen, convert or close; tells the clinic where it concerns it.

        Raises Refused with the problems of the lines (approve), StepRefused when the table does not allow it.
        """
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if repeated(session, key):
                return ActionResult(self._view(session, request), msg("已经办理过，没有重复办理。"))
            if action in HOLDERS_ONLY and State(request.state) in DECIDABLE:
                self._refuse_unless_held(request)
            if action is Action.APPROVE:
                self._refuse_unsound(session, request)
            if action is Action.CONVERT:
                send_from_own_stock(session, request)
            facts = self._facts(session, request, version, comment=comment)
            result = take_step(session, self.desk, request, action, facts, comment=comment, key=key)
            if action is Action.GIVE_BACK:
                request.taken_by_id = None
            if action is Action.CLOSE_REMAINING:
                propose_for_unfilled(session, self.desk, request)
            message_id = None
            if action in TOLD_TO_CLINIC:
                request.decided_by_id, request.decided_by_name = self.desk.actor.user_id, self.desk.actor.name
                request.decided_at, request.comment = self.desk.now(), comment
                message_id = tell_clinic(session, self.desk, request)
            return ActionResult(self._view(session, request), result.message, message_id)

    def compare_use(self, request_id: str, drug_code: str) -> UseComparison:
        """The monthly use of a drug at this request's clinic and at the others, from each one's latest request."""
        with self.desk.sessions.reading() as session:
            clinic_id = load(session, request_id).clinic_id
            rows = session.execute(
                select(Organisation.id, Organisation.name, DrugRequestLine.monthly_use)
                .select_from(DrugRequestLine)
                .join(DrugRequest, DrugRequest.id == DrugRequestLine.request_id)
                .join(Organisation, Organisation.id == DrugRequest.clinic_id)
                .where(DrugRequestLine.drug_code == drug_code, DrugRequestLine.monthly_use.is_not(None))
                .order_by(DrugRequest.period, DrugRequest.submitted_at)
            )
            latest = {row[0]: (row[1], Decimal(row[2])) for row in rows}
            own = latest.pop(clinic_id, None)
            others = tuple(sorted(latest.values(), key=lambda each: each[1], reverse=True))
            middle = median(use for _name, use in others) if others else None
            return UseComparison(session.get_one(Organisation, clinic_id).name, own and own[1], middle, others)

    # ---------------------------------------------------------------------------------------------------------------

    def _in_review(self, session: Session, request_id: str, version: int | None = None) -> DrugRequest:
        request = load(session, request_id)
        refuse_if_stale(request, version)
        if State(request.state) not in DECIDABLE:
            raise UserError(
                msg(
                    "申领单现在是“{state}”，不能改批准数量，没有保存。请先领取审核。",
                    state=State(request.state).label,
                )
            )
        self._refuse_unless_held(request)
        return request

    def _refuse_unless_held(self, request: DrugRequest) -> None:
        if request.taken_by_id != self.desk.actor.user_id:
            raise UserError(msg("这张申领单正由别的药师审核，没有保存。请让对方放回后再领取。"))

    @staticmethod
    def _facts(
        session: Session, request: DrugRequest, version: int | None = None, *, comment: str = ""
    ) -> RequestFacts:
        return review_facts(session, request, version, comment=comment)

    def _problems(self, session: Session, request: DrugRequest) -> list[LineProblem]:
        return review_problems(session, self.desk, request)

    def _line_problems(
        self, request: DrugRequest, lines: Sequence[DrugRequestLine]
    ) -> list[LineProblem]:
        return _problems_of(self.desk, request, lines)

    def _refuse_unsound(self, session: Session, request: DrugRequest) -> None:
        found = [
            Problem(problem.line_key or "", Level.REFUSE, problem.message)
            for problem in self._problems(session, request)
            if problem.level is LineLevel.BLOCK
        ]
        if found and State(request.state) in DECIDABLE:
            raise Refused(found)

    def _view(self, session: Session, request: DrugRequest) -> RequestView:
        session.flush()
        actions = allowed_actions(
            State(request.state),
            None,
            facts=self._facts(session, request),
            actor=actor_for(self.desk, request),
        )
        reader = self.desk.actor.user_id
        if State(request.state) in DECIDABLE and request.taken_by_id != reader:
            actions = tuple(action for action in actions if action not in HOLDERS_ONLY)
        problems = self._problems(session, request) if State(request.state) in DECIDABLE else []
        return request_view(session, request, actions=actions, problems=problems, reader_id=reader)


def review_facts(
    session: Session, request: DrugRequest, version: int | None = None, *, comment: str = ""
) -> RequestFacts:
    """What the transition table is told of a request at the township: its lines with their sources, its shipments."""
    lines = tuple(decided_line(line) for line in lines_of(session, request.id))
    sent = session.scalar(
        select(func.count()).where(Shipment.request_id == request.id, Shipment.state != ShipmentState.CANCELLED.value)
    )
    return RequestFacts(
        state=State(request.state),
        kind=Kind(request.kind),
        lines=lines,
        comment=comment,
        taken=request.taken_by_id is not None,
        shipments=sent or 0,
        version_sent=version,
        version_stored=request.version,
    )


def review_problems(session: Session, desk: Desk, request: DrugRequest) -> list[LineProblem]:
    """What stands against approving a request as it is decided (A1 to A6)."""
    return _problems_of(desk, request, lines_of(session, request.id))


def _problems_of(desk: Desk, request: DrugRequest, lines: Sequence[DrugRequestLine]) -> list[LineProblem]:
    context = RequestContext(kind=Kind(request.kind), today=desk.today())
    return check_approval(context, [decided_line(line) for line in lines])


def decided_line(line: DrugRequestLine) -> RequestLine:
    """A stored line as the approval judges it: what was asked, what was decided and why, and where it comes from."""
    most = None
    if line.monthly_use is not None:
        most = Fraction(line.monthly_use) * Fraction(OrderPolicy().max_mos)
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


def send_from_own_stock(session: Session, request: DrugRequest) -> None:
    """Give every approved line that has no source yet the township's own stock."""
    for line in lines_of(session, request.id):
        if line.approved and not line.source and not line.is_skipped:
            line.source = "own_stock"


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


class MarkedLine(Protocol):
    """What of a line the marks look at."""

    requested: int | None
    suggested: int | None
    units_per_pack: int
    antibiotic_tier: str
    on_hand: int | None
    monthly_use: object
    explanation: str


def marks(line: LineView | MarkedLine) -> tuple[Mark, ...]:
    """What a pharmacist should see before agreeing: more than suggested, an antibiotic beyond need, no figures."""
    found = []
    requested, suggested = line.requested or 0, line.suggested
    beyond = suggested is not None and requested > suggested + line.units_per_pack
    if beyond:
        found.append(Mark(msg("超建议量 {excess}", excess=requested - (suggested or 0)), "red"))
    if line.antibiotic_tier and (beyond or line.antibiotic_tier != "非限制"):
        found.append(Mark(msg("抗菌药"), "amber"))
    if line.on_hand == 0 and line.monthly_use:
        found.append(Mark(msg("已断货"), "blue"))
    if line.on_hand is None or line.monthly_use is None:
        found.append(Mark(msg("没有库存或用量数据"), "amber"))
    if has_meaning(line.explanation):
        found.append(Mark(msg("有说明"), "blue"))
    return tuple(found)


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
        after={"state": request.state, "version": request.version}, number=request.version,
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
