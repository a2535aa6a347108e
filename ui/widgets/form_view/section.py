"""One section of a form view: a card whose rows are made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.forms.vocabulary import NOTE, TARGET, Field
from app.i18n import tr
from ui.widgets.cards import Card
from ui.widgets.form_view.arrangement import Block, Joined, codes_of
from ui.widgets.form_view.fields import FieldControl, LineControl, ListControl, make_control
from ui.widgets.form_view.grid import Spans
from ui.widgets.form_view.row import FieldRow
from ui.widgets.segmented import Option


@dataclass(frozen=True)
class Manner:
    """How single answers are asked: words proposed for a line, words to choose in its place, what an empty line says."""

    completions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)

    def control(self, item: Field, today: date) -> FieldControl:
        """The control of a field."""
        if item.code in self.choices:
            options = [Option(words, words, str(number)) for number, words in enumerate(self.choices[item.code], 1)]
            return ListControl(options, name=item.code, accessible_name=item.name)
        control = make_control(item, today=today)
        if isinstance(control, LineControl):
            if item.code in self.placeholders:
                control.setPlaceholderText(self.placeholders[item.code])
            if item.code in self.completions:
                control.complete_from(self.completions[item.code])
        return control


class FormSection(Card):
    """The rows of a block. Rows of answers that do not apply are made when they first do, and hidden when they cease to.

    `row_made(row)` lets the view fill it; `answered`, `left` and `passed` tell of the controls by the answer's code.
    """

    row_made = Signal(object)
    answered = Signal(str)
    left = Signal(str)
    passed = Signal(str)

    def __init__(self, block: Block, fields: Mapping[str, Field], manner: Manner, today: Callable[[], date], *,
                 name: str, parent: QWidget | None = None) -> None:
        super().__init__(block.title, name=name, spacing=10, parent=parent)
        self._block, self._fields, self._manner, self._today = block, fields, manner, today
        self.rows: list[FieldRow] = []
        self.is_built = False
        self.codes = [each for item in block.items for code in codes_of(item)
                      for each in (code, code + TARGET, code + NOTE) if each in fields]
        self._grid = Spans()
        self.add(self._grid)

    def build(self, applying: AbstractSet[str]) -> None:
        """Make the rows, in the order of the block; a second time nothing."""
        if self.is_built:
            return
        self.is_built = True
        for item in self._block.items:
            if any(code in applying for code in codes_of(item)):
                self._make_row(item)
        self.show_applying(applying)

    def show_applying(self, applying: AbstractSet[str]) -> None:
        """Make or show the rows that apply now, hide those that do not."""
        if not self.is_built:
            return
        by_code = {code: row for row in self.rows for code in row.codes}
        for code in self.codes:
            row, applies = by_code.get(code), code in applying
            if row is not None:
                _show(row, code, applying)
            elif applies and not code.endswith(TARGET):
                items = (each for each in self._block.items if isinstance(each, Joined) and code in each.codes)
                made = self._make_row(next(items, code))
                by_code.update(dict.fromkeys(made.codes, made))

    def shown_rows(self) -> list[FieldRow]:
        """The rows that apply, in order."""
        return [row for row in self.rows if not row.isHidden()]

    def _make_row(self, item: str | Joined) -> FieldRow:
        codes = codes_of(item)
        first = self._fields[codes[0]]
        controls: dict[str, FieldControl] = {}
        for code in codes:
            controls[code] = self._make_control(code)
            if self._fields[code].paired:
                controls[code + TARGET] = self._make_control(code + TARGET)
        caption, hint, between = first.name, first.hint, "→"
        if isinstance(item, Joined):
            caption, hint, between = item.caption, "", item.separator
        if first.paired:
            hint = hint or tr("现在 → 目标")
        row = FieldRow(caption, controls, separator=between, hint=hint, starred=first.starred)
        place = sum(1 for each in self.rows if self.codes.index(each.codes[0]) < self.codes.index(codes[0]))
        self.rows.insert(place, row)
        self._grid.insert(place, row)
        row.show()
        self.row_made.emit(row)
        return row

    def _make_control(self, code: str) -> FieldControl:
        control = self._manner.control(self._fields[code], self._today())
        control.answered.connect(lambda: self.answered.emit(code))
        control.left.connect(lambda: self.left.emit(code))
        control.passed.connect(lambda: self.passed.emit(code))
        return control


def _show(row: FieldRow, code: str, applying: AbstractSet[str]) -> None:
    is_shown = any(each in applying for each in row.codes)
    if is_shown == row.isHidden():
        row.setVisible(is_shown)
    control = row.controls[code]
    if isinstance(control, QWidget) and len(row.codes) > 1 and control.isEnabled() != (code in applying):
        control.setEnabled(code in applying)
