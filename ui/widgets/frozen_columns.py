"""The first columns of a wide table, which stay in sight while the others scroll sideways.

It is a second view of the same rows and the same choice, laid over the left edge of the table. The keyboard stays in the
table; what is clicked here is chosen there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.labels import set_look

if TYPE_CHECKING:
    from ui.widgets.table import DataTable

MOST = 0.62
"""Of the table's width: where the columns to keep take more, fewer of them are kept."""


class FrozenColumns(QTableView):
    """Shown only while the table is too wide for its place. `count` columns at most."""

    def __init__(self, table: DataTable, count: int) -> None:
        super().__init__(table)
        self._table, self._count = table, count
        self.setObjectName(f"{table.objectName()}_kept")
        self.setProperty("kind", "data")
        set_look(self, "kept", "true")
        self.setModel(table.model())
        self.setSelectionModel(table.selectionModel())
        self.setItemDelegate(type(table.itemDelegate())(table))  # one delegate serves one view
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionBehavior(table.selectionBehavior())
        self.setSelectionMode(table.selectionMode())
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAutoScroll(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(8)
        self.hide()
        table.horizontalHeader().sectionResized.connect(lambda *_change: self.arrange())
        table.verticalHeader().sectionResized.connect(lambda row, _old, new: self.setRowHeight(row, new))
        table.horizontalScrollBar().rangeChanged.connect(lambda *_range: self.arrange())
        table.horizontalScrollBar().valueChanged.connect(lambda _value: self.viewport().update())
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        self.verticalScrollBar().valueChanged.connect(table.verticalScrollBar().setValue)
        table.selectionModel().currentChanged.connect(self._keep_in_sight)
        table.viewport().installEventFilter(self)
        self.activated.connect(table.activated)
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self.arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the table's size."""
        if event.type() == QEvent.Type.Resize:
            self.arrange()
        return False

    def arrange(self) -> None:
        """Lie over the first columns of the table, as wide and as high as they are."""
        table = self._table
        kept = self._kept()
        if not kept or not table.horizontalScrollBar().maximum():
            self.hide()
            return
        for column in range(table.rows_model.columnCount()):
            self.setColumnHidden(column, column not in kept)
            if column in kept:
                self.setColumnWidth(column, table.columnWidth(column))
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        self.horizontalHeader().setFixedHeight(table.horizontalHeader().height())
        set_look(self.horizontalHeader(), "tight", bool(table.horizontalHeader().property("tight")))
        if not self.isVisible():
            self._take_heights()
        place, top = table.viewport().geometry(), table.horizontalHeader().geometry().top()
        self.setGeometry(QRect(place.left(), top, self._width(kept), place.bottom() - top + 1))
        self._round_corner()
        self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells, what the table draws over its own, and the edge."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        colour = current_theme().colours.border_control
        painter.fillRect(QRect(self.viewport().width() - 1, 0, 1, self.viewport().height()), QColor(colour))
        self._table.paint_over(painter, self)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose, and stay where the table is scrolled to."""
        bar = self._table.horizontalScrollBar()
        before = bar.value()
        super().mousePressEvent(event)
        self._table.setFocus(Qt.FocusReason.MouseFocusReason)
        bar.setValue(before)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The table scrolls."""
        self._table.wheelEvent(event)

    def _take_heights(self) -> None:
        """What was set before; later changes come line by line."""
        table = self._table
        for row in range(table.rows_model.rowCount()):
            if self.rowHeight(row) != table.rowHeight(row):
                self.setRowHeight(row, table.rowHeight(row))

    def _round_corner(self) -> None:
        """The table's own corner, with the frame of the keyboard, stays in sight."""
        radius = current_theme().px(tokens.RADIUS_CARD)
        path = QPainterPath()
        path.addRoundedRect(QRectF(self.rect()).adjusted(0, 0, 2 * radius, 2 * radius), radius, radius)
        self.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def _kept(self) -> list[int]:
        """The first columns shown, as many as leave room for the others; fewer than all."""
        table, room = self._table, self._table.viewport().width() * MOST
        shown = [n for n in range(table.rows_model.columnCount()) if not table.isColumnHidden(n)]
        kept = [n for n in shown if n < self._count]
        while kept and self._width(kept) > room:
            kept.pop()
        return kept if len(kept) < len(shown) else []

    def _width(self, kept: list[int]) -> int:
        return sum(self._table.columnWidth(column) for column in kept)

    def _keep_in_sight(self, current: QModelIndex, _previous: QModelIndex) -> None:
        """The chosen cell never hides behind the columns that stay."""
        if not self.isVisible() or not current.isValid() or not self.isColumnHidden(current.column()):
            return
        hidden = self.width() - self._table.visualRect(current).left()
        if hidden > 0:
            bar = self._table.horizontalScrollBar()
            bar.setValue(bar.value() - hidden)
