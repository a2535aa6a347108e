"""The settings as stories on a real desk: getting about, the organisation, printing, appearance and rules."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from app.i18n import current_language, use_language
from app.services.history import changes_of
from app.services.overprint import calibration
from app.services.settings import BY_NAME, SETTINGS, Settings
from app.services.setup import Setup
from app.startup import look, open_database
from tests.desks import Clock, make_township
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.settings.settings_desk import CONTROL, button, choose, line, write
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens.settings import entry
from ui.screens.settings.declared import settings_of
from ui.services import Services, SettingsPage
from ui.theme.theme import current_theme
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls
from ui.widgets.segmented import Segmented
from ui.widgets.table import DataTable

# --- getting about --------------------------------------------------------------------------------------------


def test_the_sections_are_gone_through_by_the_keyboard(settings):
    _window, screen = settings
    assert screen.page_keys() == ("organisation", "users", "display", "security", "backups", "printing", "rules", "about")
    press(screen.sections, Qt.Key.Key_Down)
    assert screen.current_key() == "users"
    press(screen.sections, Qt.Key.Key_Return)
    assert control(screen, DataTable, "users").hasFocus()
    assert screen.back_action()
    assert screen.sections.hasFocus()
    assert not screen.back_action()


def test_a_certain_page_can_be_asked_for(settings):
    window, screen = settings
    window.show_screen("settings", page="backups")
    assert screen.current_key() == "backups"
    assert screen.sections.currentItem().text() == "备份"


def test_another_screen_adds_a_page_before_the_last(qtbot, opened):
    _window, screen = opened.open_screen(qtbot, SettingsPage("pairing", "配对", lambda: QLabel("两站配对")))
    assert screen.page_keys()[-2:] == ("pairing", "about")
    screen.show_page("pairing")
    assert screen.current_page().text() == "两站配对"
    assert screen.can_leave()


def test_every_control_has_a_name_on_every_page(settings):
    _window, screen = settings
    for key in screen.page_keys():
        screen.show_page(key)
        assert unnamed_controls(screen) == [], key


def test_a_township_has_only_the_rules_of_its_own_shelf_and_no_village(qtbot, tmp_path):
    desk = make_township(tmp_path / "township", Clock())
    try:
        services = Services(desk, ImmediateRunner(), ScriptedDialogs())
        screen = entry(services).factory()
        qtbot.addWidget(screen)
        of_its_own_shelf = {"stock_min_months", "stock_max_months", "expiry_red_days", "expiry_orange_days",
                            "expiry_yellow_days"}
        assert {kind.name for kind in settings_of("rules", "township")} == of_its_own_shelf
        assert {kind.name for kind in settings_of("rules", "clinic")} > of_its_own_shelf
        assert "rules" in screen.page_keys()
        assert screen.findChild(QLineEdit, "organisation_village") is None
    finally:
        desk.close()


# --- the organisation -----------------------------------------------------------------------------------------


def test_the_telephone_is_corrected_and_the_desk_opened_anew(qtbot, settings, opened, dialogs):
    window, screen = settings
    write(qtbot, line(screen, "organisation_phone"), "0394-5550199")
    dialogs.will_answer("save")
    press(window, Qt.Key.Key_Return, CONTROL)
    assert opened.opened_again == 1
    again = open_database(look(opened.folder, opened.store), clock=opened.clock)
    opened.database = again
    assert again.place().phone == "0394-5550199"


def test_a_wrong_code_is_told_beside_its_field_and_nothing_is_saved(qtbot, settings, opened, dialogs):
    window, screen = settings
    write(qtbot, line(screen, "organisation_division_code"), "12345")
    press(window, Qt.Key.Key_Return, CONTROL)
    told = control(screen, QLabel, "organisation_division_code_problem").text()
    assert told == "区划代码请填 12 位数字，您填的是 5 位。"
    assert dialogs.asked == []
    assert Setup(opened.desk).answers().division_code == "411624104215"


def test_changes_that_were_not_saved_are_asked_about(qtbot, settings, dialogs):
    _window, screen = settings
    type_chinese(line(screen, "organisation_name"), "新")
    assert not screen.show_page("users")
    assert screen.sections.currentItem().text() == "本单位"
    dialogs.will_answer("leave")
    assert screen.show_page("users")
    screen.show_page("organisation")
    assert line(screen, "organisation_name").text() == "柳庄村卫生室"


def test_escape_takes_changes_back(settings):
    window, screen = settings
    type_chinese(line(screen, "organisation_name"), "新")
    press(window, Qt.Key.Key_Escape)
    assert line(screen, "organisation_name").text() == "柳庄村卫生室"
    assert not button(screen, "organisation_save").isEnabled()


# --- printing -------------------------------------------------------------------------------------------------


def test_the_printer_is_measured_and_corrected(qtbot, settings, opened):
    _window, screen = settings
    screen.show_page("printing")
    shown = []
    screen.services.preview = lambda pdf, title: shown.append((pdf[:5], title))
    screen.primary_action()
    assert shown == [(b"%PDF-", "套打校准页")]

    field = line(screen.current_page(), "setting_overprint_dx_mm")
    write(qtbot, field, "-1.5")
    press(field, Qt.Key.Key_Return)
    assert calibration(opened.desk).dx_mm == -1.5

    write(qtbot, field, "far")
    press(field, Qt.Key.Key_Return)
    assert "最多一位小数" in screen.current_page().card.rows["overprint_dx_mm"].field.problem()
    assert calibration(opened.desk).dx_mm == -1.5


# --- declared settings ----------------------------------------------------------------------------------------


def test_every_declared_setting_has_its_control(settings):
    _window, screen = settings
    for key in screen.page_keys():
        screen.show_page(key)
    missing = [kind.name for kind in SETTINGS if kind.is_asked and screen.findChild(QWidget, f"setting_{kind.name}") is None]
    assert missing == []
    assert BY_NAME["request_authorise_step"] in settings_of("rules", "clinic")


def test_the_type_size_changes_at_once_and_is_kept(settings, opened):
    window, screen = settings
    screen.show_page("display")
    choose(screen, "setting_type_scale_percent_150")
    assert current_theme().scale == 1.5
    assert Settings(opened.desk).get("type_scale_percent") == 150
    assert window.said() == "“字号”已保存。"
    press(window, Qt.Key.Key_0, CONTROL)
    assert control(screen, Segmented, "setting_type_scale_percent").value() == "100"


def test_high_contrast_is_switched_on_by_the_keyboard(settings, opened):
    _window, screen = settings
    screen.show_page("display")
    group = control(screen, Segmented, "setting_high_contrast")
    group.setFocus()
    press(group, Qt.Key.Key_Left)
    assert current_theme().high_contrast
    assert Settings(opened.desk).get("high_contrast") is True


@pytest.fixture
def chinese_afterwards():
    yield
    use_language("zh_CN")


@pytest.mark.usefixtures("chinese_afterwards")
@pytest.mark.parametrize(
    ("answer", "kept", "shown", "opened_again"),
    [("now", "en", "en", 1), ("later", "en", "zh_CN", 0), ("keep", "zh_CN", "zh_CN", 0)],
)
def test_another_language_now_later_or_not(settings, opened, dialogs, answer, kept, shown, opened_again):
    _window, screen = settings
    screen.show_page("display")
    dialogs.will_answer(answer)
    choose(screen, "setting_language_en")
    assert current_language() == shown
    assert opened.opened_again == opened_again
    assert Settings(opened.desk).get("language") == kept
    assert control(screen, Segmented, "setting_language").value() == kept


@pytest.mark.parametrize(
    ("typed", "kept", "told"),
    [("15", 15, ""), ("0", 5, "1 到 120"), ("121", 5, "1 到 120"), ("abc", 5, "整数"), ("", 5, "整数")],
)
def test_the_minutes_until_the_lock_are_kept_within_their_bounds(qtbot, settings, opened, typed, kept, told):
    _window, screen = settings
    screen.show_page("security")
    minutes = line(screen, "setting_lock_after_minutes")
    minutes.setFocus()
    minutes.clear()
    qtbot.keyClicks(minutes, typed)
    press(minutes, Qt.Key.Key_Return)
    assert Settings(opened.desk).get("lock_after_minutes") == kept
    assert told in control(screen, QLabel, "setting_lock_after_minutes_problem").text()


def test_a_rule_is_kept_with_who_changed_it(settings, opened):
    _window, screen = settings
    screen.show_page("rules")
    choose(screen, "setting_prorate_new_false")
    assert Settings(opened.desk).get("prorate_new") is False
    with opened.desk.sessions.reading() as session:
        changes = changes_of(session, "setting", "prorate_new")
    assert [change.user_name for change in changes] == ["王明"]


# --- about ----------------------------------------------------------------------------------------------------


def test_the_licences_can_be_read_and_the_log_be_found(settings, opened):
    _window, screen = settings
    screen.show_page("about")
    assert "Apache License" in control(screen, QPlainTextEdit, "licence_text").toPlainText()
    control(screen, ComboBox, "licence").setCurrentIndex(1)
    assert "Apache License" not in control(screen, QPlainTextEdit, "licence_text").toPlainText()
    click(button(screen, "copy_log_folder"))
    assert QGuiApplication.clipboard().text() == str(opened.folder / "logs")
