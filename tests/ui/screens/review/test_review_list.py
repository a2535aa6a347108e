"""申领审核: the list of the requests, who has not sent one yet, and the ways that lead to a request."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.domain.request_terms import Kind
from app.services.exchange import Exchange
from bench.supply import add_clinic
from tests.ui.hands import click, control, press
from tests.ui.screens.drug_desks import cell_texts, focused, press_key, services_of
from tests.ui.screens.review.review_pages import button, lines_of, offered, other_request, strip, texts_of
from tests.ui.screens.supply_things import small_window
from ui.screens.review import entry, search_hits
from ui.widgets.table import DataTable


def inbox_of(screen) -> DataTable:
    """The list of the requests."""
    return control(screen, DataTable, "inbox")


def test_emergencies_stand_first_in_red_then_the_longest_wait(world, opened, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    world.clock.forward(days=1)
    later = other_request(world, tmp_path, 1)
    world.clock.forward(days=1)
    emergency = other_request(world, tmp_path, 2, kind=Kind.EMERGENCY)
    screen, _seen = opened(world.township)
    inbox = inbox_of(screen)
    assert [row.summary.id for row in inbox.rows()][::2] == [emergency, later]
    assert "已等 2 天" in cell_texts(inbox, "clinic")[1]
    assert cell_texts(inbox, "state") == ["紧急", "待审核", "待审核"]
    assert screen.sheet.view.id == emergency
    assert strip(screen) == "紧急理由：流感病人突然增多"


def test_of_the_same_day_the_request_with_more_marked_lines_stands_first(world, opened, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    world.clock.forward(hours=1)
    marked = other_request(world, tmp_path, 1)
    screen, _seen = opened(world.township)
    inbox = inbox_of(screen)
    assert inbox.rows()[0].summary.id == marked
    assert cell_texts(inbox, "kinds_of_drugs") == ["1 1 有提示", "3"]


def test_another_request_is_opened_by_keyboard_from_the_list(world, opened, tmp_path):
    Exchange(world.township).open_file(world.submitted_file())
    world.clock.forward(days=1)
    second = other_request(world, tmp_path, 1)
    screen, _seen = opened(world.township)
    inbox = inbox_of(screen)
    inbox.setFocus()
    press(inbox, Qt.Key.Key_Down)
    assert screen.sheet.view.id == second
    press_key(Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert screen.sheet.view.id != second


def test_on_a_narrow_window_the_list_comes_first_and_escape_goes_back_to_it(town, opened):
    screen, _seen = opened(town.desk)
    screen.resize(800, 700)
    inbox = inbox_of(screen)
    assert (inbox.isVisible(), lines_of(screen).isVisible()) == (True, False)
    screen.setFocus()
    press_key(Qt.Key.Key_Down)
    press_key(Qt.Key.Key_Return)
    assert (inbox.isVisible(), lines_of(screen).isVisible()) == (False, True)
    assert screen.sheet.view.id == inbox.rows()[1].summary.id
    assert focused() is lines_of(screen)
    assert screen.back_action() is True
    assert focused() is inbox
    assert screen.back_action() is False
    screen.open_with(request_id=town.requests[2])
    assert lines_of(screen).isVisible()


def test_the_list_of_the_requests_is_saved_as_a_table(reviewing, dialogs, tmp_path):
    screen, _seen = reviewing
    dialogs.will_choose(tmp_path / "inbox.xlsx")
    click(button(screen, "export_inbox"))
    rows = texts_of(tmp_path / "inbox.xlsx")
    assert rows[0][:4] == ["村卫生室", "月份", "类别", "状态"]
    assert sorted(row[0] for row in rows[1:]) == ["第1村卫生室", "第2村卫生室", "第3村卫生室"]
    assert all(row[4] == 5 for row in rows[1:])


def test_who_has_not_sent_stands_above_the_list_and_in_a_window(town, reviewing, dialogs, tmp_path):
    screen, seen = reviewing
    add_clinic(town, 3)
    screen.refresh()
    month_round = button(screen, "month_round")
    assert month_round.text() == "4 个村卫生室　3 已交　1 未交"
    click(month_round)
    shown = small_window("round_window")
    missing = control(shown, DataTable, "missing_clinics")
    assert (cell_texts(missing, "name"), cell_texts(missing, "last_period")) == (["第4村卫生室"], ["—"])
    click(button(shown, "round_window_print"))
    assert seen.sheets[-1][0].startswith(b"%PDF")
    dialogs.will_choose(tmp_path / "missing.xlsx")
    click(button(shown, "round_window_export"))
    assert texts_of(tmp_path / "missing.xlsx")[1][0] == "第4村卫生室"


def test_the_search_box_finds_requests_and_leads_to_the_drug(town, reviewing):
    screen, _seen = reviewing
    first, *_others = search_hits(screen.services, "药品B00003")
    assert (first.title, [chip.text for chip in first.chips]) == ("药品B00003　第1村", ["审核中"])
    arguments = dict(each.split("=") for each in first.key.removeprefix("review:").split("&"))
    screen.open_with(**arguments)
    assert lines_of(screen).current_row().line.drug_code == "B00003"
    assert search_hits(screen.services, "第3村")[0].key == f"review:request_id={town.requests[2]}&drug_code="


def test_an_empty_desk_says_how_to_begin(world, opened):
    screen, _seen = opened(world.township)
    assert offered(screen) == set()
    assert "打开村卫生室交来的" in inbox_of(screen).empty_text()


def test_the_entry_is_named_as_in_the_navigation(world):
    services, _seen = services_of(world.township)
    assert (entry(services).key, entry(services).title) == ("review", "申领审核")
