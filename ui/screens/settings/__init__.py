"""设置: the organisation, users and PINs, appearance, security, backups, rules, about; and pages that others add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from ui.screens.settings.screen import SettingsScreen
    from ui.services import Services
    from ui.shell.main_window import ScreenEntry


def entry(services: Services) -> ScreenEntry:
    """The settings of both desks."""
    from ui.shell.main_window import ScreenEntry

    def make() -> SettingsScreen:
        from ui.screens.settings.screen import SettingsScreen

        return SettingsScreen(services)

    return ScreenEntry("settings", tr("设置"), "settings", make)
