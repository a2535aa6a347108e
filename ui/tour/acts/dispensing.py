"""Giving drugs at the clinic's counter: what a visit wrote down is given by one key, with labels and the register of the day."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.tour.boxes import codes_on_shelf, scan
from ui.tour.day import Day
from ui.tour.stage import Stage

CONTROL = Qt.KeyboardModifier.ControlModifier
WHO = "lgl"
VALSARTAN, BOXES = "VD009", 8
"""The drug that she gets with a code on each box, and how many boxes are four weeks."""


def play(day: Day) -> None:
    """One resident's drugs of the month, then the register of the day."""
    stage = day.clinic
    with day.step("the drugs of the month are given, from her initials to the labels"):
        stage.window.show_screen("dispensing")
        stage.wait_idle()
        stage.hands.start_counting()
        begin(stage)
        for code in boxes(stage):
            scan(stage, code)
        stage.picture("dispensing")
        stage.hands.press(Qt.Key.Key_Return, CONTROL)
        stage.wait_idle()
    with day.step("the register of the day is printed and exported"):
        stage.picture("dispensing register")
        stage.hands.click("print_register")
        stage.wait_idle()
        stage.dialogs.will_choose(day.log.exchange / "dispensing_register.xlsx")
        stage.hands.click("export_register")
        stage.wait_idle()


def begin(stage: Stage) -> None:
    """Find her by her initials; the lines stand there from her last visit."""
    stage.hands.press(Qt.Key.Key_F2)
    stage.hands.type(WHO)
    stage.wait_idle()
    stage.hands.press(Qt.Key.Key_Return)
    stage.wait_idle()
    stage.hands.wait_for("line_1")


def boxes(stage: Stage) -> list[str]:
    """The boxes that expire first, as the line proposes them."""
    batch = next(row for row in stage.services.stock.batches(VALSARTAN) if row.on_hand)
    return codes_on_shelf(stage, VALSARTAN, batch_id=batch.batch_id)[:BOXES]
