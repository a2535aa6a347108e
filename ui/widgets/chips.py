"""Chips: one or two words on a coloured pill, such as “逾期 5”. The colour repeats what the words say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.theme.tokens import Tone
from ui.widgets.layouts import FlowBox


@dataclass(frozen=True)
class ChipText:
    """What a chip says and means."""

    text: str
    tone: Tone = "grey"


def chip_width(theme: Theme, text: str) -> int:
    """How wide a chip is, in pixels."""
    return QFontMetrics(theme.font(tokens.TYPE.chip)).horizontalAdvance(text) + 2 * theme.px(8)


def chips_width(theme: Theme, chips: Sequence[ChipText]) -> int:
    """How wide several chips beside each other are in a table, in pixels."""
    return sum(chip_width(theme, chip.text) for chip in chips) + theme.px(4) * max(0, len(chips) - 1)


def chip_lines(theme: Theme, chips: Sequence[ChipText], width: float, lines: int) -> list[list[ChipText]]:
    """The chips in at most so many lines of a width in pixels.

    What has no room is counted by a last chip, “+2”. Only a first chip may be wider than its line; it is cut when drawn.
    """
    found: list[list[ChipText]] = []
    for number, chip in enumerate(chips):
        if found and chips_width(theme, (*found[-1], chip)) <= width:
            found[-1].append(chip)
        elif len(found) < lines:
            found.append([chip])
        else:
            return [*found[:-1], _counted(theme, found[-1], len(chips) - number, width)]
    return found


def _counted(theme: Theme, line: list[ChipText], hidden: int, width: float) -> list[ChipText]:
    """A line that ends with how many have no room, itself as short as needed for that."""
    kept = list(line)
    while len(kept) > 1 and chips_width(theme, (*kept, _hidden(hidden))) > width:
        kept.pop()
        hidden += 1
    return [*kept, _hidden(hidden)]


def _hidden(count: int) -> ChipText:
    return ChipText(f"+{count}", "grey")


def paint_chip(painter: QPainter, theme: Theme, chip: ChipText, left_middle: QPointF, widest: float) -> float:
    """Draw a chip with its left edge and vertical middle at a point; returns the width used.

    A chip wider than `widest` is cut with an ellipsis.
    """
    pair = theme.colours.tone(chip.tone)
    font = theme.font(tokens.TYPE.chip)
    metrics = QFontMetrics(font)
    padding = theme.px(8)
    # One pixel more: `chip_width` is rounded, and a text a fraction wider than its room would be cut.
    text = metrics.elidedText(chip.text, Qt.TextElideMode.ElideRight, max(0, int(widest) - 2 * padding + 1))
    height = theme.px(tokens.CHIP_HEIGHT)
    width = metrics.horizontalAdvance(text) + 2 * padding
    box = QRectF(left_middle.x(), left_middle.y() - height / 2, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if theme.high_contrast:
        painter.setPen(QPen(QColor(pair.strong), 1.5))
        box = box.adjusted(1, 1, -1, -1)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(pair.ground))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(QColor(pair.text))
    painter.setFont(font)
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.restore()
    return width


class Chip(QWidget):
    """One chip as a widget."""

    def __init__(self, text: str = "", tone: Tone = "grey", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chip = ChipText(text, tone)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        if name:
            self.setObjectName(name)
        theme_changes().changed.connect(self.follow_theme)

    def text(self) -> str:
        """The words on it."""
        return self._chip.text

    def tone(self) -> Tone:
        """Its meaning."""
        return self._chip.tone

    def set_chip(self, text: str, tone: Tone) -> None:
        """Say something else; an empty text hides the chip."""
        self._chip = ChipText(text, tone)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        theme = current_theme()
        return QSize(chip_width(theme, self._chip.text) + 1, theme.px(tokens.CHIP_HEIGHT) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill."""
        painter = QPainter(self)
        paint_chip(painter, current_theme(), self._chip, QPointF(0, self.height() / 2), self.width())
        painter.end()


class ChipRow(FlowBox):
    """Several chips side by side, wrapping."""

    def __init__(self, chips: Iterable[ChipText] = (), *, spacing: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(spacing=spacing, row_spacing=4, parent=parent)
        self._chips: tuple[ChipText, ...] = ()
        self.set_chips(chips)

    def chips(self) -> tuple[ChipText, ...]:
        """What is shown."""
        return self._chips

    def set_chips(self, chips: Iterable[ChipText]) -> None:
        """Show these chips in place of the former ones."""
        self._chips = tuple(chips)
        self.clear()
        for chip in self._chips:
            self.add(Chip(chip.text, chip.tone, parent=self))
        self.setAccessibleName(tr("，").join(chip.text for chip in self._chips))
        self.setVisible(bool(self._chips))
