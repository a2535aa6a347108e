"""What a wide table and a narrow window do: columns that stay in sight, a list and what is chosen in it one after the other."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QTableView, QVBoxLayout, QWidget

from tests.ui.hands import control, press
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.panes import ScrollPage
from ui.widgets.table import Column, DataTable

VILLAGES = tuple(f"village_{number}" for number in range(40))


@pytest.fixture
def wide(qtbot):
    """A table of a drug, its sum and forty villages; drug and sum stay in sight."""
    columns = (Column("drug", "药品", width=150), Column("sum", "合计", width=60),
               *(Column(village, village, width=70) for village in VILLAGES))
    made = DataTable(columns, name="wide", accessible_name="宽表")
    made.keep_columns(2)
    made.set_rows([{"drug": f"药品{number}", "sum": number, **dict.fromkeys(VILLAGES, number)} for number in range(30)])
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    qtbot.waitExposed(made)
    made.setFocus()
    return made


def kept(table):
    return control(table, QTableView, "wide_kept")


def shown_columns(view):
    return [number for number in range(view.model().columnCount()) if not view.isColumnHidden(number)]


def test_the_first_columns_stay_in_sight_while_the_others_scroll(wide):
    for _step in range(25):
        press(wide, Qt.Key.Key_Right)
    assert wide.horizontalScrollBar().value() > 0
    assert kept(wide).isVisible()
    assert shown_columns(kept(wide)) == [0, 1]
    assert kept(wide).visualRect(wide.model().index(0, 0)).left() == 0
    assert kept(wide).mapTo(wide, QPoint(0, 0)).x() == wide.viewport().x()


def test_a_cell_chosen_by_the_keyboard_never_hides_behind_them(wide):
    for _step in range(25):
        press(wide, Qt.Key.Key_Right)
    for _step in range(20):
        press(wide, Qt.Key.Key_Left)
        place = wide.visualRect(wide.currentIndex())
        assert place.left() >= kept(wide).width()
        assert place.right() <= wide.viewport().width()


def test_they_follow_the_lines_and_what_is_clicked_in_them_is_chosen(wide):
    for _step in range(30):
        press(wide, Qt.Key.Key_Right)
    for _step in range(20):
        press(wide, Qt.Key.Key_Down)
    scrolled = wide.horizontalScrollBar().value()
    number = wide.current_number()
    line = kept(wide).visualRect(wide.model().index(number - 1, 0))
    assert line.top() == wide.rowViewportPosition(number - 1)
    QTest.mouseClick(kept(wide).viewport(), Qt.MouseButton.LeftButton, pos=line.center())
    assert wide.current_number() == number - 1
    assert wide.hasFocus()
    assert wide.horizontalScrollBar().value() == scrolled


def test_a_table_that_has_room_shows_nothing_twice(wide):
    wide.resize(4000, 400)
    assert not kept(wide).isVisible()


def test_fewer_columns_are_kept_where_all_would_leave_no_room(wide):
    wide.resize(300, 400)
    assert shown_columns(kept(wide)) == [0]


@pytest.fixture
def pair(qtbot):
    """A list of five and a label that says which is chosen."""
    table = DataTable((Column("name", "名称", stretch=True),), name="five", accessible_name="列表")
    table.set_rows([{"name": f"第{number}"} for number in range(5)])
    one = QWidget()
    QVBoxLayout(one).addWidget(QLabel("选中的"))
    do = QPushButton("办理")
    one.layout().addWidget(do)
    made = ListAndOne(one, table, table, back="列表", side_width=200, breakpoint=500)
    qtbot.addWidget(made)
    made.do = do
    made.resize(800, 400)
    made.show()
    qtbot.waitExposed(made)
    return made, table


def test_with_room_both_stand_side_by_side(pair):
    panes, table = pair
    assert (panes.is_narrow(), table.isVisible(), panes.do.isVisible(), panes.back.isVisible()) == (False, True, True, False)
    assert panes.go_back() is False


def test_without_room_the_list_comes_first_and_enter_goes_on(pair):
    panes, table = pair
    panes.resize(400, 400)
    assert (table.isVisible(), panes.do.isVisible()) == (True, False)
    panes.setFocus()
    assert table.hasFocus()
    press(table, Qt.Key.Key_Down)
    press(table, Qt.Key.Key_Return)
    assert (table.isVisible(), panes.do.isVisible(), panes.back.isVisible()) == (False, True, True)
    assert panes.isAncestorOf(QApplication.focusWidget())
    assert panes.go_back() is True
    assert table.isVisible()
    assert table.hasFocus()
    assert table.current_number() == 1


def test_without_room_one_click_goes_on(pair):
    panes, table = pair
    panes.resize(400, 400)
    place = table.visualRect(table.model().index(2, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panes.do.isVisible()
    assert table.current_number() == 2


def test_a_wider_window_shows_both_again(pair):
    panes, table = pair
    panes.resize(400, 400)
    panes.show_one()
    panes.resize(800, 400)
    assert (table.isVisible(), panes.do.isVisible(), panes.back.isVisible()) == (True, True, False)


def test_the_chosen_line_stays_in_sight_on_a_page_that_scrolls(qtbot):
    table = DataTable((Column("name", "名称", stretch=True),), name="long", accessible_name="长表", least_rows=12)
    table.set_rows([{"name": f"第{number}"} for number in range(12)])
    inside = QWidget()
    QVBoxLayout(inside).addWidget(QLabel("\n" * 10))
    inside.layout().addWidget(table)
    page = ScrollPage(inside)
    qtbot.addWidget(page)
    page.resize(300, 220)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    for _step in range(11):
        press(table, Qt.Key.Key_Down)
        line = table.visualRect(table.currentIndex())
        bottom = table.viewport().mapTo(page.viewport(), line.bottomLeft()).y()
        assert 0 < bottom <= page.viewport().height()
    for _step in range(11):
        press(table, Qt.Key.Key_Up)
    assert table.mapTo(page.viewport(), QPoint(0, 0)).y() >= 0
