"""A shipment that comes to the clinic, and what is done with its lines on the page of 收货."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from sqlalchemy import func, select

from app.services.exchange import Exchange
from app.services.shipments import Shipments
from app.services.stock_ledger import wrong_totals
from db.models import StockBatch, StockMovement
from tests.ui.hands import control
from tests.ui.screens.drug_desks import cell_texts, press_key, type_keys
from tests.ui.screens.supply_things import NAMES, SupplyWorld, scan_packs
from ui.screens.requests.line_table import LineTable

CODES = [f"8412345{number:013d}" for number in range(6)]


class ArrivalWorld(SupplyWorld):
    """A clinic and its township, and a shipment of 60 硝苯地平 and 40 二甲双胍 on a stick."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.first, self.second = (self.codes[name] for name in NAMES[:2])

    def sent(self, *, codes: Sequence[str] = ()) -> Path:
        """The file of the shipment; `codes` are those of the packs of 硝苯地平."""
        wanted = dict(zip(NAMES[:2], (60, 40), strict=True))
        for name, units in wanted.items():
            batch_id = self.stock(name, units)
            if codes and name == NAMES[0]:
                scan_packs(self.township, batch_id, codes)
        shipments = Shipments(self.township)
        draft = shipments.draft(self.promise(wanted))
        allocated = shipments.allocate(draft.id, draft.version).shipment
        scanned = {line.id: codes for line in allocated.lines if codes and line.drug_code == self.first}
        picked = shipments.pick(allocated.id, allocated.version, *([scanned] if scanned else [])).shipment
        shipped = shipments.ship([(picked.id, picked.version)], delivered_by="老李")[0]
        return Exchange(self.township).save_file(shipped.message_ids[0], self.folder / "shipment.cyx")

    def arrived(self, *, codes: Sequence[str] = ()) -> str:
        """The same, read in at the clinic; gives its id."""
        return Exchange(self.clinic).open_file(self.sent(codes=codes)).subject_id

    def on_hand(self, code: str) -> int:
        """What the clinic's books have."""
        with self.clinic.sessions.reading() as session:
            return session.scalar(
                select(func.coalesce(func.sum(StockBatch.on_hand), 0)).where(StockBatch.drug_code == code)
            )

    def movements(self) -> int:
        """How many movements the clinic has."""
        with self.clinic.sessions.reading() as session:
            assert wrong_totals(session) == []
            return session.scalar(select(func.count()).select_from(StockMovement))


def lines(page: QWidget) -> LineTable:
    """The lines of the shipment that is shown."""
    return control(page, LineTable, "arrival_lines")


def go_to(page: QWidget, drug: str) -> int:
    """Choose the line of a drug; gives its place."""
    table = lines(page)
    place = next(number for number, words in enumerate(cell_texts(table, "drug")) if drug in words)
    table.setFocus()
    table.select_row(place)
    return place


def sentence(page: QWidget, place: int) -> str:
    """What stands beside a line."""
    return lines(page).rows()[place].sentence


def scan(code: str) -> None:
    """F6, then as a scanner does: the digits and Enter."""
    press_key(Qt.Key.Key_F6)
    type_keys(code)
    press_key(Qt.Key.Key_Return)
