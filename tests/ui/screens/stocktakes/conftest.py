"""A clinic with something to count, and its page of 盘点."""

from __future__ import annotations

import pytest

from tests.ui.screens.stocktakes.count_hands import CountWorld
from tests.ui.screens.supply_things import shown_page
from ui.screens.stocktakes.page import StocktakesPage


@pytest.fixture
def world(tmp_path):
    """A clinic and its township, closed after the test."""
    made = CountWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, world, dialogs):
    """opened(desk): the page of a user of the clinic, shown, and what it asked of the window."""

    def make(desk=None):
        return shown_page(qtbot, StocktakesPage, desk or world.clinic, dialogs)

    return make
