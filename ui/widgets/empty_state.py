"""What is shown where there is nothing yet: what this place is for, and the way to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.widgets.field_row import IconLabel
from ui.widgets.labels import label
from ui.widgets.layouts import Vertical


class EmptyState(QWidget):
    """An icon, a sentence, an explanation, and an optional action, in the middle of the room."""

    def __init__(self, title: str, explanation: str = "", *, name: str, icon_name: str = "empty",
                 action: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.setAccessibleName(title)
        column = Vertical(self, spacing=10, margins=24)
        column.addStretch(1)
        column.addWidget(IconLabel(icon_name, "muted", 44), 0, Qt.AlignmentFlag.AlignHCenter)
        self._title = label(title, "card_title", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._title)
        self._explanation = label(explanation, "muted", wrap=True)
        self._explanation.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._explanation)
        self._explanation.setVisible(bool(explanation))
        if action is not None:
            column.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def set_words(self, title: str, explanation: str = "") -> None:
        """Say something else."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._explanation.setText(explanation)
        self._explanation.setVisible(bool(explanation))
