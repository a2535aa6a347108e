"""审核时的库存与公平分配: what the pharmacist sees beside each line, and agreeing to many requests in one action.

Beside a line stand the clinic's use, the median of its peers, what the township may still give, what other clinics were
promised, and what remains; where a drug is short, each clinic's fair share over all open requests (app.domain.fair_share).
Deciding a single line stays with app.services.review.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.fair_share import Claim, fair_share
from app.domain.message import Message, msg
from app.domain.request_checks import RequestContext, blocking, check_approval, counted_lines
from app.domain.request_guards import RequestFacts
from app.domain.request_states import Action, State
from app.domain.request_terms import Kind
from app.domain.settlement import previous_month
from app.errors import UserError
from app.services.decision_reasons import REASONS
from app.services.request_steps import actor_for, load, take_step
from app.services.request_views import LineView, drugs_of, suggested_of
from app.services.review import MarkedLine, decided_line, marks, tell_clinic, write_decision
from app.services.supply_balance import owed_lines, own_usable
from db.models import Drug, DrugRequest, DrugRequestLine, Organisation

NOT_ENOUGH = REASONS[0]
UNDER_REVIEW = (State.AUTHORISED.value, State.IN_REVIEW.value)
PEER_MONTHS = 3
"""How many months back a clinic's latest written use still stands for it."""


@dataclass(frozen=True)
class LineStock:
    """What stands beside one line under review. Units; None is unknown or, for `fair_share`, not needed.

    `available` is what the township may still give after what other clinics were promised; `after` what remains when
    this line is given as decided (or as asked while open), below zero when it has not so much.
    """

    line_id: str
    own_use: Decimal | None
    peer_median: Decimal | None
    own_stock: int
    promised_to_others: int
    asked_by_others: int
    available: int
    after: int
    fair_share: int | None

    @property
    def missing(self) -> int:
        """Units that the township lacks for this line: to be bought."""
        return max(0, -self.after)


@dataclass(frozen=True)
class BulkResult:
    """What one action decided: lines agreed as asked, lines cut to a fair share, lines left to a person."""

    agreed: int
    shared: int
    left_open: int
    approved_requests: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()

    @property
    def message(self) -> Message:
        """The sentence for the pharmacist."""
        return msg(
            "已同意 {agreed} 行，按公平分配 {shared} 行，还有 {left} 行要您看。",
            agreed=self.agreed,
            shared=self.shared,
            left=self.left_open,
        )


@dataclass(frozen=True)
class PivotCell:
    """What one clinic asks of one drug, and what it was given so far (None: not decided)."""

    asked: int
    approved: int | None


@dataclass(frozen=True)
class PivotRow:
    """One drug over all clinics; `cells` by clinic id."""

    drug_code: str
    drug_name: str
    strength: str
    unit: str
    own_stock: int
    asked: int
    approved: int
    cells: Mapping[str, PivotCell]

    @property
    def short(self) -> int:
        """Units asked for beyond the township's stock."""
        return max(0, self.asked - self.own_stock)


@dataclass(frozen=True)
class Pivot:
    """药品 × 村: the open requests, drugs as rows and clinics (id, name) as columns."""

    clinics: tuple[tuple[str, str], ...]
    rows: tuple[PivotRow, ...]


@dataclass
class _Picture:
    """Everything that is open at this moment, read once."""

    stock: dict[str, int]
    promised: dict[str, dict[str, int]]
    asked: dict[str, list[Row[Any]]]
    keys: dict[str, str]
    packs: dict[str, int]
    shares: dict[str, dict[str, int] | None] = field(default_factory=dict)

    def free_before_review(self, code: str) -> int:
        """What may be shared out: usable stock less what approved and released requests still get."""
        return self.stock.get(code, 0) - sum(self.promised.get(code, {}).values())

    def shares_of(self, code: str) -> dict[str, int] | None:
        """Units for each open line of a drug by line id; None when there is enough for all."""
        if code not in self.shares:
            rows = self.asked.get(code, [])
            free = max(0, self.free_before_review(code))
            enough = sum(row.requested for row in rows) <= free
            self.shares[code] = None if enough else _shares(free, rows, self.keys, self.packs.get(code, 1))
        return self.shares[code]


class ReviewStock:
    """审核时的库存 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def lines(self, request_id: str) -> dict[str, LineStock]:
        """What stands beside each line of a request, by line id."""
        with self.desk.sessions.reading() as session:
            request = load(session, request_id)
            statement = select(DrugRequestLine.__table__).where(DrugRequestLine.request_id == request.id)
            rows = session.execute(statement.order_by(DrugRequestLine.position)).all()
            codes = {row.drug_code for row in rows}
            picture = _picture(session, self.desk, codes)
            peers = _latest_use(session, codes, request.period)
            return {row.id: _line_stock(request, row, picture, peers.get(row.drug_code, {})) for row in rows}

    def agree(self, request_ids: Collection[str] | None = None, *, share_short: bool = False) -> BulkResult:
        """Agree to every unremarkable undecided line of several requests in one action.

        Unremarkable: within one pack of the suggestion, enough stock after all others, and without any mark. With
        `share_short` lines that are unremarkable but for the stock get their fair share with its reason. Requests that
        nobody has taken are taken; those of a colleague are left alone. None means all that are under review.
        """
        with self.desk.sessions.writing() as session:
            requests = self._held(session, request_ids)
            lines = _lines_of_all(session, [request.id for request in requests])
            drugs = drugs_of(session, [line for several in lines.values() for line in several])
            picture = _picture(session, self.desk, None)
            counts = {"agreed": 0, "shared": 0, "open": 0}
            for request in requests:
                changed = False
                for line in lines.get(request.id, ()):
                    if line.is_skipped or line.decision:
                        continue
                    verdict = _decide(line, drugs.get(line.drug_code), picture, share_short)
                    counts[verdict] += 1
                    changed = changed or verdict != "open"
                request.version += changed
            return BulkResult(counts["agreed"], counts["shared"], counts["open"])

    def approve_decided(self, request_ids: Collection[str] | None = None) -> BulkResult:
        """Approve every request held by this pharmacist whose lines are all decided, and tell its clinic."""
        with self.desk.sessions.writing() as session:
            approved, messages, left = [], [], 0
            requests = self._held(session, request_ids, take=False)
            lines = _lines_of_all(session, [request.id for request in requests])
            for request in requests:
                own = lines.get(request.id, [])
                standing = _standing(self.desk, request, own)
                if standing:
                    left += standing
                    continue
                take_step(session, self.desk, request, Action.APPROVE, _bare_facts(request))
                request.decided_by_id, request.decided_by_name = self.desk.actor.user_id, self.desk.actor.name
                request.decided_at, request.comment = self.desk.now(), ""
                messages.append(tell_clinic(session, self.desk, request, own))
                approved.append(request.id)
            return BulkResult(0, 0, left, tuple(approved), tuple(messages))

    def pivot(self, period: str | None = None) -> Pivot:
        """The open requests of a period (None: all), drug by drug and clinic by clinic."""
        with self.desk.sessions.reading() as session:
            rows = _open_lines(session, period)
            names = {row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))}
            stock = own_usable(session, self.desk)
        by_drug: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            by_drug[row.drug_code].append(row)
        clinics = sorted({row.clinic_id for row in rows}, key=lambda clinic: (names.get(clinic, ""), clinic))
        made = [_pivot_row(code, of_drug, stock.get(code, 0)) for code, of_drug in by_drug.items()]
        ordered = sorted(made, key=lambda row: (-row.short, row.drug_name, row.drug_code))
        return Pivot(tuple((clinic, names.get(clinic, "")) for clinic in clinics), tuple(ordered))

    def _held(
        self, session: Session, request_ids: Collection[str] | None, *, take: bool = True
    ) -> list[DrugRequest]:
        """The requests of this pharmacist under review; those that nobody has are taken first."""
        query = select(DrugRequest).where(DrugRequest.state.in_(UNDER_REVIEW)).order_by(DrugRequest.id)
        wanted = None if request_ids is None else set(request_ids)
        held = []
        for request in session.scalars(query):
            if wanted is not None and request.id not in wanted:
                continue
            if request.state == State.AUTHORISED.value:
                if not take or actor_for(self.desk, request).is_creator:
                    continue
                take_step(session, self.desk, request, Action.TAKE, _bare_facts(request))
                request.taken_by_id = self.desk.actor.user_id
            if request.taken_by_id == self.desk.actor.user_id:
                held.append(request)
        if wanted and not held:
            raise UserError(msg("这些申领单不在您手里，没有改动。请先领取审核。"))
        return held


def _bare_facts(request: DrugRequest) -> RequestFacts:
    """Facts for a step whose lines were judged before, or do not matter."""
    return RequestFacts(State(request.state), kind=Kind(request.kind), taken=request.taken_by_id is not None)


def _standing(desk: Desk, request: DrugRequest, lines: Sequence[DrugRequestLine]) -> int:
    """How many lines stand against approving a request; one when it asks for nothing at all."""
    checked = [decided_line(line) for line in lines]
    if not counted_lines(None, checked):
        return 1
    context = RequestContext(kind=Kind(request.kind), today=desk.today())
    return len(blocking(check_approval(context, checked)))


@dataclass
class _Judged:
    """What of a stored line decides whether it wants a look; a whole view of 4,000 lines would take too long."""

    requested: int | None
    suggested: int | None
    units_per_pack: int
    antibiotic_tier: str
    on_hand: int | None
    monthly_use: object
    explanation: str


def is_unremarkable(view: LineView | MarkedLine) -> bool:
    """Whether a line may be agreed to without a look: within one pack of its suggestion, and without a mark."""
    if view.requested is None or view.suggested is None or marks(view):
        return False
    return abs(view.requested - view.suggested) <= view.units_per_pack


def _decide(line: DrugRequestLine, drug: Drug | None, picture: _Picture, share_short: bool) -> str:
    """Write the decision of an unremarkable line: agreed, shared, or open when a person must look."""
    judged = _Judged(
        line.requested, suggested_of(line), line.units_per_pack, drug.antibiotic_tier if drug else "", line.on_hand,
        None if line.monthly_use is None else Decimal(line.monthly_use), line.explanation,
    )  # fmt: skip
    if not is_unremarkable(judged) or line.requested is None:
        return "open"
    shares = picture.shares_of(line.drug_code)
    if shares is None:
        write_decision(line, line.requested, "")
        return "agreed"
    if not share_short:
        return "open"
    units = shares.get(line.id, 0)
    write_decision(line, units, "" if units == line.requested else str(NOT_ENOUGH))
    return "shared"


def _picture(session: Session, desk: Desk, codes: Collection[str] | None) -> _Picture:
    promised: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for owed in owed_lines(session):
        promised[owed.drug_code][owed.request_id] += owed.unreserved
    asked: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in _open_lines(session, None):
        if codes is None or row.drug_code in codes:
            asked[row.drug_code].append(row)
    keys = {
        row.id: f"{row.division_code}|{row.id}"
        for row in session.execute(select(Organisation.id, Organisation.division_code))
    }
    packs = {
        row.code: 1 if row.is_splittable else row.units_per_pack
        for row in session.execute(select(Drug.code, Drug.units_per_pack, Drug.is_splittable))
    }
    return _Picture(own_usable(session, desk), promised, asked, keys, packs)


def _open_lines(session: Session, period: str | None) -> Sequence[Row[Any]]:
    """Lines under review that ask for something, of all clinics."""
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(
            lines.c.id, lines.c.request_id, lines.c.drug_code, lines.c.drug_name, lines.c.strength, lines.c.unit,
            lines.c.units_per_pack, lines.c.on_hand, lines.c.in_transit, lines.c.monthly_use, lines.c.requested,
            lines.c.approved, lines.c.decision, requests.c.clinic_id, requests.c.kind,
        )
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(requests.c.state.in_(UNDER_REVIEW), lines.c.is_skipped.is_(False), lines.c.requested > 0)
    )  # fmt: skip
    if period is not None:
        statement = statement.where(requests.c.period == period)
    return session.execute(statement).all()


def _shares(free: int, rows: Sequence[Row[Any]], keys: Mapping[str, str], pack: int) -> dict[str, int]:
    """The fair share of each line: one claim for each clinic, its emergency lines served first."""
    by_clinic: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_clinic[keys.get(row.clinic_id, row.clinic_id)].append(row)
    claims = []
    for key, own in by_clinic.items():
        known = next((row for row in own if row.on_hand is not None), None)
        use = next((Decimal(row.monthly_use) for row in own if row.monthly_use is not None), None)
        available = None if known is None else known.on_hand + (known.in_transit or 0)
        claims.append(Claim(key, sum(row.requested for row in own), available, use))
    given = fair_share(free, claims, pack=pack)
    shares: dict[str, int] = {}
    for key, own in by_clinic.items():
        left = given[key]
        for row in sorted(own, key=lambda row: (row.kind != Kind.EMERGENCY.value, row.id)):
            shares[row.id] = min(left, row.requested)
            left -= shares[row.id]
    return shares


def _line_stock(
    request: DrugRequest, line: Row[Any], picture: _Picture, peers: Mapping[str, Decimal]
) -> LineStock:
    code = line.drug_code
    stock = picture.stock.get(code, 0)
    promised = picture.promised.get(code, {})
    others = [row for row in picture.asked.get(code, []) if row.request_id != request.id]
    decided = sum(row.approved or 0 for row in others if row.decision)
    to_others = sum(units for key, units in promised.items() if key != request.id) + decided
    here = (line.approved if line.decision else line.requested) or 0
    here = 0 if line.is_skipped else here
    uses = [use for clinic, use in peers.items() if clinic != request.clinic_id]
    shares = picture.shares_of(code)
    return LineStock(
        line_id=line.id,
        own_use=None if line.monthly_use is None else Decimal(line.monthly_use),
        peer_median=median(uses) if uses else None,
        own_stock=stock,
        promised_to_others=to_others,
        asked_by_others=sum(row.requested for row in others if not row.decision),
        available=stock - to_others,
        after=stock - to_others - here,
        fair_share=None if shares is None else shares.get(line.id),
    )


def _latest_use(session: Session, codes: Collection[str], period: str) -> dict[str, dict[str, Decimal]]:
    """The newest written use of each drug by clinic, not older than a few months."""
    oldest = period
    for _ in range(PEER_MONTHS):
        oldest = previous_month(oldest)
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(lines.c.drug_code, requests.c.clinic_id, lines.c.monthly_use)
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(lines.c.monthly_use.is_not(None), requests.c.period >= oldest)
        .order_by(requests.c.period, requests.c.submitted_at)
    )
    latest: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for code, clinic, use in session.execute(statement):
        if code in codes:
            latest[code][clinic] = Decimal(use)
    return latest


def _lines_of_all(session: Session, request_ids: Sequence[str]) -> dict[str, list[DrugRequestLine]]:
    found: dict[str, list[DrugRequestLine]] = defaultdict(list)
    for start in range(0, len(request_ids), 500):
        query = select(DrugRequestLine).where(DrugRequestLine.request_id.in_(request_ids[start : start + 500]))
        for line in session.scalars(query.order_by(DrugRequestLine.position)):
            found[line.request_id].append(line)
    return found


def _pivot_row(code: str, rows: Iterable[Row[Any]], stock: int) -> PivotRow:
    own = list(rows)
    cells: dict[str, PivotCell] = {}
    for row in own:
        before = cells.get(row.clinic_id, PivotCell(0, None))
        given = row.approved if row.decision else None
        approved = before.approved if given is None else (before.approved or 0) + given
        cells[row.clinic_id] = PivotCell(before.asked + row.requested, approved)
    first = own[0]
    return PivotRow(
        code, first.drug_name, first.strength, first.unit, stock, sum(cell.asked for cell in cells.values()),
        sum(cell.approved or 0 for cell in cells.values()), cells,
    )  # fmt: skip
