"""随访: what was typed and not saved, and a recorded visit that is corrected or made void."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QWidget

from app.services.drafts import Drafts
from app.services.follow_ups import FollowUps
from tests.desks import reopen
from tests.ui.hands import control, type_chinese
from tests.ui.screens.follow_up_desk import TODAY, focus, managed, seen_before
from tests.ui.screens.follow_ups.visit_hands import (
    SAVE,
    TAKE_OVER_ALL,
    calm_readings,
    press,
    sheets,
    text_of,
    type_digits,
    visit_in,
)

# --- drafts -------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_after_a_pause_and_survives_the_death_of_the_program(desk, clock, qtbot, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    with qtbot.waitSignal(visit.draft_kept):
        type_digits("15892")
    assert "已自动保存草稿" in visit.bar.note()
    other = reopen(desk.folder, clock)
    assert Drafts(other).get("follow_up", person).payload["answers"]["sbp"] == "158"
    other.sessions.engine.dispose()


def test_what_was_typed_survives_closing_the_window_and_is_offered_again(desk, services, open_visit, open_window):
    person = managed(desk)
    visit = open_visit(person)
    type_digits("1589276")
    visit.window().close()
    assert Drafts(desk).get("follow_up", person) is not None
    services.dialogs.will_answer("go_on")
    again = open_window()
    control(again.screen("today"), QWidget, "work_list").setFocus()
    press(Qt.Key.Key_Return)
    visit = visit_in(again)
    assert [question.title.template for question in services.dialogs.asked] == ["上次没写完的随访"]
    assert [text_of(visit, name) for name in ("sbp", "dbp", "heart_rate")] == ["158", "92", "76"]
    assert focus().objectName() == "sbp"


def test_coming_back_from_another_screen_the_keyboard_is_in_the_field_that_was_left(desk, open_visit):
    visit = open_visit(managed(desk))
    type_digits("1589276")
    control(visit, QLineEdit, "weight").setFocus()
    window = visit.window()
    window.show_screen("today")
    window.show_screen("follow_ups")
    assert focus().objectName() == "weight"
    type_digits("70")
    assert [text_of(visit, name) for name in ("sbp", "weight")] == ["158", "70"]


def test_a_draft_that_is_not_wanted_is_thrown_away(desk, services, open_visit):
    person = managed(desk)
    Drafts(desk).save("follow_up", person, {"answers": {"sbp": "158"}})
    services.dialogs.will_answer("anew")
    visit = open_visit(person)
    assert text_of(visit, "sbp") == ""
    assert Drafts(desk).get("follow_up", person) is None


def test_escape_asks_only_when_something_was_typed(desk, services, open_visit):
    person = managed(desk)
    visit = open_visit(person)
    window = visit.window()
    type_digits("158")
    press(Qt.Key.Key_Escape)
    assert (window.current_key(), len(services.dialogs.asked)) == ("follow_ups", 1)
    services.dialogs.will_answer("leave")
    press(Qt.Key.Key_Escape)
    assert window.current_key() == "today"
    assert Drafts(desk).get("follow_up", person) is not None
    services.dialogs.will_answer("anew")
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Escape)
    assert window.current_key() == "today"
    assert len(services.dialogs.asked) == 3


def test_the_saved_visit_leaves_no_draft(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    calm_readings()
    visit.keep_draft()
    press(*TAKE_OVER_ALL)
    press(*SAVE)
    assert Drafts(desk).get("follow_up", person) is None


# --- correcting ---------------------------------------------------------------------------------------------------


def test_a_recorded_visit_is_corrected_as_a_new_revision_with_its_reason(desk, open_window):
    person = managed(desk)
    entry_id = seen_before(desk, person, days_ago=30)
    window = open_window()
    window.show_screen("follow_ups", entry_id=entry_id)
    visit = visit_in(window)
    assert text_of(visit, "sbp") == "136"
    assert "正在更正 2026-10-23 的随访" in control(visit, QLabel, "correction_words").text()
    control(visit, QLineEdit, "sbp").selectAll()
    type_digits("152")
    press(*SAVE)
    assert focus().objectName() == "correction_reason"
    assert visit.findChild(QLabel, "correction_reason_problem").text() == "请写明更正的原因。"
    type_chinese(focus(), "看错了一位")
    press(*SAVE)
    (sheet,) = sheets(desk, person)
    assert (sheet.revision, sheet.answers["sbp"], sheet.answers["visit_class"]) == (2, 152, 2)
    assert FollowUps(desk).history(entry_id)[0].reason == "看错了一位"
    assert "已更正" in window.said()


def test_a_visit_that_never_happened_is_made_void(desk, services, open_window):
    person = managed(desk)
    entry_id = seen_before(desk, person, days_ago=30)
    window = open_window()
    window.show_screen("follow_ups", entry_id=entry_id)
    services.dialogs.will_write("写错了人")
    QTest.mouseClick(control(visit_in(window), QPushButton, "void_visit"), Qt.MouseButton.LeftButton)
    assert FollowUps(desk).recorded_sheet(entry_id).state == "void"
    assert window.screen("follow_ups").visit is None


def test_an_earlier_visit_is_opened_from_the_list_beside_the_form(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    assert [row.pressure() for row in visit.side.visits.rows()] == ["162/94"]
    screen = visit.window().screen("follow_ups")
    visit.side.visits.setFocus()
    press(Qt.Key.Key_Return)
    assert screen.visit.is_correction
    assert text_of(screen.visit, "sbp") == "162"
