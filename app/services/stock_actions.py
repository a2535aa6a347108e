"""库存业务: opening balances, receipts that no shipment brought, losses, returns, transfers, samples. Each one transaction.

A receipt in the ordinary way comes with a shipment of the township; here are the others, which need a document number and
somebody's approval (mechanisms §3.2). Everything is booked or nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import days_left
from app.domain.message import msg
from app.domain.movements import RETURNED_HOLD, Bearer, MovementKind
from app.domain.stock_value import total_value_fen
from app.forms.vocabulary import Level, Problem
from app.services.document_steps import SUPPLY, refuse_other_roles
from app.services.problems import refuse, refuse_if_any
from app.services.stock_documents import (
    Approval,
    approval_problems,
    number_problems,
    problem,
    reason_problems,
    record_document,
)
from app.services.stock_ledger import (
    BatchKey,
    Booked,
    NewMovement,
    batch_problems,
    book,
    find_or_make_batch,
    reverse,
)
from app.services.trace_codes import scan_in, scan_out
from db.models import Drug, StockBatch, StockMovement, new_id

_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__
MUCH = 10_000
"""Units above which one is asked whether it is meant so (drug_requests §9)."""

OPENING, OUTSIDE_RECEIPT, DONATION, TRANSFER, LOSS, RETURN, SAMPLE, REVERSAL = (
    "opening", "outside_receipt", "donation", "transfer", "loss", "return", "sample", "reversal",
)  # fmt: skip


@dataclass(frozen=True)
class NewGoods:
    """One line of goods that arrive: `quantity` dispensing units; `units_per_pack` None as the catalogue says.

    `codes` the 追溯码 of those packs that were scanned.
    """

    drug_code: str
    batch_no: str
    expiry: date | None
    quantity: int
    manufacturer: str = ""
    price_fen: int | None = None
    units_per_pack: int | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchUnits:
    """So many dispensing units of a batch that stands on the shelf; `codes` the 追溯码 of the packs they come from."""

    batch_id: str
    quantity: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class StockDocument:
    """What was booked: the document's id, its movements in the order of the lines, and its value (None unknown)."""

    id: str
    movements: tuple[Booked, ...]
    value_fen: int | None


class StockActions:
    """Everything that changes the stock of this desk but dispensing, shipments and stock-takes.

    Lines are refused under `lines.<number>.<answer>`, numbered from 0. `at` None is now; a past moment is booked there.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def opening(
        self, goods: Sequence[NewGoods], *, at: datetime | None = None, confirmed: frozenset[str] = frozenset()
    ) -> StockDocument:
        """期初: what stood there when the ledger began. Raises Refused for a drug that has moved otherwise already."""
        with self.desk.sessions.writing() as session:
            problems = [
                problem(f"lines.{number}.drug", _HAS_MOVED)
                for number, line in enumerate(goods)
                if _has_moved(session, self.desk, line.drug_code)
            ]
            refuse_if_any(problems)
            return self._bring(session, MovementKind.OPENING, OPENING, goods, at, confirmed)

    def opening_problems(self, goods: Sequence[NewGoods], *, at: datetime | None = None) -> list[Problem]:
        """What stands against an opening balance, line by line, without booking anything; also what would be asked."""
        with self.desk.sessions.reading() as session:
            moved = [
                problem(f"lines.{number}.drug", _HAS_MOVED)
                for number, line in enumerate(goods)
                if _has_moved(session, self.desk, line.drug_code)
            ]
            _, problems = self._judged(session, goods, at)
            return [*moved, *problems]

    def receive_outside(
        self,
        goods: Sequence[NewGoods],
        *,
        number: str,
        party: str,
        reason: str,
        approval: Approval,
        at: datetime | None = None,
        confirmed: frozenset[str] = frozenset(),
    ) -> StockDocument:
        """外部渠道入库: goods that no shipment of the township brought, from `party`, with the `number` of their paper."""
        with self.desk.sessions.writing() as session:
            refuse_if_any([
                *number_problems(number, "number", msg("外部渠道入库要填写单据号。正常进货请按乡镇发货单收货。")),
                *_party_problems(party),
                *reason_problems(reason),
                *approval_problems(session, self.desk, approval),
            ])  # fmt: skip
            kept = {"number": number.strip(), "party": party.strip(), "approved_by": approval.words()}
            return self._bring(session, MovementKind.RECEIPT, OUTSIDE_RECEIPT, goods, at, confirmed, kept, reason)

    def donate_in(
        self,
        goods: Sequence[NewGoods],
        *,
        party: str,
        approval: Approval,
        number: str = "",
        reason: str = "",
        at: datetime | None = None,
        confirmed: frozenset[str] = frozenset(),
    ) -> StockDocument:
        """捐赠入库 from `party`, approved by who leads."""
        with self.desk.sessions.writing() as session:
            refuse_if_any([*_party_problems(party), *approval_problems(session, self.desk, approval)])
            kept = {"number": number.strip(), "party": party.strip(), "approved_by": approval.words()}
            return self._bring(session, MovementKind.DONATION_IN, DONATION, goods, at, confirmed, kept, reason)

    def transfer_in(
        self,
        goods: Sequence[NewGoods],
        *,
        number: str,
        party: str,
        at: datetime | None = None,
        confirmed: frozenset[str] = frozenset(),
    ) -> StockDocument:
        """调入 from another clinic, `party`, with the number of its transfer."""
        with self.desk.sessions.writing() as session:
            refuse_if_any([*number_problems(number, "number", _TRANSFER_NUMBER), *_party_problems(party)])
            kept = {"number": number.strip(), "party": party.strip()}
            return self._bring(session, MovementKind.TRANSFER_IN, TRANSFER, goods, at, confirmed, kept)

    def transfer_out(
        self, units: Sequence[BatchUnits], *, number: str, party: str, reason: str = "", at: datetime | None = None
    ) -> StockDocument:
        """调出 to another clinic, `party`. Nothing held or expired."""
        with self.desk.sessions.writing() as session:
            refuse_if_any([*number_problems(number, "number", _TRANSFER_NUMBER), *_party_problems(party)])
            kept = {"number": number.strip(), "party": party.strip()}
            return self._take(session, MovementKind.TRANSFER_OUT, TRANSFER, units, at, kept, reason)

    def return_to_township(
        self, units: Sequence[BatchUnits], *, reason: str, number: str = "", at: datetime | None = None
    ) -> StockDocument:
        """退回乡镇: also what is held or near its expiry."""
        if self.desk.place.kind != "clinic":
            raise refuse("lines", msg("只有村卫生室可以退回乡镇。"))
        with self.desk.sessions.writing() as session:
            refuse_if_any(reason_problems(reason))
            return self._take(
                session, MovementKind.RETURN_TO_TOWNSHIP, RETURN, units, at, {"number": number.strip()}, reason
            )

    def lose(
        self,
        kind: MovementKind,
        units: Sequence[BatchUnits],
        *,
        bearer: Bearer | None,
        reason: str,
        report_number: str = "",
        at: datetime | None = None,
    ) -> StockDocument:
        """报损: damage, expiry, loss, theft (with the number of the report to the police), cold chain, opened too long.

        Raises Refused without a bearer or a reason. Raises ValueError for a kind that is no loss.
        """
        if not kind.is_loss:
            raise ValueError(f"{kind} is no loss")
        with self.desk.sessions.writing() as session:
            return self.lose_within(session, kind, units, bearer=bearer, reason=reason, report_number=report_number, at=at)

    def lose_within(
        self,
        session: Session,
        kind: MovementKind,
        units: Sequence[BatchUnits],
        *,
        bearer: Bearer | None,
        reason: str,
        report_number: str = "",
        at: datetime | None = None,
    ) -> StockDocument:
        """The same in the unit of work of the caller."""
        problems = [*reason_problems(reason), *self._loss_problems(session, kind, units)]
        if bearer is None:
            problems.append(problem("bearer", msg("请选择损失由谁承担：卫生院、村卫生室或配送企业。")))
        if kind is MovementKind.STOLEN:
            problems += number_problems(report_number, "report_number", msg("被盗要填写报警的回执编号。"))
        refuse_if_any(problems)
        kept = {"number": report_number.strip(), "bearer": bearer.value if bearer else ""}
        return self._take(session, kind, LOSS, units, at, kept, reason)

    def sample_out(
        self, units: Sequence[BatchUnits], *, number: str, party: str, at: datetime | None = None
    ) -> StockDocument:
        """抽检取样 by an authority, `party`, with the number of its receipt."""
        with self.desk.sessions.writing() as session:
            missing = msg("请填写抽检凭证的编号。")
            refuse_if_any([*number_problems(number, "number", missing), *_party_problems(party)])
            kept = {"number": number.strip(), "party": party.strip()}
            return self._take(session, MovementKind.SAMPLE_FOR_INSPECTION, SAMPLE, units, at, kept)

    def reverse(self, movement_id: str, *, reason: str) -> Booked:
        """冲销 one movement of such a document, with the packs that were scanned with it.

        What belongs to a dispensing, a shipment or a count is put right there. Raises Refused as `stock_ledger.reverse`
        does: also when a pack of it has moved since.
        """
        refuse_other_roles(self.desk, SUPPLY)
        with self.desk.sessions.writing() as session:
            row = session.execute(select(_MOVEMENTS).where(_MOVEMENTS.c.id == movement_id)).one_or_none()
            if row is not None and row.document not in _OWN:
                raise refuse("movement", msg("这笔记录属于发药、收货或盘点，请在那里更正。"))
            booked = reverse(session, self.desk, movement_id, reason)
            content = {"movement": movement_id, "by": booked.id, "quantity": booked.quantity}
            record_document(session, self.desk, REVERSAL, content, reason=reason)
            return booked

    def _bring(
        self,
        session: Session,
        kind: MovementKind,
        document: str,
        goods: Sequence[NewGoods],
        at: datetime | None,
        confirmed: frozenset[str],
        kept: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> StockDocument:
        refuse_other_roles(self.desk, SUPPLY)
        _must_have_lines(goods)
        day = (at or self.desk.now()).astimezone().date()
        keys, problems = self._judged(session, goods, at)
        refuse_if_any(problems, confirmed)
        ids = [find_or_make_batch(session, self.desk, key, day) for key in keys]
        return self._booked(session, kind, document, ids, goods, at, kept or {}, reason)

    def _judged(
        self, session: Session, goods: Sequence[NewGoods], at: datetime | None
    ) -> tuple[list[BatchKey], list[Problem]]:
        """The batches that the lines mean, and what stands against each line."""
        day = (at or self.desk.now()).astimezone().date()
        keys = [_key(session, line) for line in goods]
        problems = [
            found
            for number, (line, key) in enumerate(zip(goods, keys, strict=True))
            for found in self._goods_problems(session, f"lines.{number}.", line, key, day)
        ]
        identities = [(key.drug_code, key.batch_no.strip(), key.expiry, key.manufacturer, key.price_fen) for key in keys]
        return keys, [*problems, *_twice(identities)]

    def _take(
        self,
        session: Session,
        kind: MovementKind,
        document: str,
        units: Sequence[BatchUnits],
        at: datetime | None,
        kept: Mapping[str, Any],
        reason: str = "",
    ) -> StockDocument:
        refuse_other_roles(self.desk, SUPPLY)
        _must_have_lines(units)
        ids = [line.batch_id for line in units]
        refuse_if_any(_twice(ids))
        refuse_if_any(self._foreign(session, ids))
        return self._booked(session, kind, document, ids, units, at, kept, reason)

    def _booked(
        self,
        session: Session,
        kind: MovementKind,
        document: str,
        ids: Sequence[str],
        lines: Sequence[NewGoods] | Sequence[BatchUnits],
        at: datetime | None,
        kept: Mapping[str, Any],
        reason: str,
    ) -> StockDocument:
        document_id = new_id()
        entries = [
            NewMovement(
                batch_id,
                kind,
                line.quantity,
                occurred_at=at,
                document=document,
                document_id=document_id,
                reason=reason.strip(),
                bearer=str(kept.get("bearer", "")),
                code=f"lines.{number}.quantity",
            )
            for number, (batch_id, line) in enumerate(zip(ids, lines, strict=True))
        ]
        movements = book(session, self.desk, entries)
        for number, (moved, line) in enumerate(zip(movements, lines, strict=True)):
            if kind.sign < 0:
                scan_out(session, self.desk, moved.id, line.codes, code=f"lines.{number}.codes")
            elif line.codes:
                scan_in(session, self.desk, moved.id, line.codes, complete=False, code=f"lines.{number}.codes")
        prices = {
            row.id: (row.price_fen, row.units_per_pack)
            for row in session.execute(
                select(_BATCHES.c.id, _BATCHES.c.price_fen, _BATCHES.c.units_per_pack).where(_BATCHES.c.id.in_(ids))
            )
        }
        value = total_value_fen((abs(moved.quantity), *prices[moved.batch_id]) for moved in movements)
        content = {
            **kept,
            "movement_kind": kind.value,
            "value_fen": value,
            "lines": [{"batch": moved.batch_id, "quantity": moved.quantity} for moved in movements],
        }
        record_document(session, self.desk, document, content, reason=reason, document_id=document_id)
        return StockDocument(document_id, movements, value)

    def _goods_problems(
        self, session: Session, prefix: str, line: NewGoods, key: BatchKey, day: date
    ) -> list[Problem]:
        problems = batch_problems(session, key, prefix)
        if key.expiry is not None and days_left(key.expiry, day) <= 0:
            sentence = msg("有效期 {expiry} 已过，不能入库。请拒收，或核对日期。", expiry=key.expiry)
            problems.append(problem(f"{prefix}expiry", sentence))
        if isinstance(line.quantity, int) and line.quantity > MUCH:
            sentence = msg("数量 {quantity} 很大，按最小发药单位计，确定吗？", quantity=line.quantity)
            problems.append(Problem(f"{prefix}much", Level.ASK, sentence))
        other = session.scalar(
            select(_BATCHES.c.expiry).where(
                _BATCHES.c.organisation_id == self.desk.place.id,
                _BATCHES.c.drug_code == key.drug_code,
                _BATCHES.c.batch_no == key.batch_no.strip(),
                _BATCHES.c.expiry != key.expiry,
            )
        )
        if other is not None:
            sentence = msg(
                "批号 {batch} 在账上的有效期是 {known}，您填的是 {written}。两个有效期会记成两批，确定吗？",
                batch=key.batch_no.strip(),
                known=other,
                written=key.expiry,
            )
            problems.append(Problem(f"{prefix}two_expiries", Level.ASK, sentence))
        return problems

    def _loss_problems(self, session: Session, kind: MovementKind, units: Sequence[BatchUnits]) -> list[Problem]:
        """Only what is expired is lost by expiry."""
        if kind is not MovementKind.EXPIRED:
            return []
        today = self.desk.today()
        statement = select(_BATCHES.c.id, _BATCHES.c.expiry, _BATCHES.c.hold).where(
            _BATCHES.c.id.in_([line.batch_id for line in units])
        )
        fresh = {
            row.id: row.expiry
            for row in session.execute(statement)
            if row.hold != RETURNED_HOLD and (row.expiry is None or row.expiry >= today)
        }
        return [
            problem(f"lines.{number}.batch", msg("有效期到 {expiry}，还没有过期，不能按过期报损。", expiry=fresh[line.batch_id]))
            for number, line in enumerate(units)
            if line.batch_id in fresh
        ]

    def _foreign(self, session: Session, ids: Sequence[str]) -> list[Problem]:
        """The township keeps copies of its clinics' batches; nobody books on another one's shelf."""
        own = set(
            session.scalars(
                select(_BATCHES.c.id).where(
                    _BATCHES.c.id.in_(ids), _BATCHES.c.organisation_id == self.desk.place.id
                )
            )
        )
        sentence = msg("没有找到这个批次。请刷新后再选一次。")
        return [
            problem(f"lines.{number}.batch", sentence) for number, batch_id in enumerate(ids) if batch_id not in own
        ]


_OWN = frozenset({OPENING, OUTSIDE_RECEIPT, DONATION, TRANSFER, LOSS, RETURN, SAMPLE})
_HAS_MOVED = msg("这个药品已经有出入库记录，不能再记期初。库存不符请做盘点。")
_TRANSFER_NUMBER = msg("请填写调拨单的编号。")


def _key(session: Session, line: NewGoods) -> BatchKey:
    units = line.units_per_pack
    if units is None:
        units = session.scalar(select(Drug.units_per_pack).where(Drug.code == line.drug_code)) or 1
    return BatchKey(line.drug_code, line.batch_no, line.expiry, line.manufacturer.strip(), line.price_fen, units)


def _has_moved(session: Session, desk: Desk, drug_code: str) -> bool:
    moved = select(func.count()).where(
        _MOVEMENTS.c.organisation_id == desk.place.id,
        _MOVEMENTS.c.drug_code == drug_code,
        _MOVEMENTS.c.kind != MovementKind.OPENING.value,
    )
    return bool(session.scalar(moved))


def _must_have_lines(lines: Sequence[object]) -> None:
    if not lines:
        raise refuse("lines", msg("还没有填写药品。请至少填写一行。"))


def _twice(identities: Sequence[object]) -> list[Problem]:
    """One drug and batch stands once in a document (drug_requests §8)."""
    counts = Counter(identities)
    return [
        problem(f"lines.{number}.batch_no", msg("同一药品同一批号在这张单上写了两次。请合并成一行。"))
        for number, identity in enumerate(identities)
        if counts[identity] > 1
    ]


def _party_problems(party: str) -> list[Problem]:
    if party.strip():
        return []
    return [problem("party", msg("请填写对方单位。"))]
