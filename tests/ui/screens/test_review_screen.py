"""申领审核 at the township, as the pharmacist meets it, on two real encrypted desks with files between them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QPushButton, QWidget
from sqlalchemy import select

from app.desk import Actor
from app.domain.request_terms import Action, Kind, State
from app.i18n import tr
from app.services.catalogue import Catalogue
from app.services.exchange import Exchange
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from app.services.review import Review
from db.models import ExchangeMessage
from tests.desks import make_clinic
from tests.supply_desks import give_keys, introduce
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import (
    DrugWorld,
    cell_texts,
    focused,
    on_screen,
    press_key,
    services_of,
    shown,
    type_keys,
)
from ui.screens.requests.screen import RequestsScreen
from ui.screens.review import entry
from ui.screens.review.screen import ReviewScreen
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

BUTTONS = ("take", "approve", "return_request", "reject_request", "give_back", "reopen", "convert", "close_remaining",
           "agree_rest", "print_decision", "go_to_shipments")


@pytest.fixture
def world(tmp_path):
    made = DrugWorld(tmp_path)
    yield made
    made.close()


@pytest.fixture
def opened(qtbot, dialogs):
    """opened(world): the township's screen, shown."""

    def make(world, desk=None):
        services, seen = services_of(desk or world.township, dialogs)
        screen = on_screen(qtbot, ReviewScreen(services))
        return screen, seen

    return make


@pytest.fixture
def taken(world, opened):
    """The screen with one request of three lines, taken for review."""
    Exchange(world.township).open_file(world.submitted_file())
    screen, seen = opened(world)
    screen.save_action()
    return screen, seen


def button(screen, name) -> QPushButton:
    return control(screen, QPushButton, name)


def offered(screen) -> set[str]:
    return {name for name in BUTTONS if shown(button(screen, name))}


def lines_of(screen):
    return control(screen, DataTable, "review_lines")


def go_to(screen, row, column):
    table = lines_of(screen)
    table.setFocus()
    table.choose(row, column)
    return table


def stored(world):
    review = Review(world.township)
    return review.get(review.inbox()[0].id)


def strip(screen) -> str:
    return screen.parts.strip.words()


def window(screen, name) -> QDialog:
    """The window of this name that stands open over the screen."""
    return next(each for each in screen.findChildren(QDialog, name) if each.isVisible())


def give_reason(screen, name, text):
    """Write a reason into its window, as at a keyboard, and press Enter."""
    shown_window = window(screen, name)
    box = control(shown_window, QComboBox, f"{name}_reason")
    box.setFocus()
    if text:
        type_chinese(box.lineEdit(), text)
    press(box, Qt.Key.Key_Return)


def release(screen):
    """Ctrl+Enter on an approved request, and in its window."""
    screen.save_action()
    click(button(window(screen, "release_window"), "release_window_do"))


def agree_to_all(screen):
    table = lines_of(screen)
    table.setFocus()
    table.choose(0, "approved")
    for _ in range(len(table.rows())):
        press(table, Qt.Key.Key_Space)


# --- the whole way ------------------------------------------------------------------------------------------------


def test_a_request_goes_all_the_way_through_both_screens(world, opened, dialogs, qtbot, tmp_path):
    """The clinic writes and submits, the township opens, decides and answers, the clinic reads; then it is released."""
    world.draft()
    clinic_services, clinic_seen = services_of(world.clinic, dialogs)
    clinic = on_screen(qtbot, RequestsScreen(clinic_services))
    dialogs.will_choose(tmp_path / "request.cyx")
    clinic.writing.fill_or_undo()
    clinic.save_action()

    township, seen = opened(world)
    dialogs.will_choose(tmp_path / "request.cyx")
    click(button(township, "open_request_file"))
    key, arguments = seen.places[-1]
    assert key == "review"
    township.open_with(**arguments)
    assert township.parts.header.title() == "柳庄村　11 月药品申领单"
    township.save_action()
    go_to(township, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    type_keys("1")
    press_key(Qt.Key.Key_Return)
    go_to(township, 2, "approved")
    type_keys("0")
    press_key(Qt.Key.Key_Tab)
    type_chinese(focused().lineEdit(), "先用现有库存")
    dialogs.will_choose(tmp_path / "answer.cyx")
    township.save_action()
    assert stored(world).state is State.APPROVED

    dialogs.will_choose(tmp_path / "answer.cyx")
    click(button(clinic, "open_answer"))
    clinic.open_with(**clinic_seen.places[-1][1])
    answered = control(clinic, DataTable, "lines")
    assert cell_texts(answered, "decision") == ["同意", "调整", "不批"]
    assert cell_texts(answered, "reason") == ["", "本院库存不足", "先用现有库存"]

    township.setFocus()
    dialogs.will_choose(tmp_path / "released.cyx")
    release(township)
    dialogs.will_choose(tmp_path / "released.cyx")
    clinic.open_answer()
    clinic.open_with(**clinic_seen.places[-1][1])
    assert clinic.sheet.view.state is State.RELEASED
    assert dialogs.told == []
    assert shown(button(clinic, "start_regular"))


# --- deciding -----------------------------------------------------------------------------------------------------


def test_space_agrees_to_a_line_and_goes_on(world, taken):
    screen, _seen = taken
    agree_to_all(screen)
    assert [line.approved for line in stored(world).lines] == [79, 48, 21]
    assert cell_texts(lines_of(screen), "approved") == ["79", "48", "21"]


def test_a_changed_quantity_asks_for_its_reason_beneath_the_line(world, taken):
    screen, _seen = taken
    table = go_to(screen, 1, "approved")
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    assert table.rows()[1].remark.sentence == "批准 24 与申请 48 不同：请写明原因。"
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    assert table.rows()[1].remark is None
    assert stored(world).lines[1].decision_reason == "超出合理用量"


@pytest.mark.usefixtures("english")
def test_a_preset_reason_is_shown_in_english_and_kept_in_chinese(world, opened, dialogs):
    Exchange(world.township).open_file(world.submitted_file())
    screen, _seen = opened(world)
    screen.save_action()
    table = go_to(screen, 1, "approved")
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    type_keys("2")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[1].decision_reason == "超出合理用量"
    assert cell_texts(table, "reason")[1] == tr("超出合理用量") != "超出合理用量"


def test_any_other_reason_is_written_in_chinese(world, taken):
    screen, _seen = taken
    go_to(screen, 1, "approved")
    type_keys("24")
    press_key(Qt.Key.Key_Tab)
    reasons = focused()
    assert isinstance(reasons, QComboBox)
    assert reasons.count() == 6
    type_chinese(reasons.lineEdit(), "下周到货再补")
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[1].decision_reason == "下周到货再补"


def test_a_wrong_quantity_stays_in_its_cell_with_the_reason(world, taken):
    screen, _seen = taken
    table = go_to(screen, 0, "approved")
    type_keys("abc")
    press_key(Qt.Key.Key_Return)
    assert table.rows()[0].remark.sentence == "批准量请填 0 或正整数（最小发药单位），您填的是“abc”。"
    assert cell_texts(table, "approved")[0] == "abc"
    assert stored(world).lines[0].approved is None


def test_agreeing_to_the_rest_leaves_marked_lines_open_and_f8_finds_them(world, opened, tmp_path):
    request_id = world.draft(requested={"硝苯地平": 400})
    requests = Requests(world.clinic)
    line = requests.get(request_id).lines[0]
    requests.edit_line(request_id, line.id, LineEdit(line.on_hand, line.monthly_use, 400, "新增病人"))
    requests.fill_with_suggestions(request_id)
    done = requests.submit(request_id, requests.get(request_id).version, confirmed=frozenset({line.id}))
    Exchange(world.township).open_file(Exchange(world.clinic).save_file(done.message_id, tmp_path / "r.cyx"))
    screen, seen = opened(world)
    screen.save_action()
    assert "超建议量 321" in cell_texts(lines_of(screen), "marks")[0]
    assert lines_of(screen).rows()[0].remark.sentence == "卫生室说明：新增病人"
    press_key(Qt.Key.Key_F6)
    assert [each.approved for each in stored(world).lines] == [None, 48, 21]
    assert seen.sentences[-1] == "同意了 2 种；留下 1 种请逐行看（F8）：超建议量 1，有说明 1。"
    go_to(screen, 2, "approved")
    press_key(Qt.Key.Key_F8)
    assert lines_of(screen).current_number() == 0


def test_approving_with_open_lines_leads_to_the_first_and_changes_nothing(world, taken):
    screen, _seen = taken
    go_to(screen, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    screen.save_action()
    assert stored(world).state is State.IN_REVIEW
    assert lines_of(screen).current_number() == 1
    assert lines_of(screen).rows()[1].remark.sentence == "还没有填批准数量：不给请填 0。"
    assert "还有 2 处" in strip(screen)


def test_what_a_colleague_decided_elsewhere_is_read_and_both_are_kept(world, taken, qtbot):
    screen, _seen = taken
    request = stored(world)
    Review(world.township).decide_line(request.id, request.lines[2].id, 21)
    go_to(screen, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [line.approved for line in stored(world).lines] == [79, None, 21])
    assert cell_texts(lines_of(screen), "approved") == ["79", "", "21"]


def test_a_line_decided_twice_shows_both_and_waits(world, taken, qtbot):
    screen, _seen = taken
    request = stored(world)
    Review(world.township).decide_line(request.id, request.lines[0].id, 50, "本院库存不足")
    table = go_to(screen, 0, "approved")
    type_keys("79")
    press_key(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table.rows()[0].remark is not None and "别处刚把这一行批成 50" in table.rows()[0].remark.sentence)
    assert stored(world).lines[0].approved == 50


# --- what may be done now -----------------------------------------------------------------------------------------


def test_a_waiting_request_is_taken_first_and_shows_no_boxes(world, opened):
    Exchange(world.township).open_file(world.submitted_file())
    screen, _seen = opened(world)
    assert offered(screen) == {"take"}
    assert not any(column.editable for column in lines_of(screen).rows_model.columns)
    click(button(screen, "take"))
    assert offered(screen) == {"approve", "return_request", "reject_request", "give_back", "agree_rest"}


def test_a_colleagues_request_can_only_be_looked_at(world, taken, opened):
    colleague = replace(world.township, actor=Actor("colleague", "孙药师", "township_pharmacist"))
    screen, _seen = opened(world, colleague)
    assert offered(screen) == set()
    assert strip(screen) == "赵敏正在审核这张申领单，这里只能看。"


def test_a_manager_gives_back_what_somebody_else_has_taken(world, taken, opened):
    manager = replace(world.township, actor=Actor("manager", "周院长", "township_manager"))
    screen, _seen = opened(world, manager)
    assert offered(screen) == {"give_back"}
    click(button(screen, "give_back"))
    assert stored(world).state is State.AUTHORISED


def test_returning_asks_for_the_reason_and_writes_the_answer(world, taken, dialogs, tmp_path):
    screen, _seen = taken
    click(button(screen, "return_request"))
    press(window(screen, "return_window"), Qt.Key.Key_Escape)
    assert stored(world).state is State.IN_REVIEW
    dialogs.will_choose(tmp_path / "back.cyx")
    click(button(screen, "return_request"))
    give_reason(screen, "return_window", "请核对阿莫西林的库存")
    assert stored(world).state is State.RETURNED
    assert "请核对阿莫西林的库存" in strip(screen)
    assert offered(screen) == {"print_decision"}
    Exchange(world.clinic).open_file(tmp_path / "back.cyx")


def test_a_preset_reason_of_returning_is_chosen_by_its_number(world, taken):
    screen, _seen = taken
    click(button(screen, "return_request"))
    give_reason(screen, "return_window", "3")
    assert stored(world).comment == "请补填月均用量"


def test_returning_without_words_is_refused_beside_the_field(world, taken):
    screen, _seen = taken
    click(button(screen, "return_request"))
    give_reason(screen, "return_window", "")
    shown_window = window(screen, "return_window")
    assert "请写明原因" in shown_window.fields["reason"].problem()
    assert stored(world).state is State.IN_REVIEW
    give_reason(screen, "return_window", "请先盘点")
    assert stored(world).state is State.RETURNED


def test_rejecting_says_that_it_is_the_end_and_wants_a_reason(world, taken):
    screen, _seen = taken
    click(button(screen, "reject_request"))
    shown_window = window(screen, "reject_window")
    assert any("就此办结，不能再改" in each.text() for each in shown_window.findChildren(QLabel))
    press(shown_window, Qt.Key.Key_Escape)
    assert stored(world).state is State.IN_REVIEW
    click(button(screen, "reject_request"))
    give_reason(screen, "reject_window", "本月已超预算")
    assert stored(world).state is State.REJECTED
    assert offered(screen) == {"print_decision"}


def test_an_approved_request_is_released_and_then_closed(world, taken, dialogs, tmp_path):
    screen, seen = taken
    agree_to_all(screen)
    screen.save_action()
    assert offered(screen) == {"convert", "print_decision"}
    click(button(screen, "convert"))
    click(button(window(screen, "release_window"), "release_window_do"))
    assert stored(world).state is State.RELEASED
    assert offered(screen) == {"close_remaining", "print_decision", "go_to_shipments"}
    screen.save_action()
    assert seen.places[-1] == ("supply", {"section": "shipments", "request_id": screen.sheet.view.id})
    dialogs.will_choose(tmp_path / "closed.cyx")
    click(button(screen, "close_remaining"))
    give_reason(screen, "close_remaining_window", "1")
    assert (stored(world).state, stored(world).comment) == (State.CLOSED, "已全部发出")
    assert offered(screen) == {"print_decision"}


def test_a_manager_reopens_what_was_approved(world, taken, opened):
    screen, _seen = taken
    agree_to_all(screen)
    screen.save_action()
    manager = replace(world.township, actor=Actor("manager", "周院长", "township_manager"))
    managers, _seen = opened(world, manager)
    assert offered(managers) == {"reopen", "print_decision"}
    click(button(managers, "reopen"))
    assert stored(world).state is State.IN_REVIEW


def test_a_double_click_approves_once(world, taken):
    screen, _seen = taken
    agree_to_all(screen)
    approve = button(screen, "approve")
    approve.click()
    approve.click()
    assert [step.to_state for step in stored(world).history].count(State.APPROVED) == 1
    with world.township.sessions.reading() as session:
        sent = session.scalars(select(ExchangeMessage).where(ExchangeMessage.direction == "sent")).all()
    assert len(sent) == 1


def test_the_answer_is_saved_later_and_again(world, taken, dialogs, tmp_path):
    screen, _seen = taken
    agree_to_all(screen)
    screen.save_action()
    assert "还没有交给柳庄村" in strip(screen)
    dialogs.will_choose(tmp_path / "one.cyx", tmp_path / "two.cyx")
    click(button(screen, "save_answer"))
    click(button(screen, "save_answer_again"))
    assert (tmp_path / "one.cyx").read_bytes() == (tmp_path / "two.cyx").read_bytes()


def test_the_decision_is_printed(world, taken):
    screen, seen = taken
    screen.print_action()
    assert seen.sheets[0][0].startswith(b"%PDF")


# --- the list -----------------------------------------------------------------------------------------------------


def other_request(world, folder, number, *, kind=Kind.REGULAR, use="20"):
    clinic = make_clinic(folder / f"other{number}", world.clock)
    give_keys(clinic)
    introduce(clinic, world.township, folder)
    requests = Requests(clinic)
    draft = requests.start(kind, reason="流感病人突然增多").request
    drug = Catalogue(clinic).find("硝苯地平")[0]
    line = requests.add_line(draft.id, drug.code)
    requests.edit_line(draft.id, line.id, LineEdit(0, use))
    requests.fill_with_suggestions(draft.id)
    done = requests.submit(draft.id, requests.get(draft.id).version)
    Exchange(world.township).open_file(Exchange(clinic).save_file(done.message_id, folder / f"{number}.cyx"))
    clinic.sessions.engine.dispose()
    return draft.id


def test_emergencies_stand_first_in_red_then_the_longest_wait(world, opened, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    world.clock.forward(days=1)
    later = other_request(world, tmp_path, 1)
    world.clock.forward(days=1)
    emergency = other_request(world, tmp_path, 2, kind=Kind.EMERGENCY)
    screen, _seen = opened(world)
    inbox = control(screen, DataTable, "inbox")
    assert [row.summary.id for row in inbox.rows()][::2] == [emergency, later]
    assert "已等 2 天" in cell_texts(inbox, "clinic")[1]
    assert cell_texts(inbox, "state") == ["紧急", "待审核", "待审核"]
    assert screen.sheet.view.id == emergency
    assert strip(screen) == "紧急理由：流感病人突然增多"


def test_of_the_same_day_the_request_with_more_marked_lines_stands_first(world, opened, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    world.clock.forward(hours=1)
    marked = other_request(world, tmp_path, 1)
    screen, _seen = opened(world)
    inbox = control(screen, DataTable, "inbox")
    assert inbox.rows()[0].summary.id == marked
    assert cell_texts(inbox, "kinds_of_drugs") == ["1 1 有提示", "3"]


def test_another_request_is_opened_by_keyboard_from_the_list(world, opened, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    world.clock.forward(days=1)
    second = other_request(world, tmp_path, 1)
    screen, _seen = opened(world)
    inbox = control(screen, DataTable, "inbox")
    inbox.setFocus()
    press(inbox, Qt.Key.Key_Down)
    assert screen.sheet.view.id == second
    press_key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert screen.sheet.view.id != second


def test_the_use_of_the_chosen_drug_stands_beside_the_other_clinics(world, opened, tmp_path):
    for number, use in enumerate(("10", "18")):
        other_request(world, tmp_path, number, use=use)
    world.clock.forward(hours=1)
    taken_in = Exchange(world.township).open_file(world.submitted_file())
    screen, _seen = opened(world)
    screen.open_with(request_id=taken_in.subject_id)
    card = screen.parts.comparison
    assert card.title() == "硝苯地平缓释片(Ⅱ)　柳庄村月均用量与其他村"
    assert [(bar.title, bar.value) for bar in card.chart.bars()][:2] == [("柳庄村", 44.0), ("中位数", 14.0)]
    assert "2 倍以上" in card.words()


def test_an_empty_desk_says_how_to_begin(world, opened):
    screen, _seen = opened(world)
    assert offered(screen) == set()
    assert "打开村卫生室交来的" in control(screen, DataTable, "inbox").empty_text()


def test_leaving_with_something_unsaved_asks(world, taken, dialogs):
    screen, _seen = taken
    go_to(screen, 0, "approved")
    type_keys("abc")
    assert not screen.can_leave()
    dialogs.will_answer("leave")
    assert screen.can_leave()


def test_every_control_has_its_names(world, taken):
    screen, _seen = taken
    go_to(screen, 0, "reason")
    press_key(Qt.Key.Key_Return)
    assert isinstance(focused(), QWidget)
    assert unnamed_controls(screen) == []


def test_the_entry_is_named_as_in_the_navigation(world):
    services, _seen = services_of(world.township)
    assert (entry(services).key, entry(services).title) == ("review", "申领审核")


def test_illegal_steps_are_not_done_even_when_asked_for(world, taken):
    screen, _seen = taken
    for action in (Action.CONVERT, Action.CLOSE_REMAINING, Action.TAKE, Action.SUBMIT):
        screen.steps.do(action)
    assert stored(world).state is State.IN_REVIEW
