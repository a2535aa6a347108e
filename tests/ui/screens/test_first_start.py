"""The first start: what it asks, what it makes, and that going back or stopping leaves nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from app.security.secret_store import MemoryStore, SilentStore
from app.startup import State, look
from tests.desks import Clock
from tests.ui.hands import click, control, press, type_chinese
from ui.background import ImmediateRunner
from ui.screens.first_start.page import FirstStart
from ui.screens.first_start.steps import advice
from ui.widgets.naming import unnamed_controls

PASSPHRASE = "correct horse battery staple"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def open_start(qtbot, dialogs, folder):
    def opened(store):
        page = FirstStart(folder, runner=ImmediateRunner(), dialogs=dialogs, store=store, clock=Clock())
        qtbot.addWidget(page)
        page.resize(800, 600)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        return page

    return opened


@pytest.fixture
def start(open_start, store):
    return open_start(store)


@pytest.fixture
def clinic(start):
    """The first start at the step of the organisation of a clinic."""
    click(control(start, QPushButton, "start_clinic"))
    return start


def write(page, name, text):
    line = control(page, QLineEdit, name)
    line.setFocus()
    line.clear()
    if text.isascii():
        QTest.keyClicks(line, text)
    else:
        type_chinese(line, text)


def fill_place(page, *, village_code="215"):
    place = page.place_step
    place.province.set_value("41")
    place.city.set_value("4116")
    place.county.set_value("411624")
    write(page, "place_township", "青石镇")
    write(page, "place_township_code", "104")
    if place.village.isVisible():
        write(page, "place_village", "柳庄村")
        write(page, "place_village_code", village_code)
    write(page, "place_name", "柳庄村卫生室")


def fill_user(page, pin="2580", again=None):
    write(page, "user_name", "王明")
    write(page, "user_pin", pin)
    write(page, "user_pin_again", pin if again is None else again)


def finish(page):
    fill_place(page)
    click(control(page, QPushButton, "start_next"))
    fill_user(page)
    click(control(page, QPushButton, "start_next"))


def test_every_control_has_its_names(clinic):
    assert unnamed_controls(clinic) == []


def test_province_city_and_county_follow_each_other(clinic):
    place = clinic.place_step
    place.province.set_value("11")
    assert place.county.findText("海淀区") >= 0
    place.province.set_value("41")
    place.city.set_value("4116")
    assert place.county.findText("沈丘县") >= 0
    assert place.county.findText("海淀区") < 0


def test_the_code_of_the_place_is_composed_and_shown(clinic):
    fill_place(clinic)
    assert control(clinic, QLabel, "place_code").text() == "12 位区划代码：411624 104 215"


def test_the_record_prefix_is_proposed_in_the_other_numbering(clinic):
    fill_place(clinic)
    assert control(clinic, QLineEdit, "place_prefix").text() == "411624104115"
    assert "201" in control(clinic, QLabel, "place_prefix_why").text()


def test_a_prefix_that_was_written_is_not_overwritten(clinic):
    fill_place(clinic)
    write(clinic, "place_prefix", "411624104133")
    write(clinic, "place_village_code", "220")
    assert control(clinic, QLineEdit, "place_prefix").text() == "411624104133"


def test_a_township_has_neither_village_nor_prefix(start):
    click(control(start, QPushButton, "start_township"))
    assert not control(start, QLineEdit, "place_village").isVisible()
    assert not control(start, QLineEdit, "place_prefix").isVisible()
    fill_place(start)
    assert control(start, QLabel, "place_code").text() == "12 位区划代码：411624 104 000"
    click(control(start, QPushButton, "start_next"))
    role = control(start, QComboBox, "user_role")
    assert "卫生院药师" in [role.itemText(row) for row in range(role.count())]


def test_what_is_wrong_stands_beside_its_field_and_nothing_goes_on(clinic):
    fill_place(clinic, village_code="21")
    click(control(clinic, QPushButton, "start_next"))
    assert clinic.current_step() is clinic.place_step
    assert "12 位数字" in control(clinic, QLabel, "place_township_code_problem").text()


def test_an_odd_prefix_is_asked_about(clinic, dialogs):
    fill_place(clinic)
    write(clinic, "place_prefix", "411624104215")
    click(control(clinic, QPushButton, "start_next"))
    assert clinic.current_step() is clinic.place_step
    assert "统计用的村代码" in str(dialogs.asked[-1].happened)
    dialogs.will_answer("use")
    click(control(clinic, QPushButton, "start_next"))
    assert clinic.current_step() is clinic.user_step


@pytest.mark.parametrize(("pin", "again", "where", "said"), [
    ("12", None, "user_pin_problem", "4 到 8 位"), ("1234", None, "user_pin_problem", "太好猜"),
    ("2580", "2581", "user_pin_again_problem", "不一样"),
])
def test_a_pin_must_be_good_and_typed_twice_alike(clinic, folder, pin, again, where, said):
    fill_place(clinic)
    click(control(clinic, QPushButton, "start_next"))
    fill_user(clinic, pin, again)
    click(control(clinic, QPushButton, "start_next"))
    assert said in control(clinic, QLabel, where).text()
    assert not folder.exists()


def test_the_desk_is_made_and_its_first_user_goes_straight_in(clinic, folder, store, qtbot):
    finish(clinic)
    words = control(clinic, QLabel, "recovery_text").text()
    assert len(words.split()) == 17
    with qtbot.waitSignal(clinic.founded) as founded:
        click(control(clinic, QPushButton, "recovery_done"))
    made = founded.args[0]
    assert (made.desk.place.name, made.desk.place.record_prefix) == ("柳庄村卫生室", "411624104115")
    assert (made.desk.actor.name, made.desk.actor.role) == ("王明", "village_doctor")
    assert made.recovery_key.split() == words.split()
    made.database.close()
    assert look(folder, store).state is State.READY


def test_going_back_leaves_nothing_behind(clinic, folder):
    fill_place(clinic)
    click(control(clinic, QPushButton, "start_next"))
    fill_user(clinic)
    press(control(clinic, QLineEdit, "user_name"), Qt.Key.Key_Escape)
    assert clinic.current_step() is clinic.place_step
    press(control(clinic, QLineEdit, "place_name"), Qt.Key.Key_Escape)
    assert clinic.current_step() is clinic.kind_step
    assert not folder.exists()


def test_what_was_filled_in_is_still_there_after_going_back(clinic):
    fill_place(clinic)
    click(control(clinic, QPushButton, "start_next"))
    click(control(clinic, QPushButton, "start_back"))
    assert control(clinic, QLineEdit, "place_name").text() == "柳庄村卫生室"


def test_enter_goes_from_line_to_line(clinic):
    write(clinic, "place_township", "青石镇")
    press(control(clinic, QLineEdit, "place_township"), Qt.Key.Key_Return)
    assert clinic.focusWidget().objectName() == "place_township_code"


def test_ctrl_enter_goes_to_the_next_step(clinic):
    fill_place(clinic)
    press(control(clinic, QLineEdit, "place_name"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert clinic.current_step() is clinic.user_step


def test_without_a_keyring_a_passphrase_is_asked_for(open_start, folder):
    page = open_start(SilentStore())
    click(control(page, QPushButton, "start_clinic"))
    finish(page)
    assert page.current_step() is page.key_step
    assert look(folder, SilentStore()).state is State.NEW
    write(page, "start_passphrase", "short")
    write(page, "start_passphrase_again", "short")
    click(control(page, QPushButton, "start_next"))
    assert "至少要 8 个字" in control(page, QLabel, "start_problem").text()
    write(page, "start_passphrase", PASSPHRASE)
    write(page, "start_passphrase_again", PASSPHRASE)
    click(control(page, QPushButton, "start_next"))
    assert page.current_step().objectName() == "start_recovery"
    click(control(page, QPushButton, "recovery_done"))
    assert look(folder, SilentStore()).state is State.IN_USE


@pytest.mark.parametrize(("passphrase", "said"), [
    ("", "建议用一句话"), ("12345678", "偏弱"), ("aaaabbbb", "偏弱"), ("horse2580", "可以"), ("白石桥头卖豆腐", "建议用一句话"),
    ("白石桥头卖豆腐的人", "很好"), ("correct horse battery", "很好"),
])
def test_a_passphrase_is_advised_upon_while_it_is_typed(passphrase, said):
    assert advice(passphrase).startswith(said)


def test_a_folder_that_cannot_be_written_is_said_and_nothing_is_lost(open_start, store, folder, tmp_path):
    folder.write_text("a file where the folder should be", encoding="utf-8")
    page = open_start(store)
    click(control(page, QPushButton, "start_clinic"))
    finish(page)
    assert "不能读写" in control(page, QLabel, "start_problem").text()
    assert control(page, QLineEdit, "user_name").text() == "王明"


# --- the county's list of codes -------------------------------------------------------------------------------


@pytest.fixture
def listed(clinic, dialogs, tmp_path):
    """The first start with the county's list read in."""
    file = tmp_path / "代码.csv"
    file.write_text("代码,名称\n411624104000,青石镇\n411624104215,柳庄村\n411624105201,远村\n", encoding="utf-8")
    dialogs.will_choose(file)
    clinic.place_step.province.set_value("41")
    clinic.place_step.city.set_value("4116")
    clinic.place_step.county.set_value("411624")
    click(control(clinic, QPushButton, "place_list"))
    return clinic


def test_codes_follow_from_names_of_the_list(listed):
    assert "3 个" in control(listed, QLabel, "place_list_note").text()
    write(listed, "place_township", "青石镇")
    press(control(listed, QLineEdit, "place_township"), Qt.Key.Key_Return)
    assert control(listed, QLineEdit, "place_township_code").text() == "104"
    write(listed, "place_village", "柳庄村")
    press(control(listed, QLineEdit, "place_village"), Qt.Key.Key_Return)
    assert control(listed, QLineEdit, "place_village_code").text() == "215"
    assert control(listed, QLineEdit, "place_name").text() == "柳庄村卫生室"


def test_a_list_without_codes_is_refused(clinic, dialogs, tmp_path):
    file = tmp_path / "别的.csv"
    file.write_text("名称,人数\n柳庄,300\n", encoding="utf-8")
    dialogs.will_choose(file)
    click(control(clinic, QPushButton, "place_list"))
    assert "没有找到乡镇或村的代码" in dialogs.last_told()
