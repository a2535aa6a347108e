"""Importing a roster: the file is opened, or refused, and it is told what each of its columns holds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.services.residents import Residents
from tests.ui.dropped_files import drop
from tests.ui.hands import click, control, press
from tests.ui.screens.import_roster.roster_files import HEADERS, roster_rows, write_roster
from tests.ui.screens.import_roster.roster_pages import (
    all_residents,
    button,
    choose_target,
    confirm,
    target_box,
)
from ui.widgets.chips import Chip
from ui.widgets.field_row import ComboBox

FOREIGN = {
    "空的.xlsx": (b"", "空文件"),
    "坏的.xlsx": (b"PK\x03\x04 this is no archive", "已损坏"),
    "加密.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "旧的.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "旧版"),
    "照片.csv": (b"\xff\xd8\xff\xe0 picture", "不是表格"),
    "乱码.csv": ("姓名,性别\n李四,男\n".encode("utf-16-le") + b"\x00", "不是表格"),
    "网页.xlsx": (b"<html><table></table></html>", "网页"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_cannot_be_read_is_told_in_words_and_another_can_be_chosen(
    open_screen, dialogs, tmp_path, name
):
    content, word = FOREIGN[name]
    (tmp_path / name).write_bytes(content)
    window, screen = open_screen()
    dialogs.will_choose(tmp_path / name, write_roster(tmp_path / "好的.xlsx", 3))
    press(window, Qt.Key.Key_F2)
    assert word in dialogs.last_told()
    assert button(screen, "choose_file").isVisible()
    press(window, Qt.Key.Key_F2)
    assert button(screen, "check_roster").isVisible()


def test_a_file_is_opened_by_dropping_it(open_screen, tmp_path):
    _window, screen = open_screen()
    drop(screen, [write_roster(tmp_path / "名单.xlsx", 3)])
    assert button(screen, "check_roster").isVisible()


def test_another_sheet_of_the_file_can_be_chosen(open_screen, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 3))
    sheet = control(screen, ComboBox, "sheet")
    assert [sheet.itemText(number) for number in range(sheet.count())] == ["名单", "说明"]
    press(sheet, Qt.Key.Key_Down)
    assert control(screen, QLabel, "mapping_problem").text() == "没有找到“姓名”这一列，请指定哪一列是姓名。"
    assert not button(screen, "check_roster").isEnabled()
    press(sheet, Qt.Key.Key_Up)
    assert button(screen, "check_roster").isEnabled()


def test_a_wrong_guess_is_corrected_by_the_keyboard_and_kept_for_the_next_file(
    open_screen, dialogs, tmp_path
):
    headers = ("编号", "谁", *HEADERS[2:])
    path = write_roster(tmp_path / "名单.xlsx", rows=roster_rows(3), headers=headers)
    _window, screen = open_screen()
    screen.open_file(path)
    assert not button(screen, "check_roster").isEnabled()
    choose_target(screen, 1, "name")
    assert button(screen, "check_roster").isEnabled()
    assert control(screen, Chip, "found_by_1").text() == "您指定"

    kept = tmp_path / "对应.json"
    dialogs.will_choose(kept, kept)
    click(button(screen, "save_mapping"))
    screen.open_file(path)
    assert not button(screen, "check_roster").isEnabled()
    click(button(screen, "load_mapping"))
    assert target_box(screen, 1).target() == "name"
    click(button(screen, "guess_again"))
    assert target_box(screen, 1).target() is None


def test_a_target_is_held_by_one_column_only(open_screen, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 3))
    choose_target(screen, 9, "name")
    assert target_box(screen, 1).target() is None
    assert target_box(screen, 9).target() == "name"


def test_a_file_that_is_no_mapping_is_told(open_screen, dialogs, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 3))
    (tmp_path / "别的.json").write_text("[]", encoding="utf-8")
    dialogs.will_choose(tmp_path / "别的.json")
    click(button(screen, "load_mapping"))
    assert "不是对应关系文件" in dialogs.last_told()


def test_the_mapping_of_the_last_file_is_used_for_the_next_with_the_same_headers(open_screen, tmp_path):
    headers = ("编号", "谁", *HEADERS[2:])
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "一.xlsx", rows=roster_rows(3), headers=headers))
    choose_target(screen, 1, "name")
    choose_target(screen, 8, "")
    screen.check_lines()
    screen.open_file(write_roster(tmp_path / "二.xlsx", rows=roster_rows(5), headers=headers))
    assert target_box(screen, 1).target() == "name"
    assert target_box(screen, 8).target() is None
    screen.open_file(write_roster(tmp_path / "三.xlsx", 3))
    assert target_box(screen, 8).target() == "education"


def test_codes_are_only_taken_when_their_edition_is_told(open_screen, clinic_desk, dialogs, tmp_path):
    headers = ("姓名", "身份证号", "文化程度")
    rows = [(row[1], row[2], code) for row, code in zip(roster_rows(4), ("1", "2", "3", "5"), strict=True)]
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", rows=rows, headers=headers))
    coding = control(screen, ComboBox, "coding_education")
    assert coding.value() == ""
    coding.set_value("form")
    screen.check_lines()
    confirm(screen, dialogs)
    records = [Residents(clinic_desk).record(person.id) for person in all_residents(clinic_desk)]
    assert [record.info["education"] for record in records] == [1, 2, 3, 5]
