"""The search line: hits while typing, also Chinese; choosing by keyboard and mouse; how fast it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView, QPushButton, QVBoxLayout, QWidget

from tests.ui.hands import compose_chinese, press, type_chinese
from ui.shell.search_box import MOST_HITS, SearchBox, SearchHit
from ui.widgets.chips import ChipText
from ui.widgets.naming import unnamed_controls

PEOPLE = [
    SearchHit("r1", "李桂兰", "女 · 71 岁 · 3组", (ChipText("高血压", "blue"),)), SearchHit("r2", "李军", "男 · 48 岁"),
    SearchHit("r3", "王秀英"),
]


@pytest.fixture
def asked():
    return []


@pytest.fixture
def box(qtbot, asked):
    def find(text):
        asked.append(text)
        return [hit for hit in PEOPLE if text in hit.title]

    window = QWidget()
    column = QVBoxLayout(window)
    made = SearchBox(find, placeholder="找人：姓名 / 拼音首字母 / 身份证 / 电话")
    other = QPushButton("其他")
    column.addWidget(made)
    column.addWidget(other)
    qtbot.addWidget(window)
    window.resize(700, 500)
    window.show()
    window.activateWindow()
    made.start()
    qtbot.waitUntil(made.line.hasFocus)
    made.other, made.kept = other, window
    return made


def test_committed_characters_are_searched_at_once(box, asked):
    type_chinese(box.line, "李")
    assert asked == ["李"]
    assert [hit.key for hit in box.hits()] == ["r1", "r2"]
    assert box.current_hit().key == "r1"


def test_what_is_still_composed_is_not_searched(box, asked):
    compose_chinese(box.line, "li")
    assert asked == []


def test_down_and_enter_take_a_hit(box, qtbot):
    type_chinese(box.line, "李")
    press(box.line, Qt.Key.Key_Down)
    with qtbot.waitSignal(box.chosen) as chosen:
        press(box.line, Qt.Key.Key_Return)
    assert chosen.args == ["r2"]
    assert (box.line.text(), box.hits()) == ("", ())


def test_down_at_the_last_hit_goes_to_the_first(box):
    type_chinese(box.line, "李")
    press(box.line, Qt.Key.Key_Up)
    assert box.current_hit().key == "r2"
    press(box.line, Qt.Key.Key_Down)
    assert box.current_hit().key == "r1"


def test_a_click_takes_a_hit(box, qtbot):
    type_chinese(box.line, "王")
    hits = box.window().findChild(QListView, "search_hits")
    with qtbot.waitSignal(box.chosen) as chosen:
        place = hits.visualRect(hits.model().index(0, 0)).center()
        qtbot.mouseClick(hits.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["r3"]


def test_nothing_found_is_said_and_cannot_be_chosen(box, qtbot):
    type_chinese(box.line, "赵")
    hits = box.window().findChild(QListView, "search_hits")
    assert hits.isVisible()
    assert "没有找到" in hits.model().index(0, 0).data()
    with qtbot.assertNotEmitted(box.chosen):
        press(box.line, Qt.Key.Key_Return)


def test_escape_puts_everything_away(box):
    type_chinese(box.line, "李")
    press(box.line, Qt.Key.Key_Escape)
    assert (box.line.text(), box.hits()) == ("", ())


def test_leaving_the_line_hides_the_hits_and_keeps_the_words(box, qtbot):
    type_chinese(box.line, "李")
    box.other.setFocus()
    qtbot.waitUntil(lambda: box.hits() == ())
    assert box.line.text() == "李"


def test_blanks_alone_are_not_searched(box, asked):
    box.line.setText("   ")
    assert asked == []


def test_before_the_data_is_there_nothing_is_searched(box, asked):
    box.set_find(None)
    type_chinese(box.line, "李")
    assert (asked, box.hits()) == ([], ())


def test_only_so_many_hits_are_shown(box):
    box.set_find(lambda text: [SearchHit(str(number), f"李{number}") for number in range(50)])
    type_chinese(box.line, "李")
    assert len(box.hits()) == MOST_HITS


def test_hits_are_read_to_screen_readers(box):
    type_chinese(box.line, "李桂")
    hits = box.window().findChild(QListView, "search_hits")
    assert hits.model().index(0, 0).data() == "李桂兰 女 · 71 岁 · 3组 高血压"
    assert unnamed_controls(box) == []
