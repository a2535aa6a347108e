"""What another window wrote into the same draft meanwhile, and what could not be saved when the request is left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.domain.request_terms import Kind
from app.services.request_lines import LineEdit
from app.services.requests import Requests
from tests.ui.hands import control, press
from tests.ui.screens.drug_desks import cell_texts, press_key, type_keys
from tests.ui.screens.requests.request_hands import go_to, lines_of, requested, stored, type_into
from ui.widgets.table import DataTable


def write_elsewhere(world, row, on_hand, use):
    """Another window asks for 55 in a line."""
    request, edit = stored(world), LineEdit(on_hand, use, 55, "别处填写")
    Requests(world.clinic).edit_line(request.id, request.lines[row].id, edit)


def told_beneath(table, row):
    """The sentence beneath a line, empty where there is none."""
    remark = table.rows()[row].remark
    return "" if remark is None else remark.sentence


@pytest.fixture
def contested(world, opened, qtbot):
    """The screen of a draft whose first line two have written: 55 is stored, 79 waits in the cell."""
    world.draft()
    screen, _seen = opened(world)
    write_elsewhere(world, 0, 9, "44")
    table = type_into(screen, 0, "requested", "79")
    qtbot.waitUntil(lambda: "别处刚把这一行" in told_beneath(table, 0))
    assert stored(world).lines[0].requested == 55
    return screen


def test_what_another_window_wrote_on_other_lines_is_read_and_both_are_kept(world, opened, qtbot):
    world.draft()
    screen, seen = opened(world)
    write_elsewhere(world, 1, 12, "30")
    type_into(screen, 0, "requested", "79")
    qtbot.waitUntil(lambda: requested(world) == [79, 55, None])
    assert cell_texts(lines_of(screen), "requested") == ["79", "55", ""]
    assert "别处改了 1 行" in seen.sentences[-1]


def test_a_line_that_two_have_written_shows_both_and_waits(world, contested):
    told = told_beneath(lines_of(contested), 0)
    assert "55" in told
    assert "79" in told
    press_key(Qt.Key.Key_Return)
    press_key(Qt.Key.Key_Return)
    assert stored(world).lines[0].requested == 79


def test_delete_takes_what_the_other_has_written(world, contested):
    table = lines_of(contested)
    press(table, Qt.Key.Key_Delete)
    assert cell_texts(table, "requested")[0] == "55"
    assert stored(world).lines[0].requested == 55
    assert not contested.sheet.has_unsaved()


def test_leaving_with_something_unsaved_asks(world, opened, dialogs):
    world.draft()
    screen, _seen = opened(world)
    assert screen.can_leave()
    assert dialogs.asked == []
    go_to(screen, 0, "requested")
    type_keys("abc")
    assert not screen.can_leave()
    dialogs.will_answer("leave")
    assert screen.can_leave()
    assert len(dialogs.asked) == 2


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
