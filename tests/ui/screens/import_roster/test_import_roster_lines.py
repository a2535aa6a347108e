"""Importing a roster: each line is looked at before anything is written, and the doctor decides about those that ask."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QCheckBox

from db.models import Resident
from tests.ui.hands import click, control, press
from tests.ui.screens.import_roster.roster_files import roster_rows, write_roster
from tests.ui.screens.import_roster.roster_pages import (
    all_residents,
    button,
    check,
    chosen_filter,
    confirm,
    filter_texts,
    import_all,
    rows_in_words,
    rows_table,
    stored,
)


def test_the_reason_of_a_refused_line_stands_beside_it_in_words_and_colour(open_screen, tmp_path):
    _window, screen = open_screen()
    check(screen, write_roster(tmp_path / "名单.xlsx", 60))
    click(control(screen, QAbstractButton, "import_filter_refuse"))
    table = rows_table(screen)
    assert [row.line for row in table.rows()] == [21, 41, 61]
    line, _name, action, happens, reason = rows_in_words(table)[0]
    assert (line, action, happens) == ("21", "退回", "不写入")
    assert "身份证号最后一位" in reason
    cell = table.rows_model.cell(table.rows_model.index(0, 4))
    assert (cell.tone, cell.icon) == ("red", "error")


def test_a_second_import_shows_old_and_new_values_and_what_is_the_same(
    open_screen, clinic_desk, dialogs, tmp_path
):
    rows = roster_rows(19)
    _window, screen = open_screen()
    import_all(screen, dialogs, write_roster(tmp_path / "一.xlsx", rows=rows))
    moved = [(*row[:4], "13900001111", *row[5:]) if row[0] == "5" else row for row in rows]
    check(screen, write_roster(tmp_path / "二.xlsx", rows=moved))
    assert filter_texts(screen) == ["全部 19", "新增 0", "更改 1", "相同 18", "请确认 0", "退回 0"]
    screen.check_page.show_filter("change")
    assert rows_in_words(rows_table(screen))[0][3] == "联系电话：13800000004 → 13900001111"
    confirm(screen, dialogs)
    assert [resident.phone for resident in all_residents(clinic_desk)].count("13900001111") == 1


def test_numbers_that_fail_are_kept_when_the_user_wants_that(open_screen, tmp_path):
    headers, rows = (
        ("姓名", "身份证号", "性别", "出生日期"),
        [("张三", "411624196001021238", "男", "1960-01-02")],
    )
    _window, screen = open_screen()
    check(screen, write_roster(tmp_path / "名单.xlsx", headers=headers, rows=rows))
    assert filter_texts(screen)[-1] == "退回 1"
    assert screen.back_action()
    press(control(screen, QCheckBox, "keep_unverified_ids"), Qt.Key.Key_Space)
    screen.check_lines()
    assert filter_texts(screen)[1] == "新增 1"
    assert "待核实" in rows_in_words(rows_table(screen))[0][4]


def renamed_roster(folder, names):
    """Two files: a roster, and the same with other names for some lines, so that these ask."""
    rows = roster_rows(12)
    other = [(row[0], names.get(row[0], row[1]), *row[2:]) for row in rows]
    return write_roster(folder / "一.xlsx", rows=rows), write_roster(folder / "二.xlsx", rows=other)


@pytest.fixture
def asking(open_screen, dialogs, tmp_path):
    """The list of a roster of which lines 3, 5 and 7 ask whether a person was renamed."""
    first, second = renamed_roster(tmp_path, {"2": "张新名", "4": "李新名", "6": "王新名"})
    _window, screen = open_screen()
    import_all(screen, dialogs, first)
    check(screen, second)
    return screen


def test_lines_that_ask_are_shown_first_and_accepted_one_by_one(asking):
    screen = asking
    table = rows_table(screen)
    assert chosen_filter(screen).value() == "ask"
    assert [row.line for row in table.rows()] == [3, 5, 7]
    table.setFocus()
    press(table, Qt.Key.Key_Return)
    assert [row.line for row in table.rows()] == [5, 7]
    assert table.current_row().line == 5
    press(table, Qt.Key.Key_Delete)
    assert filter_texts(screen) == ["全部 12", "新增 0", "更改 1", "相同 9", "请确认 1", "退回 1"]
    assert button(screen, "import_residents").words() == "导入 1 人"


def test_a_decision_can_be_taken_back(asking):
    screen = asking
    press(rows_table(screen), Qt.Key.Key_Return)
    screen.check_page.show_filter("change")
    assert "已定" in rows_in_words(rows_table(screen))[0][2]
    click(button(screen, "undo_decision"))
    assert filter_texts(screen)[4] == "请确认 3"


def test_all_lines_that_ask_are_accepted_at_once(asking, clinic_desk, dialogs):
    screen = asking
    assert button(screen, "accept_all").words() == "请确认的 3 行都接受"
    click(button(screen, "accept_all"))
    assert filter_texts(screen) == ["全部 12", "新增 0", "更改 3", "相同 9", "请确认 0", "退回 0"]
    assert button(screen, "accept_all").isHidden()
    confirm(screen, dialogs)
    names = {resident.name for resident in all_residents(clinic_desk)}
    assert {"张新名", "李新名", "王新名"} <= names


def test_somebody_of_the_same_name_and_birth_may_be_somebody_else(
    open_screen, clinic_desk, dialogs, tmp_path
):
    headers = ("姓名", "性别", "出生日期", "联系电话")
    _window, screen = open_screen()
    import_all(
        screen,
        dialogs,
        write_roster(
            tmp_path / "一.xlsx", headers=headers, rows=[("张三", "男", "1960-01-02", "13800001111")]
        ),
    )
    check(
        screen,
        write_roster(
            tmp_path / "二.xlsx", headers=headers, rows=[("张三", "男", "1960-01-02", "13800002222")]
        ),
    )
    assert button(screen, "accept_same").words() == "是同一个人，更改档案"
    click(button(screen, "accept_new"))
    assert button(screen, "import_residents").words() == "导入 1 人"
    confirm(screen, dialogs)
    assert stored(clinic_desk, Resident) == 2
