"""From the township's shelf to the clinic's: allocating, scanning, sending; receiving with one broken box; and the receipt
verified by a colleague, because nobody verifies what he sent himself. Then what has to be bought."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from app.demo.clinic import PIN
from ui.screens.requests.line_table import LineTable
from ui.tour.boxes import codes_on_shelf, scan
from ui.tour.day import Day
from ui.tour.stage import Stage
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier
COLLEAGUE, VILLAGE = "赵敏", "柳庄村"
BROKEN = "阿卡波糖片"
BROKEN_BOX = "30"
"""Tablets of the one box that came broken."""


def play(day: Day) -> None:
    """The goods of the request on their way, and the papers on theirs."""
    shipment = send(day)
    receipt = receive(day, shipment)
    verify(day, receipt)
    buy(day)


def send(day: Day) -> Path:
    """Allocate first expired first out, scan the boxes, print the note, and send."""
    stage = day.township
    hands = stage.hands
    file = day.log.exchange / "shipment.cyx"
    with day.step("the shipment of the request is allocated", stage):
        hands.click("go_to_shipments")
        stage.wait_idle()
        hands.click("allocate")
        stage.wait_idle()
    with day.step("the boxes with a code are scanned", stage):
        hands.press(Qt.Key.Key_F2)
        scan_boxes(stage)
        stage.hush()
        stage.picture("supply allocated")
        hands.click("pick")
        stage.wait_idle()
    with day.step("the delivery note is printed and the goods leave", stage):
        hands.click("print_note")
        stage.wait_idle()
        hands.click("ship_shipment")
        hands.wait_for("ship_carrier")
        hands.fill("ship_route", "东线")
        hands.fill("ship_carrier", "老周")
        stage.dialogs.will_choose(file)
        hands.click("ship_do")
        stage.wait_idle()
    return file


def scan_boxes(stage: Stage) -> None:
    """Every box that the lines ask for, of the batch that was allocated."""
    table = stage.hands.find("shipment_lines", DataTable)
    for row in [each for each in table.rows() if each.wanted]:
        for code in codes_on_shelf(stage, row.line.drug_code, batch_id=row.line.batch_id)[: row.wanted]:
            scan(stage, code)
            stage.wait_idle()


def receive(day: Day, shipment: Path) -> Path:
    """The clinic scans what came, refuses the broken box, and hands the receipt back."""
    stage = day.clinic
    hands = stage.hands
    file = day.log.exchange / "receipt.cyx"
    with day.step("the clinic opens the shipment that came"):
        stage.window.show_screen("stock", section="receiving")
        stage.dialogs.will_choose(shipment)
        hands.press(Qt.Key.Key_O, CONTROL)
        stage.wait_idle()
    with day.step("the boxes are scanned, and the broken one is refused"):
        hands.press(Qt.Key.Key_F6)
        table = hands.find("arrival_lines", LineTable)
        for row in table.rows():
            for code in row.entry.line.codes:
                scan(stage, code)
        table.setFocus()
        table.choose([row.entry.line.drug_name for row in table.rows()].index(BROKEN), "rejected")
        hands.type(BROKEN_BOX, reading=True)
        hands.press(Qt.Key.Key_Tab)
        hands.type("1")
        hands.press(Qt.Key.Key_Return)
        stage.hush()
        stage.picture("receiving")
    with day.step("the goods are booked, the receipt is printed and handed back"):
        stage.dialogs.will_answer("do")
        stage.dialogs.will_choose(file)
        hands.click("receive")
        stage.wait_idle()
        hands.click("print_receipt")
        stage.wait_idle()
    return file


def verify(day: Day, receipt: Path) -> None:
    """The receipt came back; a colleague signs in, decides about the broken box, and verifies."""
    stage = day.township
    hands = stage.hands
    with day.step("the receipt comes back", stage):
        open_letter(stage, receipt)
    with day.step("a colleague signs in and verifies it", stage):
        sign_in_as(stage, COLLEAGUE)
        stage.window.show_screen("supply", section="shipments")
        stage.wait_idle()
        choose_shipment(stage)
        hands.click("decide_difference")
        hands.go_to("difference_resolution")
        hands.press(Qt.Key.Key_Down)
        hands.press(Qt.Key.Key_Down)
        stage.picture_in_front("supply difference")
        hands.click("difference_do")
        stage.wait_idle()
        hands.click("verify")
        stage.wait_idle()


def open_letter(stage: Stage, file: Path) -> None:
    """Open what another desk handed over; the program shows it where it belongs."""
    stage.window.show_screen("exchange")
    stage.wait_idle()
    stage.dialogs.will_choose(file)
    stage.hands.click("open_file")
    stage.wait_idle()


def sign_in_as(stage: Stage, name: str) -> None:
    """Lock, choose another person, and type the PIN."""
    hands = stage.hands
    hands.click("top_lock")
    hands.wait_for("pin")
    hands.press(Qt.Key.Key_Escape)
    stage.wait_idle()
    people = stage.window.findChildren(QAbstractButton)
    hands.click(next(each for each in people if each.isVisible() and name in each.accessibleName()))
    hands.wait_for("pin")
    hands.type(PIN)
    if hands.is_there("pin_enter"):
        hands.press(Qt.Key.Key_Return)
    stage.wait_for_desk()
    stage.wait_idle()


def choose_shipment(stage: Stage) -> None:
    """The shipment of the sample clinic that waits to be verified."""
    table = stage.hands.find("shipments", DataTable)
    ours = [number for number, row in enumerate(table.rows()) if row.shipment and VILLAGE in row.shipment.clinic_name]
    table.setFocus()
    table.select_row(ours[0])
    stage.hands.press(Qt.Key.Key_Return)
    stage.wait_idle()


def buy(day: Day) -> None:
    """What was approved and is not kept here goes into orders, one for each distributor."""
    stage = day.township
    with day.step("what lacks is ordered", stage):
        stage.window.show_screen("supply", section="purchasing")
        stage.wait_idle()
        stage.picture("supply needs")
        stage.hands.click("print_needs")
        stage.wait_idle()
    with day.step("the distributors with their delivery record", stage):
        stage.window.show_screen("supply", section="distributors")
        stage.wait_idle()
        stage.picture("supply distributors")
