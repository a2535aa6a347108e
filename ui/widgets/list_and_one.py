"""A list and what is chosen in it: side by side, or on a narrow window (large type) one after the other.

On a narrow window the list comes first; Enter or a click goes to the chosen one, which then has the whole window, and
Escape goes back. A page calls `go_back()` in its `back_action`, and `show_one()` when it was asked for a certain one.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget

from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.buttons import SecondaryButton
from ui.widgets.layouts import Vertical
from ui.widgets.panes import ScrollPage
from ui.widgets.table import DataTable


class ListAndOne(QWidget):
    """`side` holds the list (`table`) with what belongs to it, `one` what is chosen; `actions` stand under the latter.

    `back` is what the way back to the list is called. `side_width` and `breakpoint` (the least own width at which both
    stand side by side) are at 100 %. `turned` comes when the other of the two is shown.
    """

    turned = Signal()

    def __init__(self, one: QWidget, side: QWidget, table: DataTable, *, back: str, actions: QWidget | None = None,
                 side_width: int = 300, breakpoint: int = 900, spacing: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._table = table
        self._sizes = (side_width, breakpoint, spacing)
        self._is_narrow = False
        self._shows_list = True
        self.back = SecondaryButton(back, name="back_to_list", hint="Esc", small=True)
        self.back.hide()
        self.back.clicked.connect(self.show_list)
        self._side_scroll = ScrollPage(side, name="side_scroll", modest=True)
        self._side_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._right = QWidget()
        self._right.setProperty("kind", "plain")
        column = Vertical(self._right, spacing=12)
        inside = QWidget()
        inside.setProperty("kind", "plain")
        page = Vertical(inside, spacing=8)
        page.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        page.addWidget(one, 1)
        column.addWidget(ScrollPage(inside, name="main_scroll", modest=True), 1)
        if actions is not None:
            column.addWidget(actions)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self._side_scroll)
        self._box.addWidget(self._right, 1)
        table.row_activated.connect(lambda _row: self.show_one())
        table.clicked.connect(lambda _index: self._on_click())
        self._arrange()
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def is_narrow(self) -> bool:
        """Whether only one of the two is shown."""
        return self._is_narrow

    def shows_list(self) -> bool:
        """Whether the list is in sight."""
        return self._shows_list or not self._is_narrow

    def show_list(self) -> None:
        """The list, on a narrow window instead of the one that was chosen in it."""
        self._turn(True)

    def show_one(self) -> None:
        """What is chosen, on a narrow window instead of the list."""
        self._turn(False)

    def go_back(self) -> bool:
        """Escape: back to the list; False when it is in sight already."""
        if self.shows_list():
            return False
        self.show_list()
        return True

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        self._box.setSpacing(theme.gap(self._sizes[2]))
        self._settle()

    def minimumSizeHint(self) -> QSize:
        """Small enough to let the window shrink: both scroll."""
        theme = current_theme()
        return QSize(theme.px(300), theme.px(200))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement for the new width."""
        super().resizeEvent(event)
        self._settle()

    def _turn(self, to_list: bool) -> None:
        if self._shows_list == to_list:
            return
        self._shows_list = to_list
        if not self._is_narrow:
            return
        focused = QApplication.focusWidget()
        had_keys = focused is not None and self.isAncestorOf(focused)
        self._arrange()
        self.turned.emit()
        if had_keys:
            self.setFocus()

    def _on_click(self) -> None:
        """Where the list is alone one click goes on, as Enter does."""
        if self._is_narrow:
            self._table.row_activated.emit(self._table.current_row())

    def _settle(self) -> None:
        theme = current_theme()
        narrow = self.width() < theme.px(self._sizes[1])
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            self._arrange()
            self.turned.emit()
        width = theme.px(self._sizes[0])
        self._side_scroll.setMinimumWidth(0 if narrow else width)
        self._side_scroll.setMaximumWidth(16777215 if narrow else width)

    def _arrange(self) -> None:
        self._side_scroll.setVisible(self.shows_list())
        self._right.setVisible(not self._is_narrow or not self._shows_list)
        self.back.setVisible(self._is_narrow)
        self.setFocusProxy(self._table if self.shows_list() else self.back)
