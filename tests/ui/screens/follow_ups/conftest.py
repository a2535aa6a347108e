"""The real window on a real desk: the list of the day, and the visit of somebody opened from it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.screens.follow_up_desk import follow_up_window, services_of
from tests.ui.screens.follow_ups.visit_hands import press, visit_in


@pytest.fixture
def desk(clinic_desk):
    """The desk of the stories."""
    return clinic_desk


@pytest.fixture
def services(desk):
    """Its services, whose previews are remembered."""
    return services_of(desk)


@pytest.fixture
def open_window(qtbot, services):
    """The window at work, in front; made when everybody is on the list."""

    def made():
        window = follow_up_window(services)
        qtbot.addWidget(window)
        return window

    return made


@pytest.fixture
def open_visit(open_window):
    """The visit of somebody, opened from the list of the day by Enter."""

    def made(resident_id):
        window = open_window()
        table = window.screen("today").table
        at = next(number for number, row in enumerate(table.rows()) if row.resident_id == resident_id)
        for _ in range(at):
            press(Qt.Key.Key_Down)
        press(Qt.Key.Key_Return)
        return visit_in(window)

    return made
