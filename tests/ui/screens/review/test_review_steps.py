"""申领审核: the steps of a request from the clinic's file to its release and close, and who may take them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from sqlalchemy import select

from app.domain.request_terms import Action, State
from app.services.exchange import Exchange
from db.models import ExchangeMessage
from tests.supply_desks import MANAGER, as_person
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.drug_desks import (
    cell_texts,
    focused,
    on_screen,
    press_key,
    services_of,
    shown,
    type_keys,
)
from tests.ui.screens.review.review_pages import (
    COLLEAGUE,
    agree_to_all,
    button,
    give_reason,
    go_to,
    lines_of,
    offered,
    stored,
    strip,
)
from tests.ui.screens.supply_things import small_window
from ui.screens.requests.screen import RequestsScreen
from ui.widgets.table import DataTable


def release(screen):
    """Ctrl+Enter on an approved request, and in its window."""
    screen.save_action()
    click(button(small_window("release_window"), "release_window_do"))


def test_a_request_goes_all_the_way_through_both_screens(world, opened, dialogs, qtbot, tmp_path):
    """The clinic writes and submits, the township opens, decides and answers, the clinic reads; then it is released."""
    world.draft()
    clinic_services, clinic_seen = services_of(world.clinic, dialogs)
    clinic = on_screen(qtbot, RequestsScreen(clinic_services))
    dialogs.will_choose(tmp_path / "request.cyx")
    clinic.writing.fill_or_undo()
    clinic.save_action()

    township, seen = opened(world.township)
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


def test_a_waiting_request_is_taken_first_and_shows_no_boxes(world, opened):
    Exchange(world.township).open_file(world.submitted_file())
    screen, _seen = opened(world.township)
    assert offered(screen) == {"take"}
    assert not any(column.editable for column in lines_of(screen).rows_model.columns)
    click(button(screen, "take"))
    assert offered(screen) == {"approve", "return_request", "reject_request", "give_back", "agree_rest"}


def test_a_colleagues_request_can_only_be_looked_at(world, taken, opened):
    screen, _seen = opened(as_person(world.township, COLLEAGUE))
    assert offered(screen) == set()
    assert strip(screen) == "赵敏正在审核这张申领单，这里只能看。"


def test_a_manager_gives_back_what_somebody_else_has_taken(world, taken, opened):
    screen, _seen = opened(as_person(world.township, MANAGER))
    assert offered(screen) == {"give_back"}
    click(button(screen, "give_back"))
    assert stored(world).state is State.AUTHORISED


def test_returning_asks_for_the_reason_and_writes_the_answer(world, taken, dialogs, tmp_path):
    screen, _seen = taken
    click(button(screen, "return_request"))
    press(small_window("return_window"), Qt.Key.Key_Escape)
    assert stored(world).state is State.IN_REVIEW
    dialogs.will_choose(tmp_path / "back.cyx")
    click(button(screen, "return_request"))
    give_reason("return_window", "请核对阿莫西林的库存")
    assert stored(world).state is State.RETURNED
    assert "请核对阿莫西林的库存" in strip(screen)
    assert offered(screen) == {"print_decision"}
    Exchange(world.clinic).open_file(tmp_path / "back.cyx")


def test_a_preset_reason_of_returning_is_chosen_by_its_number(world, taken):
    screen, _seen = taken
    click(button(screen, "return_request"))
    give_reason("return_window", "3")
    assert stored(world).comment == "请补填月均用量"


def test_returning_without_words_is_refused_beside_the_field(world, taken):
    screen, _seen = taken
    click(button(screen, "return_request"))
    give_reason("return_window", "")
    shown_window = small_window("return_window")
    assert "请写明原因" in shown_window.fields["reason"].problem()
    assert stored(world).state is State.IN_REVIEW
    give_reason("return_window", "请先盘点")
    assert stored(world).state is State.RETURNED


def test_rejecting_says_that_it_is_the_end_and_wants_a_reason(world, taken):
    screen, _seen = taken
    click(button(screen, "reject_request"))
    shown_window = small_window("reject_window")
    assert any("就此办结，不能再改" in each.text() for each in shown_window.findChildren(QLabel))
    press(shown_window, Qt.Key.Key_Escape)
    assert stored(world).state is State.IN_REVIEW
    click(button(screen, "reject_request"))
    give_reason("reject_window", "本月已超预算")
    assert stored(world).state is State.REJECTED
    assert offered(screen) == {"print_decision"}


def test_an_approved_request_is_released_and_then_closed(world, taken, dialogs, tmp_path):
    screen, seen = taken
    agree_to_all(screen)
    screen.save_action()
    assert offered(screen) == {"convert", "print_decision"}
    click(button(screen, "convert"))
    click(button(small_window("release_window"), "release_window_do"))
    assert stored(world).state is State.RELEASED
    assert offered(screen) == {"close_remaining", "print_decision", "go_to_shipments"}
    screen.save_action()
    assert seen.places[-1] == ("supply", {"section": "shipments", "request_id": screen.sheet.view.id})
    dialogs.will_choose(tmp_path / "closed.cyx")
    click(button(screen, "close_remaining"))
    give_reason("close_remaining_window", "1")
    assert (stored(world).state, stored(world).comment) == (State.CLOSED, "已全部发出")
    assert offered(screen) == {"print_decision"}


def test_a_manager_reopens_what_was_approved(world, taken, opened):
    screen, _seen = taken
    agree_to_all(screen)
    screen.save_action()
    managers, _seen = opened(as_person(world.township, MANAGER))
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


def test_the_decision_is_printed(taken):
    screen, seen = taken
    screen.print_action()
    assert seen.sheets[0][0].startswith(b"%PDF")


def test_illegal_steps_are_not_done_even_when_asked_for(world, taken):
    screen, _seen = taken
    for action in (Action.CONVERT, Action.CLOSE_REMAINING, Action.TAKE, Action.SUBMIT):
        screen.steps.do(action)
    assert stored(world).state is State.IN_REVIEW
