"""发货单 when the shelf holds goods that another village was promised: kept for it, or taken by hand with a word."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.app.services.test_shelf_promises import BUY, OWN, promise, shelf, town_of_three
from tests.ui.screens.drug_desks import press_key
from tests.ui.screens.supply_things import key_in, shown_page, small_window, write_in
from ui.screens.supply.shipments_page import ShipmentsPage


@pytest.fixture
def town(tmp_path):
    made = town_of_three(tmp_path)
    yield made
    made.desk.close()


@pytest.fixture
def page(qtbot, dialogs, town):
    shelf(town, 70)
    promise(town, 0, 60, OWN)
    promise(town, 1, 40, BUY)
    made, _ = shown_page(qtbot, ShipmentsPage, town.desk, dialogs)
    made.open_with(request_id=town.requests[1])
    return made


def test_what_is_kept_for_another_village_is_not_proposed_and_said(page):
    page.save_action()
    assert "药品B00000 差 30（货架上的先答应了 第1村 60）" in page.parts.strip.words()
    assert [line.shipped for line in page.work.view.lines] == [10]


def test_taking_it_by_hand_says_whose_it_is_before_and_after(page):
    page.parts.table.setFocus()
    press_key(Qt.Key.Key_F4)
    window = small_window("batches")
    assert [label.text() for label in window.findChildren(QLabel) if "先答应了 第1村 60" in label.text()]
    write_in(window, "40")
    key_in(window, Qt.Key.Key_Return)
    write_in(window, "急诊病人先用")
    key_in(window, Qt.Key.Key_Return)
    page.save_action()
    assert "药品B00000 动用了答应给别村的：第1村 30" in page.parts.strip.words()
    assert [line.shipped for line in page.work.view.lines] == [40]
