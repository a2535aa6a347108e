"""导入名单: residents from a spreadsheet, looked at line by line before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from ui.screens.import_roster.screen import ImportScreen
    from ui.services import Services
    from ui.shell.main_window import ScreenEntry


def entry(services: Services) -> ScreenEntry:
    """The clinic's import of rosters, reached from 居民."""
    from ui.shell.main_window import ScreenEntry

    def make() -> ImportScreen:
        from ui.screens.import_roster.screen import ImportScreen

        return ImportScreen(services)

    return ScreenEntry("import_roster", tr("导入居民名单"), "import", make, in_navigation=False, belongs_to="residents")
