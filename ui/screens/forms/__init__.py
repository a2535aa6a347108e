"""填表: the screen on which every form that is kept for itself is filled in, corrected and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from ui.shell.main_window import ScreenEntry

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.services import Services


def entry(services: Services) -> ScreenEntry:
    """The screen is reached from a resident's record."""

    def factory() -> QWidget:
        from ui.screens.forms.screen import FormsScreen

        return FormsScreen(services)

    return ScreenEntry("forms", tr("填表"), "residents", factory, in_navigation=False, belongs_to="residents")
