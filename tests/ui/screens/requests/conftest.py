"""A clinic that writes its drug requests, and its screen on them."""

from __future__ import annotations

import pytest

from tests.ui.screens.drug_desks import DrugWorld, on_screen, services_of
from ui.screens.requests.screen import RequestsScreen


@pytest.fixture
def world(tmp_path):
    """A clinic and its township, paired."""
    made = DrugWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, dialogs):
    """opened(world): the clinic's screen, shown, and what it asked of the window."""

    def make(world):
        services, seen = services_of(world.clinic, dialogs)
        return on_screen(qtbot, RequestsScreen(services)), seen

    return make
