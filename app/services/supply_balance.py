"""供应余量: what of the township's own shelf may be sent, and what of each approved line is still to be sent.

One definition for review, shipping, purchasing and closing (drug_requests §4.8). Reads only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import MIN_DAYS_WHEN_SHIPPED, MIN_DAYS_WHEN_SHIPPED_COLD_CHAIN
from app.domain.fulfilment import Shipped, remaining_units
from app.domain.packs import off_shelf
from app.domain.request_guards import NO_SOURCE
from app.domain.request_terms import Kind, State
from app.domain.shipment_states import HOLDS_RESERVATION, SENT, ShipmentState
from db.models import Drug, DrugRequest, DrugRequestLine, Shipment, ShipmentLine, StockBatch

OWN_STOCK, PURCHASE, CENTRAL_PHARMACY = "own_stock", "purchase", "central_pharmacy"
FROM_SHELF = (OWN_STOCK, PURCHASE)
"""Sources that end as a shipment of the township: what is bought comes to its own shelf first."""

_CHUNK = 500
_LINES, _SHIPMENTS, _BATCHES = ShipmentLine.__table__, Shipment.__table__, StockBatch.__table__


@dataclass(frozen=True)
class Owed:
    """One approved line of which something is still to be sent. `remaining` dispensing units."""

    line_id: str
    request_id: str
    clinic_id: str
    drug_code: str
    approved: int
    remaining: int
    unreserved: int
    """The part that no allocated shipment holds yet: what the free shelf still has to give."""
    source: str
    is_emergency: bool
    decided_at: datetime | None
    """UTC; when the request was released, or approved when it is not released yet."""


def min_days(cold_chain: bool) -> int:
    """Days that a batch must still have when it is sent to a clinic (§6.3)."""
    return MIN_DAYS_WHEN_SHIPPED_COLD_CHAIN if cold_chain else MIN_DAYS_WHEN_SHIPPED


def own_usable(session: Session, desk: Desk, codes: Collection[str] | None = None) -> dict[str, int]:
    """Units of each drug on this desk's own shelf that may be sent today: usable, not reserved, long enough dated."""
    today = desk.today()
    days = case((Drug.cold_chain.is_(True), _last_day(today, True)), else_=_last_day(today, False))
    statement = (
        select(_BATCHES.c.drug_code, func.sum(_BATCHES.c.on_hand - _BATCHES.c.reserved))
        .join_from(_BATCHES, Drug.__table__, Drug.code == _BATCHES.c.drug_code, isouter=True)
        .where(
            _BATCHES.c.organisation_id == desk.place.id,
            _BATCHES.c.on_hand > 0,
            _BATCHES.c.hold == "",
            or_(_BATCHES.c.expiry.is_(None), _BATCHES.c.expiry >= days),
        )
        .group_by(_BATCHES.c.drug_code)
    )
    if codes is not None and len(codes) <= _CHUNK:
        statement = statement.where(_BATCHES.c.drug_code.in_(codes))
    return {code: int(units) for code, units in session.execute(statement)}


def _last_day(today: date, cold_chain: bool) -> date:
    return today + timedelta(days=min_days(cold_chain) - 1)


def sent_of_lines(session: Session, line_ids: Sequence[str]) -> dict[str, Shipped]:
    """What shipments hold or have taken of each request line; cancelled ones do not count, put back ones come off."""
    found: dict[str, Shipped] = {}
    for start in range(0, len(line_ids), _CHUNK):
        statement = (
            select(_LINES.c.request_line_id, func.sum(_LINES.c.shipped), func.sum(_LINES.c.put_back))
            .join_from(_LINES, _SHIPMENTS, _SHIPMENTS.c.id == _LINES.c.shipment_id)
            .where(
                _SHIPMENTS.c.state != ShipmentState.CANCELLED.value,
                _LINES.c.request_line_id.in_(line_ids[start : start + _CHUNK]),
            )
            .group_by(_LINES.c.request_line_id)
        )
        for line_id, units, back in session.execute(statement):
            found[line_id] = Shipped(int(units), int(back))
    return found


def remaining_of(line: DrugRequestLine, sent: Shipped | None) -> int:
    """Units of an approved line that a shipment may still take; 0 for one that is not supplied or not approved."""
    if line.is_skipped or line.source == NO_SOURCE:
        return 0
    return remaining_units(line.requested, line.approved, [sent] if sent else []).units or 0


def owed_lines(
    session: Session,
    *,
    states: Iterable[State] = (State.APPROVED, State.RELEASED),
    except_request: str | None = None,
    request_id: str | None = None,
) -> list[Owed]:
    """Every approved line with a remainder, of all clinics; lines without a source yet count as from the shelf."""
    held = held_units(session)
    lines, requests = DrugRequestLine.__table__, DrugRequest.__table__
    statement = (
        select(
            lines.c.id, lines.c.request_id, requests.c.clinic_id, lines.c.drug_code, lines.c.requested,
            lines.c.approved, lines.c.source, requests.c.kind, requests.c.decided_at,
        )
        .join_from(lines, requests, requests.c.id == lines.c.request_id)
        .where(
            requests.c.state.in_([state.value for state in states]),
            lines.c.is_skipped.is_(False),
            lines.c.approved > 0,
            lines.c.source != NO_SOURCE,
        )
    )  # fmt: skip
    if except_request is not None:
        statement = statement.where(requests.c.id != except_request)
    if request_id is not None:
        statement = statement.where(requests.c.id == request_id)
    owed = []
    for row in session.execute(statement):
        taken, reserved = held.get(row.id, (Shipped(0), 0))
        units = remaining_units(row.requested, row.approved, [taken]).units or 0
        not_reserved = max(0, row.approved - reserved)
        if units or not_reserved:
            owed.append(
                Owed(
                    row.id, row.request_id, row.clinic_id, row.drug_code, row.approved, units, not_reserved, row.source,
                    row.kind == Kind.EMERGENCY.value, row.decided_at,
                )
            )  # fmt: skip
    return owed


def promised_units(session: Session, owed: Iterable[Owed], stock: Mapping[str, int]) -> dict[str, int]:
    """Units of each drug that the shelf gives for these lines: what no shipment holds yet, in whole packs (§4.7)."""
    lines: dict[str, list[int]] = {}
    for each in owed:
        lines.setdefault(each.drug_code, []).append(each.unreserved)
    packs = packs_of(session)
    return {code: off_shelf(units, packs.get(code, 1), stock.get(code, 0)) for code, units in lines.items()}


def packs_of(session: Session) -> dict[str, int]:
    """Units of a pack of each drug, as the catalogue has it."""
    return {row.code: row.units_per_pack for row in session.execute(select(Drug.code, Drug.units_per_pack))}


def held_units(session: Session) -> dict[str, tuple[Shipped, int]]:
    """By request line: what shipments hold or took, and how much of it has left the free shelf (reserved or sent)."""
    off_shelf = [state.value for state in HOLDS_RESERVATION | SENT]
    reserved = func.sum(
        case((_SHIPMENTS.c.state.in_(off_shelf), _LINES.c.shipped - _LINES.c.put_back), else_=0)
    )
    statement = (
        select(_LINES.c.request_line_id, func.sum(_LINES.c.shipped), func.sum(_LINES.c.put_back), reserved)
        .join_from(_LINES, _SHIPMENTS, _SHIPMENTS.c.id == _LINES.c.shipment_id)
        .join(DrugRequest.__table__, DrugRequest.id == _SHIPMENTS.c.request_id)
        .where(
            _SHIPMENTS.c.state != ShipmentState.CANCELLED.value,
            DrugRequest.state.in_([State.APPROVED.value, State.RELEASED.value]),
            _LINES.c.request_line_id.is_not(None),
        )
        .group_by(_LINES.c.request_line_id)
    )
    return {row[0]: (Shipped(int(row[1]), int(row[2])), int(row[3])) for row in session.execute(statement)}


def in_transit_to(session: Session, clinic_id: str) -> dict[str, int]:
    """Units of each drug that left the township for this clinic and are not received yet."""
    statement = (
        select(_LINES.c.drug_code, func.sum(_LINES.c.shipped))
        .join_from(_LINES, _SHIPMENTS, _SHIPMENTS.c.id == _LINES.c.shipment_id)
        .where(_SHIPMENTS.c.clinic_id == clinic_id, _SHIPMENTS.c.state == ShipmentState.SHIPPED.value)
        .group_by(_LINES.c.drug_code)
    )
    return {code: int(units) for code, units in session.execute(statement)}
