"""药品: the clinic's drug requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from ui.screens.requests.screen import RequestsScreen
    from ui.services import Services
    from ui.shell.main_window import ScreenEntry


def entry(services: Services) -> ScreenEntry:
    """The clinic's entry 药品."""
    from ui.shell.main_window import ScreenEntry

    def make() -> RequestsScreen:
        from ui.screens.requests.screen import RequestsScreen

        return RequestsScreen(services)

    return ScreenEntry("requests", tr("药品"), "drugs", make)
