"""A township with a shelf, a clinic that was promised drugs, and the page over it, for the tests of 采购配送."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import select

from app.desk import Desk
from app.services.distributors import DistributorEdit, Distributors, DistributorView
from app.services.trace_codes import scan_in
from db.models import StockMovement
from tests.supply_desks import MANAGER, PairedDesks, as_person, drug_code, released, stock
from tests.ui.hands import write
from tests.ui.screens.drug_desks import Seen, on_screen, services_of
from ui.dialogs import ScriptedDialogs

NAMES = ("硝苯地平", "二甲双胍", "阿莫西林")


class SupplyWorld(PairedDesks):
    """Two paired desks; `codes` the drugs by a part of their names."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        drug_code(self.clinic, NAMES[0])
        self.codes = {name: drug_code(self.township, name) for name in NAMES}

    def stock(self, name: str, units: int, **how: object) -> str:
        """Put units on the township's shelf; gives the batch's id."""
        return stock(self.township, self.codes[name], units, **how)

    def coded(self, name: str, units: int, codes: Sequence[str], **how: object) -> str:
        """The same with the codes of its packs."""
        batch_id = self.stock(name, units, **how)
        scan_packs(self.township, batch_id, codes)
        return batch_id

    def promise(self, wanted: dict[str, int], source: str = "own_stock") -> str:
        """A request of the clinic, approved and released; gives its id."""
        by_code = {self.codes[name]: units for name, units in wanted.items()}
        return released(self.clinic, self.township, self.folder, by_code, source)

    def manager(self):
        """The township's desk with another person signed in."""
        return as_person(self.township, MANAGER)

    def distributor(self, code: str = "D1", name: str = "周口医药", **how: object) -> DistributorView:
        """One with a good licence."""
        edit = DistributorEdit(code, name, **{"licence_valid_to": date(2027, 12, 31), "lead_days": 5, **how})
        return Distributors(self.township).save(edit)


def scan_packs(desk: Desk, batch_id: str, codes: Sequence[str]) -> None:
    """Give the packs of a batch that came at one time their trace codes."""
    with desk.sessions.writing() as session:
        movement = session.scalars(select(StockMovement.id).where(StockMovement.batch_id == batch_id)).one()
        scan_in(session, desk, movement, codes)


def shown_page(qtbot, kind: type[QWidget], desk, dialogs: ScriptedDialogs) -> tuple[QWidget, Seen]:
    """A page on the screen, and what it asked of the window."""
    services, seen = services_of(desk, dialogs)
    return on_screen(qtbot, kind(services)), seen


def small_window(name: str) -> QWidget:
    """The open small window of a name."""
    found = [each for each in QApplication.topLevelWidgets() if each.objectName() == name and each.isVisible()]
    assert len(found) == 1, [each.objectName() for each in QApplication.topLevelWidgets() if each.isVisible()]
    return found[0]


def key_in(window: QWidget, key: Qt.Key) -> None:
    """Press a key in a small window, wherever its keyboard is."""
    widget = window.focusWidget()
    assert widget is not None, "nothing in the window has the keyboard"
    QTest.keyClick(widget, key)


def write_in(window: QWidget, text: str) -> None:
    """Type over what stands where the keyboard of a small window is."""
    widget = window.focusWidget()
    assert widget is not None, "nothing in the window has the keyboard"
    write(widget, text)
