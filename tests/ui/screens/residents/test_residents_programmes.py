"""慢病 in a resident's record: every programme may be entered, and its visit is begun where it is written."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget

from app.services.diseases import PROGRAMMES
from app.services.enrolments import Enrolments
from tests.desks import Clock, make_clinic
from tests.residents import register
from tests.ui.hands import control
from tests.ui.screens.follow_up_desk import services_of
from ui.screens.residents.screen import ResidentsScreen

ON = date(2026, 11, 1)


@pytest.fixture
def services(tmp_path):
    desk = make_clinic(tmp_path / "clinic", Clock())
    yield services_of(desk)
    desk.sessions.engine.dispose()


@pytest.fixture
def person(services):
    return register(services.desk, "李桂兰").id


@pytest.fixture
def screen(services, qtbot):
    made = ResidentsScreen(services)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    return made


def press(button):
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_every_programme_is_offered_and_can_be_entered(services, screen, person, qtbot):
    screen.open_with(person, tab="chronic")
    for disease in PROGRAMMES:
        assert control(screen.record.chronic, QPushButton, f"enrol_{disease}").isEnabled()
    press(control(screen.record.chronic, QPushButton, "enrol_smi"))
    press(control(screen, QPushButton, "enrol_window_do"))
    assert [each.disease for each in services.enrolments.of_resident(person)] == ["smi"]
    qtbot.waitUntil(lambda: control(screen.record.chronic, QWidget, "enrolment_smi").isVisible())


@pytest.mark.parametrize(
    ("disease", "key", "form_code"),
    [
        ("htn", "follow_ups", None),
        ("smi", "forms", "smi_followup"),
        ("tb", "forms", "tb_first_visit"),
        ("copd", "forms", "copd_followup"),
    ],
)
def test_a_visit_is_begun_where_it_is_written(services, screen, person, disease, key, form_code):
    Enrolments(services.desk).enrol(person, disease, None, ON)
    went = []
    services.navigate = lambda where, **arguments: went.append((where, arguments)) or True
    screen.open_with(person, tab="chronic")
    press(control(screen.record.chronic, QPushButton, f"visit_{disease}"))
    ((where, arguments),) = went
    assert (where, arguments["resident_id"], arguments.get("form_code")) == (key, person, form_code)
