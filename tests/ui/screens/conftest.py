"""Real desks for the tests of screens: encrypted files in a temporary folder, work at once, answers from a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest

from app.desk import Desk
from tests.desks import Clock, make_clinic, make_township
from tests.followup_people import add_resident
from tests.ui.screens.form_pages import screen_of
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens import forms
from ui.screens.forms.page import FormPage
from ui.services import Services
from ui.shell.main_window import MainWindow


class Window:
    """What a screen asks of the window: where it wanted to go, what it said, which sheets it showed."""

    def __init__(self) -> None:
        self.went: list[tuple[str, dict[str, object]]] = []
        self.said: list[str] = []
        self.previews: list[tuple[bytes, str]] = []

    def navigate(self, key: str, /, **arguments: object) -> bool:
        """Remember it."""
        self.went.append((key, arguments))
        return True

    def preview(self, pdf_bytes: bytes, title: str) -> None:
        """Remember it."""
        self.previews.append((pdf_bytes, title))


@pytest.fixture
def clock() -> Clock:
    """The clock of the desks of a test: 2026-11-22, 09:00 in Beijing."""
    return Clock()


@pytest.fixture
def clinic_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """柳庄村卫生室 with 王明 signed in."""
    desk = make_clinic(tmp_path / "clinic", clock)
    yield desk
    desk.close()


@pytest.fixture
def township_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """青石镇卫生院 with 赵敏 signed in."""
    desk = make_township(tmp_path / "township", clock)
    yield desk
    desk.close()


@pytest.fixture
def window() -> Window:
    """What the screen's window was asked."""
    return Window()


@pytest.fixture
def services(clinic_desk: Desk, window: Window, dialogs: ScriptedDialogs) -> Services:
    """The services of the clinic, with work done at once."""
    return Services(clinic_desk, ImmediateRunner(), dialogs, navigate=window.navigate, preview=window.preview,
                    say=window.said.append)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    """李桂兰, 71, on the list of the clinic."""
    return add_resident(clinic_desk, name="李桂兰", height_cm=Decimal("156.5"))


@pytest.fixture
def forms_window(qtbot, services: Services) -> MainWindow:
    """The real window with the screen of the forms, in front."""
    shown = MainWindow()
    qtbot.addWidget(shown)
    shown.add_screen(forms.entry(services))
    shown.show_desk()
    shown.resize(1366, 768)
    shown.show()
    shown.activateWindow()
    QTest.qWaitForWindowActive(shown)
    return shown


@pytest.fixture
def open_form(qtbot, forms_window: MainWindow) -> Callable[..., FormPage]:
    """open_form(resident_id=…, form_code=…): the page of a form, all of it built."""

    def opened(**arguments: Any) -> FormPage:
        forms_window.show_screen("forms", **arguments)
        page = screen_of(forms_window).page
        assert page is not None
        qtbot.waitUntil(page.view.is_built)
        return page

    return opened
