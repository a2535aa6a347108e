"""Layouts whose distances follow the type scale. All distances are given at 100 %.

`Flow` wraps its items like words.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.theme.theme import Theme, current_theme, theme_changes

Margins = int | tuple[int, int, int, int]


def _four(margins: Margins) -> tuple[int, int, int, int]:
    return (margins, margins, margins, margins) if isinstance(margins, int) else margins


class Vertical(QVBoxLayout):
    """A vertical layout with scaled distances; margins are (left, top, right, bottom) or one number."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8, margins: Margins = 0) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._distances = (spacing, _four(margins))
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        spacing, margins = self._distances
        self.setSpacing(theme.gap(spacing))
        self.setContentsMargins(*(theme.gap(margin) for margin in margins))


class Horizontal(QHBoxLayout):
    """A horizontal layout with scaled distances."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8, margins: Margins = 0) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._distances = (spacing, _four(margins))
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        spacing, margins = self._distances
        self.setSpacing(theme.gap(spacing))
        self.setContentsMargins(*(theme.gap(margin) for margin in margins))


class Grid(QGridLayout):
    """A grid with scaled distances."""

    def __init__(
        self, parent: QWidget | None = None, *, spacing: int = 12, row_spacing: int | None = None,
        margins: Margins = 0,
    ) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._distances = (spacing, spacing if row_spacing is None else row_spacing, _four(margins))
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        spacing, row_spacing, margins = self._distances
        self.setHorizontalSpacing(theme.gap(spacing))
        self.setVerticalSpacing(theme.gap(row_spacing))
        self.setContentsMargins(*(theme.gap(margin) for margin in margins))


class Flow(QLayout):
    """Items side by side, going on in the next line when the width is used up."""

    def __init__(self, parent: QWidget | None = None, *, spacing: int = 8, row_spacing: int | None = None) -> None:
        super().__init__(parent) if parent is not None else super().__init__()
        self._items: list[QLayoutItem] = []
        self._distances = (spacing, spacing if row_spacing is None else row_spacing)
        self.setContentsMargins(0, 0, 0, 0)
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Append an item (Qt calls this from addWidget)."""
        self._items.append(item)

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
        """It does not ask for more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Its height follows from its width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height that all lines need at this width."""
        return self._arrange(QRect(0, 0, width, 0), moving=False)

    def setGeometry(self, rectangle: QRect) -> None:
        """Place the items."""
        super().setGeometry(rectangle)
        self._arrange(rectangle, moving=True)

    def sizeHint(self) -> QSize:
        """All items in one line."""
        gap = current_theme().gap(self._distances[0])
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + gap * max(0, len(sizes) - 1)
        return QSize(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """The largest single item."""
        smallest = QSize()
        for item in self._items:
            smallest = smallest.expandedTo(item.minimumSize())
        return smallest

    def _arrange(self, rectangle: QRect, *, moving: bool) -> int:
        theme = current_theme()
        gap, row_gap = theme.gap(self._distances[0]), theme.gap(self._distances[1])
        lines: list[list[tuple[QLayoutItem, QSize]]] = [[]]
        used = 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = _fitting(item, rectangle.width())
            if lines[-1] and used + size.width() > rectangle.width():
                lines.append([])
                used = 0
            lines[-1].append((item, size))
            used += size.width() + gap
        top = rectangle.top()
        if moving:
            top += max(0, rectangle.height() - self.heightForWidth(rectangle.width())) // 2
        begin = top
        for line in lines:
            height = max((size.height() for _, size in line), default=0)
            left = rectangle.left()
            for item, size in line:
                if moving:
                    item.setGeometry(QRect(QPoint(left, top + (height - size.height()) // 2), size))
                left += size.width() + gap
            top += height + row_gap
        return max(0, top - row_gap - begin) if lines[0] else 0


def _fitting(item: QLayoutItem, room: int) -> QSize:
    """The size of an item in a line of this width; what is too wide for it gets higher where it can."""
    wanted = item.sizeHint()
    width = min(wanted.width(), max(room, item.minimumSize().width()))
    higher = width < wanted.width() and item.hasHeightForWidth()
    return QSize(width, item.heightForWidth(width) if higher else wanted.height())


class FlowBox(QWidget):
    """A widget that holds a `Flow`."""

    def __init__(self, *, spacing: int = 8, row_spacing: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._flow = Flow(self, spacing=spacing, row_spacing=row_spacing)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Append a widget."""
        self._flow.addWidget(widget)

    def clear(self) -> None:
        """Remove and delete all widgets."""
        clear_layout(self._flow)


def clear_layout(layout: QLayout) -> None:
    """Take everything out of a layout and delete the widgets, also those of layouts inside."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear_layout(inner)
            inner.deleteLater()
