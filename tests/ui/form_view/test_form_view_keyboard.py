"""The form view: from field to field by keys, out of the form, and to a section by the index."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget

from tests.ui.form_view.visit_form import ENTER, SECOND, focus
from tests.ui.hands import CTRL, control, press, type_chinese


@pytest.mark.parametrize("key", [ENTER, Qt.Key.Key_Tab])
def test_enter_and_tab_go_through_the_fields_in_order(opened, key):
    view = opened(answers={"ill": 2})
    seen = ["day"]
    focus(view, "day")
    for _ in range(11):
        press(view.focusWidget(), key)
        seen.append(view.focusWidget().objectName())
    assert seen == [
        "day",
        "name",
        "method",
        "sbp",
        "dbp",
        "weight",
        "weight_target",
        "symptoms",
        "schooling",
        "ill",
        "illness_1_what",
        "illness_1_when",
    ]


def test_tab_follows_the_screen_also_over_fields_that_appeared_later(opened):
    view = opened()
    QTest.keyClicks(focus(view, "symptoms"), "3")
    press(control(view, QWidget, "symptoms"), Qt.Key.Key_Tab)
    assert view.focusWidget().objectName() == "symptoms_note"
    press(view.focusWidget(), Qt.Key.Key_Tab)
    assert view.focusWidget().objectName() == "schooling"


def test_the_last_field_leads_out_of_the_form(opened, qtbot):
    actions = QPushButton("保存")
    actions.setObjectName("save")
    view = opened(SECOND, actions=actions)
    press(focus(view, "remark"), ENTER)
    assert view.focusWidget() is actions


def test_ctrl_enter_is_left_to_the_screen(opened):
    view = opened()
    found = focus(view, "name")
    press(found, ENTER, CTRL)
    assert view.focusWidget() is found


def test_the_index_leads_to_a_section_and_counts_what_lacks(opened):
    view = opened(with_index=True)
    sections = control(view, QListWidget, "form_index_sections")
    assert [sections.item(row).text() for row in range(2)] == ["头　缺 3", "体征　缺 5"]
    type_chinese(focus(view, "name"), "李")
    assert sections.item(0).text() == "头　缺 2"
    sections.setCurrentRow(1)
    press(sections, ENTER)
    assert view.focusWidget().objectName() == "sbp"
