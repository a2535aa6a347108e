"""申领审核: the township's review of the clinics' drug requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr

if TYPE_CHECKING:
    from ui.screens.review.screen import ReviewScreen
    from ui.services import Services
    from ui.shell.main_window import ScreenEntry


def entry(services: Services) -> ScreenEntry:
    """The township's entry 申领审核."""
    from ui.shell.main_window import ScreenEntry

    def make() -> ReviewScreen:
        from ui.screens.review.screen import ReviewScreen

        return ReviewScreen(services)

    return ScreenEntry("review", tr("申领审核"), "review", make)
