"""What hides the desk: while it is being opened, before sign-in, and while nobody sits there.

The cover is the first thing that is painted, so while it waits it is three plain widgets and a style sheet. It uses
nothing of the namespace `Qt` before that, whose enumerations take 20 to 30 ms to be made, a quarter of the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.theme.theme import Theme, current_theme, theme_changes

if TYPE_CHECKING:
    from ui.shell.cover_card import CoverCard

CARD_WIDTH = 340
WAITING_HEIGHT = 150


class Cover(QFrame):
    """The brand above one card in the middle of the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("cover")
        self._content_card: CoverCard | None = None
        self._brand = QLabel()
        self._brand.setObjectName("cover_brand")
        self._organisation = QLabel()
        self._organisation.setObjectName("cover_organisation")
        self._card = QFrame()
        self._card.setProperty("kind", "card")
        self._waiting = QLabel()
        self._waiting.setObjectName("cover_waiting")
        self._waiting.setWordWrap(True)
        self._place()
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def set_brand(self, brand: str, organisation: str = "") -> None:
        """The names above the card."""
        self._brand.setText(brand)
        self._organisation.setText(organisation)
        if self._content_card is not None:
            self._content_card.set_brand(brand, organisation)

    def wait(self, sentence: str) -> None:
        """Say what is being waited for; what the card showed is deleted."""
        self._waiting.setText(sentence)
        self.setAccessibleName(sentence)
        if self._content_card is not None:
            self._content_card.hide()
            self._content_card.deleteLater()
            self._content_card = None

    def waiting_for(self) -> str:
        """What is being waited for, or empty."""
        return self._waiting.text()

    def show_content(self, content: QWidget) -> None:
        """Show a widget in the card (sign-in, unlocking, first start); the former one is deleted.

        The card is 340 px wide at 100 %, or as wide as the widget's property `wide` says.
        """
        from ui.shell.cover_card import CoverCard

        self.wait("")
        self._content_card = CoverCard(content, self._brand.text(), self._organisation.text(), self)
        self._content_card.setGeometry(self.rect())
        self._content_card.show()
        content.setFocus()

    def content(self) -> QWidget | None:
        """What the card shows, or None while waiting."""
        return self._content_card.content if self._content_card is not None else None

    def follow_theme(self, theme: Theme) -> None:
        """Take the sizes of this appearance."""
        self._card.setFixedSize(theme.px(CARD_WIDTH), theme.px(WAITING_HEIGHT))

    def resizeEvent(self, event: object) -> None:
        """The page of the card fills the cover."""
        if self._content_card is not None:
            self._content_card.setGeometry(self.rect())

    def _place(self) -> None:
        QVBoxLayout(self._card).addWidget(self._waiting)
        rows = QVBoxLayout(self)
        rows.setSpacing(14)
        rows.addStretch(2)
        rows.addWidget(self._brand)
        rows.addWidget(self._organisation)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._card)
        row.addStretch(1)
        rows.addLayout(row)
        rows.addStretch(3)
