"""What a person sees and does on the screen of 收发, for its tests, and what is sent there."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QPushButton

from app.domain.request_terms import Kind
from app.services.catalogue import Catalogue
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from tests.ui.hands import click, control
from ui.widgets.table import DataTable


def button(screen, name) -> QPushButton:
    """A button of the screen."""
    return control(screen, QPushButton, name)


def letters(screen) -> DataTable:
    """The table of what was sent and taken in."""
    return control(screen, DataTable, "letters")


def text(screen, name) -> str:
    """What a label says."""
    return control(screen, QLabel, name).text()


def submitted_emergency(world) -> str:
    """A request of an emergency that was written, and not handed over; gives the id of its envelope."""
    requests = Requests(world.clinic)
    second = requests.start(Kind.EMERGENCY, reason="流感病人突然增多").request
    line = requests.add_line(second.id, Catalogue(world.clinic).find("布洛芬")[0].code)
    requests.edit_line(second.id, line.id, LineEdit(0, "20", 40))
    return requests.submit(second.id, requests.get(second.id).version).message_id


def pair_with_card(screen) -> None:
    """Open the next scripted card and agree that both fingerprints are the same."""
    screen.open_with(page="pairing")
    click(button(screen, "open_card"))
    click(button(screen, "fingerprints_same"))
