"""The receipt of a shipment: saved now or later, on paper and as a file, and what the township learns from it."""

from __future__ import annotations

from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from app.services.exchange import Exchange
from app.services.receiving import Arrival, Receiving
from app.services.shipments import Shipments
from tests.supply_desks import hand_over
from tests.ui.hands import click, control
from tests.ui.screens.drug_desks import press_key, type_keys
from tests.ui.screens.receiving.arrival_hands import go_to, lines


def test_a_receipt_that_was_not_saved_can_be_handed_over_later(opened, world, dialogs, tmp_path):
    world.arrived()
    page, _seen = opened()
    page.save_action()
    assert "还没有交给卫生院" in control(page, QLabel, "receiving_strip_words").text()
    file = tmp_path / "later.cyx"
    dialogs.will_choose(file)
    page.save_action()
    assert Exchange(world.township).open_file(file).kind == "receipt"
    assert world.on_hand(world.first) == 60


def test_the_township_learns_of_the_differences_from_the_file(opened, world, dialogs, tmp_path):
    world.arrived()
    page, _seen = opened()
    lines(page).choose(go_to(page, "二甲双胍"), "rejected", edit=True)
    type_keys("4")
    press_key(Qt.Key.Key_Tab)
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    file = tmp_path / "receipt.cyx"
    dialogs.will_answer("do").will_choose(file)
    page.save_action()
    taken = Exchange(world.township).open_file(file)
    assert [line.reject_reason for line in Shipments(world.township).get(taken.subject_id).lines] == [
        "",
        "短少",
    ]


def test_the_receipt_is_printed_and_exported(opened, world, dialogs, tmp_path):
    world.arrived()
    page, seen = opened()
    page.save_action()
    page.print_action()
    (pdf, title) = seen.sheets[-1]
    assert pdf.startswith(b"%PDF")
    assert "签收单" in title
    file = tmp_path / "receipt.xlsx"
    dialogs.will_choose(file)
    click(control(page, QPushButton, "export_receipt"))
    rows = list(load_workbook(file).active.values)
    assert [row[5:9] for row in rows[1:3]] == [("片", 60, 60, 0), ("片", 40, 40, 0)]


def test_hand_over_of_a_message_is_the_same_as_by_the_exchange(world):
    shipment_id = world.arrived()
    receiving = Receiving(world.clinic)
    shipment = receiving.get(shipment_id)
    done = receiving.receive(shipment_id, Arrival(receiving.as_sent(shipment_id)), shipment.version)
    assert hand_over(world.clinic, world.township, done.message_id, world.folder).kind == "receipt"
