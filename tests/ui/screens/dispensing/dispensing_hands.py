"""What a doctor does at the counter: begins with a drug, types over what stands there, scans; and what the pages say."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.desk import Desk
from app.domain.prescribing import PrescriptionKind
from app.services.dispensing import Dispensing
from tests.app.services.dispensing_things import AMLODIPINE, draft, line
from tests.followup_people import add_resident
from tests.ui.hands import control, write
from tests.ui.screens.drug_desks import press_key, type_keys
from ui.screens.dispensing.line_card import LineCard
from ui.screens.dispensing.screen import DispensingScreen


def begin(screen: DispensingScreen, resident_id: str, drug: str = AMLODIPINE) -> LineCard:
    """Begin with a resident and add a drug; its card."""
    screen.open_with(resident_id=resident_id)
    screen.giving.add_drug(drug)
    return only_card(screen)


def only_card(screen: DispensingScreen) -> LineCard:
    """The card of the one drug that is to be given."""
    [card] = screen.giving.cards.values()
    return card


def type_over(card: LineCard, field: str, text: str) -> QLineEdit:
    """Type over what stands in a field of a card; the cursor stays in it."""
    found = card.fields[field].control
    found.setFocus()
    write(found, text)
    return found


def scan(digits: str) -> None:
    """What a scanner does wherever the cursor is: the digits one by one, then Enter."""
    type_keys(digits)
    press_key(Qt.Key.Key_Return)


def note_of(page: QWidget) -> str:
    """What stands beside the title of a page."""
    return control(page, QLabel, "page_note").text()


def words_of(page: QWidget) -> list[str]:
    """What the labels of a part of a page say."""
    return [each.text() for each in page.findChildren(QLabel)]


def somebody_else(desk: Desk) -> str:
    """赵四, allergic to nothing."""
    return add_resident(desk, "赵四", drug_allergy=[1])


def give_somebody_else(desk: Desk, *codes: str) -> None:
    """赵四 gets a whole pack of amlodipine at another window."""
    pack = line(quantity=28, days=28, codes=codes)
    Dispensing(desk).give(draft(somebody_else(desk), pack, kind=PrescriptionKind.LONG))
