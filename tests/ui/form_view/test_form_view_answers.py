"""The form view: the control of each kind of answer, what is typed into it, and last time's answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QPushButton, QWidget

from app.forms.registry import form
from app.forms.vocabulary import Level
from tests.ui.form_view.visit_form import ENTER, SECOND, TODAY, focus
from tests.ui.hands import CTRL, click, control, press, type_chinese, write
from ui.widgets.form_view.choices import BarControl, ListControl, PillsControl
from ui.widgets.form_view.lines import DateControl, LineControl, completed_date, with_dashes
from ui.widgets.naming import unnamed_controls

# --- what each kind of answer looks like ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("day", DateControl),
        ("name", LineControl),
        ("method", BarControl),
        ("schooling", ListControl),
        ("symptoms", PillsControl),
    ],
)
def test_each_kind_of_answer_has_its_control(opened, code, kind):
    assert isinstance(control(opened(), QWidget, code), kind)


def test_every_control_of_the_national_forms_has_its_names(opened):
    for forms in ([form("record_cover"), form("personal_info")], [form("htn_followup"), form("dm_followup")]):
        assert unnamed_controls(opened(forms)) == []


def test_a_field_shows_caption_star_hint_and_unit(opened):
    view = opened()
    row = view.row_of("weight")
    assert row.caption() == "体重"
    assert control(row, QWidget, "weight_starred").isVisible()
    assert control(row, QWidget, "weight_hint").text() == "脱鞋"
    assert control(row, LineControl, "weight_target").unit() == "kg"
    assert control(view, LineControl, "sbp").unit() == "mmHg"


def test_answers_are_given_as_they_were_typed(opened):
    view = opened()
    type_chinese(focus(view, "name"), "李桂兰")
    write(focus(view, "sbp"), "158")
    press(focus(view, "method"), Qt.Key.Key_2)
    QTest.keyClicks(focus(view, "symptoms"), "23")
    assert view.answers() == {"name": "李桂兰", "sbp": "158", "method": "2", "symptoms": ["2", "3"]}
    assert view.values()["sbp"] == 158


def test_what_was_answered_before_is_shown_again(opened):
    answers = {
        "day": date(2026, 11, 20),
        "weight": Decimal("63.5"),
        "method": 3,
        "symptoms": [2, 3],
        "symptoms_note": "乏力",
        "ill": 2,
        "illness": [{"what": "痛风", "when": "2019-05"}],
    }
    view = opened(answers=answers)
    assert control(view, QLineEdit, "day").text() == "2026-11-20"
    assert control(view, QLineEdit, "weight").text() == "63.5"
    assert control(view, BarControl, "method").value() == "3"
    assert control(view, PillsControl, "symptoms").value() == ("2", "3")
    assert control(view, QLineEdit, "illness_1_when").text() == "2019-05"
    assert view.values()["illness"] == [{"what": "痛风", "when": "2019-05"}]


def test_a_list_is_answered_by_the_number_of_the_option(opened):
    view = opened()
    QTest.keyClicks(focus(view, "schooling"), "10")
    assert control(view, QComboBox, "schooling").currentText() == "10 第10种"
    press(control(view, QWidget, "schooling"), Qt.Key.Key_Delete)
    assert "schooling" not in view.answers()


def test_a_line_may_be_answered_from_a_list_of_words(opened):
    view = opened(SECOND, choices={"remark": ["甲", "乙"]})
    QTest.keyClicks(focus(view, "remark"), "2")
    assert view.answers()["remark"] == "乙"


def test_the_option_that_excludes_the_others_takes_them_back(opened):
    view = opened()
    QTest.keyClicks(focus(view, "symptoms"), "2")
    QTest.keyClicks(focus(view, "symptoms"), "1")
    assert view.answers()["symptoms"] == ["1"]


def test_a_computed_value_is_shown_and_never_typed(opened):
    view = opened()
    write(focus(view, "weight"), "30.5")
    assert control(view, QLineEdit, "twice").text() == "61.0"
    assert control(view, QLineEdit, "twice").isReadOnly()
    assert "twice" not in view.answers()


def test_full_width_digits_become_ordinary_ones(opened):
    view = opened()
    type_chinese(focus(view, "sbp"), "１５８")
    assert view.answers()["sbp"] == "158"


def test_the_wheel_does_not_change_a_list(opened):
    view = opened(answers={"schooling": 3})
    found = focus(view, "schooling")
    turned = QWheelEvent(
        QPointF(5, 5),
        QPointF(found.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(found, turned)
    assert view.values()["schooling"] == 3


# --- dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("2026", "2026"),
        ("20261", "2026-1"),
        ("202611", "2026-11"),
        ("20261122", "2026-11-22"),
        ("2026-1-5", "2026-1-5"),
        ("1122", "1122"),
    ],
)
def test_dashes_appear_while_a_date_is_typed(opened, typed, shown):
    view = opened()
    write(focus(view, "day"), typed)
    assert control(view, QLineEdit, "day").text() == shown


@pytest.mark.parametrize(
    ("typed", "approximate", "whole"),
    [
        ("1122", False, "2026-11-22"),
        ("11-22", False, "2026-11-22"),
        ("11.2", False, "2026-11-02"),
        ("1955", True, "1955"),
        ("195503", True, "1955-03"),
        ("2026/11/2", False, "2026-11-02"),
        ("1330", False, "1330"),
        ("20260230", False, "20260230"),
        ("", False, ""),
        ("昨天", False, "昨天"),
    ],
)
def test_a_finished_date_is_completed(typed, approximate, whole):
    assert completed_date(typed, TODAY, approximate=approximate) == whole


def test_dashes_are_left_alone_where_they_were_typed():
    assert with_dashes("2026-1") == "2026-1"


def test_up_and_down_move_a_date_by_a_day(opened):
    view = opened(answers={"day": date(2026, 11, 1)})
    press(focus(view, "day"), Qt.Key.Key_Down)
    assert view.values()["day"] == date(2026, 10, 31)


@pytest.mark.parametrize("typed", ["1955-0", "195500", "19550300"])
def test_a_month_or_day_of_nought_is_no_date(opened, typed):
    view = opened(form("personal_info"))
    write(focus(view, "birth_date"), typed)
    press(control(view, QWidget, "birth_date"), ENTER)
    assert view.row_of("birth_date").level() is Level.REFUSE


# --- last time ------------------------------------------------------------------------------------------------


def test_f4_takes_over_the_answer_of_last_time(opened):
    view = opened(previous={"method": 2, "sbp": 150})
    press(focus(view, "method"), Qt.Key.Key_F4)
    assert view.answers() == {"method": 2}


def test_what_does_not_carry_over_is_shown_but_not_taken(opened):
    view = opened(previous={"sbp": 150})
    assert "150" in view.row_of("sbp").previous_words("sbp")
    press(focus(view, "sbp"), Qt.Key.Key_F4)
    assert view.answers() == {}


def test_the_link_beside_the_field_does_the_same_with_the_mouse(opened):
    view = opened(previous={"weight": Decimal("60")})
    click(control(view, QAbstractButton, "weight_previous"))
    assert control(view, QLineEdit, "weight").text() == "60"


def test_all_empty_fields_take_over_last_time_also_those_that_appear_by_it(opened):
    view = opened(
        answers={"method": 1},
        previous={
            "method": 3,
            "ill": 2,
            "illness": [{"what": "痛风"}],
            "symptoms": [3],
            "symptoms_note": "乏力",
        },
    )
    press(focus(view, "name"), Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert view.values()["method"] == 1
    assert view.values()["illness"] == [{"what": "痛风"}]
    assert view.values()["symptoms_note"] == "乏力"


def test_without_last_time_nothing_is_offered(opened):
    assert not control(opened(), QPushButton, "form_carry_all").isVisible()
