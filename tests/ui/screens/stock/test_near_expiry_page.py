"""近效期: what is pressing, and what is done about it from its line."""

from __future__ import annotations

from datetime import timedelta

from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from app.domain.movements import MovementKind
from app.services.stock import Stock
from tests.app.services.stock_things import AMLODIPINE, TODAY, receive
from tests.ui.hands import click, control
from tests.ui.screens.drug_desks import cell_texts, focused, press_key
from tests.ui.screens.stock.shelf_hands import on_hand
from tests.ui.screens.stock_pages import (
    button,
    do,
    entries,
    fill,
    page_of,
    said,
    stock_screen,
    table,
    take_entry,
    window_of,
)
from ui.widgets.field_row import ComboBox


def test_what_has_expired_is_written_off_from_its_line_by_keys(qtbot, services, desk, clock):
    clock.forward(days=30)
    screen = stock_screen(qtbot, services, "expiry")
    page = page_of(screen)
    near = table(page, "near_expiry")
    assert cell_texts(near, "level") == ["已过期"]
    assert cell_texts(near, "action") == ["报损"]
    assert focused() is near
    press_key(Qt.Key.Key_Return)
    window = window_of(page)
    assert window.fields["kind"].control.value() == "expired"
    assert window.fields["lines.0.quantity"].control.text() == "42"
    fill(window, {"bearer": "township", "reason": "过期销毁"})
    do(window)
    assert near.rows() == []
    assert control(screen, QTabBar, "stock_sections").tabText(1) == "近效期"
    assert Stock(desk).card(AMLODIPINE).rows[-1].kind is MovementKind.EXPIRED


def test_what_can_not_be_used_in_time_goes_back_from_its_line(qtbot, services, desk):
    screen = stock_screen(qtbot, services, "expiry")
    page = page_of(screen)
    assert cell_texts(table(page, "near_expiry"), "action") == ["退回乡镇"]
    assert "到有效期还剩" in said(page, "expiry_note")
    screen.primary_action()
    assert entries()[0][0].endswith("照建议办理：退回乡镇")
    take_entry("carry_out")
    window = window_of(page)
    left = int(window.fields["lines.0.quantity"].control.text())
    assert 0 < left <= 42
    fill(window, {"reason": "近效期用不完"})
    do(window)
    assert on_hand(desk) == 322 - left


def test_the_near_expiry_list_is_narrowed_printed_and_saved(qtbot, services, seen, desk, dialogs, tmp_path):
    receive(desk, 5, TODAY - timedelta(days=3), "0018", TODAY + timedelta(days=150))
    screen = stock_screen(qtbot, services, "expiry")
    page = page_of(screen)
    control(page, ComboBox, "expiry_level").set_value("yellow")
    assert cell_texts(table(page, "near_expiry"), "level") == ["剩 151 天"]
    level = control(page, ComboBox, "expiry_level")
    assert [level.itemText(number) for number in range(2, 5)] == ["30 天内：1", "31–90 天：0", "91–180 天：1"]
    services.settings.set("expiry_yellow_days", 160)
    page.refresh()
    assert level.itemText(4) == "91–160 天：1"
    screen.print_action()
    assert seen.sheets[-1][1] == "柳庄村卫生室 近效期药品表"
    dialogs.will_choose(tmp_path / "near.xlsx")
    click(button(page, "export_near_expiry"))
    assert [row[1] for row in load_workbook(tmp_path / "near.xlsx").active.values] == [
        "药品",
        "氨氯地平片",
        "氨氯地平片",
        "合计",
    ]


def test_from_a_near_batch_to_its_ledger_card(qtbot, services, seen):
    screen = stock_screen(qtbot, services, "expiry")
    screen.primary_action()
    take_entry("_card")
    assert seen.places[-1] == ("stock", {"section": "balance", "drug_code": AMLODIPINE})
    screen.open_with(**seen.places[-1][1])
    assert screen.current_key() == "balance"
    assert page_of(screen).card.contents.drug.drug_code == AMLODIPINE
