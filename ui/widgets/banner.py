"""The banner that says whose record is open: name, facts, numbers, and what must never be overlooked."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.i18n import tr
from ui.widgets.cards import Card
from ui.widgets.chips import ChipRow, ChipText
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal, Vertical


@dataclass(frozen=True)
class PersonHeading:
    """What the banner shows: `facts` “女 · 71 岁 · 3组”, `numbers` “档案号 …  身份证 ****4327”, `note` “本年第 4 次”."""

    name: str
    facts: str = ""
    numbers: str = ""
    chips: tuple[ChipText, ...] = ()
    note: str = ""


MOST_NUMBERS = 5
BETWEEN_NUMBERS = "　"


class PatientBanner(Card):
    """A card across the page with the person's heading; actions may stand at its right."""

    def __init__(self, *, name: str = "patient_banner", parent: QWidget | None = None) -> None:
        super().__init__(name=name, margins=(16, 12, 16, 12), parent=parent)
        self._name = label("", "name", name="person_name")
        self._facts = label("", name="person_facts")
        self._numbers = label("", "caption", name="person_numbers", wrap=True)
        self._chips = ChipRow(spacing=14)
        self._note = label("", "muted", name="person_note")
        self._actions = Horizontal(spacing=12)
        row = Horizontal(spacing=16)
        words = Vertical(spacing=1)
        first = FlowBox(spacing=6, row_spacing=2)
        first.add(self._name)
        first.add(self._facts)
        words.addWidget(first)
        words.addWidget(self._numbers)
        row.addLayout(words, 5)
        row.addWidget(self._chips, 4)
        row.addWidget(self._note, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(self._actions)
        self.add(row)
        self._words = words
        self._each_number: list[QLabel] = []

    def show_person(self, heading: PersonHeading) -> None:
        """Show a person."""
        self._name.setText(heading.name)
        self._facts.setText(heading.facts)
        self._show_numbers(heading.numbers)
        self._chips.set_chips(heading.chips)
        self._note.setText(heading.note)
        self._note.setVisible(bool(heading.note))
        self.setAccessibleName(heading.name)
        parts = (heading.facts, heading.numbers, *(chip.text for chip in heading.chips), heading.note)
        self.setAccessibleDescription(tr("，").join(part for part in parts if part))

    def add_foot(self, widget: QWidget) -> None:
        """Put the numbers into a line of their own across the card, with this widget behind them; each number stays
        whole where the line breaks."""
        self._words.removeWidget(self._numbers)
        self._numbers.hide()
        foot = FlowBox(spacing=14, row_spacing=4)
        self._each_number = [label("", "caption", name=f"person_number_{place}") for place in range(1, MOST_NUMBERS + 1)]
        for each in self._each_number:
            foot.add(each)
        foot.add(widget)
        self.add(foot)

    def add_action(self, button: QWidget) -> None:
        """Append an action at the right."""
        self._actions.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _show_numbers(self, numbers: str) -> None:
        self._numbers.setText(numbers)
        self._numbers.setVisible(bool(numbers) and not self._each_number)
        parts = numbers.split(BETWEEN_NUMBERS, len(self._each_number) - 1) if numbers else []
        for place, each in enumerate(self._each_number):
            each.setText(parts[place] if place < len(parts) else "")
            each.setVisible(place < len(parts))
