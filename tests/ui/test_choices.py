"""Groups of answers: one of a few on a bar, several on pills; by number, arrow, Space, mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.hands import click, press
from ui.theme.theme import Theme, apply_theme
from ui.widgets.segmented import Option, PillChoices, Segmented, numbered

SYMPTOMS = (
    Option("1", "无症状", "1", excludes_others=True), Option("2", "头痛头晕", "2"), Option("3", "恶心呕吐", "3"),
    Option("10", "其他", "10"),
)


@pytest.fixture
def way(qtbot):
    group = Segmented(numbered(["门诊", "家庭", "电话"]), name="way", accessible_name="方式")
    qtbot.addWidget(group)
    group.show()
    group.setFocus()
    return group


@pytest.fixture
def symptoms(qtbot):
    group = PillChoices(SYMPTOMS, name="symptoms", accessible_name="症状")
    qtbot.addWidget(group)
    group.resize(900, 40)
    group.show()
    group.setFocus()
    return group


def heard(group):
    values = []
    group.changed.connect(values.append)
    return values


def test_nothing_is_answered_at_first(way, symptoms):
    assert way.value() is None
    assert symptoms.value() == ()


@pytest.mark.parametrize(("key", "value"), [(Qt.Key.Key_1, "1"), (Qt.Key.Key_2, "2"), (Qt.Key.Key_3, "3"), (Qt.Key.Key_4, None)])
def test_typing_a_number_answers(way, key, value):
    press(way, key)
    assert way.value() == value


def test_arrows_answer_with_the_neighbour_and_stop_at_the_ends(way):
    values = heard(way)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left):
        press(way, key)
    assert values == ["1", "2", "3", "2"]


def test_a_click_answers_and_the_group_takes_the_focus(way):
    values = heard(way)
    click(way.buttons[1])
    click(way.buttons[1])
    assert (way.value(), values) == ("2", ["2"])


def test_delete_takes_the_answer_back(way):
    way.set_value("2")
    press(way, Qt.Key.Key_Delete)
    assert way.value() is None


def test_setting_the_same_value_again_says_nothing(way):
    values = heard(way)
    way.set_value("2")
    way.set_value("2")
    way.set_value(None)
    assert values == ["2", None]


def test_the_answer_is_said_to_screen_readers(way, symptoms):
    way.set_value("2")
    symptoms.set_value(["2", "3"])
    assert way.accessibleDescription() == "2 家庭"
    assert symptoms.accessibleDescription() == "2 头痛头晕，3 恶心呕吐"


def test_letters_and_control_keys_pass_by(way):
    press(way, Qt.Key.Key_A)
    press(way, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert way.value() is None


def test_numbers_toggle_several_answers(symptoms):
    for key in (Qt.Key.Key_2, Qt.Key.Key_3):
        press(symptoms, key)
    assert symptoms.value() == ("2", "3")
    press(symptoms, Qt.Key.Key_2)
    assert symptoms.value() == ("3",)


def test_no_symptoms_and_symptoms_exclude_each_other(symptoms):
    symptoms.set_value(["2", "3"])
    press(symptoms, Qt.Key.Key_1)
    assert symptoms.value() == ("1",)
    press(symptoms, Qt.Key.Key_2)
    assert symptoms.value() == ("2",)


def test_a_second_digit_makes_another_number_of_the_first(symptoms):
    press(symptoms, Qt.Key.Key_1)
    press(symptoms, Qt.Key.Key_0)
    assert symptoms.value() == ("10",)


def test_a_click_toggles_a_pill(symptoms):
    click(symptoms.buttons[1])
    assert symptoms.value() == ("2",)
    click(symptoms.buttons[1])
    assert symptoms.value() == ()


def test_arrows_move_among_the_pills_and_space_answers(symptoms):
    press(symptoms, Qt.Key.Key_Right)
    assert symptoms.value() == ()
    press(symptoms, Qt.Key.Key_Space)
    assert symptoms.value() == ("2",)


def test_answers_that_do_not_fit_go_on_in_the_next_line(symptoms):
    assert symptoms.heightForWidth(900) < symptoms.heightForWidth(200)
    symptoms.resize(200, symptoms.heightForWidth(200))
    assert symptoms.buttons[-1].geometry().top() > symptoms.buttons[0].geometry().top()
    assert all(button.geometry().right() <= 200 for button in symptoms.buttons)


@pytest.mark.parametrize("high_contrast", [False, True])
def test_what_is_chosen_looks_different(qtbot, way, symptoms, high_contrast):
    apply_theme(QApplication.instance(), Theme(high_contrast=high_contrast))
    for group, value in ((way, "2"), (symptoms, ["2"])):
        before = group.grab().toImage()
        group.set_value(value)
        assert group.grab().toImage() != before


def test_a_group_that_is_switched_off_takes_no_answers(way):
    way.setEnabled(False)
    click(way.buttons[0])
    assert way.value() is None
