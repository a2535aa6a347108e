"""The township's stock in the review: what remains while typing, fair share, drugs by village, all clinics at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QPushButton, QTableView

from app.desk import Actor
from app.domain.request_terms import State
from app.services.review import Review
from bench.supply import add_clinic, add_request, stock_up, township
from db.models import DrugRequestLine, LedgerReport
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import cell_texts, focused, on_screen, press_key, services_of, type_keys
from ui.screens.review import search_hits
from ui.screens.review.screen import ReviewScreen
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

COLLEAGUE = Actor("00000000-0000-7000-8000-000000000009", "孙药师", "township_pharmacist")


@pytest.fixture
def town(tmp_path):
    """Three clinics that ask for 60, 59 and 58 of five drugs; of the first drug there are 60, of the others 180."""
    made = township(tmp_path / "town", drugs=5)
    for number in range(3):
        add_request(made, number, 5)
    stock_up(made, 3)
    yield made
    made.desk.close()


@pytest.fixture
def opened(qtbot, dialogs, town):
    """The screen with the first clinic's request taken."""
    services, seen = services_of(town.desk, dialogs)
    screen = on_screen(qtbot, ReviewScreen(services))
    screen.open_with(request_id=town.requests[0])
    screen.save_action()
    return screen, seen


def window(screen, name):
    """The window of this name that stands open over the screen."""
    return next(each for each in screen.findChildren(QDialog, name) if each.isVisible())


def is_open(screen, name):
    return any(each.isVisible() for each in screen.findChildren(QDialog, name))


def table(screen):
    return control(screen, DataTable, "review_lines")


def lines(town, place=0):
    return {line.drug_code: line for line in Review(town.desk).get(town.requests[place]).lines}


def change_line(town, place, code, **values):
    line = lines(town, place)[code]
    with town.desk.sessions.writing() as session:
        row = session.get_one(DrugRequestLine, line.id)
        for name, value in values.items():
            setattr(row, name, value)


def texts_of(file):
    page = openpyxl.load_workbook(file).active
    return [[cell for cell in row if cell is not None] for row in page.iter_rows(values_only=True)]


# --- beside the lines ---------------------------------------------------------------------------------------------


def test_what_remains_after_the_approval_follows_every_letter(town, opened):
    screen, _seen = opened
    assert cell_texts(table(screen), "available")[1] == "180 余 120"
    table(screen).setFocus()
    table(screen).choose(1, "approved")
    type_keys("20")
    assert cell_texts(table(screen), "available")[1] == "180 余 160"
    type_keys("0")
    assert cell_texts(table(screen), "available")[1] == "180 缺 20"
    assert "缺 20 转采购" in cell_texts(table(screen), "marks")[1]
    assert focused().text() == "200"
    press_key(Qt.Key.Key_Escape)
    assert cell_texts(table(screen), "available")[1] == "180 余 120"
    assert lines(town)["B00001"].approved is None


def test_a_stored_quantity_counts_in_what_remains(town, opened):
    screen, _seen = opened
    table(screen).setFocus()
    table(screen).choose(1, "approved")
    type_keys("60")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(table(screen), "available")[1] == "180 余 120"
    assert lines(town)["B00001"].approved == 60


def test_a_drug_that_all_together_ask_too_much_of_shows_its_fair_share(opened):
    screen, _seen = opened
    assert "公平分配 20" in cell_texts(table(screen), "marks")[0]
    assert "1 行需要看，其中 1 行本院不够" in [chip.text for chip in screen.parts.header.chips()]


def test_a_drug_that_the_township_never_had_is_a_dash_and_bought(town, qtbot, dialogs):
    with town.desk.sessions.writing() as session:
        line = session.get_one(DrugRequestLine, lines(town)["B00001"].id)
        line.drug_code = "NEVER"
    services, _seen = services_of(town.desk, dialogs)
    screen = on_screen(qtbot, ReviewScreen(services))
    screen.open_with(request_id=town.requests[0])
    assert cell_texts(table(screen), "available")[1] == "—"
    assert cell_texts(table(screen), "marks")[1] == "本院不备"


def test_f6_leaves_what_is_short_and_says_so(town, opened):
    screen, seen = opened
    press_key(Qt.Key.Key_F6)
    assert [line.approved for line in lines(town).values()] == [None, 60, 60, 60, 60]
    assert seen.sentences[-1] == "同意了 4 种；留下 1 种请逐行看（F8）：本院不足 1。"
    assert "1 行需要看，其中 1 行本院不够" in [chip.text for chip in screen.parts.header.chips()]
    table(screen).choose(3)
    press_key(Qt.Key.Key_F8)
    assert table(screen).current_number() == 0


def test_f8_after_space_does_not_pass_by_the_line_that_space_led_to(town, opened):
    with town.desk.sessions.writing() as session:
        for code in ("B00001", "B00002"):
            session.get_one(DrugRequestLine, lines(town)[code].id).explanation = "冬季新增病人"
    screen, _seen = opened
    screen.refresh()
    assert "3 行需要看，其中 1 行本院不够" in [chip.text for chip in screen.parts.header.chips()]
    table(screen).setFocus()
    table(screen).choose(0, "approved")
    press_key(Qt.Key.Key_Space)
    press_key(Qt.Key.Key_F8)
    assert table(screen).current_number() == 1
    press_key(Qt.Key.Key_F8)
    assert table(screen).current_number() == 2


def test_a_year_of_use_is_drawn_with_the_median_of_the_others(town, qtbot, dialogs):
    for month in ("2026-08", "2026-09", "2026-10"):
        for place, clinic in enumerate(town.clinics):
            report(town, clinic, month, dispensed=(90, 10, 20)[place])
    services, _seen = services_of(town.desk, dialogs)
    screen = on_screen(qtbot, ReviewScreen(services))
    screen.open_with(request_id=town.requests[0])
    card = screen.parts.comparison
    own, middle = card.lines.lines()
    assert (len(card.lines.places()), card.lines.places()[-1]) == (12, "10 月")
    assert own.values == (None,) * 9 + (90.0, 90.0, 90.0)
    assert (middle.values[-1], middle.dashed) == (15.0, True)
    assert card.words() == "10 月用了 90 片，是 2 个村中位数 15 片的 2 倍以上。"


def report(town, clinic, month, dispensed):
    with town.desk.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=clinic, month=month, made_at=datetime(2026, 11, 1, tzinfo=UTC), made_by_name="王明",
                lines=[{"drug_code": "B00000", "dispensed": dispensed}], stock=[],
            )
        )  # fmt: skip


def test_the_lines_are_saved_as_a_table_with_what_stands_beside_them(opened, dialogs, tmp_path):
    screen, seen = opened
    dialogs.will_choose(tmp_path / "lines.xlsx")
    click(control(screen, QPushButton, "export_lines"))
    rows = texts_of(tmp_path / "lines.xlsx")
    assert rows[0][:4] == ["药品", "规格", "单位", "库存"]
    assert len(rows) == 6
    assert "lines.xlsx" in seen.sentences[-1]


# --- fair share ---------------------------------------------------------------------------------------------------


def open_share(screen):
    table(screen).setFocus()
    table(screen).choose(0, "approved")
    press_key(Qt.Key.Key_F7)
    return window(screen, "share_window")


def test_the_fair_share_of_a_drug_shows_its_arithmetic_and_decides_by_one_key(town, opened):
    screen, seen = opened
    shown = open_share(screen)
    words = shown.words.text()
    assert "库存 60 片，已答应别处 0，可分配 60。" in words
    assert "3 个村共申领 177 片，缺 117。" in words
    assert "补到同样够用 1.0 个月" in words
    assert cell_texts(control(shown, DataTable, "share_lines"), "share") == ["20", "20", "20"]
    QTest.keyPress(shown, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [lines(town, place)["B00000"].approved for place in range(3)] == [20, 20, 20]
    assert {lines(town, place)["B00000"].decision_reason for place in range(3)} == {"本院库存不足"}
    assert seen.sentences[-1] == "药品B00000 已按公平分配批准 3 个村。"
    assert cell_texts(table(screen), "approved")[0] == "20"


def test_shares_that_changed_meanwhile_are_shown_anew_and_nothing_is_decided(town, opened):
    screen, _seen = opened
    shown = open_share(screen)
    change_line(town, 2, "B00000", requested=5)
    click(control(shown, QPushButton, "share_window_do"))
    assert "刚刚有变化" in shown.problem.text()
    assert {lines(town, place)["B00000"].approved for place in range(3)} == {None}
    assert cell_texts(control(shown, DataTable, "share_lines"), "share")[2] == "5"
    click(control(shown, QPushButton, "share_window_do"))
    # The village that asks for 5 gets a pack of 10 for it: nothing is left of the 60.
    assert sorted(lines(town, place)["B00000"].approved for place in range(3)) == [5, 20, 30]


def test_enough_for_all_needs_no_sharing(opened):
    screen, _seen = opened
    table(screen).setFocus()
    table(screen).choose(1, "approved")
    press_key(Qt.Key.Key_F7)
    shown = window(screen, "share_window")
    assert "够所有村，不需要分配" in shown.words.text()
    assert not control(shown, QPushButton, "share_window_do").isEnabled()


def test_a_colleagues_line_is_named_and_left_alone(town, opened):
    screen, seen = opened
    other = Review(replace(town.desk, actor=COLLEAGUE))
    other.take(town.requests[1], other.get(town.requests[1]).version)
    shown = open_share(screen)
    assert "在孙药师手里，不改动" in cell_texts(control(shown, DataTable, "share_lines"), "clinic")[1]
    click(control(shown, QPushButton, "share_window_do"))
    assert [lines(town, place)["B00000"].approved for place in range(3)] == [20, None, 20]
    assert "还有 1 个村的申领单在别的药师手里" in seen.sentences[-1]


def test_the_fair_share_is_printed_and_saved(opened, dialogs, tmp_path):
    screen, seen = opened
    shown = open_share(screen)
    click(control(shown, QPushButton, "share_window_print"))
    assert seen.sheets[-1][0].startswith(b"%PDF")
    dialogs.will_choose(tmp_path / "share.xlsx")
    click(control(shown, QPushButton, "share_window_export"))
    rows = texts_of(tmp_path / "share.xlsx")
    assert rows[1][0] == "第1村卫生室"
    assert [cell for cell in rows[-1] if cell != ""] == ["合计", 177, 60]


# --- drugs by village ---------------------------------------------------------------------------------------------


def test_drugs_by_village_open_the_request_of_the_chosen_cell(town, opened):
    screen, _seen = opened
    press_key(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    shown = window(screen, "pivot_window")
    pivot = control(shown, DataTable, "pivot")
    assert cell_texts(pivot, "short") == ["117", "0", "0", "0", "0"]
    assert cell_texts(pivot, town.clinics[2])[0] == "58"
    press(pivot, Qt.Key.Key_Right)
    press(pivot, Qt.Key.Key_Down)
    assert shown.told.text() == "药品B00001：第2村申领 59 片，还没有批；本院可供 180，各村共申领 177。"
    press(pivot, Qt.Key.Key_Return)
    assert not is_open(screen, "pivot_window")
    assert screen.sheet.view.id == town.requests[1]
    assert table(screen).current_row().line.drug_code == "B00001"


def test_drug_and_sum_stay_in_sight_while_forty_villages_scroll_by(town, opened):
    for number in range(3, 40):
        add_request(town, number, 2)
    screen, _seen = opened
    press_key(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    shown = window(screen, "pivot_window")
    pivot, kept = control(shown, DataTable, "pivot"), control(shown, QTableView, "pivot_kept")
    for _step in range(30):
        press(pivot, Qt.Key.Key_Right)
    assert pivot.horizontalScrollBar().value() > 0
    columns = pivot.rows_model.columns
    assert [column.key for number, column in enumerate(columns) if not kept.isColumnHidden(number)] == ["drug", "asked"]
    assert kept.isVisible()
    assert pivot.visualRect(pivot.currentIndex()).left() >= kept.width()


def test_a_column_without_a_village_opens_nothing_and_says_so(opened):
    screen, _seen = opened
    press_key(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    shown = window(screen, "pivot_window")
    pivot = control(shown, DataTable, "pivot")
    pivot.setCurrentIndex(pivot.model().index(0, 0))
    click(control(shown, QPushButton, "pivot_window_do"))
    assert shown.problem.text() == "这一格没有申领。请选有数量的一格。"
    assert is_open(screen, "pivot_window")


def test_drugs_by_village_are_printed_and_saved(opened, dialogs, tmp_path):
    screen, seen = opened
    press_key(Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    shown = window(screen, "pivot_window")
    click(control(shown, QPushButton, "pivot_window_print"))
    assert seen.sheets[-1][0].startswith(b"%PDF")
    dialogs.will_choose(tmp_path / "pivot.xlsx")
    click(control(shown, QPushButton, "pivot_window_export"))
    rows = texts_of(tmp_path / "pivot.xlsx")
    assert rows[0][-3:] == ["第1村卫生室", "第2村卫生室", "第3村卫生室"]
    assert rows[1][-3:] == [60, 59, 58]


def test_the_search_box_finds_requests_and_leads_to_the_drug(town, opened):
    screen, _seen = opened
    first, *_others = search_hits(screen.services, "药品B00003")
    assert (first.title, [chip.text for chip in first.chips]) == ("药品B00003　第1村", ["审核中"])
    arguments = dict(each.split("=") for each in first.key.removeprefix("review:").split("&"))
    screen.open_with(**arguments)
    assert table(screen).current_row().line.drug_code == "B00003"
    assert search_hits(screen.services, "第3村")[0].key == f"review:request_id={town.requests[2]}&drug_code="


# --- all clinics at once ------------------------------------------------------------------------------------------


def open_bulk(screen):
    press_key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    return window(screen, "bulk_window")


def test_all_clinics_are_agreed_to_in_one_action_that_tells_what_was_left_and_why(town, opened):
    screen, _seen = opened
    change_line(town, 1, "B00002", explanation="村里体检后新增病人")
    shown = open_bulk(screen)
    press(shown, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "已同意 11 行，按公平分配 0 行，还有 4 行要您看。" in shown.words.text()
    requests = control(shown, DataTable, "bulk_requests")
    told = dict(zip(cell_texts(requests, "clinic"), cell_texts(requests, "why"), strict=True))
    assert told == {"第1村": "本院不足 1", "第2村": "本院不足 1，有说明 1", "第3村": "本院不足 1"}
    assert cell_texts(requests, "result")[0] == "等您看 2 行"
    press(requests, Qt.Key.Key_Return)
    assert screen.sheet.view.id == town.requests[1]


def test_with_fair_share_everything_is_decided_approved_and_answered(town, opened):
    screen, seen = opened
    shown = open_bulk(screen)
    control(shown, QCheckBox, "bulk_share").setChecked(True)
    click(control(shown, QPushButton, "bulk_window_do"))
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.APPROVED}
    assert "3 张审核通过，答复文件已写好" in shown.words.text()
    click(control(shown, QPushButton, "bulk_answers"))
    assert seen.places[-1][0] == "exchange"


def test_requests_may_be_left_unapproved(town, opened):
    screen, _seen = opened
    shown = open_bulk(screen)
    control(shown, QCheckBox, "bulk_share").setChecked(True)
    control(shown, QCheckBox, "bulk_approve").setChecked(False)
    click(control(shown, QPushButton, "bulk_window_do"))
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.IN_REVIEW}
    assert set(cell_texts(control(shown, DataTable, "bulk_requests"), "result")) == {"全部有决定，待通过"}


def test_the_result_of_agreeing_is_saved_as_a_table(opened, dialogs, tmp_path):
    screen, _seen = opened
    shown = open_bulk(screen)
    click(control(shown, QPushButton, "bulk_window_do"))
    dialogs.will_choose(tmp_path / "bulk.xlsx")
    click(control(shown, QPushButton, "bulk_window_export"))
    assert texts_of(tmp_path / "bulk.xlsx")[-1][:4] == ["合计", 12, 0, 3]


def test_nothing_waiting_is_told(town, qtbot, dialogs):
    services, _seen = services_of(town.desk, dialogs)
    services.review_stock.agree(share_short=True, approve=True)
    on_screen(qtbot, ReviewScreen(services))
    press_key(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert "没有待审的申领单" in dialogs.last_told()


def test_the_list_of_the_requests_is_saved_as_a_table(town, opened, dialogs, tmp_path):
    screen, _seen = opened
    dialogs.will_choose(tmp_path / "inbox.xlsx")
    click(control(screen, QPushButton, "export_inbox"))
    rows = texts_of(tmp_path / "inbox.xlsx")
    assert rows[0][:4] == ["村卫生室", "月份", "类别", "状态"]
    assert sorted(row[0] for row in rows[1:]) == ["第1村卫生室", "第2村卫生室", "第3村卫生室"]
    assert all(row[4] == 5 for row in rows[1:])


def test_on_a_narrow_window_the_list_comes_first_and_escape_goes_back_to_it(town, qtbot, dialogs):
    services, _seen = services_of(town.desk, dialogs)
    screen = on_screen(qtbot, ReviewScreen(services))
    screen.resize(800, 700)
    inbox = control(screen, DataTable, "inbox")
    assert (inbox.isVisible(), table(screen).isVisible()) == (True, False)
    screen.setFocus()
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Return)
    assert (inbox.isVisible(), table(screen).isVisible()) == (False, True)
    assert screen.sheet.view.id == inbox.rows()[1].summary.id
    assert focused() is table(screen)
    assert screen.back_action() is True
    assert focused() is inbox
    assert screen.back_action() is False
    screen.open_with(request_id=town.requests[2])
    assert table(screen).isVisible()


def test_who_has_not_sent_stands_above_the_list_and_in_a_window(town, opened, dialogs, tmp_path):
    screen, seen = opened
    add_clinic(town, 3)
    screen.refresh()
    strip = control(screen, QPushButton, "month_round")
    assert strip.text() == "4 个村卫生室　3 已交　1 未交"
    click(strip)
    shown = window(screen, "round_window")
    missing = control(shown, DataTable, "missing_clinics")
    assert (cell_texts(missing, "name"), cell_texts(missing, "last_period")) == (["第4村卫生室"], ["—"])
    click(control(shown, QPushButton, "round_window_print"))
    assert seen.sheets[-1][0].startswith(b"%PDF")
    dialogs.will_choose(tmp_path / "missing.xlsx")
    click(control(shown, QPushButton, "round_window_export"))
    assert texts_of(tmp_path / "missing.xlsx")[1][0] == "第4村卫生室"


# --- sources ------------------------------------------------------------------------------------------------------


@pytest.fixture
def approved(town, opened):
    """The first request approved: 21 of the short drug, 60 of the others; its window of sources open."""
    screen, seen = opened
    click(control(open_share(screen), QPushButton, "share_window_do"))
    press_key(Qt.Key.Key_F6)
    screen.save_action()
    screen.save_action()
    return screen, seen, window(screen, "release_window")


def sources(town):
    return {code: line.source for code, line in stored_lines(town).items()}


def stored_lines(town):
    with town.desk.sessions.reading() as session:
        rows = session.query(DrugRequestLine).where(DrugRequestLine.request_id == town.requests[0]).all()
        session.expunge_all()
    return {row.drug_code: row for row in rows}


def test_sources_are_proposed_changed_by_a_number_and_written(town, approved):
    screen, _seen, shown = approved
    rows = control(shown, DataTable, "release_lines")
    assert cell_texts(rows, "source") == ["本院库存"] * 5
    rows.setFocus()
    rows.choose(1, "source")
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    assert cell_texts(rows, "source")[1] == "采购"
    QTest.keyPress(shown, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert Review(town.desk).get(town.requests[0]).state is State.RELEASED
    assert list(sources(town).values()) == ["own_stock", "purchase", "own_stock", "own_stock", "own_stock"]
    assert control(screen, QPushButton, "go_to_shipments").isVisible()


def test_the_sources_are_saved_as_a_table(approved, dialogs, tmp_path):
    _screen, _seen, shown = approved
    dialogs.will_choose(tmp_path / "sources.xlsx")
    click(control(shown, QPushButton, "release_window_export"))
    rows = list(openpyxl.load_workbook(tmp_path / "sources.xlsx").active.iter_rows(values_only=True))
    assert rows[0] == ("药品", "规格", "单位", "批准", "本院可供", "货源", "不供应的原因")
    assert [row[5] for row in rows[1:]] == ["本院库存"] * 5


def test_a_line_that_is_not_supplied_wants_its_reason_and_nothing_is_released_before(town, approved):
    _screen, _seen, shown = approved
    rows = control(shown, DataTable, "release_lines")
    rows.setFocus()
    rows.choose(2, "source")
    type_keys("4")
    press_key(Qt.Key.Key_Return)
    click(control(shown, QPushButton, "release_window_do"))
    assert "选了不供应，请写明原因" in rows.rows()[2].remark.sentence
    assert Review(town.desk).get(town.requests[0]).state is State.APPROVED
    rows.setFocus()
    rows.choose(2, "reason")
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    click(control(shown, QPushButton, "release_window_do"))
    line = stored_lines(town)["B00002"]
    assert (line.source, line.decision_reason) == ("not_supplied", "断供，暂时买不到")


def test_what_is_no_source_is_refused_in_its_line(town, approved):
    _screen, _seen, shown = approved
    rows = control(shown, DataTable, "release_lines")
    rows.setFocus()
    rows.choose(0, "source")
    press_key(Qt.Key.Key_Return)
    box = focused()
    assert isinstance(box, QComboBox)
    type_chinese(box.lineEdit(), "别处")
    press_key(Qt.Key.Key_Return)
    assert rows.rows()[0].remark.sentence == "没有“别处”这种货源：请按 1–4 选一种。"
    click(control(shown, QPushButton, "release_window_do"))
    assert "还没有转发货" in shown.problem.text()
    assert Review(town.desk).get(town.requests[0]).state is State.APPROVED


def test_a_request_that_a_colleague_released_meanwhile_is_told_and_read_again(town, approved, dialogs):
    screen, _seen, shown = approved
    view = Review(town.desk).get(town.requests[0])
    services = screen.services
    services.releases.convert(view.id, view.version, services.releases.propose_sources(view.id))
    click(control(shown, QPushButton, "release_window_do"))
    assert not is_open(screen, "release_window")
    assert "别人刚刚改过" in dialogs.last_told()
    assert screen.sheet.view.state is State.RELEASED


def test_every_control_of_the_windows_has_its_names(approved):
    screen, _seen, shown = approved
    assert unnamed_controls(shown) == []
    press(shown, Qt.Key.Key_Escape)
    for opening in (screen.openings.pivot, screen.openings.bulk, screen.openings.missing):
        opening()
    assert [unnamed_controls(window(screen, name)) for name in ("pivot_window", "bulk_window", "round_window")] == [[], [], []]
