"""The card on the cover once it has something to show, with the brand above; scrolls when the window is small."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ui.shell.cover import CARD_WIDTH
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.widgets.cards import Card
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import ScrollPage


class CoverCard(ScrollPage):
    """Brand, organisation and the card with `content`, in the middle."""

    def __init__(self, content: QWidget, brand: str, organisation: str, parent: QWidget) -> None:
        inside = QWidget()
        inside.setProperty("kind", "plain")
        super().__init__(inside, name="cover_scroll", parent=parent)
        self.content = content
        rows = Vertical(inside, spacing=14, margins=20)
        self._brand = label("", name="cover_brand")
        self._organisation = label("", name="cover_organisation")
        self._card = Card(name="cover_card", margins=24)
        self._card.add(content)
        rows.addStretch(2)
        for words in (self._brand, self._organisation):
            rows.addWidget(words)
        row = Horizontal()
        row.addStretch(1)
        row.addWidget(self._card)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addStretch(3)
        self.set_brand(brand, organisation)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_brand(self, brand: str, organisation: str) -> None:
        """The names above the card."""
        self._brand.setText(brand)
        self._organisation.setText(organisation)
        self._organisation.setVisible(bool(organisation))

    def follow_theme(self, theme: Theme) -> None:
        """Take the size of this appearance."""
        wide = self.content.property("wide")
        self._card.setFixedWidth(theme.px(int(wide) if wide else CARD_WIDTH))
