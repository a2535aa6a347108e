"""The work list with 500 people due: shown in the screen of today, and the service alone, beside the plain SQL it runs.

Shown means: read with the counts above it, put into the table, and the window drawn (offscreen unless a display was
chosen). The clinic is a sample in which, a hundred days later, everybody under management is due.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.desk import Desk
from app.services.work_list import WorkList
from bench.figures import Row, Target, milliseconds, spread, undisturbed
from bench.heard import PlainReader
from bench.people import QUICK_RESIDENTS, sample_clinic
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens import today
from ui.services import Services
from ui.shell.main_window import MainWindow

RESIDENTS = 2_760
DUE, PAGE = 500, 100
TIMES, QUICK_TIMES = 60, 3
LATER = timedelta(days=100)


def measure(quick: bool) -> list[Row]:
    """The list of one clinic."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        desk = sample_clinic(Path(folder) / "clinic", QUICK_RESIDENTS if quick else RESIDENTS, later=LATER)
        try:
            return rows_of(desk, QUICK_TIMES if quick else TIMES)
        finally:
            desk.close()


def rows_of(desk: Desk, times: int) -> list[Row]:
    """The screen, 500 from the service and a page of 100 from the service take turns."""
    screen, work_list, plain = Screen(desk), WorkList(desk), PlainReader(desk)
    shown: tuple[list[float], list[float]] = ([], [])
    pages: dict[int, tuple[list[float], list[float]]] = {DUE: ([], []), PAGE: ([], [])}
    try:
        screen.read()
        count = screen.rows()
        with undisturbed():
            for _ in range(times):
                shown[0].append(milliseconds(screen.show))
                shown[1].append(plain.time(screen.read))
                for limit, (ours, sql) in pages.items():
                    ours.append(milliseconds(work_list.page, limit=limit))
                    sql.append(plain.time(lambda limit=limit: work_list.page(limit=limit)))
    finally:
        plain.close()
        screen.close()
    return [
        Row(f"work list of {count} people due, shown and drawn", *map(spread, shown), Target(50),
            "screen of today: read, counted, filled into the table, drawn"),
        Row(f"the service alone, at most {DUE}", *map(spread, pages[DUE]), note="with the counts above the list"),
        Row(f"the service alone, at most {PAGE}", *map(spread, pages[PAGE]), note="with the counts above the list"),
    ]  # fmt: skip


class Screen:
    """The screen of today in the window of the program."""

    def __init__(self, desk: Desk) -> None:
        self._app = QApplication.instance() or QApplication(["bench", "-style", "fusion"])
        self._window = MainWindow()
        self._window.add_screen(today.entry(Services(desk, ImmediateRunner(), ScriptedDialogs())))
        self._window.show_screen("today")
        self._window.show_desk()
        self._window.show()
        QTest.qWaitForWindowExposed(self._window)
        self._screen = self._window.current_screen()

    def rows(self) -> int:
        """How many people the table shows."""
        return len(self._screen.table.rows())

    def read(self) -> None:
        """Read the list anew into the table."""
        self._screen.show_list(least=DUE)

    def show(self) -> None:
        """Read the list anew and draw the window."""
        self._screen.show_list(least=DUE)
        self._window.repaint()

    def close(self) -> None:
        """Close the window."""
        self._window.close()
        self._window.deleteLater()
        QCoreApplication.sendPostedEvents()
