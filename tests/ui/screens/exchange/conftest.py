"""The screen of 收发 over two desks that know each other, or that do not yet."""

from __future__ import annotations

import pytest

from tests.desks import make_township
from tests.supply_desks import give_keys
from tests.ui.screens.drug_desks import DrugWorld, on_screen, services_of
from ui.screens.exchange.screen import ExchangeScreen


@pytest.fixture
def world(tmp_path):
    """A clinic and its township, paired."""
    made = DrugWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def strangers(tmp_path):
    """A clinic and a township that do not know each other."""
    made = DrugWorld(tmp_path, paired=False)
    yield made
    made.close()


@pytest.fixture
def other_township(world, tmp_path):
    """Another township, with keys of its own, that neither of the two knows."""
    made = make_township(tmp_path / "other", world.clock)
    give_keys(made)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, dialogs):
    """opened(desk): the exchange screen of a desk, shown."""

    def make(desk):
        services, seen = services_of(desk, dialogs)
        return on_screen(qtbot, ExchangeScreen(services)), seen

    return make
