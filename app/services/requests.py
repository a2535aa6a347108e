"""申领 at the clinic's desk: writing a drug request, submitting it as an envelope, and seeing what became of it.

Every edit of a line is one transaction, so nothing typed is lost. A submitted request cannot be edited: once its file
was handed over, nobody here can know whether it was opened, so only the township's return opens it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.message import Message, msg
from app.domain.request_checks import Level as LineLevel
from app.domain.request_checks import LineProblem, check_line, check_submission
from app.domain.request_states import Action, State, allowed_actions, attempt
from app.domain.request_terms import Kind
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.catalogue import add_starter, drug_view, listed_on
from app.services.history import add_audit
from app.services.post import write_envelope
from app.services.problems import Refused
from app.services.request_answers import take_in_decision
from app.services.request_body import clinic_figures, request_body
from app.services.request_facts import (
    PROGRAMME,
    following,
    request_facts,
    starting_facts,
)
from app.services.request_figures import (
    found_as_shown,
    is_of_ledger,
    line_facts,
    open_lines,
    read_ahead,
    refresh_lines,
    refuse_typed_figures,
    request_context,
    write_figures_of_one,
)
from app.services.request_lines import LineEdit, new_line, read_line
from app.services.request_reading import RequestReading
from app.services.request_steps import (
    StepRefused,
    actor_for,
    load,
    refuse_if_stale,
    repeated,
    replace_unsent,
    take_step,
)
from app.services.request_views import (
    ActionResult,
    LineView,
    RequestView,
    StoredDrug,
    StoredLine,
    checked_line,
    drugs_of,
    line_view,
    lines_of,
    request_view,
    rows_of,
    state_change,
    suggested_of,
)
from db.models import (
    Drug,
    DrugRequest,
    DrugRequestLine,
    Organisation,
    ShortageReport,
)

EDITABLE = (State.DRAFT, State.RETURNED)

__all__ = ["LineEdit", "Requests", "StartOption", "StepRefused", "state_change", "take_in_decision"]


@dataclass(frozen=True)
class StartOption:
    """A request that might be started now; `why_not` None when it may be."""

    kind: Kind
    period: str
    why_not: Message | None


class Requests(RequestReading):
    """申领 at the clinic."""

    def get(self, request_id: str) -> RequestView:
        """One request with its lines, problems and what may be done now."""
        with self.desk.sessions.reading() as session:
            return self._view(session, load(session, request_id))

    def starts(self) -> tuple[StartOption, ...]:
        """The regular request of this period and of the next, and an emergency request: which of them may be started."""
        today = self.desk.today()
        wanted = (
            (Kind.REGULAR, f"{today:%Y-%m}"),
            (Kind.REGULAR, following(today)),
            (Kind.EMERGENCY, f"{today:%Y-%m}"),
        )
        with self.desk.sessions.reading() as session:
            return tuple(self._start_option(session, kind, period) for kind, period in wanted)

    def start(
        self,
        kind: Kind = Kind.REGULAR,
        *,
        reason: str = "",
        period: str | None = None,
        programme: str = PROGRAMME,
    ) -> ActionResult:
        """A new draft. A regular one opens with the proposed line of every drug in use; where no ledger is kept, with the
        drugs of the last regular request and their monthly use."""
        period = period or f"{self.desk.today():%Y-%m}"
        with self.desk.sessions.writing() as session:
            found = read_ahead(session, self.desk) if kind is Kind.REGULAR else None
            add_starter(session)
            own = session.get_one(Organisation, self.desk.place.id)
            request = DrugRequest(
                clinic_id=own.id, township_id=own.parent_id, kind=kind.value, period=period, reason=reason,
                programme=programme, state="", version=0, created_by_id=self.desk.actor.user_id,
                created_by_name=self.desk.actor.name, created_at=self.desk.now(),
            )  # fmt: skip
            facts = starting_facts(session, self.desk, kind, period, reason, programme)
            action = Action.START_REGULAR if kind is Kind.REGULAR else Action.START_EMERGENCY
            session.add(request)
            session.flush()
            result = take_step(session, self.desk, request, action, facts, comment=reason)
            if found is not None:
                open_lines(session, request, found, self._last_codes(session, request))
            elif kind is Kind.REGULAR:
                self._copy_last_lines(session, request)
            self.remember(found or {})
            session.flush()
            return ActionResult(self._view(session, request), result.message)

    def add_line(self, request_id: str, drug_code: str, *, version: int | None = None) -> LineView:
        """Add a listed drug that has no line yet; an existing line is given back as it is."""
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id, version)
            lines = lines_of(session, request.id)
            drug = session.scalar(select(Drug).where(Drug.code == drug_code, listed_on(self.desk.today())))
            if drug is None:
                raise UserError(msg("目录里没有这个药品，没有添加。请在目录里选择。"))
            for line in lines:
                if line.drug_code == drug_code:
                    return line_view(line, drug)
            line = new_line(request.id, len(lines), drug_view(drug))
            self.remember(write_figures_of_one(session, self.desk, line))
            session.add(line)
            request.version += 1
            session.flush()
            return line_view(line, drug)

    def edit_line(
        self, request_id: str, line_id: str, edit: LineEdit, *, version: int | None = None
    ) -> LineView:
        """Keep what was typed into a line; the request's version goes up by one.

        Raises Refused with the sentence beside the cell, StepRefused when `version` is not the stored one.
        """
        values = read_line(edit)
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id, version)
            line = session.get(DrugRequestLine, line_id)
            if line is None or line.request_id != request.id:
                raise UserError(msg("找不到这一行，没有保存。请关闭申领单后重新打开。"))
            if is_of_ledger(line):
                refuse_typed_figures(line, values)
            for name, value in values.items():
                setattr(line, name, value)
            line.suggested = suggested_of(line)
            request.version += 1
            session.flush()
            drug = drugs_of(session, [line]).get(line.drug_code)
            facts = line_facts(session, self.desk, [line], {} if drug is None else {drug.code: drug})
            checked = checked_line(line, _is_listed(drug, self.desk.today()), facts=facts[line.id])
            problems = () if line.is_skipped else tuple(check_line(Kind(request.kind), checked))
            return line_view(line, drug, problems)

    def refresh(self, request_id: str, *, version: int | None = None) -> RequestView:
        """Read the ledger anew into a draft's figures and suggestions; what was typed stays. For the screen that opens one.

        A regular request gets a line for every drug that came into use since. Nothing changes where no ledger is kept; the
        version goes up only when something did.
        """
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id, version)
            found, is_changed = refresh_lines(session, self.desk, request, lines_of(session, request.id))
            self.remember(found)
            request.version += 1 if is_changed else 0
            session.flush()
            return self._view(session, request)

    def refreshed(self, request_id: str) -> RequestView | None:
        """As `refresh`, or None where the ledger says what the lines say already; then nothing is written."""
        with self.desk.sessions.reading() as session:
            request = self._editable(session, request_id)
            found = found_as_shown(session, self.desk, request, rows_of(session, request.id))
        if found is not None:
            self.remember(found)
            return None
        return self.refresh(request_id)

    def attach_shortage(self, request_id: str, report_id: str) -> None:
        """Let a shortage report of this clinic name the request that it goes with. Raises UserError for another's."""
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id)
            report = session.get(ShortageReport, report_id)
            if report is None or report.organisation_id != self.desk.place.id:
                raise UserError(msg("找不到本室的这份短缺报告，没有附上。请先登记短缺。"))
            if report.request_id not in (None, request.id):
                raise UserError(msg("这份短缺报告已经附在另一张申领单上，没有再附。请另登记一份。"))
            if report.request_id is None:
                report.request_id = request.id
                add_audit(session, self.desk, "drug_request.attach_shortage", "drug_request", request.id)

    def fill_with_suggestions(self, request_id: str, *, version: int | None = None) -> list[str]:
        """Put the suggestion into every empty line that has one; gives the ids of the lines filled, for undoing.

        A line that needs nothing (suggestion 0) is skipped: a regular request does not ask for 0.
        """
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id, version)
            filled = []
            for line in lines_of(session, request.id):
                suggested = suggested_of(line)
                if line.requested is not None or line.is_skipped or suggested is None:
                    continue
                line.suggested = suggested
                if suggested:
                    line.requested = suggested
                else:
                    line.is_skipped = True
                filled.append(line.id)
            request.version += 1
            return filled

    def empty_lines(self, request_id: str, line_ids: Sequence[str]) -> None:
        """Undo `fill_with_suggestions`."""
        with self.desk.sessions.writing() as session:
            request = self._editable(session, request_id)
            for line in lines_of(session, request.id):
                if line.id in line_ids:
                    line.requested, line.is_skipped = None, False
            request.version += 1

    def submit(
        self,
        request_id: str,
        version: int,
        *,
        confirmed: frozenset[str] = frozenset(),
        acknowledged: frozenset[str] = frozenset(),
        key: str | None = None,
    ) -> ActionResult:
        """Submit: the checks of drug_requests §3, the transition, and the envelope to the township, in one transaction.

        `confirmed` holds ids of lines whose questions were answered with yes, `acknowledged` of those whose expired or held
        stock is known (V10). Raises Refused (line problems),
        StepRefused, or UserError when no township is paired.
        """
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if repeated(session, key):
                return ActionResult(self._view(session, request), msg("已提交，没有重复提交。"))
            lines = lines_of(session, request.id)
            refuse_if_stale(request, version)
            self._refuse_unsound(session, request, lines, confirmed, acknowledged)
            for line in lines:
                line.suggested = suggested_of(line)
            judged = [checked_line(line, True, confirmed=True) for line in lines]
            facts = request_facts(session, self.desk, request, version, lines=judged)
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
            facts = request_facts(session, self.desk, request, version)
            result = take_step(session, self.desk, request, Action.AUTHORISE, facts)
            message_id = self._send(session, request)
            return ActionResult(self._view(session, request), result.message, message_id)

    def act(self, request_id: str, action: Action, version: int, *, comment: str = "") -> ActionResult:
        """Withdraw, skip, undo skip, cancel or delete."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            facts = request_facts(session, self.desk, request, version, comment=comment)
            result = take_step(session, self.desk, request, action, facts, comment=comment)
            if action is Action.WITHDRAW:
                replace_unsent(session, request)
            if action is Action.SKIP:
                for line in lines_of(session, request.id):
                    line.is_skipped = True
            if action is Action.UNDO_SKIP:
                for line in lines_of(session, request.id):
                    line.is_skipped = False
            return ActionResult(self._view(session, request), result.message)

    # -- what the transition table is told -------------------------------------------------------------------------

    def _start_option(self, session: Session, kind: Kind, period: str) -> StartOption:
        action = Action.START_REGULAR if kind is Kind.REGULAR else Action.START_EMERGENCY
        facts = starting_facts(session, self.desk, kind, period, "")
        result = attempt(facts, action, actor_for(self.desk, None), judge_comment=False)
        return StartOption(kind, period, None if result.legal else result.message)

    # -- lines and envelopes ---------------------------------------------------------------------------------------

    def _editable(self, session: Session, request_id: str, version: int | None = None) -> DrugRequest:
        request = load(session, request_id)
        refuse_if_stale(request, version)
        if State(request.state) not in EDITABLE:
            raise UserError(
                msg(
                    "申领单现在是“{state}”，不能再改，没有保存。要修改请先让卫生院退回。",
                    state=State(request.state).label,
                )
            )
        return request

    def _last_request(self, session: Session, request: DrugRequest) -> DrugRequest | None:
        return session.scalar(
            select(DrugRequest)
            .where(
                DrugRequest.clinic_id == request.clinic_id,
                DrugRequest.kind == Kind.REGULAR.value,
                DrugRequest.programme == request.programme,
                DrugRequest.id != request.id,
                DrugRequest.state != State.VOIDED.value,
            )
            .order_by(DrugRequest.period.desc(), DrugRequest.created_at.desc())
            .limit(1)
        )

    def _last_codes(self, session: Session, request: DrugRequest) -> set[str]:
        last = self._last_request(session, request)
        return set() if last is None else {line.drug_code for line in lines_of(session, last.id)}

    def _copy_last_lines(self, session: Session, request: DrugRequest) -> None:
        last = self._last_request(session, request)
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
        lines: Sequence[StoredLine],
        drugs: Mapping[str, StoredDrug],
        confirmed: frozenset[str] = frozenset(),
        acknowledged: frozenset[str] = frozenset(),
        *,
        for_submission: bool = False,
    ) -> list[LineProblem]:
        today = self.desk.today()
        facts = line_facts(session, self.desk, lines, drugs, for_submission=for_submission)
        checked = [
            checked_line(
                line, _is_listed(drugs.get(line.drug_code), today), confirmed=line.id in confirmed,
                facts=facts[line.id], acknowledged=line.id in acknowledged,
            )
            for line in lines
        ]  # fmt: skip
        return check_submission(request_context(session, self.desk, request), checked)

    def _refuse_unsound(
        self,
        session: Session,
        request: DrugRequest,
        lines: Sequence[DrugRequestLine],
        confirmed: frozenset[str],
        acknowledged: frozenset[str],
    ) -> None:
        levels = {LineLevel.BLOCK: Level.REFUSE, LineLevel.ASK: Level.ASK}
        found = [
            Problem(problem.line_key or "", levels[problem.level], problem.message)
            for problem in self._problems(
                session, request, lines, drugs_of(session, lines), confirmed, acknowledged, for_submission=True
            )
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
        request.clinic_population, request.clinic_chronic = clinic_figures(session)
        replace_unsent(session, request)
        body = request_body(session, request)
        row = write_envelope(session, self.desk, own.parent_id, "drug_request", body, subject_id=request.id)
        return row.id

    def _view(self, session: Session, request: DrugRequest) -> RequestView:
        session.flush()
        actions = allowed_actions(
            State(request.state),
            None,
            facts=request_facts(session, self.desk, request),
            actor=actor_for(self.desk, request),
        )
        lines = rows_of(session, request.id)
        drugs = drugs_of(session, lines)
        problems: list[LineProblem] = []
        if State(request.state) in EDITABLE:
            problems = self._problems(session, request, lines, drugs)
        return request_view(session, request, actions=actions, problems=problems, lines=lines, drugs=drugs)


def _is_listed(drug: StoredDrug | None, day: date) -> bool:
    return drug is not None and drug.valid_from <= day and (drug.valid_to is None or drug.valid_to >= day)
