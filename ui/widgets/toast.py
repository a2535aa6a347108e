"""A short sentence that appears at the foot of the window and goes away by itself: “✓ 已保存”."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QWidget

from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.field_row import IconLabel
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal

SHOWN_FOR_MS = 3500
ABOVE_THE_FOOT = 70
"""Distance to the lower edge at 100 %: what was just done must not hide the buttons for what comes next."""


class Toast(QFrame):
    """One per window; a new sentence takes the place of the former. It never takes the focus."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = Horizontal(self, spacing=8, margins=(14, 9, 16, 9))
        self._mark = IconLabel("check", "#ffffff", 16)
        row.addWidget(self._mark)
        self._words = label("", name="toast_words")
        row.addWidget(self._words)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        theme_changes().changed.connect(self.follow_theme)
        self.hide()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        if not self.isHidden():
            QTimer.singleShot(0, self, self._place)

    def say(self, sentence: str, *, icon_name: str = "check") -> None:
        """Show a sentence for a few seconds."""
        self._words.setText(sentence)
        self._mark.set_icon(icon_name, "#ffffff")
        self.setAccessibleName(sentence)
        self.show()
        self.raise_()
        self._place()
        self._timer.start(SHOWN_FOR_MS)

    def text(self) -> str:
        """The last sentence said."""
        return self._words.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the foot when the window is resized."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        window = self.parentWidget()
        self.setMaximumWidth(max(100, window.width() - 40))
        self.adjustSize()
        margin = current_theme().px(ABOVE_THE_FOOT)
        self.move((window.width() - self.width()) // 2, window.height() - self.height() - margin)
