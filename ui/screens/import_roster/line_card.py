"""One line of the roster in full: what is written, old and new values, reasons, and what can be decided about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.interchange.roster_plan import ACTION_LABELS, SKIP, TAKE_NEW, TAKE_SAME, Action, PlannedRow
from ui.screens.import_roster.rows import (
    ACTION_TONES,
    answer_words,
    answers_of,
    change_words,
    written_values,
)
from ui.widgets.buttons import Button, SecondaryButton
from ui.widgets.cards import Card, card_line
from ui.widgets.chips import Chip
from ui.widgets.field_row import IconLabel
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical, clear_layout

UNDO = ""
NAMES = {TAKE_SAME: "accept_same", TAKE_NEW: "accept_new", SKIP: "skip_line", UNDO: "undo_decision"}


class LineCard(Card):
    """`decided(line, decision)`; "" takes an answer back."""

    decided = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("选中的行"), name="line_card", parent=parent)
        self._line = 0
        self._words = Vertical(spacing=6)
        self.add(self._words)
        self._buttons: dict[str, Button] = {}
        for decision, name in NAMES.items():
            button = SecondaryButton(tr("改主意，重新选"), name=name)
            button.setProperty("decision", decision)
            button.clicked.connect(self.on_clicked)
            button.hide()
            self.add(button)
            self._buttons[decision] = button

    def show_row(self, row: PlannedRow | None, *, is_decided: bool) -> None:
        """Show a line, or none."""
        clear_layout(self._words)
        for button in self._buttons.values():
            button.hide()
        if row is None:
            self.set_title(tr("选中的行"))
            self._words.addWidget(label(tr("在表里选一行，这里就显示它的全部内容。"), "muted", wrap=True))
            return
        self._line = row.line
        self.set_title(tr("第 {line} 行　{name}", line=row.line, name=row.name or tr("（没有姓名）")))
        chip = Chip(tr(ACTION_LABELS[row.action]), ACTION_TONES[row.action])
        self._words.addWidget(chip, 0, Qt.AlignmentFlag.AlignLeft)
        self._add_reasons(row)
        self._add_values(row)
        self._add_notes(row)
        for decision in (UNDO,) if is_decided else answers_of(row):
            button = self._buttons[decision]
            if decision != UNDO:
                button.set_words(answer_words(row, decision))
            button.show()

    def focus_first(self) -> None:
        """Go to the first thing that can be done."""
        for button in self._buttons.values():
            if not button.isHidden():
                button.setFocus()
                return

    def on_clicked(self) -> None:
        """A decision was made."""
        self.decided.emit(self._line, str(self.sender().property("decision")))

    def _add_reasons(self, row: PlannedRow) -> None:
        is_refused = row.action is Action.REFUSE
        for reason in row.reasons:
            line = Horizontal(spacing=6)
            icon = IconLabel("error" if is_refused else "warning", "red" if is_refused else "amber")
            line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(label(tr(reason), "problem" if is_refused else "warning", wrap=True), 1)
            self._words.addLayout(line)

    def _add_values(self, row: PlannedRow) -> None:
        if row.changes:
            self._words.addWidget(label(tr("会改的"), "caption"))
            for change in row.changes:
                self._words.addWidget(label(change_words(change), wrap=True))
        elif row.action is Action.ADD or (row.action is Action.ASK and row.person is None):
            self._words.addWidget(label(tr("会写入的"), "caption"))
            for field, value in written_values(row):
                self._words.addWidget(card_line(field, muted=value))
        elif row.action is Action.SAME:
            self._words.addWidget(label(tr("档案里已经有这个人，内容一样，不用改。"), wrap=True))

    def _add_notes(self, row: PlannedRow) -> None:
        if row.notes:
            self._words.addWidget(label(tr("说明"), "caption"))
        for note in row.notes:
            self._words.addWidget(label(tr(note), "muted", wrap=True))
