"""The screen of the settings: pages behind tabs, those of other screens at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.screens.settings.backups_page import BackupsPage
from ui.screens.settings.general_page import GeneralPage
from ui.screens.settings.page import Page
from ui.screens.settings.place_page import PlacePage
from ui.screens.settings.security_page import SecurityPage
from ui.screens.settings.users_page import UsersPage
from ui.widgets.cards import PageHeader
from ui.widgets.layouts import Vertical
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from ui.services import Services


class SettingsScreen(QWidget):
    """What the shell shows under 设置."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        column = Vertical(self, spacing=8)
        column.addWidget(PageHeader(tr("设置"), name="settings_header"))
        self.tabs = Tabs(name="settings_tabs", accessible_name=tr("设置"))
        column.addWidget(self.tabs, 1)
        self._pages: dict[str, QWidget] = {
            "general": GeneralPage(services), "users": UsersPage(services), "backups": BackupsPage(services),
            "security": SecurityPage(services), "place": PlacePage(services),
        }
        titles = {"general": tr("外观和锁屏"), "users": tr("用户与 PIN"), "backups": tr("备份"), "security": tr("密钥与恢复码"),
                  "place": tr("单位资料")}
        for key, page in self._pages.items():
            self.tabs.add(key, titles[key], page)
        for added in services.settings_pages:
            self._pages[added.key] = added.factory()
            self.tabs.add(added.key, added.title, self._pages[added.key])
        self.tabs.changed.connect(self.on_tab)
        self.setFocusProxy(self.tabs.bar)
        self.refresh()

    def open_with(self, tab: str = "") -> None:
        """Open at one of the pages."""
        if tab in self._pages:
            self.tabs.show_tab(tab)
        self.refresh()

    def refresh(self) -> None:
        """Read the page shown anew."""
        self.on_tab(self.tabs.current())

    def on_tab(self, key: str) -> None:
        """Another page: read it anew."""
        page = self._pages.get(key)
        if isinstance(page, Page) or hasattr(page, "refresh"):
            page.refresh()

    def page(self, key: str) -> QWidget:
        """A page by its key."""
        return self._pages[key]
