"""Desks for the tests of services. The clock stands at 2026-11-22 09:00 in Beijing (01:00 UTC)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.desk import Desk
from app.security.secret_store import MemoryStore
from tests.desks import Clock, found_desk_folder, make_clinic, make_township


@pytest.fixture
def clock() -> Clock:
    """The clock of the desks of a test; move it with `clock.forward(days=1)`."""
    return Clock()


@pytest.fixture
def make_desk_folder(tmp_path: Path, clock: Clock) -> Callable[..., tuple[Path, MemoryStore]]:
    """Found a desk as the first start does: `folder, store = make_desk_folder(passphrase=…)`; it is closed again."""

    def make(name: str = "desk", passphrase: str | None = None) -> tuple[Path, MemoryStore]:
        store = MemoryStore()
        found_desk_folder(tmp_path / name, store, clock, passphrase)
        return tmp_path / name, store

    return make


@pytest.fixture
def clinic_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """柳庄村卫生室 with 王明 (village_doctor) signed in."""
    desk = make_clinic(tmp_path / "clinic", clock)
    yield desk
    desk.sessions.engine.dispose()


@pytest.fixture
def township_desk(tmp_path: Path, clock: Clock) -> Iterator[Desk]:
    """青石镇卫生院 with 赵敏 (township_pharmacist) signed in."""
    desk = make_township(tmp_path / "township", clock)
    yield desk
    desk.sessions.engine.dispose()
