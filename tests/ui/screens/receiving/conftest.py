"""A clinic to which a shipment comes, and its page of 收货."""

from __future__ import annotations

import pytest

from tests.ui.screens.receiving.arrival_hands import ArrivalWorld
from tests.ui.screens.supply_things import shown_page
from ui.screens.receiving.page import ReceivingPage


@pytest.fixture
def world(tmp_path):
    """A clinic and its township, closed after the test."""
    made = ArrivalWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, world, dialogs):
    """opened(): the page of the clinic, shown, and what it asked of the window."""

    def make():
        return shown_page(qtbot, ReceivingPage, world.clinic, dialogs)

    return make
