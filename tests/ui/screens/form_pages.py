"""The screen of the forms in the real window, for stories of filling in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from tests.samples.form_answers import FILLED
from tests.ui.hands import press
from ui.screens.forms.page import FormPage
from ui.screens.forms.screen import FormsScreen
from ui.screens.forms.windows import ChangesWindow
from ui.shell.main_window import MainWindow

ELSEWHERE = ("record_cover", "personal_info", "htn_followup", "dm_followup")
KINDS = tuple(code for code in FILLED if code not in ELSEWHERE)
"""The forms that are filled in on this screen."""


def screen_of(forms_window: MainWindow) -> FormsScreen:
    """The screen, once it was shown."""
    found = forms_window.screen("forms")
    assert isinstance(found, FormsScreen)
    return found


def let_through(forms_window: MainWindow) -> None:
    """Answer the question about other places, if it is asked, with Enter."""
    shown = forms_window.findChild(ChangesWindow)
    if shown is not None:
        press(shown.do_button, Qt.Key.Key_Return)


def fill(page: FormPage, **answers: Any) -> None:
    """Answer from outside, as the samples are written."""
    read = page.opened.form.read(answers)
    unread = {problem.code: answers[problem.code] for problem in read.problems}
    page.view.set_answers({**read.answers, **unread})
