"""A strip across the page: what is going on with the request now, and the one or two things to do about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ui.widgets.buttons import Button
from ui.widgets.cards import Card, CardTone
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal


@dataclass(frozen=True)
class StripAction:
    """A button of the strip."""

    name: str
    words: str
    on_clicked: Callable[[], object]
    hint: str = ""


class NoticeStrip(Card):
    """One sentence or two in a narrow card, with buttons at its right; hidden while there is nothing to say."""

    def __init__(self, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name=name, margins=(14, 8, 12, 8), parent=parent)
        row = Horizontal(spacing=12)
        self._words = label("", name=f"{name}_words", wrap=True)
        row.addWidget(self._words, 1)
        self._actions = FlowBox(spacing=8)
        row.addWidget(self._actions, 0, Qt.AlignmentFlag.AlignVCenter)
        self.add(row)
        self.hide()

    def say(self, words: str, tone: CardTone = "", actions: Sequence[StripAction] = ()) -> None:
        """Show this; empty words hide the strip."""
        self._words.setText(words)
        self.setAccessibleName(words)
        self.set_tone(tone)
        self._actions.clear()
        for action in actions:
            button = Button(action.words, name=action.name, small=True, hint=action.hint)
            button.clicked.connect(lambda _checked=False, do=action.on_clicked: do())
            self._actions.add(button)
        self._actions.setVisible(bool(actions))
        self.setVisible(bool(words))

    def words(self) -> str:
        """What it says."""
        return self._words.text()
