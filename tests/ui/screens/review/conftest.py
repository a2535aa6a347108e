"""The screen of 申领审核: over two paired desks, or at a township of which three clinics ask more than it has."""

from __future__ import annotations

import pytest

from app.services.exchange import Exchange
from bench.supply import add_request, stock_up, township
from tests.ui.screens.drug_desks import DrugWorld, on_screen, services_of
from ui.screens.review.screen import ReviewScreen


@pytest.fixture
def world(tmp_path):
    """A clinic and its township."""
    made = DrugWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, dialogs):
    """opened(desk): the screen of a township, shown, and what it asked of the window."""

    def make(desk):
        services, seen = services_of(desk, dialogs)
        return on_screen(qtbot, ReviewScreen(services)), seen

    return make


@pytest.fixture
def taken(world, opened):
    """The screen with one request of three lines, taken for review."""
    Exchange(world.township).open_file(world.submitted_file())
    screen, seen = opened(world.township)
    screen.save_action()
    return screen, seen


@pytest.fixture
def town(tmp_path):
    """Three clinics that ask for 60, 59 and 58 of five drugs; of the first drug there are 60, of the others 180."""
    made = township(tmp_path / "town", drugs=5)
    for number in range(3):
        add_request(made, number, 5)
    stock_up(made, 3)
    yield made
    made.desk.close()


@pytest.fixture
def reviewing(town, opened):
    """The screen with the first of the three clinics' requests taken."""
    screen, seen = opened(town.desk)
    screen.open_with(request_id=town.requests[0])
    screen.save_action()
    return screen, seen
