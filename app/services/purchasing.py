"""采购 at the township: what is short, orders to distributors, deliveries onto the township's own shelf.

A delivery is booked as receipts under its order line, so that the distributor's statement and record rest on the ledger
alone. An order is placed by somebody else than who wrote it (app.domain.purchase_states).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.document_states import StepResult
from app.domain.message import Message, msg
from app.domain.movements import LARGEST_QUANTITY, MovementKind, is_possible_quantity
from app.domain.purchase_states import PURCHASE_STEPS, PurchaseAction, PurchaseState
from app.domain.request_checks import has_meaning
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.distributor_returns import (
    Returnable,
    ReturnItem,
    ReturnView,
    give_back,
    place_return_scan,
    returnable,
    returns_of,
)
from app.services.distributors import distributor_views
from app.services.document_steps import next_number, steps_offered, take_document_step
from app.services.problems import Refused
from app.services.purchase_arrivals import (
    Arrival,
    ArrivalScan,
    batch_key,
    place_scan,
    refuse_arrivals,
    rejected_words,
)
from app.services.purchase_needs import Need, needs, same_product, winners
from app.services.settlement_sources import PURCHASE_DOCUMENT
from app.services.stock_ledger import NewMovement, book, find_or_make_batch
from app.services.trace_codes import scan_in
from db.models import Distributor, Drug, PurchaseOrder, PurchaseOrderLine, new_id

ENTITY = "purchase_order"


@dataclass(frozen=True)
class OrderItem:
    """A drug to be ordered: units, the agreed price of a pack, and why a procurement winner is passed over."""

    drug_code: str
    quantity: int
    price_fen: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class OrderDraft:
    """What is to be ordered of one distributor."""

    distributor_id: str
    items: tuple[OrderItem, ...]
    expected_on: date | None = None
    remark: str = ""


@dataclass(frozen=True)
class PurchaseLineView:
    """One line; `received` counts accepted units of all deliveries. Strength and pack unit as the catalogue has them."""

    id: str
    drug_code: str
    drug_name: str
    unit: str
    units_per_pack: int
    price_fen: int | None
    quantity: int
    received: int
    is_volume_procured: bool
    reason: str
    strength: str = ""
    pack_unit: str = ""

    @property
    def packs(self) -> int:
        """Packs that were ordered."""
        return -(-self.quantity // self.units_per_pack)

    @property
    def value_fen(self) -> int | None:
        """What the line costs, in fen; None without a price."""
        return None if self.price_fen is None else self.price_fen * self.packs

    @property
    def outstanding(self) -> int:
        """Units still to come."""
        return max(0, self.quantity - self.received)


CATALOGUE_FIELDS = ("strength", "pack_unit")
OWN_FIELDS = tuple(name for name in PurchaseLineView.__dataclass_fields__ if name not in CATALOGUE_FIELDS)


@dataclass(frozen=True)
class PurchaseView:
    """A whole order."""

    id: str
    number: str
    distributor_id: str
    distributor_name: str
    state: PurchaseState
    version: int
    created_by_name: str
    ordered_on: date | None
    expected_on: date | None
    closed_on: date | None
    remark: str
    lines: tuple[PurchaseLineView, ...]
    actions: tuple[PurchaseAction, ...]

    @property
    def value_fen(self) -> int | None:
        """What the whole order costs, in fen; None while a line has no price."""
        values = [line.value_fen for line in self.lines]
        return None if None in values else sum(value or 0 for value in values)

    def is_late(self, today: date) -> bool:
        """Whether something is still outstanding after the day it was expected."""
        waits = self.state in (PurchaseState.ORDERED, PurchaseState.PARTIAL)
        return waits and self.expected_on is not None and self.expected_on < today


@dataclass(frozen=True)
class PurchaseResult:
    """What an action did."""

    order: PurchaseView
    message: Message


class Purchasing:
    """采购 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def list(self, *, open_only: bool = False, limit: int = 200) -> list[PurchaseView]:
        """Orders, the newest first."""
        query = select(PurchaseOrder).order_by(PurchaseOrder.created_at.desc()).limit(limit)
        if open_only:
            over = (PurchaseState.CLOSED.value, PurchaseState.CANCELLED.value)
            query = query.where(PurchaseOrder.state.not_in(over))
        with self.desk.sessions.reading() as session:
            return [self._view(session, row) for row in session.scalars(query)]

    def get(self, order_id: str) -> PurchaseView:
        """One order."""
        with self.desk.sessions.reading() as session:
            return self._view(session, _load(session, order_id))

    def needed(self) -> list[Need]:
        """What is short: promised to clinics beyond own stock and what is on order; the largest gap first."""
        with self.desk.sessions.reading() as session:
            return needs(session, self.desk)

    def late_count(self) -> int:
        """How many orders are overdue."""
        waiting = (PurchaseState.ORDERED.value, PurchaseState.PARTIAL.value)
        query = select(func.count()).select_from(PurchaseOrder)
        late = query.where(PurchaseOrder.state.in_(waiting), PurchaseOrder.expected_on < self.desk.today())
        with self.desk.sessions.reading() as session:
            return session.scalar(late) or 0

    def draft(
        self, distributor_id: str, items: Sequence[OrderItem], *, remark: str = "", expected_on: date | None = None
    ) -> PurchaseView:
        """A new order. Raises Refused beside an item: unknown, no whole number, twice, or a winner passed over."""
        return self.draft_all([OrderDraft(distributor_id, tuple(items), expected_on, remark)])[0]

    def draft_all(self, drafts: Sequence[OrderDraft]) -> list[PurchaseView]:
        """Several new orders, one for each distributor, or none. Raises Refused beside an item, as `draft` does."""
        if not drafts or not all(draft.items for draft in drafts):
            raise UserError(msg("采购单里还没有药品，没有建立。请先添加药品。"))
        with self.desk.sessions.writing() as session:
            codes = [item.drug_code for draft in drafts for item in draft.items]
            drugs = {drug.code: drug for drug in session.scalars(select(Drug).where(Drug.code.in_(codes)))}
            won = winners(session, self.desk.today())
            _refuse_items([item for draft in drafts for item in draft.items], drugs, won)
            return [self._view(session, self._write(session, draft, drugs)) for draft in drafts]

    def order(self, order_id: str, version: int) -> PurchaseResult:
        """Place an order. Raises UserError when the distributor's licence has run out."""
        with self.desk.sessions.writing() as session:
            row = _load(session, order_id)
            chosen = next(view for view in distributor_views(session, self.desk) if view.id == row.distributor_id)
            if not chosen.may_be_chosen:
                why = chosen.warning or msg("已停用")
                raise UserError(
                    msg("{name} 不能下单：{why}。采购单没有改动，请换一家或先更新资料。", name=chosen.edit.name, why=why)
                )
            result = self._step(session, row, PurchaseAction.ORDER, version=version)
            row.ordered_on = self.desk.today()
            row.expected_on = row.expected_on or self.desk.today() + timedelta(days=chosen.edit.lead_days)
            return PurchaseResult(self._view(session, row), result.message)

    def deliver(self, order_id: str, version: int, arrivals: Sequence[Arrival]) -> PurchaseResult:
        """Book what came: batches, codes and rejected units, all or nothing.

        Raises Refused beside the line: more than is outstanding, a batch without number or expiry, one that has expired
        already, rejected without a reason, or packs without their codes (under its key).
        """
        if not any(each.accepted or each.rejected for each in arrivals):
            raise UserError(msg("没有填写到货数量，没有登记。"))
        with self.desk.sessions.writing() as session:
            row = _load(session, order_id)
            lines = {line.id: line for line in _lines(session, row.id)}
            refuse_arrivals(session, arrivals, lines, self.desk.today())
            for each in arrivals:
                line = lines[each.line_id]
                line.received += each.accepted
            rest = any(line.received < line.quantity for line in lines.values())
            action = PurchaseAction.DELIVER_PART if rest else PurchaseAction.DELIVER_REST
            result = self._step(session, row, action, version=version, comment=rejected_words(arrivals, lines))
            if not rest:
                row.closed_on = self.desk.today()
            for each in arrivals:
                if each.accepted:
                    self._receive(session, lines[each.line_id], each)
            return PurchaseResult(self._view(session, row), result.message)

    def place_scan(self, order_id: str, scanned: str, line_id: str, seen: Sequence[str]) -> ArrivalScan:
        """Which line a scanned pack of a delivery is of; `seen` are the codes scanned so far. Raises Refused beside it."""
        with self.desk.sessions.reading() as session:
            return place_scan(session, self.desk, _lines(session, order_id), scanned, line_id, seen)

    def returnable(self, order_id: str) -> list[Returnable]:
        """The batches of an order that may go back to the distributor."""
        with self.desk.sessions.reading() as session:
            return returnable(session, self.desk, order_id)

    def place_return_scan(self, order_id: str, scanned: str, seen: Sequence[str]) -> tuple[str, str]:
        """Which batch of an order a scanned pack is of, and its code. Raises Refused."""
        with self.desk.sessions.reading() as session:
            return place_return_scan(session, self.desk, order_id, scanned, seen)

    def give_back(
        self, order_id: str, items: Sequence[ReturnItem], *, reason: str, taken_by: str
    ) -> ReturnView:
        """退货: book what goes back to the distributor, all or nothing. Raises Refused beside what is wrong."""
        with self.desk.sessions.writing() as session:
            return give_back(session, self.desk, order_id, items, reason=reason, taken_by=taken_by)

    def returns(self, order_id: str = "") -> list[ReturnView]:
        """The returns of an order, or all."""
        with self.desk.sessions.reading() as session:
            return returns_of(session, order_id)

    def close_rest(self, order_id: str, version: int, reason: str) -> PurchaseResult:
        """Give up what has not come."""
        return self._end(order_id, version, PurchaseAction.CLOSE_REST, reason)

    def cancel(self, order_id: str, version: int, reason: str) -> PurchaseResult:
        """Give up an order before anything came."""
        return self._end(order_id, version, PurchaseAction.CANCEL, reason)

    def _end(self, order_id: str, version: int, action: PurchaseAction, reason: str) -> PurchaseResult:
        with self.desk.sessions.writing() as session:
            row = _load(session, order_id)
            result = self._step(session, row, action, version=version, comment=reason)
            row.closed_on = self.desk.today()
            return PurchaseResult(self._view(session, row), result.message)

    def _write(self, session: Session, draft: OrderDraft, drugs: Mapping[str, Drug]) -> PurchaseOrder:
        if session.get(Distributor, draft.distributor_id) is None:
            raise UserError(msg("请选择配送企业。"))
        row = PurchaseOrder(
            id=new_id(), number=next_number(session, PurchaseOrder.number, "CG", f"{self.desk.today():%Y%m%d}"),
            organisation_id=self.desk.place.id, distributor_id=draft.distributor_id, state="",
            created_at=self.desk.now(), created_by_id=self.desk.actor.user_id,
            created_by_name=self.desk.actor.name, expected_on=draft.expected_on, remark=draft.remark.strip()[:200],
            version=0,
        )  # fmt: skip
        session.add(row)
        session.flush()
        for position, item in enumerate(draft.items):
            drug = drugs[item.drug_code]
            session.add(
                PurchaseOrderLine(
                    order_id=row.id, position=position, drug_code=drug.code, drug_name=drug.generic_name,
                    unit=drug.unit, units_per_pack=drug.units_per_pack,
                    price_fen=drug.price_fen if item.price_fen is None else item.price_fen,
                    quantity=item.quantity, is_volume_procured=drug.volume_procured,
                    reason=item.reason.strip()[:200],
                )
            )  # fmt: skip
        self._step(session, row, PurchaseAction.CREATE)
        return row

    def _receive(self, session: Session, line: PurchaseOrderLine, each: Arrival) -> None:
        batch_id = find_or_make_batch(session, self.desk, batch_key(line, each), self.desk.today())
        movement = NewMovement(
            batch_id, MovementKind.RECEIPT, each.accepted, document=PURCHASE_DOCUMENT, document_id=line.id,
            reason=each.no_codes_reason.strip()[:200], code=each.code,
        )  # fmt: skip
        booked = book(session, self.desk, [movement])[0]
        if each.codes:
            scan_in(session, self.desk, booked.id, each.codes, code=each.code)

    def _step(
        self,
        session: Session,
        row: PurchaseOrder,
        action: PurchaseAction,
        *,
        version: int | None = None,
        comment: str = "",
    ) -> StepResult:
        state = PurchaseState(row.state) if row.state else None
        return take_document_step(
            session, self.desk, PURCHASE_STEPS, ENTITY, row, state, action, version=version, comment=comment
        )

    def _view(self, session: Session, row: PurchaseOrder) -> PurchaseView:
        session.flush()
        state = PurchaseState(row.state)
        distributor = session.get_one(Distributor, row.distributor_id)
        lines = _lines(session, row.id)
        said = _said_in_catalogue(session, [line.drug_code for line in lines])
        return PurchaseView(
            row.id, row.number, row.distributor_id, distributor.name, state, row.version, row.created_by_name,
            row.ordered_on, row.expected_on, row.closed_on, row.remark,
            tuple(
                PurchaseLineView(**{name: getattr(line, name) for name in OWN_FIELDS}, **said.get(line.drug_code, {}))
                for line in lines
            ),
            steps_offered(session, self.desk, PURCHASE_STEPS, ENTITY, row, state),  # type: ignore[arg-type]
        )  # fmt: skip


def _said_in_catalogue(session: Session, codes: Sequence[str]) -> dict[str, dict[str, str]]:
    query = select(Drug.code, Drug.strength, Drug.pack_unit).where(Drug.code.in_(codes))
    return {code: {"strength": strength, "pack_unit": pack_unit} for code, strength, pack_unit in session.execute(query)}


def _load(session: Session, order_id: str) -> PurchaseOrder:
    row = session.get(PurchaseOrder, order_id)
    if row is None:
        raise UserError(msg("找不到这张采购单，没有改动任何内容。请刷新后再试。"))
    return row


def _lines(session: Session, order_id: str) -> list[PurchaseOrderLine]:
    query = select(PurchaseOrderLine).where(PurchaseOrderLine.order_id == order_id)
    return list(session.scalars(query.order_by(PurchaseOrderLine.position)))


def _refuse_items(
    items: Sequence[OrderItem], drugs: Mapping[str, Drug], winners: Mapping[tuple[str, str, str], Drug]
) -> None:
    problems, seen = [], set()
    for item in items:
        drug = drugs.get(item.drug_code)
        winner = None if drug is None or drug.volume_procured else winners.get(same_product(drug))
        sentence = None
        if drug is None:
            sentence = msg("目录里没有这个药品，没有添加。请在目录里选择。")
        elif item.drug_code in seen:
            sentence = msg("{drug} 写了两行，请合并成一行。", drug=drug.generic_name)
        elif not is_possible_quantity(item.quantity):
            sentence = msg(
                "采购量请填 1 到 {most} 之间的整数，您填的是 {written}。", most=LARGEST_QUANTITY, written=item.quantity
            )
        elif item.price_fen is not None and item.price_fen < 0:
            sentence = msg("价格不能是负数，请核对；不知道就空着。")
        elif winner is not None and not has_meaning(item.reason):
            sentence = msg(
                "{drug} 有集采中选品 {winner}，请改用；要保留请写明原因（至少 2 个字）。",
                drug=drug.generic_name,
                winner=winner.generic_name,
            )
        if sentence is not None:
            problems.append(Problem(item.drug_code, Level.REFUSE, sentence))
        seen.add(item.drug_code)
    if problems:
        raise Refused(problems)


def with_winner(item: OrderItem, need: Need) -> OrderItem:
    """The same item for the procurement winner that should be bought instead."""
    return replace(item, drug_code=need.winner_code) if need.winner_code else item
