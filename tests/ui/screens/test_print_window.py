"""打印: what is chosen by keyboard becomes a plan in sight, a preview, one file or one for each person."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.services.batch_prints import RESIDENT_SHEET, Manner, Who
from app.services.resident_views import ListFilter
from app.services.work_list import Until, WorkFilter
from tests.app.services.printed_desk import TODAY, encounter, keep, managed
from tests.followup_people import add_resident
from tests.residents import found_household, register
from ui.screens.printing import open_print_window, print_resident_sheet
from ui.screens.printing.shown import show_printed
from ui.widgets.naming import unnamed_controls

SPRING = date(2026, 4, 3)


@pytest.fixture
def people(clinic_desk):
    """Two people with forms of today and one without any."""
    first = managed(clinic_desk, "htn", days=(date(2026, 6, 1), TODAY), name="李桂兰")
    second = add_resident(clinic_desk, name="张守业")
    third = add_resident(clinic_desk, name="王秀英")
    keep(clinic_desk, first, "encounter", SPRING, encounter(SPRING, "腰痛一周"))
    keep(clinic_desk, second, "encounter", TODAY, encounter(TODAY, "头晕两天"))
    return first, second, third


@pytest.fixture
def opened(qtbot, services):
    """open the window as a screen does."""

    def make(**known):
        window = open_print_window(None, services, **known)
        qtbot.addWidget(window)
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        return window

    return make


def choose(qtbot, window, group, value):
    """Choose, and wait for the new plan."""
    group.set_value(value)
    before = window.planned
    qtbot.waitUntil(lambda: window.planned is not before)


def names(window):
    return [row.name for row in window.table.rows()]


def text(pdf):
    return "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages)


def test_a_resident_s_form_is_chosen_as_it_was_asked_for(opened, people, window):
    shown = opened(resident_id=people[0], form_code="encounter")
    assert shown.who.value() == Who.CHOSEN
    assert shown.forms.value() == ("encounter",)
    assert shown.summary.text() == "共 1 人、1 份表，约 1 页"
    QTest.keyClick(shown, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    ((pdf, title),) = window.previews
    assert title == "李桂兰"
    assert "腰痛一周" in text(pdf)


def test_one_form_on_file_is_printed_as_it_stands(opened, clinic_desk, people, window):
    void = keep(clinic_desk, people[0], "encounter", SPRING, encounter(SPRING, "写错了人"), state="void")
    shown = opened(resident_id=people[0], form_code="encounter", entry_id=void)
    assert shown.who.value() == Who.ENTRY
    assert not shown.fields["forms"].isVisible()
    shown.preview()
    assert "作废" in text(window.previews[0][0])


def test_a_day_by_keyboard_alone(qtbot, opened, people, window):
    shown = opened()
    assert shown.focusWidget() is shown.who
    before = shown.planned
    QTest.keyClick(shown.who, Qt.Key.Key_2)
    assert shown.who.value() == Who.DAY
    qtbot.waitUntil(lambda: shown.planned not in (None, before))
    assert sorted(names(shown)) == ["张守业", "李桂兰"]
    QTest.keyClick(shown, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert "头晕两天" in text(window.previews[0][0])


def test_who_lacks_a_form_is_listed_with_it(qtbot, opened, people):
    shown = opened(resident_id=people[2], form_code="encounter")
    assert [(row.name, row.lacking) for row in shown.table.rows()] == [("王秀英", "没有：接诊")]
    assert shown.lacking.isVisible()
    assert not shown.preview_button.isEnabled()
    assert not shown.save_button.isEnabled()


def test_blank_sheets_need_a_form_and_say_so(qtbot, opened, people):
    shown = opened(resident_id=people[0])
    shown.manner.set_value(Manner.BLANK)
    qtbot.waitUntil(lambda: "先选是哪一种表" in shown.summary.text())
    assert not shown.preview_button.isEnabled()
    choose(qtbot, shown, shown.forms, ["elder_adl", "tcm_elder"])
    qtbot.waitUntil(shown.preview_button.isEnabled)
    assert [row.printed for row in shown.table.rows()] == ["自理能力、中医体质"]


def test_the_work_list_gets_sheets_with_the_values_of_last_time(opened, clinic_desk, people, window):
    shown = opened(work=WorkFilter(until=Until.ALL))
    assert shown.who.value() == Who.WORK_LIST
    assert shown.manner.value() == Manner.LAST_VALUES
    assert names(shown) == ["李桂兰"]
    shown.preview()
    assert "灰色为上次" in text(window.previews[0][0])


def test_the_list_of_residents_is_printed_as_it_is_filtered(qtbot, opened, clinic_desk):
    for name, birth, group in (("赵大娘", "1955-03-08", "3组"), ("钱大爷", "1956-03-08", "4组")):
        register(clinic_desk, name, birth, household=found_household(group, name))
    shown = opened(listed=ListFilter(group_name="4组"))
    assert shown.who.value() == Who.LISTED
    assert names(shown) == ["钱大爷"]
    shown.who.set_value(Who.OLDER)
    shown.group.set_value("3组")
    qtbot.waitUntil(lambda: names(shown) == ["赵大娘"])


def test_somebody_is_left_out_and_taken_back(opened, clinic_desk, people, qtbot):
    shown = opened()
    shown.who.set_value(Who.DAY)
    qtbot.waitUntil(lambda: len(names(shown)) == 2)
    shown.table.setFocus()
    QTest.keyClick(shown.table, Qt.Key.Key_Delete)
    assert len(names(shown)) == 1
    assert len(shown.left_out()) == 1
    assert shown.summary.text().startswith("共 1 人")
    shown.take_back()
    assert len(names(shown)) == 2


def test_characters_without_a_glyph_are_told_before_printing(opened, clinic_desk):
    person = add_resident(clinic_desk, name="李\ue000兰")
    keep(clinic_desk, person, "encounter", SPRING, encounter(SPRING))
    shown = opened(resident_id=person, form_code="encounter")
    assert shown.glyphs.isVisible()
    assert "这些字没有字体，纸上留空请手写" in shown.glyphs.text()
    assert "U+E000" in shown.glyphs.text()


def test_one_pdf_is_written_where_the_doctor_chooses(opened, people, dialogs, window, tmp_path):
    shown = opened(resident_id=people[0], form_code="encounter")
    dialogs.files.append(tmp_path / "张三.pdf")
    QTest.keyClick(shown, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "腰痛一周" in text((tmp_path / "张三.pdf").read_bytes())
    assert shown.result.text() == "已写好 1 个文件，共 1 页"
    assert window.said == [shown.result.text()]


def test_one_pdf_for_each_person_goes_into_a_folder(qtbot, opened, people, dialogs, tmp_path):
    folder = tmp_path / "sheets"
    folder.mkdir()
    shown = opened()
    shown.who.set_value(Who.DAY)
    qtbot.waitUntil(lambda: len(names(shown)) == 2)
    shown.output.set_value("each")
    assert not shown.fields["double"].isVisible()
    dialogs.files.append(folder)
    shown.save()
    assert sorted(file.name.split("_")[0] for file in folder.iterdir()) == ["张守业", "李桂兰"]


def test_a_folder_that_is_gone_is_told(qtbot, opened, people, dialogs, tmp_path):
    shown = opened(resident_id=people[0], form_code="encounter")
    dialogs.files.append(Path(tmp_path / "gone" / "a.pdf"))
    shown.save()
    assert "一份也没有留下" in str(dialogs.told[-1].happened)


def test_the_sheet_for_the_resident_can_be_chosen_and_shown_at_once(qtbot, opened, services, people, window):
    shown = opened(resident_id=people[0], form_code=RESIDENT_SHEET)
    assert [row.printed for row in shown.table.rows()] == ["给居民的单子"]
    print_resident_sheet(services, people[0])
    assert "请您记住三件事" in text(window.previews[0][0])


def test_nobody_to_print_for_the_sheet_is_told(services, people, dialogs):
    print_resident_sheet(services, people[1])
    assert "请先做一次随访" in str(dialogs.told[-1].happened)


def test_every_control_has_a_name_for_those_who_cannot_see_it(opened, people):
    assert unnamed_controls(opened(resident_id=people[0])) == []


def test_a_window_that_was_closed_takes_no_late_plan(qtbot, opened, services, people):
    shown = opened(resident_id=people[0])
    plan = shown.planned
    shown.reject()
    shown.show_plan(plan, 1)
    assert not shown.isVisible()


def test_the_list_of_the_day_the_residents_and_the_record_lead_here(qtbot, services, clinic_desk):
    from PySide6.QtWidgets import QPushButton

    from tests.ui.hands import click, control
    from ui.screens.printing.window import PrintWindow
    from ui.screens.residents.screen import ResidentsScreen
    from ui.screens.today.screen import TodayScreen

    person = managed(clinic_desk, "htn", days=(TODAY,), name="李桂兰")
    for made, button, who in ((TodayScreen, "print_batch", Who.WORK_LIST), (ResidentsScreen, "list_print", Who.LISTED)):
        screen = made(services)
        qtbot.addWidget(screen)
        screen.show()
        click(control(screen, QPushButton, button))
        (shown,) = screen.findChildren(PrintWindow)
        assert shown.who.value() == who
        shown.reject()
    screen.open_record(person)
    screen.on_asked("print_more")
    shown = screen.findChildren(PrintWindow)[-1]
    assert shown.who.value() == Who.CHOSEN
    assert [row.name for row in shown.table.rows()] == ["李桂兰"]
    shown.reject()


def test_the_record_s_menu_prints_the_sheet_for_the_resident(qtbot, services, clinic_desk, window):
    from ui.screens.residents.screen import ResidentsScreen

    person = managed(clinic_desk, "htn", days=(TODAY,), name="李桂兰")
    screen = ResidentsScreen(services)
    qtbot.addWidget(screen)
    screen.open_record(person)
    screen.on_asked("print_slip")
    assert "请您记住三件事" in text(window.previews[0][0])


def test_a_character_without_a_font_is_told_before_the_preview(services, people):
    first, *_ = people
    keep(services.desk, first, "encounter", TODAY, encounter(TODAY, "邻居\ue863某陪同，腰痛"))
    shown = []
    services.preview = lambda pdf, title: shown.append((title, len(services.dialogs.told)))
    show_printed(services, services.person_sheets.print_form(first, "encounter"), "接诊记录表")
    (notice,) = services.dialogs.told
    assert "U+E863" in str(notice.happened)
    assert shown == [("接诊记录表", 1)]


def test_a_sheet_that_prints_as_it_stands_is_shown_at_once(services, people):
    first, *_ = people
    shown = []
    services.preview = lambda pdf, title: shown.append(title)
    show_printed(services, services.person_sheets.print_form(first, "encounter"), "接诊记录表")
    assert shown == ["接诊记录表"]
    assert services.dialogs.told == []
