"""A draft is submitted: what is missing is listed, questions are asked once, the file is written now, later or again."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from sqlalchemy import select

from app.domain.request_terms import State
from app.services.exchange import Exchange
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from db.models import ExchangeMessage
from tests.ui.hands import click, control, press
from tests.ui.screens.drug_desks import DrugWorld, press_key, shown, type_keys
from tests.ui.screens.requests.request_hands import button, go_to, lines_of, stored, strip
from ui.widgets.table import DataTable


@pytest.fixture
def stranger(tmp_path):
    """A clinic that is not paired yet."""
    made = DrugWorld(tmp_path, paired=False)
    yield made
    made.close()


@pytest.fixture
def filled(world, opened):
    """The screen of a draft filled with the suggestions."""
    world.draft()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    return screen


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


def test_a_file_not_saved_at_once_is_asked_for_and_saved_by_ctrl_enter(world, filled, dialogs, tmp_path):
    filled.save_action()
    assert "还没有交给卫生院" in strip(filled)
    assert shown(button(filled, "withdraw"))
    dialogs.will_choose(tmp_path / "later.cyx")
    filled.save_action()
    assert (tmp_path / "later.cyx").exists()
    assert Exchange(world.clinic).latest_about(stored(world).id).state == "sent"
    assert not shown(button(filled, "withdraw"))


def test_a_stick_that_cannot_be_written_loses_nothing(world, filled, dialogs, tmp_path):
    dialogs.will_choose(tmp_path / "no such folder" / "r.cyx")
    filled.save_action()
    assert "没有写成" in dialogs.last_told()
    assert stored(world).state is State.AUTHORISED
    assert "还没有交给卫生院" in strip(filled)


def test_questions_are_asked_once_in_one_window(world, opened, dialogs, tmp_path):
    world.draft(requested={"硝苯地平": 400, "二甲双胍": 500, "阿莫西林": 21})
    request = stored(world)
    for line in request.lines[:2]:
        edit = LineEdit(line.on_hand, line.monthly_use, line.requested, "新增病人")
        Requests(world.clinic).edit_line(request.id, line.id, edit)
    screen, _seen = opened(world)
    assert lines_of(screen).rows()[0].remark.tone == "amber"
    dialogs.will_answer("keep")
    screen.save_action()
    assert stored(world).state is State.DRAFT
    dialogs.will_answer("do").will_choose(tmp_path / "r.cyx")
    screen.save_action()
    assert stored(world).state is State.AUTHORISED
    assert [str(question.happened).count("数量对吗") for question in dialogs.asked] == [2, 2]


def test_a_double_click_submits_once(world, filled):
    submit = button(filled, "submit_request")
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
