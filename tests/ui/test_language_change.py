"""Another language while the program runs: after signing in again every word of the window is in it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.i18n import current_language, use_language
from app.security.secret_store import MemoryStore
from tests.desks import PIN, Clock, found_desk_folder
from tests.ui.hands import click, control, press
from ui.background import ImmediateRunner
from ui.compose import Composer
from ui.screens.settings.screen import SettingsScreen
from ui.shell.main_window import MainWindow
from ui.shell.navigation import NavigationEntry
from ui.shell.sign_in import PinDots
from ui.widgets.segmented import ChoiceButton


@pytest.fixture
def chinese_afterwards():
    before = current_language()
    yield
    use_language(before)


@pytest.fixture
def composer(qtbot, tmp_path, dialogs, chinese_afterwards):
    """The window of a desk, signed in, with its settings shown."""
    store = MemoryStore()
    found_desk_folder(tmp_path / "desk", store, Clock())
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1366, 768)
    window.show()
    made = Composer(window, folder=tmp_path / "desk", runner=ImmediateRunner(), dialogs=dialogs, store=store, clock=Clock())
    made.open()
    sign_in(made)
    yield made
    made.close()


def sign_in(composer):
    page = composer.window.cover.content()
    QTest.keyClicks(control(page, PinDots, "pin"), PIN)
    click(control(page, QPushButton, "pin_enter"))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def choose_language(composer, dialogs, code):
    composer.window.show_screen("settings")
    screen = composer.window.current_screen()
    assert isinstance(screen, SettingsScreen)
    screen.show_page("display")
    dialogs.will_answer("now")
    click(next(button for button in screen.findChildren(ChoiceButton) if button.objectName() == f"setting_language_{code}"))


def frame_words(window):
    """The words of navigation and top bar."""
    entries = [entry.text() for entry in window.navigation.findChildren(NavigationEntry)]
    bar = [control(window, QPushButton, name).text() for name in ("top_lock", "top_type_size")]
    return [window.windowTitle(), control(window, QLabel, "brand").text(), control(window, QLabel, "top_date").text(),
            *entries, *bar]


def chinese_in(words):
    return [word for word in words if any("\u4e00" <= letter <= "\u9fff" for letter in word.replace("柳庄村卫生室", ""))]


def test_navigation_and_top_bar_are_made_anew_in_the_other_language(composer, dialogs):
    window = composer.window
    assert len(chinese_in(frame_words(window))) >= 10
    choose_language(composer, dialogs, "en")
    assert current_language() == "en"
    assert composer.services is None
    sign_in(composer)
    assert chinese_in(frame_words(window)) == []
    assert chinese_in(title for title, _keys in window.key_groups()) == []


def test_keys_work_once_in_the_new_frame_and_back_in_chinese(composer, dialogs):
    window = composer.window
    choose_language(composer, dialogs, "en")
    sign_in(composer)
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    press(window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert window.current_key() == "residents"
    press(window, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert composer.services.settings.get("type_scale_percent") == 125
    choose_language(composer, dialogs, "zh_CN")
    sign_in(composer)
    assert control(window, QPushButton, "top_lock").text() == "锁定"
    assert composer.services.settings.get("language") == "zh_CN"
