"""发药: giving drugs to a resident, and what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from ui.screens.dispensing.screen import DispensingScreen
    from ui.services import Services
    from ui.shell.main_window import ScreenEntry


def entry(services: Services) -> ScreenEntry:
    """The clinic's entry 发药."""
    from ui.shell.main_window import ScreenEntry

    def make() -> DispensingScreen:
        from ui.screens.dispensing.screen import DispensingScreen

        return DispensingScreen(services)

    return ScreenEntry("dispensing", tr("发药"), "prescriptions", make)
