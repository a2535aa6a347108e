"""Several short answers in one frame: “158 / 92”, “0 → 0 支”, “3次·20分 → 5次·30分”, “中 → 轻”.

Each slot is a line of its own for the keyboard and for screen readers; the frame draws them as one field. What was
answered last time stands in an empty slot in grey, and the frame is dashed until it is taken over or another answer is
given. Readings may go on by themselves when they are complete (see `advance`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QSizePolicy, QWidget

from app.forms.kinds import EMPTY, Option, plain
from app.i18n import tr
from ui.screens.follow_ups.advance import IsComplete, never_complete
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.form_view.fields import is_plain_enter, text_of

ONWARD_SIGNS = "/ 、，,／"
"""Typed between two numbers, as on paper: they only go on to the next slot, unless the cursor has gone there already."""


@dataclass(frozen=True)
class SlotSpec:
    """One slot: its key, its name for screen readers, words drawn before and after it, how wide it is at least (digits).

    `options` make it a choice that is answered by the option's number. `is_complete` says when a reading is complete.
    """

    key: str
    name: str
    before: str = ""
    after: str = ""
    digits: int = 1
    options: tuple[Option, ...] = ()
    is_complete: IsComplete = never_complete


class Slot(QLineEdit):
    """One line without a frame of its own. Signals: `answered`, `passed` (Enter), `completed`, `went_back`, `left`."""

    answered = Signal()
    passed = Signal()
    completed = Signal()
    went_back = Signal()
    left = Signal()

    def __init__(self, spec: SlotSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.came_by_itself = False
        self._offered = ""
        self.setObjectName(spec.key)
        self.setAccessibleName(spec.name)
        self.setProperty("kind", "slot")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        self.textEdited.connect(self.on_edited)

    def raw(self) -> object:
        """What stands there."""
        return self.text().strip()

    def show_raw(self, value: object) -> None:
        """Show a canonical or typed value."""
        text = text_of(value)
        if text != self.text():
            self.setText(text)

    def show_offered(self, words: str) -> None:
        """Show in grey what may be taken over; empty shows nothing."""
        self._offered = words
        self.setPlaceholderText(words)

    def is_offering(self) -> bool:
        """Whether last time's answer stands there in grey."""
        return bool(self._offered) and not self.text()

    def wanted_width(self) -> int:
        """As wide as what stands there, and at least as its usual digits."""
        theme = current_theme()
        metrics = QFontMetrics(theme.font())
        least = metrics.horizontalAdvance("0" * self.spec.digits)
        shown = self.text() or self.placeholderText()
        return max(least, metrics.horizontalAdvance(shown)) + theme.px(5)

    def on_edited(self, text: str) -> None:
        """Make full-width digits ordinary, answer, and go on when the reading is complete."""
        ordinary = plain(text).replace("。", ".")
        if ordinary != text:
            at = self.cursorPosition()
            self.setText(ordinary)
            self.setCursorPosition(min(at, len(ordinary)))
        self.answered.emit()
        if self.cursorPosition() == len(ordinary) and self.spec.is_complete(ordinary):
            self.completed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, a stroke or a blank go on; Backspace in an empty slot goes back."""
        if is_plain_enter(event):
            self.passed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.text() and event.text() in ONWARD_SIGNS:
            if self.text():
                self.passed.emit()
        elif event.key() == Qt.Key.Key_Backspace and not self.text():
            self.went_back.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Mark what is there, so that typing replaces it, unless the cursor came back to go on typing."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.selectAll()
        self.parentWidget().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that the slot was left."""
        super().focusOutEvent(event)
        self.came_by_itself = False
        self.deselect()
        self.parentWidget().update()
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.left.emit()


class OptionSlot(Slot):
    """A slot answered by an option's number; Up and Down, Space and a click choose as well."""

    def __init__(self, spec: SlotSpec, parent: QWidget) -> None:
        super().__init__(spec, parent)
        self._code = ""
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(tr("，").join(f"{each.code} {each.label}" for each in spec.options))

    def raw(self) -> object:
        """The number of the option, or empty."""
        return self._code

    def show_raw(self, value: object) -> None:
        """Show an option by its number."""
        self._code = "" if value in EMPTY else str(value)
        label = next((each.label for each in self.spec.options if str(each.code) == self._code), self._code)
        self.setText(label)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose and go on; Up, Down move; Delete takes back; Space opens the list."""
        codes = [str(each.code) for each in self.spec.options]
        if event.text() in codes and event.text():
            self.choose(event.text())
            self.completed.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            at = codes.index(self._code) if self._code in codes else (-1 if step > 0 else len(codes))
            self.choose(codes[max(0, min(len(codes) - 1, at + step))])
        elif event.key() == Qt.Key.Key_Delete or (event.key() == Qt.Key.Key_Backspace and self._code):
            self.choose("")
        elif event.key() == Qt.Key.Key_Space:
            self.open_list()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens the list."""
        super().mouseReleaseEvent(event)
        self.open_list()

    def choose(self, code: str) -> None:
        """Answer with this option, or take the answer back."""
        if code != self._code:
            self.show_raw(code)
            self.answered.emit()

    def open_list(self) -> None:
        """The options as a menu beneath the slot."""
        menu = QMenu(self)
        menu.setObjectName(f"{self.objectName()}_options")
        for option in self.spec.options:
            menu.addAction(f"{option.code} {option.label}").setData(str(option.code))
        menu.triggered.connect(lambda action: self.choose(action.data()))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Nothing is written here."""
        event.ignore()


class SlotsControl(QWidget):
    """The frame with its slots. `answered(key)`, `passed(key)`, `completed(key)`, `went_back(key)`, `left(key)`."""

    answered = Signal(str)
    passed = Signal(str)
    completed = Signal(str)
    went_back = Signal(str)
    left = Signal(str)

    def __init__(self, specs: Sequence[SlotSpec], *, name: str, unit: str = "", is_flat: bool = False,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._unit = unit
        self._is_flat = is_flat
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.slots: dict[str, Slot] = {}
        for spec in specs:
            slot = (OptionSlot if spec.options else Slot)(spec, self)
            slot.answered.connect(self._on_answered)
            for signal in ("passed", "completed", "went_back", "left"):
                getattr(slot, signal).connect(self._relay(signal, spec.key))
            self.slots[spec.key] = slot
        theme_changes().changed.connect(self.follow_theme)

    @property
    def keys(self) -> tuple[str, ...]:
        """The answers given here."""
        return tuple(self.slots)

    def raw(self, key: str) -> object:
        """What stands in a slot."""
        return self.slots[key].raw()

    def show_raw(self, key: str, value: object) -> None:
        """Show a value in a slot."""
        before = self.slots[key].text()
        self.slots[key].show_raw(value)
        if self.slots[key].text() != before:
            self._place()

    def show_offered(self, key: str, words: str) -> None:
        """Show in grey what may be taken over."""
        if self.slots[key].placeholderText() != words:
            self.slots[key].show_offered(words)
            self._place()

    def stops(self) -> list[QWidget]:
        """The slots in their order."""
        return list(self.slots.values())

    def unit(self) -> str:
        """The words at the right."""
        return self._unit

    def set_unit(self, unit: str) -> None:
        """Other words at the right."""
        self._unit = unit
        self._place()

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self.updateGeometry()
        self._place()

    def sizeHint(self) -> QSize:
        """As wide as what stands there."""
        theme = current_theme()
        return QSize(self._wanted_width() + 2 * theme.gap(10), theme.px(tokens.CONTROL_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Not narrower than its slots."""
        return QSize(min(self.sizeHint().width(), current_theme().px(170)), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the slots."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Fonts may have changed."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the slots goes to the nearest."""
        nearest = min(self.slots.values(), key=lambda slot: abs(slot.geometry().center().x() - event.position().x()))
        nearest.setFocus(Qt.FocusReason.MouseFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame, the words between the slots, and the unit."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_frame(painter, theme)
        painter.setFont(theme.font())
        for slot in self.slots.values():
            if slot.spec.before:
                place = QRectF(slot.x() - self._before_width(slot), 0, self._before_width(slot), self.height())
                painter.setPen(QColor(theme.colours.text if slot.text() else theme.colours.text_muted))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), slot.spec.before)
            if slot.spec.after:
                place = QRectF(slot.geometry().right() + 1, 0, self._after_width(slot), self.height())
                painter.setPen(QColor(theme.colours.text if slot.text() else theme.colours.text_muted))
                painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), slot.spec.after)
        if self._unit and self._unit_fits():
            painter.setFont(theme.font(tokens.TYPE.caption))
            painter.setPen(QColor(theme.colours.text_muted))
            place = self.rect().adjusted(0, 0, -theme.gap(10), 0)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), self._unit)
        painter.end()

    def _paint_frame(self, painter: QPainter, theme: Theme) -> None:
        colours = theme.colours
        focused = any(slot.hasFocus() for slot in self.slots.values())
        marks = {"true": colours.red.strong, "warning": colours.amber.strong}
        edge = marks.get(str(self.property("problem")), colours.focus if focused else colours.border_control)
        if self._is_flat and not focused and not self.property("problem"):
            return
        offers = any(slot.is_offering() for slot in self.slots.values())
        style = Qt.PenStyle.DashLine if offers and not focused else Qt.PenStyle.SolidLine
        width = tokens.FOCUS_WIDTH if focused else 1
        painter.setPen(QPen(QColor(edge), width, style))
        painter.setBrush(QColor(colours.surface if self.isEnabled() else colours.page))
        inset = width / 2
        radius = theme.px(tokens.RADIUS_CONTROL)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)

    def _before_width(self, slot: Slot) -> int:
        theme = current_theme()
        return QFontMetrics(theme.font()).horizontalAdvance(slot.spec.before) + theme.px(2) if slot.spec.before else 0

    def _after_width(self, slot: Slot) -> int:
        return QFontMetrics(current_theme().font()).horizontalAdvance(slot.spec.after) if slot.spec.after else 0

    def _wanted_width(self) -> int:
        return sum(slot.wanted_width() + self._before_width(slot) + self._after_width(slot)
                   for slot in self.slots.values())

    def _unit_fits(self) -> bool:
        theme = current_theme()
        words = QFontMetrics(theme.font(tokens.TYPE.caption)).horizontalAdvance(self._unit)
        last = max(slot.geometry().right() for slot in self.slots.values())
        return last + theme.px(4) + words + theme.gap(10) <= self.width()

    def _place(self) -> None:
        theme = current_theme()
        left = theme.gap(10)
        wanted = self._wanted_width()
        if wanted > self.width() - 2 * left:
            left = max(theme.px(3), (self.width() - wanted) // 2)
        for slot in self.slots.values():
            left += self._before_width(slot)
            slot.setGeometry(left, 2, slot.wanted_width(), self.height() - 4)
            left += slot.wanted_width() + self._after_width(slot)
        self.update()

    def _on_answered(self) -> None:
        self._place()
        slot = self.sender()
        if isinstance(slot, Slot):
            self.answered.emit(slot.spec.key)

    def _relay(self, signal: str, key: str) -> object:
        return lambda: getattr(self, signal).emit(key)
