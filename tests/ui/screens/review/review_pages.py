"""What the pharmacist sees and does on the screen of 申领审核, for its tests, and what is stored of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QPushButton

from app.desk import Actor
from app.domain.request_terms import Kind
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from app.services.review import Review
from db.models import DrugRequestLine
from tests.desks import make_clinic
from tests.supply_desks import give_keys, introduce
from tests.ui.hands import control, press, type_chinese
from tests.ui.saved_tables import sheet_rows
from tests.ui.screens.drug_desks import press_key, shown
from tests.ui.screens.supply_things import small_window
from ui.widgets.table import DataTable

COLLEAGUE = Actor("00000000-0000-7000-8000-000000000009", "孙药师", "township_pharmacist")
BUTTONS = (
    "take",
    "approve",
    "return_request",
    "reject_request",
    "give_back",
    "reopen",
    "convert",
    "close_remaining",
    "agree_rest",
    "print_decision",
    "go_to_shipments",
)


def button(screen, name) -> QPushButton:
    """A button of the screen or of one of its windows."""
    return control(screen, QPushButton, name)


def offered(screen) -> set[str]:
    """The steps that can be taken now."""
    return {name for name in BUTTONS if shown(button(screen, name))}


def lines_of(screen) -> DataTable:
    """The table of the lines of the request that is open."""
    return control(screen, DataTable, "review_lines")


def go_to(screen, row, column) -> DataTable:
    """Put the keyboard on a cell of the lines; gives the table."""
    table = lines_of(screen)
    table.setFocus()
    table.choose(row, column)
    return table


def agree_to_all(screen) -> None:
    """Space on every line."""
    table = go_to(screen, 0, "approved")
    for _ in range(len(table.rows())):
        press(table, Qt.Key.Key_Space)


def strip(screen) -> str:
    """What the strip above the lines says."""
    return screen.parts.strip.words()


def is_open(screen, name) -> bool:
    """Whether a window of this name stands over the screen."""
    return any(each.isVisible() for each in screen.findChildren(QDialog, name))


def give_reason(name, text) -> None:
    """Write a reason into its window, as at a keyboard, and press Enter."""
    box = control(small_window(name), QComboBox, f"{name}_reason")
    box.setFocus()
    if text:
        type_chinese(box.lineEdit(), text)
    press(box, Qt.Key.Key_Return)


def open_share(screen, row=0):
    """F7 on a line: the window of its fair share."""
    go_to(screen, row, "approved")
    press_key(Qt.Key.Key_F7)
    return small_window("share_window")


def stored(world):
    """The first request of the township's list, as it is stored."""
    review = Review(world.township)
    return review.get(review.inbox()[0].id)


def other_request(world, folder, number, *, kind=Kind.REGULAR, use="20") -> str:
    """A request for one drug that another clinic has sent to the township; gives its id."""
    clinic = make_clinic(folder / f"other{number}", world.clock)
    give_keys(clinic)
    introduce(clinic, world.township, folder)
    requests = Requests(clinic)
    draft = requests.start(kind, reason="流感病人突然增多").request
    drug = Catalogue(clinic).find("硝苯地平")[0]
    line = requests.add_line(draft.id, drug.code)
    requests.edit_line(draft.id, line.id, LineEdit(0, use))
    requests.fill_with_suggestions(draft.id)
    done = requests.submit(draft.id, requests.get(draft.id).version)
    Exchange(world.township).open_file(Exchange(clinic).save_file(done.message_id, folder / f"{number}.cyx"))
    clinic.sessions.engine.dispose()
    return draft.id


def town_lines(town, place=0):
    """The lines of a clinic's request as they are stored, by the code of the drug."""
    return {line.drug_code: line for line in Review(town.desk).get(town.requests[place]).lines}


def change_line(town, place, code, **values) -> None:
    """Set columns of a line of a clinic's request."""
    with town.desk.sessions.writing() as session:
        row = session.get_one(DrugRequestLine, town_lines(town, place)[code].id)
        for name, value in values.items():
            setattr(row, name, value)


def texts_of(file) -> list[list]:
    """The filled cells of a table that was saved, row by row."""
    return [[cell for cell in row if cell is not None] for row in sheet_rows(file)]
