"""A township and a paired clinic in which October was lived, for the tests of settlement, checks and catalogue.

world = SettlementWorld(tmp_path); world.reported(); services, seen = world.at_township(PHARMACIST)
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from app.desk import Actor
from app.domain.movements import MovementKind
from app.services.ledger_reports import LedgerReports
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import LedgerReport, Organisation, Shipment, ShipmentLine, new_id
from tests.supply_desks import MANAGER, PHARMACIST, PairedDesks, as_person, drug_code, hand_over
from tests.ui.screens.drug_desks import Seen, services_of
from ui.dialogs import ScriptedDialogs
from ui.services import Services

OCTOBER = "2026-10"
FAR = date(2028, 6, 30)
PEOPLE = (PHARMACIST, MANAGER)
OTHER_CLINIC = "张庄村卫生室"
SHELF = (("硝苯地平", 1000, 30), ("二甲双胍", 1560, 60), ("阿莫西林", 680, 24), ("氨氯地平", None, 28))
"""(name, price of a pack in fen, units of a pack)."""


class SettlementWorld(PairedDesks):
    """A clinic with a month of four drugs, its township, and a second clinic that has not reported."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.codes = {name: drug_code(self.clinic, name) for name, _price, _pack in SHELF}
        drug_code(self.township, "硝苯地平")
        self._add_other_clinic()
        for number, (name, price, pack) in enumerate(SHELF):
            self._october(self.codes[name], price, pack, number)
        self._shipped()

    def at_township(self, actor: Actor | None = None, dialogs: ScriptedDialogs | None = None) -> tuple[Services, Seen]:
        """The services of somebody at the township: 赵敏 unless another is named."""
        desk = self.township if actor is None else as_person(self.township, actor)
        return services_of(desk, dialogs)

    def at_clinic(self, dialogs: ScriptedDialogs | None = None) -> tuple[Services, Seen]:
        """The services of 王明 at the clinic."""
        return services_of(self.clinic, dialogs)

    def reported(self) -> None:
        """October closed at the clinic and taken in at the township."""
        closed = LedgerReports(self.clinic).close_month(OCTOBER)
        hand_over(self.clinic, self.township, closed.message_id, self.folder)

    def other_reports(self, batches: int = 12) -> None:
        """The second clinic's shelf as it reported it, so that it can be drawn for a check."""
        stock = [
            {
                "batch_id": new_id(), "drug_code": f"B{number:05d}", "drug_name": f"药品{number}", "strength": "",
                "unit": "片", "units_per_pack": 10, "price_fen": 100 * number, "batch_no": f"L{number}",
                "expiry": str(date(2027, 1 + number % 12, 1)), "on_hand": 30, "is_held": False,
            }
            for number in range(batches)
        ]
        with self.township.sessions.writing() as session:
            session.add(
                LedgerReport(
                    organisation_id=self.other, month=OCTOBER, made_at=self.township.now(), made_by_name="李梅",
                    taken_in_at=self.township.now(), lines=[], stock=stock,
                )
            )

    def _add_other_clinic(self) -> None:
        self.other = new_id()
        with self.township.sessions.writing() as session:
            session.add(
                Organisation(
                    id=self.other, is_self=False, kind="clinic", name=OTHER_CLINIC, division_code="411624104216",
                    province="河南省", city="周口市", county="沈丘县", township="青石镇", village="张庄村", phone="",
                    parent_id=self.township.place.id,
                )
            )

    def _october(self, code: str, price: int | None, pack: int, number: int) -> None:
        moves = [(1, MovementKind.OPENING, pack, ""), (5, MovementKind.RECEIPT, 10 * pack, ""),
                 (8, MovementKind.DISPENSE, 2 * pack + 4, "")]
        if number == 0:
            moves += [(9, MovementKind.DAMAGE, 10, "clinic"), (11, MovementKind.RETURN_TO_TOWNSHIP, pack, "")]
        with self.clinic.sessions.writing() as session:
            key = BatchKey(code, f"A{number}", FAR, "某厂", price, pack)
            batch = find_or_make_batch(session, self.clinic, key, date(2026, 10, 1))
            for day, kind, units, bearer in moves:
                at = datetime(2026, 10, day, 2, tzinfo=UTC)
                book(session, self.clinic, [NewMovement(batch, kind, units, at, bearer=bearer, reason="记账")])

    def _shipped(self) -> None:
        """The township's own record; of the second drug it sent one pack more than was booked in."""
        with self.township.sessions.writing() as session:
            shipment = Shipment(
                id=new_id(), number="FH1", township_id=self.township.place.id, clinic_id=self.clinic.place.id,
                state="verified", created_at=self.township.now(), created_by_id="u", created_by_name="陈静",
                shipped_on=date(2026, 10, 4), received_on=date(2026, 10, 5),
            )
            session.add(shipment)
            session.flush()
            for number, (name, price, pack) in enumerate(SHELF):
                units = 10 * pack + (pack if number == 1 else 0)
                session.add(
                    ShipmentLine(
                        shipment_id=shipment.id, position=number, drug_code=self.codes[name], drug_name=name, unit="片",
                        pack_unit="盒", units_per_pack=pack, price_fen=price, batch_no=f"A{number}", shipped=units,
                        accepted=units, rejected=0, codes=[],
                    )
                )
