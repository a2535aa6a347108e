"""Lines to type in: text, numbers with their unit, dates by digits, values that are only shown.

`FieldControl` is the face that every control of a field has, see `fields`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QWidget

from app.forms import kinds
from app.forms.kinds import Unreadable, plain
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes

NARROW, MIDDLE, WIDE = 132, 170, 370
PAIRED, PAIRED_LAST = 58, 100
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FieldControl(Protocol):
    """What every control of a field offers; each is a QWidget."""

    answered: Signal
    passed: Signal
    left: Signal

    def raw(self) -> object:
        """What stands there: text, an option's number as text, a list of such, or rows; empty when nothing."""
        ...

    def show_raw(self, value: object) -> None:
        """Show a canonical or typed value, None for nothing. Does not emit `answered`."""
        ...

    def stops(self) -> list[QWidget]:
        """The widgets that Tab and Enter stop at, in order."""
        ...


def is_plain_enter(event: QKeyEvent) -> bool:
    """Enter without Ctrl, Alt or Shift: on to the next field."""
    pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in ENTER and pressed == Qt.KeyboardModifier.NoModifier


def is_undo_or_redo(event: QKeyEvent) -> bool:
    """Ctrl+Z, Ctrl+Y, Ctrl+Shift+Z."""
    return event.matches(QKeySequence.StandardKey.Undo) or is_redo(event)


def is_redo(event: QKeyEvent) -> bool:
    """Ctrl+Y or Ctrl+Shift+Z, whichever the system uses."""
    control = Qt.KeyboardModifier.ControlModifier
    pressed = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return (event.key() == Qt.Key.Key_Y and pressed == control) or (
        event.key() == Qt.Key.Key_Z and pressed == control | Qt.KeyboardModifier.ShiftModifier)


def undoes_by_itself(widget: QWidget) -> bool:
    """Whether a line lies in a form that undoes over all its answers, so that the line itself must not."""
    above = widget.parentWidget()
    while above is not None and not hasattr(above, "undo_answer"):
        above = above.parentWidget()
    return above is not None


def text_of(value: object) -> str:
    """A single value as a line shows it: dates as 2026-11-22, numbers as they were written."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


class LineControl(QLineEdit):
    """A line of text or a number; the unit stands inside at the right."""

    answered = Signal()
    passed = Signal()
    left = Signal()

    def __init__(self, *, name: str, accessible_name: str, width: int = MIDDLE, unit: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setAccessibleDescription(unit)
        self._width = width
        self._least = 0
        self._unit = unit
        self._unit_tone = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textEdited.connect(self.on_edited)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def raw(self) -> object:
        """The text."""
        return self.text().strip()

    def show_raw(self, value: object) -> None:
        """Show a value."""
        text = text_of(value)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0 if not self.hasFocus() else len(text))

    def stops(self) -> list[QWidget]:
        """The line itself."""
        return [self]

    def set_unit(self, unit: str, tone: str = "") -> None:
        """Other words at the right; `tone` "warning" shows them in amber (“超重”)."""
        self._unit, self._unit_tone = unit, tone
        self.setAccessibleDescription(unit)
        self.follow_theme(current_theme())
        self.update()

    def unit(self) -> str:
        """The words at the right."""
        return self._unit

    def complete_from(self, words: Sequence[str]) -> None:
        """Propose these words while they are typed; any other stays possible."""
        completer = QCompleter(list(words), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.popup().setObjectName(f"{self.objectName()}_words")
        completer.popup().setAccessibleName(self.accessibleName())
        completer.activated.connect(lambda _words: self.answered.emit())
        self.setCompleter(completer)

    def on_edited(self) -> None:
        """Something was typed."""
        self.answered.emit()

    def sizeHint(self) -> QSize:
        """As wide as this kind of answer usually is."""
        return QSize(current_theme().px(self._width), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """At least some characters."""
        return QSize(current_theme().px(self._least or min(64, self._width)), super().minimumSizeHint().height())

    def follow_theme(self, theme: Theme) -> None:
        """Make room for the unit at this type size."""
        width = QFontMetrics(theme.font(tokens.TYPE.caption)).horizontalAdvance(self._unit) if self._unit else 0
        self.setTextMargins(0, 0, width + theme.gap(4) if width else 0, 0)
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on; with Ctrl it belongs to the screen. Undo belongs to a form that can undo."""
        if is_plain_enter(event) and not self._is_proposing():
            self.passed.emit()
        elif event.key() in ENTER or (is_undo_or_redo(event) and undoes_by_itself(self)):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the field was left, unless only a menu or another window came up."""
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line, and the unit in it."""
        super().paintEvent(event)
        if not self._unit:
            return
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setFont(theme.font(tokens.TYPE.caption))
        painter.setPen(QColor(colours.amber.text if self._unit_tone == "warning" else colours.text_muted))
        place = self.rect().adjusted(0, 0, -theme.gap(10), 0)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._unit)
        painter.end()

    def _is_proposing(self) -> bool:
        completer = self.completer()
        return completer is not None and completer.popup().isVisible()


class NumberControl(LineControl):
    """A number: full-width digits become ordinary ones."""

    def __init__(self, *, name: str, accessible_name: str, width: int = NARROW, unit: str = "",
                 parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, width=width, unit=unit, parent=parent)
        self._passes_on_slash = False
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """In the first of two numbers a slash goes on, as one writes 158/92."""
        if self._passes_on_slash and event.text() in ("/", "／"):
            self.passed.emit()
        else:
            super().keyPressEvent(event)

    def be_narrow(self, *, is_last: bool) -> None:
        """One of a pair in one line: only the last says the unit, for which there must be room."""
        theme = current_theme()
        unit = QFontMetrics(theme.font(tokens.TYPE.caption)).horizontalAdvance(self._unit) / theme.scale
        self._width = max(PAIRED_LAST, PAIRED + round(unit)) if is_last and self._unit else PAIRED
        self._least = self._width if is_last else PAIRED
        self._passes_on_slash = not is_last
        if not is_last:
            self.set_unit("")
        self.updateGeometry()

    def on_edited(self) -> None:
        """Make digits ordinary where the cursor is."""
        ordinary = plain(self.text())
        if ordinary != self.text().strip():
            at = self.cursorPosition()
            self.setText(ordinary)
            self.setCursorPosition(min(at, len(ordinary)))
        super().on_edited()


class ShownControl(LineControl):
    """A value that follows from others: shown, never typed, passed over by Tab."""

    def __init__(self, *, name: str, accessible_name: str, unit: str = "", kind: kinds.Kind | None = None,
                 parent: QWidget | None = None) -> None:
        width = MIDDLE if isinstance(kind, kinds.Choice) else NARROW
        super().__init__(name=name, accessible_name=accessible_name, width=width, unit=unit, parent=parent)
        self._kind = kind
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)

    def show_raw(self, value: object) -> None:
        """Show a value; an option with its number and its words."""
        if isinstance(self._kind, kinds.Choice) and value not in kinds.EMPTY:
            value = f"{value} {self._kind.show(value)}"
        super().show_raw(value)

    def stops(self) -> list[QWidget]:
        """Nothing to stop at."""
        return []


class DateControl(LineControl):
    """A date by digits alone: 20261122 becomes 2026-11-22 while typing, 1122 this year's day when the field is left.

    Up and Down move by a day. With `approximate`, a year or a year and a month may stand alone.
    """

    def __init__(self, *, name: str, accessible_name: str, approximate: bool = False, today: date | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(name=name, accessible_name=accessible_name, width=NARROW, parent=parent)
        self.approximate = approximate
        self._today = today
        self._before = ""
        self.setInputMethodHints(Qt.InputMethodHint.ImhDate)
        self.setPlaceholderText("1955-03-08" if approximate else "")

    def minimumSizeHint(self) -> QSize:
        """A whole date can always be read."""
        theme = current_theme()
        room = QFontMetrics(theme.font()).horizontalAdvance("2028-08-28") + 2 * theme.gap(10) + theme.px(6)
        return QSize(room, super().minimumSizeHint().height())

    def set_today(self, today: date) -> None:
        """The day that short dates are completed from."""
        self._today = today

    def show_raw(self, value: object) -> None:
        """Show a date."""
        super().show_raw(value)
        self._before = self.text()

    def on_edited(self) -> None:
        """Put the dashes in while digits are appended; leave it alone while somebody corrects in the middle."""
        typed = plain(self.text()).replace("/", "-").replace(".", "-")
        appended = len(typed) > len(self._before) and self.cursorPosition() >= len(self.text())
        if appended:
            typed = with_dashes(typed)
        if typed != self.text():
            self.setText(typed)
        self._before = typed
        super().on_edited()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move by a day."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self._move(1 if event.key() == Qt.Key.Key_Up else -1):
            return
        if is_plain_enter(event):
            self.complete_short()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Complete a short date before it is judged."""
        self.complete_short()
        super().focusOutEvent(event)

    def complete_short(self) -> None:
        """1122 or 11-22 becomes the day of this year, 19550308 gets its dashes; what is no date stays as it is."""
        whole = completed_date(self.text(), self._today, approximate=self.approximate)
        if whole != self.text():
            self.setText(whole)
            self._before = whole
            self.answered.emit()

    def _move(self, days: int) -> bool:
        try:
            stands = date.fromisoformat(self.text())
        except ValueError:
            stands = None
        if stands is None:
            if self.text() or self._today is None:
                return False
            moved = self._today
        else:
            moved = stands + timedelta(days=days)
        self.setText(moved.isoformat())
        self._before = self.text()
        self.answered.emit()
        return True


def with_dashes(typed: str) -> str:
    """Digits that are being typed as a date: 202611 → 2026-11, 2026112 → 2026-11-2; anything else stays."""
    if month := re.fullmatch(r"(\d{4})(\d{1,2})", typed):
        return "-".join(month.groups())
    if day := re.fullmatch(r"(\d{4})-?(\d{2})(\d{1,2})", typed):
        return "-".join(day.groups())
    return typed


def completed_date(typed: str, today: date | None, *, approximate: bool) -> str:
    """A finished entry as 2026-11-22; a day of this year may be given as 1122, 11-22 or 11.22; else unchanged."""
    text = plain(typed)
    if not text:
        return ""
    if not approximate and today is not None:
        parts = text.replace(".", "-").replace("/", "-").split("-")
        short = [parts[0][:2], parts[0][2:]] if len(parts) == 1 and len(text) == 4 and text.isdigit() else parts
        if len(short) == 2 and all(part.isdigit() and len(part) <= 2 for part in short):
            try:
                return date(today.year, int(short[0]), int(short[1])).isoformat()
            except ValueError:
                return typed
    try:
        return kinds.read_approximate_date(text)
    except Unreadable:
        return typed
