"""A clinic at which every form is filled in: the real window with all its screens over one encrypted file, and the ways of
the keyboard through it. Used by the tests of every form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.desk import Desk
from app.forms.registry import FORM_MODULES, form
from app.services.enrolments import Enrolments
from app.services.form_views import RecordedForm
from app.services.resident_views import HistoryRow
from tests.desks import Clock, make_clinic
from tests.followup_people import add_resident
from tests.samples.form_answers import DAY, FILLED
from tests.ui.hands import CTRL, focused, press
from ui.background import ImmediateRunner
from ui.compose import screen_modules
from ui.dialogs import ScriptedDialogs
from ui.screens.forms.chooser import NOT_CHOSEN
from ui.screens.forms.page import FormPage
from ui.screens.forms.windows import ChangesWindow
from ui.screens.printing.window import PrintWindow
from ui.screens.residents.folder_tab import KindLine, SheetLine
from ui.screens.residents.screen import ResidentsScreen
from ui.services import Services
from ui.shell.main_window import MainWindow
from ui.tour.hands import settle, when_modal
from ui.tour.hands import wait_until as wait_long
from ui.widgets.form_view import FormView
from ui.widgets.form_view.fields import ShownControl
from ui.widgets.form_view.state import twins_of

VISITS = {"htn_followup": "htn", "dm_followup": "dm"}
"""Forms that are filled in on the screen of visits, and the disease under management."""

REGISTERED = ("record_cover", "personal_info")
"""The forms of the record itself, filled in by registering."""

MOST_STEPS = 250
PATIENCE_MS = 4000
FIRST_NUMBER = 70_000
"""Above the numbers that registering gives."""

ENROLLED = date(2019, 6, 1)
SCREENED: dict[str, Any] = {
    "screen_date": DAY, "place": "村委会", "sbp": 146, "dbp": 94, "heart_rate": 78, "fasting_glucose": "5.6",
    "height": "156.5", "weight": "63.0", "waist": "92.5", "risk_factors": [2, 3], "conclusion": [2],
    "repeat_on": "2026-12-04", "advice": "少吃盐，两周后再量一次", "doctor": "王明",
}  # fmt: skip


def sample(code: str) -> dict[str, Any]:
    """A filled-in example of a form as it is typed."""
    return dict(SCREENED if code == "screening" else FILLED[code])


@dataclass
class Clinic:
    """The desk, its window, and what was shown to be printed."""

    desk: Desk
    services: Services
    window: MainWindow
    dialogs: ScriptedDialogs
    previews: list[bytes]
    entered: dict[str, tuple[RecordedForm, dict[str, Any]]] = field(default_factory=dict)
    """By code the forms as they stood on file when they had just been entered, and the answers that were meant."""

    # --- the record -------------------------------------------------------------------------------------------

    @property
    def residents(self) -> ResidentsScreen:
        """The screen of the residents."""
        shown = self.window.screen("residents")
        assert isinstance(shown, ResidentsScreen)
        return shown

    def be_in_front(self) -> None:
        """Without a window manager nobody hands the activity back when a window in front has closed."""
        settle()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)

    def open_record(self, resident_id: str, tab: str) -> None:
        """A resident's record, at one of its tabs, reached by Ctrl+Tab."""
        self.be_in_front()
        self.window.show_screen("residents", resident_id=resident_id)
        tabs = self.residents.record.tabs
        tabs.bar.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(len(tabs.keys())):
            if tabs.current() == tab:
                break
            press(tabs.bar, Qt.Key.Key_Right)
        else:
            while tabs.current() != tab:
                press(tabs.bar, Qt.Key.Key_Left)
        press(tabs.bar, Qt.Key.Key_Tab)

    def choose_in_folder(self, resident_id: str, code: str, *, sheet: bool) -> None:
        """The folder with the cursor on a kind, or on its newest sheet."""
        self.open_record(resident_id, "folder")
        table = self.residents.record.folder.table
        to(table)
        press(table, Qt.Key.Key_Home, CTRL)
        for _ in range(MOST_STEPS):
            line = table.current_row()
            if sheet and isinstance(line, SheetLine) and line.sheet.form_code == code:
                return
            if not sheet and isinstance(line, KindLine) and line.kind.form_code == code:
                return
            press(table, Qt.Key.Key_Down)
        raise AssertionError(f"the folder has no line of {code}")

    def choose_new_form(self, resident_id: str, code: str) -> None:
        """填写新表 in the folder, then the number of the form."""
        self.open_record(resident_id, "folder")
        number = [each for each in FORM_MODULES if each not in NOT_CHOSEN].index(code) + 1

        def choose(chooser: QWidget) -> None:
            QTest.keyClicks(focused(chooser), str(number))
            if chooser.isVisible():
                press(focused(chooser), Qt.Key.Key_Return)

        when_modal(choose)
        press(go_by_tab(self.window, "folder_new"), Qt.Key.Key_Space)
        self.be_in_front()

    def open_from_timeline(self, resident_id: str, code: str) -> None:
        """The newest sheet of a form, opened by Enter on its line of the timeline."""
        self.open_record(resident_id, "timeline")
        table = self.residents.record.timeline.table
        to(table)
        press(table, Qt.Key.Key_Home, CTRL)
        for _ in range(MOST_STEPS):
            row = table.current_row()
            if row is not None and row.kind == code:
                press(table, Qt.Key.Key_Return)
                settle()
                return
            press(table, Qt.Key.Key_Down)
        raise AssertionError(f"the timeline has no line of {code}")

    def corrections(self, resident_id: str) -> tuple[HistoryRow, ...]:
        """What the tab 修改记录 shows, the newest first."""
        self.open_record(resident_id, "history")
        return tuple(self.residents.record.history.table.rows())

    # --- the other screens ------------------------------------------------------------------------------------

    def form_page(self) -> FormPage:
        """The form that is open, all of it built."""
        wait_until(lambda: self.window.current_key() == "forms", "the screen of the forms")
        page = self.window.screen("forms").page
        assert page is not None, self.dialogs.last_told()
        wait_until(page.view.is_built, "the form")
        return page

    def let_through(self) -> None:
        """Answer the question about other places, if it is asked, with Enter."""
        for shown in self.window.findChildren(ChangesWindow):
            if not shown.isVisible():
                continue
            press(shown.do_button, Qt.Key.Key_Return)
        self.be_in_front()

    def print_sheet(self, resident_id: str, code: str, number: int) -> str:
        """The newest sheet of a form from the folder through the print window, in the manner with this number; its words."""
        self.choose_in_folder(resident_id, code, sheet=True)
        press(go_by_tab(self.window, "folder_print_more"), Qt.Key.Key_Space)
        (window,) = [each for each in self.window.findChildren(PrintWindow) if each.isVisible()]
        settle()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        before = len(self.previews)
        try:
            press(go_by_tab(window, "print_manner"), Qt.Key(Qt.Key.Key_0 + number))
            wait_until(lambda: window.planned is not None and window.planned.batch.manner.value == window.manner.value(),
                       "the plan")
            assert window.preview_button.isEnabled(), window.summary.text()
            press(focused(window), Qt.Key.Key_P, CTRL)
            wait_until(lambda: len(self.previews) > before, "the sheets")
        finally:
            window.done(0)
            settle()
        return words_of(self.previews[-1])


def open_clinic(folder: Path) -> Clinic:
    """柳庄村卫生室 with 王明 signed in, its window in front."""
    desk = make_clinic(folder, Clock())
    window, dialogs, previews = MainWindow(), ScriptedDialogs(), []
    services = Services(
        desk, ImmediateRunner(), dialogs, say=window.say, preview=lambda pdf, _title: previews.append(pdf),
        navigate=lambda key, **arguments: key in window.screen_keys() and window.show_screen(key, **arguments),
    )  # fmt: skip
    for module in screen_modules("clinic"):
        window.add_screen(module.entry(services))
    window.show_desk()
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    return Clinic(desk, services, window, dialogs, previews)


def new_person(clinic: Clinic, code: str) -> str:
    """A resident for one form, under management where the form wants it."""
    number = FIRST_NUMBER + list(FORM_MODULES).index(code)
    person = add_resident(clinic.desk, name="李桂兰", height_cm=Decimal("156.5"), number=number,
                          record_no=f"{clinic.desk.place.record_prefix}{number:05d}")
    if code in VISITS:
        due = clinic.desk.today() + timedelta(days=3)
        Enrolments(clinic.desk).enrol(person, VISITS[code], ENROLLED, ENROLLED, first_visit_due=due)
    return person


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Let the window work until `holds()`; fails soon, for nothing here takes long."""
    wait_long(holds, what, PATIENCE_MS)


# --- the keyboard ---------------------------------------------------------------------------------------------


def to(widget: QWidget) -> None:
    """Put the focus on a control of which the way by Tab is not what is looked at."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    settle()


def go_by_tab(root: QWidget, name: str) -> QWidget:
    """Tab until the control with this name has the focus; fails the test when it is not reached."""
    passed: list[str] = []
    for _ in range(MOST_STEPS):
        at = root.window().focusWidget() or root
        if at.objectName() == name:
            return at
        passed.append(at.objectName())
        press(at, Qt.Key.Key_Tab)
    raise AssertionError(f"Tab does not reach {name!r}; it passed {list(dict.fromkeys(passed))}")


def answers_in_fields(view: FormView, codes: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical answers that stand in the controls of the forms, of those in `codes`; what is only shown is left out."""
    standing = twins_of(view.forms)
    found: dict[str, Any] = {}
    for declared in view.forms:
        raw: dict[str, Any] = {}
        for code in declared.fields:
            row = view.row_of(code)
            control = None if row is None or code not in codes else row.controls.get(standing[code])
            if control is not None and not isinstance(control, ShownControl):
                raw[code] = control.raw()
        read = declared.read(raw)
        assert read.problems == []
        found |= read.answers
    return found


def words_of(pdf: bytes) -> str:
    """All that is printed, without blanks."""
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages)


def canonical(code: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as a form keeps them."""
    return dict(form(code).read(answers).answers)
