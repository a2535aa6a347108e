"""名册导入: residents from a spreadsheet, step by step; reached from the screen of residents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.main_window import ScreenEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.services import Services


def entry(services: Services) -> ScreenEntry:
    """The entry, which stands not in the navigation but belongs to 居民."""

    def factory() -> QWidget:
        from ui.screens.import_roster.screen import ImportScreen

        return ImportScreen(services)

    return ScreenEntry("import_roster", tr("导入名册"), "import", factory, in_navigation=False, belongs_to="residents")
