"""Composing the desk behind the first frame: every state of a folder, signing in, the screens, locking, closing."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton

from app.domain.line_codes import line_code
from app.forms.registry import form
from app.security.secret_store import MemoryStore, SilentStore
from app.services.households import HouseholdChoice
from app.startup import State, look, open_database
from tests.desks import PASSPHRASE, PIN, Clock, answers, found_desk_folder
from tests.ui.hands import click, control, press
from ui.background import ImmediateRunner
from ui.compose import Composer
from ui.shell.main_window import MainWindow
from ui.shell.resident_hits import place_of
from ui.shell.sign_in import PinDots, UserButton


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def folder(tmp_path, store):
    found_desk_folder(tmp_path / "desk", store, Clock())
    return tmp_path / "desk"


@pytest.fixture
def compose(qtbot, dialogs):
    """compose(folder, store) opens a window on a folder."""
    made = []

    def opened(folder, store, **options):
        window = MainWindow()
        qtbot.addWidget(window)
        window.resize(1366, 768)
        window.show()
        composer = Composer(window, folder=folder, runner=ImmediateRunner(), dialogs=dialogs, store=store, clock=Clock(),
                            **options)
        made.append(composer)
        composer.open()
        return composer

    yield opened
    for composer in made:
        composer.close()


def type_pin(composer, pin=PIN):
    page = composer.window.cover.content()
    QTest.keyClicks(control(page, PinDots, "pin"), pin)
    click(control(page, QPushButton, "pin_enter"))


def sign_in(composer):
    type_pin(composer)
    assert composer.services is not None
    return composer.services


def problem_page(composer):
    """The sentence on the page that says why nothing was opened."""
    return control(composer.window, QLabel, "trouble_sentence").text().replace("\n", "")


# --- the states of a folder -----------------------------------------------------------------------------------


def test_an_empty_folder_begins_with_the_first_start(compose, tmp_path, store, qtbot):
    composer = compose(tmp_path / "new", store)
    assert composer.window.cover.content().objectName() == "first_start"


def test_data_that_is_ready_asks_who_signs_in(compose, folder, store):
    composer = compose(folder, store)
    assert control(composer.window, QLabel, "pin_user").text() == "王明 村医"


def test_a_passphrase_opens_what_it_protects(compose, tmp_path):
    found_desk_folder(tmp_path / "locked", SilentStore(), Clock(), PASSPHRASE)
    composer = compose(tmp_path / "locked", SilentStore())
    line = control(composer.window, QLineEdit, "passphrase")
    line.setText("wrong")
    click(control(composer.window, QPushButton, "passphrase_enter"))
    assert "密码不对" in control(composer.window, QLabel, "passphrase_page_problem").text()
    line.setText(PASSPHRASE)
    click(control(composer.window, QPushButton, "passphrase_enter"))
    sign_in(composer)


def test_a_second_window_is_told_that_the_first_is_open(compose, folder, store):
    first = compose(folder, store)
    second = compose(folder, store)
    assert "已经打开" in problem_page(second)
    first.close()
    click(control(second.window, QPushButton, "trouble_again"))
    assert control(second.window, QLabel, "pin_user").text() == "王明 村医"


def test_a_lost_key_is_replaced_by_the_recovery_key(compose, folder, store):
    database = open_database(look(folder, store))
    recovery_key = database.recovery_key()
    database.close()
    composer = compose(folder, MemoryStore())
    assert "恢复码" in problem_page(composer)
    box = control(composer.window, QPlainTextEdit, "recovery_key")
    box.setPlainText("0000 0000")
    click(control(composer.window, QPushButton, "trouble_open_by_recovery"))
    assert "恢复码不对" in control(composer.window, QLabel, "trouble_page_problem").text()
    box.setPlainText(recovery_key.lower())
    click(control(composer.window, QPushButton, "trouble_open_by_recovery"))
    sign_in(composer)


def test_a_missing_database_is_restored_from_its_backup(compose, folder, store, dialogs):
    composer = compose(folder, store)
    sign_in(composer).backups.make()
    composer.close()
    (folder / "cunyi.db").unlink()
    again = compose(folder, store)
    assert "数据库文件不见了" in problem_page(again)
    assert control(again.window, QComboBox, "trouble_backups").count() == 2
    click(control(again.window, QPushButton, "trouble_restore"))
    assert "数据已经恢复" in dialogs.last_told()
    sign_in(again)


def test_a_backup_is_restored_in_place_of_a_file_that_is_no_database_of_ours(compose, folder, store, dialogs):
    composer = compose(folder, store)
    sign_in(composer).backups.make()
    composer.close()
    (folder / "cunyi.db").write_bytes(b"SQLite format 3\0" + bytes(4080))
    again = compose(folder, store)
    assert "不是村医工作站的数据库" in problem_page(again)
    click(control(again.window, QPushButton, "trouble_restore"))
    assert "数据已经恢复" in dialogs.last_told()
    sign_in(again)


def test_a_file_that_is_no_database_of_ours_is_left_alone(compose, tmp_path, store):
    folder = tmp_path / "other"
    folder.mkdir()
    file = folder / "cunyi.db"
    file.write_bytes(b"SQLite format 3\0" + bytes(4080))
    composer = compose(folder, store)
    assert "不是村医工作站的数据库" in problem_page(composer)
    assert file.read_bytes().startswith(b"SQLite format 3")


# --- signing in -----------------------------------------------------------------------------------------------


def test_a_wrong_pin_is_counted_and_said(compose, folder, store):
    composer = compose(folder, store)
    type_pin(composer, "1111")
    assert "还可以试 4 次" in control(composer.window, QLabel, "pin_problem").text()
    assert composer.services is None


def test_a_forgotten_pin_is_replaced_by_the_recovery_key(compose, folder, store, dialogs):
    composer = compose(folder, store)
    for _ in range(5):
        type_pin(composer, "1111")
    assert "暂时锁住" in control(composer.window, QLabel, "pin_problem").text()
    click(control(composer.window, QPushButton, "pin_forgotten"))
    control(composer.window, QPlainTextEdit, "lost_pin_recovery").setPlainText(composer.database.recovery_key())
    for name in ("lost_pin_new", "lost_pin_new_again"):
        control(composer.window, QLineEdit, name).setText("3691")
    click(control(composer.window, QPushButton, "lost_pin_change"))
    assert "PIN 已经换了" in dialogs.last_told()
    assert control(composer.window, QLabel, "pin_problem").text() == ""
    type_pin(composer, "3691")
    assert composer.services is not None


def test_signing_in_shows_the_screens_of_a_clinic(compose, folder, store):
    composer = compose(folder, store)
    services = sign_in(composer)
    window = composer.window
    assert not window.is_covered()
    assert window.navigation.entry_keys() == (
        "today", "residents", "follow_ups", "dispensing", "requests", "stock", "exchange", "settings"
    )
    assert window.current_key() == "today"
    assert window.windowTitle().endswith(services.desk.place.name)


def test_a_township_has_other_screens(compose, tmp_path, store):
    from app.startup import create_desk

    told = answers(kind="township", name="青石镇卫生院", division_code="411624104000", role="township_pharmacist",
                   record_prefix="", village="")
    create_desk(tmp_path / "township", told, store=store, clock=Clock()).close()
    composer = compose(tmp_path / "township", store)
    sign_in(composer)
    assert composer.window.navigation.entry_keys() == (
        "review", "supply", "stock", "settlement", "checks", "exchange", "settings"
    )


def test_every_screen_opens(compose, folder, store):
    composer = compose(folder, store)
    sign_in(composer)
    for key in composer.window.screen_keys():
        assert composer.navigate(key)
        assert composer.window.current_key() == key


def test_a_screen_that_does_not_exist_is_not_gone_to(compose, folder, store):
    composer = compose(folder, store)
    sign_in(composer)
    assert not composer.navigate("insurance")


# --- at work --------------------------------------------------------------------------------------------------


def register(services, name):
    return services.residents.register(
        {"name": name, "current_address": "柳庄村"},
        {"sex": 2, "birth_date": "1955-03-08", "no_id_reason": "不愿提供", "own_phone": "13800002716"},
        HouseholdChoice.none(), confirmed=frozenset({"name", "phone"}), as_partial=True)


def test_choosing_a_hit_of_the_search_opens_the_resident(compose, folder, store):
    composer = compose(folder, store)
    person = register(sign_in(composer), "李桂兰")
    box = composer.window.top_bar.search
    box.line.setText("lgl")
    assert [hit.title.split()[0] for hit in box.hits()] == ["李桂兰"]
    box.chosen.emit(box.hits()[0].key)
    assert composer.window.current_key() == "residents"
    assert control(composer.window, QLabel, "person_name").text() == person.name


@pytest.mark.parametrize(("form_code", "screen"), [
    ("htn_followup", "follow_ups"), ("personal_info", "residents"), ("encounter", "forms"),
])
def test_a_scanned_sheet_opens_where_it_is_entered(compose, folder, store, form_code, screen):
    composer = compose(folder, store)
    person = register(sign_in(composer), "李桂兰")
    box = composer.window.top_bar.search
    QTest.keyClicks(box.line, line_code(person.id, form_code))
    assert [hit.title.split()[0] for hit in box.hits()] == ["李桂兰"]
    assert form(form_code).title in box.hits()[0].subtitle
    press(box.line, Qt.Key.Key_Return)
    assert composer.window.current_key() == screen


def test_a_sheet_of_any_other_form_opens_that_form():
    assert place_of("17", "health_exam") == "forms:resident_id=17&form_code=health_exam"
    assert place_of("17", "dm_followup") == "follow_ups:resident_id=17"
    assert place_of("17", "") == "residents:resident_id=17"


def test_a_line_code_that_is_not_right_says_why_under_the_search_line(compose, folder, store):
    composer = compose(folder, store)
    person = register(sign_in(composer), "李桂兰")
    code = line_code(person.id, "health_exam")
    [hit] = composer.find(code[:-1] + ("0" if code[-1] != "0" else "1"))
    assert (hit.key, hit.title) == ("", "行码找不到")
    assert "再扫一次" in hit.subtitle


def test_locking_covers_the_desk_and_the_pin_brings_it_back_as_it_was(compose, folder, store):
    composer = compose(folder, store)
    sign_in(composer)
    composer.navigate("residents")
    screen = composer.window.current_screen()
    composer.window.lock()
    assert composer.window.is_covered()
    type_pin(composer)
    assert not composer.window.is_covered()
    assert composer.window.current_screen() is screen


def test_another_person_gets_a_desk_of_his_own(compose, folder, store):
    composer = compose(folder, store)
    sign_in(composer).accounts.add("赵敏", "village_doctor", "3691")
    composer.window.lock()
    page = composer.window.cover.content()
    click(control(page, QPushButton, "pin_back"))
    click(next(button for button in page.findChildren(UserButton) if button.user.name == "赵敏"))
    type_pin(composer, "3691")
    assert composer.services.desk.actor.name == "赵敏"


def test_the_first_sign_in_of_the_day_makes_a_backup(compose, folder, store):
    composer = compose(folder, store)
    services = sign_in(composer)
    assert [backup.kind.value for backup in services.backups.list()] == ["daily"]
    composer.reopen()
    services = sign_in(composer)
    assert len(services.backups.list()) == 1


def test_a_clock_that_was_put_back_is_told_at_the_sign_in(compose, tmp_path, store, dialogs):
    then = Clock()
    then.forward(days=40)
    found_desk_folder(tmp_path / "desk", store, then)
    composer = compose(tmp_path / "desk", store)
    services = sign_in(composer)
    [told] = dialogs.told
    assert (str(told.title), told.tone) == ("请看一下电脑的日期", "amber")
    assert str(told.happened) == f"电脑现在是 {services.desk.today()}，最近一次记录是 {then().astimezone().date()}。"
    composer.reopen()
    sign_in(composer)
    assert len(dialogs.told) == 2


def test_a_clock_that_goes_on_is_not_spoken_of(compose, folder, store, dialogs):
    sign_in(compose(folder, store))
    assert dialogs.told == []


def test_a_chosen_type_size_is_kept_for_the_next_start(compose, folder, store):
    composer = compose(folder, store)
    services = sign_in(composer)
    composer.window.larger_type()
    assert services.settings.get("type_scale_percent") == 125
    composer.window.set_type_scale(1.0)
    assert services.settings.get("type_scale_percent") == 100


def test_the_command_line_decides_before_the_settings(compose, folder, store):
    composer = compose(folder, store, keeps_scale=False)
    services = sign_in(composer)
    composer.window.larger_type()
    assert services.settings.get("type_scale_percent") == 100


def test_after_reopening_one_signs_in_again(compose, folder, store):
    composer = compose(folder, store)
    sign_in(composer)
    composer.reopen()
    assert composer.services is None
    assert composer.window.is_covered()
    sign_in(composer)


def test_closing_gives_the_folder_back(compose, folder, store):
    composer = compose(folder, store)
    sign_in(composer)
    assert look(folder, store).state is State.IN_USE
    composer.window.close()
    assert look(folder, store).state is State.READY


def test_the_date_stands_in_the_top_bar(compose, folder, store):
    composer = compose(folder, store)
    services = sign_in(composer)
    assert services.desk.today() == date(2026, 11, 22)
    assert "11月22日" in control(composer.window, QLabel, "top_date").text()


def test_escape_is_not_taken_from_the_cover(compose, folder, store):
    composer = compose(folder, store)
    press(composer.window, Qt.Key.Key_Escape)
    assert composer.window.is_covered()
