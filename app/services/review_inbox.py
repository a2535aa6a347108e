"""待审清单: the requests of all clinics with what needs a look first, and which clinics have not sent theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.request_states import Action, State
from app.domain.request_terms import Kind
from app.services.request_list import RequestSummary, request_summaries
from app.services.review_marks import judged_line, wants_look
from app.services.review_picture import UNDER_REVIEW
from db.models import Drug, DrugRequest, DrugRequestLine, Organisation, StatusChange

WAITING = (State.AUTHORISED, State.IN_REVIEW)


@dataclass(frozen=True)
class InboxItem:
    """A request in the list. `marked` lines want a look, `to_look` of them are not decided; `holder` has taken it.

    `days` whole days that it has waited, None once it is decided.
    """

    summary: RequestSummary
    marked: int = 0
    to_look: int = 0
    undecided: int = 0
    holder: str = ""
    is_mine: bool = False
    days: int | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether an emergency waits."""
        return self.days is not None and self.summary.kind is Kind.EMERGENCY


@dataclass(frozen=True)
class MissingClinic:
    """A clinic whose regular request of the month is not here; `was_returned`: it was, and was sent back."""

    id: str
    name: str
    phone: str
    was_returned: bool
    last_period: str


@dataclass(frozen=True)
class MonthRound:
    """The regular requests of one month: how many clinics there are, and who has not sent."""

    period: str
    clinics: int
    missing: tuple[MissingClinic, ...]

    @property
    def handed_in(self) -> int:
        """How many have sent theirs."""
        return self.clinics - len(self.missing)


@dataclass(frozen=True)
class FoundRequest:
    """A request found by its clinic, or by a drug that it asks for (`drug_code`, `drug_name`; empty otherwise)."""

    request_id: str
    clinic_name: str
    period: str
    kind: Kind
    state: State
    drug_code: str = ""
    drug_name: str = ""


class ReviewInbox:
    """待审清单 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def items(self, limit: int = 300) -> list[InboxItem]:
        """Those that wait first: emergencies, then the longest wait in days, then the most marked lines; then the newest."""
        with self.desk.sessions.reading() as session:
            summaries = request_summaries(session, limit=limit)
            waiting = [row.id for row in summaries if row.state in WAITING]
            lines = _marked_lines(session, waiting)
            holders = _holders(session, waiting)
        items = [self._item(row, lines.get(row.id, []), holders) for row in summaries]
        return sorted(items, key=_order)

    def month(self) -> MonthRound:
        """Who has sent the regular request of this month."""
        period = f"{self.desk.today():%Y-%m}"
        with self.desk.sessions.reading() as session:
            query = select(Organisation).where(
                Organisation.kind == "clinic", Organisation.parent_id == self.desk.place.id
            )
            clinics = session.scalars(query.order_by(Organisation.division_code, Organisation.name)).all()
            sent = session.execute(
                select(DrugRequest.clinic_id, DrugRequest.period, DrugRequest.state)
                .where(DrugRequest.kind == Kind.REGULAR.value)
                .order_by(DrugRequest.period)
            ).all()
            states: dict[str, set[str]] = defaultdict(set)
            last: dict[str, str] = {}
            for row in sent:
                last[row.clinic_id] = row.period
                if row.period == period:
                    states[row.clinic_id].add(row.state)
            missing = tuple(
                MissingClinic(clinic.id, clinic.name, clinic.phone, bool(states[clinic.id]), last.get(clinic.id, ""))
                for clinic in clinics
                if not states[clinic.id] - {State.RETURNED.value}
            )
        return MonthRound(period, len(clinics), missing)

    def find(self, wanted: str, *, limit: int = 8) -> list[FoundRequest]:
        """Requests by the clinic's name or village or the request's number, then waiting ones by a drug (or its initials)."""
        wanted = wanted.strip()
        if not wanted:
            return []
        columns = (DrugRequest.id, Organisation.name, DrugRequest.period, DrugRequest.kind, DrugRequest.state)
        with self.desk.sessions.reading() as session:
            by_clinic = (
                select(*columns)
                .join(Organisation, Organisation.id == DrugRequest.clinic_id)
                .where(or_(Organisation.name.contains(wanted, autoescape=True), DrugRequest.id == wanted))
                .order_by(DrugRequest.period.desc(), DrugRequest.created_at.desc())
                .limit(limit)
            )
            found = [FoundRequest(*row[:3], Kind(row[3]), State(row[4])) for row in session.execute(by_clinic)]
            by_drug = (
                select(*columns, DrugRequestLine.drug_code, DrugRequestLine.drug_name)
                .join(Organisation, Organisation.id == DrugRequest.clinic_id)
                .join(DrugRequestLine, DrugRequestLine.request_id == DrugRequest.id)
                .join(Drug, Drug.code == DrugRequestLine.drug_code, isouter=True)
                .where(
                    DrugRequest.state.in_(UNDER_REVIEW),
                    DrugRequestLine.is_skipped.is_(False),
                    or_(
                        DrugRequestLine.drug_name.contains(wanted, autoescape=True),
                        Drug.pinyin.startswith(wanted.lower(), autoescape=True),
                    ),
                )
                .order_by(DrugRequestLine.drug_name, Organisation.name)
                .limit(limit - len(found))
            )
            rows = session.execute(by_drug).all() if len(found) < limit else []
        return found + [FoundRequest(*row[:3], Kind(row[3]), State(row[4]), row[5], row[6]) for row in rows]

    def _item(self, row: RequestSummary, lines: Sequence[tuple[bool, bool]], holders: dict[str, tuple[str, str]]) -> InboxItem:
        if row.state not in WAITING:
            return InboxItem(row)
        holder_id, holder = holders.get(row.id, ("", ""))
        since = (row.submitted_at or row.created_at).astimezone().date()
        return InboxItem(
            row,
            marked=sum(marked for marked, _decided in lines),
            to_look=sum(marked and not decided for marked, decided in lines),
            undecided=sum(not decided for _marked, decided in lines),
            holder=holder,
            is_mine=holder_id == self.desk.actor.user_id,
            days=max(0, (self.desk.today() - since).days),
        )


def _order(item: InboxItem) -> tuple[object, ...]:
    if item.days is None:
        return (1,)  # stays in the order of the summaries, the newest first
    moment = (item.summary.submitted_at or item.summary.created_at).timestamp()
    return (0, not item.is_urgent, -item.days, -item.marked, moment)


def _marked_lines(session: Session, request_ids: Sequence[str]) -> dict[str, list[tuple[bool, bool]]]:
    """Of each line that asks for something: whether it wants a look, and whether it is decided."""
    lines, drugs = DrugRequestLine.__table__, Drug.__table__
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for start in range(0, len(request_ids), 500):
        statement = (
            select(
                lines.c.request_id, lines.c.requested, lines.c.suggested, lines.c.basis, lines.c.units_per_pack,
                lines.c.on_hand, lines.c.monthly_use, lines.c.stockout_days, lines.c.explanation, lines.c.decision,
                drugs.c.antibiotic_tier,
            )
            .join_from(lines, drugs, drugs.c.code == lines.c.drug_code, isouter=True)
            .where(lines.c.request_id.in_(request_ids[start : start + 500]), lines.c.is_skipped.is_(False))
        )  # fmt: skip
        for row in session.execute(statement):
            found[row.request_id].append((wants_look(judged_line(row, row.antibiotic_tier or "")), bool(row.decision)))
    return found


def _holders(session: Session, request_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Who holds the requests under review: id and name of the user who took each last."""
    query = (
        select(StatusChange.entity_id, StatusChange.user_id, StatusChange.user_name)
        .join(DrugRequest, DrugRequest.id == StatusChange.entity_id)
        .where(
            StatusChange.entity == "drug_request",
            StatusChange.action == Action.TAKE.value,
            DrugRequest.state == State.IN_REVIEW.value,
            DrugRequest.state.in_(UNDER_REVIEW),
        )
        .order_by(StatusChange.position)
    )
    wanted = set(request_ids)
    return {row.entity_id: (row.user_id, row.user_name) for row in session.execute(query) if row.entity_id in wanted}
