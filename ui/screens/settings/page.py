"""What the pages of the settings share: a column of cards that scrolls, and telling what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.errors import CunyiError
from ui.dialogs import show_failure
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.panes import ScrollPage

if TYPE_CHECKING:
    from ui.services import Services


class Page(ScrollPage):
    """One page. `refresh()` reads anew; `column` takes its cards."""

    def __init__(self, services: Services, *, name: str, parent: QWidget | None = None) -> None:
        inside = QWidget()
        inside.setProperty("kind", "plain")
        super().__init__(inside, name=f"{name}_scroll", modest=True, parent=parent)
        self.services = services
        self.column = Vertical(inside, spacing=12)

    def refresh(self) -> None:
        """Read anew; pages that show nothing of the database leave it."""

    def attempt(self, act: Callable[[], Any], said: str = "") -> bool:
        """Do something short; a failure is told, else `said` is said. True when it was done."""
        try:
            act()
        except CunyiError as error:
            show_failure(self.services.dialogs, error)
            return False
        if said:
            self.services.say(said)
        return True

    def run(self, work: Callable[..., Any], done: Callable[[Any], None], *, title: str, can_cancel: bool = True) -> None:
        """Do something long in the worker; a failure is told."""
        self.services.runner.run(work, on_done=done, on_error=self.on_failed, title=title, can_cancel=can_cancel)

    def on_failed(self, error: BaseException) -> None:
        """Tell why it failed."""
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self.services.dialogs, error)


def buttons(*widgets: QWidget) -> FlowBox:
    """Buttons side by side, wrapping."""
    box = FlowBox(spacing=8, row_spacing=6)
    for widget in widgets:
        box.add(widget)
    return box
