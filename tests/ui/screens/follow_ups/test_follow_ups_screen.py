"""随访 as it is entered from the navigation: everybody under management, whom to enrol, and how it looks."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.services.work_list import Until, WorkFilter, WorkList
from tests.followup_people import add_resident
from tests.residents import register
from tests.ui.hands import control
from tests.ui.screens.follow_up_desk import TODAY, focus, managed, seen_before
from tests.ui.screens.follow_ups.visit_hands import SAVE, calm_readings, press, visit_in
from ui.screens.follow_ups.enrol import EnrolDialog
from ui.theme.theme import Theme, apply_theme
from ui.widgets.naming import unnamed_controls

# --- nobody chosen ------------------------------------------------------------------------------------------------


def test_the_entry_in_the_navigation_lists_everybody_under_management(desk, open_window):
    managed(desk, name="李桂兰", due_in=40)
    managed(desk, "dm", name="王秀英", due_in=80)
    window = open_window()
    window.show_screen("follow_ups")
    picker = window.screen("follow_ups").picker
    assert [row.name for row in picker.table.rows()] == ["李桂兰", "王秀英"]
    for letter in "wxy":
        QTest.keyClick(focus(), letter)
    assert [row.name for row in picker.table.rows()] == ["王秀英"]
    press(Qt.Key.Key_Return)
    assert visit_in(window).sheet.person.name == "王秀英"


def test_somebody_is_put_under_management_from_the_list(desk, services, open_window):
    person = register(desk, "孙德海", birth="1970-05-01", sex=1).id
    window = open_window()
    window.show_screen("follow_ups")
    screen = window.screen("follow_ups")
    assert screen.picker.empty.isVisible()
    QTest.mouseClick(control(screen, QPushButton, "enrol"), Qt.MouseButton.LeftButton)
    dialog = window.findChild(EnrolDialog)
    for letter in "sdh":
        QTest.keyClick(dialog.cells["resident"].control, letter)
    QTest.keyClick(dialog.cells["resident"].control, Qt.Key.Key_Return)
    QTest.keyClick(dialog.cells["disease"].control, "1")
    assert "只管理原发性高血压" in control(dialog, QLabel, "enrol_advice").text()
    QTest.mouseClick(control(dialog, QPushButton, "enrol_good"), Qt.MouseButton.LeftButton)
    (row,) = WorkList(desk).page(WorkFilter(until=Until.ALL)).rows
    assert (row.resident_id, row.diseases) == (person, ("htn",))
    assert [each.name for each in screen.picker.table.rows()] == ["孙德海"]


def test_enrolling_says_beside_the_field_what_stands_against_it(desk, services, qtbot):
    person = add_resident(desk, born=date(2000, 1, 1))
    dialog = EnrolDialog(services, resident_id=person, name="李桂兰")
    qtbot.addWidget(dialog)
    assert dialog.enrol() is None
    assert dialog.cells["disease"].problem() == "请选病种。"
    QTest.keyClick(dialog.cells["disease"].control, "2")
    dialog.cells["diagnosed_on"].show_raw("diagnosed_on", "2027-01-01")
    assert dialog.enrol() is None
    assert "晚于纳入日期" in dialog.cells["diagnosed_on"].problem()
    dialog.cells["diagnosed_on"].show_raw("diagnosed_on", "")
    assert dialog.enrol() is None
    assert "不到 35 岁" in dialog.cells["disease"].problem()
    with qtbot.waitSignal(dialog.enrolled):
        dialog.cells["disease"].beneath.button.click()


def test_somebody_who_is_not_managed_leads_back_to_the_list(desk, services, open_window):
    person = add_resident(desk)
    window = open_window()
    window.show_screen("follow_ups", resident_id=person)
    assert window.screen("follow_ups").visit is None
    assert "还没有纳入" in services.dialogs.last_told()


# --- looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("high_contrast", [False, True])
def test_nothing_is_cut_off_at_the_commonest_screen(desk, qapp, open_visit, scale, high_contrast):
    apply_theme(qapp, Theme(scale=scale, high_contrast=high_contrast))
    person = managed(desk, "htn", "dm")
    seen_before(desk, person, "htn", "dm", next_visit_date=TODAY.isoformat())
    visit = open_visit(person)
    window = visit.window()
    window.resize(1366, 768)
    calm_readings()
    QApplication.sendPostedEvents()
    assert visit.layout_of.is_stacked() == (scale > 1.3)
    assert visit.strip.isVisible() == visit.layout_of.is_stacked()
    page = visit.rect()
    names = ("cancel_visit", "save_and_slip", "save_and_print", "save_next")
    for button in (control(visit, QPushButton, name) for name in names):
        place = button.geometry().translated(button.parentWidget().mapTo(visit, button.parentWidget().rect().topLeft()))
        assert page.contains(place)
        assert button.width() >= button.sizeHint().width()
    form = visit.form
    for cell in form.cells.values():
        if cell.isVisible():
            assert cell.mapTo(form, cell.rect().topRight()).x() <= form.width()


def test_every_control_has_its_names(desk, open_visit):
    person = managed(desk, "htn", "dm")
    seen_before(desk, person, "htn", "dm", days_ago=9, sbp=162, dbp=94)
    visit = open_visit(person)
    calm_readings(pressure="185110")
    press(Qt.Key.Key_F8)
    press(*SAVE)
    assert unnamed_controls(visit) == []
    assert unnamed_controls(visit.window().screen("follow_ups").picker) == []
