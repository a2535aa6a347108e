"""The ledgers of the sample township's clinics, and the goods that go to them, through the services of both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random

from sqlalchemy import func, select

from app.demo.drugs import sample_drugs
from app.demo.township_supply import Staff
from app.desk import Desk
from app.domain.movements import MovementKind
from app.domain.receiving import RejectReason
from app.domain.shortage_states import ShortageAction, ShortageKind
from app.services.ledger_reports import LedgerReports
from app.services.receiving import Arrival, Receiving
from app.services.shipments import Shipments, ShipmentView
from app.services.shortages import ShortageEdit, Shortages
from app.services.stock_actions import NewGoods, StockActions
from app.services.stock_ledger import NewMovement, book
from db.models import StockBatch, StockMovement, TraceCode

HandOver = Callable[[Desk, Desk, str], None]
MONTHLY_PACKS = (9, 8, 6, 5, 4, 3, 6, 8, 5, 6, 4, 3, 4, 3, 3, 4, 2, 3, 2, 2)
"""Packs that go in a month, drug by drug in the order in which they are kept."""
GIVEN_EVERY_DAYS = 4
BY_PAPER = "月中补送，手工送货单"


def begin_books(desk: Desk, codes: Sequence[str], random: Random) -> None:
    """The opening stock of a clinic: of each drug what lasts two to four months."""
    drugs = sample_drugs()
    day = desk.today()
    goods = [
        NewGoods(
            code, f"{day:%y%m}K{number:02d}", day + timedelta(days=420 + 9 * number),
            round(_monthly(number) * drugs[code].units_per_pack * random.uniform(2.0, 3.6)), "豫东示例制药",
            drugs[code].price_fen,
        )
        for number, code in enumerate(codes)
    ]  # fmt: skip
    StockActions(desk).opening(goods)


def take_by_paper(desk: Desk, codes: Sequence[str]) -> None:
    """A pack of each drug that came in between with a delivery note by hand: the township has no shipment of it."""
    with desk.sessions.writing() as session:
        here = session.scalars(select(StockBatch).where(StockBatch.drug_code.in_(codes)).order_by(StockBatch.id)).all()
        first = {batch.drug_code: batch for batch in reversed(here)}
        entries = [
            NewMovement(batch.id, MovementKind.RECEIPT, batch.units_per_pack, desk.now(), document="paper", reason=BY_PAPER)
            for batch in first.values()
        ]
        book(session, desk, entries)


def dispense_until(desk: Desk, random: Random) -> None:
    """What went since the last time, every few days up to the desk's now, as far as there is anything."""
    drugs = sample_drugs()
    with desk.sessions.writing() as session:
        last = session.scalar(
            select(func.max(StockMovement.occurred_at)).where(StockMovement.kind == MovementKind.DISPENSE.value)
        )
        batches = session.scalars(select(StockBatch).where(StockBatch.on_hand > 0).order_by(StockBatch.expiry)).all()
        left = {batch.id: batch.on_hand for batch in batches}
        codes = list(dict.fromkeys(session.scalars(select(StockBatch.drug_code).order_by(StockBatch.id))))
        first = session.scalar(select(func.min(StockMovement.occurred_at)))
        at = (last or first or desk.now()) + timedelta(days=GIVEN_EVERY_DAYS)
        entries = []
        while at < desk.now():
            for number, code in enumerate(codes):
                daily = _monthly(number) * drugs[code].units_per_pack / 30
                units = round(daily * GIVEN_EVERY_DAYS * random.uniform(0.6, 1.4))
                for batch in batches:
                    part = min(units, left[batch.id]) if batch.drug_code == code else 0
                    if part:
                        left[batch.id] -= part
                        units -= part
                        entries.append(NewMovement(batch.id, MovementKind.DISPENSE, part, at, document="dispensing"))
            at += timedelta(days=GIVEN_EVERY_DAYS)
        book(session, desk, entries)


def report_month(desk: Desk, township: Desk, month: str, hand_over: HandOver) -> None:
    """Close a month and hand its report over."""
    closed = LedgerReports(desk).close_month(month)
    if closed.message_id:
        hand_over(desk, township, closed.message_id)


def report_shortage(desk: Desk, township: Desk, hand_over: HandOver) -> None:
    """A shortage that a clinic reports up."""
    shortages = Shortages(desk)
    edit = ShortageEdit(
        "蒙脱石散", ShortageKind.TOO_LITTLE, drug_code="VD105", needed_a_month=120, residents_affected=15, stock_now=10
    )
    made = shortages.register(edit, why="连续两次没有供足")
    done = shortages.act(made.id, ShortageAction.REPORT, made.version)
    if done.message_id:
        hand_over(desk, township, done.message_id)


def send_goods(staff: Staff, clinic: Desk, request_id: str, until: str, hand_over: HandOver) -> None:
    """A shipment for a released request, as far as `until`: picked, shipped, received or verified."""
    shipments = Shipments(staff.pharmacist)
    view = shipments.draft(request_id, route="西线" if until == "picked" else "东线")
    view = shipments.allocate(view.id, view.version).shipment
    view = shipments.pick(view.id, view.version, _codes(staff.pharmacist, view)).shipment
    if until == "picked":
        return
    (sent,) = shipments.ship([(view.id, view.version)], delivered_by="老周")
    hand_over(staff.pharmacist, clinic, sent.message_ids[0])
    if until == "shipped":
        return
    later = clinic.now() + timedelta(hours=5)
    there = replace(clinic, clock=lambda: later)
    back = replace(staff.pharmacist, clock=lambda: later)
    _receive(there, back, view.id, hand_over, is_clean=until == "verified")
    if until == "verified":
        shipment = Shipments(back).get(view.id)
        boss = replace(staff.manager, clock=lambda: later)
        done = Shipments(boss).verify(view.id, shipment.version)
        for message_id in done.message_ids:
            hand_over(boss, there, message_id)


def _receive(clinic: Desk, township: Desk, shipment_id: str, hand_over: HandOver, *, is_clean: bool) -> None:
    receiving = Receiving(clinic)
    view = receiving.get(shipment_id)
    codes = {line.id: line.codes for line in view.lines}
    lines = [replace(line, codes=codes[line.line_id]) for line in receiving.as_sent(shipment_id)]
    if not is_clean:
        broken = next(number for number, line in enumerate(lines) if not line.codes)
        pack = view.lines[broken].units_per_pack
        line = lines[broken]
        lines[broken] = replace(line, accepted=line.accepted - pack, rejected=pack, reason=RejectReason.DAMAGED.value)
    done = receiving.receive(shipment_id, Arrival(lines, delivered_by="老周"), view.version)
    hand_over(clinic, township, done.message_id or "")


def _codes(desk: Desk, view: ShipmentView) -> dict[str, tuple[str, ...]]:
    """The packs that go with each line: full ones of its batch first."""
    found = {}
    with desk.sessions.reading() as session:
        for line in view.lines:
            here = session.scalars(
                select(TraceCode.code)
                .where(TraceCode.batch_id == line.batch_id, TraceCode.state == "here")
                .order_by(TraceCode.units_left.desc(), TraceCode.code)
                .limit(-(-line.shipped // line.units_per_pack))
            ).all()
            found[line.id] = tuple(here)
    return found


def _monthly(number: int) -> int:
    return MONTHLY_PACKS[number % len(MONTHLY_PACKS)]
