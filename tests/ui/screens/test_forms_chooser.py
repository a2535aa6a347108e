"""Choosing a form by its number or by the first letters of its name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from app.forms.registry import form
from tests.samples.form_answers import FILLED
from tests.ui.hands import press
from ui.screens.forms.chooser import FormChooser


@pytest.fixture
def chooser(qtbot) -> FormChooser:
    shown = FormChooser([form(code) for code in FILLED])
    qtbot.addWidget(shown)
    shown.show()
    return shown


@pytest.mark.parametrize(("typed", "code", "is_taken"), [
    ("3", "health_exam", True), ("11", "tcm_elder", True), ("1", "record_cover", False), ("jktj", "health_exam", False),
    ("体检", "health_exam", False), ("sxzzzc", "referral_out", False),
])
def test_a_form_is_chosen_by_number_or_by_pinyin(chooser, typed, code, is_taken):
    chooser.search.setText(typed)
    assert chooser.chosen() == code
    assert (chooser.result() == QDialog.DialogCode.Accepted) is is_taken


def test_arrow_keys_move_and_enter_takes(chooser):
    press(chooser.search, Qt.Key.Key_Down)
    press(chooser.search, Qt.Key.Key_Return)
    assert chooser.chosen() == "personal_info"
    assert chooser.result() == QDialog.DialogCode.Accepted


def test_what_nothing_matches_chooses_nothing(chooser):
    chooser.search.setText("qqqq")
    press(chooser.search, Qt.Key.Key_Return)
    assert chooser.chosen() == ""
    assert chooser.result() == QDialog.DialogCode.Rejected
