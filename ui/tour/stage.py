"""The real window for the tour: a desk's window with its composer, scripted file choosers, and sheets that are kept.

The key of the tour's desks lives in memory only; its folders are its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from ui.background import BackgroundRunner
from ui.compose import Composer
from ui.dialogs import ScriptedDialogs
from ui.shell.main_window import MainWindow
from ui.theme.theme import apply_theme, current_theme
from ui.tour.hands import Hands, settle, wait_until
from ui.tour.log import Log, Step
from ui.widgets.pdf_preview import PdfPreview

if TYPE_CHECKING:
    from app.security.secret_store import SecretStore
    from ui.services import Services

WINDOW = QSize(1366, 768)
PAPER_AND_FRAME = 3
"""A page that is not drawn yet shows at most the paper, the ground around it and its shadow."""


class Stage:
    """One desk's window on the stage. `show()` opens its folder; `services` is there once somebody has signed in."""

    def __init__(
        self, folder: Path, log: Log, store: SecretStore, clock: Callable[[], datetime], *, kind: str = "clinic"
    ) -> None:
        self.log = log
        self.kind = kind
        self.step: Step | None = None
        self.dialogs = ScriptedDialogs()
        self.window = MainWindow(desk="township" if kind == "township" else "clinic")
        self.window.resize(WINDOW)
        self.hands = Hands(self.window)
        self.runner = BackgroundRunner(self.window)
        self.composer = KeepingComposer(
            self, folder=folder, runner=self.runner, dialogs=self.dialogs, store=store, clock=clock,
            keeps_scale=False, keeps_contrast=False,
        )

    @property
    def services(self) -> Services:
        """The services of the signed-in desk."""
        assert self.composer.services is not None
        return self.composer.services

    def show(self) -> None:
        """Open the window and wait until the desk behind it asks for somebody or something."""
        ready: list[bool] = []
        self.window.data_ready.connect(lambda: ready.append(True))
        self.window.show()
        self.come_forward()
        self.composer.open()
        wait_until(lambda: bool(ready), "the desk to be opened")

    def come_forward(self) -> None:
        """Make this window the active one, in the colours of its desk: in life each desk has a computer of its own."""
        desk = "township" if self.kind == "township" else "clinic"
        if current_theme().desk != desk:
            apply_theme(application(), replace(current_theme(), desk=desk))
        self.window.raise_()
        self.window.activateWindow()
        wait_until(self.window.isActiveWindow, "the window to be active")

    def hush(self) -> None:
        """What was said and offered in the step before is gone: in life more time lies between."""
        toast = self.window.findChild(QWidget, "toast")
        if toast is not None:
            toast.hide()
        offered = self.window.findChild(QAbstractButton, "next_forms_away")
        if offered is not None and offered.isVisible():
            offered.click()

    def wait_for_desk(self) -> None:
        """Wait until the first screen is there."""
        wait_until(lambda: self.composer.services is not None and not self.window.is_covered(), "the first screen")
        settle()

    def wait_idle(self) -> None:
        """Wait until no background work is under way."""
        wait_until(lambda: not self.runner.is_busy(), "background work to end")
        settle()

    def picture(self, name: str) -> None:
        """Take a picture of the window; a small window that has closed may have left none active."""
        if QApplication.activeWindow() is None:
            self.come_forward()
        self.log.picture(self.window, name, self.step)

    def picture_in_front(self, name: str) -> None:
        """Take a picture of the window that lies over the desk's."""
        self.log.picture(QApplication.activeModalWidget() or self.window, name, self.step)

    def close(self) -> None:
        """Close the window and give the folder back."""
        self.window.close()
        settle()
        self.window.deleteLater()
        settle()


class KeepingComposer(Composer):
    """A composer that keeps every sheet that is shown, with a picture of its preview."""

    def __init__(self, stage: Stage, **parts: object) -> None:
        super().__init__(stage.window, **parts)  # type: ignore[arg-type]
        self.stage = stage

    def preview(self, pdf_bytes: bytes, title: str) -> None:
        """Keep the sheet and a picture of its preview instead of waiting for somebody to close it."""
        self.stage.log.sheet(pdf_bytes, title.replace("/", "-"), self.stage.step)
        window = PdfPreview(self.window, pdf_bytes, title, self.dialogs)
        window.show()
        settle()
        wait_until(lambda: has_ink(window), "the sheet to be drawn")
        self.stage.log.picture(window, f"preview {title}", self.stage.step)
        window.close()


def has_ink(window: PdfPreview) -> bool:
    """Whether the middle of the page has been drawn: Qt draws pages in a thread of its own."""
    page = window.page_image()
    colours = {page.pixel(x, y) for x in range(0, page.width(), 7) for y in range(0, page.height(), 3)}
    return len(colours) > PAPER_AND_FRAME


def application() -> QApplication:
    """The running application, or a new one that paints offscreen where there is no display."""
    from ui.start import QT_ARGUMENTS

    app = QApplication.instance()
    return app if isinstance(app, QApplication) else QApplication(QT_ARGUMENTS)
