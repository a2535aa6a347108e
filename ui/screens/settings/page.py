"""What the pages of the settings share: cards one below the other, work in the worker, failures told where they belong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.errors import CunyiError
from app.i18n import tr
from app.services.problems import Refused
from ui.dialogs import show_failure
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.field_row import LabelledField
from ui.widgets.layouts import Vertical

if TYPE_CHECKING:
    from ui.background import Work
    from ui.services import Services


def keep_narrow(widget: QWidget, width: int) -> None:
    """Never wider than `width` at 100 %: a PIN needs no line across the whole window."""
    def follow(theme: Theme) -> None:
        widget.setMaximumWidth(theme.px(width))

    follow(current_theme())
    theme_changes().changed.connect(follow)
    widget.destroyed.connect(lambda: theme_changes().changed.disconnect(follow))


class Page(QWidget):
    """One page of the settings. It is made when it is first shown, and `refresh`ed each time it is shown again."""

    def __init__(self, services: Services, title: str, *, name: str) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.services = services
        self.column = Vertical(self, spacing=12)

    def refresh(self) -> None:
        """Read again what is shown."""

    def can_leave(self) -> bool:
        """Whether another page may be shown."""
        return True

    def back_action(self) -> bool:
        """Escape; True when it was dealt with."""
        return False

    def primary_action(self) -> None:
        """F2."""

    def save_action(self) -> None:
        """Ctrl+Enter."""

    def fields(self) -> Mapping[str, LabelledField]:
        """Where the problems of a refusal are shown, by the code of the answer."""
        return {}

    def show_problems(self, sentences: Mapping[str, str]) -> bool:
        """Place sentences beside their fields and go to the first; False when none belongs to a field here."""
        first: LabelledField | None = None
        for code, field in self.fields().items():
            field.set_problem(sentences.get(code, ""))
            if code in sentences and first is None:
                first = field
        if first is not None:
            first.control.setFocus()
        return first is not None

    def run(
        self, work: Work, on_done: Callable[[Any], None], *, title: str = "", can_cancel: bool = False,
        on_cancelled: Callable[[], None] | None = None, on_error: Callable[[BaseException], None] | None = None,
    ) -> None:
        """Do something in the worker; a failure is told here unless `on_error` is given."""
        self.services.runner.run(work, on_done=on_done, on_error=on_error or self.on_failed, title=title,
                                 can_cancel=can_cancel, on_cancelled=on_cancelled)

    def on_failed(self, error: BaseException) -> None:
        """Beside its field where there is one, else in a window; anything but a failure for the user goes on."""
        if not isinstance(error, CunyiError):
            raise error
        sentences = {each.code: tr(each.message) for each in error.problems} if isinstance(error, Refused) else {}
        if not self.show_problems(sentences):
            show_failure(self.services.dialogs, error)
