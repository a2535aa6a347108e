"""The computer's clock against what was written last."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.services.clock_check import last_day_ahead
from app.services.settings import Settings
from tests.desks import Clock, make_clinic


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(tmp_path, clock):
    made = make_clinic(tmp_path / "clinic", clock)
    yield made
    made.sessions.engine.dispose()


@pytest.mark.parametrize(
    ("back", "is_told"),
    [(timedelta(0), False), (timedelta(days=1), False), (timedelta(days=1, seconds=1), True), (timedelta(days=400), True)],
)
def test_a_clock_more_than_a_day_behind_the_last_record_is_noticed(desk, clock, back, is_told):
    clock.forward(days=500)
    Settings(desk).set("type_scale_percent", 125)
    written = desk.today()
    clock.moment -= back
    assert last_day_ahead(desk) == (written if is_told else None)


def test_what_is_written_afterwards_is_the_last_record(desk, clock):
    clock.forward(days=3)
    Settings(desk).set("type_scale_percent", 125)
    clock.forward(days=-3)
    Settings(desk).set("type_scale_percent", 100)
    assert last_day_ahead(desk) is None
