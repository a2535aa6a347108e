"""What the tests of shipments share: a shelf, a shipment on the road, and the clinic's answer."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.shipment_states import SHIPMENT_STEPS, ShipmentAction, ShipmentState
from app.services.document_steps import take_document_step
from app.services.shipment_post import tell_receipt
from app.services.shipment_views import ENTITY, lines_of_shipment
from app.services.shipments import Shipments
from app.services.supply_balance import owed_lines
from db.models import Shipment, ShipmentLine, StockBatch, StockMovement, TraceCode


def shelf(desk, batch_id):
    """(on hand, reserved) of a batch."""
    with desk.sessions.reading() as session:
        row = session.get_one(StockBatch, batch_id)
        return row.on_hand, row.reserved


def shipped(township, request_id, *, delivered_by="老李"):
    """Everything of a request that the shelf holds, on the road."""
    shipments = Shipments(township)
    draft = shipments.draft(request_id, route="东线")
    allocated = shipments.allocate(draft.id, draft.version).shipment
    picked = shipments.pick(allocated.id, allocated.version).shipment
    return shipments.ship([(picked.id, picked.version)], delivered_by=delivered_by)[0]


def answered(clinic, shipment_id, *, rejected=None, reason="破损", extra=None):
    """The clinic's receipt as its screen writes it: rejected units by position."""
    with clinic.sessions.writing() as session:
        row = session.get_one(Shipment, shipment_id)
        for line in lines_of_shipment(session, shipment_id):
            line.rejected = (rejected or {}).get(line.position, 0)
            line.accepted = line.shipped - line.rejected
            line.reject_reason = reason if line.rejected else ""
        if extra:
            session.add(ShipmentLine(shipment_id=shipment_id, position=99, shipped=0, rejected=0, is_pending=True, **extra))
        take_document_step(
            session, clinic, SHIPMENT_STEPS, ENTITY, row, ShipmentState.SHIPPED, ShipmentAction.RECEIVE
        )
        row.received_on, row.received_by_name = clinic.today(), clinic.actor.name
        return tell_receipt(session, clinic, row)


def open_lines(township):
    """What the township still owes its clinics."""
    with township.sessions.reading() as session:
        return owed_lines(session)


def with_codes(township, batch_id, code, *numbers):
    """Packs of ten of a batch, with these codes."""
    with township.sessions.writing() as session:
        received = session.scalars(select(StockMovement.id).where(StockMovement.batch_id == batch_id)).first()
        for number in numbers:
            session.add(
                TraceCode(
                    code=number, organisation_id=township.place.id, drug_code=code, batch_id=batch_id, units_left=10,
                    received_by_id=received,
                )
            )
