"""The lines of a draft at the keyboard: typed and stored cell by cell, what is wrong kept in its cell with the reason."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.hands import compose_chinese, press, type_chinese
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, type_keys
from tests.ui.screens.requests.request_hands import button, go_to, lines_of, requested, stored, type_into

CONTROL = Qt.KeyboardModifier.ControlModifier
NEW = (("硝苯地平", None, None),)
"""One drug of which nothing is written yet."""


def place(table):
    """The chosen cell."""
    return table.current_number(), table.current_key()


def test_stock_and_use_are_typed_and_the_suggestion_follows_at_once(world, opened):
    world.draft(NEW)
    screen, _seen = opened(world)
    table = go_to(screen, 0, "on_hand")
    for figure in ("9", "44"):
        type_keys(figure)
        press_key(Qt.Key.Key_Tab)
    assert (cell_texts(table, "days_left"), cell_texts(table, "suggested")) == (["6"], ["79"])
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(table, "packs") == ["3 盒 90 片"]
    line = stored(world).lines[0]
    assert (line.on_hand, str(line.monthly_use), line.requested) == (9, "44", 79)
    assert screen.parts.arithmetic.title().startswith("硝苯地平")


def test_enter_goes_down_tab_goes_right_and_back(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = type_into(screen, 0, "requested", "79")
    assert place(table) == (1, "requested")
    type_keys("48")
    press_key(Qt.Key.Key_Tab)
    assert place(table) == (1, "explanation")
    press_key(Qt.Key.Key_Tab)
    assert place(table) == (2, "on_hand")
    press_key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert place(table) == (1, "explanation")
    assert requested(world) == [79, 48, None]


def test_typing_begins_wherever_the_line_is_chosen(world, opened):
    world.draft(NEW)
    screen, _seen = opened(world)
    type_into(screen, 0, "drug", "12")
    assert stored(world).lines[0].on_hand == 12


def test_escape_leaves_what_was_there_and_delete_empties_the_cell(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = go_to(screen, 0, "on_hand")
    type_keys("77")
    press_key(Qt.Key.Key_Escape)
    assert stored(world).lines[0].on_hand == 9
    press(table, Qt.Key.Key_Delete)
    assert stored(world).lines[0].on_hand is None


def test_an_explanation_is_typed_in_chinese(world, opened):
    world.draft(requested={"硝苯地平": 79, "二甲双胍": 48, "阿莫西林": 48})
    screen, _seen = opened(world)
    table = go_to(screen, 2, "explanation")
    assert table.current_row().remark.sentence.startswith("申请 48 与建议 21 相差超过一盒")
    press_key(Qt.Key.Key_F2)
    type_chinese(focused(), "新增两位病人")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[2].explanation == "新增两位病人"
    assert table.rows()[2].remark is None


def test_chinese_typed_on_a_closed_cell_opens_it(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = go_to(screen, 0, "explanation")
    compose_chinese(table, "cun li")
    type_chinese(table, "村里体检后新增病人")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[0].explanation == "村里体检后新增病人"


def test_reading_again_stores_what_is_being_typed_first(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    type_keys("79")
    screen.refresh()
    assert stored(world).lines[0].requested == 79
    assert cell_texts(lines_of(screen), "requested")[0] == "79"


@pytest.mark.parametrize(
    ("column", "typed", "sentence"),
    [
        ("requested", "1.5", "申领量请填 0 或正整数（最小发药单位），您填的是“1.5”。"),
        ("on_hand", "abc", "现库存请填 0 或正整数（最小发药单位），您填的是“abc”。"),
        ("monthly_use", "-3", "月均用量请填不小于 0 的数，最多两位小数，您填的是“-3”。"),
    ],
)
def test_a_wrong_figure_stays_in_its_cell_with_the_reason_beside_it(world, opened, column, typed, sentence):
    world.draft()
    screen, _seen = opened(world)
    before = stored(world).lines[0]
    plain = lines_of(screen).rowHeight(0)
    table = type_into(screen, 0, column, typed)
    press_key(Qt.Key.Key_Escape)
    assert cell_texts(table, column)[0] == typed
    assert table.rows()[0].remark.sentence == sentence
    assert table.rowHeight(0) > plain
    assert stored(world).lines[0] == before
    go_to(screen, 0, column)
    assert table.accessibleDescription() == sentence
    type_keys("7")
    press_key(Qt.Key.Key_Return)
    assert getattr(stored(world).lines[0], column) == 7


def test_a_wrong_cell_does_not_hold_back_the_others_of_its_line(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    type_keys("x")
    press_key(Qt.Key.Key_Tab)
    type_chinese(focused(), "新增病人")
    press_key(Qt.Key.Key_Return)
    line = stored(world).lines[0]
    assert (line.requested, line.explanation) == (None, "新增病人")
    assert cell_texts(lines_of(screen), "requested")[0] == "x"


def test_a_line_is_skipped_out_of_the_cell_that_is_open_for_typing(world, opened):
    world.draft()
    screen, _seen = opened(world)
    type_into(screen, 0, "requested", "48")
    assert isinstance(focused(), QLineEdit)
    press(focused(), Qt.Key.Key_Delete, CONTROL)
    assert [line.is_skipped for line in stored(world).lines] == [False, True, False]
    assert stored(world).lines[0].requested == 48
    assert focused() is lines_of(screen)


def test_words_pasted_on_a_closed_cell_are_kept(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = go_to(screen, 0, "explanation")
    QApplication.clipboard().setText("新增病人")
    press(table, Qt.Key.Key_V, CONTROL)
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[0].explanation == "新增病人"


def test_a_quantity_typed_into_a_skipped_line_wants_it_again(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = go_to(screen, 1, "requested")
    press(table, Qt.Key.Key_Delete, CONTROL)
    assert stored(world).lines[1].is_skipped
    type_keys("48")
    press_key(Qt.Key.Key_Return)
    line = stored(world).lines[1]
    assert (line.requested, line.is_skipped) == (48, False)


def test_a_click_on_a_button_stores_the_open_cell(world, opened, qtbot):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    type_keys("79")
    qtbot.mouseClick(button(screen, "print_request"), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert stored(world).lines[0].requested == 79
