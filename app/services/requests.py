"""申领 at the clinic's desk: writing a drug request, submitting it as an envelope, and seeing what became of it.

Every edit of a line is one transaction, so nothing typed is lost. A submitted request cannot be edited: once its file
was handed over, nobody here can know whether it was opened, so only the township's return opens it again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.request_checks import Level as LineLevel
from app.domain.request_checks import LineProblem, RequestContext, check_submission
from app.domain.request_guards import RequestFacts
from app.domain.request_states import TRANSITIONS, Action, State, allowed_actions
from app.domain.request_terms import Kind
from app.errors import UserError
from app.exchange.bodies import DrugDecisionBody, DrugRequestBody, RequestedLine, StateChange
from app.exchange.envelope import Envelope
from app.forms.vocabulary import Level, Problem
from app.services.catalogue import DrugView, add_starter, drug_view, listed_on
from app.services.history import record_change
from app.services.post import TakenIn, write_envelope
from app.services.problems import Refused, refuse
from app.services.request_steps import (
    StepRefused,
    actor_for,
    load,
    next_position,
    repeated,
    take_step,
)
from app.services.request_views import (
    ActionResult,
    LineView,
    RequestSummary,
    RequestView,
    checked_line,
    drugs_of,
    line_suggestion,
    line_view,
    lines_of,
    request_view,
)
from db.models import (
    Drug,
    DrugRequest,
    DrugRequestLine,
    Enrolment,
    ExchangeMessage,
    Organisation,
    Resident,
    Setting,
    StatusChange,
    UserAccount,
)

EDITABLE = (State.DRAFT, State.RETURNED)
LARGEST_QUANTITY = 10_000_000
AUTHORISE_SETTING = "request_authorise_step"

__all__ = ["LineEdit", "Requests", "StepRefused", "take_in_decision"]


@dataclass(frozen=True)
class LineEdit:
    """What was typed into one line, as text or numbers; an empty text means unknown."""

    on_hand: object = None
    monthly_use: object = None
    requested: object = None
    explanation: str = ""
    is_skipped: bool = False


class Requests:
    """申领 at the clinic."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def summaries(self, limit: int = 60) -> list[RequestSummary]:
        """The clinic's requests, newest first, without voided ones."""
        with self.desk.sessions.reading() as session:
            return request_summaries(session, DrugRequest.state != State.VOIDED.value, limit=limit)

    def get(self, request_id: str) -> RequestView:
        """One request with its lines, problems and what may be done now."""
        with self.desk.sessions.reading() as session:
            return self._view(session, load(session, request_id))

    def start(
        self, kind: Kind = Kind.REGULAR, *, reason: str = "", period: str | None = None
    ) -> ActionResult:
        """A new draft. A regular one starts with the drugs of the last regular request and their monthly use."""
        period = period or f"{self.desk.today():%Y-%m}"
        with self.desk.sessions.writing() as session:
            add_starter(session)
            own = session.get_one(Organisation, self.desk.place.id)
            request = DrugRequest(
                clinic_id=own.id, township_id=own.parent_id, kind=kind.value, period=period, reason=reason,
                state="", version=0, created_by_id=self.desk.actor.user_id,
                created_by_name=self.desk.actor.name, created_at=self.desk.now(),
            )  # fmt: skip
            facts = self._starting_facts(session, kind, period, reason)
            action = Action.START_REGULAR if kind is Kind.REGULAR else Action.START_EMERGENCY
            session.add(request)
            session.flush()
            result = take_step(session, self.desk, request, action, facts, comment=reason)
            if kind is Kind.REGULAR:
                self._copy_last_lines(session, request)
            session.flush()
            return ActionResult(self._view(session, request), result.message)

    def add_line(self, request_id: str, drug_code: str) -> LineView:
        """Add a listed drug that has no line yet; an existing line is given back as it is."""
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id)
            lines = lines_of(session, request.id)
            drug = session.scalar(select(Drug).where(Drug.code == drug_code, listed_on(self.desk.today())))
            if drug is None:
                raise UserError(msg("目录里没有这个药品，没有添加。请在目录里选择。"))
            for line in lines:
                if line.drug_code == drug_code:
                    return line_view(line, drug)
            line = new_line(request.id, len(lines), drug_view(drug))
            session.add(line)
            request.version += 1
            session.flush()
            return line_view(line, drug)

    def edit_line(self, request_id: str, line_id: str, edit: LineEdit) -> LineView:
        """Keep what was typed into a line. Raises Refused with the sentence beside the cell."""
        values = read_line(edit)
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id)
            line = session.get(DrugRequestLine, line_id)
            if line is None or line.request_id != request.id:
                raise UserError(msg("找不到这一行，没有保存。请关闭申领单后重新打开。"))
            for name, value in values.items():
                setattr(line, name, value)
            line.suggested = line_suggestion(line).suggested
            request.version += 1
            session.flush()
            drugs = drugs_of(session, [line])
            return line_view(line, drugs.get(line.drug_code))

    def fill_with_suggestions(self, request_id: str) -> list[str]:
        """Put the suggestion into every empty line that has one; gives the ids of the lines filled, for undoing."""
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id)
            filled = []
            for line in lines_of(session, request.id):
                suggested = line_suggestion(line).suggested
                if line.requested is None and not line.is_skipped and suggested is not None:
                    line.requested = line.suggested = suggested
                    filled.append(line.id)
            request.version += 1
            return filled

    def empty_lines(self, request_id: str, line_ids: Sequence[str]) -> None:
        """Undo `fill_with_suggestions`."""
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id)
            for line in lines_of(session, request.id):
                if line.id in line_ids:
                    line.requested = None
            request.version += 1

    def submit(
        self,
        request_id: str,
        version: int,
        *,
        confirmed: frozenset[str] = frozenset(),
        key: str | None = None,
    ) -> ActionResult:
        """Submit: the checks of drug_requests §3, the transition, and the envelope to the township, in one transaction.

        `confirmed` holds ids of lines whose questions were answered with yes. Raises Refused (line problems),
        StepRefused, or UserError when no township is paired.
        """
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if repeated(session, key):
                return ActionResult(self._view(session, request), msg("已提交，没有重复提交。"))
            lines = lines_of(session, request.id)
            self._refuse_unsound(session, request, lines, confirmed)
            for line in lines:
                line.suggested = line_suggestion(line).suggested
            facts = self._facts(session, request, version, lines=tuple(lines))
            result = take_step(session, self.desk, request, Action.SUBMIT, facts, key=key)
            request.submitted_by_id, request.submitted_by_name = self.desk.actor.user_id, self.desk.actor.name
            request.submitted_at = self.desk.now()
            request.comment = ""
            message_id = self._send(session, request) if result.to is State.AUTHORISED else None
            return ActionResult(self._view(session, request), result.message, message_id)

    def authorise(self, request_id: str, version: int) -> ActionResult:
        """The clinic lead's signature, where that step is switched on; sends the envelope."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            facts = self._facts(session, request, version)
            result = take_step(session, self.desk, request, Action.AUTHORISE, facts)
            message_id = self._send(session, request)
            return ActionResult(self._view(session, request), result.message, message_id)

    def act(self, request_id: str, action: Action, version: int, *, comment: str = "") -> ActionResult:
        """Withdraw, skip, undo skip, cancel or delete."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            facts = self._facts(session, request, version, comment=comment)
            result = take_step(session, self.desk, request, action, facts, comment=comment)
            if action is Action.SKIP:
                for line in lines_of(session, request.id):
                    line.is_skipped = True
            if action is Action.UNDO_SKIP:
                for line in lines_of(session, request.id):
                    line.is_skipped = False
            return ActionResult(self._view(session, request), result.message)

    # -- what the transition table is told -------------------------------------------------------------------------

    def _facts(
        self,
        session: Session,
        request: DrugRequest,
        version: int | None = None,
        *,
        lines: Sequence[DrugRequestLine] | None = None,
        comment: str = "",
    ) -> RequestFacts:
        checked = None if lines is None else tuple(checked_line(line, True, confirmed=True) for line in lines)
        users = session.scalar(select(func.count()).where(UserAccount.is_active.is_(True))) or 0
        later = select(DrugRequest.id).where(
            DrugRequest.kind == Kind.REGULAR.value,
            DrugRequest.clinic_id == request.clinic_id,
            DrugRequest.programme == request.programme,
            DrugRequest.period > request.period,
            DrugRequest.state.not_in([State.VOIDED.value]),
        )
        newer = session.scalar(later.limit(1)) is not None
        return RequestFacts(
            state=State(request.state),
            kind=Kind(request.kind),
            authorise_step=setting_is_on(session, AUTHORISE_SETTING),
            lines=checked,
            comment=comment,
            taken=self._handed_over(session, request),
            shipments=0,
            single_user_clinic=users <= 1,
            skip_allowed=True,
            later_request_submitted=newer,
            newer_regular=newer,
            version_sent=version,
            version_stored=request.version,
        )

    def _starting_facts(self, session: Session, kind: Kind, period: str, reason: str) -> RequestFacts:
        here = [
            DrugRequest.clinic_id == self.desk.place.id,
            DrugRequest.state.not_in([State.VOIDED.value, State.CANCELLED.value, ""]),
        ]
        regular = [*here, DrugRequest.kind == Kind.REGULAR.value]
        same = session.scalar(select(DrugRequest.id).where(*regular, DrugRequest.period == period).limit(1))
        previous = session.scalar(
            select(DrugRequest.state)
            .where(*regular, DrugRequest.period < period)
            .order_by(DrugRequest.period.desc())
            .limit(1)
        )
        emergencies = session.scalar(
            select(func.count()).where(
                *here, DrugRequest.kind == Kind.EMERGENCY.value, DrugRequest.period == period
            )
        )
        return RequestFacts(
            state=None,
            kind=kind,
            comment=reason,
            period_open=_is_current_or_next(period, self.desk.today()),
            existing_regular=same is not None,
            previous_state=State(previous) if previous else None,
            emergencies=emergencies or 0,
        )

    @staticmethod
    def _handed_over(session: Session, request: DrugRequest) -> bool:
        query = select(ExchangeMessage.id).where(
            ExchangeMessage.direction == "sent",
            ExchangeMessage.subject_id == request.id,
            ExchangeMessage.state == "sent",
            ExchangeMessage.at >= (request.submitted_at or request.created_at),
        )
        return session.scalar(query.limit(1)) is not None

    # -- lines and envelopes ---------------------------------------------------------------------------------------

    def _editable(self, session: Session, request_id: str) -> DrugRequest:
        request = load(session, request_id)
        if State(request.state) not in EDITABLE:
            raise UserError(
                msg(
                    "申领单现在是“{state}”，不能再改，没有保存。要修改请先让卫生院退回。",
                    state=State(request.state).label,
                )
            )
        return request

    def _copy_last_lines(self, session: Session, request: DrugRequest) -> None:
        last = session.scalar(
            select(DrugRequest)
            .where(
                DrugRequest.clinic_id == request.clinic_id,
                DrugRequest.kind == Kind.REGULAR.value,
                DrugRequest.id != request.id,
                DrugRequest.state != State.VOIDED.value,
            )
            .order_by(DrugRequest.period.desc(), DrugRequest.created_at.desc())
            .limit(1)
        )
        if last is None:
            return
        listed = {
            drug.code: drug for drug in session.scalars(select(Drug).where(listed_on(self.desk.today())))
        }
        kept = [line for line in lines_of(session, last.id) if line.drug_code in listed]
        for position, old in enumerate(kept):
            line = new_line(request.id, position, drug_view(listed[old.drug_code]))
            line.monthly_use = old.monthly_use
            session.add(line)

    def _problems(
        self,
        session: Session,
        request: DrugRequest,
        lines: Sequence[DrugRequestLine],
        confirmed: frozenset[str],
    ) -> list[LineProblem]:
        drugs = drugs_of(session, lines)
        today = self.desk.today()
        checked = [
            checked_line(line, _is_listed(drugs.get(line.drug_code), today), confirmed=line.id in confirmed)
            for line in lines
        ]
        return check_submission(RequestContext(kind=Kind(request.kind), today=today), checked)

    def _refuse_unsound(
        self,
        session: Session,
        request: DrugRequest,
        lines: Sequence[DrugRequestLine],
        confirmed: frozenset[str],
    ) -> None:
        levels = {LineLevel.BLOCK: Level.REFUSE, LineLevel.ASK: Level.ASK}
        found = [
            Problem(problem.line_key or "", levels[problem.level], problem.message)
            for problem in self._problems(session, request, lines, confirmed)
            if problem.level in levels
        ]
        if found:
            raise Refused(found)

    def _send(self, session: Session, request: DrugRequest) -> str:
        own = session.get_one(Organisation, self.desk.place.id)
        if own.parent_id is None:
            raise UserError(
                msg("还没有和乡镇卫生院配对，申领单还在草稿里。请先在“设置 - 配对”里完成配对，再提交。")
            )
        request.township_id, request.submitted_version = own.parent_id, request.version
        request.clinic_population, request.clinic_chronic = _clinic_figures(session)
        session.flush()
        body = _body(session, request)
        row = write_envelope(session, self.desk, own.parent_id, "drug_request", body, subject_id=request.id)
        return row.id

    def _view(self, session: Session, request: DrugRequest) -> RequestView:
        session.flush()
        actions = allowed_actions(
            State(request.state),
            None,
            facts=self._facts(session, request),
            actor=actor_for(self.desk, request),
        )
        problems: list[LineProblem] = []
        if State(request.state) in EDITABLE:
            problems = self._problems(session, request, lines_of(session, request.id), frozenset())
        return request_view(session, request, actions=actions, problems=problems)


def take_in_decision(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """What the township decided, onto this clinic's request: only along legal transitions, only for its own version."""
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
            line.decision_reason = decided[line.id].reason
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
        after={"state": request.state, "version": request.version}, number=request.version, reason=body.comment,
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
    return state == end and bool(news)


def read_line(edit: LineEdit) -> dict[str, object]:
    """The values to keep of what was typed; raises Refused naming the cell."""
    use = str(edit.monthly_use if edit.monthly_use is not None else "").strip()
    if use and not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", use):
        raise refuse(
            "monthly_use",
            msg("月均用量请填不小于 0 的数，最多两位小数，您填的是“{written}”。", written=use[:20]),
        )
    try:
        monthly = str(Decimal(use)) if use else None
    except InvalidOperation as error:
        raise refuse(
            "monthly_use", msg("月均用量请填数字，您填的是“{written}”。", written=use[:20])
        ) from error
    return {
        "on_hand": _quantity("on_hand", msg("现库存"), edit.on_hand),
        "monthly_use": monthly,
        "requested": _quantity("requested", msg("申领量"), edit.requested),
        "explanation": edit.explanation.strip()[:200],
        "is_skipped": edit.is_skipped,
    }


def _quantity(code: str, name: Message, written: object) -> int | None:
    text = str(written if written is not None else "").strip()
    if not text:
        return None
    if not re.fullmatch(r"\d{1,8}", text) or int(text) > LARGEST_QUANTITY:
        raise refuse(
            code,
            msg("{name}请填 0 或正整数（最小发药单位），您填的是“{written}”。", name=name, written=text[:20]),
        )
    return int(text)


def new_line(request_id: str, position: int, drug: DrugView) -> DrugRequestLine:
    """A line of a drug, with what the drug is called today."""
    return DrugRequestLine(
        request_id=request_id, position=position, drug_code=drug.code, drug_name=drug.name, strength=drug.strength,
        unit=drug.unit, pack_unit=drug.pack_unit, units_per_pack=drug.units_per_pack, price_fen=drug.price_fen,
    )  # fmt: skip


def request_summaries(session: Session, *conditions: object, limit: int) -> list[RequestSummary]:
    """Requests in a list, newest first."""
    wanted = (
        select(DrugRequestLine.request_id, func.count())
        .where(DrugRequestLine.is_skipped.is_(False), DrugRequestLine.requested > 0)
        .group_by(DrugRequestLine.request_id)
    )
    counts = {request_id: count for request_id, count in session.execute(wanted)}
    query = (
        select(DrugRequest, Organisation.name)
        .join(Organisation, Organisation.id == DrugRequest.clinic_id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(DrugRequest.period.desc(), DrugRequest.created_at.desc())
        .limit(limit)
    )
    return [
        RequestSummary(
            row.id, row.clinic_id, name, Kind(row.kind), row.period, State(row.state), row.version,
            counts.get(row.id, 0), row.submitted_at, row.created_at,
        )
        for row, name in session.execute(query)
    ]  # fmt: skip


def setting_is_on(session: Session, name: str) -> bool:
    """Whether a yes/no setting is on."""
    return session.scalar(select(Setting.value).where(Setting.name == name)) in ("1", "true", "True")


def _is_listed(drug: Drug | None, day: date) -> bool:
    return drug is not None and drug.valid_from <= day and (drug.valid_to is None or drug.valid_to >= day)


def _is_current_or_next(period: str, today: date) -> bool:
    following = f"{today.year + today.month // 12}-{today.month % 12 + 1:02d}"
    return period in (f"{today:%Y-%m}", following)


def _clinic_figures(session: Session) -> tuple[int, int]:
    people = session.scalar(select(func.count()).where(Resident.state == "active")) or 0
    chronic = session.scalar(
        select(func.count(func.distinct(Enrolment.resident_id))).where(Enrolment.ended_on.is_(None))
    )
    return people, chronic or 0


def _body(session: Session, request: DrugRequest) -> DrugRequestBody:
    history = session.scalars(
        select(StatusChange)
        .where(StatusChange.entity == "drug_request", StatusChange.entity_id == request.id)
        .order_by(StatusChange.position)
    )
    return DrugRequestBody(
        request_id=request.id,
        version=request.version,
        kind=Kind(request.kind).value,  # type: ignore[arg-type]
        programme=request.programme,
        period=request.period,
        reason=request.reason,
        created_by_id=request.created_by_id,
        created_by_name=request.created_by_name,
        created_at=request.created_at,
        submitted_by_id=request.submitted_by_id or "",
        submitted_by_name=request.submitted_by_name,
        submitted_at=request.submitted_at or request.created_at,
        population=request.clinic_population,
        chronic=request.clinic_chronic,
        lines=tuple(
            RequestedLine.model_validate(_line_values(line)) for line in lines_of(session, request.id)
        ),
        history=tuple(state_change(row) for row in history),
    )


def _line_values(line: DrugRequestLine) -> Mapping[str, object]:
    return {name: getattr(line, name) for name in RequestedLine.model_fields}


def state_change(row: StatusChange) -> StateChange:
    """A stored change of state as it travels."""
    return StateChange(
        from_state=row.from_state, to_state=row.to_state, action=row.action, user_name=row.user_name, at=row.at,
        comment=row.comment,
    )  # fmt: skip
