"""结算: the monthly settlement with clinics and distributors."""

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
        from ui.screens.settlement.screen import SettlementScreen

        return SettlementScreen(services)

    return ScreenEntry("settlement", tr("结算"), "settlement", make)
