"""Buttons that say what they do and which key does the same.

A button only shows its key: the shell owns the shortcuts (F2, Ctrl+Enter, Esc …) and calls the screen, so that one
key never has two owners.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from ui.theme import tokens
from ui.theme.icons import icon
from ui.theme.theme import Theme, current_theme, theme_changes

Kind = Literal["primary", "secondary", "danger", "link", "top"]


class Button(QPushButton):
    """A push button; `hint` is the key written behind its words, `name` its object name."""

    def __init__(
        self, text: str, *, name: str, kind: Kind = "secondary", hint: str = "", icon_name: str = "",
        small: bool = False, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._words = text
        self._hint = hint
        self._icon_name = icon_name
        self.setObjectName(name)
        self.setProperty("kind", kind)
        if small:
            self.setProperty("small", "true")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._show_words()
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def words(self) -> str:
        """What it says, without the key."""
        return self._words

    def set_words(self, text: str, hint: str | None = None) -> None:
        """Say something else."""
        self._words = text
        if hint is not None:
            self._hint = hint
        self._show_words()

    def follow_theme(self, theme: Theme) -> None:
        """Redraw the icon for this appearance."""
        if self._icon_name:
            colours = theme.colours
            by_kind = {"primary": colours.primary_text, "danger": colours.danger, "link": colours.accent_text}
            size = theme.px(16)
            air = theme.px(4) if self._words else 0
            self.setIcon(icon(self._icon_name, by_kind.get(str(self.property("kind")), colours.text), size, air=air))
            self.setIconSize(QSize(size + air, size))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the focused button, as Space does."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, and on a filled one the focus ring inside, where it contrasts."""
        super().paintEvent(event)
        if not self.hasFocus() or self.property("kind") != "primary":
            return
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.colours.focus_on_primary), tokens.FOCUS_WIDTH))
        radius = theme.px(tokens.RADIUS_BUTTON) - 3
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 4, -4, -4), radius, radius)
        painter.end()

    def _show_words(self) -> None:
        words = self._words.replace("&", "&&")
        self.setText(f"{words}\u3000{self._hint}" if self._hint else words)
        self.setAccessibleName(self._words)
        if self._hint:
            self.setAccessibleDescription(self._hint)


class PrimaryButton(Button):
    """The one main action of a screen."""

    def __init__(self, text: str, *, name: str, hint: str = "", icon_name: str = "", small: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, kind="primary", hint=hint, icon_name=icon_name, small=small, parent=parent)


class SecondaryButton(Button):
    """Any other action."""

    def __init__(self, text: str, *, name: str, hint: str = "", icon_name: str = "", small: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, kind="secondary", hint=hint, icon_name=icon_name, small=small, parent=parent)


class DangerButton(Button):
    """An action that takes something away; never the default."""

    def __init__(self, text: str, *, name: str, hint: str = "", icon_name: str = "", small: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, kind="danger", hint=hint, icon_name=icon_name, small=small, parent=parent)


class LinkButton(Button):
    """A small action within text, such as “看原因”."""

    def __init__(self, text: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, name=name, kind="link", parent=parent)
