"""盘点 while the shelf is counted: how a count begins, and what is written into its lines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from sqlalchemy import select

from app.domain.stocktake_steps import CountState
from app.services.stocktakes import Stocktakes
from db.models import StockBatch
from tests.app.services.stocktake_things import dispense
from tests.ui.hands import click, control, press, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.stocktakes.count_hands import (
    begin,
    count_all,
    lines,
    sentences,
    type_counts,
    write_recount,
)
from ui.widgets.segmented import Segmented
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import DataTable


def test_a_blind_count_shows_no_book_and_its_sheet_is_printed(opened, world):
    page, seen = opened()
    count_all(page, world, "30")
    assert "book" not in [column.key for column in lines(page).rows_model.columns]
    page.print_action()
    (pdf, title) = seen.sheets[-1]
    assert pdf.startswith(b"%PDF")
    assert title == "盘点表"


def test_some_drugs_are_counted_with_the_book_in_sight(opened, world):
    page, _seen = opened()
    page.primary_action()
    window = control(page, SmallWindow, "begin_stocktake")
    control(window, Segmented, "stocktake_scope").set_value("some")
    window.on_do()
    assert "请选出要盘的药品" in control(window, QLabel, "stocktake_drugs_problem").text()
    write(control(window, QLineEdit, "stocktake_search"), "布洛芬")
    press(control(window, QLineEdit, "stocktake_search"), Qt.Key.Key_Return)
    table = control(window, DataTable, "stocktake_drugs")
    chosen = control(window, QLabel, "stocktake_chosen")
    assert chosen.text() == "还没有选。"
    press(table, Qt.Key.Key_Space)
    assert chosen.text().startswith("已选 1 种：布洛芬")
    write(control(window, QLineEdit, "stocktake_search"), "阿")
    assert chosen.text().startswith("已选 1 种：布洛芬")
    write(control(window, QLineEdit, "stocktake_search"), "布洛芬")
    control(window, Segmented, "stocktake_manner").set_value("book")
    press(table, Qt.Key.Key_Return)
    assert cell_texts(lines(page), "book") == ["30"]
    view = world.newest()
    assert (view.kind, view.is_blind, [line.drug_code for line in view.lines]) == (
        "part",
        False,
        [world.codes[1]],
    )


def test_the_focus_stays_in_the_list_while_counting(opened, world):
    page, _seen = opened()
    begin(page, world)
    lines(page).setFocus()
    type_keys("30")
    press_key(Qt.Key.Key_Return)
    assert lines(page).isAncestorOf(focused())
    assert lines(page).current_number() == 1


@pytest.mark.parametrize("written", ["-1", "2.5", "x", "3*10"])
def test_a_count_that_can_not_be_stays_in_its_cell_with_its_sentence(opened, world, written):
    page, _seen = opened()
    begin(page, world)
    lines(page).choose(0, "counted", edit=True)
    type_keys(written)
    press_key(Qt.Key.Key_Return)
    assert "正整数" in sentences(page)[0]
    assert cell_texts(lines(page), "counted")[0] == written
    assert world.newest().lines[0].counted is None


def test_packs_and_units_may_be_written_together_and_a_count_taken_away_again(opened, world):
    page, _seen = opened()
    begin(page, world)
    page.entry.write(lines(page).rows()[0], "counted", "2盒4粒")
    assert cell_texts(lines(page), "counted")[0] == "24"
    assert world.newest().lines[0].counted == 24
    lines(page).choose(0, "counted")
    press_key(Qt.Key.Key_Delete)
    assert cell_texts(lines(page), "counted")[0] == ""
    assert world.newest().lines[0].counted is None


def test_a_paper_of_an_older_state_is_refused(opened, world, dialogs):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    page.save_action()
    dialogs.will_answer("do")
    click(control(page, QPushButton, "back_to_counting"))
    version = control(page, QLineEdit, "sheet_version")
    write(version, "1")
    press(version, Qt.Key.Key_Return)
    assert "现在是第 3 版" in control(page, QLabel, "sheet_version_problem").text()
    lines(page).choose(0, "counted", edit=True)
    type_keys("5")
    press_key(Qt.Key.Key_Return)
    assert "版次" in sentences(page)[0]
    assert [line.counted for line in world.newest().lines] == [30] * 3
    write(version, "3")
    press(version, Qt.Key.Key_Return)
    lines(page).choose(0, "counted", edit=True)
    type_keys("5")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines(page), "counted")[0] == "5"
    assert sentences(page)[0] == ""


def test_goods_that_moved_meanwhile_are_told_and_the_book_of_that_moment_counts(opened, world):
    page, _seen = opened()
    begin(page, world)
    dispense(world.clinic, world.batches[0], 5)
    world.clock.forward(minutes=1)
    lines(page).setFocus()
    type_counts("25", "30", "30")
    world.clock.forward(minutes=1)
    dispense(world.clinic, world.batches[1], 4)
    page.save_action()
    page.parts.show_tab("all")
    assert "清点前出入库 -5" in sentences(page)[0]
    assert "账面 25" in sentences(page)[0]
    assert "清点后又出入库 -4" in sentences(page)[1]
    assert "完成后结存 26" in sentences(page)[1]
    assert cell_texts(lines(page), "difference") == ["0", "0", "0"]


def test_a_count_written_down_later_has_its_own_time(opened, world):
    page, _seen = opened()
    begin(page, world)
    world.clock.forward(minutes=10)
    dispense(world.clinic, world.batches[0], 5)
    world.clock.forward(minutes=10)
    moment = control(page, QLineEdit, "counted_at")
    for wrong in ("25:00", "noon"):
        write(moment, wrong)
        press(moment, Qt.Key.Key_Return)
        assert "9:30" in control(page, QLabel, "counted_at_problem").text()
    now = world.clinic.now().astimezone()
    write(moment, f"{now - timedelta(minutes=15):%m-%d %H:%M}")
    press(moment, Qt.Key.Key_Return)
    lines(page).choose(0, "counted")
    lines(page).setFocus()
    type_counts("30")
    view = world.newest()
    assert (world.clinic.now() - view.lines[0].counted_at).total_seconds() // 60 == 15
    write(moment, f"{now + timedelta(minutes=15):%m-%d %H:%M}")
    press(moment, Qt.Key.Key_Return)
    lines(page).choose(1, "counted")
    lines(page).setFocus()
    type_counts("30")
    assert "清点时间要在盘点开始以后、现在以前" in sentences(page)[1]


def test_a_batch_that_no_line_names_is_found_and_becomes_a_surplus(opened, world):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    press_key(Qt.Key.Key_F7)
    window = control(page, SmallWindow, "found_window")
    write(control(window, QLineEdit, "found_drug_search"), "布洛芬")
    press(control(window, QLineEdit, "found_drug_search"), Qt.Key.Key_Return)
    write(control(window, QLineEdit, "found_batch"), "A1")
    write(control(window, QLineEdit, "found_expiry"), "2028-06-30")
    write(control(window, QLineEdit, "found_counted"), "0")
    window.on_do()
    assert "正整数" in control(window, QLabel, "found_counted_problem").text()
    write(control(window, QLineEdit, "found_counted"), "12")
    window.on_do()
    assert "已经在盘点表里" in control(window, QLabel, "found_batch_problem").text()
    write(control(window, QLineEdit, "found_batch"), "Z9")
    press(control(window, QLineEdit, "found_batch"), Qt.Key.Key_Return)
    assert cell_texts(lines(page), "batch_no")[-1] == "Z9"
    page.save_action()
    assert cell_texts(lines(page), "difference") == ["+12"]
    assert cell_texts(lines(page), "reason") == ["找到"]
    write_recount(page, world)
    page.save_action()
    with world.clinic.sessions.reading() as session:
        assert session.scalar(select(StockBatch.on_hand).where(StockBatch.batch_no == "Z9")) == 12


def test_a_count_is_given_up_with_its_reason(opened, world):
    page, _seen = opened()
    count_all(page, world, "5")
    click(control(page, QPushButton, "cancel_count"))
    window = control(page, SmallWindow, "cancel_stocktake")
    window.on_do()
    assert "原因" in control(window, QLabel, "cancel_stocktake_problem").text()
    write(control(window, QLineEdit, "cancel_reason"), "重新盘")
    press(control(window, QLineEdit, "cancel_reason"), Qt.Key.Key_Return)
    assert Stocktakes(world.clinic).list()[0].state is CountState.CANCELLED
    assert world.on_hand(world.batches[0]) == 30
    assert control(page, QPushButton, "begin_count").isVisible()
