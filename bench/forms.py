"""National forms: opening the largest one, a key in it, saving it; and a clinic with ten years of forms.

The clinic is the program's own sample: 3,000 residents, ten years of visits, examinations, assessments and encounters.
The largest form is 健康体检表. Opening means from the doctor's choice to the drawn page; a key is answered when the
answer was judged and the page drawn again. Beside it stands a plain Qt page with as many lines for typing and none of
the form's sense. Every screen of the full clinic takes turns with the same screen of one that has as many
residents and a single year of forms: the difference is what the history costs.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFormLayout, QLineEdit, QScrollArea, QWidget
from sqlalchemy import select

from app.desk import Desk
from app.forms.registry import form
from app.forms.vocabulary import Level
from app.services.form_records import FormRecords
from app.services.form_views import OpenForm
from bench.figures import Figure, Row, Target, milliseconds, spread, undisturbed
from bench.follow_up import PlainCommit
from bench.people import QUICK_RESIDENTS, sample_clinic
from db.models import FormEntry
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens import follow_ups, forms, residents, today
from ui.screens.forms.screen import FormsScreen
from ui.services import Services
from ui.shell.main_window import MainWindow

LARGEST = "health_exam"
TYPED = "pulse"
RESIDENTS, YEARS = 3_000, 10
YOUNG_YEARS = 1
SAVED, QUICK_SAVED = 200, 4
OPENED, QUICK_OPENED = 30, 2
KEYS, QUICK_KEYS = 120, 4
WARM_UP = 3
LATER = timedelta(days=1)
MOST_MEGABYTES = 250


def measure(quick: bool) -> list[Row]:
    """One clinic with a long history and one with a short one."""
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        many = QUICK_RESIDENTS if quick else RESIDENTS
        full = sample_clinic(Path(folder) / "full", many, later=LATER, years=2 if quick else YEARS)
        young = sample_clinic(Path(folder) / "young", many, later=LATER, years=YOUNG_YEARS)
        try:
            return [
                *size_rows(full),
                *saving_rows(full, QUICK_SAVED if quick else SAVED),
                *form_rows(full, QUICK_OPENED if quick else OPENED, QUICK_KEYS if quick else KEYS),
                *screen_rows(full, young, QUICK_OPENED if quick else OPENED),
            ]
        finally:
            full.close()
            young.close()


def examined(desk: Desk) -> list[str]:
    """Residents who were examined, the oldest id first."""
    table = FormEntry.__table__
    statement = select(table.c.resident_id).where(table.c.form_code == LARGEST).distinct()
    with desk.sessions.reading() as session:
        return sorted(session.scalars(statement))


def size_rows(desk: Desk) -> list[Row]:
    """How large the file is."""
    assert desk.sessions.file is not None
    with desk.sessions.reading() as session:
        session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        count = session.connection().exec_driver_sql("SELECT count(*) FROM form_entry").scalar_one()
    size = Figure(desk.sessions.file.stat().st_size / 1e6, "MB")
    note = f"{count:,} filled-in forms with the history of each, search keys and audit chain; encrypted"
    return [Row(f"file of {RESIDENTS:,} residents with {YEARS} years of forms", size, None, Target(MOST_MEGABYTES), note)]


def saving_rows(desk: Desk, count: int) -> list[Row]:
    """Saving the largest form, a plain commit taking turns with it."""
    records, plain = FormRecords(desk), PlainCommit(desk)
    saved, judged, commits = [], [], []
    try:
        with undisturbed():
            for resident_id in examined(desk):
                opened, answers = filled_again(records, resident_id)
                said = records.judge(opened, answers)
                asked = frozenset(problem.code for problem in said.problems if problem.level is Level.ASK)
                if len(asked) < len(said.problems):
                    continue  # somebody who became 65 since: more is asked now
                if len(saved) == count:
                    break
                rules = milliseconds(records.judge, opened, answers)
                save = milliseconds(records.save, resident_id, LARGEST, answers, confirmed=asked)
                commit = milliseconds(plain.commit)
                saved.append(save)
                judged.append(rules)
                commits.append(commit)
    finally:
        plain.close()
    answers_each = len(answers)
    return [
        Row("health examination saved", spread(saved), spread(commits), Target(20),
            f"{answers_each} answers: validated, judged, stored with revision and audit entry, one commit with fsync"),
        Row("health examination judged", spread(judged), note="every answer and every rule, as after a pause in typing"),
    ]  # fmt: skip


def filled_again(records: FormRecords, resident_id: str) -> tuple[OpenForm, Mapping[str, Any]]:
    """A new form with the answers of the last one."""
    opened = records.open(resident_id, LARGEST)
    assert opened.previous is not None
    return opened, {**opened.previous.answers, **opened.starting}


def form_rows(desk: Desk, times: int, keys: int) -> list[Row]:
    """Opening the form, and typing into it."""
    window, page = Window(desk), PlainPage()
    opened: tuple[list[float], list[float]] = ([], [])
    typed: tuple[list[float], list[float]] = ([], [])
    people = examined(desk)
    try:
        for number in range(times + WARM_UP):
            resident_id = people[number % len(people)]
            ours, plain = milliseconds(window.open_form, resident_id), milliseconds(page.open)
            window.settle()
            if number >= WARM_UP:
                opened[0].append(ours)
                opened[1].append(plain)
            window.leave_form()
        window.open_form(people[0])
        window.settle()
        window.go_to_line()
        with undisturbed():
            for number in range(keys + WARM_UP):
                ours, plain = milliseconds(window.type_digit, number), milliseconds(page.type_digit, number)
                if number >= WARM_UP:
                    typed[0].append(ours)
                    typed[1].append(plain)
    finally:
        page.close()
        window.close()
    return [
        Row("health examination opened", *map(spread, opened), Target(150),
            "read, offers looked up, first page built and drawn; the rest is built while the program idles"),
        Row("a key in the health examination", *map(spread, typed), Target(16), "judged and drawn again"),
    ]  # fmt: skip


def screen_rows(full: Desk, young: Desk, times: int) -> list[Row]:
    """The screens of a clinic with a long history beside those of one with a short one."""
    rows = []
    shown: tuple[Callable[[Window], None], ...] = (Window.show_today, Window.show_residents, Window.show_record)
    names = ("screen of today", "list of residents", "a resident's record")
    ours, plain = Window(full), Window(young)
    try:
        for name, show in zip(names, shown, strict=True):
            spent: tuple[list[float], list[float]] = ([], [])
            for number in range(times + WARM_UP):
                once = milliseconds(show, ours), milliseconds(show, plain)
                if number >= WARM_UP:
                    spent[0].append(once[0])
                    spent[1].append(once[1])
            note = "baseline: the same screen of as many residents with one year of forms"
            rows.append(Row(f"{name}, ten years of forms", *map(spread, spent), note=note))
    finally:
        plain.close()
        ours.close()
    return rows


class Window:
    """The program's window with the screens that show forms."""

    def __init__(self, desk: Desk) -> None:
        self._app = application()
        self._window = MainWindow()
        services = Services(desk, ImmediateRunner(), ScriptedDialogs(), navigate=self._window.show_screen)
        for screen in (today, residents, follow_ups, forms):
            self._window.add_screen(screen.entry(services))
        self._people = examined(desk) or everybody(desk)
        self._next = 0
        self._line: QLineEdit | None = None
        self._window.show_screen("today")
        self._window.show_desk()
        self._window.show()
        QTest.qWaitForWindowExposed(self._window)

    def open_form(self, resident_id: str) -> None:
        """Open a new form of this resident and draw it."""
        self._window.show_screen("forms", resident_id=resident_id, form_code=LARGEST)
        self._window.repaint()

    def go_to_line(self) -> None:
        """The cursor into a line where numbers are typed."""
        screen = self._window.current_screen()
        assert isinstance(screen, FormsScreen)
        assert screen.page is not None
        screen.page.view.go_to(TYPED)
        line = self._window.focusWidget()
        assert isinstance(line, QLineEdit)
        self._line = line

    def settle(self) -> None:
        """Let what is built while the program idles be built."""
        QTest.qWait(50)
        QCoreApplication.sendPostedEvents()

    def leave_form(self) -> None:
        """Away from the form, without keeping what was typed."""
        self._window.show_screen("today")

    def type_digit(self, number: int) -> None:
        """A digit into the field with the cursor, and the page drawn again."""
        line = self._line
        assert line is not None
        if len(line.text()) > 3:
            line.clear()
        QTest.keyClick(line, Qt.Key(Qt.Key.Key_1 + number % 9))
        draw_changes()

    def show_today(self) -> None:
        """The list of today, read anew and drawn."""
        self._window.show_screen("residents")
        self._window.show_screen("today")
        self._window.repaint()

    def show_residents(self) -> None:
        """The list of residents."""
        self._window.show_screen("today")
        self._window.show_screen("residents")
        self._window.repaint()

    def show_record(self) -> None:
        """The record of one resident after the other."""
        self._next = (self._next + 1) % len(self._people)
        self._window.show_screen("residents", resident_id=self._people[self._next])
        self._window.repaint()

    def close(self) -> None:
        """Close the window."""
        self._window.close()
        self._window.deleteLater()
        QCoreApplication.sendPostedEvents()


class PlainPage:
    """As many lines as the form has answers, on a plain page that scrolls."""

    def __init__(self) -> None:
        self._page: QScrollArea | None = None

    def open(self) -> None:
        """Make the page anew and draw it."""
        self.close()
        inside = QWidget()
        lines = QFormLayout(inside)
        for item in form(LARGEST).fields.values():
            lines.addRow(item.label, QLineEdit())
        self._page = QScrollArea()
        self._page.setWidget(inside)
        self._page.setWidgetResizable(True)
        self._page.resize(1100, 700)
        self._page.show()
        self._page.repaint()

    def type_digit(self, number: int) -> None:
        """A digit into the first line."""
        assert self._page is not None
        line = self._page.findChild(QLineEdit)
        assert line is not None
        QTest.keyClick(line, Qt.Key(Qt.Key.Key_1 + number % 9))
        draw_changes()

    def close(self) -> None:
        """Close the page."""
        if self._page is not None:
            self._page.close()
            self._page.deleteLater()
            self._page = None
            QCoreApplication.sendPostedEvents()


def application() -> QApplication:
    """The application in the program's colours and type, which are part of what is drawn."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    from ui.theme.theme import Theme, apply_theme

    made = QApplication(["bench", "-style", "fusion"])
    apply_theme(made, Theme("clinic", 1.0, False))
    return made


def draw_changes() -> None:
    """Place and draw what a key changed, as Qt does when the program has nothing else to do."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)


def everybody(desk: Desk) -> list[str]:
    """All residents."""
    with desk.sessions.reading() as session:
        return sorted(session.connection().exec_driver_sql("SELECT id FROM resident").scalars())
