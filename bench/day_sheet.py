"""The day sheet: opening it for forty people, a key in the grid, and saving all forty rows in one transaction.

On the sample clinic of 3,000 residents, forty people under management at a time get one row each with calm values. The
plain commit beside it is one transaction by the driver alone with as many rows inserted and updated as there are
national forms to write. A key is answered when the row was judged by the rules and the grid drawn again; beside it
stands Qt's own table with as many cells and none of the sense.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableWidget, QWidget

from app.desk import Desk
from app.services.day_sheets import DayRow, DaySheet, DaySheets, RowInput, RowState
from app.services.work_list import Until, WorkFilter, WorkList
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.follow_up import LATER, PlainCommit
from bench.people import QUICK_RESIDENTS, sample_clinic
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens.day_sheet.screen import DaySheetScreen
from ui.services import Services

RESIDENTS = 3_000
ROWS, QUICK_ROWS = 40, 3
SHEETS, QUICK_SHEETS = 9, 2
KEYS, QUICK_KEYS = 200, 4
WARM_UP = 3
CALM = {"bp": "128/78", "fpg": "6.1", "heart_rate": "74", "weight": "62.5"}


def measure(quick: bool) -> list[Row]:
    """Sheets of many people."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        desk = sample_clinic(Path(folder) / "clinic", QUICK_RESIDENTS if quick else RESIDENTS, later=LATER)
        try:
            people = everybody(desk)
            rows, sheets = (QUICK_ROWS, QUICK_SHEETS) if quick else (ROWS, SHEETS)
            return [
                *grid_rows(desk, people[: rows * 2], QUICK_KEYS if quick else KEYS),
                *saving_rows(desk, people, rows, sheets),
            ]
        finally:
            desk.close()


def everybody(desk: Desk) -> list[str]:
    """Who is under management, those due first."""
    page = WorkList(desk).page(WorkFilter(until=Until.ALL), limit=1_000)
    return [row.resident_id for row in page.rows if {"htn", "dm"}.intersection(row.diseases)]


def given(row: DayRow) -> RowInput:
    """What is typed for a person."""
    return RowInput({key: text for key, text in CALM.items() if key not in row.barred})


def sheets_of(service: DaySheets, people: list[str], rows: int, count: int) -> list[DaySheet]:
    """Sheets of so many rows that can be saved as they are typed."""
    ready = []
    for start in range(0, len(people), rows):
        sheet = service.open(people[start : start + rows])
        ready += [row for row in sheet.rows if service.judge(row, given(row), sheet.on).state is RowState.READY]
    on = sheet.on
    return [
        DaySheet(on, sheet.columns, tuple(ready[start : start + rows]))
        for start in range(0, min(len(ready) - rows + 1, rows * count), rows)
    ]


def saving_rows(desk: Desk, people: list[str], rows: int, count: int) -> list[Row]:
    """Opening and saving whole sheets, a plain commit taking turns with it."""
    service, plain = DaySheets(desk), PlainCommit(desk)
    opened, saved, commits, forms = [], [], [], 0
    sheets = sheets_of(service, people, rows, count)
    try:
        with undisturbed():
            for number, sheet in enumerate(sheets):
                opening = milliseconds(service.open, [row.resident_id for row in sheet.rows])
                typed = [(row, given(row)) for row in sheet.rows]
                forms = sum(len(row.sheet.form_codes) for row in sheet.rows)
                save = milliseconds(service.save, typed, sheet.on)
                commit = milliseconds(plain.commit_many, forms)
                if number or len(sheets) == 1:
                    opened.append(opening)
                    saved.append(save)
                    commits.append(commit)
    finally:
        plain.close()
    return [
        Row(f"day sheet of {rows} people opened", spread(opened), note="everybody's facts, last visit, what is carried"),
        Row(f"day sheet of {rows} people saved", spread(saved), spread(commits), Target(500),
            "each row validated, judged anew, stored as full national forms with history and due tasks; one commit"),
    ]  # fmt: skip


def grid_rows(desk: Desk, people: list[str], keys: int) -> list[Row]:
    """Typing down a column."""
    application()
    grid, table = Grid(desk, people), PlainTable(len(people))
    typed: tuple[list[float], list[float]] = ([], [])
    entered: tuple[list[float], list[float]] = ([], [])
    try:
        with undisturbed():
            for number in range(keys + WARM_UP):
                kept = typed if number % 3 else entered
                key = Qt.Key.Key_1 if number % 3 else Qt.Key.Key_Return
                ours, plain = milliseconds(grid.press, key), milliseconds(table.press, key)
                if number >= WARM_UP:
                    kept[0].append(ours)
                    kept[1].append(plain)
    finally:
        grid.close()
        table.close()
    return [
        Row("a digit in the day sheet", *map(spread, typed), Target(16), "the row judged, the grid drawn again"),
        Row("Enter in the day sheet", *map(spread, entered), Target(16),
            "the cell kept, the row judged, the counts renewed, the next row shown and drawn"),
    ]  # fmt: skip


def application() -> QApplication:
    """The one application, with the look of the program."""
    from ui.start import QT_ARGUMENTS
    from ui.theme.theme import Theme, apply_theme

    made = QApplication.instance() or QApplication(QT_ARGUMENTS)
    assert isinstance(made, QApplication)
    apply_theme(made, Theme())
    return made


class Grid:
    """The program's grid in a window of an ordinary size."""

    def __init__(self, desk: Desk, people: list[str]) -> None:
        self._screen = DaySheetScreen(Services(desk, ImmediateRunner(), ScriptedDialogs()))
        self._screen.resize(1200, 700)
        self._screen.show()
        self._screen.open_with(people=people[:ROWS])
        QTest.qWaitForWindowExposed(self._screen)

    def press(self, key: Qt.Key) -> None:
        """Press a key where the cursor is, and draw what follows."""
        page = self._screen.page
        assert page is not None
        press(page.grid, key)

    def close(self) -> None:
        """Away with it."""
        self._screen.close()
        self._screen.deleteLater()


class PlainTable:
    """Qt's own table."""

    def __init__(self, rows: int) -> None:
        self._table = QTableWidget(min(rows, ROWS), 8)
        self._table.resize(1200, 700)
        self._table.show()
        self._table.setCurrentCell(0, 0)
        QTest.qWaitForWindowExposed(self._table)

    def press(self, key: Qt.Key) -> None:
        """Press a key where the cursor is, and draw what follows."""
        press(self._table, key)
        if key == Qt.Key.Key_Return:
            self._table.setCurrentCell((self._table.currentRow() + 1) % self._table.rowCount(), 0)

    def close(self) -> None:
        """Away with it."""
        self._table.close()
        self._table.deleteLater()


def press(table: QWidget, key: Qt.Key) -> None:
    """Press a key in the open cell of a table, else in the table."""
    line = table.findChild(QWidget, "day_sheet_editor") or table.focusWidget()
    open_cells = [each for each in table.findChildren(QWidget) if each.inherits("QLineEdit") and each.isVisible()]
    QTest.keyClick(open_cells[-1] if open_cells else line or table, key)
    QCoreApplication.sendPostedEvents()
