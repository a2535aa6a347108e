"""A clinic and its township for tests of the drug screens: two real encrypted desks, paired, with their screens' services.

    world = DrugWorld(tmp_path); draft = world.draft(); file = world.submitted_file()
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.desk import Desk
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.request_lines import LineEdit
from app.services.request_views import ActionResult
from app.services.requests import Requests
from tests.supply_desks import PairedDesks
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.services import Services
from ui.widgets.table import DataTable

FIGURES = (("硝苯地平", 9, "44"), ("二甲双胍", 12, "30"), ("阿莫西林", 31, "26"))
"""(name, on hand, monthly use); the suggestions are 79, 48 and 21."""


@dataclass
class Seen:
    """What a screen asked of the window: where to go, what to say, what to show on paper."""

    places: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    sheets: list[tuple[bytes, str]] = field(default_factory=list)

    def navigate(self, key: str, /, **arguments: object) -> bool:
        """Remember where a screen wanted to go."""
        self.places.append((key, arguments))
        return True


def services_of(desk: Desk, dialogs: ScriptedDialogs | None = None) -> tuple[Services, Seen]:
    """Services that work at once, answer from a script, and what the screen asks of the window."""
    seen = Seen()
    made = Services(desk, ImmediateRunner(), dialogs or ScriptedDialogs(), navigate=seen.navigate,
                    preview=lambda pdf, title: seen.sheets.append((pdf, title)), say=seen.sentences.append)
    return made, seen


class DrugWorld(PairedDesks):
    """A clinic, its township, and the folder of the stick that goes between them."""

    def draft(self, figures: tuple = FIGURES, requested: Mapping[str, object] | None = None) -> str:
        """A regular draft with these drugs; gives its id."""
        requests = Requests(self.clinic)
        request = requests.start().request
        for name, on_hand, use in figures:
            drug = Catalogue(self.clinic).find(name)[0]
            line = requests.add_line(request.id, drug.code)
            wanted = (requested or {}).get(name)
            requests.edit_line(request.id, line.id, LineEdit(on_hand, use, wanted))
        return request.id

    def submitted(self) -> ActionResult:
        """A draft filled with the suggestions and submitted, not handed over yet."""
        requests = Requests(self.clinic)
        request_id = self.draft()
        requests.fill_with_suggestions(request_id)
        return requests.submit(request_id, requests.get(request_id).version)

    def submitted_file(self, name: str = "request.cyx") -> Path:
        """The same, written to a file."""
        return Exchange(self.clinic).save_file(self.submitted().message_id, self.folder / name)


def on_screen(qtbot: QtBot, screen: QWidget) -> QWidget:
    """Show a screen as large as it is in a window of 1366 × 768."""
    qtbot.addWidget(screen)
    screen.resize(1194, 676)
    with qtbot.waitActive(screen):
        screen.show()
        screen.activateWindow()
    screen.setFocus()
    return screen


def type_keys(text: str) -> None:
    """Type letters and digits wherever the focus is, as at a keyboard."""
    for letter in text:
        QTest.keyClick(focused(), letter)


def press_key(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key wherever the focus is."""
    QTest.keyClick(focused(), key, modifier)


def focused() -> QWidget:
    """The widget that has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def shown(button: QWidget) -> bool:
    """Whether a control is there for the user."""
    return button.isVisible()


def cell_texts(table: DataTable, key: str) -> list[str]:
    """What a column of a table says, row by row."""
    keys = [column.key for column in table.rows_model.columns]
    return [str(table.model().index(row, keys.index(key)).data()) for row in range(table.model().rowCount())]
