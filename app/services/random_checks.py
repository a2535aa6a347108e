"""抽查: clinics and items drawn with a recorded seed, counted blind, and every difference followed up to its end.

The books of a clinic are its own; the township draws from the clinic's last report, and the book at the moment of
counting is read at the clinic after the count, or comes back with the clinic's answer by envelope. Who opened a check
does not count it, who counted it does not close it (mechanisms §0.1).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import LARGEST_QUANTITY
from app.domain.random_draw import ITEMS, LARGEST_SEED, Candidate, DrawnFor, draw_items, draw_keys
from app.domain.request_checks import has_meaning
from app.domain.request_terms import Role
from app.domain.stock_value import value_fen
from app.domain.stocktake import StocktakeState, may_follow
from app.errors import UserError
from app.exchange.envelope import Envelope
from app.forms.vocabulary import Level, Problem
from app.services.document_steps import (
    TOWNSHIP_SUPPLY,
    DocumentRefused,
    add_step,
    own_actions,
    refuse_if_changed,
    refuse_other_roles,
    steps_of,
)
from app.services.history import record_change
from app.services.ledger_reports import newest_stock
from app.services.post import TakenIn, write_envelope
from app.services.problems import Refused, refuse
from db.models import Drug, LedgerReport, Organisation, Stocktake, StocktakeLine, new_id

ENTITY = "random_check"
KIND = "random"
AGREES, DIFFERS = "账实相符", "有差异"
OPENED, ENTERED, FOLLOWED, CLOSED, CANCELLED = "open", "enter", "follow_up", "close", "cancel"
MOST_CLINICS, MOST_ITEMS = 100, 1000


@dataclass(frozen=True)
class Counted:
    """What was counted of one line. `book` what the clinic's ledger said at that moment; `reason` of a difference."""

    counted: int
    book: int | None
    reason: str = ""


@dataclass(frozen=True)
class ClinicToCheck:
    """A clinic that may be drawn; `reported_month` None: it has never reported its stock, so it can't be."""

    clinic_id: str
    name: str
    reported_month: str | None


@dataclass(frozen=True)
class CheckLineView:
    """One line. `book` and `difference` None until it was counted; `drawn_for` why it was drawn, None not known."""

    id: str
    batch_id: str
    drug_code: str
    drug_name: str
    batch_no: str
    expiry: date | None
    unit: str
    counted: int | None
    book: int | None
    reason: str
    drawn_for: DrawnFor | None = None
    strength: str = ""

    @property
    def difference(self) -> int | None:
        """Counted less book."""
        return None if self.counted is None or self.book is None else self.counted - self.book


@dataclass(frozen=True)
class CheckView:
    """A whole check. `accuracy` = lines without a difference ÷ lines counted, None before.

    `may_enter` and `may_close`: whether the signed-in user may, for nobody counts what he drew or closes what he counted.
    """

    id: str
    clinic_id: str
    clinic_name: str
    state: StocktakeState
    version: int
    seed: int
    opened_at: datetime
    opened_by_name: str
    counter_name: str
    finalised_by_name: str
    result: str
    lines: tuple[CheckLineView, ...]
    follow_ups: tuple[tuple[str, datetime, str], ...]
    may_enter: bool = False
    may_close: bool = False

    @property
    def unexplained(self) -> int:
        """How many differences have no cause yet."""
        return sum(1 for line in self.differences if not has_meaning(line.reason))

    @property
    def differences(self) -> tuple[CheckLineView, ...]:
        """The lines that differ."""
        return tuple(line for line in self.lines if line.difference)

    @property
    def accuracy(self) -> Fraction | None:
        """The share of counted lines without a difference."""
        counted = [line for line in self.lines if line.difference is not None]
        if not counted:
            return None
        return Fraction(sum(1 for line in counted if line.difference == 0), len(counted))


@dataclass(frozen=True)
class CheckResult:
    """What an action did; `message_id` the file to hand over, if any."""

    check: CheckView
    message: Message
    message_id: str | None = None


@dataclass(frozen=True)
class Drawing:
    """What was drawn: the seed that draws the same again, and a check of each clinic."""

    seed: int
    checks: tuple[CheckView, ...]


class RandomChecks:
    """抽查 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def list(self, limit: int = 200) -> list[CheckView]:
        """Checks, those that are not finished first, then the newest."""
        query = select(Stocktake).where(Stocktake.kind == KIND).order_by(Stocktake.opened_at.desc()).limit(limit)
        with self.desk.sessions.reading() as session:
            views = [_view(session, row, self.desk) for row in session.scalars(query)]
        over = (StocktakeState.FINALISED, StocktakeState.CANCELLED)
        return sorted(views, key=lambda view: view.state in over)

    def get(self, check_id: str) -> CheckView:
        """One check."""
        with self.desk.sessions.reading() as session:
            return _view(session, _load(session, check_id), self.desk)

    def clinics(self) -> list[ClinicToCheck]:
        """The clinics of this centre by name, with the month of their last report: without one nothing can be drawn."""
        with self.desk.sessions.reading() as session:
            rows = session.execute(
                select(Organisation.id, Organisation.name, func.max(LedgerReport.month).label("month"))
                .join(LedgerReport, LedgerReport.organisation_id == Organisation.id, isouter=True)
                .where(Organisation.parent_id == self.desk.place.id, Organisation.kind == "clinic")
                .group_by(Organisation.id)
                .order_by(Organisation.name)
            )
            return [ClinicToCheck(row.id, row.name, row.month) for row in rows]

    def draw_clinics(self, count: int, seed: int | None = None) -> tuple[int, list[tuple[str, str]]]:
        """So many of the clinics that have reported their stock, at random: the seed, and (id, name)s."""
        seed = new_seed() if seed is None else seed
        names = {each.clinic_id: each.name for each in self.clinics() if each.reported_month}
        try:
            drawn = draw_keys(list(names), count, seed)
        except ValueError as error:
            raise refuse("seed", msg("随机种子请填 0 到 {most} 之间的整数。", most=LARGEST_SEED)) from error
        return seed, [(clinic, names[clinic]) for clinic in drawn]

    def draw(self, clinics: int, *, items: int = ITEMS, seed: int | None = None) -> Drawing:
        """Draw clinics at random and open a check of each, all in one transaction: every one of them or none."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        if isinstance(clinics, bool) or not 1 <= clinics <= MOST_CLINICS:
            raise refuse("clinics", msg("一次抽查的村卫生室数请填 1 到 {most}。", most=MOST_CLINICS))
        seed, drawn = self.draw_clinics(clinics, seed)
        if not drawn:
            raise UserError(msg("还没有一个村卫生室报过库存，抽不出来。请先让村卫生室交月报。"))
        with self.desk.sessions.writing() as session:
            return Drawing(seed, tuple(self._open(session, clinic, seed, items) for clinic, _name in drawn))

    def open(self, clinic_id: str, *, seed: int | None = None, count: int = ITEMS) -> CheckResult:
        """Open a check of a clinic: its items drawn from its newest report. Raises UserError without one."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        with self.desk.sessions.writing() as session:
            view = self._open(session, clinic_id, new_seed() if seed is None else seed, count)
            told = msg("已抽出 {count} 个批次：请打印盘点表，由另一个人去盘。", count=len(view.lines))
            return CheckResult(view, told)

    def _open(self, session: Session, clinic_id: str, seed: int, count: int) -> CheckView:
        if not 0 <= seed <= LARGEST_SEED:
            raise refuse("seed", msg("随机种子请填 0 到 {most} 之间的整数。", most=LARGEST_SEED))
        if isinstance(count, bool) or not 1 <= count <= MOST_ITEMS:
            raise refuse("items", msg("每个村卫生室抽查的批次数请填 1 到 {most}。", most=MOST_ITEMS))
        clinic = session.get(Organisation, clinic_id)
        report = newest_stock(session, clinic_id)
        if clinic is None or clinic.parent_id != self.desk.place.id:
            raise UserError(msg("这不是本院所属的村卫生室，没有建立抽查。"))
        shelf = {} if report is None else {batch["batch_id"]: batch for batch in report.stock}
        if not shelf:
            raise UserError(msg("{clinic} 还没有报过库存，抽不出品种。请先让对方交月报。", clinic=clinic.name))
        drawn = draw_items([_candidate(batch) for batch in shelf.values()], self.desk.today(), seed, count=count)
        row = Stocktake(
            id=new_id(), organisation_id=clinic_id, kind=KIND, state=StocktakeState.OPEN.value, is_blind=True,
            seed=seed, opened_at=self.desk.now(), opened_by_id=self.desk.actor.user_id,
            opened_by_name=self.desk.actor.name, version=1,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for position, item in enumerate(drawn):
            batch = shelf[item.key]
            session.add(
                StocktakeLine(
                    stocktake_id=row.id, position=position, batch_id=item.key, drug_code=batch["drug_code"],
                    drug_name=batch["drug_name"], batch_no=batch["batch_no"],
                    expiry=date.fromisoformat(batch["expiry"]) if batch["expiry"] else None, unit=batch["unit"],
                    snapshot=batch["on_hand"], drawn_for=item.why.value,
                )
            )  # fmt: skip
        self._history(session, row, "", OPENED, str(msg("种子 {seed}", seed=seed)))
        return _view(session, row, self.desk)

    def send(self, check_id: str) -> CheckResult:
        """Write the envelope that asks the clinic to count, without book quantities."""
        from app.exchange.bodies import CountBody, CountItem

        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        with self.desk.sessions.writing() as session:
            row = _load(session, check_id)
            if row.state not in (StocktakeState.OPEN.value, StocktakeState.COUNTING.value):
                raise UserError(msg("这次抽查已经盘过或取消，没有再发。"))
            body = CountBody(
                check_id=row.id, clinic_id=row.organisation_id, seed=row.seed or 0, opened_at=row.opened_at,
                opened_by_name=row.opened_by_name,
                items=tuple(
                    CountItem(
                        line_id=line.id, batch_id=line.batch_id, drug_code=line.drug_code, drug_name=line.drug_name,
                        batch_no=line.batch_no, expiry=line.expiry, unit=line.unit,
                    )
                    for line in _lines(session, row.id)
                ),
            )  # fmt: skip
            row.state = StocktakeState.COUNTING.value
            message_id = write_envelope(session, self.desk, row.organisation_id, "count", body, subject_id=row.id).id
            return CheckResult(_view(session, row, self.desk), msg("抽查通知已写好：请交给村卫生室。"), message_id)

    def enter(
        self, check_id: str, version: int, counts: Mapping[str, Counted], *, witness: str = ""
    ) -> CheckResult:
        """Write down what was counted on the spot, by line. Raises Refused beside what is missing or impossible."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        with self.desk.sessions.writing() as session:
            row = _load(session, check_id)
            refuse_if_changed(row, version)
            if OPENED in own_actions(session, self.desk, ENTITY, row.id):
                raise DocumentRefused(msg("这次抽查是您自己建的，请由另一个人去盘并录入。"))
            _take_counts(session, row, counts, self.desk.now())
            row.counter_name = self.desk.actor.name
            self._history(session, row, row.state, ENTERED, witness)
            return CheckResult(_view(session, row, self.desk), _result_words(row))

    def follow_up(self, check_id: str, line_id: str, text: str) -> CheckView:
        """What was found out about a difference and done about it."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        if not has_meaning(text):
            raise refuse("follow_up", msg("请写明查到的情况和处理办法（至少 2 个字）。"))
        with self.desk.sessions.writing() as session:
            row = _load(session, check_id)
            line = session.get(StocktakeLine, line_id)
            if line is None or line.stocktake_id != row.id or row.state != StocktakeState.REVIEW.value:
                raise UserError(msg("这一行现在不能补记处理情况，没有保存。请刷新后再试。"))
            line.reason = text.strip()[:50]
            self._history(session, row, row.state, FOLLOWED, f"{line.drug_name} {line.batch_no}：{text.strip()}")
            return _view(session, row, self.desk)

    def close(self, check_id: str, version: int, comment: str = "") -> CheckResult:
        """End a check by another person than who counted; every difference has its reason."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        with self.desk.sessions.writing() as session:
            row = _load(session, check_id)
            refuse_if_changed(row, version)
            if ENTERED in own_actions(session, self.desk, ENTITY, row.id):
                raise DocumentRefused(msg("这次抽查是您自己盘的，请由另一个人核对办结。"))
            open_ones = [line for line in _lines(session, row.id) if _differs(line) and not has_meaning(line.reason)]
            if open_ones:
                raise UserError(msg("还有 {count} 行差异没有查明原因，没有办结。", count=len(open_ones)))
            self._move(session, row, StocktakeState.FINALISED, CLOSED, comment)
            row.finalised_at, row.finalised_by_id = self.desk.now(), self.desk.actor.user_id
            row.finalised_by_name = self.desk.actor.name
            return CheckResult(_view(session, row, self.desk), msg("抽查已办结：{result}。", result=row.result))

    def cancel(self, check_id: str, version: int, reason: str) -> CheckResult:
        """Give up a check that was not closed, with the reason."""
        refuse_other_roles(self.desk, TOWNSHIP_SUPPLY)
        if not has_meaning(reason):
            raise refuse("reason", msg("请写明原因（至少 2 个字）。"))
        with self.desk.sessions.writing() as session:
            row = _load(session, check_id)
            refuse_if_changed(row, version)
            self._move(session, row, StocktakeState.CANCELLED, CANCELLED, reason)
            return CheckResult(_view(session, row, self.desk), msg("抽查已取消。"))

    def _move(self, session: Session, row: Stocktake, to: StocktakeState, action: str, comment: str) -> None:
        state = StocktakeState(row.state)
        if not may_follow(state, to):
            raise UserError(msg("这次抽查还没有盘完，或已经办结，没有改动。"))
        before, row.state = row.state, to.value
        self._history(session, row, before, action, comment)

    def _history(self, session: Session, row: Stocktake, before: str, action: str, comment: str) -> None:
        session.flush()
        user = self.desk.actor
        add_step(
            session, ENTITY, row.id, before, row.state, action, user_id=user.user_id, user_name=user.name,
            at=self.desk.now(), comment=comment,
        )  # fmt: skip
        first = action == OPENED
        row.version += 0 if first else 1
        record_change(
            session, self.desk, f"{ENTITY}.{action}", ENTITY, row.id,
            before=None if first else {"version": row.version - 1},
            after={"state": row.state, "result": row.result, "version": row.version}, number=None,
            reason=comment[:200],
        )  # fmt: skip


def new_seed() -> int:
    """A seed that nobody could have chosen."""
    return secrets.randbelow(LARGEST_SEED)


def take_in_result(session: Session, desk: Desk, envelope: Envelope) -> TakenIn:
    """A clinic's answer to a check. Raises UserError when it answers none of its own, or one that was counted before."""
    from app.exchange.bodies import CountResultBody

    body = CountResultBody.model_validate(envelope.body)
    row = session.get(Stocktake, body.check_id)
    if row is None or row.kind != KIND or row.organisation_id != envelope.sender_id:
        raise UserError(msg("这份盘点结果不是针对这个卫生室的抽查，没有读入任何内容。请与对方核对。"))
    counts = {item.line_id: Counted(item.counted, item.book, item.reason) for item in body.items}
    if len(counts) != len(body.items) or any(item.counted_at > desk.now() for item in body.items):
        raise UserError(msg("这份盘点结果的行重复，或盘点时间还没有到，没有读入任何内容。请让对方重新发一次。"))
    _take_counts(session, row, counts, max(item.counted_at for item in body.items))
    for line in _lines(session, row.id):
        line.counted_at = next(item.counted_at for item in body.items if item.line_id == line.id)
    row.counter_name = body.counter_name
    row.version += 1
    add_step(
        session, ENTITY, row.id, StocktakeState.COUNTING.value, row.state, ENTERED, user_id=envelope.sender_id,
        user_name=body.counter_name, at=desk.now(), comment=body.witness_name,
    )  # fmt: skip
    record_change(
        session, desk, f"{ENTITY}.result", ENTITY, row.id, before={"version": row.version - 1},
        after={"state": row.state, "result": row.result, "version": row.version}, number=None,
    )  # fmt: skip
    return TakenIn("count_result", row.id, _result_words(row))


def _load(session: Session, check_id: str) -> Stocktake:
    row = session.get(Stocktake, check_id)
    if row is None or row.kind != KIND:
        raise UserError(msg("找不到这次抽查，没有改动任何内容。请刷新后再试。"))
    return row


def _lines(session: Session, check_id: str) -> Sequence[StocktakeLine]:
    query = select(StocktakeLine).where(StocktakeLine.stocktake_id == check_id)
    return list(session.scalars(query.order_by(StocktakeLine.position)))


def _view(session: Session, row: Stocktake, desk: Desk) -> CheckView:
    session.flush()
    own = own_actions(session, desk, ENTITY, row.id)
    may = Role(desk.actor.role) in TOWNSHIP_SUPPLY
    lines = _lines(session, row.id)
    clinic = session.get(Organisation, row.organisation_id)
    # The book stays hidden until the count stands.
    shown = row.state in (StocktakeState.REVIEW.value, StocktakeState.FINALISED.value)
    names = [name for name in CheckLineView.__dataclass_fields__ if name not in ("book", "drawn_for", "strength")]
    known = select(Drug.code, Drug.strength).where(Drug.code.in_({line.drug_code for line in lines}))
    strengths = {drug.code: drug.strength for drug in session.execute(known)}
    return CheckView(
        row.id, row.organisation_id, clinic.name if clinic else "", StocktakeState(row.state), row.version,
        row.seed or 0, row.opened_at, row.opened_by_name, row.counter_name, row.finalised_by_name, row.result,
        tuple(
            CheckLineView(
                **{name: getattr(line, name) for name in names}, book=line.book if shown else None,
                strength=strengths.get(line.drug_code, ""),
                drawn_for=DrawnFor(line.drawn_for) if line.drawn_for else None,
            )
            for line in lines
        ),
        tuple(
            (step.user_name, step.at, step.comment)
            for step in steps_of(session, ENTITY, row.id)
            if step.action == FOLLOWED
        ),
        may_enter=may and row.state in (StocktakeState.OPEN.value, StocktakeState.COUNTING.value) and OPENED not in own,
        may_close=may and row.state == StocktakeState.REVIEW.value and ENTERED not in own,
    )  # fmt: skip


def _take_counts(
    session: Session, row: Stocktake, counts: Mapping[str, Counted], at: datetime
) -> None:
    lines = {line.id: line for line in _lines(session, row.id)}
    if row.state not in (StocktakeState.OPEN.value, StocktakeState.COUNTING.value):
        raise UserError(msg("这次抽查已经盘过或取消，没有再录入。请刷新后再看。"))
    if set(counts) - set(lines):
        raise UserError(msg("盘点表和这次抽查对不上，可能是旧表，没有录入。请重新打印盘点表。"))
    problems = []
    for line in lines.values():
        found = counts.get(line.id)
        sentence = _why_not(found)
        if found is None or sentence is not None:
            problems.append(Problem(line.id, Level.REFUSE, sentence or msg("请填写实盘数。")))
            continue
        line.counted, line.book, line.reason = found.counted, found.book, found.reason.strip()[:50]
        line.counted_at = at
    if problems:
        raise Refused(problems)
    row.result = DIFFERS if any(_differs(line) for line in lines.values()) else AGREES
    row.state = StocktakeState.REVIEW.value


def _candidate(batch: Mapping[str, object]) -> Candidate:
    on_hand, price, pack = batch["on_hand"], batch["price_fen"], batch["units_per_pack"]
    value = value_fen(on_hand, price, pack)  # type: ignore[arg-type]
    expiry = date.fromisoformat(str(batch["expiry"])) if batch["expiry"] else None
    return Candidate(str(batch["batch_id"]), value, expiry)


def _why_not(found: Counted | None) -> Message | None:
    if found is None:
        return None
    for units in (found.counted, found.book):
        if units is None:
            return msg("请填写盘点当时的账面数。")
        if isinstance(units, bool) or not isinstance(units, int) or not 0 <= units <= LARGEST_QUANTITY:
            return msg("数量请填 0 或正整数（最小发药单位），您填的是 {written}。", written=units)
    return None


def _differs(line: StocktakeLine) -> bool:
    return line.counted is not None and line.book is not None and line.counted != line.book


def _result_words(row: Stocktake) -> Message:
    if row.result == DIFFERS:
        return msg("已录入：有差异，请逐行查明原因后由另一个人办结。")
    return msg("已录入：账实相符，请由另一个人核对办结。")
