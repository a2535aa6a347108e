"""Options that all lie open: one under the other with what each means, or as the scale of a question."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.forms import kinds
from ui.theme import tokens
from ui.theme.theme import current_theme
from ui.widgets.form_view.choices import BarControl
from ui.widgets.segmented import ChoiceButton, Option

MEANING = 150
"""Where the words of what an option means begin, at 100 %."""

LINE_PADDING = 7
SCALE_LETTERS = 26
"""Scales with fewer letters stand beside their question."""


class StackControl(BarControl):
    """Options one under the other, each with what it means: the grades of an assessment."""

    def __init__(self, options: Sequence[Option], helps: Sequence[str], *, name: str, accessible_name: str,
                 parent: QWidget | None = None) -> None:
        super().__init__(options, name=name, accessible_name=accessible_name, parent=parent)
        self._helps = dict(zip(self.buttons, helps, strict=True))
        for button, words in self._helps.items():
            button.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        width = current_theme().px(560)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """The meanings wrap."""
        return QSize(current_theme().px(240), super().minimumSizeHint().height())

    def heightForWidth(self, width: int) -> int:
        """All options, one under the other."""
        return sum(self._height_of(button, width) for button in self.buttons)

    def _lines(self, width: int) -> list[list[ChoiceButton]]:
        return [[button] for button in self.buttons]

    def _place(self) -> None:
        top = 0
        for button in self.buttons:
            height = self._height_of(button, self.width())
            button.setGeometry(QRect(QPoint(0, top), QSize(max(1, self.width()), height)))
            top += height

    def _height_of(self, button: ChoiceButton, width: int) -> int:
        room = max(1, self._meaning_of(QRect(0, 0, width, 100)).width())
        metrics = QFontMetrics(current_theme().font())
        words = metrics.boundingRect(QRect(0, 0, room, 10_000), int(Qt.TextFlag.TextWordWrap), self._helps[button])
        return max(words.height(), metrics.height()) + 2 * current_theme().gap(LINE_PADDING)

    def _meaning_of(self, place: QRect) -> QRect:
        theme = current_theme()
        return place.adjusted(theme.px(MEANING), 0, -theme.gap(12), 0)

    def paint_choice(self, painter: QPainter, button: ChoiceButton) -> None:
        """Number and grade at the left, what it means behind."""
        theme = current_theme()
        colours = theme.colours
        chosen = button.isChecked()
        painter.setPen(QColor(colours.primary_text if chosen else colours.text))
        painter.setFont(theme.font(bold=chosen))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(button.rect().adjusted(theme.gap(13), 0, 0, 0), middle, button.text())
        painter.setFont(theme.font())
        painter.setPen(QColor(colours.primary_text if chosen else colours.text_muted))
        painter.drawText(self._meaning_of(button.rect()), middle | int(Qt.TextFlag.TextWordWrap), self._helps[button])

    def paintEvent(self, event: QPaintEvent) -> None:
        """One frame around all, lines between them."""
        theme = current_theme()
        colours = theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = theme.px(tokens.RADIUS_CONTROL)
        painter.setPen(QPen(QColor(self._edge(colours)), 1))
        painter.setBrush(QColor(colours.surface if self.isEnabled() else colours.page))
        painter.drawRoundedRect(frame, radius, radius)
        for button in self.buttons:
            place = QRectF(button.geometry())
            if button.isChecked():
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(colours.primary if self.isEnabled() else colours.grey.strong))
                painter.drawRoundedRect(place.adjusted(1, 1, -1, -1), radius - 1, radius - 1)
            elif button is not self.buttons[-1]:
                painter.fillRect(QRectF(place.left() + 1, place.bottom(), place.width() - 2, 1), QColor(colours.border))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.focus), tokens.FOCUS_WIDTH))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            self._paint_focus_within(painter, theme)
        painter.end()


class ScaleBar(BarControl):
    """The scale of a question: equally wide, so that the bars of all questions stand under each other."""

    padding = 9

    def _width_of(self, button: ChoiceButton) -> int:
        if button not in self._widths:
            widest = max(super(ScaleBar, self)._width_of(each) for each in self.buttons)
            self._widths = dict.fromkeys(self.buttons, widest)
        return self._widths[button]


def short_words(label: str) -> str:
    """The words of an option without what stands in brackets behind: 没有（根本不/从来没有） → 没有."""
    return label.split("（")[0] if not label.startswith("（") else label


def scale_of(kind: kinds.Choice) -> list[Option]:
    """The options of a question, shortened where the rest stands in brackets."""
    return [Option(str(each.code), short_words(each.label), str(each.code)) for each in kind.options]


def is_short_scale(kind: kinds.Choice) -> bool:
    """Whether the options of a question have room beside it."""
    return sum(len(short_words(each.label)) + 2 for each in kind.options) <= SCALE_LETTERS
