"""The settings as stories on a real desk: users, their roles and their PINs."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.services.accounts import Accounts, WrongPin
from tests.desks import PIN
from tests.ui.hands import click, control, press, type_chinese
from tests.ui.screens.settings.settings_desk import CONTROL, OTHER_PIN, button, line, words, write
from ui.widgets.field_row import ComboBox
from ui.widgets.table import DataTable

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
