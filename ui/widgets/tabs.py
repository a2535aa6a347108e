"""Pages behind tabs, as in “需要申领 41 | 全部目录 380 | 近效期 3”."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QWidget

from ui.widgets.layouts import Vertical


class Tabs(QWidget):
    """A bar of tabs over a stack of pages; each has a key. `changed(key)`. Left and Right move, Ctrl+Tab goes on."""

    changed = Signal(str)

    def __init__(self, *, name: str, accessible_name: str, spacing: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(f"{name}_box")
        self._keys: list[str] = []
        self.bar = QTabBar()
        self.bar.setObjectName(name)
        self.bar.setAccessibleName(accessible_name)
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        self._pages = QStackedWidget()
        rule = QFrame()
        rule.setProperty("kind", "rule")
        column = Vertical(self)
        column.addWidget(self.bar)
        column.addWidget(rule)
        column.addSpacing(spacing)
        column.addWidget(self._pages, 1)
        self.bar.currentChanged.connect(self.on_current)

    def add(self, key: str, title: str, page: QWidget) -> None:
        """Append a page."""
        self._keys.append(key)
        self._pages.addWidget(page)
        self.bar.addTab(title.replace("&", "&&"))

    def set_title(self, key: str, title: str) -> None:
        """Change the words of a tab, such as the count in them."""
        self.bar.setTabText(self._keys.index(key), title.replace("&", "&&"))

    def title(self, key: str) -> str:
        """The words of a tab."""
        return self.bar.tabText(self._keys.index(key)).replace("&&", "&")

    def keys(self) -> tuple[str, ...]:
        """The keys in their order."""
        return tuple(self._keys)

    def current(self) -> str:
        """The key of the page shown; empty while there is none."""
        index = self.bar.currentIndex()
        return self._keys[index] if index >= 0 else ""

    def show_tab(self, key: str) -> None:
        """Show a page."""
        self.bar.setCurrentIndex(self._keys.index(key))

    def on_current(self, index: int) -> None:
        """Another tab was chosen."""
        if index >= 0:
            self._pages.setCurrentIndex(index)
            self.changed.emit(self._keys[index])
