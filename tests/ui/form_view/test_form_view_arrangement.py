"""The form view: which fields of one form or of two are on the screen, in which order, and what appears and goes."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from app.forms.registry import form
from app.forms.vocabulary import Context
from tests.ui.form_view.visit_form import SECOND, TODAY, VISIT, focus
from tests.ui.hands import click, control, press, type_chinese
from ui.widgets.form_view import Block, FormView, Joined
from ui.widgets.form_view.choices import BarControl
from ui.widgets.form_view.table_field import TableControl


def test_the_note_of_an_option_appears_with_it_and_goes_with_it(opened):
    view = opened()
    assert view.row_of("symptoms_note") is None
    QTest.keyClicks(focus(view, "symptoms"), "3")
    assert view.row_of("symptoms_note").isVisible()
    type_chinese(focus(view, "symptoms_note"), "乏力")
    assert view.answers()["symptoms_note"] == "乏力"
    QTest.keyClicks(focus(view, "symptoms"), "3")
    assert view.row_of("symptoms_note") is None
    assert "symptoms_note" not in view.answers()


def test_a_field_with_a_condition_appears_when_it_holds(opened):
    view = opened()
    assert view.row_of("illness") is None
    press(focus(view, "ill"), Qt.Key.Key_2)
    assert view.row_of("illness").isVisible()
    press(focus(view, "ill"), Qt.Key.Key_1)
    assert view.row_of("illness") is None


def test_a_table_takes_rows_until_it_is_full(opened):
    view = opened(answers={"ill": 2})
    table = control(view, TableControl, "illness")
    for number, name in enumerate(("痛风", "胃炎", "哮喘"), 1):
        type_chinese(control(table, QWidget, f"illness_{number}_what"), name)
        more = control(table, QPushButton, "illness_more")
        assert more.isVisibleTo(table) == (number < 3)
        if number < 3:
            click(more)
    assert [row["what"] for row in view.values()["illness"]] == ["痛风", "胃炎", "哮喘"]
    click(control(table, QPushButton, "illness_2_remove"))
    assert [row["what"] for row in view.values()["illness"]] == ["痛风", "哮喘"]


def test_a_fact_shared_by_two_forms_is_asked_once_and_answers_both(opened):
    view = opened([VISIT, SECOND])
    assert view.findChild(QWidget, "patient") is None
    type_chinese(focus(view, "name"), "李桂兰")
    assert view.answers() == {"name": "李桂兰", "patient": "李桂兰"}
    assert "patient" not in {each.code for each in view.missing()}


def test_a_shared_fact_given_under_the_second_code_is_shown_under_the_first(opened):
    view = opened([VISIT, SECOND], answers={"patient": "李桂兰"})
    assert control(view, QLineEdit, "name").text() == "李桂兰"


def test_hidden_answers_are_kept_and_not_asked(opened):
    view = opened(answers={"name": "李桂兰"}, hidden=("name",))
    assert view.findChild(QWidget, "name") is None
    assert view.answers() == {"name": "李桂兰"}


def test_an_arrangement_comes_first_and_the_rest_follows(opened):
    blocks = (Block("量一量", (Joined("血压", ("sbp", "dbp")), "weight")),)
    ending = (Block("最后", ("day",)),)
    view = opened(arrangement=blocks, ending=ending)
    assert view.section_titles() == ("量一量", "头", "体征", "最后")
    assert view.row_of("sbp") is view.row_of("dbp")
    assert view.row_of("sbp").caption() == "血压"


def test_a_long_form_can_be_used_before_all_of_it_is_built(qtbot):
    view = FormView([form("record_cover"), form("personal_info")], context=Context(today=TODAY))
    qtbot.addWidget(view)
    view.show_answers({"livestock_pen": 2, "name": "李桂兰"})
    assert not view.is_built()
    assert view.answers()["livestock_pen"] == 2
    assert view.go_to("livestock_pen")
    assert control(view, BarControl, "livestock_pen").value() == "2"


def test_the_order_on_the_screen_is_the_order_of_the_paper(opened, qtbot):
    view = opened(form("personal_info"))
    rows = [view.row_of(code) for code in form("personal_info").fields if view.row_of(code) is not None]

    def heights():
        return [row.mapTo(view, row.rect().topLeft()).y() for row in rows]

    qtbot.waitUntil(lambda: heights() == sorted(heights()))
    assert len(set(heights())) > 10
