"""随访: visits of people with hypertension and type 2 diabetes."""

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
        from ui.screens.follow_ups.screen import FollowUpsScreen

        return FollowUpsScreen(services)

    return ScreenEntry("follow_ups", tr("随访"), "follow_ups", make)
