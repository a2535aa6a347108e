"""An open desk and the settings of it."""

from __future__ import annotations

import pytest

from tests.ui.screens.settings.settings_desk import OpenedDesk


@pytest.fixture
def opened(tmp_path, dialogs):
    """The desk, its folder open."""
    made = OpenedDesk(tmp_path / "desk", dialogs)
    yield made
    made.database.close()


@pytest.fixture
def settings(qtbot, opened):
    """The window and the screen of the settings in it."""
    return opened.open_screen(qtbot)
