"""用药情况 of one sheet: the medicines of last time, ready to be changed, each with what became of it.

Typing in the name proposes drugs of the catalogue by name or pinyin initials; free text stays possible. Ctrl+Delete takes
the medicine of the row away: one of last time is then shown as stopped, and can be brought back. Nothing is judged here:
the marks come from the proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.forms.kinds import EMPTY
from app.forms.vocabulary import Level
from app.i18n import tr
from app.services.medicines import ChangeKind, Medicine, MedicineChange
from ui.screens.follow_ups.cells import Beneath
from ui.screens.follow_ups.slots import SlotsControl, SlotSpec
from ui.screens.follow_ups.suggestions import Suggest, SuggestingLine
from ui.shell.search_box import MOST_HITS, SearchHit
from ui.theme import tokens
from ui.theme.theme import Theme, current_theme, theme_changes
from ui.theme.tokens import Tone
from ui.widgets.buttons import LinkButton, SecondaryButton
from ui.widgets.chips import Chip
from ui.widgets.form_view.fields import LineControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical

if TYPE_CHECKING:
    from app.services.catalogue import Catalogue, DrugView

TONES: dict[ChangeKind, Tone] = {
    ChangeKind.UNCHANGED: "grey", ChangeKind.ADDED: "green", ChangeKind.STOPPED: "red", ChangeKind.DOSE_CHANGED: "amber",
}
WIDTHS = (128, 104, 84, 56)
"""用法, 每次, 与上次 and the way to take it away, at 100 %; the name takes the rest."""


class DrugFinder:
    """Proposes drugs of the catalogue, and remembers what it proposed."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._found: dict[str, DrugView] = {}

    def find(self, text: str) -> list[SearchHit]:
        """Drugs by a part of the name or by pinyin initials."""
        found = self._catalogue.find(text, limit=MOST_HITS)
        self._found.update({drug.code: drug for drug in found})
        return [SearchHit(drug.code, drug.name, f"{drug.strength}　{drug.dosage_form}") for drug in found]

    def name_and_dose(self, code: str) -> tuple[str, str]:
        """A drug as it is written on the sheet, and one dispensing unit of it."""
        drug = self._found[code]
        return f"{drug.name} {drug.strength}".strip(), f"1{drug.unit}"


class Line(QWidget):
    """A row with a rule beneath it and the columns of the table."""

    def __init__(self, cells: Sequence[QWidget], *, is_head: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_head = is_head
        self._cells = tuple(cells)
        row = Horizontal(self, spacing=6, margins=(4, 1, 4, 2))
        for number, cell in enumerate(cells):
            row.addWidget(cell, 1 if number == 0 else 0, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme(current_theme())
        theme_changes().changed.connect(self.follow_theme)

    def follow_theme(self, theme: Theme) -> None:
        """Take the widths of this appearance."""
        for cell, width in zip(self._cells[1:], WIDTHS, strict=False):
            cell.setFixedWidth(theme.px(width))
        self.setFixedHeight(theme.px(tokens.HEADER_HEIGHT if self._is_head else tokens.ROW_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground of the head and the rule."""
        colours = current_theme().colours
        painter = QPainter(self)
        if self._is_head:
            painter.fillRect(self.rect(), QColor(colours.surface_header))
        painter.fillRect(0, self.height() - 1, self.width(), 1, QColor(colours.border_row))
        painter.end()


class ChipHolder(QWidget):
    """A chip at the left of its column."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.chip = Chip("", "grey", name=name)
        row = Horizontal(self, margins=(8, 0, 0, 0))
        row.addWidget(self.chip)
        row.addStretch(1)


class MedicineRow:
    """The controls of one medicine and the line they lie in."""

    def __init__(self, editor: MedicinesEditor, number: int, suggest: Suggest) -> None:
        name = f"{editor.objectName()}_{number}"
        words = tr("第 {number} 种药", number=number)
        self.name = SuggestingLine(suggest, name=f"{name}_name", accessible_name=tr("{row} 药名", row=words))
        self.name.setProperty("kind", "flat")
        self.times = SlotsControl(
            [SlotSpec(f"{name}_times", tr("{row} 每日次数", row=words), before=tr("每日 "), after=tr(" 次"))],
            name=f"{name}_times_slots", is_flat=True,
        )
        self.dose = LineControl(name=f"{name}_dose", accessible_name=tr("{row} 每次用量", row=words))
        self.dose.setProperty("kind", "flat")
        self.mark = ChipHolder(f"{name}_change")
        self.remove = LinkButton(tr("去掉"), name=f"{name}_remove")
        self.remove.setAccessibleName(tr("去掉{row}", row=words))
        self.remove.setToolTip("Ctrl+Delete")
        self.remove.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.line = Line([self.name, self.times, self.dose, self.mark, self.remove])

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        return [self.name, *self.times.stops(), self.dose]

    def raw(self) -> dict[str, object]:
        """What stands in the row, without what is empty."""
        times = self.times.raw(self.times.keys[0])
        said = {"name": self.name.raw(), "times_per_day": times, "dose": self.dose.raw()}
        return {key: value for key, value in said.items() if value not in EMPTY}

    def show_raw(self, row: Mapping[str, Any]) -> None:
        """Show a medicine."""
        self.name.show_raw(row.get("name"))
        self.times.show_raw(self.times.keys[0], row.get("times_per_day"))
        self.dose.show_raw(row.get("dose"))


class MedicinesEditor(QWidget):
    """The table of one sheet. `answered(key)` after a change, `passed` when Enter asks for what follows the table."""

    answered = Signal(str)
    passed = Signal()

    def __init__(self, key: str, title: str, *, most: int, finder: DrugFinder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(key)
        self.setAccessibleName(title)
        self.key = key
        self._most, self._finder = most, finder
        self._rows: list[MedicineRow] = []
        self._stopped: list[QWidget] = []
        self._before: dict[str, Medicine] = {}
        column = Vertical(self, spacing=6)
        column.addWidget(label(title, "card_title"))
        self._table = Vertical(spacing=0)
        heads = (tr("药名"), tr("用法"), tr("每次"), tr("与上次"), "")
        self._table.addWidget(Line([_head_label(words) for words in heads], is_head=True))
        column.addLayout(self._table)
        self.beneath = Beneath(key)
        column.addWidget(self.beneath)
        foot = Horizontal()
        self.add_button = SecondaryButton(tr("加一种药"), name=f"{key}_add", hint="Ctrl D", icon_name="plus", small=True)
        self.add_button.clicked.connect(self.add_medicine)
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        column.addLayout(foot)

    def raw(self) -> list[dict[str, object]]:
        """The rows that hold anything."""
        return [row for row in (each.raw() for each in self._rows) if row]

    def show_raw(self, value: object) -> None:
        """Show these medicines."""
        rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []
        for row in self._rows:
            self._drop(row)
        self._rows.clear()
        for row in rows[:self._most]:
            self._new_row().show_raw(row)
        self._settle()

    def stops(self) -> list[QWidget]:
        """The widgets that Tab stops at."""
        stops = [stop for row in self._rows for stop in row.stops()]
        stops += [button for line in self._stopped for button in line.findChildren(LinkButton)]
        return [*stops, self.add_button] if not self.add_button.isHidden() else stops

    def show_changes(self, changes: Sequence[MedicineChange]) -> None:
        """Mark each row with what became of it, and show what was stopped."""
        by_name = {(change.now or change.before or Medicine("")).same_as: change for change in changes}
        for row in self._rows:
            change = by_name.get(Medicine(str(row.raw().get("name", ""))).same_as)
            kind = None if change is None or change.now is None else change.kind
            row.mark.chip.set_chip("" if kind is None else tr(change.label), TONES[kind] if kind else "grey")
        stopped = [change.before for change in changes if change.kind is ChangeKind.STOPPED and change.before]
        self._show_stopped(stopped)

    def show_problem(self, level: Level | None, sentence: str) -> None:
        """Show what is wrong with the table."""
        self.beneath.show_problem(level, sentence)

    def add_medicine(self) -> None:
        """Another row, ready to be filled in."""
        if len(self._rows) >= self._most:
            return
        empty = next((row for row in self._rows if not row.raw()), None)
        row = empty or self._new_row()
        self._settle()
        row.name.setFocus(Qt.FocusReason.TabFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Delete in a row takes the row away, before its line deletes a word."""
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not isinstance(event, QKeyEvent):
            return False
        if event.key() != Qt.Key.Key_Delete or event.modifiers() != Qt.KeyboardModifier.ControlModifier:
            return False
        row = next((row for row in self._rows if watched in row.stops()), None)
        if row is not None and event.type() == QEvent.Type.KeyPress:
            self._remove(row)
        event.accept()
        return True

    def _new_row(self) -> MedicineRow:
        row = MedicineRow(self, len(self._rows) + 1, self._finder.find)
        row.name.answered.connect(self._on_answered)
        row.times.answered.connect(self._on_answered)
        row.dose.answered.connect(self._on_answered)
        row.name.chosen.connect(lambda code: self._on_chosen(row, code))
        row.name.passed.connect(lambda: self._pass(row.times.stops()[0]))
        row.times.passed.connect(lambda _key: self._pass(row.dose))
        row.dose.passed.connect(lambda: self._after(row))
        row.remove.clicked.connect(lambda: self._remove(row))
        for stop in row.stops():
            stop.installEventFilter(self)
        self._rows.append(row)
        self._table.insertWidget(len(self._rows), row.line)
        return row

    def _pass(self, target: QWidget) -> None:
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def _after(self, row: MedicineRow) -> None:
        at = self._rows.index(row)
        if at + 1 < len(self._rows):
            self._pass(self._rows[at + 1].name)
        else:
            self.passed.emit()

    def _on_chosen(self, row: MedicineRow, code: str) -> None:
        name, dose = self._finder.name_and_dose(code)
        row.name.setText(name)
        if not row.dose.raw():
            row.dose.show_raw(dose)
        self._on_answered()
        self._pass(row.times.stops()[0])

    def _on_answered(self, *_key: object) -> None:
        self._settle()
        self.answered.emit(self.key)

    def _remove(self, row: MedicineRow) -> None:
        at = self._rows.index(row)
        kept = [each.raw() for each in self._rows if each is not row]
        self.show_raw(kept)
        target = self._rows[min(at, len(self._rows) - 1)].name if self._rows else self.add_button
        target.setFocus(Qt.FocusReason.TabFocusReason)
        self.answered.emit(self.key)

    def _drop(self, row: MedicineRow) -> None:
        self._table.removeWidget(row.line)
        _throw_away(row.line)

    def _show_stopped(self, stopped: Sequence[Medicine]) -> None:
        names = {medicine.name: medicine for medicine in stopped}
        if names == self._before:
            return
        self._before = names
        for line in self._stopped:
            self._table.removeWidget(line)
            _throw_away(line)
        self._stopped = [self._stopped_line(number, medicine) for number, medicine in enumerate(stopped, 1)]
        for line in self._stopped:
            self._table.addWidget(line)

    def _stopped_line(self, number: int, medicine: Medicine) -> QWidget:
        name = f"{self.key}_stopped_{number}"
        words = label(medicine.name, "muted", name=f"{name}_name")
        words.setContentsMargins(current_theme().gap(6), 0, 0, 0)
        words.setMinimumSize(QSize(40, 0))
        times = tr("每日 {times} 次", times=medicine.times_per_day) if medicine.times_per_day else ""
        mark = ChipHolder(f"{name}_change")
        mark.chip.set_chip(tr("停用"), TONES[ChangeKind.STOPPED])
        back = LinkButton(tr("恢复"), name=f"{name}_back")
        back.setAccessibleName(tr("恢复{medicine}", medicine=medicine.name))
        back.clicked.connect(lambda: self._bring_back(medicine))
        return Line([words, label(times, "muted"), label(medicine.dose, "muted"), mark, back])

    def _bring_back(self, medicine: Medicine) -> None:
        row = {"name": medicine.name, "times_per_day": medicine.times_per_day, "dose": medicine.dose}
        self.show_raw([*self.raw(), {key: value for key, value in row.items() if value not in EMPTY}])
        self.answered.emit(self.key)

    def _settle(self) -> None:
        has_empty = any(not row.raw() for row in self._rows)
        self.add_button.setVisible(len(self._rows) < self._most and not has_empty)


def _head_label(words: str) -> QWidget:
    made = label(words, "caption")
    made.setContentsMargins(current_theme().gap(9), 0, 0, 0)
    return made


def _throw_away(line: QWidget) -> None:
    """At once out of sight and out of reach, deleted when Qt comes to it."""
    line.hide()
    line.setParent(None)
    line.deleteLater()
