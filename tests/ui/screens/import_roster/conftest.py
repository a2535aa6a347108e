"""The screen of the import in the real window."""

from __future__ import annotations

import pytest

from ui.background import ImmediateRunner
from ui.screens.import_roster import entry
from ui.services import Services
from ui.shell.main_window import MainWindow


@pytest.fixture
def visited():
    """Where the screen sent the user."""
    return []


@pytest.fixture
def open_screen(qtbot, clinic_desk, dialogs, visited):
    """open_screen(make_runner) → (window, screen); `make_runner(window)` where work shall run in the background."""

    def make(make_runner=lambda window: ImmediateRunner()):
        window = MainWindow()
        qtbot.addWidget(window)
        services = Services(
            clinic_desk,
            make_runner(window),
            dialogs,
            say=window.say,
            navigate=lambda key, /, **arguments: visited.append((key, arguments)) or True,
        )
        window.add_screen(entry(services))
        window.show()
        window.show_desk()
        window.show_screen("import_roster")
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window, window.current_screen()

    return make
