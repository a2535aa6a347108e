"""冷链: readings, what is done with the goods of an event, and the items that were opened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QTabBar

from app.domain.movements import MovementKind
from app.services.stock import Stock
from app.services.stock_holds import Hold
from tests.app.services.stock_things import INSULIN, TODAY
from tests.ui.hands import click, control, type_chinese, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.stock.shelf_hands import LEAD_PIN, give_the_lead_a_pin, on_hand
from tests.ui.screens.stock_pages import (
    button,
    do,
    fill,
    line,
    page_of,
    problem,
    stock_screen,
    table,
    window_of,
)


@pytest.fixture
def cold(qtbot, services):
    return stock_screen(qtbot, services, "cold_chain")


# --- readings --------------------------------------------------------------------------------------------------


def test_a_reading_is_written_by_keys_alone_and_the_next_device_is_offered(cold, desk, seen):
    page = page_of(cold)
    cold.primary_action()
    assert focused().objectName() == "reading_device"
    type_chinese(focused(), "冷藏柜")
    press_key(Qt.Key.Key_Tab)
    type_keys("4.5")
    press_key(Qt.Key.Key_Return)
    register = Stock(desk).cold_chain.register()
    assert [(row.device, str(row.readings[0].celsius)) for row in register] == [("冷藏柜", "4.5")]
    assert cell_texts(table(page, "cold_devices"), "morning") == [f"{desk.now().astimezone():%H:%M}　4.5 ℃"]
    assert seen.sentences[-1] == "已记 冷藏柜 4.5 ℃。"
    assert line(page, "reading_celsius").text() == ""
    assert focused().objectName() == "reading_celsius"


@pytest.mark.parametrize(
    ("typed", "told"), [("", "温度请填"), ("五", "温度请填"), ("99", "温度请填"), ("4.55", "温度请填")]
)
def test_a_reading_that_can_not_be_is_refused_beside_its_field(cold, desk, typed, told):
    page = page_of(cold)
    page.entry.go_to("冷藏柜")
    write(line(page, "reading_celsius"), typed)
    cold.save_action()
    assert told in page.entry.fields["celsius"].problem()
    assert Stock(desk).cold_chain.register() == ()


def test_a_reading_of_the_future_or_at_no_time_is_refused(cold, desk):
    page = page_of(cold)
    page.entry.go_to("冷藏柜")
    write(line(page, "reading_celsius"), "4")
    write(line(page, "reading_clock"), "25:00")
    cold.save_action()
    assert page.entry.fields["clock"].problem() == "时间请写成 8:05 这样。"
    write(line(page, "reading_clock"), "23:00")
    cold.save_action()
    assert "还没有到" in page.entry.fields["at"].problem()
    write(line(page, "reading_clock"), "0:05")
    cold.save_action()
    assert f"{Stock(desk).cold_chain.register()[0].readings[0].at.astimezone():%H:%M}" == "00:05"


# --- events ----------------------------------------------------------------------------------------------------


def test_goods_of_an_event_are_stopped_and_thrown_away(qtbot, services, desk, excursion):
    cold = stock_screen(qtbot, services)
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链 1"  # before it is opened
    cold.show_section("cold_chain")
    page = page_of(cold)
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链 1"
    events = table(page, "cold_events")
    assert (
        cell_texts(events, "state")[0] == "待停用核实"
    )  # what waits stands first, before newer silences, and is chosen
    assert events.current_number() == 0
    events.setFocus()
    press_key(Qt.Key.Key_Return)
    window = window_of(page)
    box = control(window, QCheckBox, "cold_stop_batches_0")
    assert "I7" in box.text()
    box.click()
    do(window)
    assert problem(window, "batches") == "还没有选批次。请至少选一批。"
    box.click()
    do(window)
    assert Stock(desk).batches(INSULIN)[0].hold == Hold.COLD_CHAIN.value
    assert "已停用，待决定" in cell_texts(events, "state")
    click(button(page, "cold_discard_goods"))
    fill(window_of(page), {"bearer": "township", "reason": "最高 11 度"})
    do(window_of(page))
    assert on_hand(desk, INSULIN) == 0
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链"


def test_goods_of_an_event_may_be_used_after_all_when_the_lead_agrees(qtbot, services, desk, excursion):
    lead = give_the_lead_a_pin(desk)
    Stock(desk).cold_chain.hold_affected(excursion)
    cold = stock_screen(qtbot, services, "cold_chain")
    page = page_of(cold)
    click(button(page, "cold_keep_goods"))
    window = window_of(page)
    do(window)
    assert "PIN" in problem(window, "pin")
    fill(window, {"reason": "厂家答复可用", "approval": lead, "pin": LEAD_PIN})
    do(window)
    assert Stock(desk).batches(INSULIN)[0].hold == ""
    assert "已处理" in cell_texts(table(page, "cold_events"), "state")


def test_the_register_is_printed_and_saved(qtbot, services, seen, desk, excursion, dialogs, tmp_path):
    cold = stock_screen(qtbot, services, "cold_chain")
    cold.print_action()
    assert seen.sheets[-1][1] == "柳庄村卫生室 冷链温度记录"
    dialogs.will_choose(tmp_path / "cold.xlsx")
    click(button(cold, "export_cold"))
    assert load_workbook(tmp_path / "cold.xlsx").active.max_row == 8


# --- opened items ----------------------------------------------------------------------------------------------


def test_an_opened_pen_is_thrown_away_28_days_later(qtbot, services, desk, clock):
    cold = stock_screen(qtbot, services, "cold_chain")
    page = page_of(cold)
    click(button(page, "open_item"))
    fill(window_of(page), {"days": "0"})
    do(window_of(page))
    assert "照说明书" in problem(window_of(page), "days")
    fill(window_of(page), {"days": "28", "note": "李某用"})
    do(window_of(page))
    items = table(page, "opened_items")
    assert cell_texts(items, "discard_on") == [(TODAY + timedelta(days=28)).isoformat()]
    clock.forward(days=28)
    cold.refresh()
    assert cell_texts(items, "days") == ["到期，请丢弃"]
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链 1"
    items.select_row(0)
    click(button(page, "item_discard"))
    fill(window_of(page), {"bearer": "clinic"})
    do(window_of(page))
    assert items.rows() == []
    assert Stock(desk).card(INSULIN).rows[-1].kind is MovementKind.OPENED_PAST_USE
    assert on_hand(desk, INSULIN) == 5
    assert control(cold, QTabBar, "stock_sections").tabText(2) == "冷链"


def test_a_pen_that_is_used_up_leaves_the_list_when_it_is_meant(qtbot, services, desk, dialogs):
    Stock(desk).opened.open(Stock(desk).batches(INSULIN)[0].batch_id)
    cold = stock_screen(qtbot, services, "cold_chain")
    page = page_of(cold)
    items = table(page, "opened_items")
    items.select_row(0)
    click(button(page, "item_used"))
    assert len(items.rows()) == 1  # the question was not answered with yes
    dialogs.will_answer("do")
    click(button(page, "item_used"))
    assert items.rows() == []
    assert on_hand(desk, INSULIN) == 6


def test_opened_items_are_listed_printed_and_saved_with_what_became_of_them(
    qtbot, services, seen, desk, dialogs, tmp_path
):
    opened = Stock(desk).opened
    for _time in range(2):
        opened.open(Stock(desk).batches(INSULIN)[0].batch_id)
    opened.use_up(opened.in_use()[0].id)
    cold = stock_screen(qtbot, services, "cold_chain")
    page = page_of(cold)
    items = table(page, "opened_items")
    assert len(items.rows()) == 1
    control(page, QCheckBox, "opened_with_closed").setChecked(True)
    assert [row.closed_as for row in items.rows()] == ["", "used"]
    assert "用完" in cell_texts(items, "days")[1]
    items.select_row(1)
    assert not button(page, "item_used").isEnabled()
    assert not button(page, "item_discard").isEnabled()
    click(button(page, "print_opened"))
    assert seen.sheets[-1][1] == "柳庄村卫生室 开封登记表"
    dialogs.will_choose(tmp_path / "opened.xlsx")
    click(button(page, "export_opened"))
    words = {cell.value for row in load_workbook(tmp_path / "opened.xlsx").active for cell in row}
    assert {"使用中", "用完"} <= words
