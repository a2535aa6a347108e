"""What every test of windows shares: the theme of the clinic, work that runs at once, answers from a script."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.i18n import current_language, use_language
from tests.ui import hands
from ui.background import ImmediateRunner
from ui.dialogs import ScriptedDialogs
from ui.start import QT_ARGUMENTS
from ui.theme.theme import Theme, apply_theme, current_theme


def pytest_configure(config):
    # The offscreen platform says this of every window with a least size; it has no meaning there.
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")


@pytest.fixture(scope="session")
def qapp_args():
    return QT_ARGUMENTS


@pytest.fixture(autouse=True)
def ordinary_theme(qapp: QApplication):
    """Every test begins in the clinic's ordinary colours at 100 %."""
    if current_theme() != Theme() or not qapp.styleSheet():
        apply_theme(qapp, Theme())


@pytest.fixture
def immediate():
    """A runner that does the work before `run` returns."""
    return ImmediateRunner()


@pytest.fixture
def dialogs():
    """Dialogs that answer from a script and remember what was asked and told."""
    return ScriptedDialogs()


@pytest.fixture
def type_chinese():
    """type_chinese(widget, text): commit text as an input method does."""
    return hands.type_chinese


@pytest.fixture
def english():
    """Everything shown is in English during the test."""
    before = current_language()
    use_language("en")
    yield
    use_language(before)
