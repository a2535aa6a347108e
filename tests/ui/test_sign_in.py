"""Signing in and unlocking: choosing oneself, the PIN by keyboard and mouse, what is said when it is wrong."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ui.hands import click, control, press, type_chinese
from ui.shell.sign_in import LONGEST_PIN, PinDots, SignIn, UserButton, UserChoice
from ui.widgets.buttons import Button
from ui.widgets.naming import unnamed_controls

USERS = [UserChoice("u1", "王明", "乡村医生"), UserChoice("u2", "刘静", "护士")]


@pytest.fixture
def tried():
    return []


@pytest.fixture
def sign_in(qtbot, tried):
    def check(user_id, pin):
        tried.append((user_id, pin))
        return {"2580": True, "9999": "输错 5 次了，请过 1 分钟再试。"}.get(pin, False)

    made = SignIn(USERS, check)
    qtbot.addWidget(made)
    made.show()
    return made


def type_pin(sign_in, digits):
    for digit in digits:
        press(sign_in.pin.dots, Qt.Key(ord(digit)))


def test_one_chooses_oneself_and_types_the_pin(sign_in, qtbot, tried):
    click(control(sign_in, UserButton, "user_u2"))
    assert control(sign_in, QLabel, "pin_user").text() == "刘静 护士"
    type_pin(sign_in, "2580")
    with qtbot.waitSignal(sign_in.signed_in) as signed_in:
        press(sign_in.pin.dots, Qt.Key.Key_Return)
    assert (signed_in.args, tried) == (["u2"], [("u2", "2580")])


def test_enter_chooses_a_person(sign_in):
    press(control(sign_in, UserButton, "user_u1"), Qt.Key.Key_Return)
    assert control(sign_in, QLabel, "pin_user").text() == "王明 乡村医生"


@pytest.mark.parametrize(
    ("pin", "sentence"), [("1111", "PIN 不对，请再输一次。"), ("9999", "输错 5 次了，请过 1 分钟再试。")]
)
def test_a_wrong_pin_is_said_and_forgotten(sign_in, qtbot, pin, sentence):
    sign_in.choose("u1")
    type_pin(sign_in, pin)
    with qtbot.assertNotEmitted(sign_in.signed_in):
        press(sign_in.pin.dots, Qt.Key.Key_Return)
    assert sign_in.pin.problem() == sentence
    assert sign_in.pin.dots.length() == 0
    type_pin(sign_in, "2")
    assert sign_in.pin.problem() == ""


def test_digits_can_be_pressed_with_the_mouse(sign_in, qtbot):
    sign_in.choose("u1")
    for digit in "25880":
        click(control(sign_in, Button, f"pin_digit_{digit}"))
    click(control(sign_in, Button, "pin_erase"))
    click(control(sign_in, Button, "pin_erase"))
    click(control(sign_in, Button, "pin_digit_0"))
    with qtbot.waitSignal(sign_in.signed_in):
        click(control(sign_in, Button, "pin_enter"))


def test_a_short_pin_is_not_checked(sign_in, tried):
    sign_in.choose("u1")
    type_pin(sign_in, "258")
    assert not control(sign_in, Button, "pin_enter").isEnabled()
    press(sign_in.pin.dots, Qt.Key.Key_Return)
    assert tried == []


def test_letters_are_not_taken_and_no_more_digits_than_a_pin_has(sign_in):
    sign_in.choose("u1")
    press(sign_in.pin.dots, Qt.Key.Key_A)
    assert sign_in.pin.dots.length() == 0
    type_pin(sign_in, "123456789")
    assert sign_in.pin.dots.length() == LONGEST_PIN


def test_digits_from_an_input_method_are_taken(sign_in):
    sign_in.choose("u1")
    type_chinese(sign_in.pin.dots, "25八80")
    assert sign_in.pin.dots.length() == 4


def test_backspace_takes_the_last_digit_back(sign_in):
    sign_in.choose("u1")
    type_pin(sign_in, "25")
    press(sign_in.pin.dots, Qt.Key.Key_Backspace)
    assert sign_in.pin.dots.length() == 1


def test_escape_goes_back_to_the_list(sign_in):
    sign_in.choose("u1")
    press(sign_in.pin.dots, Qt.Key.Key_Escape)
    assert control(sign_in, UserButton, "user_u1").isVisible()
    assert not sign_in.pin.isVisible()


def test_who_is_alone_is_asked_for_the_pin_at_once(qtbot):
    alone = SignIn(USERS[:1], lambda user_id, pin: True)
    qtbot.addWidget(alone)
    alone.show()
    assert alone.pin.isVisible()


def test_the_check_may_run_elsewhere(qtbot, immediate, tried):
    sign_in = SignIn(USERS, lambda user_id, pin: tried.append(pin) or True, runner=immediate)
    qtbot.addWidget(sign_in)
    sign_in.show()
    sign_in.choose("u1")
    type_pin(sign_in, "2580")
    with qtbot.waitSignal(sign_in.signed_in):
        press(sign_in.pin.dots, Qt.Key.Key_Return)
    assert tried == ["2580"]


def test_the_pin_is_never_shown_nor_said(sign_in):
    sign_in.choose("u1")
    type_pin(sign_in, "2580")
    dots = control(sign_in, PinDots, "pin")
    assert dots.accessibleDescription() == "已输入 4 位"
    words = {label.text() for label in sign_in.findChildren(QLabel)}
    assert not any("2580" in text for text in words)


def test_every_control_has_its_names(sign_in):
    assert unnamed_controls(sign_in) == []
