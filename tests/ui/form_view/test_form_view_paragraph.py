"""Long texts in the form view: several lines, keys, growing, last time's text beneath; and what a form asks of the doctor."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget

from app.forms.kinds import Sign, Text
from app.forms.registry import form, forms
from app.forms.vocabulary import Context
from tests.ui.hands import CTRL, control, focused, press, type_chinese
from ui.theme.theme import Theme, apply_theme, current_theme
from ui.widgets.form_view import FormView
from ui.widgets.form_view.fields import LineControl, ParagraphControl
from ui.widgets.form_view.row import PreviousLink

TODAY = date(2026, 11, 22)
LONG = "头晕三天，晨起明显，无恶心呕吐，自服硝苯地平后稍缓解。" * 20


@pytest.fixture
def opened(qtbot):
    """The view of a form in a window, in front."""
    windows: list[QWidget] = []

    def made(code: str, **answers: object) -> FormView:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        view = FormView(form(code), context=Context(today=TODAY, birth_date=date(1955, 3, 8), sex=2), spread=True)
        column = QVBoxLayout(window)
        column.addWidget(view)
        column.addWidget(QPushButton("保存"))
        view.show_answers(answers)
        window.resize(900, 700)
        window.show()
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
        view.build_all()
        return view

    return made


def lines(view: FormView, code: str) -> ParagraphControl:
    return control(view, ParagraphControl, code)


def test_every_text_that_may_be_long_is_written_in_several_lines(opened):
    for declared in forms():
        view = opened(declared.code)
        for code, item in declared.fields.items():
            row = view.row_of(code)
            if row is not None and isinstance(item.kind, Text):
                is_long = item.kind.longest > 100 and not isinstance(item.kind, Sign)
                assert isinstance(row.controls[code], ParagraphControl if is_long else LineControl), code


def test_enter_begins_a_line_and_tab_goes_on(opened):
    view = opened("encounter")
    view.go_to("subjective")
    type_chinese(focused(view), "头晕三天")
    press(focused(view), Qt.Key.Key_Return)
    type_chinese(focused(view), "晨起明显")
    assert view.answers()["subjective"] == "头晕三天\n晨起明显"
    press(focused(view), Qt.Key.Key_Tab)
    assert focused(view).objectName() == "objective"
    press(focused(view), Qt.Key.Key_Backtab)
    assert focused(view).objectName() == "subjective"
    type_chinese(focused(view), "。")
    assert view.answers()["subjective"].endswith("晨起明显。")


def test_it_shows_three_lines_and_grows_with_the_text_up_to_a_bound(opened):
    view = opened("encounter")
    text = lines(view, "subjective")
    empty = text.height()
    assert empty >= 3 * text.fontMetrics().lineSpacing()
    text.show_raw("一\n二\n三")
    assert text.height() == empty
    text.show_raw("一\n二\n三\n四\n五")
    five = text.height()
    assert five > empty
    assert text.verticalScrollBar().maximum() == 0, "all of it is seen"
    text.show_raw("行\n" * 200)
    assert five < text.height() < 20 * text.fontMetrics().lineSpacing()
    text.show_raw("")
    assert text.height() == empty


def test_one_goes_on_writing_at_the_end_of_what_stands_there(opened):
    view = opened("encounter", subjective="头晕三天")
    view.go_to("subjective")
    type_chinese(focused(view), "，晨起明显")
    assert view.answers()["subjective"] == "头晕三天，晨起明显"


def test_it_grows_with_the_type(opened, qapp):
    text = lines(opened("encounter"), "subjective")
    ordinary = text.height()
    apply_theme(qapp, Theme(scale=2.0))
    assert text.height() > 1.7 * ordinary


def test_a_text_that_is_too_long_is_kept_and_told(opened):
    view = opened("encounter")
    view.go_to("assessment")
    type_chinese(focused(view), "字" * 501)
    press(focused(view), Qt.Key.Key_Tab)
    assert "最多写 500 个字，您写了 501 个字" in view.row_of("assessment").problem()
    assert len(lines(view, "assessment").text()) == 501


def test_taking_back_goes_over_the_whole_form(opened):
    view = opened("encounter")
    view.go_to("subjective")
    type_chinese(focused(view), "头晕")
    press(focused(view), Qt.Key.Key_Tab)
    type_chinese(focused(view), "血压162/96")
    press(focused(view), Qt.Key.Key_Z, CTRL)
    assert lines(view, "objective").text() == ""
    press(focused(view), Qt.Key.Key_Z, CTRL)
    assert lines(view, "subjective").text() == ""
    assert focused(view).objectName() == "subjective"
    press(focused(view), Qt.Key.Key_Y, CTRL)
    assert lines(view, "subjective").text() == "头晕"


def test_taking_back_and_doing_again_goes_over_options_a_table_and_a_long_text(opened):
    view = opened("health_exam")
    view.go_to("symptoms")
    QTest.keyClicks(focused(view), "25,3")
    view.go_to("medications")
    type_chinese(focused(view), "硝苯地平")
    view.go_to("exam_other")
    type_chinese(focused(view), "脊柱侧弯")
    full = dict(view.answers())
    assert (full["symptoms"], full["medications"]) == (["3", "25"], [{"name": "硝苯地平"}])
    for code in ("exam_other", "medications"):
        press(focused(view), Qt.Key.Key_Z, CTRL)
        assert code not in view.answers()
    while view.can_undo():
        press(focused(view), Qt.Key.Key_Z, CTRL)
    assert not {"symptoms", "medications", "exam_other"} & set(view.answers())
    for _ in range(5):
        press(focused(view), Qt.Key.Key_Y, CTRL)
    assert view.answers() == full
    assert control(view, LineControl, "medications_1_name").text() == "硝苯地平"
    assert lines(view, "exam_other").text() == "脊柱侧弯"


def test_keys_of_the_form_work_in_it_and_those_of_text_too(opened):
    view = opened("encounter")
    view.show_answers({}, {"subjective": "上次的", "plan": LONG})
    view.go_to("subjective")
    press(focused(view), Qt.Key.Key_PageDown, CTRL)
    assert focused(view).objectName() == "doctor"
    view.go_to("subjective")
    type_chinese(focused(view), "头晕")
    press(focused(view), Qt.Key.Key_A, CTRL)
    press(focused(view), Qt.Key.Key_Delete)
    assert "subjective" not in view.answers()


def test_last_time_s_text_stands_beneath_in_three_lines_at_most(opened):
    view = opened("referral_out")
    view.show_answers({}, {"past_history": LONG})
    row = view.row_of("past_history")
    text, link = lines(view, "past_history"), control(row, PreviousLink, "past_history_previous")
    QApplication.sendPostedEvents()
    assert link.y() >= text.geometry().bottom()
    assert 2 * link.fontMetrics().height() <= link.height() <= 4 * link.fontMetrics().lineSpacing()
    view.go_to("past_history")
    press(focused(view), Qt.Key.Key_F4)
    assert view.answers()["past_history"] == LONG


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_whole_date_can_be_read_in_a_table_of_five_columns(opened, qapp, scale):
    apply_theme(qapp, Theme(scale=scale))
    view = opened("health_exam", hospital_stays=[{"start": "2028-08-28", "end": "2028-09-28"}])
    cell = control(view, LineControl, "hospital_stays_1_start")
    QApplication.sendPostedEvents()
    shown = cell.fontMetrics().horizontalAdvance(cell.text())
    assert cell.text() == "2028-08-28"
    assert cell.width() >= shown + 2 * current_theme().gap(10)


# --- what is asked of the doctor ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [each.code for each in forms()])
def test_everything_that_is_said_to_lack_can_be_gone_to(code, opened):
    view = opened(code)
    lacking = [each.code for each in view.missing()]
    assert [each for each in lacking if not view.go_to(each)] == []
    assert view.asked_count() >= len(lacking)


def test_scores_that_follow_from_the_questions_are_not_asked_for(opened):
    view = opened("elder_adl")
    questions = {"eating", "grooming", "dressing", "toileting", "mobility"}
    lacking = {each.code for each in view.missing()}
    assert questions <= lacking
    assert not {"total", "result"} & lacking
    before = view.asked_count()
    view.set_answers(dict.fromkeys(questions, 0))
    assert view.values()["total"] == 0
    assert view.asked_count() == before
    assert len(view.missing()) == len(lacking) - len(questions)


def test_the_index_of_weight_is_asked_for_by_asking_for_weight_and_height(opened):
    view = opened("health_exam")
    lacking = {each.code for each in view.missing()}
    assert {"weight", "height"} <= lacking
    assert "bmi" not in lacking


def test_where_only_the_index_is_asked_for_it_leads_to_the_weight(opened):
    view = opened("copd_followup", visit_method=1, height="156.5")
    asked = view.asked_count()
    assert "bmi" in {each.code for each in view.missing()}
    assert view.go_to("bmi")
    assert focused(view).objectName() == "weight"
    QTest.keyClicks(focused(view), "63")
    assert "bmi" not in {each.code for each in view.missing()}
    assert view.asked_count() == asked
