"""What is asked about shipments without changing anything; app.services.shipments adds what changes them."""

from __future__ import annotations

from app.desk import Desk
from app.services.shelf_promises import Claim
from app.services.shipment_views import (
    ShipmentSummary,
    ShipmentView,
    load_shipment,
    shipment_summaries,
    shipment_view,
)
from app.services.shipment_work import (
    BatchChoice,
    ShipmentWork,
    ToShip,
    batch_choices,
    claims_ahead,
    last_carrier,
    open_of_request,
    shipment_work,
    to_ship,
    waiting_count,
)
from db.models import Shipment


class ShipmentReading:
    """The questions about 发货 at the township."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def to_ship(self) -> list[ToShip]:
        """Released requests of which something is still to be sent."""
        with self.desk.sessions.reading() as session:
            return to_ship(session, self.desk)

    def work(self, shipment_id: str) -> ShipmentWork:
        """One shipment with what its screen needs besides."""
        with self.desk.sessions.reading() as session:
            return shipment_work(session, self.desk, shipment_id)

    def open_of_request(self, request_id: str) -> str | None:
        """The shipment of a request that is still at the township; None without one."""
        with self.desk.sessions.reading() as session:
            return open_of_request(session, request_id)

    def claims_ahead(self, shipment_id: str, line_id: str) -> tuple[Claim, ...]:
        """What other clinics were promised of the drug of a drafted line before it."""
        with self.desk.sessions.reading() as session:
            return claims_ahead(session, self.desk, shipment_id, line_id)

    def batch_choices(self, shipment_id: str, line_id: str) -> list[BatchChoice]:
        """The batches that a drafted line may be taken from by hand."""
        with self.desk.sessions.reading() as session:
            return batch_choices(session, self.desk, shipment_id, line_id)

    def last_carrier(self) -> str:
        """Who drove last."""
        with self.desk.sessions.reading() as session:
            return last_carrier(session)

    def waiting_count(self) -> int:
        """How many shipments wait for something to be done here."""
        with self.desk.sessions.reading() as session:
            return waiting_count(session)

    def list(self, *, clinic_id: str | None = None, limit: int = 200) -> list[ShipmentSummary]:
        """Shipments: those whose differences wait to be verified first, then the newest."""
        conditions = [] if clinic_id is None else [Shipment.clinic_id == clinic_id]
        with self.desk.sessions.reading() as session:
            return shipment_summaries(session, *conditions, limit=limit)

    def get(self, shipment_id: str) -> ShipmentView:
        """One shipment with what may be done now."""
        with self.desk.sessions.reading() as session:
            return shipment_view(session, self.desk, load_shipment(session, shipment_id))
