"""What a month's statements rest on: the clinics' reports, the township's own shipments, the distributors' deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.movements import MovementKind
from app.domain.settlement import first_and_last
from app.domain.shipment_states import ShipmentState
from db.models import (
    Drug,
    LedgerReport,
    PurchaseOrder,
    PurchaseOrderLine,
    Shipment,
    ShipmentLine,
    StockBatch,
    StockMovement,
)

PURCHASE_DOCUMENT = "purchase"
"""Under this name a delivery's movements stand in the township's ledger, with the order line's id."""
Key = tuple[str, int | None, int]
"""Drug, price of a pack in fen, units of a pack."""


def newest_reports(session: Session, month: str) -> dict[str, LedgerReport]:
    """The newest report of each clinic for a month, as it was taken in."""
    query = select(LedgerReport).where(LedgerReport.month == month, LedgerReport.taken_in_at.is_not(None))
    return {row.organisation_id: row for row in session.scalars(query.order_by(LedgerReport.number))}


def delivered_to_clinics(session: Session, month: str) -> dict[str, dict[Key, int]]:
    """What each clinic accepted in a month by the township's own shipments, by drug, price and pack."""
    first, last = first_and_last(month)
    lines, shipments = ShipmentLine.__table__, Shipment.__table__
    states = [ShipmentState.RECEIVED.value, ShipmentState.VERIFIED.value]
    statement = (
        select(
            shipments.c.clinic_id, lines.c.drug_code, lines.c.price_fen, lines.c.units_per_pack,
            func.sum(lines.c.accepted),
        )
        .join_from(lines, shipments, shipments.c.id == lines.c.shipment_id)
        .where(
            shipments.c.state.in_(states), shipments.c.received_on.between(first, last), lines.c.shipped > 0
        )
        .group_by(shipments.c.clinic_id, lines.c.drug_code, lines.c.price_fen, lines.c.units_per_pack)
    )  # fmt: skip
    found: dict[str, dict[Key, int]] = defaultdict(dict)
    for clinic, code, price, pack, units in session.execute(statement):
        found[clinic][(code, price, pack)] = int(units or 0)
    return found


def clinics_with_goods(session: Session, month: str) -> Collection[str]:
    """The clinics that need a statement for a month: they reported, or took goods in it."""
    return {clinic for clinic, lines in delivered_to_clinics(session, month).items() if any(lines.values())} | set(
        newest_reports(session, month)
    )


def distributor_deliveries(session: Session, desk: Desk, month: str) -> dict[str, list[dict[str, Any]]]:
    """What each distributor delivered in a month and took back, by drug and price, from the township's own ledger."""
    first, last = first_and_last(month)
    moves, batches, ordered = StockMovement.__table__, StockBatch.__table__, PurchaseOrderLine.__table__
    statement = (
        select(
            PurchaseOrder.distributor_id, ordered.c.drug_code, ordered.c.drug_name, ordered.c.unit, Drug.strength,
            batches.c.price_fen, batches.c.units_per_pack, moves.c.kind, func.sum(moves.c.quantity).label("units"),
        )
        .join_from(moves, batches, batches.c.id == moves.c.batch_id)
        .join(ordered, ordered.c.id == moves.c.document_id)
        .join(PurchaseOrder, PurchaseOrder.id == ordered.c.order_id)
        .outerjoin(Drug, Drug.code == ordered.c.drug_code)
        .where(
            moves.c.organisation_id == desk.place.id,
            moves.c.document == PURCHASE_DOCUMENT,
            moves.c.occurred_on.between(first, last),
        )
        .group_by(PurchaseOrder.distributor_id, ordered.c.drug_code, batches.c.price_fen, batches.c.units_per_pack,
                  moves.c.kind)
        .order_by(ordered.c.drug_code)
    )  # fmt: skip
    found: dict[str, dict[Key, dict[str, Any]]] = defaultdict(dict)
    for row in session.execute(statement):
        key = (row.drug_code, row.price_fen, row.units_per_pack)
        empty = {**_empty_line(row.drug_name, row.unit, key), "strength": row.strength or ""}
        line = found[row.distributor_id].setdefault(key, empty)
        name = "received" if row.kind == MovementKind.RECEIPT.value else "returned"
        line[name] += row.units if name == "received" else -row.units
    return {distributor: _with_closing(lines.values()) for distributor, lines in found.items()}


def _empty_line(name: str, unit: str, key: Key) -> dict[str, Any]:
    zeros = dict.fromkeys(("opening", "received", "returned", "dispensed", "lost", "counted", "closing", "charged"), 0)
    return {"drug_code": key[0], "drug_name": name, "unit": unit, "price_fen": key[1], "units_per_pack": key[2], **zeros}


def _with_closing(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**line, "closing": line["received"] - line["returned"]} for line in lines]
