"""收发: files to and from the other desk, and becoming acquainted with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.screens.exchange.screen import ExchangeScreen
    from ui.services import Services, SettingsPage
    from ui.shell.main_window import ScreenEntry


def entry(services: Services) -> ScreenEntry:
    """The entry 收发 of both desks."""
    from ui.shell.main_window import ScreenEntry

    def make() -> ExchangeScreen:
        from ui.screens.exchange.screen import ExchangeScreen

        return ExchangeScreen(services)

    return ScreenEntry("exchange", tr("收发"), "exchange", make)


def settings_pages(services: Services) -> list[SettingsPage]:
    """配对 among the settings, where many sentences send the user."""
    from ui.services import SettingsPage

    def make() -> QWidget:
        from ui.screens.exchange.pairing_page import PairingPage

        return PairingPage(services)

    return [SettingsPage("pairing", tr("配对"), make)]
