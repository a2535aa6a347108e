"""设置: users and PINs, appearance, backups, the key of the data, the organisation, and what other screens add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.main_window import ScreenEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.services import Services


def entry(services: Services) -> ScreenEntry:
    """The entry of the navigation."""

    def factory() -> QWidget:
        from ui.screens.settings.screen import SettingsScreen

        return SettingsScreen(services)

    return ScreenEntry("settings", tr("设置"), "settings", factory)
