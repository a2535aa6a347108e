"""Drug supply: pairing the two desks, the clinic's request, the township's decision line by line, and what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from app.demo.clinic import PIN
from app.demo.township import build_township
from ui.screens.requests.line_table import LineTable
from ui.tour.day import Day
from ui.tour.hands import settle
from ui.tour.stage import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
METFORMIN, REDUCED, SHORT = "盐酸二甲双胍片", "阿卡波糖片", "硝苯地平控释片"


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
    """Look through the month's draft, which the ledger filled in, and submit it to a file."""
    stage = day.clinic
    hands = stage.hands
    file = day.log.exchange / "request.cyx"
    with day.step("the ledger proposes what the month needs"):
        stage.window.show_screen("requests")
        stage.wait_idle()
        hands.press(Qt.Key.Key_F6)
        stage.wait_idle()
        choose_line(stage, "lines", METFORMIN, "requested")
        stage.hush()
        stage.picture("drug request")
    with day.step("the request is printed and exported"):
        hands.click("print_request")
        stage.wait_idle()
        stage.dialogs.will_choose(day.log.exchange / "request.xlsx")
        hands.click("export_request")
        stage.wait_idle()
    with day.step("the request is submitted to a signed file"):
        stage.dialogs.will_answer("do")
        stage.dialogs.will_choose(file)
        hands.click("submit_request")
        stage.wait_idle()
        stage.picture("drug request submitted")
    return file


def choose_line(stage: Stage, table_name: str, drug: str, column: str) -> LineTable:
    """Go to a drug's line in a table of lines, ready to type into a column."""
    table = stage.hands.find(table_name, LineTable)
    table.setFocus()
    names = [row.line.name for row in table.rows_model.rows()]
    table.choose(names.index(drug), column)
    settle()
    return table


def review_request(day: Day, request: Path) -> Path:
    """Take the request, give less of one drug, share out what is short, agree to the rest, release, and answer."""
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
    with day.step("line by line: less of one, the rest agreed to, what is short shared out", stage):
        decide(stage)
    with day.step("the decision is printed and sent back", stage):
        stage.dialogs.will_choose(reply)
        hands.click("approve")
        stage.wait_idle()
        hands.click("print_decision")
        stage.wait_idle()
    with day.step("drugs by village, on paper", stage):
        hands.press(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
        stage.wait_idle()
        stage.picture_in_front("review pivot")
        hands.press(Qt.Key.Key_Escape)
        stage.wait_idle()
    release(day)
    return reply


def decide(stage: Stage) -> None:
    """One line gets less with a preset reason; what is unremarkable in one key; a short drug by fair share; the rest."""
    hands = stage.hands
    table = choose_line(stage, "review_lines", REDUCED, "approved")
    hands.type("600", reading=True)
    hands.press(Qt.Key.Key_Tab)
    hands.type("1")
    hands.press(Qt.Key.Key_Return)
    hands.click("agree_rest")
    stage.wait_idle()
    choose_line(stage, "review_lines", SHORT, "approved")
    hands.press(Qt.Key.Key_F7)
    stage.wait_idle()
    stage.picture_in_front("review share")
    hands.click("share_window_do")
    stage.wait_idle()
    left = [row.line.name for row in table.rows_model.rows() if row.line.approved is None and not row.line.is_skipped]
    for drug in left:
        choose_line(stage, "review_lines", drug, "approved")
        hands.press(Qt.Key.Key_Space)
        stage.wait_idle()
    choose_line(stage, "review_lines", SHORT, "approved")
    stage.wait_idle()
    stage.hush()
    stage.picture("review decided")


def release(day: Day) -> None:
    """Every approved line gets its source: own stock, or a purchase for what is not kept."""
    stage = day.township
    with day.step("each line gets its source, and the request is released", stage):
        stage.dialogs.will_choose(day.log.exchange / "released.cyx")
        stage.hands.click("convert")
        stage.wait_idle()
        stage.picture_in_front("review release")
        stage.hands.click("release_window_do")
        stage.wait_idle()


def read_reply(day: Day, reply: Path) -> None:
    """The clinic opens the answer and sees line by line what became of its request."""
    stage = day.clinic
    with day.step("the clinic reads what became of its request"):
        stage.window.show_screen("requests")
        stage.dialogs.will_choose(reply)
        stage.hands.press(Qt.Key.Key_O, CONTROL)
        stage.wait_idle()
        stage.hush()
        stage.picture("drug request decided")
        stage.hands.click("print_decision")
        stage.wait_idle()
    with day.step("and that it was released"):
        stage.dialogs.will_choose(day.log.exchange / "released.cyx")
        stage.hands.press(Qt.Key.Key_O, CONTROL)
        stage.wait_idle()
