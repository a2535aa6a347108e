"""Drug supply: pairing the two desks, the clinic's request, the township's decision line by line, and what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from app.demo.clinic import PIN
from app.demo.township import build_township
from ui.screens.requests.line_table import LineTable
from ui.tour.day import Day
from ui.tour.hands import Hands
from ui.tour.log import Step
from ui.tour.stage import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
DRUGS = (("xbdp", 9, 44), ("ejsg", 12, 30), ("xst", 0, 8), ("aspl", 22, 25), ("amxl", 31, 26))
"""(pinyin initials, stock on hand, monthly use): nifedipine, metformin, valsartan, aspirin, amoxicillin."""


def play(day: Day) -> None:
    """From two desks that do not know each other to a decided request that both have printed."""
    open_township(day)
    pair(day)
    request = write_request(day)
    reply = review_request(day, request)
    read_reply(day, reply)


def open_township(day: Day) -> None:
    """A township with the requests of five other clinics; its pharmacist signs in."""
    folder = day.folder / "township"
    build_township(folder, store=day.store, clock=day.clock).close()
    stage = day.township
    with day.step("the township's pharmacist signs in", stage):
        stage.hands.wait_for("sign_in")
        if not stage.hands.is_there("pin"):
            stage.hands.press(Qt.Key.Key_Space)  # the first of the three people who work there
        stage.hands.type(PIN)
        if stage.hands.is_there("pin_enter"):
            stage.hands.press(Qt.Key.Key_Return)
        stage.wait_for_desk()
        stage.picture("township inbox")


def pair(day: Day) -> None:
    """Each desk hands the other its card, and both people compare the fingerprint by telephone."""
    cards = {}
    for stage, name in ((day.clinic, "clinic"), (day.township, "township")):
        with day.step(f"the {name} exports its card", stage):
            cards[name] = day.log.exchange / f"card_{name}.cycard"
            stage.window.show_screen("exchange", page="pairing")
            stage.dialogs.will_choose(cards[name])
            stage.hands.click("save_card")
            stage.wait_idle()
    for stage, other in ((day.clinic, "township"), (day.township, "clinic")):
        with day.step(f"the fingerprint of the {other} is compared", stage):
            stage.dialogs.will_choose(cards[other])
            stage.hands.click("open_card")
            stage.wait_idle()
            stage.hands.wait_for("fingerprints_same")
            stage.picture(f"fingerprint of the {other}")
            stage.hands.click("fingerprints_same")
            stage.wait_idle()
            stage.picture(f"paired with the {other}")


def write_request(day: Day) -> Path:
    """Write the month's request by keyboard and submit it to a file."""
    stage = day.clinic
    hands = stage.hands
    file = day.log.exchange / "request.cyx"
    with day.step("drugs are chosen by their pinyin initials"):
        stage.window.show_screen("requests")
        hands.click("begin_regular")
        for initials, _on_hand, _use in DRUGS:
            hands.type(initials)
            hands.press(Qt.Key.Key_Return)
    with day.step("stock and monthly use are typed, suggestions follow"):
        table = first_cell(hands, "on_hand")
        for number, (_initials, on_hand, use) in enumerate(DRUGS):
            table.choose(number, "on_hand")
            hands.type(str(on_hand), reading=True)
            hands.press(Qt.Key.Key_Tab)
            hands.type(str(use), reading=True)
            hands.press(Qt.Key.Key_Return)
        hands.press(Qt.Key.Key_F6)
        table.choose(0, "requested")
        stage.picture("drug request")
    with day.step("the request is printed"):
        hands.click("print_request")
        stage.wait_idle()
    with day.step("the request is submitted to a signed file"):
        stage.dialogs.will_choose(file)
        hands.click("submit_request")
        stage.wait_idle()
        stage.picture("drug request submitted")
    return file


def first_cell(hands: Hands, column: str) -> LineTable:
    """The table of lines, with its first cell of `column` chosen."""
    tabs = hands.find("request_tabs", QTabBar)
    hands.click_at(tabs, tabs.tabRect(0).center())
    table = hands.find("lines", LineTable)
    table.setFocus()
    table.choose(0, column)
    return table


def review_request(day: Day, request: Path) -> Path:
    """Take the request, change one line and refuse another with reasons, agree to the rest, and answer."""
    stage = day.township
    hands = stage.hands
    reply = day.log.exchange / "reply.cyx"
    with day.step("the township opens the request and takes it", stage):
        stage.window.show_screen("review")
        stage.dialogs.will_choose(request)
        hands.click("open_request_file")
        stage.wait_idle()
        hands.click("take")
        stage.wait_idle()
        stage.picture("review")
    with day.step("line by line: agree, change, refuse", stage) as step:
        decide(stage, step)
    with day.step("the decision is printed and sent back", stage):
        stage.dialogs.will_choose(reply)
        hands.click("approve")
        stage.wait_idle()
        hands.click("print_decision")
        stage.wait_idle()
    return reply


def decide(stage: Stage, step: Step) -> None:
    """Two lines get less than was asked, each with a preset reason; a marked one is agreed to by itself, then the rest."""
    hands = stage.hands
    table = hands.find("review_lines", LineTable)
    table.setFocus()
    for number, approved, preset in ((1, "24", "1"), (4, "0", "5")):
        table.choose(number, "approved")
        hands.type(approved, reading=True)
        hands.press(Qt.Key.Key_Tab)
        hands.type(preset)
        hands.press(Qt.Key.Key_Return)
    table.choose(2, "approved")
    hands.press(Qt.Key.Key_Space)
    hands.click("agree_rest")
    stage.wait_idle()
    table.choose(4, "approved")
    stage.picture("review decided")


def read_reply(day: Day, reply: Path) -> None:
    """The clinic opens the answer and sees line by line what became of its request."""
    stage = day.clinic
    with day.step("the clinic reads what became of its request"):
        stage.window.show_screen("requests")
        stage.dialogs.will_choose(reply)
        stage.hands.press(Qt.Key.Key_O, CONTROL)
        stage.wait_idle()
        stage.picture("drug request decided")
        stage.hands.click("print_decision")
        stage.wait_idle()
