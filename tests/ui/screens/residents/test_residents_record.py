"""居民的档案: what happened one below the other, the folder with every sheet, and what still lacks."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QPushButton

from tests.followup_people import htn_answers
from tests.residents import register
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.residents.resident_hands import picture
from ui.screens.residents.completeness_meter import MissingWindow
from ui.screens.residents.folder_tab import KindLine, SheetLine
from ui.widgets.naming import unnamed_controls
from ui.widgets.table import cell_of


def words(table, number):
    """What a row says, column by column."""
    return [cell_of(column, table.rows()[number]).text for column in table.rows_model.columns]


# --- timeline -------------------------------------------------------------------------------------------------


def test_every_control_of_the_record_has_its_names(screen, opened, put):
    put("encounter", date(2026, 10, 1), "void")
    for tab in ("timeline", "folder", "attachments"):
        opened(tab)
    assert unnamed_controls(screen) == []


def test_the_timeline_shows_each_form_with_its_line_and_hides_what_is_void(opened, put):
    put("elder_adl", date(2026, 10, 1))
    put("encounter", date(2026, 10, 2), "void")
    timeline = opened().timeline
    shown = {row.kind: cell_of(timeline.table.rows_model.columns[2], row) for row in timeline.table.rows()}
    assert shown["elder_adl"].text.endswith("可自理") or "分" in shown["elder_adl"].text
    assert "encounter" not in shown
    timeline.with_void.setChecked(True)
    (void,) = [row for row in timeline.table.rows() if row.kind == "encounter"]
    cell = cell_of(timeline.table.rows_model.columns[2], void)
    assert (cell.struck, cell.muted) == (True, True)


def test_without_anything_void_there_is_nothing_to_ask_for(opened):
    assert opened().timeline.with_void.isHidden()


def test_one_kind_alone_can_be_looked_at(opened, put, screen, services):
    for month in (1, 2, 3):
        put("encounter", date(2026, month, 1))
    put("consultation", date(2026, 4, 1))
    timeline = opened().timeline
    offered = [timeline.kind.itemText(n) for n in range(timeline.kind.count())]
    assert offered == ["全部 6", "档案封面 1", "基本信息 1", "接诊 3", "会诊 1"]
    timeline.kind.set_value("encounter")
    assert [row.kind for row in timeline.table.rows()] == ["encounter"] * 3
    other = register(services.desk, "赵小军", "1990-05-01", 1, phone="13912340005")
    screen.open_record(other.id)
    assert timeline.kind.value() is None


def test_enter_opens_each_line_where_it_is_read(opened, put, screen, services, person, window):
    adl = put("elder_adl", date(2026, 10, 1))
    services.enrolments.enrol(person.id, "htn", date(2019, 5, 1), date(2026, 1, 1))
    visit = services.follow_ups.save_visit(person.id, htn_answers(date(2026, 11, 20))).sheets[0].entry_id
    attached = services.attachments.add(person.id, picture(), "化验单")
    table = opened().timeline.table
    rows = {row.kind: number for number, row in enumerate(table.rows())}
    for kind in ("elder_adl", "htn_followup"):
        table.select_row(rows[kind])
        press(table, Qt.Key.Key_Return)
    assert window.went == [("forms", {"entry_id": adl}), ("follow_ups", {"entry_id": visit})]
    table.select_row(rows["personal_info"])
    press(table, Qt.Key.Key_Return)
    assert screen.record.tabs.current() == "facts"
    table.select_row(rows["enrolment"])
    press(table, Qt.Key.Key_Return)
    assert screen.record.tabs.current() == "chronic"
    table.select_row(rows["attachment"])
    press(table, Qt.Key.Key_Return)
    assert screen.record.tabs.current() == "attachments"
    assert screen.record.attachments.table.current_row().id == attached.id


def test_the_corrections_are_read_when_they_are_looked_at(opened, services, person):
    services.residents.note_care(person.id, "外出务工", revision=person.revision)
    record = opened()
    assert record.history.table.rows() == []
    record.tabs.show_tab("history")
    assert record.history.table.rows()


# --- 档案袋 -----------------------------------------------------------------------------------------------------


def lines(folder):
    """(form, day or None) of each line of the folder."""
    return [(line.kind.form_code, None) if isinstance(line, KindLine) else (line.sheet.form_code, line.sheet.entry_date)
            for line in folder.table.rows()]  # fmt: skip


def choose(folder, code, on=None):
    folder.table.select_row(lines(folder).index((code, on)))


def test_the_folder_holds_each_kind_with_its_sheets_and_the_greyed_ones_that_lack(opened, put):
    put("encounter", date(2025, 3, 1))
    put("encounter", date(2026, 3, 1), revision=3)
    folder = opened("folder").folder
    shown = lines(folder)
    place = shown.index(("encounter", None))
    assert shown[place : place + 3] == [("encounter", None), ("encounter", date(2026, 3, 1)), ("encounter", date(2025, 3, 1))]
    columns = folder.table.rows_model.columns
    title = cell_of(columns[0], folder.table.rows()[place + 1])
    assert [chip.text for chip in title.chips] == ["改过 2 次"]
    assert words(folder.table, place + 1)[-1] == "2017"
    examination = folder.table.rows()[shown.index(("health_exam", None))]
    assert [chip.text for chip in cell_of(columns[0], examination).chips] == ["要填"]
    assert cell_of(columns[0], examination).muted
    assert "按回车填写健康体检" in cell_of(columns[1], examination).text


def test_enter_opens_a_sheet_folds_a_kind_and_fills_in_what_lacks(opened, put, window, person):
    adl = put("elder_adl", date(2026, 10, 1))
    folder = opened("folder").folder
    choose(folder, "elder_adl", date(2026, 10, 1))
    press(folder.table, Qt.Key.Key_Return)
    choose(folder, "health_exam")
    press(folder.table, Qt.Key.Key_Return)
    assert window.went == [
        ("forms", {"entry_id": adl}), ("forms", {"resident_id": person.id, "form_code": "health_exam"}),
    ]  # fmt: skip
    choose(folder, "elder_adl")
    press(folder.table, Qt.Key.Key_Return)
    assert ("elder_adl", date(2026, 10, 1)) not in lines(folder)
    press(folder.table, Qt.Key.Key_Right)
    assert ("elder_adl", date(2026, 10, 1)) in lines(folder)
    choose(folder, "elder_adl", date(2026, 10, 1))
    press(folder.table, Qt.Key.Key_Left)
    assert folder.table.current_row().kind.form_code == "elder_adl"
    assert ("elder_adl", date(2026, 10, 1)) not in lines(folder)


def test_a_kind_with_many_sheets_begins_folded(opened, put):
    for month in range(1, 10):
        put("encounter", date(2026, month, 1))
    folder = opened("folder").folder
    assert [code for code, day in lines(folder) if day and code == "encounter"] == []
    choose(folder, "encounter")
    assert control(folder, QPushButton, "folder_open").text().startswith("展开")
    click(control(folder, QPushButton, "folder_open"))
    assert len([code for code, day in lines(folder) if day and code == "encounter"]) == 9


def test_void_sheets_are_in_the_folder_when_they_are_asked_for(opened, put):
    put("encounter", date(2026, 3, 1), "void")
    folder = opened("folder").folder
    assert ("encounter", date(2026, 3, 1)) not in lines(folder)
    control(folder, QCheckBox, "folder_with_void").setChecked(True)
    choose(folder, "encounter", date(2026, 3, 1))
    line = folder.table.current_row()
    assert isinstance(line, SheetLine)
    assert [chip.text for chip in cell_of(folder.table.rows_model.columns[0], line).chips] == ["作废"]


def test_another_sheet_of_the_same_kind_is_begun_from_its_line(opened, put, window, person, services, screen):
    put("encounter", date(2026, 3, 1))
    folder = opened("folder").folder
    choose(folder, "encounter", date(2026, 3, 1))
    click(control(folder, QPushButton, "folder_fill"))
    click(control(folder, QPushButton, "folder_new"))
    assert window.went == [
        ("forms", {"resident_id": person.id, "form_code": "encounter"}), ("forms", {"resident_id": person.id}),
    ]  # fmt: skip
    choose(folder, "personal_info")
    assert not control(folder, QPushButton, "folder_fill").isEnabled()
    services.enrolments.enrol(person.id, "htn", None, date(2026, 1, 1))
    screen.open_record(person.id)
    choose(folder, "htn_followup")
    press(folder.table, Qt.Key.Key_Return)
    assert window.went[-1] == ("follow_ups", {"resident_id": person.id})


def test_a_sheet_is_printed_with_its_year(opened, services, person, window):
    services.enrolments.enrol(person.id, "htn", date(2019, 5, 1), date(2026, 1, 1))
    services.follow_ups.save_visit(person.id, htn_answers(date(2026, 11, 20)))
    folder = opened("folder").folder
    asked = []
    folder.print_asked.connect(lambda code, year: asked.append((code, year)))
    choose(folder, "htn_followup")
    click(control(folder, QPushButton, "folder_print"))
    choose(folder, "record_cover")
    click(control(folder, QPushButton, "folder_print"))
    assert asked == [("htn_followup", 2026), ("record_cover", 0)]
    assert [title for _pdf, title in window.previews] == ["李桂兰 高血压患者随访服务记录表", "李桂兰 居民健康档案"]


# --- what lacks -----------------------------------------------------------------------------------------------


def missing_window(record):
    click(control(record, QPushButton, "completeness_missing"))
    shown = record.completeness.list_window()
    assert isinstance(shown, MissingWindow)
    return shown


def test_the_meter_says_how_complete_the_record_is(opened):
    record = opened()
    assert control(record, QLabel, "completeness_words").text() == "档案完整度 40%"
    assert control(record, QPushButton, "completeness_missing").text() == "还缺 3 项"


def test_a_complete_record_lacks_nothing(screen, services):
    young = register(services.desk, "赵小军", "1990-05-01", 1, phone="13912340005")
    screen.open_record(young.id)
    assert control(screen, QLabel, "completeness_words").text() == "档案完整度 100%"
    assert control(screen, QPushButton, "completeness_missing").isHidden()


def test_each_line_of_what_lacks_leads_to_where_it_is_filled_in(opened, put, window, person):
    half = put("elder_adl", date(2026, 10, 1), "partial", {"eating": 0, "assessment_date": "2026-10-01"})
    shown = missing_window(opened())
    rows = shown.table.rows()
    assert [(row.form_code, row.code) for row in rows][:2] == [("health_exam", ""), ("elder_adl", "grooming")]
    press(shown.table, Qt.Key.Key_Return)
    shown = missing_window(opened())
    shown.table.select_row(1)
    press(shown.table, Qt.Key.Key_Return)
    assert window.went == [
        ("forms", {"resident_id": person.id, "form_code": "health_exam"}),
        ("forms", {"entry_id": half, "code": "grooming"}),
    ]  # fmt: skip


def test_a_visit_that_lacks_leads_to_the_visit(opened, services, person, window):
    services.enrolments.enrol(person.id, "htn", None, date(2026, 1, 1))
    shown = missing_window(opened())
    shown.table.select_row(next(n for n, row in enumerate(shown.table.rows()) if row.form_code == "htn_followup"))
    click(control(shown, QPushButton, "missing_go"))
    assert window.went == [("follow_ups", {"resident_id": person.id})]


def test_an_answer_of_the_record_that_lacks_leads_to_its_field(screen, services, person):
    record = services.residents.record(person.id)
    less = {code: value for code, value in record.info.items() if code != "contact_name"}
    services.residents.revise(person.id, None, less, revision=record.revision, reason="没有问到", as_partial=True)
    screen.open_record(person.id)
    shown = missing_window(screen.record)
    assert shown.table.rows()[0].code == "contact_name"
    press(shown.table, Qt.Key.Key_Return)
    assert screen.is_editing()
    assert screen.focusWidget() is control(screen.edit_page(), QLineEdit, "contact_name")


def test_the_cursor_stands_in_the_answer_that_lacked(form_screen, person, put, qtbot):
    half = put("encounter", date(2026, 10, 1), "partial", {"subjective": "头晕", "encounter_date": "2026-10-01"})
    form_screen.activateWindow()
    qtbot.waitUntil(form_screen.isActiveWindow)
    form_screen.open_with(entry_id=half, code="plan")
    assert form_screen.focusWidget().objectName() == "plan"


# --- small things ---------------------------------------------------------------------------------------------


def test_an_empty_clinic_invites_to_begin_and_a_filter_without_anybody_does_not(screen, services):
    assert "按 Ctrl N 新建" in screen.list.table.empty_text()
    register(services.desk)
    screen.list.disease.set_value("dm")
    assert screen.list.table.empty_text() == "没有符合的居民。"


def test_after_a_full_id_number_tab_goes_to_the_name(screen):
    screen.start_new()
    line = control(screen.edit_page(), QLineEdit, "id_number")
    line.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClicks(line, "411624195503084327")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert screen.focusWidget() is control(screen.edit_page(), QLineEdit, "name")
    type_chinese(screen.focusWidget(), "李桂兰")
    assert screen.edit_page().form.values()["name"] == "李桂兰"
