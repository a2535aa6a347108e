"""退货给配送企业: goods of a delivery that go back to who delivered them, as one document with its movements.

A return stands in the ledger under the line of the order that brought the goods, so that the distributor's monthly
statement takes it off by itself. What may go back is what is here of the batch, held and expired goods too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import MovementKind, is_possible_quantity
from app.domain.request_terms import Role
from app.domain.stock_value import value_fen
from app.domain.trace_codes import ON_SHELF, clean_code, is_code
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.history import record_change
from app.services.problems import Refused, refuse
from app.services.settlement_sources import PURCHASE_DOCUMENT
from app.services.stock_documents import reason_problems
from app.services.stock_ledger import NewMovement, book
from app.services.trace_codes import scan_out
from db.models import (
    Distributor,
    Drug,
    PurchaseOrder,
    PurchaseOrderLine,
    Revision,
    StockBatch,
    StockMovement,
    TraceCode,
    new_id,
)

ENTITY = "distributor_return"
_MOVES, _BATCHES, _LINES = StockMovement.__table__, StockBatch.__table__, PurchaseOrderLine.__table__


@dataclass(frozen=True)
class Returnable:
    """A batch that an order brought, of which something may go back. `key` names it; units dispensing units."""

    line_id: str
    batch_id: str
    drug_code: str
    drug_name: str
    unit: str
    units_per_pack: int
    price_fen: int | None
    batch_no: str
    expiry: date | None
    hold: str
    received: int
    returned: int
    here: int

    @property
    def key(self) -> str:
        """Under which a refusal stands."""
        return f"{self.line_id}:{self.batch_id}"

    @property
    def most(self) -> int:
        """Units that may go back."""
        return max(0, min(self.received - self.returned, self.here))


@dataclass(frozen=True)
class ReturnItem:
    """Units of one batch that go back, with the codes of their packs."""

    line_id: str
    batch_id: str
    quantity: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReturnLine:
    """One line of a return as it was written."""

    drug_name: str
    unit: str
    batch_no: str
    expiry: str
    quantity: int
    price_fen: int | None
    units_per_pack: int
    codes: tuple[str, ...] = ()
    strength: str = ""

    @property
    def value_fen(self) -> int | None:
        """What it is worth; None without a price."""
        return value_fen(self.quantity, self.price_fen, self.units_per_pack)


@dataclass(frozen=True)
class ReturnView:
    """A return to a distributor."""

    id: str
    number: str
    order_id: str
    order_number: str
    distributor_name: str
    on: date
    by_name: str
    taken_by: str
    reason: str
    lines: tuple[ReturnLine, ...]


def returnable(session: Session, desk: Desk, order_id: str) -> list[Returnable]:
    """The batches of an order of which something is here that may go back."""
    received = func.sum(_MOVES.c.quantity).filter(_MOVES.c.kind == MovementKind.RECEIPT.value)
    back = func.sum(-_MOVES.c.quantity).filter(_MOVES.c.kind == MovementKind.RETURN_TO_DISTRIBUTOR.value)
    statement = (
        select(
            _LINES.c.id, _MOVES.c.batch_id, _LINES.c.drug_code, _LINES.c.drug_name, _LINES.c.unit,
            _BATCHES.c.units_per_pack, _BATCHES.c.price_fen, _BATCHES.c.batch_no, _BATCHES.c.expiry, _BATCHES.c.hold,
            func.coalesce(received, 0), func.coalesce(back, 0), _BATCHES.c.on_hand - _BATCHES.c.reserved,
        )
        .join_from(_MOVES, _LINES, _LINES.c.id == _MOVES.c.document_id)
        .join(_BATCHES, _BATCHES.c.id == _MOVES.c.batch_id)
        .where(
            _MOVES.c.organisation_id == desk.place.id, _MOVES.c.document == PURCHASE_DOCUMENT,
            _LINES.c.order_id == order_id,
        )
        .group_by(_LINES.c.id, _MOVES.c.batch_id)
        .order_by(_LINES.c.position, _BATCHES.c.expiry)
    )  # fmt: skip
    return [each for row in session.execute(statement) if (each := Returnable(*row)).most > 0]


def give_back(
    session: Session, desk: Desk, order_id: str, items: Sequence[ReturnItem], *, reason: str, taken_by: str
) -> ReturnView:
    """Book a return and keep its document, all or nothing.

    Raises Refused under `reason`, `taken_by`, or the key of a batch: no whole number, more than may go back, codes that
    are not of this batch or missing, a closed month.
    """
    if Role(desk.actor.role) not in (Role.TOWNSHIP_PHARMACIST, Role.TOWNSHIP_MANAGER):
        raise UserError(msg("退货由卫生院药师办理，没有登记。"))
    order = session.get(PurchaseOrder, order_id)
    if order is None:
        raise UserError(msg("找不到这张采购单，没有改动任何内容。请刷新后再试。"))
    there = {(each.line_id, each.batch_id): each for each in returnable(session, desk, order_id)}
    _refuse_unsound(items, there, reason, taken_by)
    document_id = new_id()
    written = []
    for item in items:
        found = there[(item.line_id, item.batch_id)]
        movement = NewMovement(
            item.batch_id, MovementKind.RETURN_TO_DISTRIBUTOR, item.quantity, document=PURCHASE_DOCUMENT,
            document_id=item.line_id, reason=reason.strip(), code=found.key,
        )  # fmt: skip
        booked = book(session, desk, [movement])[0]
        packs = scan_out(session, desk, booked.id, item.codes, code=found.key)
        written.append({
            "drug_name": found.drug_name, "unit": found.unit, "batch_no": found.batch_no,
            "expiry": found.expiry.isoformat() if found.expiry else "", "quantity": item.quantity,
            "price_fen": found.price_fen, "units_per_pack": found.units_per_pack,
            "strength": session.scalar(select(Drug.strength).where(Drug.code == found.drug_code)) or "",
            "codes": [pack.code for pack in packs],
        })  # fmt: skip
    distributor = session.get_one(Distributor, order.distributor_id)
    content = {
        "number": _next_number(session, desk), "order_id": order.id, "order_number": order.number,
        "distributor_id": distributor.id, "distributor_name": distributor.name, "taken_by": taken_by.strip(),
        "day": desk.today().isoformat(), "lines": written,
    }  # fmt: skip
    record_change(
        session, desk, "distributor.return", ENTITY, document_id, before=None, after=content, reason=reason.strip()
    )
    return _view(document_id, content, desk.actor.name, reason.strip())


def place_return_scan(
    session: Session, desk: Desk, order_id: str, scanned: str, seen: Sequence[str]
) -> tuple[str, str]:
    """(key of the batch, cleaned code) of a scanned pack that may go back. Raises Refused: under the key where one fits."""
    code = clean_code(scanned)
    known = session.get(TraceCode, (code, desk.place.id))
    there = returnable(session, desk, order_id)
    found = next((each for each in there if known is not None and each.batch_id == known.batch_id), None)
    if not is_code(code):
        raise refuse("codes", msg("追溯码是 20 位数字，扫到的是“{code}”。请重新扫描。", code=code[:30]))
    if found is None or known is None:
        raise refuse("codes", msg("追溯码 {code} 不是这张采购单到的货，不能退给这家。请核对。", code=code))
    if code in seen:
        raise refuse(found.key, msg("追溯码 {code} 扫了两次。请去掉重复的一次。", code=code))
    if known.state not in ON_SHELF:
        raise refuse(found.key, msg("追溯码 {code} 已经不在库里，不能退。请核对。", code=code))
    return found.key, code


def returns_of(session: Session, order_id: str = "") -> list[ReturnView]:
    """The returns of an order, or all, the newest first."""
    rows = session.scalars(select(Revision).where(Revision.entity == ENTITY).order_by(Revision.at.desc(), Revision.id.desc()))
    return [
        _view(row.entity_id, row.after, row.user_name, row.reason)
        for row in rows
        if not order_id or row.after.get("order_id") == order_id
    ]


def _refuse_unsound(
    items: Sequence[ReturnItem], there: dict[tuple[str, str], Returnable], reason: str, taken_by: str
) -> None:
    problems = [*reason_problems(reason)]

    def say(code: str, sentence: Message) -> None:
        problems.append(Problem(code, Level.REFUSE, sentence))

    if not taken_by.strip():
        say("taken_by", msg("请填写配送企业的接收人。"))
    if not items:
        say("lines", msg("没有填写退回数量，没有登记。"))
    for item in items:
        found = there.get((item.line_id, item.batch_id))
        if found is None:
            say("lines", msg("有一个批次已经不能退了（没有在库，或已经退过）。请刷新后再填。"))
        elif not is_possible_quantity(item.quantity) or item.quantity > found.most:
            sentence = msg(
                "{drug} 批号 {batch} 最多退 {most} {unit}，您填的是 {written}。",
                drug=found.drug_name, batch=found.batch_no, most=found.most, unit=found.unit, written=item.quantity,
            )  # fmt: skip
            say(found.key, sentence)
    if problems:
        raise Refused(problems)


def _next_number(session: Session, desk: Desk) -> str:
    """The next number of the day, such as TH20261122-001."""
    start = f"TH{desk.today():%Y%m%d}-"
    taken = [row.number for row in returns_of(session) if row.number.startswith(start)]
    return f"{start}{len(taken) + 1:03d}"


def _view(document_id: str, content: dict[str, Any], by_name: str, reason: str) -> ReturnView:
    lines = tuple(ReturnLine(**{**line, "codes": tuple(line["codes"])}) for line in content["lines"])
    return ReturnView(
        document_id, content["number"], content["order_id"], content["order_number"], content["distributor_name"],
        date.fromisoformat(content["day"]), by_name, content["taken_by"], reason, lines,
    )  # fmt: skip
