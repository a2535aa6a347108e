"""A layout of equal columns in which wide items take several: the fields of a section, however wide the window is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from ui.theme.theme import Theme, current_theme, theme_changes

COLUMN_WIDTH = 176


class Spans(QLayout):
    """Items from left to right in lines; an item takes as many columns as it asks for by its size hint.

    All columns are equally wide, at least `column_width` at 100 %, so that fields stand under each other.
    """

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 14, row_spacing: int = 10,
                 column_width: int = COLUMN_WIDTH) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._items: list[QLayoutItem] = []
        self._sizes = (spacing, row_spacing, column_width)
        self._heights: dict[int, int] = {}
        self.setContentsMargins(0, 0, 0, 0)
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Append an item (Qt calls this from addWidget)."""
        self._items.append(item)

    def insert(self, place: int, widget: QWidget) -> None:
        """Put a widget at a place among the others."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at a place, or None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return the item at a place, or None beyond the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """It takes the width that there is."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Its height follows from its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height that all lines need at this width."""
        if width not in self._heights:
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), moving=False)
        return self._heights[width]

    def invalidate(self) -> None:
        """Something inside has another size."""
        self._heights.clear()
        super().invalidate()

    def setGeometry(self, rectangle: QRect) -> None:
        """Place the items."""
        super().setGeometry(rectangle)
        self._arrange(rectangle, moving=True)

    def sizeHint(self) -> QSize:
        """Three columns wide."""
        theme = current_theme()
        width = 3 * theme.px(self._sizes[2]) + 2 * theme.gap(self._sizes[0])
        return QSize(width, self.heightForWidth(width))

    def minimumSize(self) -> QSize:
        """One column, or the widest single item."""
        smallest = QSize(current_theme().px(120), 0)
        for item in self._items:
            if not item.isEmpty():
                smallest = smallest.expandedTo(QSize(item.minimumSize().width(), 0))
        return smallest

    def _arrange(self, rectangle: QRect, *, moving: bool) -> int:
        theme = current_theme()
        gap, row_gap, least = (theme.gap(self._sizes[0]), theme.gap(self._sizes[1]), theme.px(self._sizes[2]))
        width = max(1, rectangle.width())
        columns = max(1, (width + gap) // (least + gap))
        each = (width - gap * (columns - 1)) / columns
        top, left = rectangle.top(), 0
        line: list[tuple[QLayoutItem, int, int]] = []
        for item in self._items:
            if item.isEmpty():
                continue
            wanted = max(item.sizeHint().width(), item.minimumSize().width())
            span = min(columns, max(1, -(-(wanted + gap) // round(each + gap))))
            if left + span > columns and line:
                top += self._place(line, rectangle.left(), top, each + gap, gap, moving=moving) + row_gap
                line, left = [], 0
            line.append((item, left, span))
            left += span
        if line:
            top += self._place(line, rectangle.left(), top, each + gap, gap, moving=moving)
        return top - rectangle.top()

    def _place(self, line: list[tuple[QLayoutItem, int, int]], left: int, top: int, step: float, gap: int, *,
               moving: bool) -> int:
        edges = [(item, round(left + at * step), round(left + (at + span) * step) - gap) for item, at, span in line]
        boxes = [(item, begin, end - begin) for item, begin, end in edges]
        height = max(_height_of(item, width) for item, _, width in boxes)
        if moving:
            for item, x, width in boxes:
                item.setGeometry(QRect(QPoint(x, top), QSize(width, _height_of(item, width))))
        return height


def _height_of(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
