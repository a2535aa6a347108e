"""随访 at the keyboard: the readings of a routine visit, and the answers of last time beside them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from tests.ui.hands import control, type_chinese
from tests.ui.screens.follow_up_desk import TODAY, KeyCounter, focus, managed, seen_before
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
from ui.screens.follow_ups import advance
from ui.screens.follow_ups.bars import OfferingBar
from ui.widgets.segmented import PillChoices

# --- the routine visit --------------------------------------------------------------------------------------------


def test_a_routine_visit_takes_four_keys_beside_the_digits_of_the_readings(desk, open_window):
    first, second = managed(desk, due_in=-9), managed(desk, name="王秀英", due_in=-3)
    for person in (first, second):
        seen_before(desk, person, days_ago=95, next_visit_date="2026-11-01")
    window = open_window()
    begun_with = window.screen("today").table.current_row().resident_id
    keys = KeyCounter()
    keys.press(Qt.Key.Key_Return)
    keys.read_off("136827663.5")
    keys.press(Qt.Key.Key_1)
    keys.press(*TAKE_OVER_ALL)
    keys.press(*SAVE)
    assert len(keys.others) == 4
    (_, saved) = sheets(desk, begun_with)
    assert {key: saved.answers[key] for key in ("sbp", "dbp", "heart_rate", "visit_class", "visit_method")} == {
        "sbp": 136, "dbp": 82, "heart_rate": 76, "visit_class": 1, "visit_method": 1,
    }
    assert (saved.entry_date, saved.answers["doctor"]) == (TODAY, "王明")
    following = visit_in(window)
    assert following.resident_id == ({first, second} - {begun_with}).pop()
    assert focus().objectName() == "sbp"
    assert "已保存" in window.said()


def test_after_the_last_person_the_list_of_the_day_is_shown_again(desk, open_visit, open_window):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    window = visit.window()
    calm_readings()
    press(*TAKE_OVER_ALL)
    press(*SAVE)
    assert window.current_key() == "today"
    assert window.screen("today").table.rows() == []


@pytest.mark.parametrize(
    ("is_complete", "waiting", "complete"),
    [
        (advance.systolic_is_complete, ["1", "15", "9", "30", "2"], ["158", "95", "40", "300"]),
        (advance.diastolic_is_complete, ["9", "11", "10", "39"], ["92", "40", "110", "100"]),
        (advance.heart_rate_is_complete, ["7", "10", "12", "39"], ["76", "40", "104", "120"]),
        (advance.decimal_is_complete, ["7", "7.", "11", "11.", "63", "63."], ["7.9", "11.2", "63.5", "6.99"]),
        (advance.never_complete, ["1", "123"], []),
    ],
)
def test_a_reading_is_complete_when_no_further_digit_could_belong_to_it(is_complete, waiting, complete):
    assert [text for text in waiting if is_complete(text)] == []
    assert [text for text in complete if not is_complete(text)] == []


@pytest.mark.parametrize(
    ("typed", "shown", "cursor"),
    [
        ("158", ("158", "", "", ""), "dbp"),
        ("15892", ("158", "92", "", ""), "heart_rate"),
        ("9560", ("95", "60", "", ""), "heart_rate"),
        ("1681103", ("168", "110", "3", ""), "heart_rate"),
        ("1589276", ("158", "92", "76", ""), "weight"),
        ("15892104", ("158", "92", "104", ""), "weight"),
        ("15892104120", ("158", "92", "104", "120"), "weight"),
        ("158927663.5", ("158", "92", "76", "63.5"), "symptoms"),
        ("158/92 76", ("158", "92", "76", ""), "weight"),
    ],
)
def test_the_cursor_follows_the_readings(desk, open_visit, typed, shown, cursor):
    visit = open_visit(managed(desk))
    type_digits(typed)
    assert tuple(text_of(visit, name) for name in ("sbp", "dbp", "heart_rate", "weight")) == shown
    assert focus().objectName() == cursor


@pytest.mark.parametrize(("typed", "glucose", "cursor"), [
    ("7.9", "7.9", "symptoms"), ("11.2", "11.2", "symptoms"), ("7", "7", "fpg"), ("6.", "6.", "fpg"),
])
def test_a_glucose_value_goes_on_after_one_decimal(desk, open_visit, typed, glucose, cursor):
    visit = open_visit(managed(desk, "dm"))
    type_digits("136827663.5")
    assert focus().objectName() == "fpg"
    type_digits(typed)
    assert (text_of(visit, "fpg"), focus().objectName()) == (glucose, cursor)


def test_backspace_takes_back_the_digit_that_had_moved_the_cursor(desk, open_visit):
    visit = open_visit(managed(desk))
    type_digits("158")
    assert focus().objectName() == "dbp"
    press(Qt.Key.Key_Backspace)
    assert (focus().objectName(), text_of(visit, "sbp")) == ("sbp", "15")
    type_digits("4")
    type_digits("88")
    assert (text_of(visit, "sbp"), text_of(visit, "dbp")) == ("154", "88")


def test_full_width_digits_of_an_input_method_are_taken_as_digits(desk, open_visit):
    visit = open_visit(managed(desk))
    type_chinese(focus(), "１３６")
    assert (text_of(visit, "sbp"), focus().objectName()) == ("136", "dbp")


# --- last time ----------------------------------------------------------------------------------------------------


def test_last_times_answers_stand_in_grey_until_one_key_takes_them_over(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat(), cigarettes=10, cigarettes_target=5)
    visit = open_visit(person)
    assert (text_of(visit, "cigarettes"), control(visit, QLineEdit, "cigarettes").placeholderText()) == ("", "10")
    assert control(visit, OfferingBar, "psych").offered() == "1"
    assert visit.form.cells["sbp"].caption.last() == "上次 136/82"
    visit.go_to(control(visit, QLineEdit, "cigarettes"))
    press(Qt.Key.Key_F4)
    assert (text_of(visit, "cigarettes"), text_of(visit, "cigarettes_target")) == ("10", "5")
    assert focus().objectName() == "alcohol"
    assert text_of(visit, "alcohol") == ""


def test_what_was_measured_is_never_taken_over(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    press(Qt.Key.Key_F4)
    press(*TAKE_OVER_ALL)
    assert [text_of(visit, name) for name in ("sbp", "dbp", "heart_rate")] == ["", "", ""]
    assert control(visit, PillChoices, "symptoms").value() == ()


def test_another_answer_than_last_time_shows_what_it_was(desk, open_visit):
    person = managed(desk)
    seen_before(desk, person, next_visit_date=TODAY.isoformat(), cigarettes=10)
    visit = open_visit(person)
    visit.go_to(control(visit, QLineEdit, "cigarettes"))
    type_digits("3")
    assert visit.form.cells["cigarettes"].caption.last() == "上次 10"


def test_numbers_answer_the_bars_and_go_on(desk, open_visit):
    visit = open_visit(managed(desk))
    visit.go_to(control(visit, OfferingBar, "psych"))
    type_digits("121")
    assert [control(visit, OfferingBar, name).value() for name in ("psych", "compliance_behaviour", "drug_adherence")] == [
        "1", "2", "1",
    ]
    assert focus().objectName() == "adr"
