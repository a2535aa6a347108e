"""日间表格 and 筛查: many people in one grid. Not in the navigation; reached from 今日 and from the list of residents."""

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
        from ui.screens.day_sheet.screen import DaySheetScreen

        return DaySheetScreen(services)

    return ScreenEntry("day_sheet", tr("日间表格"), "forms", make, in_navigation=False, belongs_to="today")
