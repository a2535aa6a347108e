"""What a doctor does and reads on the screen of a visit, for stories of follow-up at the keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.services.follow_ups import FollowUps
from tests.ui.hands import control
from tests.ui.screens.follow_up_desk import focus
from ui.screens.follow_ups.visit import VisitPage

CTRL = Qt.KeyboardModifier.ControlModifier
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
SAVE = (Qt.Key.Key_Return, CTRL)
TAKE_OVER_ALL = (Qt.Key.Key_L, CTRL_SHIFT)


def visit_in(window) -> VisitPage:
    """The visit that is open."""
    visit = window.screen("follow_ups").visit
    assert visit is not None
    return visit


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    """Press a key where the cursor is."""
    QTest.keyClick(focus(), key, modifier)


def type_digits(digits):
    """Type digits wherever the cursor goes by itself."""
    for digit in digits:
        QTest.keyClick(focus(), digit)


def calm_readings(pressure="13682", rate="76", weight="63.5"):
    """Pressure, heart rate and weight, read off without any key between them; then no symptom."""
    type_digits(pressure + rate + weight + "1")


def text_of(visit, name):
    """What a line shows."""
    return control(visit, QLineEdit, name).text()


def card_words(visit, disease="htn"):
    """Title and sentences of the proposal."""
    card = visit.side.cards[disease]
    return [card.title(), *card.words()]


def problem_of(visit, key):
    """The sentence beneath a field."""
    return visit.form.cells[key].problem()


def sheets(desk, resident_id, form_code="htn_followup"):
    """The recorded sheets."""
    return FollowUps(desk).recorded_sheets(resident_id, form_code)
