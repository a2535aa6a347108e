"""The work-list table: what it shows of plain rows, choosing, filling in, widths."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from tests.ui.hands import press
from ui.theme.theme import Theme, apply_theme
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column, DataTable, cell_of, cell_words

TODAY = ChipText("今天", "amber")


@dataclass(frozen=True)
class Due:
    id: int
    name: str
    age: int | None = 60
    due: ChipText = TODAY
    quantity: int = 0


COLUMNS = (
    Column("name", "姓名", bold=True), Column("age", "年龄", align="right"), Column("due", "应访日期"),
    Column("quantity", "申领量", width=96, editable=True),
)
ROWS = [Due(1, "李桂兰", 71, ChipText("逾期 9 天", "red"), 79), Due(2, "张守业", None), Due(3, "王秀英", 78)]


@pytest.fixture
def table(qtbot):
    made = DataTable(COLUMNS, name="work", accessible_name="要随访的人", empty_text="今天没有要随访的人。")
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.set_rows(ROWS)
    made.show()
    return made


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("李桂兰", "李桂兰"), (71, "71"), (0, "0"), (None, "—"), (ChipText("逾期", "red"), "逾期"),
        ((ChipText("集采"), ChipText("甲")), "集采 甲"), ((), ""),
        (Cell("柳庄村", second_line="今天 8:52"), "柳庄村 今天 8:52"),
        (Cell("硝苯地平", suffix="30mg×7", chips=(ChipText("甲"),)), "硝苯地平 30mg×7 甲"),
    ],
)
def test_every_kind_of_value_has_words(value, words):
    column = Column("x", "X", value=lambda row: row)
    assert cell_words(cell_of(column, value)) == words


def test_a_column_reads_attributes_and_mappings():
    column = Column("name", "姓名")
    assert cell_of(column, ROWS[0]).text == "李桂兰"
    assert cell_of(column, {"name": "张守业"}).text == "张守业"


def test_rows_are_shown_under_their_titles(table):
    model = table.model()
    assert (model.rowCount(), model.columnCount()) == (3, 4)
    assert model.headerData(0, Qt.Orientation.Horizontal) == "姓名"
    assert model.index(0, 2).data() == "逾期 9 天"
    assert model.index(1, 1).data() == "—"


def test_moving_chooses_rows_and_enter_takes_one(table, qtbot):
    table.select_row(2)
    chosen, taken = [], []
    table.row_selected.connect(chosen.append)
    table.row_activated.connect(taken.append)
    table.select_row(0)
    press(table, Qt.Key.Key_Down)
    press(table, Qt.Key.Key_Return)
    assert [row.id for row in chosen] == [1, 2]
    assert [row.id for row in taken] == [2]
    assert (table.current_row().id, table.current_number()) == (2, 1)


def test_coming_to_the_table_chooses_its_first_row(qtbot):
    window = QWidget()
    table = DataTable(COLUMNS, name="work", accessible_name="要随访的人")
    column = QVBoxLayout(window)
    line = QLineEdit()
    column.addWidget(line)
    column.addWidget(table)
    qtbot.addWidget(window)
    window.show()
    line.setFocus()
    table.set_rows(ROWS)
    assert table.current_row() is None
    table.setFocus()
    qtbot.waitUntil(lambda: table.current_row() == ROWS[0])


def test_moving_within_a_row_does_not_choose_it_again(table):
    table.select_row(0)
    chosen = []
    table.row_selected.connect(chosen.append)
    press(table, Qt.Key.Key_Right)
    assert chosen == []


def test_the_same_row_stays_chosen_when_rows_are_read_again(table):
    table.select_row(2)
    table.set_rows([ROWS[2], ROWS[0]], keep=lambda row: row.id)
    assert (table.current_row().id, table.current_number()) == (3, 0)


def test_a_chosen_row_that_is_gone_is_announced(table):
    table.select_row(2)
    chosen = []
    table.row_selected.connect(chosen.append)
    table.set_rows(ROWS[:2], keep=lambda row: row.id)
    assert chosen == [None]
    assert table.current_row() is None


def test_choosing_beyond_the_end_changes_nothing(table):
    table.select_row(1)
    table.select_row(9)
    assert table.current_number() == 1


def test_typing_in_an_editable_cell_announces_the_edit_and_goes_on(table, qtbot):
    edits = []
    table.cell_edited.connect(lambda row, key, text: edits.append((row.id, key, text)))
    table.setCurrentIndex(table.model().index(0, 3))
    press(table, Qt.Key.Key_5)
    editor = table.findChild(QLineEdit, "work_quantity_0")
    assert editor.accessibleName() == "申领量"
    qtbot.keyClicks(editor, "0")
    press(editor, Qt.Key.Key_Return)
    assert edits == [(1, "quantity", "50")]
    assert table.current_number() == 1
    assert table.findChild(QLineEdit, "work_quantity_1") is not None
    assert table.rows()[0].quantity == 79


def test_an_edit_that_changes_nothing_is_not_announced(table):
    edits = []
    table.cell_edited.connect(lambda *edit: edits.append(edit))
    table.setCurrentIndex(table.model().index(0, 3))
    press(table, Qt.Key.Key_Return)
    press(table.findChild(QLineEdit, "work_quantity_0"), Qt.Key.Key_Return)
    assert edits == []


def test_a_replaced_row_is_shown(table):
    table.replace_row(0, Due(1, "李桂兰", 72))
    assert table.model().index(0, 1).data() == "72"


def test_an_empty_table_says_so(table):
    filled = table.grab().toImage()
    table.set_rows([])
    assert table.empty_text() == "今天没有要随访的人。"
    assert table.grab().toImage() != filled


def test_ctrl_enter_is_left_to_the_shell(table):
    taken = []
    table.row_activated.connect(taken.append)
    table.select_row(0)
    press(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert taken == []


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_rows_grow_with_the_type(table, scale):
    apply_theme(QApplication.instance(), Theme(scale=scale))
    assert table.rowHeight(0) == 39 * scale


def test_columns_fill_the_width_and_a_stretching_one_takes_the_rest(qtbot):
    table = DataTable([Column("a", "甲", width=100), Column("b", "乙", stretch=True, value=str), Column("c", "丙", width=80)],
                      name="t", accessible_name="表")
    qtbot.addWidget(table)
    table.resize(600, 300)
    table.show()
    assert (table.columnWidth(0), table.columnWidth(2)) == (100, 80)
    assert sum(table.columnWidth(column) for column in range(3)) == table.viewport().width()


def test_a_small_table_is_as_high_as_its_rows(qtbot):
    table = DataTable(COLUMNS, name="t", accessible_name="表", inside_card=True)
    qtbot.addWidget(table)
    table.fit_height()
    table.set_rows(ROWS)
    assert table.height() == 34 + 3 * 39 + 4
    table.set_rows(ROWS * 2)
    assert table.height() == 34 + 6 * 39 + 4


def test_many_rows_are_shown_at_once(table):
    table.set_rows([Due(number, f"居民{number}") for number in range(3000)])
    table.select_row(2999)
    assert table.current_row().id == 2999


@pytest.mark.parametrize(("width", "hidden"), [(900, set()), (330, {"phone"}), (240, {"phone", "group"})])
def test_columns_give_way_before_the_table_scrolls_sideways(qtbot, width, hidden):
    columns = (
        Column("name", "姓名"), Column("phone", "电话", gives_way=2, value=lambda _row: "138****2716"),
        Column("group", "组", gives_way=1, value=lambda _row: "第三村民组"),
        Column("note", "提醒", value=lambda _row: "行动不便·上门", width=120, stretch=True),
    )
    made = DataTable(columns, name="work", accessible_name="要随访的人")
    qtbot.addWidget(made)
    made.resize(width, 400)
    made.set_rows(ROWS)
    made.show()

    assert {column.key for number, column in enumerate(columns) if made.isColumnHidden(number)} == hidden
    assert not made.horizontalScrollBar().isVisible()


def test_a_column_that_gives_way_stays_while_a_row_needs_it(qtbot):
    columns = (
        Column("name", "药品", width=200, stretch=True),
        Column("quantity", "拒收", width=100, gives_way=1, stays_for=lambda row: row.quantity > 0),
    )
    made = DataTable(columns, name="lines", accessible_name="药品")
    qtbot.addWidget(made)
    made.resize(240, 400)
    made.set_rows([Due(1, "硝苯地平"), Due(2, "氨氯地平")])
    made.show()
    assert made.isColumnHidden(1)
    made.replace_row(1, Due(2, "氨氯地平", quantity=5))
    assert not made.isColumnHidden(1)
    made.replace_row(1, Due(2, "氨氯地平"))
    assert made.isColumnHidden(1)


def test_smaller_type_makes_the_rows_low_again(qtbot, qapp):
    apply_theme(qapp, Theme(scale=2.0))
    made = DataTable(COLUMNS, name="work", accessible_name="药品", row_height=46)
    qtbot.addWidget(made)
    apply_theme(qapp, Theme())
    assert made.verticalHeader().defaultSectionSize() == 46


@pytest.mark.parametrize("bracket", ["(30R)", "(Ⅲ)"])
def test_what_stands_in_a_bracket_is_not_broken_apart(qtbot, bracket):
    columns = (Column("name", "药品", width=130, bold=True), Column("id", "序号", width=60))
    made = DataTable(columns, name="drugs", accessible_name="药品", row_height=60)
    qtbot.addWidget(made)
    made.resize(190, 300)
    names = ("田田田田田田田" + bracket, "田田田田田田田 " + bracket)
    made.set_rows([Due(number, name) for number, name in enumerate(names)])
    made.show()
    made.setCurrentIndex(made.rows_model.index(-1, -1))
    broken, spaced = (made.viewport().grab(made.visualRect(made.rows_model.index(row, 0))).toImage() for row in (0, 1))
    assert broken == spaced


def test_rows_are_appended_without_moving_what_is_seen(table):
    table.select_row(1)
    chosen = []
    table.row_selected.connect(chosen.append)

    table.append_rows([Due(4, "陈玉珍"), Due(5, "刘德贵")])
    table.append_rows([])

    assert [row.id for row in table.rows()] == [1, 2, 3, 4, 5]
    assert (table.current_row().id, chosen) == (2, [])


def _inked_lines(table: DataTable) -> int:
    """How many lines of words the first row shows, told from the rows of pixels that bear ink."""
    table.setCurrentIndex(table.rows_model.index(-1, -1))
    place = table.visualRect(table.rows_model.index(0, 0)).adjusted(4, 2, -4, -4)
    shown = table.viewport().grab(place).toImage()
    inked = [any(shown.pixelColor(x, y).lightness() < 130 for x in range(shown.width())) for y in range(shown.height())]
    return sum(now and not before for before, now in zip([False, *inked], inked, strict=False))


@pytest.mark.parametrize(("height", "lines"), [(38, 1), (60, 2)])
def test_a_long_name_takes_two_lines_where_the_row_is_high_enough(qtbot, height, lines):
    columns = (Column("name", "药品", width=130, bold=True), Column("id", "序号", width=60))
    table = DataTable(columns, name="drugs", accessible_name="药品", row_height=height)
    qtbot.addWidget(table)
    table.resize(190, 300)
    table.set_rows([Due(1, "田田田田田田田田田田田田")])
    table.show()
    assert _inked_lines(table) == lines
