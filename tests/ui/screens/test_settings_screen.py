"""The settings as stories on a real desk: users and PINs, appearance, key and recovery key, backups, the check."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from app.i18n import current_language, use_language
from app.security.keys import Keeper
from app.security.secret_store import MemoryStore
from app.services.accounts import Accounts, WrongPin
from app.services.backups import Backups
from app.services.history import changes_of
from app.services.overprint import calibration
from app.services.settings import BY_NAME, SETTINGS, Settings
from app.services.setup import Setup
from app.startup import look, open_database
from db.models import AuditEntry
from tests.desks import PIN, Clock, found_desk_folder, make_township
from tests.ui.hands import click, control, press, type_chinese
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens.settings import entry
from ui.screens.settings.declared import settings_of
from ui.services import Services, SettingsPage
from ui.shell.main_window import MainWindow
from ui.theme.theme import current_theme
from ui.widgets.buttons import Button
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls
from ui.widgets.segmented import ChoiceButton, Segmented
from ui.widgets.table import DataTable, cell_words

CONTROL = Qt.KeyboardModifier.ControlModifier
OTHER_PIN = "7391"
PASSPHRASE = "plenty of rain in spring"


class OpenedDesk:
    """A founded desk whose folder is open, with its settings in a window."""

    def __init__(self, folder, dialogs):
        self.folder, self.clock, self.store, self.dialogs = folder, Clock(), MemoryStore(), dialogs
        found_desk_folder(folder, self.store, self.clock)
        self.database = open_database(look(folder, self.store), clock=self.clock)
        self.desk = self.database.sign_in(self.database.users()[0].id, PIN)
        self.opened_again = 0

    def reopen(self):
        """What the composer does: close, and look at the folder anew."""
        self.opened_again += 1
        self.database.close()

    def open_screen(self, qtbot, *pages):
        window = MainWindow()
        qtbot.addWidget(window)
        apply = {"type_scale_percent": lambda value: window.set_type_scale(value / 100),
                 "high_contrast": window.set_high_contrast}
        services = Services(
            self.desk, ImmediateRunner(), self.dialogs, say=window.say, reopen=self.reopen, database=self.database,
            apply_setting=lambda name, value: apply.get(name, lambda _value: None)(value), settings_pages=list(pages))
        window.add_screen(entry(services))
        window.show()
        window.show_desk()
        window.show_screen("settings")
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window, window.current_screen()

    def sign_in_again(self, pin):
        return self.database.sign_in(self.desk.actor.user_id, pin)


@pytest.fixture
def opened(tmp_path, dialogs):
    made = OpenedDesk(tmp_path / "desk", dialogs)
    yield made
    made.database.close()


@pytest.fixture
def settings(qtbot, opened):
    """(window, screen)"""
    return opened.open_screen(qtbot)


def button(screen, name):
    return control(screen, Button, name)


def line(screen, name):
    return control(screen, QLineEdit, name)


def words(table):
    model = table.rows_model
    return [tuple(cell_words(model.cell(model.index(row, column))) for column in range(model.columnCount()))
            for row in range(model.rowCount())]


def write(qtbot, widget, text):
    widget.setFocus()
    widget.selectAll()
    qtbot.keyClicks(widget, text)


def choose(screen, name):
    click(control(screen, ChoiceButton, name))


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


# --- users and PINs -------------------------------------------------------------------------------------------


def test_a_user_is_added_and_signs_in_with_his_pin(qtbot, settings, opened):
    window, screen = settings
    screen.show_page("users")
    press(window, Qt.Key.Key_F2)
    type_chinese(line(screen, "user_name"), "周敏")
    control(screen, ComboBox, "user_role").set_value("home_team")
    write(qtbot, line(screen, "user_pin"), OTHER_PIN)
    write(qtbot, line(screen, "user_pin_again"), OTHER_PIN)
    press(window, Qt.Key.Key_Return, CONTROL)
    assert window.said() == "已添加，现在就可以登录。"
    assert words(control(screen, DataTable, "users")) == [
        ("王明 （您）", "村医", "可以登录"), ("周敏", "家庭医生团队成员", "可以登录"),
    ]
    added = opened.database.users()[1]
    assert opened.database.sign_in(added.id, OTHER_PIN).actor.name == "周敏"


def test_what_is_wrong_with_a_new_user_stands_beside_its_field(qtbot, settings, opened):
    window, screen = settings
    screen.show_page("users")
    screen.current_page().add_user()
    write(qtbot, line(screen, "user_pin"), "1234")
    write(qtbot, line(screen, "user_pin_again"), "1234")
    press(window, Qt.Key.Key_Return, CONTROL)
    assert control(screen, QLabel, "user_name_problem").text() == "请填写姓名。"
    assert "太好猜" in control(screen, QLabel, "user_pin_problem").text()
    write(qtbot, line(screen, "user_pin_again"), "9999")
    press(window, Qt.Key.Key_Return, CONTROL)
    assert "不一样" in control(screen, QLabel, "user_pin_again_problem").text()
    assert len(opened.database.users()) == 1


def test_ones_own_pin_is_changed_after_the_old_one(qtbot, settings, opened):
    window, screen = settings
    screen.show_page("users")
    click(button(screen, "own_pin"))
    write(qtbot, line(screen, "old_pin"), "9999")
    write(qtbot, line(screen, "new_pin"), OTHER_PIN)
    write(qtbot, line(screen, "new_pin_again"), OTHER_PIN)
    press(line(screen, "new_pin_again"), Qt.Key.Key_Return)
    assert "PIN 不对，还可以试 4 次" in control(screen, QLabel, "old_pin_problem").text()
    write(qtbot, line(screen, "old_pin"), PIN)
    press(line(screen, "new_pin_again"), Qt.Key.Key_Return)
    assert window.said() == "您的 PIN 已换，下次登录用新的。"
    assert opened.sign_in_again(OTHER_PIN).actor.name == "王明"
    with pytest.raises(WrongPin):
        opened.sign_in_again(PIN)


@pytest.fixture
def colleague(opened):
    return Accounts(opened.desk).add("周敏", "village_doctor", OTHER_PIN)


def test_a_colleague_gets_another_role_and_a_new_pin(qtbot, colleague, settings, opened):
    _window, screen = settings
    screen.show_page("users")
    table = control(screen, DataTable, "users")
    table.select_row(1)
    table.setFocus()
    press(table, Qt.Key.Key_Return)
    control(screen, ComboBox, "user_role").set_value("auditor")
    click(button(screen, "change_user_form_submit"))
    assert words(table)[1][1] == "督查"
    click(button(screen, "reset_pin"))
    write(qtbot, line(screen, "new_pin"), "8264")
    write(qtbot, line(screen, "new_pin_again"), "8264")
    click(button(screen, "reset_pin_form_submit"))
    assert opened.database.sign_in(colleague.id, "8264").actor.role == "auditor"


def test_a_colleague_is_let_in_no_longer_and_again(colleague, settings, opened, dialogs):
    _window, screen = settings
    screen.show_page("users")
    table = control(screen, DataTable, "users")
    table.select_row(1)
    click(button(screen, "toggle_user"))
    assert len(opened.database.users()) == 2
    dialogs.will_answer("do")
    click(button(screen, "toggle_user"))
    assert words(table)[1][2] == "已停用"
    assert [user.name for user in opened.database.users()] == ["王明"]
    assert button(screen, "toggle_user").words() == "重新启用"
    click(button(screen, "toggle_user"))
    assert words(table)[1][2] == "可以登录"


def test_nobody_deactivates_himself_and_only_a_lead_keeps_accounts_where_there_is_one(settings, opened):
    _window, screen = settings
    screen.show_page("users")
    assert not button(screen, "toggle_user").isEnabled()
    assert button(screen, "add_user").isEnabled()
    Accounts(opened.desk).add("周敏", "clinic_lead", OTHER_PIN)
    screen.refresh()
    assert not button(screen, "add_user").isEnabled()
    assert "只有负责人" in control(screen, QLabel, "users_note").text()
    assert button(screen, "own_pin").isEnabled()


def test_a_half_typed_pin_is_gone_when_the_page_is_left(qtbot, settings):
    _window, screen = settings
    screen.show_page("users")
    click(button(screen, "own_pin"))
    write(qtbot, line(screen, "old_pin"), PIN)
    screen.show_page("display")
    screen.show_page("users")
    assert not screen.current_page().back_action()


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


# --- the key --------------------------------------------------------------------------------------------------


def test_a_passphrase_takes_over_from_the_keyring_and_back(qtbot, settings, opened, dialogs):
    window, screen = settings
    screen.show_page("security")
    click(button(screen, "change_passphrase"))
    for name in ("new_passphrase", "new_passphrase_again"):
        write(qtbot, line(screen, name), PASSPHRASE)
    press(line(screen, "new_passphrase_again"), Qt.Key.Key_Return)
    assert opened.database.keeper() is Keeper.PASSPHRASE
    assert "由密码保护" in control(screen, QLabel, "keeper_words").text()
    assert window.said() == "现在由密码保护，下次打开时要输密码。"
    dialogs.will_answer("do")
    click(button(screen, "use_keyring"))
    assert opened.database.keeper() is Keeper.KEYRING


def test_too_short_a_passphrase_is_refused_and_a_wrong_old_one_told(qtbot, settings, opened, dialogs):
    _window, screen = settings
    screen.show_page("security")
    click(button(screen, "change_passphrase"))
    for name in ("new_passphrase", "new_passphrase_again"):
        write(qtbot, line(screen, name), "short")
    click(button(screen, "set_passphrase"))
    assert "至少要 8 个字" in dialogs.last_told()
    assert opened.database.keeper() is Keeper.KEYRING
    opened.database.keep_key(PASSPHRASE)
    screen.refresh()
    click(button(screen, "change_passphrase"))
    write(qtbot, line(screen, "old_passphrase"), "something else")
    for name in ("new_passphrase", "new_passphrase_again"):
        write(qtbot, line(screen, name), "another long sentence")
    click(button(screen, "set_passphrase"))
    assert "现在的密码不对" in control(screen, QLabel, "old_passphrase_problem").text()


def test_the_recovery_key_is_shown_after_the_pin_and_put_away_with_the_page(qtbot, settings, opened):
    _window, screen = settings
    screen.show_page("security")
    shown = control(screen, QLabel, "recovery_text")
    click(button(screen, "show_recovery"))
    write(qtbot, line(screen, "recovery_pin"), "9999")
    press(line(screen, "recovery_pin"), Qt.Key.Key_Return)
    assert "PIN 不对" in control(screen, QLabel, "recovery_pin_problem").text()
    assert shown.text() == ""
    write(qtbot, line(screen, "recovery_pin"), PIN)
    press(line(screen, "recovery_pin"), Qt.Key.Key_Return)
    assert shown.isVisible()
    assert shown.text().split() == opened.database.recovery_key().split()
    with opened.desk.sessions.reading() as session:
        assert "recovery_key_shown" in [each.action for each in session.query(AuditEntry)]
    screen.show_page("about")
    assert shown.text() == ""


# --- backups --------------------------------------------------------------------------------------------------


def test_a_backup_is_made_and_restored_and_what_is_lost_is_said_first(settings, opened, dialogs):
    window, screen = settings
    screen.show_page("backups")
    press(window, Qt.Key.Key_F2)
    table = control(screen, DataTable, "backups")
    [row] = words(table)
    assert (row[0], row[1]) == (opened.clock().astimezone().strftime("%Y-%m-%d %H:%M"), "手工")

    opened.clock.forward(hours=1)
    Settings(opened.desk).set("lock_after_minutes", 42)
    dialogs.will_answer("keep")
    click(button(screen, "restore_backup"))
    question = dialogs.asked[-1]
    assert "会丢失" in str(question.happened)
    assert [str(answer.text) for answer in question.answers] == ["恢复备份", "保留现在的记录"]
    assert Settings(opened.desk).get("lock_after_minutes") == 42

    dialogs.will_answer("restore")
    table.setFocus()
    press(table, Qt.Key.Key_Return)
    assert opened.opened_again == 1
    assert "恢复前的数据另存为" in dialogs.last_told()
    opened.database = open_database(look(opened.folder, opened.store), clock=opened.clock)
    assert Settings(opened.sign_in_again(PIN)).get("lock_after_minutes") == 5


def test_a_backup_on_a_stick_is_made_there_and_listed(settings, dialogs, tmp_path):
    _window, screen = settings
    stick = tmp_path / "stick"
    stick.mkdir()
    screen.show_page("backups")
    dialogs.will_choose(stick)
    click(button(screen, "back_up_elsewhere"))
    assert len(list(stick.glob("cunyi-*.db"))) == 1
    assert str(stick) in control(screen, QLabel, "backups_where").text()
    click(button(screen, "look_here"))
    assert control(screen, DataTable, "backups").rows() == []
    assert not button(screen, "restore_backup").isEnabled()


def test_a_stick_that_is_gone_is_told_and_the_data_safe(settings, opened, dialogs, tmp_path):
    _window, screen = settings
    screen.show_page("backups")
    dialogs.will_choose(tmp_path / "pulled out")
    click(button(screen, "back_up_elsewhere"))
    assert "请插好 U 盘" in dialogs.last_told()
    assert Backups(opened.desk).list() == ()


def test_a_damaged_backup_is_not_restored(settings, opened, dialogs):
    _window, screen = settings
    screen.show_page("backups")
    click(button(screen, "back_up_now"))
    [backup] = Backups(opened.desk).list()
    content = bytearray(backup.file.read_bytes())
    content[5000:5100] = bytes(100)
    backup.file.write_bytes(content)
    click(button(screen, "restore_backup"))
    assert "已损坏" in dialogs.last_told()
    assert dialogs.asked == []
    assert opened.opened_again == 0


def test_the_folder_for_backups_is_chosen_and_given_up(settings, opened, dialogs, tmp_path):
    _window, screen = settings
    screen.show_page("backups")
    dialogs.will_choose(tmp_path)
    click(button(screen, "choose_backup_folder"))
    assert Settings(opened.desk).get("backup_folder") == str(tmp_path)
    click(button(screen, "back_up_now"))
    assert len(list(tmp_path.glob("cunyi-*.db"))) == 1
    click(button(screen, "clear_backup_folder"))
    assert Settings(opened.desk).get("backup_folder") == ""


def test_the_check_names_everything_and_says_that_it_is_whole(settings):
    _window, screen = settings
    screen.show_page("backups")
    click(button(screen, "check_now"))
    results = words(control(screen, DataTable, "checks"))
    assert {row[1] for row in results} == {"完好"}
    assert f"{len(results)} 项全部完好" in control(screen, QLabel, "check_words").text()


def test_the_check_finds_an_altered_record_of_what_was_done(settings, opened):
    _window, screen = settings
    with opened.desk.sessions.writing() as session:
        session.query(AuditEntry).first().action = "altered"
    screen.show_page("backups")
    click(button(screen, "check_now"))
    broken = [row for row in words(control(screen, DataTable, "checks")) if row[1] == "有问题"]
    assert [row[0] for row in broken] == ["操作记录的链"]
    assert "1 项有问题" in control(screen, QLabel, "check_words").text()


# --- about ----------------------------------------------------------------------------------------------------


def test_the_licences_can_be_read_and_the_log_be_found(settings, opened):
    _window, screen = settings
    screen.show_page("about")
    assert "Apache License" in control(screen, QPlainTextEdit, "licence_text").toPlainText()
    control(screen, ComboBox, "licence").setCurrentIndex(1)
    assert "Apache License" not in control(screen, QPlainTextEdit, "licence_text").toPlainText()
    click(button(screen, "copy_log_folder"))
    assert QGuiApplication.clipboard().text() == str(opened.folder / "logs")
