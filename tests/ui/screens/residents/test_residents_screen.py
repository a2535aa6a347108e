"""居民: the record is read, somebody is found in the list, and the sheets are printed from the folder."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget
from sqlalchemy import select

from app.services.households import HouseholdChoice, HouseholdData
from db.models import AuditEntry
from tests.followup_people import htn_answers
from tests.ui.hands import click, control, press
from tests.ui.screens.residents.resident_hands import GUI_LAN
from ui.screens.residents.folder_tab import KindLine
from ui.screens.residents.words import chips_of
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import DataTable


def test_every_control_has_its_names(screen, register):
    screen.open_record(register("李大山").id)
    screen.start_new()
    screen.edit_page().form.build_all()
    assert unnamed_controls(screen) == []


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
