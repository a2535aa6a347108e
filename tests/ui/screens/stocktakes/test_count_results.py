"""盘点 behind the counting: differences with their reasons, the second person or the township, what is booked and written."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QTabBar

from app.domain.stocktake_steps import CountState
from app.services.stock_checks import trace_code_units
from app.services.stocktakes import Stocktakes
from tests.ui.hands import click, control, press, write
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, services_of, type_keys
from tests.ui.screens.stocktakes.count_hands import (
    CODES,
    RECOUNTER,
    count_all,
    lines,
    sentences,
    type_counts,
    write_recount,
)
from ui.screens.stock import entry as stock_entry
from ui.shell.main_window import MainWindow
from ui.widgets.naming import unnamed_controls
from ui.widgets.small_window import SmallWindow


def test_a_full_count_by_keyboard_alone_is_verified_by_another_person_and_booked(opened, world):
    colleague = world.colleague()
    page, _seen = opened()
    assert control(page, QPushButton, "begin_first_count").isVisible()
    count_all(page, world, "30", "28", "30")
    assert cell_texts(lines(page), "counted") == ["30", "28", "30"]
    assert "3 / 3" in [each.text() for each in page.findChildren(QLabel)]
    page.save_action()
    assert "不能核对自己盘的" in control(page, QLabel, "stocktake_strip_words").text()
    assert not control(page, QPushButton, "stocktake_main").isVisible()
    page.save_action()
    assert world.on_hand(world.batches[1]) == 30
    other, seen = opened(colleague)
    assert cell_texts(lines(other), "difference") == ["-2"]
    other.save_action()
    assert "请选择差异原因" in sentences(other)[0]
    lines(other).choose(0, "reason", edit=True)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(lines(other), "reason") == ["损耗"]
    other.save_action()
    done = Stocktakes(world.clinic).list()[0]
    assert (done.state, done.result) == (CountState.FINALISED, "有差异")
    assert world.on_hand(world.batches[1]) == 28
    other.print_action()
    assert seen.sheets[-1][0].startswith(b"%PDF")
    assert unnamed_controls(other) == []


def test_a_doctor_alone_has_the_township_count_again(opened, world):
    page, _seen = opened()
    count_all(page, world, "30", "30", "29")
    page.save_action()
    lines(page).choose(0, "reason", edit=True)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    page.save_action()
    assert "抽 3 行复盘" in control(page, QLabel, "recount_name_problem").text()
    write_recount(page, world, more=1)
    page.save_action()
    assert "退回重盘" in control(page, QLabel, "recount_1_problem").text()
    assert world.on_hand(world.batches[2]) == 30
    write_recount(page, world)
    page.save_action()
    view = world.newest()
    assert (view.state, view.finalised_by_name) == (CountState.FINALISED, RECOUNTER)
    assert world.on_hand(world.batches[2]) == 29


def test_uncounted_lines_are_decided_by_the_space_key(opened, world, dialogs):
    colleague = world.colleague()
    page, _seen = opened()
    count_all(page, world, "30")
    page.save_action()
    assert page.sheet.is_counting
    assert "没有盘完" in str(dialogs.asked[-1].title)
    dialogs.will_answer("do")
    page.save_action()
    other, _seen = opened(colleague)
    assert len(lines(other).rows()) == 2
    other.save_action()
    assert "没有盘" in sentences(other)[0]
    lines(other).choose(0, "reason")
    lines(other).setFocus()
    press_key(Qt.Key.Key_Space)
    assert "按账面" in cell_texts(lines(other), "reason")[0]
    press_key(Qt.Key.Key_Space)
    assert cell_texts(lines(other), "reason")[0] == ""
    click(control(other, QPushButton, "all_as_book"))
    other.save_action()
    view = world.newest()
    assert (view.result, sum(line.is_as_book for line in view.lines)) == ("账实相符", 2)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_shortage_of_coded_packs_asks_which_are_missing(opened, world, is_known):
    world.code_the_last_batch()
    colleague = world.colleague()
    page, _seen = opened()
    count_all(page, world, "30", "30", "18")
    page.save_action()
    other, _seen = opened(colleague)
    assert cell_texts(lines(other), "codes") == ["哪盒少？"]
    lines(other).choose(0, "reason", edit=True)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    if is_known:
        lines(other).choose(0, "reason")
        press_key(Qt.Key.Key_F7)
        window = control(other, SmallWindow, "packs_window")
        scan = control(window, QLineEdit, "pack_scan")
        write(scan, "1" * 20)
        press(scan, Qt.Key.Key_Return)
        assert "不在这一批的在库名单里" in control(window, QLabel, "pack_scan_problem").text()
        write(scan, CODES[0])
        press(scan, Qt.Key.Key_Return)
        window.on_do()
        assert "已指 2 盒" in cell_texts(lines(other), "codes")[0]
    other.save_action()
    assert world.on_hand(world.batches[2]) == 18
    assert trace_code_units(world.clinic) == []
    if is_known:
        assert world.states() == {"0": ("here", 10), "1": ("lost", 0), "2": ("here", 8)}
    else:
        assert {state for state, _left in world.states().values()} == {"uncertain"}


def test_a_second_window_that_went_on_is_told_and_nothing_is_lost(opened, world, dialogs):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    view = page.sheet.view
    Stocktakes(world.clinic).to_review(view.id, view.version)
    lines(page).choose(0, "counted", edit=True)
    type_keys("5")
    press_key(Qt.Key.Key_Return)
    assert "第 1 版的盘点表，现在是第 2 版" in dialogs.last_told()
    assert page.sheet.is_reviewed
    assert [line.counted for line in page.sheet.view.lines] == [30, 30, 30]


def test_how_old_the_last_full_count_is_stands_beside_it(opened, world):
    page, _seen = opened()
    count_all(page, world, "30", "30", "30")
    assert "还没有做过全面盘点" in control(page, QLabel, "age_note").text()


def test_the_lines_and_the_list_of_counts_are_exported(opened, world, dialogs, tmp_path):
    page, _seen = opened()
    count_all(page, world, "30", "28", "30")
    page.save_action()
    one, every = tmp_path / "one.xlsx", tmp_path / "every.xlsx"
    dialogs.will_choose(one, every)
    click(control(page, QPushButton, "export_stocktake"))
    click(control(page, QPushButton, "export_stocktakes"))
    rows = list(load_workbook(one).active.values)
    assert [row[6:9] for row in rows[1:]] == [(30, 30, 0), (30, 28, -2), (30, 30, 0)]
    assert list(load_workbook(every).active.values)[1][1] == "全面盘点"


def test_the_whole_way_in_the_real_window_with_its_own_keys(qtbot, world, dialogs):
    """Enter, digits, F8 and Ctrl+Enter, from the section's tab to the submitted count."""
    shown = MainWindow()
    qtbot.addWidget(shown)
    services, _seen = services_of(world.clinic, dialogs)
    shown.add_screen(stock_entry(services))
    shown.show_desk()
    shown.resize(1366, 768)
    with qtbot.waitActive(shown):
        shown.show()
        shown.activateWindow()
    shown.show_screen("stock", section="stocktake")
    press_key(Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: focused().objectName() == "stocktake_scope")
    press_key(Qt.Key.Key_Return)
    with qtbot.waitActive(shown):
        shown.activateWindow()
    qtbot.waitUntil(lambda: focused() is lines(shown))
    world.clock.forward(minutes=1)
    type_counts("30", "30")
    press_key(Qt.Key.Key_Escape)
    press_key(Qt.Key.Key_F8)
    type_counts("29")
    press_key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    view = world.newest()
    assert (view.state, [line.counted for line in view.lines]) == (CountState.REVIEW, [30, 30, 29])
    tabs = control(shown, QTabBar, "stock_sections")
    assert "盘点 1" in [tabs.tabText(place) for place in range(tabs.count())]
