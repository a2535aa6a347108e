"""日间表格 and 筛查 at the keyboard, on a real encrypted desk, in the real window."""

from __future__ import annotations

import multiprocessing
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.services.day_sheets import DRAFT_KIND, RowInput, RowState
from app.services.drafts import Drafts
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.screening_rounds import ScreeningRounds
from app.services.settings import Settings
from tests.desks import Clock, make_clinic, reopen
from tests.followup_people import add_resident
from tests.scenarios.day_sheet_child import type_for_ever
from tests.ui.hands import control, type_chinese
from tests.ui.screens.follow_up_desk import TODAY, focus, follow_up_window, managed, seen_before, services_of
from ui.screens import day_sheet
from ui.screens.day_sheet.columns_window import ColumnsWindow
from ui.widgets.form_view.fields import DateControl
from ui.widgets.naming import unnamed_controls
from ui.widgets.segmented import PillChoices

NAMES = ("李桂兰", "王建国", "张秀英")
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PROCESSES = multiprocessing.get_context("spawn")


@pytest.fixture
def desk(tmp_path):
    made = make_clinic(tmp_path / "clinic", Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.fixture
def services(desk):
    return services_of(desk)


@pytest.fixture
def window(qtbot, services):
    """The real window with the list of the day, the visit and the day sheet."""
    made = follow_up_window(services)
    made.add_screen(day_sheet.entry(services))
    qtbot.addWidget(made)
    return made


def people(desk, *diseases, names=NAMES, **changes):
    """People under management who were seen a quarter of a year ago."""
    found = []
    for name in names:
        person = managed(desk, *diseases, name=name)
        seen_before(desk, person, *diseases, **changes)
        found.append(person)
    return found


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    """Press a key where the cursor is."""
    QTest.keyClick(focus(), key, modifier)


def enter(*values):
    """Type values one below the other."""
    for value in values:
        for letter in value:
            QTest.keyClick(focus(), letter)
        press(Qt.Key.Key_Return)


def sheet_of(window, found):
    """The day sheet of these people."""
    window.show_screen("day_sheet", people=found)
    return window.screen("day_sheet").page


def texts(page, column):
    """What stands in a column."""
    at = [each.key for each in page.model.columns].index(column)
    return [page.model.text(number, at) for number in range(len(page.model.rows))]


def states(page):
    """How far each row is."""
    return [page.model.verdict(row).state for row in page.model.rows]


def test_a_sheet_is_filled_down_its_columns_and_saved_by_keys_alone(desk, window):
    found = people(desk)
    page = sheet_of(window, found)

    enter("13682", "142 86", "128/80")
    enter("76", "78", "72")
    enter("63.5", "70", "58")

    assert texts(page, "bp") == ["13682", "142 86", "128/80"]
    assert page.model.words(1, 0) == "142/86"
    assert states(page) == [RowState.READY] * 3
    press(Qt.Key.Key_Return, CONTROL)

    assert window.current_key() == "today"
    assert window.said() == "已保存 3 人"
    saved = [FollowUps(desk).open_visit(person).visits[0] for person in found]
    assert [(visit.visit_date, visit.sbp, visit.dbp) for visit in saved] == [
        (TODAY, 136, 82), (TODAY, 142, 86), (TODAY, 128, 80),
    ]  # fmt: skip


def test_a_row_is_the_same_form_as_one_written_in_the_visit_screen(desk, window):
    first, second = people(desk, names=NAMES[:2])
    sheet_of(window, [first])
    enter("14886", "80", "66")
    press(Qt.Key.Key_Return, CONTROL)

    window.show_screen("follow_ups", resident_id=second)
    visit = window.screen("follow_ups").visit
    for key, value in (("symptoms", ["1"]), ("sbp", "148"), ("dbp", "86"), ("heart_rate", "80"), ("weight", "66")):
        visit.state.set(key, value)
    visit.state.set("adr", "1")
    visit.carry_all()
    assert visit.save() is not None

    by_sheet, alone = (FormRecords(desk).of_resident(person, "htn_followup")[0] for person in (first, second))
    assert by_sheet.answers == alone.answers
    assert (by_sheet.edition, by_sheet.state, by_sheet.entry_date) == (alone.edition, alone.state, alone.entry_date)


def test_a_systolic_pressure_alone_and_enter_asks_for_the_diastolic(desk, window):
    page = sheet_of(window, people(desk))

    for letter in "142":
        QTest.keyClick(focus(), letter)
    press(Qt.Key.Key_Return)
    assert focus().text() == "142/"
    for letter in "86":
        QTest.keyClick(focus(), letter)
    press(Qt.Key.Key_Return)

    assert texts(page, "bp") == ["142/86", "", ""]
    assert page.grid.currentIndex().row() == 1


def test_the_keys_of_a_spreadsheet_go_where_they_go_there(desk, window):
    page = sheet_of(window, people(desk))
    at = page.grid.currentIndex

    press(Qt.Key.Key_Tab)
    assert (at().row(), at().column()) == (0, 1)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Left)
    assert (at().row(), at().column()) == (1, 0)
    press(Qt.Key.Key_Return)
    press(Qt.Key.Key_Return)
    assert (at().row(), at().column()) == (0, 1)
    press(Qt.Key.Key_Return, SHIFT)
    assert (at().row(), at().column()) == (2, 0)
    press(Qt.Key.Key_Backtab, SHIFT)
    assert (at().row(), at().column()) == (1, len(page.model.columns) - 1)


def test_cells_that_a_disease_does_not_ask_are_passed_over(desk, window):
    found = [*people(desk, names=("李桂兰",)), *people(desk, "dm", names=("陈玉珍",))]
    page = sheet_of(window, found)
    page.grid.go_to(0, 0)

    press(Qt.Key.Key_Tab)

    assert page.model.columns[page.grid.currentIndex().column()].key == "heart_rate"
    page.grid.go_to(0, 1)
    QTest.keyClick(focus(), "7")
    assert texts(page, "fpg") == ["", ""]


def test_what_is_typed_is_judged_before_the_cell_is_left(desk, window):
    page = sheet_of(window, people(desk))
    for letter in "186/100":
        QTest.keyClick(focus(), letter)

    assert "危急" in page.panel.words()
    assert texts(page, "bp")[0] == ""


def test_last_times_value_stands_beside_the_cell_and_f4_takes_it(desk, window):
    page = sheet_of(window, people(desk))
    assert page.model.last(0, 0) == "136/82"

    for _ in range(2):
        press(Qt.Key.Key_F4)

    assert texts(page, "bp") == ["136/82", "136/82", ""]


def test_what_is_carried_is_told_and_usual_answers_stand_greyed(desk, window):
    page = sheet_of(window, people(desk))

    assert "沿用上次 16 项" in page.panel.words()
    assert "用药情况 硝苯地平控释片" in page.panel.words()
    assert page.model.usual(0, [column.key for column in page.model.columns].index("symptoms_htn")) == "无症状"


def test_a_column_of_a_spreadsheet_is_pasted_and_taken_back(desk, window):
    page = sheet_of(window, people(desk))

    QGuiApplication.clipboard().setText("142/86\n138/80\n126/78\n150/90")
    press(Qt.Key.Key_V, CONTROL)
    assert texts(page, "bp") == ["142/86", "138/80", "126/78"]
    press(Qt.Key.Key_Z, CONTROL)
    assert texts(page, "bp") == ["", "", ""]
    press(Qt.Key.Key_Y, CONTROL)
    assert texts(page, "bp") == ["142/86", "138/80", "126/78"]

    QGuiApplication.clipboard().setText("140\t88\t70\n132\t84\t66")
    press(Qt.Key.Key_V, CONTROL)
    assert texts(page, "bp")[:2] == ["140/88", "132/84"]
    assert texts(page, "heart_rate")[:2] == ["70", "66"]


def test_a_reaction_is_typed_with_its_note(desk, window):
    page = sheet_of(window, people(desk, names=("李桂兰",)))
    at = [column.key for column in page.model.columns].index("adr")
    page.grid.go_to(0, at)

    QTest.keyClick(focus(), "2")
    type_chinese(focus(), "干咳")
    press(Qt.Key.Key_Return)

    assert page.model.words(0, at) == "有（干咳）"


def test_an_unusual_value_waits_for_f6(desk, window):
    page = sheet_of(window, people(desk, names=("李桂兰",)))
    enter("13682", "130", "63.5")
    page.grid.go_to(0, 1)
    assert states(page) == [RowState.ASKS]

    press(Qt.Key.Key_F6)

    assert states(page) == [RowState.READY]


def test_the_emergency_checklist_is_gone_through_by_f6(desk, window):
    found = people(desk, names=("李桂兰",))
    page = sheet_of(window, found)
    enter("13682", "76", "63.5", "2")
    page.grid.go_to(0, 0)
    assert states(page) == [RowState.ASKS]

    press(Qt.Key.Key_F6)
    press(Qt.Key.Key_Return, CONTROL)

    assert FollowUps(desk).open_visit(found[0]).visits[0].visit_date == TODAY


def test_a_second_visit_not_controlled_is_referred_by_f8(desk, window):
    found = people(desk, names=("李桂兰",), sbp=162, dbp=96)
    page = sheet_of(window, found)
    enter("16498", "76", "63.5")
    page.grid.go_to(0, 0)
    assert states(page) == [RowState.DECIDE]

    press(Qt.Key.Key_F8)
    assert states(page) == [RowState.READY]
    press(Qt.Key.Key_F8)
    assert states(page) == [RowState.DECIDE]
    press(Qt.Key.Key_F8)
    press(Qt.Key.Key_Return, CONTROL)

    recorded = FormRecords(desk).of_resident(found[0], "htn_followup")[0]
    assert "第 2 次" in recorded.answers["referral_reason"]
    assert recorded.answers["referral_to"] == "青石镇卫生院"


def test_rows_that_cannot_be_saved_are_named_and_the_others_saved_when_agreed(desk, services, window):
    found = people(desk)
    page = sheet_of(window, found)
    enter("13682", "80/136", "12878")
    enter("76", "76", "76")
    enter("63.5", "63.5", "63.5")

    services.dialogs.answers.append("back")
    press(Qt.Key.Key_Return, CONTROL)
    assert len(page.model.rows) == 3
    assert "王建国" in str(services.dialogs.asked[-1].happened)
    assert (page.grid.currentIndex().row(), page.grid.currentIndex().column()) == (1, 0)

    services.dialogs.answers.append("others")
    press(Qt.Key.Key_Return, CONTROL)
    assert [row.name for row in page.model.rows] == ["王建国"]
    assert texts(page, "bp") == ["80/136"]
    kept = Drafts(desk).get(DRAFT_KIND, "")
    assert kept is not None
    assert list(kept.payload["rows"]) == [found[1]]


def test_somebody_visited_meanwhile_is_not_written_twice(desk, services, window):
    found = people(desk, names=NAMES[:2])
    page = sheet_of(window, found)
    enter("13682", "13682", "76", "76", "63.5", "63.5")
    seen_before(desk, found[0], days_ago=0)

    services.dialogs.answers.append("others")
    press(Qt.Key.Key_Return, CONTROL)

    assert "已经有一次随访" in str(services.dialogs.asked[-1].happened)
    assert [row.name for row in page.model.rows] == ["李桂兰"]


def test_a_row_opened_alone_takes_along_what_was_typed_and_comes_back(desk, window):
    found = people(desk, names=NAMES[:2])
    page = sheet_of(window, found)
    enter("18296")
    page.grid.go_to(0, 0)

    press(Qt.Key.Key_F2)

    visit = window.screen("follow_ups").visit
    assert window.current_key() == "follow_ups"
    assert (visit.resident_id, visit.state.raw["sbp"], visit.state.raw["cigarettes"]) == (found[0], "182", 0)
    for key, value in (("sbp", "152"), ("dbp", "88"), ("heart_rate", "76"), ("weight", "63.5")):
        visit.state.set(key, value)
    assert visit.save() is not None
    assert window.current_key() == "day_sheet"
    assert [row.name for row in window.screen("day_sheet").page.model.rows] == ["王建国"]


def test_a_sheet_that_was_left_is_offered_again(desk, services, window):
    found = people(desk)
    sheet_of(window, found)
    enter("13682", "14286")
    press(Qt.Key.Key_Escape)

    assert window.current_key() == "today"
    today = window.screen("today")
    today.show_cards()
    control(today, QPushButton, "open_day_sheet_draft").click()
    page = window.screen("day_sheet").page
    assert texts(page, "bp") == ["13682", "14286", ""]

    window.show_screen("today")
    services.dialogs.answers.append("discard")
    page = sheet_of(window, found)
    assert texts(page, "bp") == ["", "", ""]
    assert Drafts(desk).get(DRAFT_KIND, "") is None


def test_a_killed_program_leaves_its_sheet_to_go_on_with(qtbot, tmp_path):
    made = make_clinic(tmp_path / "killed", Clock())
    found = people(made)
    made.close()
    heard, said = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=type_for_ever, args=(tmp_path / "killed", found, said))
    child.start()
    said.close()
    assert heard.recv() == "kept"
    child.kill()
    child.join()

    again = reopen(tmp_path / "killed")
    services = services_of(again)
    opened = follow_up_window(services)
    opened.add_screen(day_sheet.entry(services))
    qtbot.addWidget(opened)
    services.dialogs.answers.append("resume")
    page = sheet_of(opened, found)

    assert texts(page, "bp") == ["14286", "13680", ""]
    again.close()


def test_people_are_chosen_in_the_list_of_the_day_by_space(desk, window):
    people(desk)
    today = window.screen("today")
    today.filters.when.set_value("all")
    today.refresh()
    today.table.setFocus()
    today.table.select_row(0)

    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_D, CONTROL)

    page = window.screen("day_sheet").page
    assert window.current_key() == "day_sheet"
    assert sorted(row.name for row in page.model.rows) == sorted(row.name for row in today.table.rows()[:2])


def test_the_columns_that_were_chosen_are_remembered(desk, window):
    page = sheet_of(window, people(desk))
    enter("13682")
    page.columns_asked.emit()
    columns = control(window, ColumnsWindow, "columns_window")
    control(columns, PillChoices, "column_pills").set_value(["salt", "smoking"])
    columns.on_do()

    page = window.screen("day_sheet").page
    assert [column.key for column in page.model.columns] == ["bp", "heart_rate", "weight", "smoking", "salt"]
    assert texts(page, "bp")[0] == "13682"
    assert Settings(desk).get("day_sheet_columns") == "smoking,salt"


def test_a_sheet_of_an_earlier_day_is_dated_so(desk, window):
    found = people(desk, names=("李桂兰",))
    page = sheet_of(window, found)
    day = control(page, DateControl, "day_sheet_date")
    day.setFocus()
    day.selectAll()
    QTest.keyClicks(day, "20261120")
    page.grid.setFocus()
    enter("13682", "76", "63.5")
    press(Qt.Key.Key_Return, CONTROL)

    assert FollowUps(desk).open_visit(found[0]).visits[0].visit_date == date(2026, 11, 20)


def test_a_day_that_has_not_come_is_refused(desk, window):
    page = sheet_of(window, people(desk, names=("李桂兰",)))
    day = control(page, DateControl, "day_sheet_date")
    day.setFocus()
    day.selectAll()
    QTest.keyClicks(day, "20261123")
    page.grid.setFocus()

    assert control(page, QLabel, "day_sheet_date_problem").isVisible()
    assert page.mode.on == TODAY


def test_everything_has_a_name(desk, window):
    sheet_of(window, people(desk))
    assert unnamed_controls(window.screen("day_sheet")) == []
    window.show_screen("day_sheet", kind="screening")
    assert unnamed_controls(window.screen("day_sheet")) == []


# --- screening ----------------------------------------------------------------------------------------------------


def test_a_round_of_a_group_is_typed_saved_and_its_results_shown(desk, services, window):
    for name in NAMES:
        add_resident(desk, name=name, born=date(1980, 5, 1), group="1组")
    window.show_screen("day_sheet", kind="screening", group="1组")
    screen = window.screen("day_sheet")
    assert len(screen.start.people()) == 3
    press(Qt.Key.Key_Return, CONTROL)

    enter("14892", "12080")
    page = screen.page
    page.grid.go_to(1, 1)
    enter("7.2")
    press(Qt.Key.Key_Return, CONTROL)

    rows = screen.results.table.rows()
    assert [(row.name, row.tone) for row in rows] == [("王建国", "bad"), ("李桂兰", "warn")]
    assert [row.name for row in ScreeningRounds(desk).to_recheck()] == ["李桂兰"]
    assert [row.name for row in page.model.rows] == ["张秀英"]
    window.run_print()
    assert services.preview.shown[-1][0].startswith(b"%PDF")

    press(Qt.Key.Key_Escape)
    assert screen.page.isVisible()


def test_those_to_be_measured_again_are_offered_for_the_next_round(desk, window):
    person = add_resident(desk, name="王建国", born=date(1980, 5, 1))
    rounds = ScreeningRounds(desk)
    sheet = rounds.open([person])
    rounds.save([(sheet.rows[0], RowInput({"bp": "148/92"}))], sheet.on)

    window.show_screen("day_sheet", kind="screening")
    screen = window.screen("day_sheet")
    assert [row.name for row in screen.start.table.rows()] == ["王建国"]
    control(screen, QPushButton, "start_recheck").click()

    assert [row.name for row in screen.page.model.rows] == ["王建国"]
    assert screen.page.model.last(0, 0) == "148/92"
