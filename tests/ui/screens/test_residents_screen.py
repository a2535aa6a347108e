"""The screen of residents as short stories: registering, correcting, the household, diseases, sheets, drafts."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTreeWidget, QWidget
from sqlalchemy import select

from app.services.households import HouseholdChoice, HouseholdData
from app.services.resident_views import ListFilter
from db.models import AuditEntry
from tests.followup_people import htn_answers
from tests.ui.hands import click, control, press, type_chinese
from ui.screens.residents import entry
from ui.screens.residents.folder_tab import KindLine
from ui.screens.residents.words import chips_of, household_title
from ui.widgets.form_view.lines import DateControl
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable

GUI_LAN = "411624195503084327"
EVERYTHING_ODD = frozenset({"name", "id_number", "birth_date", "phone", "marital_status", "age", "residence_type"})


@pytest.fixture
def residents(services):
    return services.residents


@pytest.fixture
def register(services):
    """register("李大山", …) puts somebody on file."""

    def put(name, sex=1, born="1953-05-01", *, id_number="", choice=None, **info):
        cover = {"name": name, "current_address": "柳庄村3组"}
        answers = {"sex": sex, "birth_date": born, "own_phone": "13800002716", **info}
        answers |= {"id_number": id_number} if id_number else {"no_id_reason": "不愿提供"}
        where = choice or HouseholdChoice.found(HouseholdData(number="12", group_name="3组", address="柳庄村3组12号"))
        return services.residents.register(cover, answers, where, confirmed=EVERYTHING_ODD, as_partial=True)

    return put


@pytest.fixture
def screen(services, qtbot):
    made = entry(services).factory()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def writing(screen):
    """The empty registration, open."""
    press(screen, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert screen.is_editing()
    return screen.edit_page()


def write(page: QWidget, name: str, text: str) -> None:
    """Type into a field, Chinese as an input method does."""
    line = control(page, QLineEdit, name)
    line.setFocus(Qt.FocusReason.TabFocusReason)
    if text.isascii():
        QTest.keyClicks(line, text)
    else:
        type_chinese(line, text)


def choose(page: QWidget, name: str, number: str) -> None:
    """Answer by the number of an option."""
    found = control(page, QWidget, name)
    found.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(found, number)


def everybody(services):
    """Who is on file, by name."""
    return {row.name: row for row in services.residents.list_page(ListFilter(state=None), limit=100).rows}


# --- registering ----------------------------------------------------------------------------------------------


def test_every_control_has_its_names(screen, register):
    screen.open_record(register("李大山").id)
    screen.start_new()
    screen.edit_page().form.build_all()
    assert unnamed_controls(screen) == []


def test_the_id_number_fills_birth_date_and_sex_at_once(writing):
    write(writing, "id_number", GUI_LAN)
    assert control(writing, QLineEdit, "birth_date").text() == "1955-03-08"
    assert writing.form.values()["sex"] == 2


def test_a_corrected_id_number_corrects_what_it_filled_and_leaves_what_was_typed(writing):
    write(writing, "id_number", GUI_LAN)
    line = control(writing, QLineEdit, "id_number")
    choose(writing, "sex", "1")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(line, "411624196105170523")
    assert control(writing, QLineEdit, "birth_date").text() == "1961-05-17"
    assert writing.form.values()["sex"] == 1


def test_a_resident_is_registered_with_what_is_known(screen, writing, services, window):
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    choose(writing, "household_mode", "2")
    write(writing, "new_household_group_name", "3组")
    write(writing, "new_household_number", "12")
    click(control(writing, QPushButton, "edit_partial"))
    row = everybody(services)["李桂兰"]
    assert (row.birth_text, row.sex, row.group_name, row.relation) == ("1955-03-08", 2, "3组", "户主")
    assert not screen.is_editing()
    assert control(screen, QLabel, "person_name").text() == "李桂兰"
    assert "已建档：李桂兰" in window.said[-1]


def test_saving_with_answers_lacking_says_how_many(writing, services):
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    click(control(writing, QPushButton, "edit_save"))
    assert "还缺" in control(writing, QLabel, "action_note").text()
    assert everybody(services) == {}


def test_without_a_name_nothing_is_kept_even_partly(writing, services):
    write(writing, "id_number", GUI_LAN)
    choose(writing, "household_mode", "3")
    click(control(writing, QPushButton, "edit_partial"))
    assert everybody(services) == {}
    assert writing.form.row_of("name").problem() == "请填写姓名。"


def test_an_approximate_birth_date_is_enough(writing, services):
    choose(writing, "no_id_reason", "1")
    write(writing, "name", "王老太")
    choose(writing, "sex", "2")
    write(writing, "birth_date", "1938")
    choose(writing, "household_mode", "3")
    click(control(writing, QPushButton, "edit_partial"))
    assert everybody(services)["王老太"].birth_text == "1938"


def test_an_id_number_that_fails_its_check_is_kept_only_when_asked_for(writing, services, dialogs):
    write(writing, "id_number", GUI_LAN[:-1] + "8")
    write(writing, "name", "李桂兰")
    choose(writing, "sex", "2")
    write(writing, "birth_date", "19550308")
    choose(writing, "household_mode", "3")
    dialogs.will_answer("fix")
    assert not writing.save(as_partial=True)
    assert everybody(services) == {}
    dialogs.will_answer("keep")
    assert writing.save(as_partial=True)
    person = services.residents.get(everybody(services)["李桂兰"].resident_id)
    assert person.id_number_state == "to_verify"


def test_a_small_child_needs_only_a_few_answers(writing, register, services):
    head = register("李军", born="1988-01-01")
    choose(writing, "no_id_reason", "1")
    write(writing, "name", "李小雨")
    choose(writing, "sex", "2")
    write(writing, "birth_date", "20250501")
    assert "儿童" in control(writing, QLabel, "page_note").text()
    needed = {each.code for each in writing.form.missing()}
    assert "blood_abo" not in needed
    writing.picker.start(services.households.get(head.household.household_id))
    write(writing, "household_relation", "女")
    for name, text in (("phone", "13800002716"), ("current_address", "柳庄村"), ("registered_address", "柳庄村")):
        write(writing, name, text)
    assert writing.save()
    assert services.residents.get(everybody(services)["李小雨"].resident_id).contact_name == "李军"


# --- duplicates -----------------------------------------------------------------------------------------------


def test_a_namesake_of_the_same_birth_is_shown_before_saving(writing, register):
    register("李桂兰", 2, "1955-03-08")
    write(writing, "id_number", GUI_LAN)
    assert writing.duplicates.isHidden()
    write(writing, "name", "李桂兰")
    assert "已有同名同出生日期的居民：李桂兰" in control(writing, QLabel, "duplicate_1").text()


def test_the_person_on_file_can_be_opened_instead(screen, writing, register, dialogs):
    register("李桂兰", 2, "1955-03-08")
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    dialogs.will_answer("drop")
    click(control(writing, QPushButton, "duplicate_open_1"))
    assert not screen.is_editing()
    assert control(screen, QLabel, "person_name").text() == "李桂兰"


def test_another_person_of_the_same_name_is_registered_all_the_same(writing, register, services):
    register("李桂兰", 2, "1955-03-08")
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    choose(writing, "household_mode", "3")
    assert not writing.save(as_partial=True)
    click(control(writing, QPushButton, "duplicate_accept"))
    assert writing.save(as_partial=True)
    assert services.residents.count(ListFilter(state=None)) == 2


def test_the_same_id_number_is_never_registered_twice(writing, register):
    register("李桂兰", 2, "1955-03-08", id_number=GUI_LAN)
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李贵兰")
    choose(writing, "household_mode", "3")
    assert writing.findChild(QPushButton, "duplicate_accept") is None
    assert not writing.save(as_partial=True)
    assert "已登记在李桂兰名下" in writing.form.row_of("id_number").problem()


# --- the household --------------------------------------------------------------------------------------------


def test_a_family_member_is_added_to_the_household_shown(screen, register, services):
    screen.open_record(register("李大山").id)
    click(control(screen, QPushButton, "household_add"))
    page = screen.edit_page()
    assert control(page, QLineEdit, "current_address").text() == "柳庄村3组12号"
    write(page, "id_number", GUI_LAN)
    write(page, "name", "李桂兰")
    write(page, "household_relation", "妻")
    assert page.save(as_partial=True)
    tree = control(screen, QTreeWidget, "household_tree")
    assert tree.topLevelItem(0).text(0) == "李大山 户主 73"
    assert tree.topLevelItem(0).child(0).text(0) == "李桂兰 妻 71"


def test_a_household_is_found_by_what_is_typed_of_it(writing, register, services):
    register("李大山")
    writing.picker.start()
    choose(writing, "household_mode", "1")
    write(writing, "household_choice", "李大山")
    write(writing, "household_relation", "长子")
    choice = writing.picker.choice()
    assert choice.relation == "长子"
    assert services.households.get(choice.household_id).head_name == "李大山"


@pytest.mark.parametrize("head", ["李大山", "欧阳翠微", "阿依古丽·买买提"])
def test_a_household_is_called_by_the_whole_name_of_its_head(head, register, services):
    household = register(head).household
    assert household_title(services.households.get(household.household_id)) == f"{head}家　3组 12号"


def test_an_unknown_household_is_not_guessed(writing, services):
    write(writing, "id_number", GUI_LAN)
    write(writing, "name", "李桂兰")
    choose(writing, "household_mode", "1")
    write(writing, "household_choice", "谁家")
    assert not writing.save(as_partial=True)
    assert everybody(services) == {}


def test_enter_in_the_tree_opens_a_member(screen, register, services):
    head = register("李大山")
    wife = register("李桂兰", 2, "1955-03-08", choice=HouseholdChoice.join(head.household.household_id, "妻"))
    screen.open_record(head.id)
    tree = control(screen, QTreeWidget, "household_tree")
    tree.setCurrentItem(tree.topLevelItem(0).child(0))
    press(tree, Qt.Key.Key_Return)
    assert control(screen, QLabel, "person_name").text() == services.residents.get(wife.id).name


def test_the_head_of_a_household_is_changed_with_the_relations_proposed(screen, register, services):
    head = register("李大山")
    register("李桂兰", 2, "1955-03-08", choice=HouseholdChoice.join(head.household.household_id, "妻"))
    register("李军", 1, "1978-01-01", choice=HouseholdChoice.join(head.household.household_id, "长子"))
    screen.open_record(head.id)
    click(control(screen, QPushButton, "household_head"))
    window = control(screen, QWidget, "head_window")
    assert control(window, QComboBox, "new_head").currentText() == "李桂兰"
    click(control(window, QPushButton, "head_window_do"))
    household = services.households.get(head.household.household_id)
    assert household.head_name == "李桂兰"
    assert {member.name: member.relation_shown for member in household.members}["李军"] == "子"


def test_the_facts_of_a_household_are_corrected(screen, register, services):
    screen.open_record(register("李大山").id)
    click(control(screen, QPushButton, "household_edit"))
    window = control(screen, QWidget, "household_window")
    line = control(window, QLineEdit, "household_distance_km")
    QTest.keyClicks(line, "far")
    click(control(window, QPushButton, "household_window_do"))
    assert window.isVisible()
    line.setText("2.5")
    click(control(window, QPushButton, "household_window_do"))
    assert "离卫生室 2.5 公里" in control(screen, QLabel, "household_note").text()


# --- reading --------------------------------------------------------------------------------------------------


def test_numbers_are_masked_until_they_are_asked_for(screen, register):
    screen.open_record(register("李桂兰", 2, "1955-03-08", id_number=GUI_LAN).id)

    def shown():
        return " ".join(each.text() for each in screen.record.banner.findChildren(QLabel) if each.isVisible())

    assert GUI_LAN not in shown()
    assert "138****2716" in shown()
    press(screen, Qt.Key.Key_F6)
    assert GUI_LAN in shown()
    press(screen, Qt.Key.Key_F6)
    assert GUI_LAN not in shown()


def test_looking_at_the_whole_numbers_is_written_into_the_audit_chain(screen, register, services):
    person = register("李桂兰", 2, "1955-03-08", id_number=GUI_LAN)
    screen.open_record(person.id)
    press(screen, Qt.Key.Key_F6)
    press(screen, Qt.Key.Key_F6)
    with services.desk.sessions.reading() as session:
        looked = select(AuditEntry.entity_id).where(AuditEntry.action == "resident.reveal")
        assert list(session.scalars(looked)) == [person.id]


def test_a_visit_of_the_timeline_opens_to_be_read_or_corrected(screen, register, services, window):
    person = register("李桂兰", 2, "1955-03-08", residence_type=1)
    services.enrolments.enrol(person.id, "htn", date(2019, 5, 1), date(2026, 1, 1))
    saved = services.follow_ups.save_visit(person.id, htn_answers(date(2026, 11, 20)))
    screen.open_record(person.id)
    (visit,) = [row for row in services.residents.timeline(person.id) if row.kind == "htn_followup"]
    screen.forms.open_row(visit)
    assert window.went == [("follow_ups", {"entry_id": saved.sheets[0].entry_id})]


def test_another_resident_begins_masked_again(screen, register):
    first, second = register("李大山"), register("王五", choice=HouseholdChoice.none())
    screen.open_record(first.id)
    screen.record.toggle_reveal()
    screen.open_record(second.id)
    assert not screen.record.is_revealed()


def test_what_must_not_be_overlooked_stands_in_the_banner(screen, register, services):
    person = register("李桂兰", 2, "1955-03-08", drug_allergy=[2], residence_type=1)
    services.enrolments.enrol(person.id, "htn", date(2019, 5, 1), date(2026, 1, 1))
    screen.open_record(person.id)
    spoken = screen.record.banner.accessibleDescription()
    assert {chip.text: chip.tone for chip in chips_of(services.residents.get(person.id))}["青霉素过敏"] == "red"
    for words in ("高血压", "65岁以上", "青霉素过敏"):
        assert words in spoken


@pytest.mark.parametrize(("name", "value", "left"), [
    ("list_group", "3组", {"李大山"}), ("list_disease", "htn", {"李大山"}), ("list_state", "dead", {"王五"}),
])
def test_the_list_is_filtered(screen, register, services, name, value, left):
    person = register("李大山", residence_type=1)
    services.enrolments.enrol(person.id, "htn", None, date(2026, 1, 1))
    services.residents.change_state(register("王五", choice=HouseholdChoice.none()).id, "dead", date(2026, 11, 1), "病故")
    register("周六", choice=HouseholdChoice.found(HouseholdData(group_name="5组")))
    screen.refresh()
    control(screen, QComboBox, name).set_value(value)
    assert {row.name for row in control(screen, DataTable, "residents_list").rows()} == left


def test_only_older_people_are_listed_when_that_is_chosen(screen, register):
    register("李大山", born="1953-05-01")
    register("小王", born="2000-01-01", choice=HouseholdChoice.none())
    screen.refresh()
    click(control(screen, QWidget, "list_only_old"))
    assert [row.name for row in control(screen, DataTable, "residents_list").rows()] == ["李大山"]
    assert control(screen, QLabel, "residents_count").text() == "共 1 人"


def test_enter_in_the_list_opens_the_record(screen, register):
    register("李大山")
    screen.refresh()
    table = control(screen, DataTable, "residents_list")
    table.select_row(0)
    press(table, Qt.Key.Key_Return)
    assert control(screen, QLabel, "person_name").text() == "李大山"


def test_a_long_list_is_read_on_while_scrolling(screen, register, qtbot):
    for number in range(70):
        register(f"村民{number}", born=f"19{10 + number}", choice=HouseholdChoice.none())
    screen.refresh()
    table = control(screen, DataTable, "residents_list")
    bar = table.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    before = len(table.rows())
    bar.setValue(bar.maximum())
    assert before < len(table.rows()) == 70


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


def test_follow_up_goes_to_its_screen_with_this_resident(screen, register, services, window):
    person = register("李大山", residence_type=1)
    services.enrolments.enrol(person.id, "htn", None, date(2026, 11, 1))
    screen.open_with(person.id, tab="chronic")
    click(control(screen, QPushButton, "visit_htn"))
    assert window.went == [("follow_ups", {"resident_id": person.id})]


def test_ctrl_i_opens_the_import_of_a_roster(screen, window):
    press(screen, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    click(control(screen, QPushButton, "roster_import"))
    assert window.went == [("import_roster", {}), ("import_roster", {})]
    assert ("Ctrl I", "导入名册") in screen.shortcuts()


def test_the_menu_offers_what_can_be_done_and_f2_opens_it(screen, register):
    screen.open_record(register("李大山").id)
    assert [action for action, _words in screen.record.actions_offered()][:4] == [
        "form", "dispense", "enrol_htn", "enrol_dm",
    ]  # fmt: skip
    screen.primary_action()
    menu = screen.record.menu()
    assert menu.isVisible()
    assert "填写新表" in menu.actions()[0].text()
    menu.close()


def test_the_short_note_beside_the_name_is_kept(screen, register, dialogs, services):
    person = register("李大山")
    screen.open_record(person.id)
    dialogs.will_write("外出务工")
    screen.on_asked("note")
    assert services.residents.get(person.id).care_note == "外出务工"


# --- sheets ---------------------------------------------------------------------------------------------------


def test_the_sheets_of_the_record_are_printed_from_the_folder(screen, register, window):
    screen.open_record(register("李大山").id)
    screen.record.tabs.show_tab("folder")
    table = control(screen, DataTable, "folder")
    kinds = {line.kind.title: n for n, line in enumerate(table.rows()) if isinstance(line, KindLine)}
    assert list(kinds)[:2] == ["居民健康档案", "个人基本信息表"]
    table.select_row(kinds["个人基本信息表"])
    click(control(screen, QPushButton, "folder_print"))
    pdf, title = window.previews[0]
    assert pdf.startswith(b"%PDF")
    assert title == "李大山 个人基本信息表"


def test_a_year_without_a_visit_has_no_sheet_to_print(screen, register, services, window, dialogs):
    person = register("李大山", residence_type=1)
    services.enrolments.enrol(person.id, "htn", None, date(2026, 11, 1))
    screen.open_record(person.id)
    screen.on_asked("print_htn")
    assert window.previews == []
    assert "没有可打印的" in dialogs.last_told()


def test_the_facts_are_shown_in_the_words_of_the_forms(screen, register):
    screen.open_record(register("李桂兰", 2, "1955-03-08", drug_allergy=[2, 5], drug_allergy_note="头孢").id)
    screen.record.tabs.show_tab("facts")
    words = [each.text() for each in screen.record.facts.findChildren(QLabel)]
    assert "青霉素、其他：头孢" in words
    assert "个人基本信息表还没有填全。" in "".join(words)


def test_the_screen_opens_at_a_resident_and_a_tab(screen, register):
    person = register("李大山")
    screen.open_with(person.id, tab="chronic")
    assert screen.record.tabs.current() == "chronic"


def test_a_resident_who_is_not_there_is_told(screen, dialogs):
    screen.open_with("0" * 32)
    assert dialogs.last_told()
