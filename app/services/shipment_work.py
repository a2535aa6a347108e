"""发货的准备: what is to be sent and to whom, which batches may be taken, which codes are still to be scanned.

Reads for the screen of the pharmacist who sends; the one thing written is a scanned 追溯码, kept with its line at once so
that a long picking is not lost. What is booked and when says app.services.shipments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import days_left
from app.domain.cold_chain import is_inside
from app.domain.fulfilment import remaining_units
from app.domain.message import Message, msg
from app.domain.request_terms import Kind, State
from app.domain.shipment_states import STILL_AT_TOWNSHIP, ShipmentState
from app.domain.trace_codes import clean_code, codes_for
from app.errors import UserError
from app.services.problems import refuse
from app.services.receiving import CELSIUS, read_celsius
from app.services.shelf_promises import Claim, ShelfPromises
from app.services.shipment_codes import code_problem, codes_wanted
from app.services.shipment_picking import FreeShelf
from app.services.shipment_views import ShipmentView, lines_of_shipment, load_shipment, shipment_view
from app.services.supply_balance import FROM_SHELF, held_units
from db.models import (
    DrugRequest,
    DrugRequestLine,
    Organisation,
    Shipment,
    ShipmentLine,
    StockBatch,
    TraceCode,
)


@dataclass(frozen=True)
class ToShipLine:
    """A line of a released request of which something is still to be sent. Dispensing units.

    `own_stock` is what the shelf may give for this line today: what others come first for is left out.
    """

    line_id: str
    drug_name: str
    strength: str
    unit: str
    pack_unit: str
    units_per_pack: int
    approved: int
    remaining: int
    own_stock: int

    @property
    def available(self) -> int:
        """Units of the remainder that the shelf has."""
        return min(self.remaining, max(0, self.own_stock))


@dataclass(frozen=True)
class ToShip:
    """A released request with a remainder. `route` as this clinic was last served, empty when it never was."""

    request_id: str
    clinic_id: str
    clinic_name: str
    period: str
    is_emergency: bool
    released_on: date | None
    route: str
    lines: tuple[ToShipLine, ...]

    @property
    def short_lines(self) -> int:
        """How many lines the shelf can't fill."""
        return sum(1 for line in self.lines if line.available < line.remaining)


@dataclass(frozen=True)
class BatchChoice:
    """A batch of the township's shelf for a line. `why_not` None when it may be sent."""

    batch_id: str
    batch_no: str
    manufacturer: str
    expiry: date | None
    days_left: int | None
    free: int
    why_not: Message | None
    pack: int = 1


@dataclass(frozen=True)
class ShipmentWork:
    """A shipment with what its screen needs besides: cold lines, and how many codes each line wants by its id."""

    view: ShipmentView
    cold: frozenset[str]
    codes_wanted: dict[str, int]
    shipped_by_me: bool = False

    @property
    def is_scanned(self) -> bool:
        """Whether every line has its codes."""
        return all(len(line.codes) >= self.codes_wanted.get(line.id, 0) for line in self.view.lines)


@dataclass(frozen=True)
class Scanned:
    """Where a scanned code went, and how many the line has now of how many."""

    line_id: str
    code: str
    count: int
    wanted: int


def to_ship(session: Session, desk: Desk) -> list[ToShip]:
    """Released requests with a remainder: emergencies first, then by route and clinic."""
    by_request = _owing(session, ShelfPromises.of(session, desk))
    names = {row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))}
    routes = last_routes(session)
    requests = DrugRequest.__table__
    columns = (requests.c.id, requests.c.clinic_id, requests.c.period, requests.c.kind, requests.c.decided_at)
    found = [
        ToShip(
            row.id, row.clinic_id, names.get(row.clinic_id, ""), row.period, row.kind == Kind.EMERGENCY.value,
            row.decided_at.astimezone().date() if row.decided_at else None, routes.get(row.clinic_id, ""),
            tuple(by_request[row.id]),
        )
        for row in session.execute(select(*columns).where(requests.c.state == State.RELEASED.value))
        if row.id in by_request
    ]  # fmt: skip
    return sorted(found, key=lambda each: (not each.is_emergency, each.route == "", each.route, each.clinic_name))


def _owing(session: Session, promises: ShelfPromises) -> dict[str, list[ToShipLine]]:
    """The lines of released requests with a remainder, by request, in their order.

    One statement for all lines: whole stored lines of forty clinics take several times as long.
    """
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(
            lines.c.id, lines.c.request_id, lines.c.drug_code, lines.c.drug_name, lines.c.strength, lines.c.unit,
            lines.c.pack_unit, lines.c.units_per_pack, lines.c.requested, lines.c.approved,
        )
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(
            requests.c.state == State.RELEASED.value, lines.c.is_skipped.is_(False), lines.c.approved > 0,
            lines.c.source.in_(FROM_SHELF),
        )
        .order_by(lines.c.request_id, lines.c.position)
    )  # fmt: skip
    held = held_units(session)
    found: dict[str, list[ToShipLine]] = {}
    for key, request, code, drug, strength, unit, pack_unit, pack, requested, approved in session.execute(statement):
        taken = [held[key][0]] if key in held else []
        remaining = remaining_units(requested, approved, taken).units
        if remaining:
            free = promises.free_for(key, code)
            line = ToShipLine(key, drug, strength, unit, pack_unit, pack, approved, remaining, free)
            found.setdefault(request, []).append(line)
    return found


def last_routes(session: Session) -> dict[str, str]:
    """The route on which each clinic was last served."""
    rows = session.execute(
        select(Shipment.clinic_id, Shipment.route).where(Shipment.route != "").order_by(Shipment.created_at, Shipment.id)
    )
    return {row.clinic_id: row.route for row in rows}


def last_carrier(session: Session) -> str:
    """Who drove last; empty when nothing was ever sent."""
    query = select(Shipment.delivered_by).where(Shipment.delivered_by != "")
    return session.scalar(query.order_by(Shipment.shipped_on.desc(), Shipment.id.desc()).limit(1)) or ""


def open_of_request(session: Session, request_id: str) -> str | None:
    """The newest shipment of a request that is still at the township."""
    states = [state.value for state in STILL_AT_TOWNSHIP]
    query = select(Shipment.id).where(Shipment.request_id == request_id, Shipment.state.in_(states))
    return session.scalar(query.order_by(Shipment.created_at.desc(), Shipment.id.desc()).limit(1))


def shipment_work(session: Session, desk: Desk, shipment_id: str) -> ShipmentWork:
    """One shipment for its screen."""
    row = load_shipment(session, shipment_id)
    view = shipment_view(session, desk, row)
    cold = FreeShelf.cold_codes(session, {line.drug_code for line in view.lines})
    wanted = {}
    if view.state is ShipmentState.ALLOCATED:
        wanted = codes_wanted(session, desk, lines_of_shipment(session, row.id))
    return ShipmentWork(
        view, frozenset(line.id for line in view.lines if line.drug_code in cold), wanted,
        row.shipped_by_id == desk.actor.user_id,
    )  # fmt: skip


def batch_choices(session: Session, desk: Desk, shipment_id: str, line_id: str) -> list[BatchChoice]:
    """The batches that a drafted line may be taken from, first expired first; those that may not say why."""
    line = _line(session, shipment_id, line_id)
    shelf = FreeShelf.of(session, desk, {line.drug_code})
    today, least = desk.today(), shelf.min_days(line.drug_code)

    def why_not(row: StockBatch, free: int) -> Message | None:
        if row.hold:
            return msg("已停用")
        if row.expiry is not None and days_left(row.expiry, today) < least:
            return msg("效期不足 {days} 天", days=least)
        return None if free > 0 else msg("已被别的发货单预留")

    found = []
    for row in shelf.batches.get(line.drug_code, []):
        free = shelf.free(row)
        left = None if row.expiry is None else days_left(row.expiry, today)
        found.append(BatchChoice(row.id, row.batch_no, row.manufacturer, row.expiry, left, free, why_not(row, free),
                                 row.units_per_pack))  # fmt: skip
    return sorted(found, key=lambda each: (each.expiry is None, each.expiry or today, each.batch_no))


def claims_ahead(session: Session, desk: Desk, shipment_id: str, line_id: str) -> tuple[Claim, ...]:
    """What other clinics were promised of the drug of a drafted line before it."""
    line = _line(session, shipment_id, line_id)
    return ShelfPromises.of(session, desk).claims_ahead(line.request_line_id or "")


def scan(session: Session, desk: Desk, shipment_id: str, scanned: str, line_id: str = "") -> Scanned:
    """Keep a scanned code with the line that it belongs to; `line_id` is the line the reader stands at.

    Raises Refused under the id of the line beside which the sentence belongs: no code, twice, of a batch that is not in
    this shipment, never received here, gone before, or more than the line has packs.
    """
    row = load_shipment(session, shipment_id)
    if ShipmentState(row.state) is not ShipmentState.ALLOCATED:
        state = ShipmentState(row.state).label
        raise UserError(msg("发货单现在是“{state}”，不能再扫码。请刷新后再看。", state=state))
    lines = lines_of_shipment(session, shipment_id)
    code = clean_code(scanned)
    line = _line_for(session, desk, lines, code, line_id)
    seen = {each for other in lines for each in other.codes}
    why = code_problem(session, desk, line, code, seen)
    if why is not None:
        raise refuse(line.id, why)
    most = codes_for(line.shipped, line.units_per_pack)
    if len(line.codes) >= most:
        sentence = msg(
            "{drug} 批号 {batch} 的 {most} 盒都扫过了，这一盒是多拿的。请放回。",
            drug=line.drug_name, batch=line.batch_no, most=most,
        )  # fmt: skip
        raise refuse(line.id, sentence)
    line.codes = [*line.codes, code]
    session.flush()
    return Scanned(line.id, code, len(line.codes), codes_wanted(session, desk, [line])[line.id])


def unscan(session: Session, shipment_id: str, line_id: str) -> str:
    """Take the last scanned code of a line away again, and give it; empty when there was none."""
    line = _line(session, shipment_id, line_id)
    if ShipmentState(load_shipment(session, shipment_id).state) is not ShipmentState.ALLOCATED or not line.codes:
        return ""
    *kept, last = line.codes
    line.codes = kept
    session.flush()
    return str(last)


def dispatch_tenths(session: Session, row: Shipment, celsius: str) -> int | None:
    """The temperature of the cold box in tenths of a degree; None for a shipment without cold lines.

    Raises Refused when none was written, or it is not between 2 and 8 ℃ (drug_requests §6.5).
    """
    if not FreeShelf.cold_codes(session, {line.drug_code for line in lines_of_shipment(session, row.id)}):
        return None
    degrees = read_celsius(celsius)
    if degrees is None:
        raise refuse(CELSIUS, msg("这一车有冷藏药品，请填写发运温度，例如 4.5。"))
    if not is_inside(degrees):
        sentence = msg("冷藏药品要在 2–8℃ 发运，现在是 {degrees}℃，没有发出。请换冷藏箱后再发。", degrees=degrees)
        raise refuse(CELSIUS, sentence)
    return int(degrees * 10)


def _line_for(session: Session, desk: Desk, lines: Sequence[ShipmentLine], code: str, line_id: str) -> ShipmentLine:
    """The line whose batch the pack is of, one with room first; else where the reader stands, else the first."""
    known = session.get(TraceCode, (code, desk.place.id))
    if known is not None:
        same = [line for line in lines if line.batch_id == known.batch_id]
        room = [line for line in same if len(line.codes) < codes_for(line.shipped, line.units_per_pack)]
        if same:
            return (room or same)[0]
    here = next((line for line in lines if line.id == line_id), None)
    if here is None and not lines:
        raise UserError(msg("这张发货单没有药品，不能扫码。"))
    return here or lines[0]


def _line(session: Session, shipment_id: str, line_id: str) -> ShipmentLine:
    line = session.get(ShipmentLine, line_id)
    if line is None or line.shipment_id != shipment_id:
        raise UserError(msg("这一行已经不在发货单上了。请刷新后再试。"))
    return line


def waiting_count(session: Session) -> int:
    """How many shipments wait for something to be done here: not sent yet, or received and not verified."""
    states = [state.value for state in STILL_AT_TOWNSHIP | {ShipmentState.RECEIVED}]
    return session.scalar(select(func.count()).select_from(Shipment).where(Shipment.state.in_(states))) or 0
