"""A shelf with three drugs, the screen of 库存 over it, and what the screen asked of its window."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.movements import MovementKind
from app.services.stock import Stock
from tests.app.services.stock_things import INSULIN, TODAY, add_drugs, days_ago, move, receive
from tests.ui.screens.drug_desks import services_of
from tests.ui.screens.stock_pages import stock_screen


@pytest.fixture
def desk(clinic_desk):
    """Three drugs: amlodipine in two batches, insulin, and ibuprofen that never came."""
    add_drugs(clinic_desk)
    receive(clinic_desk, 280, TODAY - timedelta(days=120), "0021")
    near = receive(clinic_desk, 56, TODAY - timedelta(days=100), "0019", TODAY + timedelta(days=20))
    move(clinic_desk, near, MovementKind.DISPENSE, 14, days_ago(clinic_desk, 50))
    receive(clinic_desk, 6, TODAY - timedelta(days=90), "I7", date(2027, 9, 30), INSULIN)
    return clinic_desk


@pytest.fixture
def services_and_seen(desk, dialogs):
    """The services of the clinic with its shelf, and what they were asked."""
    return services_of(desk, dialogs)


@pytest.fixture
def services(services_and_seen):
    """The services of the clinic with its shelf."""
    return services_and_seen[0]


@pytest.fixture
def seen(services_and_seen):
    """Where the screen wanted to go, what it said, which sheets it showed."""
    return services_and_seen[1]


@pytest.fixture
def screen(qtbot, services):
    """The screen with the balance list in front."""
    return stock_screen(qtbot, services)


@pytest.fixture
def excursion(desk):
    """Two days too warm in the 冷藏柜, among good ones."""
    cold = Stock(desk).cold_chain
    for days, hour, celsius in (
        (3, 1, "5"),
        (3, 10, "8.4"),
        (2, 0, "11"),
        (2, 9, "6"),
        (1, 1, "5"),
        (1, 9, "5"),
        (0, 0, "5"),
    ):
        cold.add_reading("冷藏柜", celsius, at=days_ago(desk, days, hour))
    return cold.register()[0].excursions[0]
