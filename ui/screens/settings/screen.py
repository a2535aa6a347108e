"""设置: the list of sections at the left, the page of the chosen one at its right.

Pages are made when they are first shown. Other screens add theirs by `settings_pages(services)`, which the composer
collects in `services.settings_pages`; they stand before 关于. Such a page is any QWidget; what it has of `refresh`,
`can_leave`, `back_action`, `primary_action`, `save_action` is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.screens.settings.declared import settings_of
from ui.services import SettingsPage
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.layouts import Vertical
from ui.widgets.panes import TwoPane

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.services import Services

SIDE_WIDTH = 168
OWN_KEYS = (
    ("↑ ↓", msg("换一页设置")), ("Tab", msg("到右边的内容")), ("F2", msg("这一页的主要操作")),
    ("Ctrl ↵", msg("保存")), ("Esc", msg("回到左边的目录")),
)


class Sections(QListWidget):
    """The titles of the pages. Enter and Right go to the page."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("settings_sections")
        self.setAccessibleName(tr("设置的目录"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """As high as all titles."""
        heights = sum(self.sizeHintForRow(row) for row in range(self.count()))
        self.setFixedHeight(heights + theme.px(14))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Right go to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right) and not event.modifiers():
            current = self.currentItem()
            if current is not None:
                self.itemActivated.emit(current)
            return
        super().keyPressEvent(event)


class SettingsScreen(QWidget):
    """The settings. `open_with(page="backups")` shows a certain page."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("screen_settings")
        self.setAccessibleName(tr("设置"))
        self.services = services
        self._pages = {page.key: page for page in [*own_pages(services), *services.settings_pages, about(services)]}
        self._made: dict[str, QWidget] = {}
        self._key = ""
        self.sections = Sections()
        for page in self._pages.values():
            item = QListWidgetItem(page.title, self.sections)
            item.setData(Qt.ItemDataRole.UserRole, page.key)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        self._place = Vertical(self._main)
        side = QWidget()
        side.setProperty("kind", "plain")
        column = Vertical(side)
        column.addWidget(self.sections)
        column.addStretch(1)
        Vertical(self).addWidget(TwoPane(self._main, side, side_width=SIDE_WIDTH, breakpoint=560, side_first=True))
        self.sections.follow_theme(current_theme())
        self.sections.currentItemChanged.connect(self.on_section)
        self.sections.itemActivated.connect(lambda _item: self.go_to_page())
        self.setFocusProxy(self.sections)
        self.show_page(next(iter(self._pages)))

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read the page shown again."""
        self._call("refresh")

    def open_with(self, page: str = "", **_arguments: object) -> None:
        """Show a certain page."""
        if page in self._pages:
            self.show_page(page)

    def can_leave(self) -> bool:
        """Whether the page lets go."""
        return self._call("can_leave") is not False

    def back_action(self) -> bool:
        """Escape: the page first, then back to the list of sections, then away."""
        if self._call("back_action"):
            return True
        focused = self.focusWidget()
        if focused is None or not self._main.isAncestorOf(focused):
            return False
        self.sections.setFocus()
        return True

    def primary_action(self) -> None:
        """F2."""
        self._call("primary_action")

    def save_action(self) -> None:
        """Ctrl+Enter."""
        self._call("save_action")

    def shortcuts(self) -> list[tuple[str, str]]:
        """The screen's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- the pages --------------------------------------------------------------------------------------------

    def page_keys(self) -> tuple[str, ...]:
        """The keys of all pages in their order."""
        return tuple(self._pages)

    def current_key(self) -> str:
        """The page shown."""
        return self._key

    def current_page(self) -> QWidget:
        """The widget of the page shown."""
        return self._made[self._key]

    def show_page(self, key: str) -> bool:
        """Show a page; False when the present one does not let go."""
        if key == self._key:
            return True
        if self._key and not self.can_leave():
            self._mark(self._key)
            return False
        if self._key:
            focused = self.focusWidget()
            if focused is not None and self.current_page().isAncestorOf(focused):
                self.sections.setFocus()
            self.current_page().hide()
        is_new = key not in self._made
        if is_new:
            self._made[key] = self._pages[key].factory()
            self._place.addWidget(self._made[key])
        self._key = key
        self._mark(key)
        self.current_page().show()
        if not is_new:
            self._call("refresh")
        return True

    def on_section(self, item: QListWidgetItem | None) -> None:
        """Another section was chosen."""
        if item is not None:
            self.show_page(str(item.data(Qt.ItemDataRole.UserRole)))

    def go_to_page(self) -> None:
        """Put the cursor into the page."""
        page = self.current_page()
        (page.focusProxy() or page).setFocus()

    def _mark(self, key: str) -> None:
        with QSignalBlocker(self.sections):
            self.sections.setCurrentRow(list(self._pages).index(key))

    def _call(self, method: str) -> object:
        found: Callable[[], object] | None = getattr(self._made.get(self._key), method, None)
        return found() if found is not None else None


def own_pages(services: Services) -> list[SettingsPage]:
    """The pages of the settings themselves, without 关于, which comes last."""
    def organisation() -> QWidget:
        from ui.screens.settings.organisation_page import OrganisationPage

        return OrganisationPage(services)

    def users() -> QWidget:
        from ui.screens.settings.users_page import UsersPage

        return UsersPage(services)

    def display() -> QWidget:
        from ui.screens.settings.declared_page import display_page

        return display_page(services)

    def security() -> QWidget:
        from ui.screens.settings.security_page import SecurityPage

        return SecurityPage(services)

    def backups() -> QWidget:
        from ui.screens.settings.backups_page import BackupsPage

        return BackupsPage(services)

    def rules() -> QWidget:
        from ui.screens.settings.declared_page import rules_page

        return rules_page(services)

    def printing() -> QWidget:
        from ui.screens.settings.printing_page import PrintingPage

        return PrintingPage(services)

    pages = [
        SettingsPage("organisation", tr("本单位"), organisation), SettingsPage("users", tr("用户与 PIN"), users),
        SettingsPage("display", tr("显示"), display), SettingsPage("security", tr("安全"), security),
        SettingsPage("backups", tr("备份"), backups),
    ]
    if settings_of("printing", services.kind):
        pages.append(SettingsPage("printing", tr("打印"), printing))
    if settings_of("rules", services.kind):
        pages.append(SettingsPage("rules", tr("规则"), rules))
    return pages


def about(services: Services) -> SettingsPage:
    """关于."""
    def make() -> QWidget:
        from ui.screens.settings.about_page import AboutPage

        return AboutPage(services)

    return SettingsPage("about", tr("关于"), make)
