"""A file that came is opened on 发货单, 月结算 and 抽查: by button, by Ctrl+O, dropped upon the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from app.services.exchange import Exchange
from app.services.ledger_reports import LedgerReports
from app.services.shipments import Shipments
from db.models import LedgerReport
from tests.app.services.test_shipments import answered, shipped
from tests.supply_desks import hand_over
from tests.ui.dropped_files import drop
from tests.ui.hands import click, control
from tests.ui.screens.drug_desks import on_screen, press_key
from tests.ui.screens.settlement_world import OCTOBER, SettlementWorld
from tests.ui.screens.supply_things import SupplyWorld, shown_page
from ui.screens.checks.random_page import RandomChecksPage
from ui.screens.checks.screen import SECTIONS
from ui.screens.settlement.months_page import MonthsPage
from ui.screens.supply.shipments_page import ShipmentsPage

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def supply(tmp_path):
    made = SupplyWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def settled(tmp_path):
    made = SettlementWorld(tmp_path)
    yield made
    made.close()


def receipt_file(world):
    """A shipment that the clinic has received, and the file with which it says so."""
    world.stock("硝苯地平", 100)
    sent = shipped(world.township, world.promise({"硝苯地平": 60}))
    hand_over(world.township, world.clinic, sent.message_ids[0], world.folder)
    message = answered(world.clinic, sent.shipment.id)
    return sent.shipment.id, Exchange(world.clinic).save_file(message, world.folder / "receipt.cyx")


def report_file(world):
    closed = LedgerReports(world.clinic).close_month(OCTOBER)
    return Exchange(world.clinic).save_file(closed.message_id, world.folder / "report.cyx")


def reports(world):
    with world.township.sessions.reading() as session:
        return session.query(LedgerReport).count()


def test_a_receipt_is_opened_on_the_shipments_by_key(qtbot, supply, dialogs):
    shipment_id, file = receipt_file(supply)
    page, seen = shown_page(qtbot, ShipmentsPage, supply.township, dialogs)
    dialogs.will_choose(file)
    page.parts.list.setFocus()
    press_key(Qt.Key.Key_O, CONTROL)
    assert Shipments(supply.township).get(shipment_id).state.value == "received"
    assert seen.places == [("supply", {"section": "shipments", "shipment_id": shipment_id})]


def test_a_receipt_is_dropped_upon_the_shipments(qtbot, supply, dialogs):
    shipment_id, file = receipt_file(supply)
    page, seen = shown_page(qtbot, ShipmentsPage, supply.township, dialogs)
    drop(page.window(), [file])
    qtbot.waitUntil(lambda: seen.places != [])
    assert Shipments(supply.township).get(shipment_id).state.value == "received"


def test_what_is_not_done_yet_is_asked_about_first_and_nothing_is_opened(qtbot, supply, dialogs):
    shipment_id, file = receipt_file(supply)
    page, seen = shown_page(qtbot, ShipmentsPage, supply.township, dialogs)
    page.keep(picks={"line": ()}, reasons={"line": "村里指定批号"})
    assert page.decided.is_unsaved
    dialogs.will_answer("stay")
    dialogs.will_choose(file)
    click(control(page, QPushButton, "open_file"))
    assert Shipments(supply.township).get(shipment_id).state.value == "shipped"
    assert seen.places == []


def test_a_monthly_report_is_opened_on_the_settlement_and_counts_at_once(qtbot, settled, dialogs):
    file = report_file(settled)
    services, seen = settled.at_township(None, dialogs)
    page = on_screen(qtbot, MonthsPage(services))
    before = page.parts.month_words.text()
    dialogs.will_choose(file)
    click(control(page, QPushButton, "open_file"))
    assert reports(settled) == 1
    assert (before != page.parts.month_words.text(), "月报已交 1 / 2" in page.parts.month_words.text()) == (True, True)
    assert seen.places == [("settlement", {"section": "months"})]


def test_a_file_that_came_before_is_refused_and_changes_nothing(qtbot, settled, dialogs):
    file = report_file(settled)
    Exchange(settled.township).open_file(file)
    services, seen = settled.at_township(None, dialogs)
    page = on_screen(qtbot, MonthsPage(services))
    dialogs.will_choose(file)
    press_key(Qt.Key.Key_O, CONTROL)
    assert (reports(settled), seen.places) == (1, [])
    assert page.parts.open_file.isVisible()
    assert dialogs.last_told() != ""


def test_the_random_checks_open_files_too(qtbot, settled, dialogs):
    file = report_file(settled)
    services, _seen = settled.at_township(None, dialogs)
    page = on_screen(qtbot, RandomChecksPage(services))
    dialogs.will_choose(file)
    page.parts.list.setFocus()
    press_key(Qt.Key.Key_O, CONTROL)
    assert reports(settled) == 1
    assert ("Ctrl O", "打开对方发来的文件") in page.shortcuts()


def test_every_section_of_the_supervision_is_there():
    assert [(section.key, section.exists()) for section in SECTIONS] == [("random_checks", True)]
