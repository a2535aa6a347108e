"""The counter of the clinic, the person who comes to it, and packs with codes on its shelf."""

from __future__ import annotations

import pytest

from app.services.catalogue import Catalogue
from tests.app.services.dispensing_things import AMLODIPINE, AMOXICILLIN, code, stock
from tests.followup_people import add_resident
from tests.ui.screens.drug_desks import on_screen
from tests.ui.screens.follow_up_desk import make_findable
from ui.screens.dispensing.screen import DispensingScreen


@pytest.fixture
def desk(clinic_desk):
    """The clinic with its catalogue and nothing on the shelf."""
    Catalogue(clinic_desk).ensure_starter()
    return clinic_desk


@pytest.fixture
def resident(desk):
    """李桂兰, 71, allergic to nothing."""
    person = add_resident(desk, drug_allergy=[1])
    make_findable(desk, person, "李桂兰")
    return person


@pytest.fixture
def coded(desk):
    """Two coded packs of amlodipine, one of amoxicillin."""
    stock(desk, AMLODIPINE, 56, codes=(code(1), code(2)))
    stock(desk, AMOXICILLIN, 24, codes=(code(9),), pack=24)


@pytest.fixture
def screen(qtbot, services, desk):
    """发药, shown, with the register in front."""
    return on_screen(qtbot, DispensingScreen(services))
