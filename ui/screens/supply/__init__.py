"""采购配送: the township's way of a drug from the distributor to the village."""

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
        from ui.screens.supply.screen import SupplyScreen

        return SupplyScreen(services)

    return ScreenEntry("supply", tr("采购配送"), "shipments", make)
