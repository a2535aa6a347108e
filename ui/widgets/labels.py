"""Labels by their role in the text: titles, captions, problems; the style sheet says how each looks."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QMargins, QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

Role = Literal[
    "body", "title", "name", "card_title", "strong", "muted", "caption", "small", "small_strong", "accent", "problem", "warning",
    "good", "danger_title", "big_number",
]


def label(text: str = "", role: Role = "body", *, name: str = "", wrap: bool = False,
          parent: QWidget | None = None) -> QLabel:
    """A label of plain text: markup in data is shown as it is written, never interpreted."""
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    if role != "body":
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    if not wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
    if name:
        made.setObjectName(name)
    return made


class FlowLabel(QLabel):
    """Words of a row that wraps: one line while there is room for it, more lines where there is not."""

    def __init__(self, text: str = "", role: Role = "body", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)
        if role != "body":
            self.setProperty("role", role)
        if name:
            self.setObjectName(name)

    def sizeHint(self) -> QSize:
        """The words in one line."""
        self.ensurePolished()
        # One pixel more: a text a fraction wider than its room would be broken.
        return self.fontMetrics().size(0, self.text()).grownBy(QMargins(0, 0, 1, 0))

    def minimumSizeHint(self) -> QSize:
        """A few characters: the rest goes into further lines."""
        wanted = self.sizeHint()
        return QSize(min(wanted.width(), 8 * self.fontMetrics().height()), min(wanted.height(), self.fontMetrics().height()))


def set_role(widget: QWidget, role: Role) -> None:
    """Change what a label is, and how it looks with it."""
    set_look(widget, "role", role)


def set_look(widget: QWidget, key: str, value: object) -> None:
    """Set a dynamic property that the style sheet looks at, and have the widget restyled."""
    value = {True: "true", False: ""}.get(value, value) if isinstance(value, bool) else value
    if (widget.property(key) or "") == value:
        return
    widget.setProperty(key, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
