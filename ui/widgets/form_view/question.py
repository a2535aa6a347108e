"""A question that is read out: its whole words at the left, its scale at the right, or beneath where it is long."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from app.forms.kinds import Choice
from app.forms.vocabulary import Field
from ui.theme.theme import current_theme
from ui.widgets.form_view.fields import FieldControl
from ui.widgets.form_view.row import FieldRow
from ui.widgets.form_view.spread import is_short_scale
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical

SIDE_BY_SIDE_FROM = 700
EVERY_COLUMN = 100_000


class QuestionRow(FieldRow):
    """One question on a line of its own."""

    def __init__(self, item: Field, controls: Mapping[str, FieldControl]) -> None:
        self._is_short = isinstance(item.kind, Choice) and is_short_scale(item.kind)
        self._item = item
        super().__init__(item.name, controls, starred=item.starred)
        self._caption.hide()

    def sizeHint(self) -> QSize:
        """It wants every column."""
        return QSize(EVERY_COLUMN, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other where there is room."""
        super().resizeEvent(event)
        beside = self._is_short and self.width() >= current_theme().px(SIDE_BY_SIDE_FROM)
        directions = QBoxLayout.Direction
        wanted = directions.LeftToRight if beside else directions.TopToBottom
        if self._body.direction() != wanted:
            self._body.setDirection(wanted)

    def _place_controls(self, separator: str) -> None:
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(current_theme().gap(6))
        words = Vertical(spacing=1)
        question = label(self._item.label, name=f"{self._name}_question", wrap=True)
        words.addWidget(question)
        if self._item.hint:
            words.addWidget(label(self._item.hint, "caption", name=f"{self._name}_hint", wrap=True))
        self._body.addLayout(words, 1)
        control = next(iter(self.controls.values()))
        self._body.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter if self._is_short else Qt.AlignmentFlag(0))
        self._column.addLayout(self._body)
