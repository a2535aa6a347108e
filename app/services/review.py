"""审核 at the township's desk: the requests of its clinics, decided line by line, answered by an envelope.

The clinic owns what it asked for, the township owns what it decided: a request received here is a copy, and only the
decision, its reasons and its states are written on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.request_checks import Level as LineLevel
from app.domain.request_states import Action, State
from app.domain.request_terms import Kind
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from app.services.releases import DONE_BEFORE, Releases
from app.services.request_lines import read_quantity
from app.services.request_list import RequestSummary, request_summaries
from app.services.request_steps import load, refuse_if_stale, repeated, take_step
from app.services.request_views import (
    ActionResult,
    LineView,
    RequestView,
    drugs_of,
    line_view,
    lines_of,
)
from app.services.review_lines import (
    DECIDABLE,
    HOLDERS_ONLY,
    problems_of,
    review_facts,
    review_problems,
    review_view,
    tell_clinic,
    write_decision,
)
from app.services.review_marks import wants_look
from db.models import DrugRequest, DrugRequestLine, Organisation

TOLD_TO_CLINIC = (Action.RETURN, Action.APPROVE, Action.REJECT, Action.REOPEN)
"""Actions whose result the clinic is told by an envelope; taking and giving back concern the township alone."""

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
        self.releases = Releases(desk)

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
            return review_view(session, self.desk, load(session, request_id))

    def take(self, request_id: str, version: int) -> ActionResult:
        """Take a request for review; its lines are proposed as asked for, flagged ones stay open."""
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            result = take_step(
                session, self.desk, request, Action.TAKE, review_facts(session, request, version)
            )
            request.taken_by_id = self.desk.actor.user_id
            return ActionResult(review_view(session, self.desk, request), result.message)

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
            return line_view(line, drug, tuple(problems_of(self.desk, request, [line])))

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
                    and not wants_look(view)
                ):
                    write_decision(line, line.requested, "")
                    agreed.append(line.id)
            request.version += 1
            return agreed

    def act(
        self, request_id: str, action: Action, version: int, *, comment: str = "", key: str | None = None
    ) -> ActionResult:
        """Approve, return, reject, give back, reopen, convert or close; tells the clinic where it concerns it.

        Converting takes the sources that `Releases.propose_sources` proposes; to choose them, call `Releases.convert`.

        Raises Refused with the problems of the lines (approve), StepRefused when the table does not allow it.
        """
        if action is Action.CONVERT:
            return self.releases.convert(request_id, version, self.releases.propose_sources(request_id), key=key)
        if action is Action.CLOSE_REMAINING:
            return self.releases.close_remaining(request_id, version, comment, key=key)[0]
        with self.desk.sessions.writing() as session:
            request = load(session, request_id)
            if repeated(session, key):
                return ActionResult(review_view(session, self.desk, request), DONE_BEFORE)
            if action in HOLDERS_ONLY and State(request.state) in DECIDABLE:
                self._refuse_unless_held(request)
            if action is Action.APPROVE:
                self._refuse_unsound(session, request)
            facts = review_facts(session, request, version, comment=comment)
            result = take_step(session, self.desk, request, action, facts, comment=comment, key=key)
            if action is Action.GIVE_BACK:
                request.taken_by_id = None
            message_id = None
            if action in TOLD_TO_CLINIC:
                request.decided_by_id, request.decided_by_name = self.desk.actor.user_id, self.desk.actor.name
                request.decided_at, request.comment = self.desk.now(), comment
                message_id = tell_clinic(session, self.desk, request)
            return ActionResult(review_view(session, self.desk, request), result.message, message_id)

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

    def _refuse_unsound(self, session: Session, request: DrugRequest) -> None:
        found = [
            Problem(problem.line_key or "", Level.REFUSE, problem.message)
            for problem in review_problems(session, self.desk, request)
            if problem.level is LineLevel.BLOCK
        ]
        if found and State(request.state) in DECIDABLE:
            raise Refused(found)
