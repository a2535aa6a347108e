"""Importing a roster: from the file to the residents, what stops it, what it leaves aside, and the window meanwhile."""

from __future__ import annotations

from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.interchange.roster import RosterImport
from db.models import Household, Resident
from tests.ui.hands import CTRL, click, control, press
from tests.ui.saved_tables import sheet_rows
from tests.ui.screens.import_roster.roster_files import roster_rows, write_roster
from tests.ui.screens.import_roster.roster_pages import (
    button,
    check,
    filter_texts,
    import_all,
    rows_in_words,
    rows_table,
    stored,
    target_box,
)
from ui.background import BackgroundRunner, ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.screens.import_roster import entry
from ui.services import Services
from ui.widgets.naming import unnamed_controls
from ui.widgets.progress_window import ProgressWindow
from ui.widgets.table import DataTable

COUNT, BAD = 300, 15


def test_three_hundred_lines_are_imported_by_keyboard_and_the_bad_ones_kept_aside(
    open_screen, clinic_desk, dialogs, visited, tmp_path
):
    window, screen = open_screen()
    dialogs.will_choose(write_roster(tmp_path / "名单.xlsx", COUNT)).will_answer("import")

    press(window, Qt.Key.Key_F2)
    assert target_box(screen, 1).target() == "name"
    assert control(screen, QLabel, "samples_3").text() == "男、女"
    press(window, Qt.Key.Key_Return, CTRL)
    assert filter_texts(screen) == ["全部 300", "新增 285", "更改 0", "相同 0", "请确认 0", "退回 15"]
    assert button(screen, "import_residents").words() == "导入 285 人"
    assert stored(clinic_desk, Resident) == 0

    press(window, Qt.Key.Key_Return, CTRL)
    question = dialogs.asked[-1]
    assert "新增 285 位居民" in question.happened
    assert "退回的 15 行不导入" in question.happened
    assert "什么也没有写入" in str(question.safe)
    assert control(screen, QLabel, "result_added").text() == "285"
    assert control(screen, QLabel, "result_left_out").text() == str(BAD)
    assert (stored(clinic_desk, Resident), stored(clinic_desk, Household)) == (285, 100)

    refused = tmp_path / "退回.xlsx"
    dialogs.will_choose(refused)
    click(button(screen, "save_refused_result"))
    rows = sheet_rows(refused)
    assert (len(rows), rows[0][0], rows[0][3]) == (BAD + 1, "未导入的原因", "姓名")
    assert "身份证号" in rows[1][0]

    press(window, Qt.Key.Key_F2)
    assert visited == [("residents", {})]


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


def until_idle(qtbot, window, runner):
    """Until the work is over, its progress window has gone, and the keyboard is the window's again."""
    qtbot.waitUntil(lambda: not runner.is_busy() and not window.findChildren(ProgressWindow))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_an_import_that_is_stopped_changes_nothing_and_says_so(
    qtbot, open_screen, clinic_desk, dialogs, tmp_path
):
    window, screen = open_screen(HeldRunner)
    runner = screen.services.runner
    try:
        screen.open_file(write_roster(tmp_path / "名单.xlsx", COUNT))
        until_idle(qtbot, window, runner)
        press(window, Qt.Key.Key_Return, CTRL)
        until_idle(qtbot, window, runner)
        assert button(screen, "import_residents").isVisible()
        runner.holds = True
        dialogs.will_answer("import", "import")
        press(window, Qt.Key.Key_Return, CTRL)
        qtbot.waitUntil(lambda: bool(window.findChildren(ProgressWindow)))
        (progress,) = window.findChildren(ProgressWindow)
        qtbot.waitUntil(lambda: "正在整理" in control(progress, QLabel, "progress_step").text())
        press(progress, Qt.Key.Key_Escape)
        until_idle(qtbot, window, runner)
        assert window.said() == "已停下，名单没有导入，档案没有任何改动。"
        assert stored(clinic_desk, Resident) == 0

        runner.holds = False
        press(window, Qt.Key.Key_Return, CTRL)
        qtbot.waitUntil(lambda: button(screen, "see_residents").isVisible())
        assert stored(clinic_desk, Resident) == COUNT - BAD
    finally:
        runner.holds = False
        runner.close()


def test_nothing_is_imported_when_the_question_is_answered_with_no(
    open_screen, clinic_desk, dialogs, tmp_path
):
    window, screen = open_screen()
    check(screen, write_roster(tmp_path / "名单.xlsx", 20))
    press(window, Qt.Key.Key_Return, CTRL)
    assert len(dialogs.asked) == 1
    assert stored(clinic_desk, Resident) == 0
    assert button(screen, "import_residents").isVisible()


def test_records_changed_in_the_meantime_are_looked_at_again_before_anything_is_written(
    open_screen, clinic_desk, dialogs, tmp_path
):
    rows = roster_rows(6)
    _window, screen = open_screen()
    dialogs.will_answer("import", "import")
    check(screen, write_roster(tmp_path / "名单.xlsx", rows=rows))
    other = import_elsewhere(clinic_desk, write_roster(tmp_path / "别人.xlsx", rows=rows[:2]))
    assert other.added == 2
    screen.ask_and_import()
    assert "请重新核对一遍" in dialogs.last_told()
    assert filter_texts(screen)[1:4] == ["新增 4", "更改 0", "相同 2"]
    screen.ask_and_import()
    assert stored(clinic_desk, Resident) == 6


def import_elsewhere(desk, path):
    """What another window imports meanwhile."""
    roster = RosterImport(desk)
    table = roster.read(path)
    return roster.apply(roster.dry_run(table, roster.guess(table)))


def test_people_with_a_disease_who_are_not_enrolled_are_named(open_screen, dialogs, visited, tmp_path):
    _window, screen = open_screen()
    import_all(screen, dialogs, write_roster(tmp_path / "名单.xlsx", 12))
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


def test_escape_goes_back_page_by_page(open_screen, tmp_path):
    window, screen = open_screen()
    check(screen, write_roster(tmp_path / "名单.xlsx", 3))
    press(rows_table(screen), Qt.Key.Key_Escape)
    assert button(screen, "check_roster").isVisible()
    press(button(screen, "check_roster"), Qt.Key.Key_Escape)
    assert button(screen, "choose_file").isVisible()
    assert not window.go_back()


def test_every_control_has_a_name(open_screen, dialogs, tmp_path):
    _window, screen = open_screen()
    dialogs.will_answer("import")
    steps = (
        lambda: screen.open_file(write_roster(tmp_path / "名单.xlsx", 20)),
        screen.check_lines,
        screen.ask_and_import,
    )
    assert unnamed_controls(screen) == []
    for step in steps:
        step()
        assert unnamed_controls(screen) == []


def test_the_screen_belongs_to_the_residents_and_tells_its_keys(open_screen, clinic_desk):
    made = entry(Services(clinic_desk, ImmediateRunner(), ScriptedDialogs()))
    assert (made.key, made.in_navigation, made.belongs_to) == ("import_roster", False, "residents")
    _window, screen = open_screen()
    assert ("Delete", "不导入选中的一行，或恢复") in screen.shortcuts()
