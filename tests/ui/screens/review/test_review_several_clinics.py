"""申领审核 for several clinics at once: fair share of a drug, drugs by village, agreeing to every request in one action."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QTableView

from app.domain.request_terms import State
from app.services.review import Review
from bench.supply import add_request
from tests.supply_desks import as_person
from tests.ui.hands import CTRL, click, control, press
from tests.ui.screens.drug_desks import cell_texts, press_key, services_of
from tests.ui.screens.review.review_pages import (
    COLLEAGUE,
    button,
    change_line,
    is_open,
    lines_of,
    open_share,
    texts_of,
    town_lines,
)
from tests.ui.screens.supply_things import small_window
from ui.widgets.table import DataTable

SHIFT = Qt.KeyboardModifier.ShiftModifier

# --- fair share ---------------------------------------------------------------------------------------------------


def test_the_fair_share_of_a_drug_shows_its_arithmetic_and_decides_by_one_key(town, reviewing):
    screen, seen = reviewing
    shown = open_share(screen)
    words = shown.words.text()
    assert "库存 60 片，已答应别处 0，可分配 60。" in words
    assert "3 个村共申领 177 片，缺 117。" in words
    assert "补到同样够用 1.0 个月" in words
    assert cell_texts(control(shown, DataTable, "share_lines"), "share") == ["20", "20", "20"]
    QTest.keyPress(shown, Qt.Key.Key_Return, CTRL)
    assert [town_lines(town, place)["B00000"].approved for place in range(3)] == [20, 20, 20]
    assert {town_lines(town, place)["B00000"].decision_reason for place in range(3)} == {"本院库存不足"}
    assert seen.sentences[-1] == "药品B00000 已按公平分配批准 3 个村。"
    assert cell_texts(lines_of(screen), "approved")[0] == "20"


def test_shares_that_changed_meanwhile_are_shown_anew_and_nothing_is_decided(town, reviewing):
    screen, _seen = reviewing
    shown = open_share(screen)
    change_line(town, 2, "B00000", requested=5)
    click(button(shown, "share_window_do"))
    assert "刚刚有变化" in shown.problem.text()
    assert {town_lines(town, place)["B00000"].approved for place in range(3)} == {None}
    assert cell_texts(control(shown, DataTable, "share_lines"), "share")[2] == "5"
    click(button(shown, "share_window_do"))
    # The village that asks for 5 gets a pack of 10 for it: nothing is left of the 60.
    assert sorted(town_lines(town, place)["B00000"].approved for place in range(3)) == [5, 20, 30]


def test_enough_for_all_needs_no_sharing(reviewing):
    screen, _seen = reviewing
    shown = open_share(screen, 1)
    assert "够所有村，不需要分配" in shown.words.text()
    assert not button(shown, "share_window_do").isEnabled()


def test_a_colleagues_line_is_named_and_left_alone(town, reviewing):
    screen, seen = reviewing
    other = Review(as_person(town.desk, COLLEAGUE))
    other.take(town.requests[1], other.get(town.requests[1]).version)
    shown = open_share(screen)
    assert "在孙药师手里，不改动" in cell_texts(control(shown, DataTable, "share_lines"), "clinic")[1]
    click(button(shown, "share_window_do"))
    assert [town_lines(town, place)["B00000"].approved for place in range(3)] == [20, None, 20]
    assert "还有 1 个村的申领单在别的药师手里" in seen.sentences[-1]


def test_the_fair_share_is_printed_and_saved(reviewing, dialogs, tmp_path):
    screen, seen = reviewing
    shown = open_share(screen)
    click(button(shown, "share_window_print"))
    assert seen.sheets[-1][0].startswith(b"%PDF")
    dialogs.will_choose(tmp_path / "share.xlsx")
    click(button(shown, "share_window_export"))
    rows = texts_of(tmp_path / "share.xlsx")
    assert rows[1][0] == "第1村卫生室"
    assert [cell for cell in rows[-1] if cell != ""] == ["合计", 177, 60]


# --- drugs by village ---------------------------------------------------------------------------------------------


def open_pivot():
    """Shift+F7: the window of drugs by village."""
    press_key(Qt.Key.Key_F7, SHIFT)
    return small_window("pivot_window")


def test_drugs_by_village_open_the_request_of_the_chosen_cell(town, reviewing):
    screen, _seen = reviewing
    shown = open_pivot()
    pivot = control(shown, DataTable, "pivot")
    assert cell_texts(pivot, "short") == ["117", "0", "0", "0", "0"]
    assert cell_texts(pivot, town.clinics[2])[0] == "58"
    press(pivot, Qt.Key.Key_Right)
    press(pivot, Qt.Key.Key_Down)
    assert shown.told.text() == "药品B00001：第2村申领 59 片，还没有批；本院可供 180，各村共申领 177。"
    press(pivot, Qt.Key.Key_Return)
    assert not is_open(screen, "pivot_window")
    assert screen.sheet.view.id == town.requests[1]
    assert lines_of(screen).current_row().line.drug_code == "B00001"


def test_drug_and_sum_stay_in_sight_while_forty_villages_scroll_by(town, reviewing):
    for number in range(3, 40):
        add_request(town, number, 2)
    shown = open_pivot()
    pivot, kept = control(shown, DataTable, "pivot"), control(shown, QTableView, "pivot_kept")
    for _step in range(30):
        press(pivot, Qt.Key.Key_Right)
    assert pivot.horizontalScrollBar().value() > 0
    columns = pivot.rows_model.columns
    assert [column.key for number, column in enumerate(columns) if not kept.isColumnHidden(number)] == [
        "drug",
        "asked",
    ]
    assert kept.isVisible()
    assert pivot.visualRect(pivot.currentIndex()).left() >= kept.width()


def test_a_column_without_a_village_opens_nothing_and_says_so(reviewing):
    screen, _seen = reviewing
    shown = open_pivot()
    pivot = control(shown, DataTable, "pivot")
    pivot.setCurrentIndex(pivot.model().index(0, 0))
    click(button(shown, "pivot_window_do"))
    assert shown.problem.text() == "这一格没有申领。请选有数量的一格。"
    assert is_open(screen, "pivot_window")


def test_drugs_by_village_are_printed_and_saved(reviewing, dialogs, tmp_path):
    _screen, seen = reviewing
    shown = open_pivot()
    click(button(shown, "pivot_window_print"))
    assert seen.sheets[-1][0].startswith(b"%PDF")
    dialogs.will_choose(tmp_path / "pivot.xlsx")
    click(button(shown, "pivot_window_export"))
    rows = texts_of(tmp_path / "pivot.xlsx")
    assert rows[0][-3:] == ["第1村卫生室", "第2村卫生室", "第3村卫生室"]
    assert rows[1][-3:] == [60, 59, 58]


# --- all clinics at once ------------------------------------------------------------------------------------------


def open_bulk():
    """Shift+F6: the window that agrees for all clinics."""
    press_key(Qt.Key.Key_F6, SHIFT)
    return small_window("bulk_window")


def test_all_clinics_are_agreed_to_in_one_action_that_tells_what_was_left_and_why(town, reviewing):
    screen, _seen = reviewing
    change_line(town, 1, "B00002", explanation="村里体检后新增病人")
    shown = open_bulk()
    press(shown, Qt.Key.Key_Return, CTRL)
    assert "已同意 11 行，按公平分配 0 行，还有 4 行要您看。" in shown.words.text()
    requests = control(shown, DataTable, "bulk_requests")
    told = dict(zip(cell_texts(requests, "clinic"), cell_texts(requests, "why"), strict=True))
    assert told == {"第1村": "本院不足 1", "第2村": "本院不足 1，有说明 1", "第3村": "本院不足 1"}
    assert cell_texts(requests, "result")[0] == "等您看 2 行"
    press(requests, Qt.Key.Key_Return)
    assert screen.sheet.view.id == town.requests[1]


def test_with_fair_share_everything_is_decided_approved_and_answered(town, reviewing):
    _screen, seen = reviewing
    shown = open_bulk()
    control(shown, QCheckBox, "bulk_share").setChecked(True)
    click(button(shown, "bulk_window_do"))
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.APPROVED}
    assert "3 张审核通过，答复文件已写好" in shown.words.text()
    click(button(shown, "bulk_answers"))
    assert seen.places[-1][0] == "exchange"


def test_requests_may_be_left_unapproved(town, reviewing):
    shown = open_bulk()
    control(shown, QCheckBox, "bulk_share").setChecked(True)
    control(shown, QCheckBox, "bulk_approve").setChecked(False)
    click(button(shown, "bulk_window_do"))
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.IN_REVIEW}
    assert set(cell_texts(control(shown, DataTable, "bulk_requests"), "result")) == {"全部有决定，待通过"}


def test_the_result_of_agreeing_is_saved_as_a_table(reviewing, dialogs, tmp_path):
    shown = open_bulk()
    click(button(shown, "bulk_window_do"))
    dialogs.will_choose(tmp_path / "bulk.xlsx")
    click(button(shown, "bulk_window_export"))
    assert texts_of(tmp_path / "bulk.xlsx")[-1][:4] == ["合计", 12, 0, 3]


def test_nothing_waiting_is_told(town, opened, dialogs):
    services_of(town.desk)[0].review_stock.agree(share_short=True, approve=True)
    opened(town.desk)
    press_key(Qt.Key.Key_F6, SHIFT)
    assert "没有待审的申领单" in dialogs.last_told()
