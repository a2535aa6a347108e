"""A screen of several sections behind tabs: 库存 | 近效期 | 冷链 | 盘点. Each section is a page of its own package.

A page is a QWidget with the optional methods of a screen (`ui.shell.main_window`): `refresh`, `open_with`, `can_leave`,
`primary_action`, `save_action`, `print_action`, `back_action`, `shortcuts`. It is made at its first visit. A page that
wants to say how much waits in it has a signal `counted(int)`; the number then stands in its tab.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QTabBar, QWidget

from app.domain.message import Message, msg
from app.i18n import tr
from ui.widgets.layouts import Vertical
from ui.widgets.panes import PageStack

if TYPE_CHECKING:
    from ui.services import Services

OWN_KEYS = (("Ctrl PgDn", msg("下一栏")), ("Ctrl PgUp", msg("上一栏")))


@dataclass(frozen=True)
class Section:
    """One section. `place` names its class as "package.module:Class"; the class is made with the services alone.

    `desks` are the kinds of desk that have it.
    """

    key: str
    title: Message
    place: str
    desks: tuple[str, ...] = ("clinic", "township")

    def exists(self) -> bool:
        """Whether its module is there."""
        module = self.place.partition(":")[0]
        return find_spec(module.rpartition(".")[0]) is not None and find_spec(module) is not None

    def make(self, services: Services) -> QWidget:
        """The page, imported now."""
        module, _, name = self.place.partition(":")
        page: QWidget = getattr(import_module(module), name)(services)
        return page


class SectionScreen(QWidget):
    """Tabs over pages. `open_with(section="expiry", …)` shows a section and hands the other arguments to its page."""

    def __init__(self, services: Services, sections: Sequence[Section], *, name: str, accessible_name: str) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName(f"screen_{name}")
        self.setAccessibleName(accessible_name)
        self.services = services
        self._sections = [each for each in sections if services.kind in each.desks and each.exists()]
        self._pages: dict[str, QWidget] = {}
        self._current = ""
        self.bar = QTabBar()
        self.bar.setObjectName(f"{name}_sections")
        self.bar.setAccessibleName(accessible_name)
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(True)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        for section in self._sections:
            self.bar.addTab(tr(section.title))
        rule = QFrame()
        rule.setProperty("kind", "rule")
        self._stack = PageStack()
        column = Vertical(self, spacing=0)
        column.addWidget(self.bar)
        column.addWidget(rule)
        column.addSpacing(10)
        column.addWidget(self._stack, 1)
        self.bar.currentChanged.connect(self._on_tab)
        for key, step in (("Ctrl+PgDown", 1), ("Ctrl+PgUp", -1)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.step(step))
        self.show_section(self._sections[0].key)

    # --- sections ---------------------------------------------------------------------------------------------

    def section_keys(self) -> tuple[str, ...]:
        """The sections of this desk in their order."""
        return tuple(section.key for section in self._sections)

    def current_key(self) -> str:
        """The section shown."""
        return self._current

    def current_page(self) -> QWidget:
        """The page shown."""
        return self._pages[self._current]

    def step(self, step: int) -> None:
        """To the neighbour, and from the last to the first."""
        keys = self.section_keys()
        self.show_section(keys[(keys.index(self._current) + step) % len(keys)])

    def show_section(self, key: str, **arguments: object) -> bool:
        """Show a section; False when the present one does not let go."""
        if key != self._current and self._current and self._call("can_leave") is False:
            self._mark(self._current)
            return False
        takes_keys = self._has_keys()
        is_new = key not in self._pages
        if is_new:
            self._make(key)
        is_other = key != self._current
        self._current = key
        page = self._pages[key]
        self._stack.setCurrentWidget(page)
        self.setFocusProxy(page if page.focusProxy() is not None else self.bar)
        self._mark(key)
        if is_other and takes_keys:
            page.setFocus()
        if arguments:
            self._call("open_with", **arguments)
        elif is_other and not is_new:
            self._call("refresh")
        return True

    def set_count(self, key: str, count: int) -> None:
        """The number that stands in the tab; 0 shows the words alone."""
        number = self.section_keys().index(key)
        title = tr(self._sections[number].title)
        self.bar.setTabText(number, f"{title} {count}" if count else title)

    def _has_keys(self) -> bool:
        """Whether the keyboard acts in the page shown, so that it goes on in the next one; in the bar it stays there."""
        focused = QApplication.focusWidget()
        return bool(self._current) and focused is not None and self._pages[self._current].isAncestorOf(focused)

    def _make(self, key: str) -> None:
        section = next(each for each in self._sections if each.key == key)
        page = section.make(self.services)
        self._pages[key] = page
        self._stack.addWidget(page)
        counted = getattr(page, "counted", None)
        if counted is not None:
            counted.connect(lambda count: self.set_count(key, count))
            recount: Callable[[], None] | None = getattr(page, "recount", None)
            if recount is not None:
                recount()

    def _mark(self, key: str) -> None:
        with QSignalBlocker(self.bar):
            self.bar.setCurrentIndex(self.section_keys().index(key))

    def _on_tab(self, number: int) -> None:
        if number >= 0:
            self.show_section(self._sections[number].key)

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the page shown again."""
        self._call("refresh")

    def open_with(self, section: str = "", **arguments: object) -> None:
        """Show a section, with arguments for its page."""
        key = section if section in self.section_keys() else self._current
        is_shown = key == self._current
        if self.show_section(key, **arguments) and is_shown and not arguments:
            self.refresh()

    def can_leave(self) -> bool:
        """Whether the page lets go."""
        return self._call("can_leave") is not False

    def primary_action(self) -> None:
        """F2."""
        self._call("primary_action")

    def save_action(self) -> None:
        """Ctrl+Enter: what the page saves, else its primary action."""
        self._call("save_action" if hasattr(self.current_page(), "save_action") else "primary_action")

    def print_action(self) -> None:
        """Ctrl+P."""
        self._call("print_action")

    def back_action(self) -> bool:
        """Escape."""
        return bool(self._call("back_action"))

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of the page and of the sections."""
        own = self._call("shortcuts")
        return [*(own if isinstance(own, list) else []), *((key, tr(does)) for key, does in OWN_KEYS)]

    def _call(self, name: str, **arguments: object) -> object:
        method = getattr(self.current_page(), name, None)
        return method(**arguments) if method is not None else None
