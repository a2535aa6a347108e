"""库存: what lies on the shelf of this desk, and everything that is booked into or out of it."""

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
        from ui.screens.stock.screen import StockScreen

        return StockScreen(services)

    return ScreenEntry("stock", tr("库存"), "stock", make)
