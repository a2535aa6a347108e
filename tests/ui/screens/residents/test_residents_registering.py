"""居民: somebody is registered, namesakes and families are recognised, the household is put right."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTreeWidget, QWidget

from app.services.households import HouseholdChoice
from app.services.resident_views import ListFilter
from tests.ui.hands import click, control, press
from tests.ui.screens.residents.resident_hands import GUI_LAN, choose, everybody, write
from ui.screens.residents.words import household_title

# --- registering ----------------------------------------------------------------------------------------------


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
