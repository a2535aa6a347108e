"""Choosing among few named answers: `Segmented` for one answer, `PillChoices` for several.

A group is one stop of the Tab key. Typing an answer's number chooses it, arrow keys move, Space chooses, Delete takes
the answer back. Numbers of two digits work: with answers 1 and 10, typing 1 chooses 1 and a 0 right after it makes
it 10; a comma ends a number. A number that no answer has is told (`refused`). Answers that do not fit into one line go
on in the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QElapsedTimer, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes

SECOND_DIGIT_WITHIN_MS = 900
BETWEEN_NUMBERS = ",.;，。、；"


@dataclass(frozen=True)
class Option:
    """One answer: its stored value, its words, and the number shown before them and typed for it."""

    value: str
    text: str
    number: str = ""
    excludes_others: bool = False

    def words(self) -> str:
        """What is written on it."""
        return f"{self.number} {self.text}" if self.number else self.text


def numbered(texts: Iterable[str], *, first: int = 1) -> tuple[Option, ...]:
    """Options whose value is their number: numbered(["门诊", "家庭", "电话"])."""
    return tuple(Option(str(n), text, str(n)) for n, text in enumerate(texts, first))


class ChoiceButton(QAbstractButton):
    """One answer of a group; the group paints the frame, this paints the words."""

    def __init__(self, option: Option, parent: ChoiceGroup) -> None:
        super().__init__(parent)
        self.option = option
        self.setText(option.words())
        self.setAccessibleName(option.words())
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw by the group's manner."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.parentWidget().paint_choice(painter, self)
        painter.end()


class ChoiceGroup(QWidget):
    """What both kinds of groups share: placing, keys, names."""

    changed = Signal(object)
    refused = Signal(str)
    padding = 13
    gap = 0
    height_at_100 = tokens.CONTROL_HEIGHT

    def __init__(self, options: Sequence[Option], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._typed = ""
        self._last_number = ""
        self._before_digit: list[bool] = []
        self._since_digit = QElapsedTimer()
        self._at = 0
        self._widths: dict[ChoiceButton, int] = {}
        self.buttons: list[ChoiceButton] = []
        for option in options:
            button = ChoiceButton(option, self)
            button.setObjectName(f"{name}_{option.value}")
            button.clicked.connect(self.on_clicked)
            self.buttons.append(button)
        theme_changes().changed.connect(self.follow_theme)

    def options(self) -> tuple[Option, ...]:
        """The answers there are."""
        return tuple(button.option for button in self.buttons)

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self._widths.clear()
        self.updateGeometry()
        self._place()
        self.update()

    def on_clicked(self) -> None:
        """A button was clicked with the mouse or by assistive technology."""
        button = self.sender()
        if isinstance(button, ChoiceButton):
            self._at = self.buttons.index(button)
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.choose(button)

    def choose(self, button: ChoiceButton) -> None:
        """Take over this answer; each kind of group does it in its own way."""

    def clear_answer(self) -> None:
        """Take every answer back."""
        for button in self.buttons:
            button.setChecked(False)
        self._announce()

    def sizeHint(self) -> QSize:
        """All answers in one line."""
        widths = [self._width_of(button) for button in self.buttons]
        gap = current_theme().gap(self.gap)
        return QSize(sum(widths) + gap * max(0, len(widths) - 1), self._line_height())

    def minimumSizeHint(self) -> QSize:
        """The widest single answer."""
        return QSize(max((self._width_of(button) for button in self.buttons), default=0), self._line_height())

    def hasHeightForWidth(self) -> bool:
        """Lines wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines at this width."""
        lines = len(self._lines(width))
        return lines * self._line_height() + (lines - 1) * current_theme().gap(6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the answers."""
        super().resizeEvent(event)
        self._place()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys act."""
        super().focusInEvent(event)
        self._typed = ""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget a half-typed number."""
        super().focusOutEvent(event)
        self._typed = ""
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Numbers choose, arrows move, Space chooses, Delete takes back."""
        plain = not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
        )
        if not plain or not self.buttons:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            self.move_by(1)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Up):
            self.move_by(-1)
        elif event.key() == Qt.Key.Key_Space:
            self.choose(self.buttons[self._at])
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear_answer()
        elif event.text().isascii() and event.text().isdigit():
            self.type_digit(event.text())
        elif event.text() and event.text() in BETWEEN_NUMBERS:
            self._typed = ""
        else:
            super().keyPressEvent(event)

    def move_by(self, step: int) -> None:
        """Arrow keys; each kind of group does it in its own way."""

    def type_digit(self, digit: str) -> None:
        """Choose the answer whose number was typed."""
        recent = self._since_digit.isValid() and self._since_digit.elapsed() <= SECOND_DIGIT_WITHIN_MS
        self._since_digit.start()
        if recent and self._typed and (button := self._button_numbered(self._typed + digit)):
            self._last_number = self._typed + digit
            self.correct_to(self._button_numbered(self._typed), button)
            self._typed = ""
            return
        self._typed, self._last_number = digit, ""
        if button := self._button_numbered(digit):
            self._last_number = digit
            self._before_digit = [each.isChecked() for each in self.buttons]
            self._at = self.buttons.index(button)
            self.choose(button)
        elif not self._may_go_on(digit):
            self.refused.emit(digit)

    def typed_button(self) -> ChoiceButton | None:
        """The answer whose number has just been typed whole; None while a second digit may make another of it."""
        return None if self._may_go_on(self._last_number) else self._button_numbered(self._last_number)

    def _may_go_on(self, number: str) -> bool:
        longer = (button.option.number for button in self.buttons if len(button.option.number) > len(number))
        return any(each.startswith(number) for each in longer)

    def correct_to(self, former: ChoiceButton | None, button: ChoiceButton) -> None:
        """A second digit made another number of the first."""
        self._at = self.buttons.index(button)
        self.choose(button)

    def paint_choice(self, painter: QPainter, button: ChoiceButton) -> None:
        """Draw one answer; each kind of group does it in its own way."""

    def _announce(self) -> None:
        chosen = [button.option.words() for button in self.buttons if button.isChecked()]
        self.setAccessibleDescription(tr("，").join(chosen))
        self.update()
        self.changed.emit(self.value())

    def value(self) -> object:
        """What is answered."""
        return None

    def _button_numbered(self, number: str) -> ChoiceButton | None:
        return next((button for button in self.buttons if button.option.number == number), None)

    def _line_height(self) -> int:
        return current_theme().px(self.height_at_100)

    def _width_of(self, button: ChoiceButton) -> int:
        if button not in self._widths:
            theme = current_theme()
            words = QFontMetrics(theme.font(bold=True)).horizontalAdvance(button.text())
            self._widths[button] = words + 2 * theme.gap(self.padding)
        return self._widths[button]

    def _lines(self, width: int) -> list[list[ChoiceButton]]:
        gap = current_theme().gap(self.gap)
        lines: list[list[ChoiceButton]] = [[]]
        used = 0
        for button in self.buttons:
            need = self._width_of(button)
            if lines[-1] and used + need > width:
                lines.append([])
                used = 0
            lines[-1].append(button)
            used += need + gap
        return lines

    def _place(self) -> None:
        theme = current_theme()
        top = 0
        for line in self._lines(self.width()):
            left = 0
            for button in line:
                width = min(self._width_of(button), max(1, self.width()))
                button.setGeometry(QRect(QPoint(left, top), QSize(width, self._line_height())))
                left += width + theme.gap(self.gap)
            top += self._line_height() + theme.gap(6)


class Segmented(ChoiceGroup):
    """One answer of a few, joined to a bar: “1 门诊 | 2 家庭 | 3 电话”. `changed(str | None)`."""

    def value(self) -> str | None:
        """The value of the answer, or None while there is none."""
        return next((button.option.value for button in self.buttons if button.isChecked()), None)

    def set_value(self, value: str | None) -> None:
        """Show an answer; a value that is no option shows none. Emits `changed` only if it changes."""
        if value == self.value():
            return
        for index, button in enumerate(self.buttons):
            button.setChecked(button.option.value == value)
            if button.isChecked():
                self._at = index
        self._announce()

    def choose(self, button: ChoiceButton) -> None:
        """Answer with this one only."""
        before = next((other for other in self.buttons if other.isChecked() and other is not button), None)
        was_alone = before is None and self.accessibleDescription() == button.option.words()
        for other in self.buttons:
            other.setChecked(other is button)
        if not was_alone:
            self._announce()

    def move_by(self, step: int) -> None:
        """The arrow keys answer with the neighbour, as in a group of radio buttons."""
        if self.value() is None:
            index = 0 if step > 0 else len(self.buttons) - 1
        else:
            index = max(0, min(len(self.buttons) - 1, self._at + step))
        self._at = index
        self.choose(self.buttons[index])

    def paint_choice(self, painter: QPainter, button: ChoiceButton) -> None:
        """Words; filled when chosen."""
        theme = current_theme()
        colours = theme.colours
        chosen, enabled = button.isChecked(), self.isEnabled()
        painter.setFont(theme.font(bold=chosen and theme.high_contrast))
        ink = colours.primary_text if chosen else colours.text
        painter.setPen(QColor(ink if enabled or chosen else colours.disabled_text))
        painter.drawText(button.rect(), int(Qt.AlignmentFlag.AlignCenter), button.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame of each line and the ground of the chosen answer."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self._lines(self.width()):
            frame = QRectF(line[0].geometry().united(line[-1].geometry())).adjusted(0.5, 0.5, -0.5, -0.5)
            self._paint_line(painter, theme, frame, line)
            if self.hasFocus():
                painter.setPen(QPen(QColor(colours.focus), tokens.FOCUS_WIDTH))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                ring = frame.adjusted(0.5, 0.5, -0.5, -0.5)
                painter.drawRoundedRect(ring, theme.px(tokens.RADIUS_CONTROL), theme.px(tokens.RADIUS_CONTROL))
        if self.hasFocus():
            self._paint_focus_within(painter, theme)
        painter.end()

    def _paint_line(self, painter: QPainter, theme: Theme, frame: QRectF, line: list[ChoiceButton]) -> None:
        colours = theme.colours
        path = QPainterPath()
        path.addRoundedRect(frame, theme.px(tokens.RADIUS_CONTROL), theme.px(tokens.RADIUS_CONTROL))
        painter.fillPath(path, QColor(colours.surface if self.isEnabled() else colours.page))
        painter.save()
        painter.setClipPath(path)
        for button in line:
            place = QRectF(button.geometry())
            if button.isChecked():
                painter.fillRect(place, QColor(colours.primary if self.isEnabled() else colours.grey.strong))
            elif button is not line[-1]:
                painter.fillRect(QRectF(place.right() - 1, place.top(), 1, place.height()), QColor(colours.border))
        painter.restore()
        painter.setPen(QPen(QColor(self._edge(colours)), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _edge(self, colours: tokens.Palette) -> str:
        marks = {"true": colours.red.strong, "warning": colours.amber.strong}
        return marks.get(str(self.property("problem")), colours.border_control)

    def _paint_focus_within(self, painter: QPainter, theme: Theme) -> None:
        button = next((button for button in self.buttons if button.isChecked()), None)
        if button is None:
            return
        painter.setPen(QPen(QColor(theme.colours.focus_on_primary), 1.5))
        painter.drawRoundedRect(QRectF(button.geometry()).adjusted(3.5, 3.5, -3.5, -3.5), 3, 3)


class PillChoices(ChoiceGroup):
    """Several answers on pills: “1 无症状 2 头痛头晕 …”. `changed(tuple[str, ...])`.

    An option that excludes the others (“无症状”) takes them back when chosen, and is taken back by any other.
    """

    padding = 9
    gap = 6
    height_at_100 = 30

    def value(self) -> tuple[str, ...]:
        """The values of the answers, in the order of the options."""
        return tuple(button.option.value for button in self.buttons if button.isChecked())

    def set_value(self, values: Iterable[str]) -> None:
        """Show these answers. Emits `changed` only if they change."""
        wanted = set(values)
        if wanted == set(self.value()):
            return
        for button in self.buttons:
            button.setChecked(button.option.value in wanted)
        self._announce()

    def on_clicked(self) -> None:
        """Undo what Qt did to the clicked pill: `choose` toggles it itself."""
        button = self.sender()
        if isinstance(button, ChoiceButton):
            button.setChecked(not button.isChecked())
        super().on_clicked()

    def choose(self, button: ChoiceButton) -> None:
        """Toggle this answer."""
        button.setChecked(not button.isChecked())
        if button.isChecked():
            for other in self.buttons:
                if other is not button and (button.option.excludes_others or other.option.excludes_others):
                    other.setChecked(False)
        self._announce()

    def correct_to(self, former: ChoiceButton | None, button: ChoiceButton) -> None:
        """The first digit had toggled an answer that was not meant, and perhaps taken others back: as it was before."""
        if former is not None:
            for each, was_checked in zip(self.buttons, self._before_digit, strict=True):
                each.setChecked(was_checked)
        super().correct_to(former, button)

    def move_by(self, step: int) -> None:
        """The arrow keys move among the pills without answering."""
        self._at = max(0, min(len(self.buttons) - 1, self._at + step))
        self.update()

    def paint_choice(self, painter: QPainter, button: ChoiceButton) -> None:
        """A pill; green with bold words when chosen; a ring where the keys act."""
        theme = current_theme()
        colours = theme.colours
        chosen = button.isChecked()
        at = self.hasFocus() and self.buttons[self._at] is button
        edge = colours.primary if chosen else colours.border_control
        if self.property("problem") == "true" and not chosen:
            edge = colours.red.strong
        width = 2.0 if chosen and theme.high_contrast else 1.0
        painter.setPen(QPen(QColor(colours.focus if at else edge), tokens.FOCUS_WIDTH if at else width))
        painter.setBrush(QColor(colours.accent_ground if chosen else colours.surface))
        box = QRectF(button.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        ink = colours.accent_text if chosen else colours.text
        painter.setPen(QColor(ink if self.isEnabled() else colours.disabled_text))
        painter.setFont(theme.font(bold=chosen))
        painter.drawText(button.rect(), int(Qt.AlignmentFlag.AlignCenter), button.text())
