"""A desk for the tests of imports; the clock stands at 2026-11-22 09:00 in Beijing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.desk import Desk
from app.interchange.roster import RosterImport
from tests.desks import Clock, make_clinic


@pytest.fixture
def clock() -> Clock:
    """The clock of the desk of a test."""
    return Clock()


@pytest.fixture
def clinic_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """柳庄村卫生室 with 王明 signed in."""
    desk = make_clinic(tmp_path / "clinic", clock)
    yield desk
    desk.sessions.engine.dispose()


@pytest.fixture
def roster(clinic_desk: Desk) -> RosterImport:
    """The import of rosters at that desk."""
    return RosterImport(clinic_desk)
