"""A line for what must not be read over the shoulder, and two of them where it is chosen anew."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import tr
from ui.widgets.buttons import LinkButton
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.layouts import Horizontal, Vertical


class SecretLine(LineEdit):
    """A line that shows dots. `entered()` with Enter."""

    entered = Signal()

    def __init__(self, *, name: str, accessible_name: str, digits_only: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
        self.setInputMethodHints(hints | Qt.InputMethodHint.ImhDigitsOnly if digits_only else hints)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is said to the page, which knows what comes next."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.entered.emit()
        else:
            super().keyPressEvent(event)


class ChosenSecret(QWidget):
    """A PIN or a passphrase typed twice. `value()` is None while both differ, and the difference is said."""

    entered = Signal()

    def __init__(self, *, name: str, caption: str, again: str, digits_only: bool = False, hint: str = "",
                 can_show: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.first = SecretLine(name=name, accessible_name=caption, digits_only=digits_only)
        self.second = SecretLine(name=f"{name}_again", accessible_name=again, digits_only=digits_only)
        self.first_field = LabelledField(caption, self.first, name=name, hint=hint)
        self.second_field = LabelledField(again, self.second, name=f"{name}_again")
        self.first.entered.connect(self.second.setFocus)
        self.second.entered.connect(self.entered)
        for line in (self.first, self.second):
            line.textEdited.connect(self.on_edited)
        column = Vertical(self, spacing=8)
        column.addWidget(self.first_field)
        column.addWidget(self.second_field)
        if can_show:
            row = Horizontal()
            self._show = LinkButton(tr("显示出来核对"), name=f"{name}_show")
            self._show.setCheckable(True)
            self._show.toggled.connect(self.on_show)
            row.addWidget(self._show)
            row.addStretch(1)
            column.addLayout(row)
        self.setFocusProxy(self.first)

    def value(self) -> str | None:
        """What was typed, if it was typed twice alike."""
        if self.first.text() != self.second.text():
            self.second_field.set_problem(tr("两次输入的不一样，请再输一次。"))
            self.second.selectAll()
            return None
        return self.first.text()

    def set_problem(self, sentence: str) -> None:
        """What is wrong with it."""
        self.first_field.set_problem(sentence)

    def clear(self) -> None:
        """Forget it."""
        self.first.clear()
        self.second.clear()

    def on_edited(self) -> None:
        """What was wrong may be right now."""
        self.first_field.set_problem("")
        self.second_field.set_problem("")

    def on_show(self, shown: bool) -> None:
        """Dots or letters."""
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.first.setEchoMode(mode)
        self.second.setEchoMode(mode)
