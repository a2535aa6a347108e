"""How the cells of a `DataTable` are drawn and filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme
from ui.widgets.chips import ChipText, chip_lines, chip_width, chips_width, paint_chip

if TYPE_CHECKING:
    from ui.widgets.table import Align, Cell, Column, DataTable

AnyIndex = QModelIndex | QPersistentModelIndex
BEGINS_NO_LINE = "，。；：、！？）》”"
FIRST_EAST_ASIAN = "\u2e80"
"""Before any character from here on a line may be broken."""


class CellDelegate(QStyledItemDelegate):
    """Draws text, second line, chips and the box of editable cells with the tokens of the theme."""

    def __init__(self, table: DataTable) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one cell."""
        theme = current_theme()
        colours = theme.colours
        column = self._table.rows_model.columns[index.column()]
        cell = self._table.rows_model.cell(index)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(colours.surface_selected))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.surface_hover))
        painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                         QColor(colours.border_row))
        if column.editable:
            self._paint_box(painter, theme, option, cell)
        else:
            self._paint_cell(painter, theme, QRectF(option.rect), column, cell)
        painter.restore()

    def box_within(self, rectangle: QRect) -> QRect:
        """The box of an editable cell inside the cell."""
        theme = current_theme()
        height = min(theme.px(tokens.CONTROL_HEIGHT), rectangle.height() - 4)
        top = rectangle.top() + (rectangle.height() - height) // 2
        side = theme.gap(8)
        return QRect(rectangle.left() + side, top, rectangle.width() - 2 * side, height)

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """The row height is the table's; the width is worked out by the table."""
        return QSize(10, self._table.verticalHeader().defaultSectionSize())

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:
        """A line to type in, named after its column and row."""
        column = self._table.rows_model.columns[index.column()]
        editor = QLineEdit(parent)
        editor.setObjectName(f"{self._table.objectName()}_{column.key}_{index.row()}")
        editor.setAccessibleName(column.title)
        editor.setFont(current_theme().font())
        editor.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return editor

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        """Start from what stands there, all of it marked so that typing replaces it."""
        if isinstance(editor, QLineEdit):
            editor.setText(self._table.rows_model.cell(index).text)
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QObject, index: AnyIndex) -> None:
        """Announce what was typed."""
        if isinstance(editor, QLineEdit):
            self._table.rows_model.setData(index, editor.text().strip())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Exactly over the drawn box."""
        editor.setGeometry(self.box_within(option.rect))

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter and Down store and go to the next row; Ctrl+Enter is left to the shell."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(editor, QLineEdit):
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                index = self._table.currentIndex()
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self._table.edit_next_row(index)
                return True
        return super().eventFilter(editor, event)

    def _paint_box(self, painter: QPainter, theme: Theme, option: QStyleOptionViewItem, cell: Cell) -> None:
        colours = theme.colours
        box = QRectF(self.box_within(option.rect)).adjusted(0.5, 0.5, -0.5, -0.5)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = colours.focus if focused else colours.red.strong if cell.tone == "red" else colours.border_control
        painter.setPen(QPen(QColor(edge), tokens.FOCUS_WIDTH if focused else 1))
        painter.setBrush(QColor(colours.surface))
        radius = theme.px(tokens.RADIUS_CONTROL)
        painter.drawRoundedRect(box, radius, radius)
        painter.setPen(QColor(colours.text))
        painter.setFont(theme.font())
        inner = box.adjusted(theme.gap(10), 0, -theme.gap(6), 0)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cell.text)

    def _paint_cell(self, painter: QPainter, theme: Theme, place: QRectF, column: Column, cell: Cell) -> None:
        side = self._table.cell_padding()
        inner = place.adjusted(side, 0, -side, 0)
        if self._wraps(theme, inner, column, cell):
            self._paint_wrapped(painter, theme, inner, column, cell)
            return
        if cell.second_line:
            upper, lower = inner.adjusted(0, theme.px(5), 0, 0), inner.adjusted(0, 0, 0, -theme.px(6))
            upper.setBottom(inner.center().y() + theme.px(4))
            lower.setTop(inner.center().y() + theme.px(1))
            left = self._paint_words(painter, theme, upper, column, cell)
            self._paint_chips(painter, theme, upper, column, cell, left)
            painter.setFont(theme.font(tokens.TYPE.caption))
            painter.setPen(QColor(theme.colours.text_muted))
            self._draw(painter, lower, column, cell.second_line)
            return
        left = self._paint_words(painter, theme, inner, column, cell)
        self._paint_chips(painter, theme, inner, column, cell, left)

    def _wraps(self, theme: Theme, inner: QRectF, column: Column, cell: Cell) -> bool:
        """Whether the words have no room in one line, but the row is high enough for two."""
        if not cell.text or cell.suffix or column.align != "left":
            return False
        font = _font(theme, column, cell)
        room = QFontMetrics(font).horizontalAdvance(cell.text)
        width = inner.width() - (theme.px(20) if cell.icon else 0)
        if room <= width + 1 or width < 3 * _line_height(font):
            return False
        needed = 2 * _line_height(font)
        if cell.second_line:
            needed += _line_height(theme.font(tokens.TYPE.caption))
        return needed <= inner.height() - theme.px(4)

    def _paint_wrapped(self, painter: QPainter, theme: Theme, inner: QRectF, column: Column, cell: Cell) -> None:
        """The words in two lines, chips at the end of the second, and the quiet line beneath; tight, but nothing is lost."""
        font = _font(theme, column, cell)
        metrics, height = QFontMetrics(font), _line_height(font)
        small = _line_height(theme.font(tokens.TYPE.caption)) if cell.second_line else 0
        top = inner.top() + (inner.height() - 2 * height - small) / 2
        if cell.icon:
            self._paint_words(painter, theme, QRectF(inner.left(), top, inner.width(), height), column, replace(cell, text=""))
            inner, cell = inner.adjusted(theme.px(20), 0, 0, 0), replace(cell, icon="")
        line = QRectF(inner.left(), top, inner.width(), height)
        first, rest = _two_lines(metrics, cell.text, int(inner.width()))
        self._paint_words(painter, theme, line, column, replace(cell, text=first))
        line = line.translated(0, height)
        taken = chips_width(theme, cell.chips) + theme.px(8) if cell.chips else 0
        words = replace(cell, text=metrics.elidedText(rest, Qt.TextElideMode.ElideRight, int(inner.width() - taken) + 1))
        left = self._paint_words(painter, theme, line, column, words)
        self._paint_chips(painter, theme, line, column, words, left)
        if cell.second_line:
            painter.setFont(theme.font(tokens.TYPE.caption))
            painter.setPen(QColor(theme.colours.text_muted))
            self._draw(painter, QRectF(inner.left(), line.bottom(), inner.width(), small), column, cell.second_line)

    def _paint_words(self, painter: QPainter, theme: Theme, place: QRectF, column: Column, cell: Cell) -> float:
        """Draws icon, text and suffix; returns where they end."""
        colours = theme.colours
        left = place.left()
        if cell.icon:
            size = theme.px(16)
            spot = QRectF(left, place.center().y() - size / 2, size, size)
            paint_icon(painter, cell.icon, spot, colours.tone(cell.tone).text if cell.tone else colours.text_muted)
            left += theme.px(20)
        if not cell.text:
            return left
        muted = cell.muted or column.muted
        ink = colours.tone(cell.tone).text if cell.tone else colours.text_muted if muted else colours.text
        font = _font(theme, column, cell)
        font.setStrikeOut(cell.struck)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        room = place.adjusted(left - place.left(), 0, 0, 0)
        self._draw(painter, room, column, cell.text)
        left += QFontMetrics(font).horizontalAdvance(cell.text)
        if cell.suffix:
            painter.setFont(theme.font())
            left += theme.px(5)
            self._draw(painter, place.adjusted(left - place.left(), 0, 0, 0), column, cell.suffix)
            left += painter.fontMetrics().horizontalAdvance(cell.suffix)
        return left

    def _draw(self, painter: QPainter, place: QRectF, column: Column, text: str) -> None:
        if place.width() <= 0:
            return
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(place.width()) + 1)
        painter.drawText(place, int(alignment(column.align)), shown)

    def _paint_chips(self, painter: QPainter, theme: Theme, place: QRectF, column: Column, cell: Cell,
                     left: float) -> None:
        """Chips behind the words; in a high row that holds nothing else, in two lines."""
        if not cell.chips:
            return
        if cell.text:
            left += theme.px(8)
        elif column.align == "right":
            left = max(left, place.right() - chips_width(theme, cell.chips))
        pitch = theme.px(tokens.CHIP_HEIGHT) + theme.px(2)
        is_high = not cell.text and not cell.second_line and place.height() >= 2 * pitch
        lines = chip_lines(theme, cell.chips, place.right() - left, 2 if is_high else 1)
        middle = place.center().y() - pitch * (len(lines) - 1) / 2
        for line in lines:
            self._paint_line_of_chips(painter, theme, line, QPointF(left, middle), place.right())
            middle += pitch

    def _paint_line_of_chips(self, painter: QPainter, theme: Theme, line: list[ChipText], start: QPointF,
                             right: float) -> None:
        """One line; the first chip gives way to the ones behind it."""
        left, behind = start.x(), chips_width(theme, line[1:]) + theme.px(4) if line[1:] else 0
        for number, chip in enumerate(line):
            room = right - left - (0 if number else behind)
            if room < min(theme.px(24), chip_width(theme, chip.text)):
                break
            left += paint_chip(painter, theme, chip, QPointF(left, start.y()), room) + theme.px(4)


def alignment(align: Align) -> Qt.AlignmentFlag:
    """Qt's name of an alignment, vertically centred."""
    sides = {"left": Qt.AlignmentFlag.AlignLeft, "right": Qt.AlignmentFlag.AlignRight,
             "center": Qt.AlignmentFlag.AlignHCenter}
    return sides[align] | Qt.AlignmentFlag.AlignVCenter


def _font(theme: Theme, column: Column, cell: Cell) -> QFont:
    return QFont(theme.font(bold=column.bold if cell.bold is None else cell.bold))


def _line_height(font: QFont) -> int:
    """Tight: the fonts' own height leaves half a line between Chinese characters."""
    return round(QFontInfo(font).pixelSize() * 1.25)


def _two_lines(metrics: QFontMetrics, text: str, width: int) -> tuple[str, str]:
    """What fits into a width, and the rest: broken at a space where there is one, between characters in Chinese."""
    count = max(1, next((n for n in range(1, len(text) + 1) if metrics.horizontalAdvance(text[:n]) > width), len(text)) - 1)
    space = text.rfind(" ", 1, count + 1)
    if space > 0:
        return text[:space], text[space + 1:]
    whole = count
    while 0 < whole < len(text) and max(text[whole - 1], text[whole]) < FIRST_EAST_ASIAN:
        whole -= 1  # “(30R)”, “(Ⅲ)” and numbers stay together
    count = whole if 2 * whole >= count else count
    while 1 < count < len(text) and text[count] in BEGINS_NO_LINE:
        count -= 1
    return text[:count], text[count:]
