"""The first start: the program asks what this desk is, and opens the sample clinic for the rest of the day."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.demo.clinic import PIN
from ui.tour.day import Day
from ui.tour.hands import wait_until


def play(day: Day) -> None:
    """Look at the questions of a first start, then choose the sample clinic and sign in."""
    stage = day.clinic
    hands = stage.hands
    with day.step("first start asks what this desk is"):
        hands.wait_for("start_kind")
        stage.picture("first start")
        hands.click("start_clinic")
        hands.wait_for("start_place")
        stage.picture("first start place")
        hands.click("start_back")
    with day.step("the sample clinic is made and opened"):
        hands.click("start_sample")
        wait_until(lambda: hands.is_there("sign_in"), "somebody to be asked for his PIN")
        stage.picture("sign in")
    with day.step("the doctor signs in with his PIN"):
        hands.type(PIN)
        if hands.is_there("pin_enter"):
            hands.press(Qt.Key.Key_Return)
        stage.wait_for_desk()
        stage.picture("today")
