"""What may be done with a request in each state, regular or emergency: its buttons, the questions, the list of former ones."""

from __future__ import annotations

from app.domain.request_terms import Action, Kind, State
from app.services.requests import Requests
from tests.ui.hands import click, control
from tests.ui.screens.drug_desks import cell_texts, shown
from tests.ui.screens.requests.request_hands import button, offered, stored, strip
from ui.widgets.table import DataTable

OF_A_DRAFT = {"submit_request", "skip", "void", "fill_suggestions"}


def test_a_regular_draft_can_be_submitted_skipped_and_voided(world, opened):
    world.draft()
    screen, _seen = opened(world)
    assert offered(screen) == OF_A_DRAFT


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


def test_a_new_request_of_an_emergency_kind_is_marked(world, opened):
    world.draft()
    Requests(world.clinic).start(Kind.EMERGENCY, reason="流感病人突然增多")
    screen, _seen = opened(world)
    titles = cell_texts(control(screen, DataTable, "former_requests"), "title")
    assert sorted("紧急" in title for title in titles) == [False, True]


def test_a_submitted_request_can_only_be_withdrawn_and_only_before_its_file_is_handed_over(
    world, opened, dialogs
):
    world.draft()
    screen, _seen = opened(world)
    screen.writing.fill_or_undo()
    screen.save_action()
    assert offered(screen) == {"withdraw"}
    dialogs.will_answer("do")
    click(button(screen, "withdraw"))
    assert stored(world).state is State.DRAFT
    assert offered(screen) == OF_A_DRAFT


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


def test_a_former_request_is_opened_from_the_list(world, opened):
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


def test_the_request_is_printed(world, opened):
    world.draft()
    screen, seen = opened(world)
    screen.print_action()
    [(pdf, title)] = seen.sheets
    assert pdf.startswith(b"%PDF")
    assert "药品申领单" in title
