"""危急情况: the emergency checklist of one disease, opened by a symptom or by the doctor.

“0 都没有” says that every line was asked and nothing found; as long as nothing is chosen, it was not asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.forms import kinds
from app.forms.vocabulary import Level
from app.i18n import tr
from ui.screens.follow_ups.cells import SingleCell
from ui.theme import tokens
from ui.theme.theme import current_theme
from ui.widgets.form_view.fields import PillsControl, options_of
from ui.widgets.segmented import Option

NONE = "none"
NONE_FOUND = msg("都没有")


class ChecklistPills(PillsControl):
    """The danger signs; `raw()` is empty text while it was not asked, an empty list when nothing was found."""

    def __init__(self, options: Sequence[kinds.Option], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        every = [Option(NONE, tr(NONE_FOUND), "0", excludes_others=True), *options_of(options)]
        super().__init__(every, name=name, accessible_name=accessible_name, parent=parent)

    def raw(self) -> object:
        """The numbers of the signs, [] for none, empty text when not asked."""
        chosen = list(self.value())
        return [] if chosen == [NONE] else chosen or ""

    def show_raw(self, value: object) -> None:
        """Show signs by their numbers, or that there are none."""
        if isinstance(value, (list, tuple)) and not value:
            super().show_raw([NONE])
        else:
            super().show_raw(value)


class ChecklistCell(SingleCell):
    """The checklist on an amber ground across the form."""

    def __init__(self, caption: str, key: str, options: Sequence[kinds.Option], parent: QWidget | None = None) -> None:
        pills = ChecklistPills(options, name=key, accessible_name=caption)
        super().__init__(caption, key, pills, span=4, parent=parent)
        theme = current_theme()
        self._column.setContentsMargins(theme.gap(12), theme.gap(8), theme.gap(12), theme.gap(10))

    def show_problem(self, key: str, level: Level | None, sentence: str) -> None:
        """What is not asked yet is answered here, not confirmed."""
        super().show_problem(key, Level.REFUSE if level is Level.ASK else level, sentence)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.colours.amber.strong), 1))
        painter.setBrush(QColor(theme.colours.amber.ground))
        radius = theme.px(tokens.RADIUS_CONTROL)
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        painter.end()
