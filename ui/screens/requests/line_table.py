"""The table of a drug request's lines: cells filled in one after the other, a sentence beneath the line that needs one.

Typing starts at once in the chosen cell; Enter and Down go to the next line, Tab and Shift+Tab to the next and the
former cell of the line, Escape leaves what was there. Delete empties a cell, Ctrl+Delete asks to skip the line. The
request and its review share this table; it writes nothing itself, see `DataTable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.domain.trace_codes import clean_code, is_code
from ui.theme import tokens
from ui.theme.icons import paint_icon
from ui.theme.theme import Theme, current_theme
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText, chips_width, paint_chip
from ui.widgets.table import Column, DataTable
from ui.widgets.table_cells import CellDelegate

AnyIndex = QModelIndex | QPersistentModelIndex
LINE_HEIGHT = 55
SENTENCE_HEIGHT = 20
CHIP_AT_LEAST = 40


@dataclass(frozen=True)
class Remark:
    """A sentence beneath a line, in the colour of its meaning."""

    sentence: str
    tone: Tone = "red"


class LineDelegate(CellDelegate):
    """Draws the cells in the upper part of a line that has a sentence, and opens lists where a column has choices."""

    def __init__(self, table: LineTable) -> None:
        super().__init__(table)
        self._lines = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Draw one cell, and the ground of the sentence beneath it."""
        whole = QRect(option.rect)
        upper = QStyleOptionViewItem(option)
        upper.rect = self._lines.cell_part(whole)
        if self._lines.is_quiet(index):
            self._paint_ground(painter, option, upper.rect)
            self._paint_quiet_words(painter, upper.rect, index)
        else:
            super().paint(painter, upper, index)
        if upper.rect.height() != whole.height():
            self._paint_ground(painter, option, whole.adjusted(0, upper.rect.height() - 1, 0, 0))

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, place: QRect) -> None:
        colours = current_theme().colours
        ground = colours.surface
        if option.state & QStyle.StateFlag.State_Selected:
            ground = colours.surface_selected
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = colours.surface_hover
        painter.fillRect(place, QColor(ground))
        painter.fillRect(QRect(place.left(), place.bottom(), place.width(), 1), QColor(colours.border_row))

    def _paint_quiet_words(self, painter: QPainter, place: QRect, index: AnyIndex) -> None:
        theme = current_theme()
        inner = QRectF(self.box_within(place)).adjusted(theme.gap(10), 0, -theme.gap(4), 0)
        cell = self._lines.rows_model.cell(index)
        if cell.chips:
            inner = inner.adjusted(-theme.gap(8), 0, theme.gap(4), 0)
        if len(cell.chips) > 1 and chips_width(theme, cell.chips) > inner.width():
            self._paint_stacked(painter, theme, inner, place, cell.chips)
            return
        for chip in cell.chips:
            if inner.width() >= theme.px(CHIP_AT_LEAST):
                used = paint_chip(painter, theme, chip, QPointF(inner.left(), inner.center().y()), inner.width())
                inner = inner.adjusted(used + theme.px(4), 0, 0, 0)
        if inner.width() <= 0:
            return
        painter.save()
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.colours.text_muted))
        text = painter.fontMetrics().elidedText(
            cell.text or cell.suffix, Qt.TextElideMode.ElideRight, int(inner.width())
        )
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.restore()

    def _paint_stacked(
        self, painter: QPainter, theme: Theme, inner: QRectF, place: QRect, chips: Sequence[ChipText]
    ) -> None:
        """Two chips that have no room side by side stand above each other; what was written shows when the line is chosen."""
        for chip, step in zip(chips, (-1, 1), strict=False):
            middle = place.center().y() + step * place.height() * 0.23
            paint_chip(painter, theme, chip, QPointF(inner.left(), middle), inner.width())

    def box_within(self, rectangle: QRect) -> QRect:
        """The box stays beside the other cells, above the sentence."""
        return super().box_within(self._lines.cell_part(rectangle))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> QWidget:
        """A line to type in, with a list of choices where the column has some."""
        column = self._lines.rows_model.columns[index.column()]
        choices = self._lines.choices(column.key)
        if not choices:
            editor = super().createEditor(parent, option, index)
            if isinstance(editor, QLineEdit):
                row = self._lines.rows()[index.row()]
                editor.textEdited.connect(lambda text: self._lines.typed.emit(row, column.key, text))
            return editor
        box = QComboBox(parent)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setCompleter(None)
        box.addItems([f"{number} {choice}" for number, choice in enumerate(choices, start=1)])
        box.setObjectName(f"{self._lines.objectName()}_{column.key}_{index.row()}")
        box.setAccessibleName(column.title)
        box.setFont(current_theme().font())
        return box

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Over the drawn box; a list of choices is as wide as its longest words need, as far as no other box is covered."""
        super().updateEditorGeometry(editor, option, index)
        if isinstance(editor, QComboBox):
            place, room = editor.geometry(), self._lines.room_around(index)
            place.setLeft(max(room.left(), min(place.left(), place.right() - editor.sizeHint().width())))
            place.setRight(min(room.right(), max(place.right(), place.left() + editor.sizeHint().width())))
            editor.setGeometry(place)

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        """Start from what stands there, all of it marked."""
        if not isinstance(editor, QComboBox):
            super().setEditorData(editor, index)
            return
        editor.setCurrentIndex(-1)
        editor.setEditText(self._lines.rows_model.cell(index).text)
        editor.lineEdit().selectAll()

    def setModelData(self, editor: QWidget, model: QObject, index: AnyIndex) -> None:
        """Announce what was typed; the number of a choice stands for the choice.

        What could not be kept before is announced again, even when it is the same.
        """
        rows_model = self._lines.rows_model
        key, cell = rows_model.columns[index.column()].key, rows_model.cell(index)
        text = _text_of(editor).strip()
        for number, choice in enumerate(self._lines.choices(key), start=1):
            text = choice if text in (str(number), f"{number} {choice}") else text
        if cell.tone == "red" and text and text == cell.text:
            rows_model.edited.emit(index.row(), key, text)
        else:
            rows_model.setData(index, text)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Enter, Down and Up store and go to another line, Tab to another cell of it; Ctrl+Delete asks to skip it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and isinstance(editor, QWidget):
            if _asks_to_skip(event):
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
                self._lines.setFocus()
                self._lines.skip_asked.emit(self._lines.current_row())
                return True
            step = _step_of(event, has_list=isinstance(editor, QComboBox))
            code = clean_code(_text_of(editor)) if self._lines.takes_codes and step == (1, 0) else ""
            if is_code(code):
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.RevertModelCache)
                self._lines.code_scanned.emit(code)
                return True
            if step is not None:
                index = self._lines.currentIndex()
                self.commitData.emit(editor)
                self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
                self._lines.go_on(index, *step)
                return True
        return super().eventFilter(editor, event)


def _text_of(editor: QWidget) -> str:
    return editor.currentText() if isinstance(editor, QComboBox) else getattr(editor, "text", str)()


def _asks_to_skip(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Delete and event.modifiers() == Qt.KeyboardModifier.ControlModifier


def _step_of(event: QKeyEvent, *, has_list: bool) -> tuple[int, int] | None:
    """(lines down, cells to the right) that a key goes; None when the editor keeps the key."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = event.key()
    if key == Qt.Key.Key_Backtab or (key == Qt.Key.Key_Tab and modifiers == Qt.KeyboardModifier.ShiftModifier):
        return 0, -1
    if modifiers:
        return None
    if key == Qt.Key.Key_Tab:
        return 0, 1
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or (key == Qt.Key.Key_Down and not has_list):
        return 1, 0
    if key == Qt.Key.Key_Up and not has_list:
        return -1, 0
    return None


class LineTable(DataTable):
    """Lines to fill in. `home` is the column where filling in begins; `remark` gives the sentence of a row, or None.

    `choices` offers words in a column; the boxes of `quiet` columns, seldom filled in, are drawn in the chosen line only.
    `skip_asked(row)` follows Ctrl+Delete, `space_pressed(row)` the space key. `typed(row, key, text)` comes with every
    letter that is typed into a cell, `typing_ended()` when its editor closes, stored or not. With `takes_codes` set, a trace
    code that a scanner types into a cell is not stored there: `code_scanned(code)` follows.
    """

    skip_asked = Signal(object)
    code_scanned = Signal(str)
    space_pressed = Signal(object)
    typed = Signal(object, str, str)
    typing_ended = Signal()

    def __init__(
        self, columns: Sequence[Column], *, name: str, accessible_name: str, home: str,
        remark: Callable[[Any], Remark | None], choices: Mapping[str, Sequence[str]] | None = None,
        quiet: Sequence[str] = (), empty_text: str = "", line_height: int = LINE_HEIGHT, least_rows: int = 4,
        parent: QWidget | None = None,
    ) -> None:
        self._remark = remark
        self._home = home
        self._choices = dict(choices or {})
        self._quiet = frozenset(quiet)
        self.takes_codes = False
        self._line_height = line_height
        super().__init__(columns, name=name, accessible_name=accessible_name, empty_text=empty_text,
                         row_height=line_height, least_rows=least_rows, parent=parent)
        self._line_delegate = LineDelegate(self)
        self.setItemDelegate(self._line_delegate)
        self._line_delegate.closeEditor.connect(lambda *_hint: self.typing_ended.emit())
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.row_selected.connect(self._describe)

    def choices(self, key: str) -> Sequence[str]:
        """The words offered in a column; empty for a plain one."""
        return self._choices.get(key, ())

    def room_around(self, index: AnyIndex) -> QRect:
        """The part of a line from the box before a cell to the one behind it; where there is none, from the second column."""
        columns = self.rows_model.columns
        before = [n for n in range(index.column()) if columns[n].editable or n == 0]
        behind = [n for n in range(index.column() + 1, len(columns)) if columns[n].editable]
        room = QRect(self.viewport().rect())
        if before:
            room.setLeft(self.visualRect(index.sibling(index.row(), before[-1])).right() + 1)
        if behind:
            room.setRight(self.visualRect(index.sibling(index.row(), behind[0])).left() - 1)
        return room

    def is_quiet(self, index: AnyIndex) -> bool:
        """Whether a cell shows its words without a box: in a quiet column, nothing wrong, not in the chosen line.

        One that has chips to show keeps them in the chosen line until it is chosen itself.
        """
        column, cell = self.rows_model.columns[index.column()], self.rows_model.cell(index)
        if column.key not in self._quiet or not column.editable or cell.tone is not None:
            return False
        is_chosen = index.row() == self.current_number()
        return not is_chosen or (bool(cell.chips) and self.currentIndex().column() != index.column())

    def show_lines(self, columns: Sequence[Column], rows: Sequence[Any], *, keep: Callable[[Any], object]) -> None:
        """Show these rows under these columns; the chosen line and column stay chosen when they are still there."""
        before = self.currentIndex()
        key = self.rows_model.columns[before.column()].key if before.isValid() else ""
        self.rows_model.columns = tuple(columns)
        self.set_rows(rows, keep=keep)
        self._settle_heights()
        number = max(0, self.current_number())
        if rows:
            self.choose(number, key)

    def replace_row(self, number: int, row: Any) -> None:
        """Show another version of one line."""
        super().replace_row(number, row)
        self._settle_height(number)
        self.viewport().update()
        if number == self.current_number():
            self._describe(row)

    def choose(self, number: int, key: str = "", *, edit: bool = False) -> None:
        """Go to a cell, or to where filling in begins; with `edit` open it for typing."""
        index = self.rows_model.index(number, self._column(key) if key else self._begin())
        if not index.isValid():
            return
        self.setCurrentIndex(index)
        self.scrollTo(index)
        if edit and self.rows_model.columns[index.column()].editable:
            self.edit(index)

    def fill_in(self) -> None:
        """Open the chosen cell for typing, or where filling in begins in the chosen line."""
        self.setFocus()
        column = self.rows_model.columns[max(0, self.currentIndex().column())]
        if self.rows_model.rowCount() and self.state() != QAbstractItemView.State.EditingState:
            self.choose(max(0, self.current_number()), column.key if column.editable else "", edit=True)

    def current_key(self) -> str:
        """The column of the chosen cell, or empty."""
        index = self.currentIndex()
        return self.rows_model.columns[index.column()].key if index.isValid() else ""

    def finish_editing(self) -> None:
        """Store what is being typed, as leaving the cell would."""
        editor = self.indexWidget(self.currentIndex())
        if editor is not None and self.state() == QAbstractItemView.State.EditingState:
            self.commitData(editor)
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)

    def cell_part(self, rectangle: QRect) -> QRect:
        """The part of a line's rectangle that its cells take, above the sentence."""
        normal = current_theme().px(self._line_height)
        return QRect(rectangle.left(), rectangle.top(), rectangle.width(), min(rectangle.height(), normal))

    def cell_box(self, index: AnyIndex) -> QRect:
        """Where the box of an editable cell is drawn, within the viewport."""
        return self._line_delegate.box_within(self.visualRect(QModelIndex(index)))

    def go_on(self, index: QModelIndex, lines: int, cells: int) -> None:
        """From a filled-in cell to another line, or to the next editable cell, which is then open for typing."""
        row, column = index.row() + lines, index.column()
        if cells:
            editable = self._editable_columns()
            place = editable.index(column) + cells if column in editable else 0
            row += place // len(editable)
            column = editable[place % len(editable)]
        target = self.rows_model.index(row, column)
        if target.isValid() and self.rows_model.columns[column].editable:
            self.setCurrentIndex(target)
            self.edit(target)
        else:
            self.setFocus()

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Left and Right go from one editable cell to the other, where there are any."""
        steps = {QAbstractItemView.CursorAction.MoveLeft: -1, QAbstractItemView.CursorAction.MoveRight: 1}
        editable, index = self._editable_columns(), self.currentIndex()
        if action not in steps or not editable or not index.isValid():
            return super().moveCursor(action, modifiers)
        beyond = [column for column in editable if (column - index.column()) * steps[action] > 0]
        if not beyond:
            return index
        return self.rows_model.index(index.row(), min(beyond) if steps[action] > 0 else max(beyond))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Typing and pasting begin in an editable cell wherever the choice stands; Delete empties it."""
        row, index = self.current_row(), self.currentIndex()
        if row is None or self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
            return
        if _asks_to_skip(event):
            self.skip_asked.emit(row)
            return
        if event.matches(QKeySequence.StandardKey.Paste):
            self.fill_in()
            editor = self.indexWidget(self.currentIndex())
            if isinstance(editor, QLineEdit):
                editor.paste()
            return
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.space_pressed.emit(row)
            return
        column = self.rows_model.columns[index.column()]
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not event.modifiers():
            if column.editable and self.rows_model.cell(index).text:
                self.cell_edited.emit(row, column.key, "")
            return
        if event.text().strip() and not column.editable and self._editable_columns():
            self.setCurrentIndex(self.rows_model.index(index.row(), self._begin()))
        super().keyPressEvent(event)

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        super().follow_theme(theme)
        self._settle_heights()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines, then the sentences across them."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        self.paint_over(painter, self)
        painter.end()

    def paint_over(self, painter: QPainter, view: QTableView) -> None:
        """The sentences begin at the left edge, wherever the cells are scrolled to."""
        if not self.rows_model.rowCount():
            return
        theme = current_theme()
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        rows = self.rows()
        for number in range(max(0, first), (last if last >= 0 else len(rows) - 1) + 1):
            remark = self._remark(rows[number])
            if remark is not None:
                self._paint_remark(painter, theme, number, remark)

    def _paint_remark(self, painter: QPainter, theme: Theme, number: int, remark: Remark) -> None:
        top = self.rowViewportPosition(number) + theme.px(self._line_height - 6)
        place = QRectF(theme.gap(10), top, self.viewport().width() - 2 * theme.gap(10), theme.px(SENTENCE_HEIGHT))
        ink = theme.colours.tone(remark.tone).text
        size = theme.px(13)
        spot = QRectF(place.left(), place.center().y() - size / 2, size, size)
        paint_icon(painter, {"red": "error", "amber": "warning"}.get(remark.tone, "info"), spot, ink)
        painter.setFont(theme.font(tokens.TYPE.caption))
        painter.setPen(QColor(ink))
        words = place.adjusted(theme.px(18), 0, 0, 0)
        text = painter.fontMetrics().elidedText(remark.sentence, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)

    def _describe(self, row: Any) -> None:
        """A screen reader says the sentence of the chosen line with the table."""
        remark = None if row is None else self._remark(row)
        self.setAccessibleDescription("" if remark is None else remark.sentence)

    def _begin(self) -> int:
        """Where filling in begins: the home column, or the first to write in where that one is only read."""
        home, editable = self._column(self._home), self._editable_columns()
        return home if home in editable or not editable else editable[0]

    def _column(self, key: str) -> int:
        keys = [column.key for column in self.rows_model.columns]
        return keys.index(key) if key in keys else 0

    def _editable_columns(self) -> list[int]:
        return [number for number, column in enumerate(self.rows_model.columns)
                if column.editable and not self.isColumnHidden(number)]

    def _settle_heights(self) -> None:
        for number in range(self.rows_model.rowCount()):
            self._settle_height(number)

    def _settle_height(self, number: int) -> None:
        theme = current_theme()
        height = theme.px(self._line_height)
        if self._remark(self.rows_model.rows()[number]) is not None:
            height += theme.px(SENTENCE_HEIGHT)
        if self.rowHeight(number) != height:
            self.setRowHeight(number, height)


def line_edit_of(table: LineTable) -> QLineEdit | None:
    """The line that is being typed in, or None."""
    editor = table.indexWidget(table.currentIndex())
    if isinstance(editor, QComboBox):
        return editor.lineEdit()
    return editor if isinstance(editor, QLineEdit) else None
