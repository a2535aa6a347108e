"""居民: a record is corrected with its reason, drafts, diseases under management, death and moving away."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from app.services.households import HouseholdChoice
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.residents.resident_hands import GUI_LAN, choose, write
from ui.widgets.form_view.lines import DateControl
from ui.widgets.table import DataTable

# --- correcting -----------------------------------------------------------------------------------------------


def test_a_correction_asks_why_and_stays_readable(screen, register, dialogs, services):
    person = register("李桂兰", 2, "1955-03-08", id_number=GUI_LAN)
    screen.open_record(person.id)
    press(screen, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    page = screen.edit_page()
    write(page, "phone", "13900001111")
    dialogs.will_write("电话换了")
    assert page.save()
    assert services.residents.get(person.id).phone == "13900001111"
    screen.record.tabs.show_tab("history")
    newest = control(screen, DataTable, "history").rows()[0]
    assert (newest.user_name, newest.reason) == ("王明", "电话换了")
    changes = control(screen, DataTable, "history_changes").rows()
    assert [(each.before, each.after) for each in changes] == [("13800002716", "13900001111")]


def test_no_reason_no_correction(screen, register, dialogs, services):
    person = register("李桂兰", 2, "1955-03-08")
    screen.open_record(person.id)
    screen.start_correction()
    page = screen.edit_page()
    write(page, "phone", "13900001111")
    dialogs.will_write(None)
    assert not page.save()
    assert screen.is_editing()
    assert services.residents.get(person.id).phone == "13800002716"


def test_a_correction_that_comes_too_late_is_refused_and_kept_on_the_screen(screen, register, dialogs, services):
    person = register("李桂兰", 2, "1955-03-08")
    screen.open_record(person.id)
    screen.start_correction()
    page = screen.edit_page()
    services.residents.note_care(person.id, "独居", revision=person.revision)
    write(page, "phone", "13900001111")
    dialogs.will_write("电话换了")
    assert not page.save()
    assert "又被王明改过" in control(page, QLabel, "resident_form_problem").text()
    assert page.form.answers()["phone"] == "13900001111"


# --- drafts ---------------------------------------------------------------------------------------------------


def test_what_was_typed_survives_as_a_draft(screen, writing, services, dialogs):
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    dialogs.will_answer("draft")
    assert screen.back_action()
    assert not screen.is_editing()
    dialogs.will_answer("go_on")
    screen.start_new()
    assert writing.form.answers()["name"] == "李桂兰"
    assert control(writing, QLineEdit, "birth_date").text() == "1955-03-08"


def test_a_draft_is_kept_without_being_asked_when_another_screen_is_shown(screen, writing, services):
    write(writing, "name", "李桂兰")
    assert screen.can_leave()
    assert services.drafts.get("registration", "").payload["answers"]["name"] == "李桂兰"


def test_a_draft_that_is_not_wanted_is_gone(screen, writing, services, dialogs):
    write(writing, "name", "李桂兰")
    dialogs.will_answer("drop")
    screen.back_action()
    assert services.drafts.get("registration", "") is None


def test_saving_takes_the_draft_away(writing, services):
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    choose(writing, "household_mode", "3")
    writing.keep_draft()
    assert writing.save(as_partial=True)
    assert services.drafts.get("registration", "") is None


def test_an_untouched_form_closes_without_a_question(screen, writing, dialogs):
    screen.back_action()
    assert not screen.is_editing()
    assert dialogs.asked == []


# --- diseases and states --------------------------------------------------------------------------------------


def test_a_resident_is_enrolled_with_the_diagnosis(screen, register, services, window):
    person = register("李桂兰", 2, "1955-03-08", residence_type=1)
    screen.open_record(person.id)
    screen.on_asked("enrol_htn")
    asked = control(screen, QWidget, "enrol_window")
    line = control(asked, DateControl, "diagnosed_on")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(line, "20190501")
    press(line, Qt.Key.Key_Return)
    enrolled = services.enrolments.of_resident(person.id)
    assert [(each.disease, each.diagnosed_on) for each in enrolled] == [("htn", date(2019, 5, 1))]
    assert "已纳入高血压管理" in window.said[-1]


def test_somebody_younger_than_35_is_asked_about_before_enrolling(screen, register, services, dialogs):
    person = register("小王", born="2000-01-01", residence_type=1)
    screen.open_record(person.id)
    screen.on_asked("enrol_dm")
    asked = control(screen, QWidget, "enrol_window")
    dialogs.will_answer("no", "yes")
    click(control(asked, QPushButton, "enrol_window_do"))
    assert services.enrolments.of_resident(person.id) == ()
    click(control(asked, QPushButton, "enrol_window_do"))
    assert [each.disease for each in services.enrolments.of_resident(person.id)] == ["dm"]


def test_a_death_needs_its_cause_and_ends_what_is_due(screen, register, services):
    person = register("李大山", residence_type=1)
    services.enrolments.enrol(person.id, "htn", None, date(2026, 11, 1))
    screen.open_record(person.id)
    screen.on_asked("state")
    asked = control(screen, QWidget, "state_window")
    control(asked, QComboBox, "state_choice").set_value("dead")
    click(control(asked, QPushButton, "state_window_do"))
    assert control(asked, QLabel, "state_reason_problem").text() == "请填写死亡原因。"
    type_chinese(control(asked, QLineEdit, "state_reason"), "脑卒中")
    click(control(asked, QPushButton, "state_window_do"))
    assert services.residents.get(person.id).state == "dead"
    assert services.enrolments.of_resident(person.id)[0].ended_on == date(2026, 11, 22)


def test_a_household_that_lost_its_head_says_so(screen, register, services, dialogs):
    head = register("李大山")
    register("李桂兰", 2, "1955-03-08", choice=HouseholdChoice.join(head.household.household_id, "妻"))
    screen.open_record(head.id)
    screen.on_asked("state")
    asked = control(screen, QWidget, "state_window")
    control(asked, QComboBox, "state_choice").set_value("dead")
    type_chinese(control(asked, QLineEdit, "state_reason"), "病故")
    click(control(asked, QPushButton, "state_window_do"))
    assert "另选一位户主" in dialogs.last_told()
    assert "另选一位户主" in control(screen, QLabel, "household_head_problem").text()
