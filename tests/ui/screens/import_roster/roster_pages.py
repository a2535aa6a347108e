"""What a person sees and does on the screen of the import, for its tests, and what is on file afterwards."""

from __future__ import annotations

from PySide6.QtCore import Qt
from sqlalchemy import func, select

from db.models import Resident
from tests.ui.hands import control, press
from ui.screens.import_roster.target_box import TargetBox
from ui.widgets.buttons import Button
from ui.widgets.segmented import Segmented
from ui.widgets.table import DataTable, cell_words


def button(screen, name) -> Button:
    """A button of the screen."""
    return control(screen, Button, name)


def chosen_filter(screen) -> Segmented:
    """Which lines are shown."""
    return control(screen, Segmented, "import_filter")


def filter_texts(screen) -> list[str]:
    """What can be shown, each with its number of lines."""
    return [option.words() for option in chosen_filter(screen).options()]


def rows_table(screen) -> DataTable:
    """The lines that were checked."""
    return control(screen, DataTable, "import_rows")


def rows_in_words(table) -> list[tuple[str, ...]]:
    """What the cells of a table say, row by row."""
    model = table.rows_model
    return [
        tuple(cell_words(model.cell(model.index(row, column))) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def target_box(screen, number) -> TargetBox:
    """Where it is told what a column of the file holds; the first column is 0."""
    return control(screen, TargetBox, f"target_{number}")


def choose_target(screen, number, target) -> None:
    """Open the list of a column with a key, go to a target and take it."""
    box = target_box(screen, number)
    press(box, Qt.Key.Key_Down)
    popup = box.view()
    place = next(i for i in range(box.count()) if box.itemData(i) == target)
    popup.setCurrentIndex(box.model().index(place, 0))
    press(popup, Qt.Key.Key_Return)


def check(screen, file) -> None:
    """Open a roster and look at its lines."""
    screen.open_file(file)
    screen.check_lines()


def import_all(screen, dialogs, file) -> None:
    """Open a roster, look at its lines, and import them."""
    check(screen, file)
    confirm(screen, dialogs)


def confirm(screen, dialogs) -> None:
    """Import the lines that were looked at, and say yes."""
    dialogs.will_answer("import")
    screen.ask_and_import()


def stored(desk, model) -> int:
    """How many rows of a model are stored."""
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def all_residents(desk) -> list[Resident]:
    """Everybody on file."""
    with desk.sessions.reading() as session:
        return list(session.scalars(select(Resident)))
