"""今日: what is to be done today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.main_window import ScreenEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.services import Services


def entry(services: Services) -> ScreenEntry:
    """The entry in the navigation; the screen is imported at its first visit."""

    def make() -> QWidget:
        from ui.screens.today.screen import TodayScreen

        return TodayScreen(services)

    return ScreenEntry("today", tr("今日"), "today", make)
