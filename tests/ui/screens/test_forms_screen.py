"""填表: every form by the keyboard, drafts, corrections, offers, proposals; a real encrypted file behind the screen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.desk import Desk
from app.forms.registry import form
from tests.followup_people import add_resident
from tests.samples.form_answers import FILLED
from tests.ui.hands import focused, press, type_form
from ui.screens import forms as package
from ui.screens.forms.page import FormPage
from ui.screens.forms.screen import FormsScreen
from ui.screens.forms.windows import ChangesWindow
from ui.services import Services
from ui.shell.main_window import MainWindow

ELSEWHERE = ("record_cover", "personal_info", "htn_followup", "dm_followup")
KINDS = tuple(code for code in FILLED if code not in ELSEWHERE)
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    return add_resident(clinic_desk, name="李桂兰", height_cm=Decimal("156.5"))


@pytest.fixture
def main_window(qtbot, services: Services) -> MainWindow:
    shown = MainWindow()
    qtbot.addWidget(shown)
    shown.add_screen(package.entry(services))
    shown.show_desk()
    shown.resize(1366, 768)
    shown.show()
    shown.activateWindow()
    QTest.qWaitForWindowActive(shown)
    return shown


@pytest.fixture
def opened(qtbot, main_window: MainWindow) -> Callable[..., FormPage]:
    """opened(resident_id=…, form_code=…): the page of a form in the real window."""

    def open_form(**arguments: Any) -> FormPage:
        main_window.show_screen("forms", **arguments)
        page = screen_of(main_window).page
        assert page is not None
        qtbot.waitUntil(page.view.is_built)
        return page

    return open_form


def screen_of(main_window: MainWindow) -> FormsScreen:
    found = main_window.screen("forms")
    assert isinstance(found, FormsScreen)
    return found


def let_through(main_window: MainWindow) -> None:
    """Answer the question about other places, if it is asked, with Enter."""
    shown = main_window.findChild(ChangesWindow)
    if shown is not None:
        press(shown.do_button, Qt.Key.Key_Return)


def fill(page: FormPage, **answers: Any) -> None:
    """Answer from outside."""
    page.view.set_answers(answers)


# --- every form by the keyboard -------------------------------------------------------------------------------


@pytest.mark.parametrize("code", KINDS)
def test_every_form_is_entered_by_the_keyboard_alone(code, opened, main_window, services, person):
    page = opened(resident_id=person, form_code=code)
    answers = form(code).read(FILLED[code]).answers
    type_form(page.view, answers)
    assert page.view.problems() == []
    assert focused(main_window) is page.save_button
    expected = services.form_records.judge(page.opened, FILLED[code]).answers
    screen_of(main_window).save_action()
    let_through(main_window)
    recorded = services.form_records.of_resident(person, code)[0]
    assert {key: value for key, value in recorded.answers.items() if key in expected} == expected
    assert recorded.state == "complete"
