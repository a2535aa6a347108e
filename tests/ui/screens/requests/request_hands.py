"""What a doctor does on the screen of the requests: goes to a cell, types into it; and what the screen offers and says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from app.services.request_views import RequestView
from app.services.requests import Requests
from tests.ui.hands import control
from tests.ui.screens.drug_desks import DrugWorld, press_key, shown, type_keys
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.screen import RequestsScreen

BUTTONS = (
    "submit_request", "withdraw", "skip", "undo_skip", "cancel", "void", "fill_suggestions", "print_decision",
)  # fmt: skip


def lines_of(screen: QWidget) -> LineTable:
    """The table of the request's lines."""
    return control(screen, LineTable, "lines")


def button(screen: QWidget, name: str) -> QPushButton:
    """A button."""
    return control(screen, QPushButton, name)


def offered(screen: QWidget) -> set[str]:
    """What may be done with the request now, by the names of the buttons."""
    return {name for name in BUTTONS if shown(button(screen, name))}


def strip(screen: RequestsScreen) -> str:
    """The sentence above the lines."""
    return screen.parts.strip.words()


def go_to(screen: QWidget, row: int, column: str) -> LineTable:
    """Choose a cell; the keyboard is in the table then."""
    table = lines_of(screen)
    table.setFocus()
    table.choose(row, column)
    return table


def type_into(screen: QWidget, row: int, column: str, text: str) -> LineTable:
    """Type letters and digits into a cell, and press Enter."""
    table = go_to(screen, row, column)
    type_keys(text)
    press_key(Qt.Key.Key_Return)
    return table


def stored(world: DrugWorld) -> RequestView:
    """The newest request of the clinic as it is stored."""
    requests = Requests(world.clinic)
    return requests.get(requests.summaries()[0].id)


def requested(world: DrugWorld) -> list[int | None]:
    """What is asked for, line by line, as it is stored."""
    return [line.requested for line in stored(world).lines]
