"""收货 at the clinic: a shipment that came by file is opened, received as sent, kept while it is open, and never booked twice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from sqlalchemy import select

from app.services.exchange import Exchange
from app.services.receiving import Arrival, Receiving
from app.services.shipments import Shipments
from db.models import Shipment
from tests.ui.hands import click, control, press, write
from tests.ui.screens.drug_desks import cell_texts, press_key, type_keys
from tests.ui.screens.receiving.arrival_hands import CODES, go_to, lines, scan
from tests.ui.screens.supply_things import shown_page
from ui.screens.exchange.files import open_envelope
from ui.screens.exchange.screen import ExchangeScreen
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable


def test_without_a_shipment_the_page_says_how_one_comes(opened, world, dialogs):
    page, seen = opened()
    assert control(page, QPushButton, "open_first_shipment").isVisible()
    dialogs.will_choose(world.sent())
    page.primary_action()
    (screen, arguments) = seen.places[-1]
    assert (screen, arguments["section"]) == ("stock", "receiving")
    page.open_with(**arguments)
    assert "硝苯地平" in cell_texts(lines(page), "drug")[0]
    assert unnamed_controls(page) == []


def test_everything_as_sent_is_received_with_one_key_and_the_receipt_handed_over(
    opened, world, dialogs, tmp_path
):
    world.arrived()
    page, seen = opened()
    assert "全部如数收到" in control(page, QPushButton, "receive").text()
    file = tmp_path / "receipt.cyx"
    dialogs.will_choose(file)
    page.save_action()
    assert (world.on_hand(world.first), world.on_hand(world.second)) == (60, 40)
    assert any("已收货入库" in words for words in seen.sentences)
    taken = Exchange(world.township).open_file(file)
    shipment = Shipments(world.township).get(taken.subject_id)
    assert [(line.accepted, line.rejected) for line in shipment.lines] == [(60, 0), (40, 0)]
    assert shipment.received_by_name == "王明"
    assert not control(page, QPushButton, "receive").isVisible()
    assert "请交给卫生院" in control(page, QLabel, "receiving_strip_words").text()


def test_a_day_that_can_not_be_stands_beside_its_field(opened, world):
    world.arrived()
    page, _seen = opened()
    day = control(page, QLineEdit, "received_on")
    write(day, "2026-11-23")
    press(day, Qt.Key.Key_Return)
    assert "晚于今天" in control(page, QLabel, "received_on_problem").text()
    page.save_action()
    assert world.movements() == 0
    write(day, "2026-11-22")
    press(day, Qt.Key.Key_Return)
    page.save_action()
    assert world.movements() == 2


def test_what_was_filled_in_survives_a_closed_window(opened, world):
    world.arrived(codes=CODES)
    page, _seen = opened()
    place = go_to(page, "硝苯地平")
    scan(CODES[0])
    lines(page).choose(go_to(page, "二甲双胍"), "accepted", edit=True)
    type_keys("30")
    press_key(Qt.Key.Key_Return)
    again, seen = opened()
    assert cell_texts(lines(again), "codes")[place] == "1/6"
    assert "30" in cell_texts(lines(again), "accepted")
    assert any("接着上次" in words for words in seen.sentences)


def test_a_shipment_received_in_a_second_window_is_not_booked_twice(opened, world, dialogs):
    shipment_id = world.arrived()
    page, _seen = opened()
    receiving = Receiving(world.clinic)
    shipment = receiving.get(shipment_id)
    receiving.receive(shipment_id, Arrival(receiving.as_sent(shipment_id)), shipment.version)
    page.save_action()
    assert "别人刚刚改过这张单据" in dialogs.last_told()
    assert world.on_hand(world.first) == 60
    assert "已签收" in "".join(cell_texts(control(page, DataTable, "shipments"), "state"))


def test_a_shipment_read_in_twice_altered_or_of_another_clinic_gets_its_sentence(
    opened, world, dialogs, tmp_path
):
    file = world.sent()
    page, _seen = opened()
    dialogs.will_choose(file, file)
    page.open_file()
    page.open_file()
    assert "以前已经读入过" in dialogs.last_told()
    broken = tmp_path / "broken.cyx"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    broken.write_bytes(bytes(data))
    open_envelope(page.services, broken)
    assert "被改动过" in dialogs.last_told()
    assert len(dialogs.told) == 2
    with world.clinic.sessions.writing() as session:
        row = session.scalars(select(Shipment)).one()
        row.clinic_id = row.township_id
        shipment_id = row.id
    assert Receiving(world.clinic).history() == []
    page.open_with(shipment_id=shipment_id)
    assert control(page, QPushButton, "open_first_shipment").isVisible()
    assert world.movements() == 0


def test_the_exchange_leads_from_the_file_to_the_shipment(qtbot, world, dialogs):
    shipment_id = world.arrived()
    screen, seen = shown_page(qtbot, ExchangeScreen, world.clinic, dialogs)
    letters = control(screen, DataTable, "letters")
    letters.select_row(next(place for place, row in enumerate(letters.rows()) if row.kind == "shipment"))
    click(control(screen, QPushButton, "show_request"))
    assert seen.places == [("stock", {"section": "receiving", "shipment_id": shipment_id})]
