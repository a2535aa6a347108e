"""Importing a roster through the window: from the file to the residents, and everything that can go otherwise."""

from __future__ import annotations

from threading import Event

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from sqlalchemy import func, select

from app.interchange.roster import RosterImport
from app.services.residents import Residents
from db.models import Household, Resident
from tests.desks import Clock, make_clinic
from tests.ui.hands import click, control, press
from tests.ui.screens.roster_files import HEADERS, roster_rows, write_roster
from ui.background import BackgroundRunner, ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens.import_roster import entry
from ui.screens.import_roster.target_box import TargetBox
from ui.services import Services
from ui.shell.main_window import MainWindow
from ui.widgets.buttons import Button
from ui.widgets.chips import Chip
from ui.widgets.field_row import ComboBox
from ui.widgets.naming import unnamed_controls
from ui.widgets.progress_window import ProgressWindow
from ui.widgets.segmented import Segmented
from ui.widgets.table import DataTable, cell_words

COUNT, BAD = 300, 15


@pytest.fixture
def desk(tmp_path):
    made = make_clinic(tmp_path / "desk", Clock())
    yield made
    made.close()


@pytest.fixture
def visited():
    """Where the screen sent the user."""
    return []


@pytest.fixture
def open_screen(qtbot, desk, dialogs, visited):
    """open_screen(make_runner) → (window, screen); `make_runner(window)` where work shall run in the background."""

    def make(make_runner=lambda window: ImmediateRunner()):
        window = MainWindow()
        qtbot.addWidget(window)
        services = Services(desk, make_runner(window), dialogs, say=window.say,
                            navigate=lambda key, /, **arguments: visited.append((key, arguments)) or True)
        window.add_screen(entry(services))
        window.show()
        window.show_desk()
        window.show_screen("import_roster")
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window, window.current_screen()

    return make


def stored(desk, model):
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(model))


def chosen_filter(screen):
    return control(screen, Segmented, "import_filter")


def filter_texts(screen):
    return [option.words() for option in chosen_filter(screen).options()]


def rows_table(screen):
    return control(screen, DataTable, "import_rows")


def button(screen, name):
    return control(screen, Button, name)


def rows_in_words(table):
    model = table.rows_model
    return [
        tuple(cell_words(model.cell(model.index(row, column))) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def choose_target(box, target):
    """Open the list of a column with a key, go to a target and take it."""
    press(box, Qt.Key.Key_Down)
    popup = box.view()
    number = next(i for i in range(box.count()) if box.itemData(i) == target)
    popup.setCurrentIndex(box.model().index(number, 0))
    press(popup, Qt.Key.Key_Return)


def test_three_hundred_lines_are_imported_by_keyboard_and_the_bad_ones_kept_aside(
    open_screen, desk, dialogs, visited, tmp_path
):
    window, screen = open_screen()
    dialogs.will_choose(write_roster(tmp_path / "名单.xlsx", COUNT)).will_answer("import")

    press(window, Qt.Key.Key_F2)
    assert control(screen, TargetBox, "target_1").target() == "name"
    assert control(screen, QLabel, "samples_3").text() == "男、女"
    press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert filter_texts(screen) == ["全部 300", "新增 285", "更改 0", "相同 0", "请确认 0", "退回 15"]
    assert button(screen, "import_residents").words() == "导入 285 人"
    assert stored(desk, Resident) == 0

    press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    question = dialogs.asked[-1]
    assert "新增 285 位居民" in question.happened
    assert "退回的 15 行不导入" in question.happened
    assert "什么也没有写入" in str(question.safe)
    assert control(screen, QLabel, "result_added").text() == "285"
    assert control(screen, QLabel, "result_left_out").text() == str(BAD)
    assert (stored(desk, Resident), stored(desk, Household)) == (285, 100)

    refused = tmp_path / "退回.xlsx"
    dialogs.will_choose(refused)
    click(button(screen, "save_refused_result"))
    sheet = load_workbook(refused).active
    assert (sheet.max_row, sheet.cell(1, 1).value, sheet.cell(1, 4).value) == (BAD + 1, "未导入的原因", "姓名")
    assert "身份证号" in sheet.cell(2, 1).value

    press(window, Qt.Key.Key_F2)
    assert visited == [("residents", {})]


def test_the_reason_of_a_refused_line_stands_beside_it_in_words_and_colour(open_screen, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 60))
    screen.check_lines()
    click(control(screen, type(chosen_filter(screen).buttons[0]), "import_filter_refuse"))
    table = rows_table(screen)
    assert [row.line for row in table.rows()] == [21, 41, 61]
    line, _name, action, happens, reason = rows_in_words(table)[0]
    assert (line, action, happens) == ("21", "退回", "不写入")
    assert "身份证号最后一位" in reason
    cell = table.rows_model.cell(table.rows_model.index(0, 4))
    assert (cell.tone, cell.icon) == ("red", "error")


def test_a_second_import_shows_old_and_new_values_and_what_is_the_same(open_screen, desk, dialogs, tmp_path):
    rows = roster_rows(19)
    _window, screen = open_screen()
    dialogs.will_answer("import")
    screen.open_file(write_roster(tmp_path / "一.xlsx", rows=rows))
    screen.check_lines()
    screen.ask_and_import()
    moved = [(*row[:4], "13900001111", *row[5:]) if row[0] == "5" else row for row in rows]
    screen.open_file(write_roster(tmp_path / "二.xlsx", rows=moved))
    screen.check_lines()
    assert filter_texts(screen) == ["全部 19", "新增 0", "更改 1", "相同 18", "请确认 0", "退回 0"]
    screen.check_page.show_filter("change")
    assert rows_in_words(rows_table(screen))[0][3] == "联系电话：13800000004 → 13900001111"
    dialogs.will_answer("import")
    screen.ask_and_import()
    assert [resident.phone for resident in all_residents(desk) if resident.phone == "13900001111"] == ["13900001111"]


def all_residents(desk):
    with desk.sessions.reading() as session:
        return list(session.scalars(select(Resident)))


def renamed_roster(tmp_path, *, names):
    """Two files: a roster, and the same with other names for some lines, so that these ask."""
    rows = roster_rows(12)
    other = [(row[0], names.get(row[0], row[1]), *row[2:]) for row in rows]
    return write_roster(tmp_path / "一.xlsx", rows=rows), write_roster(tmp_path / "二.xlsx", rows=other)


@pytest.fixture
def asking(open_screen, dialogs, tmp_path):
    """The list of a roster of which lines 3, 5 and 7 ask whether a person was renamed."""
    first, second = renamed_roster(tmp_path, names={"2": "张新名", "4": "李新名", "6": "王新名"})
    window, screen = open_screen()
    dialogs.will_answer("import")
    screen.open_file(first)
    screen.check_lines()
    screen.ask_and_import()
    screen.open_file(second)
    screen.check_lines()
    return window, screen


def test_lines_that_ask_are_shown_first_and_accepted_one_by_one(asking):
    _window, screen = asking
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
    _window, screen = asking
    press(rows_table(screen), Qt.Key.Key_Return)
    screen.check_page.show_filter("change")
    assert "已定" in rows_in_words(rows_table(screen))[0][2]
    click(button(screen, "undo_decision"))
    assert filter_texts(screen)[4] == "请确认 3"


def test_all_lines_that_ask_are_accepted_at_once(asking, desk, dialogs):
    _window, screen = asking
    assert button(screen, "accept_all").words() == "请确认的 3 行都接受"
    click(button(screen, "accept_all"))
    assert filter_texts(screen) == ["全部 12", "新增 0", "更改 3", "相同 9", "请确认 0", "退回 0"]
    assert button(screen, "accept_all").isHidden()
    dialogs.will_answer("import")
    screen.ask_and_import()
    names = {resident.name for resident in all_residents(desk)}
    assert {"张新名", "李新名", "王新名"} <= names


def test_somebody_of_the_same_name_and_birth_may_be_somebody_else(open_screen, desk, dialogs, tmp_path):
    headers = ("姓名", "性别", "出生日期", "联系电话")
    _window, screen = open_screen()
    dialogs.will_answer("import")
    screen.open_file(write_roster(tmp_path / "一.xlsx", headers=headers, rows=[("张三", "男", "1960-01-02", "13800001111")]))
    screen.check_lines()
    screen.ask_and_import()
    screen.open_file(write_roster(tmp_path / "二.xlsx", headers=headers, rows=[("张三", "男", "1960-01-02", "13800002222")]))
    screen.check_lines()
    assert button(screen, "accept_same").words() == "是同一个人，更改档案"
    click(button(screen, "accept_new"))
    assert button(screen, "import_residents").words() == "导入 1 人"
    dialogs.will_answer("import")
    screen.ask_and_import()
    assert stored(desk, Resident) == 2


class HeldRunner(BackgroundRunner):
    """Work that waits at its first step until it is asked to stop, while `holds` is on."""

    holds = False

    def run(self, work, **options):
        def held(report, cancelled):
            def step(done, total, sentence):
                report(done, total, sentence)
                while self.holds and not cancelled():
                    Event().wait(0.001)

            return work(step, cancelled)

        return super().run(held, **options)


def test_an_import_that_is_stopped_changes_nothing_and_says_so(qtbot, open_screen, desk, dialogs, tmp_path):
    window, screen = open_screen(HeldRunner)
    runner = screen.services.runner
    try:
        screen.open_file(write_roster(tmp_path / "名单.xlsx", COUNT))
        qtbot.waitUntil(lambda: not runner.is_busy())
        press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: not runner.is_busy())
        assert button(screen, "import_residents").isVisible()
        runner.holds = True
        dialogs.will_answer("import", "import")
        press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: bool(window.findChildren(ProgressWindow)))
        progress = window.findChildren(ProgressWindow)[0]
        assert "正在整理" in control(progress, QLabel, "progress_step").text()
        press(progress, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not runner.is_busy())
        assert window.said() == "已停下，名单没有导入，档案没有任何改动。"
        assert stored(desk, Resident) == 0

        runner.holds = False
        qtbot.waitUntil(lambda: not window.findChildren(ProgressWindow))
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda: button(screen, "see_residents").isVisible())
        assert stored(desk, Resident) == COUNT - BAD
    finally:
        runner.holds = False
        runner.close()


def test_nothing_is_imported_when_the_question_is_answered_with_no(open_screen, desk, tmp_path):
    window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 20))
    screen.check_lines()
    press(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert stored(desk, Resident) == 0
    assert button(screen, "import_residents").isVisible()


def test_records_changed_in_the_meantime_are_looked_at_again_before_anything_is_written(
    open_screen, desk, dialogs, tmp_path
):
    rows = roster_rows(6)
    _window, screen = open_screen()
    dialogs.will_answer("import", "import")
    screen.open_file(write_roster(tmp_path / "名单.xlsx", rows=rows))
    screen.check_lines()
    other = open_second_import(desk, write_roster(tmp_path / "别人.xlsx", rows=rows[:2]))
    assert other.added == 2
    screen.ask_and_import()
    assert "请重新核对一遍" in dialogs.last_told()
    assert filter_texts(screen)[1:4] == ["新增 4", "更改 0", "相同 2"]
    screen.ask_and_import()
    assert stored(desk, Resident) == 6


def open_second_import(desk, path):
    roster = RosterImport(desk)
    table = roster.read(path)
    return roster.apply(roster.dry_run(table, roster.guess(table)))


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
def test_a_file_that_cannot_be_read_is_told_in_words_and_another_can_be_chosen(open_screen, dialogs, tmp_path, name):
    content, word = FOREIGN[name]
    (tmp_path / name).write_bytes(content)
    window, screen = open_screen()
    dialogs.will_choose(tmp_path / name, write_roster(tmp_path / "好的.xlsx", 3))
    press(window, Qt.Key.Key_F2)
    assert word in dialogs.last_told()
    assert button(screen, "choose_file").isVisible()
    press(window, Qt.Key.Key_F2)
    assert button(screen, "check_roster").isVisible()


def test_a_file_is_opened_by_dropping_it(qtbot, open_screen, tmp_path):
    _window, screen = open_screen()
    path = write_roster(tmp_path / "名单.xlsx", 3)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(50, 50), copy, data, left, none)
    QApplication.sendEvent(screen, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(screen, QDropEvent(QPointF(50, 50), copy, data, left, none))
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


def test_a_wrong_guess_is_corrected_by_the_keyboard_and_kept_for_the_next_file(open_screen, dialogs, tmp_path):
    headers = ("编号", "谁", *HEADERS[2:])
    path = write_roster(tmp_path / "名单.xlsx", rows=roster_rows(3), headers=headers)
    _window, screen = open_screen()
    screen.open_file(path)
    assert not button(screen, "check_roster").isEnabled()
    choose_target(control(screen, TargetBox, "target_1"), "name")
    assert button(screen, "check_roster").isEnabled()
    assert control(screen, Chip, "found_by_1").text() == "您指定"

    kept = tmp_path / "对应.json"
    dialogs.will_choose(kept, kept)
    click(button(screen, "save_mapping"))
    screen.open_file(path)
    assert not button(screen, "check_roster").isEnabled()
    click(button(screen, "load_mapping"))
    assert control(screen, TargetBox, "target_1").target() == "name"
    click(button(screen, "guess_again"))
    assert control(screen, TargetBox, "target_1").target() is None


def test_a_target_is_held_by_one_column_only(open_screen, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 3))
    choose_target(control(screen, TargetBox, "target_9"), "name")
    assert control(screen, TargetBox, "target_1").target() is None
    assert control(screen, TargetBox, "target_9").target() == "name"


def test_a_file_that_is_no_mapping_is_told(open_screen, dialogs, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 3))
    (tmp_path / "别的.json").write_text("[]", encoding="utf-8")
    dialogs.will_choose(tmp_path / "别的.json")
    click(button(screen, "load_mapping"))
    assert "不是对应关系文件" in dialogs.last_told()


def test_codes_are_only_taken_when_their_edition_is_told(open_screen, desk, dialogs, tmp_path):
    headers = ("姓名", "身份证号", "文化程度")
    rows = [(row[1], row[2], code) for row, code in zip(roster_rows(4), ("1", "2", "3", "5"), strict=True)]
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", rows=rows, headers=headers))
    coding = control(screen, ComboBox, "coding_education")
    assert coding.value() == ""
    coding.set_value("form")
    dialogs.will_answer("import")
    screen.check_lines()
    screen.ask_and_import()
    records = [Residents(desk).record(person.id) for person in all_residents(desk)]
    assert [record.info["education"] for record in records] == [1, 2, 3, 5]


def test_numbers_that_fail_are_kept_when_the_user_wants_that(open_screen, tmp_path):
    headers, rows = ("姓名", "身份证号", "性别", "出生日期"), [("张三", "411624196001021238", "男", "1960-01-02")]
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", headers=headers, rows=rows))
    screen.check_lines()
    assert filter_texts(screen)[-1] == "退回 1"
    assert screen.back_action()
    press(control(screen, QCheckBox, "keep_unverified_ids"), Qt.Key.Key_Space)
    screen.check_lines()
    assert filter_texts(screen)[1] == "新增 1"
    assert "待核实" in rows_in_words(rows_table(screen))[0][4]


def test_the_mapping_of_the_last_file_is_used_for_the_next_with_the_same_headers(open_screen, tmp_path):
    headers = ("编号", "谁", *HEADERS[2:])
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "一.xlsx", rows=roster_rows(3), headers=headers))
    choose_target(control(screen, TargetBox, "target_1"), "name")
    choose_target(control(screen, TargetBox, "target_8"), "")
    screen.check_lines()
    screen.open_file(write_roster(tmp_path / "二.xlsx", rows=roster_rows(5), headers=headers))
    assert control(screen, TargetBox, "target_1").target() == "name"
    assert control(screen, TargetBox, "target_8").target() is None
    screen.open_file(write_roster(tmp_path / "三.xlsx", 3))
    assert control(screen, TargetBox, "target_8").target() == "education"


def test_escape_goes_back_page_by_page(open_screen, tmp_path):
    window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 3))
    screen.check_lines()
    press(rows_table(screen), Qt.Key.Key_Escape)
    assert button(screen, "check_roster").isVisible()
    press(button(screen, "check_roster"), Qt.Key.Key_Escape)
    assert button(screen, "choose_file").isVisible()
    assert not window.go_back()


def test_people_with_a_disease_who_are_not_enrolled_are_named(open_screen, dialogs, visited, tmp_path):
    _window, screen = open_screen()
    screen.open_file(write_roster(tmp_path / "名单.xlsx", 12))
    screen.check_lines()
    dialogs.will_answer("import")
    screen.ask_and_import()
    table = control(screen, DataTable, "found_diseases")
    assert [words[1] for words in rows_in_words(table)] == ["高血压", "高血压"]
    table.setFocus()
    press(table, Qt.Key.Key_Return)
    assert visited == [("residents", {"resident_id": table.rows()[0].resident_id})]


def test_two_and_a_half_thousand_lines_leave_the_window_alive(qtbot, open_screen, tmp_path):
    _window, screen = open_screen(BackgroundRunner)
    runner = screen.services.runner
    try:
        screen.open_file(write_roster(tmp_path / "名单.xlsx", 2500))
        assert runner.is_busy()
        qtbot.waitUntil(lambda: button(screen, "check_roster").isVisible(), timeout=20_000)
        screen.check_lines()
        assert runner.is_busy()
        qtbot.waitUntil(lambda: button(screen, "import_residents").isVisible(), timeout=20_000)
        assert len(rows_table(screen).rows()) == 2500
    finally:
        runner.close()


def test_every_control_has_a_name(open_screen, dialogs, tmp_path):
    _window, screen = open_screen()
    dialogs.will_answer("import")
    steps = (lambda: screen.open_file(write_roster(tmp_path / "名单.xlsx", 20)), screen.check_lines, screen.ask_and_import)
    assert unnamed_controls(screen) == []
    for step in steps:
        step()
        assert unnamed_controls(screen) == []


def test_the_screen_belongs_to_the_residents_and_tells_its_keys(open_screen, desk):
    made = entry(Services(desk, ImmediateRunner(), ScriptedDialogs()))
    assert (made.key, made.in_navigation, made.belongs_to) == ("import_roster", False, "residents")
    _window, screen = open_screen()
    assert ("Delete", "不导入选中的一行，或恢复") in screen.shortcuts()
