"""监管: random checks of what the books say against what stands on the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.main_window import ScreenEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.services import Services


def entry(services: Services) -> ScreenEntry:
    """The entry of the shell; the screen is imported at its first visit."""

    def make() -> QWidget:
        from ui.screens.checks.screen import ChecksScreen

        return ChecksScreen(services)

    return ScreenEntry("checks", tr("监管"), "supervision", make)
