"""How the grid is drawn and typed in: its cells, the line that opens in a cell, and the names at its left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.day_sheet_columns import PRESSURE
from app.services.day_sheets import RowState
from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme
from ui.theme.tokens import Tone

if TYPE_CHECKING:
    from ui.screens.day_sheet.grid import SheetGrid

AnyIndex = QModelIndex | QPersistentModelIndex
ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ONE_NUMBER = re.compile(r"\d{2,3}")
TONE_OF: dict[str, Tone] = {"good": "green", "warn": "amber", "bad": "red", "none": "grey"}
MARKS = {RowState.READY: "done", RowState.REFUSED: "error", RowState.ALONE: "error", RowState.DECIDE: "warning",
         RowState.LACKING: "info", RowState.ASKS: "help"}  # fmt: skip


def state_tone(state: RowState, tone: str) -> Tone:
    """The colour of the last column."""
    if state in (RowState.REFUSED, RowState.ALONE, RowState.DECIDE):
        return "red"
    if state is RowState.ASKS:
        return "amber"
    return "grey" if state in (RowState.LACKING, RowState.EMPTY) else TONE_OF[tone]


class SheetDelegate(QStyledItemDelegate):
    """Draws the cells; opens the line in which one types."""

    def __init__(self, grid: SheetGrid) -> None:
        super().__init__(grid)
        self._grid = grid

    # --- drawing ----------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one cell."""
        theme, model = current_theme(), self._grid.model_of
        number, column = index.row(), index.column()
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if number == self._grid.currentIndex().row():
            painter.fillRect(option.rect, QColor(theme.colours.surface_selected))
        if column >= len(model.columns):
            self._paint_state(painter, theme, option.rect, number)
        elif model.is_barred(number, column):
            painter.fillRect(option.rect, QBrush(QColor(theme.colours.border), Qt.BrushStyle.BDiagPattern))
        else:
            self._paint_value(painter, theme, option.rect, number, column)
        painter.setPen(QPen(QColor(theme.colours.border_row), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        painter.drawLine(option.rect.topRight(), option.rect.bottomRight())
        if is_current and column < len(model.columns):
            painter.setPen(QPen(QColor(theme.colours.focus), tokens.FOCUS_WIDTH))
            painter.drawRect(option.rect.adjusted(1, 1, -2, -2))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """The grid decides."""
        return QSize(10, self._grid.verticalHeader().defaultSectionSize())

    def _paint_value(self, painter: QPainter, theme: Theme, rect: QRect, number: int, column: int) -> None:
        model, colours = self._grid.model_of, theme.colours
        problem = model.problem(number, column)
        ink = colours.text
        if problem is not None and problem.level is not Level.MISSING:
            pair = colours.tone("red" if problem.level is Level.REFUSE else "amber")
            painter.fillRect(rect, QColor(pair.ground))
            painter.fillRect(QRect(rect.left(), rect.bottom() - 3, rect.width(), 3), QColor(pair.strong))
            ink = pair.text
        elif problem is not None:
            painter.fillRect(QRect(rect.left(), rect.bottom() - 3, rect.width(), 3), QColor(colours.amber.strong))
        room = QRectF(rect).adjusted(theme.gap(6), 0, -theme.gap(6), 0)
        words, usual, last = model.words(number, column), model.usual(number, column), model.last(number, column)
        painter.setFont(theme.font(bold=bool(words)))
        painter.setPen(QColor(ink if words else colours.text_muted))
        said = words or usual
        shown = painter.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, int(room.width()) + 1)
        painter.drawText(room, int(ALIGN_LEFT), shown)
        if last and last != usual:
            used = painter.fontMetrics().horizontalAdvance(shown) + theme.px(6) if shown else 0
            painter.setFont(theme.font(tokens.TYPE.caption))
            painter.setPen(QColor(colours.text_muted))
            beside = room.adjusted(used, 0, 0, 0)
            if painter.fontMetrics().horizontalAdvance(last) <= beside.width() + 1:
                painter.drawText(beside, int(ALIGN_RIGHT), last)

    def _paint_state(self, painter: QPainter, theme: Theme, rect: QRect, number: int) -> None:
        model = self._grid.model_of
        verdict = model.verdict(model.rows[number])
        pair = theme.colours.tone(state_tone(verdict.state, verdict.tone))
        is_quiet = verdict.state is RowState.EMPTY
        ink = theme.colours.text_muted if is_quiet else pair.text
        room = QRectF(rect).adjusted(theme.gap(8), 0, -theme.gap(6), 0)
        mark = MARKS.get(verdict.state)
        if mark is not None:
            side = theme.px(15)
            paint_icon(painter, mark, QRectF(room.left(), room.center().y() - side / 2, side, side), ink)
            room.adjust(side + theme.px(6), 0, 0, 0)
        painter.setFont(theme.font(tokens.TYPE.caption if is_quiet else tokens.TYPE.body))
        painter.setPen(QColor(ink))
        words = model.words(number, len(model.columns)).replace("\n", " ")
        painter.drawText(room, int(ALIGN_LEFT), painter.fontMetrics().elidedText(
            words, Qt.TextElideMode.ElideRight, int(room.width()) + 1,
        ))

    # --- typing -----------------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget | None:
        """A line over the cell; what is typed is judged at once."""
        model = self._grid.model_of
        number, column = index.row(), index.column()
        if model.is_barred(number, column):
            return None
        editor = QLineEdit(parent)
        editor.setObjectName("day_sheet_editor")
        row, key = model.rows[number], model.columns[column].key
        title = model.headerData(column, Qt.Orientation.Horizontal)
        editor.setAccessibleName(tr("{name} {column}", name=row.name, column=title))
        editor.setFont(current_theme().font(bold=True))
        editor.textEdited.connect(lambda text: self._grid.typing.emit(row, key, text))
        return editor

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        """Start from what stands there, all of it marked."""
        if isinstance(editor, QLineEdit) and not editor.isModified():
            editor.setText(self._grid.model_of.text(index.row(), index.column()))
            editor.selectAll()

    def setModelData(self, editor: QWidget, model: QObject, index: AnyIndex) -> None:
        """Keep what was typed."""
        if isinstance(editor, QLineEdit):
            self._grid.model_of.setData(index, editor.text())

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Exactly over the cell."""
        editor.setGeometry(option.rect)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """The keys of a spreadsheet; Ctrl+Enter and the function keys are left to the screen."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(editor, QLineEdit):
            modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            step = self._step_of(editor, event.key(), modifiers)
            if step is not None:
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self._grid.setFocus()
                self._grid.step(*step)
                return True
            if self._opens_second_number(editor, event.key(), modifiers):
                return True
            if event.key() == Qt.Key.Key_F4 and not modifiers:
                editor.setText(self._grid.last_typed() or editor.text())
                return True
            is_paste = modifiers == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_V
            if is_paste and self._grid.paste_many():
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self._grid.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self._grid.setFocus()
                event.ignore()
                return False
        return super().eventFilter(editor, event)

    def _step_of(self, editor: QLineEdit, key: int, modifiers: Qt.KeyboardModifier) -> tuple[int, int] | None:
        """(rows, columns) to go after this key, None when the key does not leave the cell."""
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        if modifiers and not shift:
            return None
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return None if self._wants_second_number(editor) and not shift else (-1 if shift else 1, 0)
        plain = {
            Qt.Key.Key_Tab: (0, 1), Qt.Key.Key_Backtab: (0, -1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        if key == Qt.Key.Key_Right and editor.cursorPosition() == len(editor.text()) and not shift:
            return (0, 1)
        if key == Qt.Key.Key_Left and editor.cursorPosition() == 0 and not editor.hasSelectedText() and not shift:
            return (0, -1)
        return plain.get(Qt.Key(key))

    def _wants_second_number(self, editor: QLineEdit) -> bool:
        """Whether only the systolic pressure stands there."""
        column = self._grid.currentIndex().column()
        columns = self._grid.model_of.columns
        return (
            column < len(columns) and columns[column].codes == PRESSURE
            and ONE_NUMBER.fullmatch(editor.text().strip()) is not None
        )  # fmt: skip

    def _opens_second_number(self, editor: QLineEdit, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        """142 Enter asks for the diastolic pressure: 142/."""
        if modifiers or key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or not self._wants_second_number(editor):
            return False
        editor.setText(editor.text().strip() + "/")
        editor.setModified(True)
        return True


class NameHeader(QHeaderView):
    """The people at the left of the grid; they stay in sight when the columns scroll."""

    def __init__(self, grid: SheetGrid) -> None:
        super().__init__(Qt.Orientation.Vertical, grid)
        self._grid = grid
        self.setObjectName("day_sheet_names")
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as the longest name or what stands beneath."""
        theme = current_theme()
        bold, small = QFontMetrics(theme.font(bold=True)), QFontMetrics(theme.font(tokens.TYPE.caption))
        widest = max(
            (max(bold.horizontalAdvance(row.name), small.horizontalAdvance(row.second)) for row in self._grid.model_of.rows),
            default=0,
        )
        return QSize(min(max(widest, theme.px(70)), theme.px(190)) + 2 * theme.gap(10), super().sizeHint().height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Draw name, age and diseases."""
        model, theme = self._grid.model_of, current_theme()
        if not 0 <= logicalIndex < len(model.rows):
            return
        row, colours = model.rows[logicalIndex], theme.colours
        is_current = logicalIndex == self._grid.currentIndex().row()
        painter.save()
        painter.fillRect(rect, QColor(colours.surface_selected if is_current else colours.surface))
        painter.setPen(QPen(QColor(colours.border_row), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        room = QRectF(rect).adjusted(theme.gap(10), 0, -theme.gap(8), 0)
        bold, small = QFontMetrics(theme.font(bold=True)), QFontMetrics(theme.font(tokens.TYPE.caption))
        top = room.center().y() - (bold.height() + small.height()) / 2
        width = int(room.width()) + 1
        painter.setFont(theme.font(bold=True))
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(room.left(), top, room.width(), bold.height()), int(ALIGN_LEFT),
                         bold.elidedText(row.name, Qt.TextElideMode.ElideRight, width))
        painter.setFont(theme.font(tokens.TYPE.caption))
        painter.setPen(QColor(colours.text_muted))
        painter.drawText(QRectF(room.left(), top + bold.height(), room.width(), small.height()), int(ALIGN_LEFT),
                         small.elidedText(row.second, Qt.TextElideMode.ElideRight, width))
        painter.restore()
