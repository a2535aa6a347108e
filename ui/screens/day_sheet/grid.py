"""The grid of the day sheet: a spreadsheet under the keyboard.

Typing fills the cell, Enter goes down, Tab right, the arrows everywhere; at the end of a column Enter goes on at the top
of the next. F4 takes last time's value, Ctrl+V fills as many rows as were copied, Ctrl+Z takes back.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.i18n import tr
from app.services.day_sheet_columns import PRESSURE
from ui.screens.day_sheet.cells import ONE_NUMBER, NameHeader, SheetDelegate
from ui.screens.day_sheet.model import GridModel
from ui.screens.day_sheet.modes import GridRow
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes

ROW_HEIGHT = 44
CELL_WIDTHS = {"bp": 112, "symptoms_htn": 108, "symptoms_dm": 108, "sign_other": 140, "adr": 96, "risk": 140}
CELL_WIDTH = 78
STATE_WIDTH = 230


class SheetGrid(QTableView):
    """Signals: `row_shown(GridRow)` when another row is the current one; `typing(row, column key, text)` while one types
    in a cell; `alone_asked(row)` by a double click on a name."""

    row_shown = Signal(object)
    typing = Signal(object, str, str)
    alone_asked = Signal(object)

    def __init__(self, model: GridModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("day_sheet_grid")
        self.setAccessibleName(tr("日间表格"))
        self.setProperty("kind", "data")
        self.model_of = model
        self.setModel(model)
        self.setItemDelegate(SheetDelegate(self))
        names = NameHeader(self)
        self.setVerticalHeader(names)
        names.sectionDoubleClicked.connect(lambda number: self.alone_asked.emit(model.rows[number]))
        names.sectionClicked.connect(lambda number: self.setCurrentIndex(model.index(number, self._column())))
        self._set_up()
        model.modelReset.connect(self._settle)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    # --- where one is -----------------------------------------------------------------------------------------

    def current_row(self) -> GridRow | None:
        """The row with the cursor."""
        number = self.currentIndex().row()
        return self.model_of.rows[number] if 0 <= number < len(self.model_of.rows) else None

    def go_to(self, number: int, column: int) -> None:
        """Put the cursor into a cell."""
        index = self.model_of.index(number, column)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def go_to_row(self, resident_id: str) -> None:
        """Put the cursor into the first cell of a row that wants something, else its first."""
        for number, row in enumerate(self.model_of.rows):
            if row.resident_id == resident_id:
                cells = self.model_of.verdict(row).cells
                wanted = [at for at, column in enumerate(self.model_of.columns) if column.key in cells]
                self.go_to(number, wanted[0] if wanted else 0)

    def begin(self) -> None:
        """Put the cursor where typing begins: the first row in which nothing stands."""
        rows = self.model_of.rows
        number = next((n for n, row in enumerate(rows) if self.model_of.given(row).is_empty), 0)
        self.go_to(number, 0)

    def step(self, down: int, right: int) -> None:
        """Go on by a cell, over those that are barred; at the end of a column to the next, of a row to the next."""
        rows, columns = len(self.model_of.rows), len(self.model_of.columns)
        at = self.currentIndex()
        if not rows:
            return
        number, column = at.row(), min(at.column(), columns - 1)
        for _ in range(rows * columns):
            if down:
                number += down
                if not 0 <= number < rows:
                    number, column = (0 if down > 0 else rows - 1), column + down
            else:
                column += right
                if not 0 <= column < columns:
                    number, column = number + right, (0 if right > 0 else columns - 1)
            if not (0 <= number < rows and 0 <= column < columns):
                return
            if not self.model_of.is_barred(number, column):
                self.go_to(number, column)
                return

    # --- what is done to cells --------------------------------------------------------------------------------

    def last_typed(self) -> str:
        """Last time's value of the current cell as one would type it."""
        row, column = self.current_row(), self.currentIndex().column()
        if row is None or column >= len(self.model_of.columns):
            return ""
        return self.model_of.mode.last_typed(row, self.model_of.columns[column])

    def take_last(self) -> bool:
        """F4: last time's value, and on to the next row; False when there is none."""
        last, at = self.last_typed(), self.currentIndex()
        if not last or self.model_of.is_barred(at.row(), at.column()):
            return False
        self.model_of.set_text(at.row(), at.column(), last)
        self.step(1, 0)
        return True

    def clear_cell(self) -> None:
        """Delete: empty the cell."""
        at = self.currentIndex()
        if at.isValid() and at.column() < len(self.model_of.columns):
            self.model_of.set_text(at.row(), at.column(), "")

    def copy_cell(self) -> None:
        """Ctrl+C: what stands in the cell."""
        at = self.currentIndex()
        if at.isValid() and at.column() < len(self.model_of.columns):
            QGuiApplication.clipboard().setText(self.model_of.text(at.row(), at.column()))

    def paste_many(self) -> bool:
        """Fill several cells from a copied column or block; False when the clipboard holds a single value."""
        block = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
        if len(block) < 2 and (not block or len(block[0]) < 2):
            return False
        at = self.currentIndex()
        cells = []
        for down, line in enumerate(block[: len(self.model_of.rows) - at.row()]):
            for right, text in enumerate(self._with_pressure_joined(line, at.column())):
                if at.column() + right < len(self.model_of.columns):
                    cells.append((at.row() + down, at.column() + right, text))
        self.model_of.set_texts(cells)
        return True

    def close_editor(self) -> None:
        """Keep what stands in an open cell."""
        if self.state() == QAbstractItemView.State.EditingState:
            editor = self.indexWidget(self.currentIndex())
            if editor is not None:
                self.commitData(editor)
                self.closeEditor(editor, self.itemDelegate().EndEditHint.NoHint)
                self.setFocus()

    def paste(self) -> None:
        """Ctrl+V."""
        at = self.currentIndex()
        if not self.paste_many() and at.isValid():
            self.model_of.set_text(at.row(), at.column(), QGuiApplication.clipboard().text())

    # --- Qt ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of a spreadsheet."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key, editing = event.key(), self.state() == QAbstractItemView.State.EditingState
        shift = modifiers == Qt.KeyboardModifier.ShiftModifier
        if editing:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (not modifiers or shift):
            self.step(-1 if shift else 1, 0)
        elif key == Qt.Key.Key_F4 and not modifiers:
            self.take_last()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and not modifiers:
            self.clear_cell()
        elif modifiers == Qt.KeyboardModifier.ControlModifier and self._with_control(key):
            event.accept()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2) or (
            Qt.Key.Key_F5 <= key <= Qt.Key.Key_F12 or modifiers & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes to the next cell; from the last one out of the grid."""
        before = self.currentIndex()
        if before.isValid():
            self.step(0, 1 if forward else -1)
        return self.currentIndex() != before or super().focusNextPrevChild(forward)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Tell which row is looked at, and redraw the marks of both."""
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            for number in (current.row(), previous.row()):
                self._draw_row_again(number)
            row = self.current_row()
            if row is not None:
                self.row_shown.emit(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the last column what is left."""
        super().resizeEvent(event)
        self._fit_columns()

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self.verticalHeader().setDefaultSectionSize(theme.px(ROW_HEIGHT))
        self.verticalHeader().setMinimumSectionSize(theme.px(24))
        self.horizontalHeader().setFixedHeight(theme.px(tokens.HEADER_HEIGHT))
        self.setMinimumHeight(theme.px(tokens.HEADER_HEIGHT) + 2 * theme.px(ROW_HEIGHT))
        self._settle()

    # --- inside -----------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.AnyKeyPressed | triggers.DoubleClicked)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _settle(self) -> None:
        self.verticalHeader().setFixedWidth(self.verticalHeader().sizeHint().width())
        self._fit_columns()

    def _fit_columns(self) -> None:
        theme = current_theme()
        small = QFontMetrics(theme.font(tokens.TYPE.caption))
        widths = [
            max(theme.px(CELL_WIDTHS.get(column.key, CELL_WIDTH)),
                small.horizontalAdvance(tr(column.title)) + 2 * theme.gap(10) + 4)
            for column in self.model_of.columns
        ]
        left = self.viewport().width() - sum(widths)
        for number, width in enumerate((*widths, max(left, theme.px(STATE_WIDTH)))):
            self.setColumnWidth(number, width)

    def _draw_row_again(self, number: int) -> None:
        top, height = self.rowViewportPosition(number), self.rowHeight(number)
        self.viewport().update(QRect(0, top, self.viewport().width(), height))
        names = self.verticalHeader().viewport()
        names.update(QRect(0, top, names.width(), height))

    def _column(self) -> int:
        return max(0, min(self.currentIndex().column(), len(self.model_of.columns) - 1))

    def _with_control(self, key: int) -> bool:
        does = {
            Qt.Key.Key_Z: self.model_of.undo, Qt.Key.Key_Y: self.model_of.redo, Qt.Key.Key_V: self.paste,
            Qt.Key.Key_C: self.copy_cell,
        }.get(Qt.Key(key))  # fmt: skip
        if does is None:
            return False
        does()
        return True

    def _with_pressure_joined(self, line: list[str], column: int) -> list[str]:
        """A spreadsheet often has 收缩压 and 舒张压 in two columns: they are one cell here."""
        columns = self.model_of.columns
        is_pressure = column < len(columns) and columns[column].codes == PRESSURE
        if is_pressure and len(line) > 1 and all(ONE_NUMBER.fullmatch(text.strip()) for text in line[:2]):
            return ["/".join(text.strip() for text in line[:2]), *line[2:]]
        return line
