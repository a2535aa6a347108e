"""药品 at the clinic, as its user meets it: keyboard and mouse on a real encrypted desk, files in a temporary folder."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QTabBar, QWidget
from sqlalchemy import select

from app.domain.request_terms import Action, Kind, State
from app.services.exchange import Exchange
from app.services.request_lines import LineEdit
from app.services.requests import Requests, new_line
from app.services.review import Review
from db.models import ExchangeMessage
from tests.ui.hands import click, compose_chinese, control, press, type_chinese
from tests.ui.screens.drug_desks import (
    FIGURES,
    DrugWorld,
    cell_texts,
    focused,
    on_screen,
    press_key,
    services_of,
    shown,
    type_keys,
)
from ui.screens.requests import entry
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.rows import decision_columns
from ui.screens.requests.screen import RequestsScreen
from ui.shell.main_window import MainWindow
from ui.theme.theme import Theme, apply_theme
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def world(tmp_path):
    made = DrugWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def stranger(tmp_path):
    """A clinic that is not paired yet."""
    made = DrugWorld(tmp_path, paired=False)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, dialogs):
    """opened(world): the clinic's screen, shown."""

    def make(world):
        services, seen = services_of(world.clinic, dialogs)
        screen = on_screen(qtbot, RequestsScreen(services))
        return screen, seen

    return make


def lines_of(screen) -> LineTable:
    return control(screen, LineTable, "lines")


def button(screen, name) -> QPushButton:
    return control(screen, QPushButton, name)


def go_to(screen, row, column) -> LineTable:
    table = lines_of(screen)
    table.setFocus()
    table.choose(row, column)
    return table


def stored(world, request_id=None):
    requests = Requests(world.clinic)
    return requests.get(request_id or requests.summaries()[0].id)


def strip(screen) -> str:
    return screen.parts.strip.words()


# --- writing ------------------------------------------------------------------------------------------------------


def test_the_first_request_is_begun_and_its_drugs_are_found_by_pinyin(world, opened):
    screen, _seen = opened(world)
    assert shown(button(screen, "begin_regular"))
    screen.primary_action()
    type_keys("xbdp")
    press_key(Qt.Key.Key_Return)
    type_keys("ejsg")
    press_key(Qt.Key.Key_Return)
    assert [line.name[:4] for line in stored(world).lines] == ["硝苯地平", "盐酸二甲"]
    assert isinstance(focused(), QLineEdit)


def test_a_drug_is_found_by_its_characters_and_a_second_time_leads_to_its_line(world, opened):
    world.draft()
    screen, _seen = opened(world)
    press(screen, Qt.Key.Key_F, CONTROL)
    screen.show_catalogue()
    search = control(screen, QLineEdit, "catalogue_search")
    type_chinese(search, "二甲双胍")
    press_key(Qt.Key.Key_Return)
    assert len(stored(world).lines) == 3
    assert lines_of(screen).current_row().line.name == "盐酸二甲双胍片"


def test_in_the_catalogue_the_card_and_the_keys_are_those_of_the_marked_drug(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    assert "Ctrl Delete" in screen.parts.foot.note()
    screen.show_catalogue()
    search = control(screen, QLineEdit, "catalogue_search")
    type_chinese(search, "二甲双胍")
    assert screen.parts.arithmetic.title() == "盐酸二甲双胍片"
    assert "Ctrl Delete" not in screen.parts.foot.note()
    search.clear()
    type_chinese(search, "布洛芬")
    assert "布洛芬" in screen.parts.arithmetic.title()
    assert "还不在这张申领单里" in control(screen, QLabel, "no_line_yet").text()
    assert not screen.parts.arithmetic.skip.isVisible()
    assert not screen.parts.arithmetic.shortage.isVisible()
    screen.parts.show_tab("needed")
    assert screen.parts.arithmetic.title().startswith("硝苯地平")
    assert "Ctrl Delete" in screen.parts.foot.note()


@pytest.fixture
def largest_type(qapp):
    apply_theme(qapp, Theme(scale=2.0))
    yield
    apply_theme(qapp, Theme())


@pytest.mark.usefixtures("largest_type")
def test_at_the_largest_type_the_decision_and_its_reason_are_seen_without_scrolling(qtbot):
    columns = decision_columns()
    table = DataTable(columns, name="lines", accessible_name="申领的药品")
    qtbot.addWidget(table)
    table.resize(1130, 500)
    table.show()
    hidden = {column.key for number, column in enumerate(columns) if table.isColumnHidden(number)}
    assert hidden <= {"class", "on_hand", "suggested", "packs"}
    assert "class" in hidden
    assert not table.horizontalScrollBar().isVisible()


def test_stock_and_use_are_typed_and_the_suggestion_follows_at_once(world, opened):
    world.draft((("硝苯地平", None, None),))
    screen, _seen = opened(world)
    table = go_to(screen, 0, "on_hand")
    type_keys("9")
    press_key(Qt.Key.Key_Tab)
    type_keys("44")
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
    table = go_to(screen, 0, "requested")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    assert (table.current_number(), table.current_key()) == (1, "requested")
    type_keys("48")
    press_key(Qt.Key.Key_Tab)
    assert (table.current_number(), table.current_key()) == (1, "explanation")
    press_key(Qt.Key.Key_Tab)
    assert (table.current_number(), table.current_key()) == (2, "on_hand")
    press_key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert (table.current_number(), table.current_key()) == (1, "explanation")
    assert [line.requested for line in stored(world).lines] == [79, 48, None]


def test_typing_begins_wherever_the_line_is_chosen(world, opened):
    world.draft((("硝苯地平", None, None),))
    screen, _seen = opened(world)
    go_to(screen, 0, "drug")
    type_keys("12")
    press_key(Qt.Key.Key_Return)
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
    table = go_to(screen, 0, column)
    plain = table.rowHeight(0)
    type_keys(typed)
    press_key(Qt.Key.Key_Return)
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


def test_suggestions_fill_the_empty_lines_and_undoing_keeps_what_was_changed(world, opened):
    world.draft(requested={"二甲双胍": 50})
    screen, _seen = opened(world)
    click(button(screen, "fill_suggestions"))
    assert cell_texts(lines_of(screen), "requested") == ["79", "50", "21"]
    go_to(screen, 0, "requested")
    type_keys("80")
    press_key(Qt.Key.Key_Return)
    click(button(screen, "fill_suggestions"))
    assert [line.requested for line in stored(world).lines] == [80, 50, None]


def test_a_line_is_skipped_and_wanted_again(world, opened):
    world.draft()
    screen, _seen = opened(world)
    table = go_to(screen, 1, "requested")
    press(table, Qt.Key.Key_Delete, CONTROL)
    assert stored(world).lines[1].is_skipped
    assert "本期不要" in cell_texts(table, "packs")[1]
    click(button(screen, "skip_line"))
    assert not stored(world).lines[1].is_skipped


def test_a_line_is_skipped_out_of_the_cell_that_is_open_for_typing(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    type_keys("48")
    press_key(Qt.Key.Key_Return)
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
    type_keys("48")
    press_key(Qt.Key.Key_Return)
    line = stored(world).lines[1]
    assert (line.requested, line.is_skipped) == (48, False)


def test_the_tabs_count_and_show_what_is_out_of_stock_and_empty(world, opened):
    world.draft((*FIGURES, ("缬沙坦", 0, "8")), {"硝苯地平": 79})
    screen, _seen = opened(world)
    tabs = control(screen, QTabBar, "request_tabs")
    assert [tabs.tabText(number) for number in range(5) if tabs.isTabVisible(number)] == [
        "需要申领 4", "全部目录 173", "缺药 1", "未填 3",
    ]  # fmt: skip
    tabs.setCurrentIndex(3)
    assert [row.line.name for row in lines_of(screen).rows()] == ["缬沙坦胶囊"]
    tabs.setCurrentIndex(4)
    assert len(lines_of(screen).rows()) == 3


def test_a_line_filled_in_stays_in_its_tab_until_another_is_shown(world, opened):
    world.draft()
    screen, _seen = opened(world)
    tabs = control(screen, QTabBar, "request_tabs")
    tabs.setCurrentIndex(4)
    go_to(screen, 0, "requested")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    assert len(lines_of(screen).rows()) == 3
    assert tabs.tabText(4) == "未填 2"


def test_four_hundred_lines_need_no_widget_of_their_own(world, opened):
    request_id = world.draft()
    drugs = screen_drugs(world)
    with world.clinic.sessions.writing() as session:
        for number in range(400):
            session.add(new_line(request_id, number + 3, drugs[number % len(drugs)]))
    screen, _seen = opened(world)
    table = lines_of(screen)
    assert table.model().rowCount() == 403
    assert len(table.viewport().findChildren(QWidget)) == 0


def screen_drugs(world):
    from app.services.catalogue import Catalogue

    return Catalogue(world.clinic).find("", limit=500)


# --- submitting ---------------------------------------------------------------------------------------------------


def test_what_is_missing_is_listed_and_each_line_leads_to_its_cell(world, opened, dialogs):
    world.draft(requested={"硝苯地平": 5})
    screen, _seen = opened(world)
    assert lines_of(screen).rows()[1].remark is None
    screen.save_action()
    problems = control(screen, DataTable, "problem_list")
    assert [row.drug[:4] for row in problems.rows()] == ["硝苯地平", "盐酸二甲", "阿莫西林"]
    problems.setFocus()
    problems.select_row(1)
    press(problems, Qt.Key.Key_Return)
    assert (lines_of(screen).current_number(), lines_of(screen).current_key()) == (1, "requested")
    type_keys("48")
    press_key(Qt.Key.Key_Return)
    assert len(problems.rows()) == 2
    assert stored(world).state is State.DRAFT
    assert dialogs.told == []


def test_f8_goes_from_one_obstacle_to_the_next(world, opened):
    world.draft()
    screen, _seen = opened(world)
    screen.save_action()
    places = []
    for _ in range(3):
        press_key(Qt.Key.Key_F8)
        places.append(lines_of(screen).current_number())
        press_key(Qt.Key.Key_Escape)
    assert places == [1, 2, 0]


def test_submitting_writes_the_file_and_it_can_be_saved_again(world, opened, dialogs, tmp_path):
    world.draft()
    screen, seen = opened(world)
    click(button(screen, "fill_suggestions"))
    dialogs.will_choose(tmp_path / "first.cyx", tmp_path / "second.cyx")
    click(button(screen, "submit_request"))
    assert stored(world).state is State.AUTHORISED
    assert (tmp_path / "first.cyx").exists()
    assert "等卫生院答复" in strip(screen)
    click(button(screen, "save_file_again"))
    assert (tmp_path / "second.cyx").read_bytes() == (tmp_path / "first.cyx").read_bytes()
    assert dialogs.choosers == ["交给卫生院的文件", "交给卫生院的文件"]
    assert any("已提交" in sentence for sentence in seen.sentences)


def test_a_file_not_saved_at_once_is_asked_for_and_saved_by_ctrl_enter(world, opened, dialogs, tmp_path):
    world.draft()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    screen.save_action()
    assert "还没有交给卫生院" in strip(screen)
    assert shown(button(screen, "withdraw"))
    dialogs.will_choose(tmp_path / "later.cyx")
    screen.save_action()
    assert Exchange(world.clinic).latest_about(stored(world).id).state == "sent"
    assert not shown(button(screen, "withdraw"))


def test_a_stick_that_cannot_be_written_loses_nothing(world, opened, dialogs, tmp_path):
    world.draft()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    dialogs.will_choose(tmp_path / "no such folder" / "r.cyx")
    screen.save_action()
    assert "没有写成" in dialogs.last_told()
    assert stored(world).state is State.AUTHORISED
    assert "还没有交给卫生院" in strip(screen)


def test_questions_are_asked_once_in_one_window(world, opened, dialogs, tmp_path):
    world.draft(requested={"硝苯地平": 400, "二甲双胍": 500, "阿莫西林": 21})
    requests = Requests(world.clinic)
    for line in stored(world).lines[:2]:
        requests.edit_line(
            stored(world).id, line.id, LineEdit(line.on_hand, line.monthly_use, line.requested, "新增病人")
        )
    screen, _seen = opened(world)
    assert lines_of(screen).rows()[0].remark.tone == "amber"
    dialogs.will_answer("keep")
    screen.save_action()
    assert stored(world).state is State.DRAFT
    dialogs.will_answer("do").will_choose(tmp_path / "r.cyx")
    screen.save_action()
    assert stored(world).state is State.AUTHORISED
    assert len(dialogs.asked) == 2
    assert str(dialogs.asked[0].happened).count("数量对吗") == 2


def test_a_double_click_submits_once(world, opened):
    world.draft()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    submit = button(screen, "submit_request")
    submit.click()
    submit.click()
    with world.clinic.sessions.reading() as session:
        assert len(session.scalars(select(ExchangeMessage)).all()) == 1
    assert [step.to_state for step in stored(world).history].count(State.SUBMITTED) == 1


def test_what_is_being_typed_is_part_of_what_is_submitted(world, opened):
    world.draft(requested={"硝苯地平": 79, "二甲双胍": 48})
    screen, _seen = opened(world)
    go_to(screen, 2, "requested")
    type_keys("21")
    screen.save_action()
    assert stored(world).state is State.AUTHORISED
    assert stored(world).lines[2].requested == 21


def test_an_unpaired_clinic_is_led_to_pairing_and_its_draft_is_kept(stranger, opened, dialogs):
    stranger.draft(requested={"硝苯地平": 79, "二甲双胍": 48, "阿莫西林": 21})
    screen, seen = opened(stranger)
    assert "还没有和卫生院配对" in strip(screen)
    click(button(screen, "go_to_pairing"))
    dialogs.will_answer("do")
    screen.save_action()
    assert seen.places == [("exchange", {"page": "pairing"})] * 2
    assert stored(stranger).state is State.DRAFT


# --- other hands --------------------------------------------------------------------------------------------------


def test_what_another_window_wrote_on_other_lines_is_read_and_both_are_kept(world, opened, qtbot):
    request_id = world.draft()
    screen, seen = opened(world)
    other = stored(world).lines[1]
    Requests(world.clinic).edit_line(request_id, other.id, LineEdit(12, "30", 55, "别处填写"))
    go_to(screen, 0, "requested")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [line.requested for line in stored(world).lines] == [79, 55, None])
    assert cell_texts(lines_of(screen), "requested") == ["79", "55", ""]
    assert "别处改了 1 行" in seen.sentences[-1]


def test_a_line_that_two_have_written_shows_both_and_waits(world, opened, qtbot):
    request_id = world.draft()
    screen, _seen = opened(world)
    Requests(world.clinic).edit_line(request_id, stored(world).lines[0].id, LineEdit(9, "44", 55, "别处填写"))
    table = go_to(screen, 0, "requested")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.rows()[0].remark is not None and "别处刚把这一行" in table.rows()[0].remark.sentence)
    assert "55" in table.rows()[0].remark.sentence
    assert "79" in table.rows()[0].remark.sentence
    assert stored(world).lines[0].requested == 55
    press_key(Qt.Key.Key_Return)
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[0].requested == 79


def test_delete_takes_what_the_other_has_written(world, opened, qtbot):
    request_id = world.draft()
    screen, _seen = opened(world)
    Requests(world.clinic).edit_line(request_id, stored(world).lines[0].id, LineEdit(9, "44", 55, "别处填写"))
    table = go_to(screen, 0, "requested")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.rows()[0].remark is not None and "别处刚把这一行" in table.rows()[0].remark.sentence)
    press(table, Qt.Key.Key_Delete)
    assert cell_texts(table, "requested")[0] == "55"
    assert stored(world).lines[0].requested == 55
    assert not screen.sheet.has_unsaved()


def test_leaving_with_something_unsaved_asks(world, opened, dialogs):
    world.draft()
    screen, _seen = opened(world)
    assert screen.can_leave()
    go_to(screen, 0, "requested")
    type_keys("abc")
    assert not screen.can_leave()
    dialogs.will_answer("leave")
    assert screen.can_leave()


def test_another_request_is_not_shown_over_something_unsaved(world, opened, dialogs):
    first = world.draft()
    emergency = Requests(world.clinic).start(Kind.EMERGENCY, reason="流感病人突然增多").request.id
    screen, _seen = opened(world)
    screen.open_with(request_id=first)
    go_to(screen, 0, "requested")
    type_keys("abc")
    control(screen, DataTable, "former_requests").select_row(0)
    assert screen.sheet.view.id == first
    screen.open_with(request_id=emergency)
    assert screen.sheet.view.id == first
    dialogs.will_answer("leave")
    screen.open_with(request_id=emergency)
    assert screen.sheet.view.id == emergency


# --- what may be done now -----------------------------------------------------------------------------------------

BUTTONS = ("submit_request", "withdraw", "skip", "undo_skip", "cancel", "void", "fill_suggestions", "print_decision")


def offered(screen) -> set[str]:
    return {name for name in BUTTONS if shown(button(screen, name))}


def test_a_regular_draft_can_be_submitted_skipped_and_voided(world, opened):
    world.draft()
    screen, _seen = opened(world)
    assert offered(screen) == {"submit_request", "skip", "void", "fill_suggestions"}


def test_an_emergency_draft_can_be_submitted_and_cancelled(world, opened, dialogs):
    screen, _seen = opened(world)
    dialogs.will_write("流感病人突然增多，退烧药用完")
    click(button(screen, "begin_emergency"))
    assert offered(screen) == {"submit_request", "cancel", "fill_suggestions"}
    assert "紧急理由" in strip(screen)
    dialogs.will_answer("do")
    click(button(screen, "cancel"))
    assert stored(world).state is State.CANCELLED
    assert offered(screen) == set()


def test_an_emergency_without_a_reason_is_refused_in_words(world, opened, dialogs):
    screen, _seen = opened(world)
    dialogs.will_write("")
    click(button(screen, "begin_emergency"))
    assert "请写明原因" in dialogs.last_told()
    assert Requests(world.clinic).summaries() == []


def test_a_submitted_request_can_only_be_withdrawn_and_only_before_its_file_is_handed_over(world, opened, dialogs):
    world.draft()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    screen.save_action()
    assert offered(screen) == {"withdraw"}
    dialogs.will_answer("do")
    click(button(screen, "withdraw"))
    assert stored(world).state is State.DRAFT
    assert offered(screen) == {"submit_request", "skip", "void", "fill_suggestions"}


def test_skipping_is_confirmed_and_can_be_undone(world, opened, dialogs):
    world.draft()
    screen, _seen = opened(world)
    click(button(screen, "skip"))
    assert stored(world).state is State.DRAFT
    dialogs.will_answer("do")
    click(button(screen, "skip"))
    assert stored(world).state is State.SKIPPED
    assert offered(screen) == {"undo_skip", "void"}
    click(button(screen, "undo_skip"))
    assert stored(world).state is State.DRAFT


def test_a_voided_request_makes_room_for_another(world, opened, dialogs):
    world.draft()
    screen, _seen = opened(world)
    assert not shown(button(screen, "start_regular"))
    dialogs.will_answer("do")
    click(button(screen, "void"))
    assert Requests(world.clinic).summaries() == []
    assert shown(button(screen, "begin_regular"))


def test_a_former_request_is_opened_from_the_list(world, opened, dialogs):
    first = world.draft()
    Requests(world.clinic).act(first, Action.SKIP, stored(world).version)
    world.clock.forward(days=20)
    second = Requests(world.clinic).start().request.id
    screen, _seen = opened(world)
    assert screen.sheet.view.id == second
    former = control(screen, DataTable, "former_requests")
    assert [row.period for row in former.rows()] == ["2026-12", "2026-11"]
    former.select_row(1)
    assert screen.sheet.view.id == first
    assert screen.parts.header.title() == "11 月药品申领单"


@pytest.mark.usefixtures("english")
def test_a_heading_in_english_tells_the_year_with_the_month(world, opened):
    world.draft()
    screen, _seen = opened(world)
    assert "2026-11" in screen.parts.header.title()
    assert any({"A", "B"} & set(words.split()) for words in cell_texts(lines_of(screen), "class"))


# --- the answer ---------------------------------------------------------------------------------------------------


def answered(world, tmp_path, *, action=Action.APPROVE, comment=""):
    """The township's answer to a submitted request, as a file: one line agreed, one changed, one refused."""
    taken = Exchange(world.township).open_file(world.submitted_file())
    review = Review(world.township)
    request = review.take(taken.subject_id, review.get(taken.subject_id).version).request
    for line, units, reason in zip(
        request.lines, (79, 24, 0), ("", "本院库存不足", "抗菌药物控制用量"), strict=True
    ):
        review.decide_line(request.id, line.id, units, reason)
    done = review.act(request.id, action, review.get(request.id).version, comment=comment)
    return Exchange(world.township).save_file(done.message_id, tmp_path / "answer.cyx")


def test_the_answer_says_line_by_line_what_became_of_it(world, opened, dialogs, tmp_path):
    answer = answered(world, tmp_path)
    screen, seen = opened(world)
    dialogs.will_choose(answer)
    click(button(screen, "open_answer"))
    assert seen.places[-1] == ("requests", {"request_id": screen.sheet.view.id})
    screen.open_with(**seen.places[-1][1])
    table = lines_of(screen)
    assert cell_texts(table, "decision") == ["同意", "调整", "不批"]
    assert cell_texts(table, "approved") == ["79", "24", "0"]
    assert cell_texts(table, "reason") == ["", "本院库存不足", "抗菌药物控制用量"]
    assert "同意 1 种，调整 1 种，不批 1 种" in strip(screen)
    assert offered(screen) == {"print_decision"}
    click(button(screen, "print_decision"))
    assert seen.sheets[0][0].startswith(b"%PDF")
    assert "审核单" in seen.sheets[0][1]


def test_a_returned_request_shows_why_and_is_written_again(world, opened, tmp_path):
    answer = answered(world, tmp_path, action=Action.RETURN, comment="请核对阿莫西林的库存")
    Exchange(world.clinic).open_file(answer)
    screen, _seen = opened(world)
    assert "请核对阿莫西林的库存" in strip(screen)
    go_to(screen, 2, "on_hand")
    type_keys("40")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[2].on_hand == 40
    assert "submit_request" in offered(screen)


def test_progress_names_who_and_when_and_what_comes(world, opened, tmp_path):
    Exchange(world.clinic).open_file(answered(world, tmp_path))
    screen, _seen = opened(world)
    steps = screen.parts.progress.steps()
    assert [step.words for step in steps] == [
        "草稿", "已提交", "药师领取审核", "已批准", "配送中", "已签收入库", "月底结算",
    ]  # fmt: skip
    assert [step.is_done for step in steps] == [True, True, True, True, False, False, False]
    assert steps[3].who_when.startswith("赵敏 11-22")


def test_a_refused_answer_is_told_and_changes_nothing(world, opened, dialogs, tmp_path):
    answer = answered(world, tmp_path)
    answer.write_bytes(answer.read_bytes()[:-20])
    screen, _seen = opened(world)
    dialogs.will_choose(answer)
    screen.open_answer()
    assert "不完整" in dialogs.last_told()
    assert stored(world).state is State.AUTHORISED


# --- the rest -----------------------------------------------------------------------------------------------------


def test_the_request_is_printed(world, opened):
    world.draft()
    screen, seen = opened(world)
    screen.print_action()
    assert seen.sheets[0][0].startswith(b"%PDF")
    assert "药品申领单" in seen.sheets[0][1]


def test_the_heading_names_township_count_and_price(world, opened):
    world.draft(requested={"硝苯地平": 79})
    screen, _seen = opened(world)
    note = control(screen, QWidget, "page_note").text()
    assert note == "送 青石镇卫生院　·　1 种　·　价格未知"


def test_the_use_of_former_months_stands_beside_the_line(world, opened):
    first = world.draft()
    Requests(world.clinic).act(first, Action.SKIP, stored(world).version)
    world.clock.forward(days=20)
    Requests(world.clinic).start()
    screen, _seen = opened(world)
    go_to(screen, 1, "on_hand")
    bars = screen.parts.arithmetic.findChild(QWidget, "use_history").bars()
    assert [(bar.title, bar.value) for bar in bars] == [("11 月", 30.0), ("12 月", 30.0)]


@pytest.fixture
def window(qtbot, dialogs):
    """window(world): the whole window with the clinic's screen in it."""

    def make(world):
        services, _seen = services_of(world.clinic, dialogs)
        made = MainWindow()
        qtbot.addWidget(made)
        made.add_screen(entry(services))
        made.show_desk()
        with qtbot.waitActive(made):
            made.show()
            made.activateWindow()
        made.show_screen("requests")
        return made

    return make


def test_in_the_window_f2_fills_in_escape_leaves_the_cell_and_ctrl_enter_submits(world, window):
    world.draft(requested={"硝苯地平": 79, "二甲双胍": 48})
    made = window(world)
    go_to(made, 2, "requested")
    press_key(Qt.Key.Key_F2)
    type_keys("99")
    press_key(Qt.Key.Key_Escape)
    assert (made.current_key(), stored(world).lines[2].requested) == ("requests", None)
    press_key(Qt.Key.Key_F2)
    type_keys("21")
    press_key(Qt.Key.Key_Return, CONTROL)
    assert (stored(world).state, stored(world).lines[2].requested) == (State.AUTHORISED, 21)


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_nothing_is_wider_than_the_smallest_window_that_scrolls(world, window, scale):
    world.draft()
    apply_theme(QApplication.instance(), Theme(scale=scale))
    made = window(world)
    made.resize(1366, 768)
    screen = made.current_screen()
    page = screen.parentWidget().parentWidget()
    assert screen.width() <= page.width()
    assert shown(button(made, "submit_request"))


def test_every_control_has_its_names(world, opened):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    press_key(Qt.Key.Key_Return)
    assert unnamed_controls(screen) == []


def test_a_click_on_a_button_stores_the_open_cell(world, opened, qtbot):
    world.draft()
    screen, _seen = opened(world)
    go_to(screen, 0, "requested")
    type_keys("79")
    qtbot.mouseClick(button(screen, "print_request"), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert stored(world).lines[0].requested == 79


def test_the_entry_is_named_as_in_the_navigation(world):
    services, _seen = services_of(world.clinic)
    assert (entry(services).key, entry(services).title) == ("requests", "药品")


def test_a_new_request_of_an_emergency_kind_is_marked(world, opened):
    world.draft()
    Requests(world.clinic).start(Kind.EMERGENCY, reason="流感病人突然增多")
    screen, _seen = opened(world)
    former = control(screen, DataTable, "former_requests")
    assert "紧急" in " ".join(cell_texts(former, "title"))
