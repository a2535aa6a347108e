"""The settings as stories on a real desk: the key and the recovery key, backups, the check."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.security.keys import Keeper
from app.services.backups import Backups
from app.services.settings import Settings
from app.startup import look, open_database
from db.models import AuditEntry
from tests.desks import PIN
from tests.ui.hands import click, control, press
from tests.ui.screens.settings.settings_desk import PASSPHRASE, button, line, words, write
from ui.widgets.table import DataTable

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
