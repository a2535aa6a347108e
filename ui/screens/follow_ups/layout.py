"""How the parts of a visit lie: whose record it is above, form and proposals side by side, the actions beneath.

Form and side column scroll by themselves; banner and actions stay in sight. On a narrow window, or with large type, the
side column goes beneath the form, and the strip above the actions says in one line what is proposed.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QWidget

from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.layouts import Vertical
from ui.widgets.panes import ScrollPage

SIDE_WIDTH = 340
SIDE_BY_SIDE_FROM = 900
BAR, BETWEEN = 10, 6
"""The scroll bar of the form lies between the columns, so that banner, form and actions end at one line."""


class VisitLayout(QWidget):
    """Places `head` (banner and notices), `form`, `side`, `strip` and `actions`, once it knows its width."""

    def __init__(self, *, head: QWidget, form: QWidget, side: QWidget, strip: QWidget, actions: QWidget,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._head, self._form, self._side, self._strip = head, form, side, strip
        self._stacked: bool | None = None
        self._main = ScrollPage(name="visit_scroll", modest=True)
        self._beside = ScrollPage(name="visit_side_scroll", modest=True)
        self._beside.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        column = Vertical(spacing=12)
        self._top = Vertical(margins=(0, 0, BAR, 0))
        self._top.addWidget(head)
        column.addLayout(self._top)
        column.addWidget(self._main, 1)
        foot = Vertical(spacing=8, margins=(0, 0, BAR, 0))
        foot.addWidget(strip)
        foot.addWidget(actions)
        column.addLayout(foot)
        self._row.addLayout(column, 1)
        self._row.addWidget(self._beside)
        self._row.setSpacing(current_theme().gap(BETWEEN))
        theme_changes().changed.connect(self.follow_theme)

    def is_stacked(self) -> bool:
        """Whether the side column lies beneath the form."""
        return bool(self._stacked)

    def follow_theme(self, theme: Theme) -> None:
        """Take the distances of this appearance."""
        self._row.setSpacing(theme.gap(BETWEEN))
        if self._stacked is not None:
            self._settle()

    def minimumSizeHint(self) -> QSize:
        """Small: the columns scroll."""
        theme = current_theme()
        return QSize(min(theme.px(360), 560), min(theme.px(300), 420))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the arrangement for the new width."""
        super().resizeEvent(event)
        self._settle()

    def reveal(self, widget: QWidget) -> None:
        """Scroll so that a field is seen with its caption."""
        shown, area = widget, widget.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            if area.objectName().endswith("_cell"):
                shown = area
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(shown, 10, 24)

    def _settle(self) -> None:
        theme = current_theme()
        stacked = self.width() < theme.px(SIDE_BY_SIDE_FROM)
        if stacked != self._stacked:
            self._stacked = stacked
            self._arrange(stacked)
        self._beside.setFixedWidth(theme.px(SIDE_WIDTH))
        self._strip.setVisible(stacked)

    def _arrange(self, stacked: bool) -> None:
        had_focus = QApplication.focusWidget()
        together = self._main.takeWidget()
        self._beside.takeWidget()
        if stacked:
            both = QWidget()
            both.setProperty("kind", "plain")
            column = Vertical(both, spacing=12)
            column.addWidget(self._head)
            column.addWidget(self._form)
            column.addWidget(self._side)
            column.addStretch(1)
            self._main.show_content(both)
        else:
            self._top.addWidget(self._head)
            self._main.show_content(self._form)
            self._beside.show_content(self._side)
        self._beside.setVisible(not stacked)
        for part in (self._head, self._form, self._side):
            part.show()
        if together is not None and together is not self._form:
            together.deleteLater()
        if had_focus is not None and self.isAncestorOf(had_focus):
            had_focus.setFocus()
