"""A program in which a day sheet is being typed, until it is killed."""

from __future__ import annotations

import os
from multiprocessing.connection import Connection
from pathlib import Path

LOOKS_EVERY_MS = 20


def type_for_ever(folder: Path, people: list[str], said: Connection) -> None:
    """Type two blood pressures into the sheet of `people`; say so once the draft was kept by itself."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from app.services.drafts import Drafts
    from tests.desks import reopen
    from ui.background import ImmediateRunner
    from ui.dialogs import ScriptedDialogs
    from ui.screens.day_sheet.screen import DaySheetScreen
    from ui.services import Services
    from ui.start import QT_ARGUMENTS
    from ui.theme.theme import Theme, apply_theme

    app = QApplication(QT_ARGUMENTS)
    apply_theme(app, Theme())
    desk = reopen(folder)
    screen = DaySheetScreen(Services(desk, ImmediateRunner(), ScriptedDialogs()))
    screen.show()
    screen.open_with(people=people)
    screen.page.model.set_text(0, 0, "14286")
    screen.page.model.set_text(1, 0, "13680")
    look = QTimer()

    def tell_when_kept() -> None:
        if Drafts(desk).get("day_sheet", "") is not None:
            look.stop()
            said.send("kept")

    look.timeout.connect(tell_when_kept)
    look.start(LOOKS_EVERY_MS)
    app.exec()
