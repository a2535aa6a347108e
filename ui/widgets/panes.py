"""How a page is put together: what scrolls, what stays in sight, what gives way on a narrow window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QFrame, QScrollArea, QTableView, QWidget

from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.layouts import Vertical

LARGE_TYPE = 1.5
"""The scale from which a window is too low for anything that stays in sight beside what scrolls."""


class ScrollPage(QScrollArea):
    """A page that scrolls when the window is too small for its contents, and never clips them.

    A `modest` one asks for little room, so that what is around it never has to scroll. It is never lower than
    `least_height`, given at 100 %; at large type it is as high as its contents instead, so that only the page around it
    scrolls, and not one within the other.
    """

    def __init__(self, content: QWidget | None = None, *, name: str = "page_scroll", modest: bool = False,
                 least_height: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._modest = modest
        self._least_height = least_height
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        if content is not None:
            self.show_content(content)
        if least_height:
            self.follow_theme(current_theme())
            theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, _theme: Theme) -> None:
        """Take the least height at this type size."""
        self._settle_least_height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The contents have become higher or lower."""
        result = super().eventFilter(watched, event)
        if event.type() == QEvent.Type.LayoutRequest and watched is self.widget():
            self._settle_least_height()
        return result

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What wraps is higher on a narrow page."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._settle_least_height()

    def _settle_least_height(self) -> None:
        if not self._least_height:
            return
        theme, least = current_theme(), current_theme().px(self._least_height)
        layout = None if self.widget() is None else self.widget().layout()
        if theme.scale >= LARGE_TYPE and layout is not None:
            width = self.viewport().width()
            wrapping = layout.totalMinimumHeightForWidth(width) if layout.hasHeightForWidth() else 0
            least = max(least, wrapping, layout.totalMinimumSize().height())
        self.setMinimumHeight(least)

    def sizeHint(self) -> QSize:
        """What the contents want, or little."""
        theme = current_theme()
        return QSize(theme.px(200), theme.px(100)) if self._modest else super().sizeHint()

    def reveal_focused(self, widget: QWidget) -> None:
        """`reveal` what got the focus, once everything has found its place: a page shown just now has not yet."""
        QTimer.singleShot(0, widget, lambda: reveal(widget) if widget.hasFocus() else None)

    def show_content(self, content: QWidget) -> None:
        """Show a widget that lets the ground of the page shine through."""
        self.setWidget(content)
        content.setAutoFillBackground(False)


class PageStack(QWidget):
    """Pages of which one is shown, and only that one asks for room: a higher one behind it makes nothing scroll.

    Used as a QStackedWidget is, whose layout takes the height of its highest page.
    """

    currentChanged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._pages: list[QWidget] = []
        self._current = -1
        self._column = Vertical(self, spacing=0)

    def addWidget(self, page: QWidget) -> int:
        """Append a page; the first is shown."""
        self._pages.append(page)
        self._column.addWidget(page)
        page.setVisible(len(self._pages) == 1)
        if len(self._pages) == 1:
            self._current = 0
        return len(self._pages) - 1

    def count(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def currentIndex(self) -> int:
        """The place of the page shown, -1 without one."""
        return self._current

    def currentWidget(self) -> QWidget | None:
        """The page shown, or None."""
        return self._pages[self._current] if self._pages else None

    def setCurrentWidget(self, page: QWidget) -> None:
        """Show a page that was added."""
        self.setCurrentIndex(self._pages.index(page))

    def setCurrentIndex(self, number: int) -> None:
        """Show a page by its place; the keyboard goes with it."""
        if number == self._current:
            return
        former, page, focused = self.currentWidget(), self._pages[number], QApplication.focusWidget()
        self._current = number
        page.show()
        if former is not None:
            if focused is not None and former.isAncestorOf(focused):
                (page.focusWidget() or page).setFocus()
            former.hide()
        self.currentChanged.emit(number)


def reveal(widget: QWidget, margin: int = 30) -> None:
    """Scroll every area around a control until it is seen with `margin` above and beneath it.

    Of a table the chosen line is seen, with the titles of the columns where both have room.
    """
    area = _area_around(widget)
    while area is not None:
        if isinstance(widget, QTableView):
            _reveal_table(area, widget)
        else:
            area.ensureWidgetVisible(widget, 20, margin)
        area = _area_around(area)


def _area_around(widget: QWidget) -> QScrollArea | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent


def _reveal_table(area: QScrollArea, table: QTableView) -> None:
    bar, room = area.verticalScrollBar(), area.viewport().height()
    top = table.mapTo(area.widget(), QPoint(0, 0)).y()
    line = table.visualRect(table.currentIndex()).translated(0, top + table.viewport().y())
    if not line.isValid():
        bottom = top + min(table.height(), room)
    elif line.bottom() - top < room:
        # The line behind it too, so that there is something to go on to; but not at the cost of the head of the page.
        behind = line.height() if bar.value() else 1
        bottom = min(line.bottom() + behind, top + table.height(), top + room)
    else:
        top, bottom = line.top(), line.bottom() + 1
    bar.setValue(min(top, max(bar.value(), bottom - room)))


class FormPage(QWidget):
    """A page to fill in: the content scrolls, the row of actions beneath always stays in sight."""

    def __init__(self, content: QWidget, actions: QWidget | None = None, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        column = Vertical(self, spacing=12)
        self.scroll = ScrollPage(content, name="form_scroll", modest=True)
        column.addWidget(self.scroll, 1)
        if actions is not None:
            column.addWidget(actions)


class TwoPane(QWidget):
    """A main column with a narrower side column at its right (or left); on a narrow window the side goes beneath.

    Each column scrolls by itself; stacked they scroll together, the side beneath or, after `put_side_above(True)`,
    above. `actions` stand under the main column and always
    stay in sight. `side_width` and `breakpoint` (the least own width at which both stand side by side) are at 100 %.
    """

    def __init__(
        self, main: QWidget, side: QWidget, *, actions: QWidget | None = None, side_width: int = 300,
        breakpoint: int = 860, spacing: int = 16, side_first: bool = False, parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._main, self._side = main, side
        self._sizes = (side_width, breakpoint, spacing)
        self._stacked: bool | None = None
        self._is_side_above, self._is_side_shown = False, True
        self._main_scroll = ScrollPage(name="main_scroll", modest=True)
        self._side_scroll = ScrollPage(name="side_scroll", modest=True)
        self._side_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = Vertical(spacing=12)
        column.addWidget(self._main_scroll, 1)
        if actions is not None:
            column.addWidget(actions)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        if side_first:
            self._box.addWidget(self._side_scroll)
        self._box.addLayout(column, 1)
        if not side_first:
            self._box.addWidget(self._side_scroll)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def is_stacked(self) -> bool:
        """Whether the side column stands beneath the main column."""
        return bool(self._stacked)

    def put_side_above(self, above: bool) -> None:
        """Where the side column stands on a narrow window: above while the main column has nothing to show."""
        if above == self._is_side_above:
            return
        self._is_side_above = above
        if self._stacked:
            self._arrange(True)
            self._main_scroll.verticalScrollBar().setValue(0)

    def show_side(self, is_shown: bool) -> None:
        """Whether the side column is there; without it the main column has the whole width."""
        self._is_side_shown = is_shown
        self._side_scroll.setVisible(is_shown and not self._stacked)
        self._side.setVisible(is_shown)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        self._box.setSpacing(theme.gap(self._sizes[2]))
        self._settle()

    def minimumSizeHint(self) -> QSize:
        """Small enough to let the window shrink: the columns scroll."""
        theme = current_theme()
        return QSize(theme.px(300), theme.px(200))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement for the new width."""
        super().resizeEvent(event)
        self._settle()

    def _settle(self) -> None:
        theme = current_theme()
        stacked = self.width() < theme.px(self._sizes[1])
        if stacked != self._stacked:
            self._stacked = stacked
            self._arrange(stacked)
        self._side_scroll.setFixedWidth(theme.px(self._sizes[0]))

    def _arrange(self, stacked: bool) -> None:
        had_focus = QApplication.focusWidget()
        together = self._main_scroll.takeWidget()
        self._side_scroll.takeWidget()
        if stacked:
            both = QWidget()
            both.setProperty("kind", "plain")
            column = Vertical(both, spacing=self._sizes[2])
            parts = [(self._main, 1), (self._side, 0)]
            for part, stretch in reversed(parts) if self._is_side_above else parts:
                column.addWidget(part, stretch)
            self._main_scroll.show_content(both)
        else:
            self._main_scroll.show_content(self._main)
            self._side_scroll.show_content(self._side)
        self._side_scroll.setVisible(self._is_side_shown and not stacked)
        self._main.show()
        self._side.setVisible(self._is_side_shown)
        if together is not None and together is not self._main:
            together.deleteLater()
        if had_focus is not None and self.isAncestorOf(had_focus):
            had_focus.setFocus()
