"""A field of the visit: caption, last time's value, the control, and beneath it what is wrong, with the way to confirm.

All cells have one face, whatever control is inside: answers by key, signals with the key.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QLayout, QLineEdit, QSizePolicy, QWidget

from app.forms.vocabulary import Level
from app.i18n import tr
from ui.screens.follow_ups.bars import OfferingBar
from ui.screens.follow_ups.slots import SlotsControl
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import Button
from ui.widgets.field_row import IconLabel
from ui.widgets.form_view.fields import LineControl
from ui.widgets.form_view.grid import COLUMN_WIDTH
from ui.widgets.labels import label, set_look
from ui.widgets.layouts import Horizontal, Vertical

GAP = 14
"""Between the columns, at 100 %."""


class CaptionLine(QWidget):
    """The words above a control: what it is, and in the same quiet type what was said last time; cut where too long."""

    def __init__(self, caption: str, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.caption = caption
        self._last = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_changes().changed.connect(self.follow_theme)

    def last(self) -> str:
        """What is shown of last time."""
        return self._last

    def show_last(self, words: str) -> None:
        """Show other words of last time; empty shows none."""
        if words != self._last:
            self._last = words
            self.setToolTip(words)
            self.update()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """One line."""
        metrics = QFontMetrics(current_theme().font(tokens.TYPE.caption))
        return QSize(metrics.horizontalAdvance(self.caption), metrics.height())

    def minimumSizeHint(self) -> QSize:
        """It may be cut."""
        return QSize(20, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setFont(theme.font(tokens.TYPE.caption))
        painter.setPen(QColor(theme.colours.text_muted))
        words = f"{self.caption}\u3000{self._last}" if self._last else self.caption
        if self._last and painter.fontMetrics().horizontalAdvance(words) > self.width():
            # What was said last time tells more than the field's own 现在 → 目标, which its arrow shows too.
            words = "\u3000".join((self.caption.partition("\u3000")[0], self._last))
        shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


class Beneath(QWidget):
    """The sentence beneath a control, with the button that confirms an unusual value. `confirmed` when it is pressed."""

    confirmed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.level: Level | None = None
        column = Vertical(self, spacing=4)
        row = Horizontal(spacing=5)
        self._mark = IconLabel("error", "red")
        self._sentence = label("", "problem", name=f"{name}_problem", wrap=True)
        self.button = Button(tr("确认无误"), name=f"{name}_confirm", small=True)
        self.button.clicked.connect(self.confirmed)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._sentence, 1)
        column.addLayout(row)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def text(self) -> str:
        """The sentence, or empty."""
        return self._sentence.text() if self.level is not None else ""

    def show_problem(self, level: Level | None, sentence: str) -> None:
        """Show a sentence in red, or in amber with the button; None hides it."""
        if (level, sentence) == (self.level, self._sentence.text()):
            return
        self.level = level
        asks = level is Level.ASK
        self._sentence.setText(sentence)
        set_look(self._sentence, "role", "warning" if asks else "problem")
        self._mark.set_icon("warning" if asks else "error", "amber" if asks else "red")
        self.button.setVisible(asks)
        self.setVisible(level is not None)


class Cell(QWidget):
    """One field. `span` columns wide. Subclasses place their control and tell its signals with the key.

    Signals: `answered(key)`, `left(key)`, `passed(key)` Enter, `completed(key)` a reading is complete, `went_back(key)`
    Backspace in an empty slot, `confirmed(key)`.
    """

    answered = Signal(str)
    left = Signal(str)
    passed = Signal(str)
    completed = Signal(str)
    went_back = Signal(str)
    confirmed = Signal(str)

    def __init__(self, caption: str, keys: tuple[str, ...], *, span: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(f"{keys[0]}_cell")
        self.keys = keys
        self.span = span
        self._problem_key = keys[0]
        self._described = ""
        self._column = Vertical(self, spacing=3)
        self.caption = CaptionLine(caption, name=f"{keys[0]}_caption")
        self._column.addWidget(self.caption)
        self.beneath = Beneath(keys[0])
        self.beneath.confirmed.connect(lambda: self.confirmed.emit(self._problem_key))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def place(self, control: QWidget | QLayout) -> None:
        """Put the control under the caption."""
        if isinstance(control, QLayout):
            self._column.addLayout(control)
        else:
            self._column.addWidget(control)
        self._column.addWidget(self.beneath)

    def sizeHint(self) -> QSize:
        """As wide as its columns."""
        theme = current_theme()
        width = self.span * theme.px(COLUMN_WIDTH) + (self.span - 1) * theme.gap(GAP)
        return QSize(width, super().sizeHint().height())

    def raw(self, key: str) -> object:
        """What stands there for a key."""
        raise KeyError(key)

    def show_raw(self, key: str, value: object) -> None:
        """Show a value for a key."""
        raise KeyError(key)

    def show_offered(self, key: str, value: object, words: str) -> None:
        """Show as offered what may be taken over; empty words show nothing."""

    def controls(self) -> list[QWidget]:
        """The widgets that are marked when something is wrong."""
        return []

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        stops = self.inner_stops()
        return [*stops, self.beneath.button] if self.beneath.level is Level.ASK else stops

    def inner_stops(self) -> list[QWidget]:
        """The widgets that Tab stops at, without the button beneath."""
        return []

    def problem(self) -> str:
        """The sentence beneath, or empty."""
        return self.beneath.text()

    def show_problem(self, key: str, level: Level | None, sentence: str) -> None:
        """Show what is wrong with an answer; None shows nothing."""
        self._problem_key = key
        self.beneath.show_problem(level, sentence)
        look = "" if level is None else "warning" if level is Level.ASK else "true"
        for control in self.controls():
            set_look(control, "problem", look)
        self.describe()

    def describe(self) -> None:
        """What a screen reader says behind the name of a line: unit, last time's answer, what is wrong."""
        words = tr("，").join(part for part in (self.unit(), self.caption.last(), self.problem()) if part)
        if words == self._described:
            return
        self._described = words
        for stop in self.inner_stops():
            if isinstance(stop, QLineEdit) and not stop.isReadOnly():
                stop.setAccessibleDescription(words)

    def unit(self) -> str:
        """The unit, or empty."""
        return ""


class SlotsCell(Cell):
    """Several short answers in one frame."""

    def __init__(self, caption: str, control: SlotsControl, *, span: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(caption, control.keys, span=span, parent=parent)
        self.control = control
        for signal in ("answered", "left", "passed", "completed", "went_back"):
            getattr(control, signal).connect(getattr(self, signal))
        self.place(control)

    def raw(self, key: str) -> object:
        """What stands in a slot."""
        return self.control.raw(key)

    def show_raw(self, key: str, value: object) -> None:
        """Show a value in a slot."""
        self.control.show_raw(key, value)

    def show_offered(self, key: str, value: object, words: str) -> None:
        """Show words in grey."""
        self.control.show_offered(key, words)

    def unit(self) -> str:
        """The words at the right of the frame."""
        return self.control.unit()

    def controls(self) -> list[QWidget]:
        """The frame."""
        return [self.control]

    def inner_stops(self) -> list[QWidget]:
        """The slots."""
        return self.control.stops()


class SingleCell(Cell):
    """One control of the form view with one answer; `beside` stands at its right."""

    def __init__(self, caption: str, key: str, control: Any, *, span: int = 1, beside: QWidget | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(caption, (key,), span=span, parent=parent)
        self.control = control
        self._beside = beside
        control.answered.connect(lambda: self.answered.emit(key))
        control.left.connect(lambda: self.left.emit(key))
        control.passed.connect(lambda: self.passed.emit(key))
        if beside is None:
            self.place(control)
        else:
            row = Horizontal(spacing=8)
            row.addWidget(control, 1)
            row.addWidget(beside)
            self.place(row)

    def raw(self, key: str) -> object:
        """What stands there."""
        return self.control.raw()

    def show_raw(self, key: str, value: object) -> None:
        """Show a value."""
        self.control.show_raw(value)

    def show_offered(self, key: str, value: object, words: str) -> None:
        """Show an option within dashes, or words in grey."""
        if isinstance(self.control, OfferingBar):
            self.control.show_offered(str(value) if words else "")
        elif isinstance(self.control, LineControl):
            self.control.setPlaceholderText(words)

    def controls(self) -> list[QWidget]:
        """The control."""
        return [self.control]

    def inner_stops(self) -> list[QWidget]:
        """The control, and what stands beside it."""
        stops = [stop for stop in self.control.stops() if stop.isEnabled()]
        return [*stops, self._beside] if self._beside is not None and self._beside.isEnabled() else stops
