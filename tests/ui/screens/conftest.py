"""Real desks for the tests of screens: encrypted files in a temporary folder, work at once, answers from a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.desk import Desk
from tests.desks import Clock, make_clinic, make_township
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.services import Services


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
