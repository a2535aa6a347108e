"""The first start: founding a clinic, then the sample clinic that the rest of the day is played on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from app.demo.clinic import PIN
from ui.tour.day import Day
from ui.tour.hands import Hands, wait_until

OWN_PIN = "7391"
PLACE = (("place_province", "河南省"), ("place_city", "周口市"), ("place_county", "沈丘县"))
WRITTEN = (
    ("place_township", "刘庄店镇"), ("place_township_code", "104"), ("place_village", "柳庄村"), ("place_village_code", "215"),
)  # fmt: skip


def play(day: Day) -> None:
    """Found a clinic of one's own, then choose the sample clinic and sign in."""
    found(day)
    open_sample(day)


def found(day: Day) -> None:
    """The questions of a first start, answered for a real clinic; its desk opens empty."""
    stage = day.stage("founded")
    hands = stage.hands
    with day.step("first start asks what this desk is", stage):
        hands.wait_for("start_kind")
        stage.picture("first start")
        hands.click("start_clinic")
        hands.wait_for("start_place")
    with day.step("place, name and record numbers of the clinic", stage):
        for name, words in PLACE:
            choose_in(hands, name, words)
        for name, words in WRITTEN:
            hands.fill(name, words)
        stage.picture("first start place")
        hands.click("start_next")
    with day.step("the first user and his PIN", stage):
        hands.fill("user_name", "王明")
        hands.fill("user_pin", OWN_PIN)
        hands.fill("user_pin_again", OWN_PIN)
        stage.picture("first start user")
        hands.click("start_next")
        hands.wait_for("recovery_done")
        stage.picture("recovery key")
        hands.click("recovery_done")
        stage.wait_for_desk()
        stage.picture("empty clinic")
    day.leave("founded")


def choose_in(hands: Hands, name: str, words: str) -> None:
    """Choose an entry of a list by its words, as the arrow keys would."""
    combo = hands.find(name, QComboBox)
    hands.go_to(combo)
    wanted = combo.findText(words)
    while combo.currentIndex() != wanted:
        hands.press(Qt.Key.Key_Down if combo.currentIndex() < wanted else Qt.Key.Key_Up)


def open_sample(day: Day) -> None:
    """The sample clinic lies in a folder of its own; its doctor signs in with his PIN."""
    stage = day.clinic
    hands = stage.hands
    with day.step("the sample clinic is made and opened"):
        hands.wait_for("start_kind")
        hands.click("start_sample")
        wait_until(lambda: hands.is_there("sign_in"), "somebody to be asked for his PIN")
        stage.picture("sign in")
    with day.step("the doctor signs in with his PIN"):
        hands.type(PIN)
        if hands.is_there("pin_enter"):
            hands.press(Qt.Key.Key_Return)
        stage.wait_for_desk()
