"""The real window with a few screens in it, for tests of what its keys and its places do."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from ui.shell.main_window import MainWindow, ScreenEntry


def window_with(qtbot: QtBot, *entries: ScreenEntry) -> MainWindow:
    """A window with these screens, in front; none of them is shown yet."""
    made = MainWindow()
    qtbot.addWidget(made)
    for each in entries:
        made.add_screen(each)
    made.show_desk()
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made
