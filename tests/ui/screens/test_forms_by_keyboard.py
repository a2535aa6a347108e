"""Every form is filled in by keys alone, saved, and stored as it was meant."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.forms.registry import form
from tests.samples.form_answers import FILLED
from tests.ui.hands import control, focused, press, type_form
from tests.ui.screens.form_pages import KINDS, let_through, screen_of
from ui.widgets.form_view.lines import LineControl


@pytest.mark.parametrize("code", KINDS)
def test_every_form_is_entered_by_the_keyboard_alone(code, open_form, forms_window, services, person):
    page = open_form(resident_id=person, form_code=code)
    answers = form(code).read(FILLED[code]).answers
    type_form(page.view, answers)
    assert page.view.problems() == []
    assert focused(forms_window) is page.save_button
    expected = services.form_records.judge(page.opened, FILLED[code]).answers
    screen_of(forms_window).save_action()
    let_through(forms_window)
    recorded = services.form_records.of_resident(person, code)[0]
    assert {key: value for key, value in recorded.answers.items() if key in expected} == expected
    assert recorded.state == "complete"


def test_the_questions_about_the_constitution_take_one_key_each(open_form, person):
    page = open_form(resident_id=person, form_code="tcm_elder")
    for _ in range(33):
        QTest.keyClick(focused(page), "1")
    values = page.view.values()
    assert [values[f"q{number:02d}"] for number in range(1, 34)] == [1] * 33
    assert values["score_qixu"] == 4


def test_a_score_is_answered_by_itself_and_the_total_follows(open_form, person):
    page = open_form(resident_id=person, form_code="elder_adl")
    for keys in ("0", "7", "3", "10", "5"):
        QTest.keyClicks(focused(page), keys)
    assert (page.view.values()["total"], page.view.values()["result"]) == (25, 4)
    assert control(page, LineControl, "result").text() == "4 不能自理（≥19分）"


def test_a_score_that_may_yet_become_another_waits_for_enter(open_form, person):
    page = open_form(resident_id=person, form_code="elder_adl")
    assert page.view.go_to("toileting")
    QTest.keyClicks(focused(page), "1")
    assert focused(page).objectName() == "toileting"
    press(focused(page), Qt.Key.Key_Return)
    assert focused(page).objectName() == "mobility"
