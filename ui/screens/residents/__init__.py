"""居民: finding, registering and correcting residents, their households, and everything on file about one of them."""

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
        from ui.screens.residents.screen import ResidentsScreen

        return ResidentsScreen(services)

    return ScreenEntry("residents", tr("居民"), "residents", factory)
