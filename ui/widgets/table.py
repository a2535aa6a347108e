"""The work-list table: plain rows under declared columns, with chips, second lines and editable cells.

Rows are any objects (dataclass, mapping); a column knows how to get its value. A value is a str, a number, None
(shown as a dash), a `ChipText`, a sequence of them, or a `Cell` for everything richer. The table never writes to a
row: an edit is announced by `cell_edited`, and the screen shows what the service returned with `replace_row`.
Sorting and paging are the query's work.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.i18n import tr
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.chips import ChipText, chips_width
from ui.widgets.labels import set_look
from ui.widgets.sight import bring_into_sight
from ui.widgets.table_cells import CellDelegate, alignment

Align = Literal["left", "right", "center"]
AnyIndex = QModelIndex | QPersistentModelIndex
CELL_ROLE = Qt.ItemDataRole.UserRole + 1
DASH = "—"


@dataclass(frozen=True)
class Cell:
    """A cell that says more than one plain thing.

    `suffix` follows the text in ordinary weight (“硝苯地平控释片 30mg×7”); `second_line` stands beneath in small
    quiet type; `tone` colours the words; `struck` crosses them out.
    """

    text: str = ""
    suffix: str = ""
    second_line: str = ""
    chips: tuple[ChipText, ...] = ()
    bold: bool | None = None
    muted: bool = False
    tone: tokens.Tone | None = None
    icon: str = ""
    struck: bool = False


@dataclass(frozen=True)
class Column:
    """One column. `width` at 100 % (0: as wide as its contents); `stretch` takes what is left.

    `value` gets the value from a row; without it the row's item or attribute `key` is taken. An `editable` column
    shows a box to type in. A column that `gives_way` is not shown while all have no room, the highest first; it stays
    all the same while it `stays_for` one of the rows.
    """

    key: str
    title: str
    width: int = 0
    stretch: bool = False
    align: Align = "left"
    bold: bool = False
    muted: bool = False
    editable: bool = False
    value: Callable[[Any], object] | None = field(default=None, compare=False)
    tip: str = ""
    gives_way: int = 0
    stays_for: Callable[[Any], bool] | None = field(default=None, compare=False)


def cell_of(column: Column, row: object) -> Cell:
    """What a column shows of a row."""
    if column.value is not None:
        value = column.value(row)
    elif isinstance(row, Mapping):
        value = row.get(column.key)
    else:
        value = getattr(row, column.key)
    if isinstance(value, Cell):
        return value
    if isinstance(value, ChipText):
        return Cell(chips=(value,))
    if isinstance(value, (list, tuple)):
        return Cell(chips=tuple(value))
    return Cell(DASH if value is None else str(value))


class RowsModel(QAbstractTableModel):
    """The rows under the columns, for Qt's views."""

    edited = Signal(int, str, str)

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._rows: list[object] = []

    def rows(self) -> list[object]:
        """The rows in their order."""
        return list(self._rows)

    def set_rows(self, rows: Sequence[object]) -> None:
        """Show these rows in place of the former ones."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def append_rows(self, rows: Sequence[object]) -> None:
        """Show more rows at the end."""
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def replace_row(self, number: int, row: object) -> None:
        """Show another version of one row."""
        self._rows[number] = row
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(self.columns) - 1))

    def replace_cells(self, number: int, row: object, keys: Collection[str]) -> None:
        """Show another version of one row, but only these columns of it anew: what is typed in another one stays."""
        self._rows[number] = row
        for place, column in enumerate(self.columns):
            if column.key in keys:
                self.dataChanged.emit(self.index(number, place), self.index(number, place))

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """How many rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, index: AnyIndex) -> Cell:
        """What stands at a place."""
        return cell_of(self.columns[index.column()], self._rows[index.row()])

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Words for screen readers and copying; the `Cell` under CELL_ROLE for drawing."""
        if not index.isValid():
            return None
        if role == CELL_ROLE:
            return self.cell(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return cell_words(self.cell(index))
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell_words(self.cell(index)) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(self.columns[index.column()].align)
        return None

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Announce an edit; the row itself stays as it is until the screen replaces it."""
        if role != Qt.ItemDataRole.EditRole or str(value) == cell_words(self.cell(index)):
            return False
        self.edited.emit(index.row(), self.columns[index.column()].key, str(value))
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        """Selectable, and editable where the column says so."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and self.columns[index.column()].editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation,
                   role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The titles."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column.align)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        return None


def cell_words(cell: Cell) -> str:
    """All that a cell says, in reading order."""
    parts = (cell.text, cell.suffix, *(chip.text for chip in cell.chips), cell.second_line)
    return " ".join(part for part in parts if part)


class DataTable(QTableView):
    """Rows to read, choose and sometimes fill in, by keyboard alone if wanted.

    Up and Down move, Enter or a double click takes the row (`row_activated`), moving announces `row_selected`.
    In an editable cell typing starts at once and Enter goes to the next row. It is never lower than `least_rows`, which
    are two inside a card and four elsewhere; `inside_card` leaves out the frame; `fit_rows` are looked at to find the
    widths of columns without one.
    """

    row_selected = Signal(object)
    row_activated = Signal(object)
    cell_edited = Signal(object, str, str)

    def __init__(
        self, columns: Sequence[Column], *, name: str, accessible_name: str, empty_text: str = "",
        inside_card: bool = False, row_height: int = tokens.ROW_HEIGHT, least_rows: int = 0, fit_rows: int = 60,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setProperty("kind", "data")
        self._row_height = row_height
        self._least_rows = least_rows or (2 if inside_card else 4)
        self._fit_rows = fit_rows
        self._empty_text = empty_text
        self._is_tight = False
        self._is_too_wide = False
        self._most_rows: int | None = None
        self._is_fitting = False
        self.rows_model = RowsModel(columns)
        self.setModel(self.rows_model)
        self._delegate = CellDelegate(self)
        self.setItemDelegate(self._delegate)
        if inside_card:
            set_look(self, "inside_card", "true")
        self._set_up_view()
        self.rows_model.edited.connect(self._on_edited)
        self.activated.connect(self._on_activated)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def rows(self) -> list[Any]:
        """The rows shown."""
        return self.rows_model.rows()

    def set_rows(self, rows: Sequence[Any], *, keep: Callable[[Any], object] | None = None) -> None:
        """Show these rows. `keep` names a row (such as its id): the same one stays chosen if it is still there.

        Emits `row_selected` when another row, or none, is chosen afterwards.
        """
        before = self.current_row()
        number = self._same_row(before, rows, keep)
        self.selectionModel().blockSignals(True)
        self.rows_model.set_rows(rows)
        self.selectionModel().blockSignals(False)
        self._fit_columns()
        if self._most_rows is not None:
            self._settle_height()
        if number is not None:
            self.select_row(number)
        elif before is not None:
            self.row_selected.emit(None)
        self.viewport().update()

    def append_rows(self, rows: Sequence[Any]) -> None:
        """Show more rows at the end; what is seen and chosen stays where it is."""
        self.rows_model.append_rows(rows)

    def replace_row(self, number: int, row: Any) -> None:
        """Show another version of one row."""
        self.rows_model.replace_row(number, row)
        if any(column.stays_for is not None for column in self.rows_model.columns):
            self._fit_columns()

    def replace_cells(self, number: int, row: Any, keys: Collection[str]) -> None:
        """Show another version of one row in these columns alone, while another cell of it is being typed in."""
        self.rows_model.replace_cells(number, row, keys)

    def current_row(self) -> Any | None:
        """The chosen row, or None."""
        index = self.currentIndex()
        return self.rows_model.rows()[index.row()] if index.isValid() else None

    def current_number(self) -> int:
        """The place of the chosen row, or -1."""
        return self.currentIndex().row()

    def select_row(self, number: int) -> None:
        """Choose a row by its place; out of range does nothing."""
        if 0 <= number < self.rows_model.rowCount():
            column = max(0, self.currentIndex().column())
            self.setCurrentIndex(self.rows_model.index(number, column))

    def set_empty_text(self, text: str) -> None:
        """The sentence shown while there is no row."""
        self._empty_text = text
        self.viewport().update()

    def empty_text(self) -> str:
        """The sentence shown while there is no row."""
        return self._empty_text or tr("这里还没有内容。")

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self.verticalHeader().setMinimumSectionSize(1)  # the one of larger type would keep the lines high
        self.verticalHeader().setDefaultSectionSize(theme.px(self._row_height))
        self.verticalHeader().setMinimumSectionSize(theme.px(24))
        self.horizontalHeader().setFixedHeight(theme.px(tokens.HEADER_HEIGHT))
        if self._most_rows is None:
            self.setMinimumHeight(theme.px(tokens.HEADER_HEIGHT + self._least_rows * self._row_height))
        else:
            self._settle_height()
        self._fit_columns()

    def keep_columns(self, count: int) -> None:
        """Let the first columns stay in sight while the others scroll sideways."""
        from ui.widgets.frozen_columns import FrozenColumns

        FrozenColumns(self, count)

    def paint_over(self, painter: QPainter, view: QTableView) -> None:
        """What is drawn above the cells, of this table or of its columns that stay in sight (`view`); nothing here."""

    def fit_height(self, *, most_rows: int = 1000) -> None:
        """Be exactly as high as the rows there are, from now on (for small tables inside cards)."""
        self._most_rows = most_rows
        self._settle_height()

    def _settle_height(self) -> None:
        theme = current_theme()
        count = max(1, min(self._most_rows or 1, self.rows_model.rowCount()))
        bar = self.horizontalScrollBar().sizeHint().height() if self._is_too_wide else 0
        self.setFixedHeight(theme.px(tokens.HEADER_HEIGHT) + count * theme.px(self._row_height) + 4 + bar)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Announce another row, not another column of the same one."""
        super().currentChanged(current, previous)
        if current.isValid() and self.hasFocus():
            bring_into_sight(self, current)
        if current.isValid() and current.row() != previous.row():
            self.row_selected.emit(self.rows_model.rows()[current.row()])

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming to the table chooses its first row, if none is chosen."""
        if not self.currentIndex().isValid():
            self.select_row(0)
        super().focusInEvent(event)
        bring_into_sight(self, self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the row or starts filling in; Tab leaves the table."""
        entering = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entering and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
            return
        index = self.currentIndex()
        if entering and index.isValid() and self.state() != QAbstractItemView.State.EditingState:
            if self.rows_model.columns[index.column()].editable:
                self.edit(index)
            else:
                self._on_activated(index)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the stretching column what is left."""
        super().resizeEvent(event)
        # Widths and height may bring or take a scroll bar, which resizes the view again: twice is enough, or where a
        # bar would come and go for ever, all there is.
        if self._is_fitting:
            return
        self._is_fitting = True
        try:
            for _again in range(2):
                room = self.viewport().width()
                self._fit_columns()
                if self._most_rows is not None:
                    self._settle_height()
                if self.viewport().width() == room:
                    break
        finally:
            self._is_fitting = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, or the sentence for none."""
        super().paintEvent(event)
        if self.rows_model.rowCount():
            return
        theme = current_theme()
        painter = QPainter(self.viewport())
        painter.setFont(theme.font())
        painter.setPen(QColor(theme.colours.text_muted))
        margin = theme.gap(20)
        place = self.viewport().rect().adjusted(margin, 0, -margin, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(place, int(flags), self.empty_text())
        painter.end()

    def edit_next_row(self, index: QModelIndex) -> None:
        """After Enter in a filled-in cell: the same column of the next row."""
        below = self.rows_model.index(index.row() + 1, index.column())
        if below.isValid():
            self.setCurrentIndex(below)
            self.edit(below)

    def _set_up_view(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(8)

    def _same_row(self, before: Any, rows: Sequence[Any], keep: Callable[[Any], object] | None) -> int | None:
        if before is None or keep is None:
            return None
        wanted = keep(before)
        return next((number for number, row in enumerate(rows) if keep(row) == wanted), None)

    def _on_activated(self, index: QModelIndex) -> None:
        if index.isValid() and not self.rows_model.columns[index.column()].editable:
            self.row_activated.emit(self.rows_model.rows()[index.row()])

    def _on_edited(self, number: int, key: str, text: str) -> None:
        self.cell_edited.emit(self.rows_model.rows()[number], key, text)

    def cell_padding(self) -> int:
        """Room at each side of a cell's contents; a little less when only then all columns fit."""
        return current_theme().gap(7 if self._is_tight else 10)

    def _fit_columns(self) -> None:
        theme = current_theme()
        columns = self.rows_model.columns
        room = self.viewport().width()
        contents = [theme.px(column.width) if column.width else self._content_width(theme, column)
                    for column in columns]
        self._is_tight = False
        if sum(self._padded(columns, contents)) > room:
            self._is_tight = True
            self._is_tight = sum(self._padded(columns, contents)) <= room
        hidden = self._giving_way(columns, self._padded(columns, contents), room)
        set_look(self.horizontalHeader(), "tight", self._is_tight)
        widths = [0 if number in hidden else width for number, width in enumerate(self._padded(columns, contents))]
        spare = room - sum(widths)
        self._is_too_wide = spare < 0
        stretching = [number for number, column in enumerate(columns) if column.stretch] or [len(columns) - 1]
        if spare < 0 and columns[stretching[-1]].width and -spare <= widths[stretching[-1]] // 2:
            # Its words end in dots before the whole table has to scroll.
            widths[stretching[-1]] += spare
            self._is_too_wide = False
        if spare > 0 and columns:
            for number in stretching:
                widths[number] += spare // len(stretching)
            widths[stretching[-1]] += spare % len(stretching)
        for number, width in enumerate(widths):
            self.setColumnHidden(number, number in hidden)
            if number not in hidden:
                self.setColumnWidth(number, width)

    def _giving_way(self, columns: Sequence[Column], widths: Sequence[int], room: int) -> set[int]:
        """The columns that are not shown because all have no room."""
        hidden: set[int] = set()
        giving = [n for n, column in enumerate(columns) if column.gives_way and not self._is_needed(column)]
        for number in sorted(giving, key=lambda n: -columns[n].gives_way):
            if sum(width for n, width in enumerate(widths) if n not in hidden) <= room:
                break
            hidden.add(number)
        return hidden

    def _is_needed(self, column: Column) -> bool:
        return column.stays_for is not None and any(column.stays_for(row) for row in self.rows_model.rows())

    def _padded(self, columns: Sequence[Column], contents: list[int]) -> list[int]:
        padding = 2 * self.cell_padding()
        return [width if column.width else width + padding for column, width in zip(columns, contents, strict=True)]

    def _content_width(self, theme: Theme, column: Column) -> int:
        """How wide title and cells are, without padding, in pixels."""
        bold, plain = QFontMetrics(theme.font(bold=True)), QFontMetrics(theme.font())
        small = QFontMetrics(theme.font(tokens.TYPE.caption))
        widest = small.horizontalAdvance(column.title) + 2
        for row in self.rows_model.rows()[:self._fit_rows]:
            cell = cell_of(column, row)
            is_bold = column.bold if cell.bold is None else cell.bold
            width = (bold if is_bold else plain).horizontalAdvance(cell.text) + 1
            width += plain.horizontalAdvance(cell.suffix) + theme.px(5) if cell.suffix else 0
            width += chips_width(theme, cell.chips) + (theme.px(8) if cell.chips and cell.text else 0)
            width += theme.px(20) if cell.icon else 0
            widest = max(widest, width, small.horizontalAdvance(cell.second_line) + 1)
        return max(widest, theme.px(76) if column.editable else 0)

    def cell_box(self, index: AnyIndex) -> QRect:
        """Where the box of an editable cell is drawn, within the viewport."""
        return self._delegate.box_within(self.visualRect(QModelIndex(index)))
