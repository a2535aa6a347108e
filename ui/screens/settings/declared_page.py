"""Pages that hold declared settings and nothing else: 显示 and 规则."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.i18n import tr
from app.services.settings import Value
from ui.screens.settings.declared import SettingsCard, settings_of
from ui.screens.settings.page import Page
from ui.theme.theme import Theme, theme_changes

if TYPE_CHECKING:
    from ui.services import Services


class DeclaredPage(Page):
    """The declared settings of one section."""

    def __init__(self, services: Services, section: str, title: str, explanation: str = "") -> None:
        super().__init__(services, title, name=f"settings_{section}")
        self.card = SettingsCard(services, settings_of(section, services.kind), title, name=f"{section}_card")
        if explanation:
            self.card.add_text(explanation, "muted")
        self.column.addWidget(self.card)
        self.column.addStretch(1)
        self.setFocusProxy(self.card)
        theme_changes().changed.connect(self.follow_theme)
        self.refresh()

    def refresh(self) -> None:
        """Show what is kept."""
        self.run(lambda _report, _cancelled: self.services.settings.all(), self.card.show_values)

    def follow_theme(self, theme: Theme) -> None:
        """The type size and the contrast may be changed by keys too; the keys keep what they change by themselves."""
        shown: dict[str, Value] = {"type_scale_percent": round(theme.scale * 100), "high_contrast": theme.high_contrast}
        for name, value in shown.items():
            if name in self.card.rows:
                self.card.rows[name].show_value(value)


def display_page(services: Services) -> DeclaredPage:
    """显示."""
    return DeclaredPage(services, "display", tr("显示"),
                        tr("字的大小也可以随时按 Ctrl = 和 Ctrl - 改；Ctrl 0 恢复原来大小。"))


def rules_page(services: Services) -> DeclaredPage:
    """规则."""
    explanation = tr("各县的规定不一样，请按县里的文件设。改了以后统计马上按新的算，记录不变。")
    return DeclaredPage(services, "rules", tr("规则"), explanation)
