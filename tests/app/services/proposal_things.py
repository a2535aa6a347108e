"""What the tests of proposals share: half a year of one drug in the ledger, and goods on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.domain.movements import Bearer, MovementKind
from app.services.request_proposals import proposals
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import Shipment, ShipmentLine, new_id

FAR = date(2030, 6, 30)
RECEIPT, DISPENSE = MovementKind.RECEIPT, MovementKind.DISPENSE
# August to October 2026 have 92 days. 273 tablets, 7 days out of stock (3–9 October): 273 ÷ 85 × 30 = 96.35.
HISTORY = [
    (date(2026, 5, 4), RECEIPT, 200),
    (date(2026, 10, 3), DISPENSE, 200),
    (date(2026, 10, 10), RECEIPT, 133),
    (date(2026, 10, 20), DISPENSE, 73),
]


def at(day, hour=4):
    """A moment of a day, in UTC; 4:00 is noon in the clinic."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def moved(desk, code, movements, *, expiry=FAR, pack=28, batch_no="A1"):
    """Put movements (day, kind, units) into one batch of a drug; gives the batch's id."""
    with desk.sessions.writing() as session:
        key = BatchKey(code, batch_no, expiry, "某厂", 1000, pack)
        batch_id = find_or_make_batch(session, desk, key, movements[0][0])
        entries = [
            NewMovement(batch_id, kind, units, at(day), bearer=Bearer.CLINIC.value if kind.is_loss else "")
            for day, kind, units in movements
        ]
        book(session, desk, entries)
    return batch_id


def proposal(desk, code):
    """What is proposed for a drug."""
    with desk.sessions.reading() as session:
        return proposals(session, desk, [code])[code]


def on_the_way(desk, code, units):
    """A shipment of units of a drug that has not come yet."""
    with desk.sessions.writing() as session:
        row = Shipment(
            number=f"FH-{new_id()[-12:]}", township_id=desk.place.id, clinic_id=desk.place.id, state="shipped",
            created_at=desk.now(), created_by_id="", created_by_name="赵敏",
        )  # fmt: skip
        session.add(row)
        session.flush()
        session.add(
            ShipmentLine(
                shipment_id=row.id, position=0, drug_code=code, drug_name="硝苯地平缓释片", unit="片", pack_unit="盒",
                units_per_pack=28, batch_no="A2", expiry=FAR, shipped=units, codes=[],
            )
        )  # fmt: skip
