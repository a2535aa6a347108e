"""One section of a form view: a card whose rows are made when they are first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import date

from PySide6.QtCore import QElapsedTimer, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from app.forms.vocabulary import NOTE, TARGET, Field
from app.i18n import tr
from ui.widgets.buttons import Button
from ui.widgets.cards import Card
from ui.widgets.form_view.arrangement import Block, Joined, codes_of
from ui.widgets.form_view.fields import FieldControl
from ui.widgets.form_view.grid import Spans
from ui.widgets.form_view.manner import Manner
from ui.widgets.form_view.question import QuestionRow
from ui.widgets.form_view.row import FieldRow
from ui.widgets.labels import set_role
from ui.widgets.layouts import Horizontal

EVERY_COLUMN = 100_000


class GroupHead(QLabel):
    """The heading of a group within a section (血常规), on a line of its own."""

    def __init__(self, words: str, name: str) -> None:
        super().__init__(words)
        self.setObjectName(name)
        set_role(self, "accent")

    def sizeHint(self) -> QSize:
        """It wants every column."""
        return QSize(EVERY_COLUMN, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """It may be narrow."""
        return QSize(20, super().minimumSizeHint().height())


class FormSection(Card):
    """The rows of a block. Rows of answers that do not apply are made when they first do, and hidden when they cease to.

    `row_made(row)` lets the view fill it; `answered`, `left` and `passed` tell of the controls by the answer's code,
    `refused(code, number)` of a number that no option has, `normal_asked` that what lacks shall be answered as normal.
    """

    row_made = Signal(object)
    answered = Signal(str)
    left = Signal(str)
    passed = Signal(str)
    refused = Signal(str, str)
    normal_asked = Signal()

    def __init__(self, block: Block, fields: Mapping[str, Field], manner: Manner, today: Callable[[], date], *,
                 name: str, parent: QWidget | None = None) -> None:
        super().__init__(block.title, name=name, spacing=10, parent=parent)
        self._block, self._fields, self._manner, self._today = block, fields, manner, today
        self.rows: list[FieldRow] = []
        self.codes = [each for item in block.items for code in codes_of(item)
                      for each in (code, code + TARGET, code + NOTE) if each in fields]
        self._normal: Button | None = None
        self.own = frozenset(self.codes)
        self._applied: AbstractSet[str] = frozenset()
        self._order = {code: place for place, code in enumerate(self.codes)}
        self._joined = {code: item for item in block.items if isinstance(item, Joined) for code in item.codes}
        self._by_code: dict[str, FieldRow] = {}
        self._heads: dict[str, GroupHead] = {}
        self._waiting = list(block.items)
        self._grid = Spans()
        self.add(self._grid)

    @property
    def is_built(self) -> bool:
        """Whether all rows are there."""
        return not self._waiting

    def build(self, applying: AbstractSet[str], most: int | None = None, for_ms: int | None = None) -> int:
        """Make the rows that are still to be made, in the order of the block, at most so many, or for so many
        milliseconds; how many were made."""
        if self.is_built:
            return 0
        since, made = QElapsedTimer(), 0
        since.start()
        with self._placing_once():
            while self._waiting and (most is None or made < most) and (for_ms is None or since.elapsed() < for_ms):
                item = self._waiting.pop(0)
                if any(code in applying for code in codes_of(item)):
                    self._make_row(item)
                    made += 1
            self._show_applying(applying)
        return made

    def show_applying(self, applying: AbstractSet[str]) -> None:
        """Make or show the rows that apply now, hide those that do not."""
        if applying & self.own != self._applied:
            with self._placing_once():
                self._show_applying(applying)

    def _show_applying(self, applying: AbstractSet[str]) -> None:
        self._applied = applying & self.own
        waiting = {code for item in self._waiting for code in codes_of(item)}
        for code in self.codes:
            row, applies = self._by_code.get(code), code in applying
            if row is not None:
                _show(row, code, applying)
            elif applies and not code.endswith(TARGET) and not {code, code.removesuffix(NOTE)} & waiting:
                self._make_row(self._joined.get(code, code))
        self._show_heads()

    @contextmanager
    def _placing_once(self) -> Iterator[None]:
        """Rows that appear are placed together afterwards: by itself each would have the whole form laid out anew."""
        layout = self.layout()
        layout.setEnabled(False)
        try:
            yield
        finally:
            layout.setEnabled(True)
            layout.invalidate()
            self.updateGeometry()

    def offer_normal(self, now: bool) -> None:
        """Offer to answer what lacks with its normal findings, or no more."""
        if self._normal is None and now:
            self._normal = Button(tr("没填的都正常"), name=f"{self.objectName()}_normal", hint="Ctrl G", small=True)
            self._normal.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._normal.clicked.connect(self.normal_asked)
            line = Horizontal(spacing=10)
            self._outer.removeWidget(self._title)
            line.addWidget(self._title, 1)
            line.addWidget(self._normal)
            self._outer.insertLayout(0, line)
        if self._normal is not None and self._normal.isHidden() == now:
            self._normal.setVisible(now)

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
        row = self._row_of(item, first, controls)
        self._by_code.update(dict.fromkeys(row.codes, row))
        at = self._order[codes[0]]
        place = sum(1 for each in self.rows if self._order[each.codes[0]] < at)
        self.rows.insert(place, row)
        self._place(row, place, first.group)
        row.show()
        self.row_made.emit(row)
        return row

    def _row_of(self, item: str | Joined, first: Field, controls: Mapping[str, FieldControl]) -> FieldRow:
        if self._manner.spread and first.is_question and not isinstance(item, Joined):
            return QuestionRow(first, controls)
        caption, hint, between = first.name, first.hint, "→"
        if isinstance(item, Joined):
            caption, hint, between = item.caption, "", item.separator
        if first.paired:
            hint = hint or tr("现在 → 目标")
        return FieldRow(caption, controls, separator=between, hint=hint, starred=first.starred)

    def _place(self, row: FieldRow, place: int, group: str) -> None:
        if self._manner.spread and group and group not in self._heads:
            head = GroupHead(group, f"{self.objectName()}_{row.codes[0]}_group")
            self._heads[group] = head
            self._grid.insert(self._index_of(place), head)
        self._grid.insert(self._index_of(place), row)

    def _index_of(self, place: int) -> int:
        """Where in the grid the row at `place` among the rows stands: behind the row before it, and behind its own head."""
        before = self.rows[place - 1] if place else None
        index = self._grid.indexOf(before) + 1 if before is not None else 0
        head = self._heads.get(self._fields[self.rows[place].codes[0]].group)
        return max(index, self._grid.indexOf(head) + 1) if head is not None else index

    def _show_heads(self) -> None:
        shown = {self._fields[row.codes[0]].group for row in self.shown_rows()}
        for group, head in self._heads.items():
            if head.isHidden() == (group in shown):
                head.setVisible(group in shown)

    def _make_control(self, code: str) -> FieldControl:
        control = self._manner.control(self._fields[code], self._today())
        control.answered.connect(lambda: self.answered.emit(code))
        control.left.connect(lambda: self.left.emit(code))
        control.passed.connect(lambda: self.passed.emit(code))
        if hasattr(control, "refused"):
            control.refused.connect(lambda number: self.refused.emit(code, number))
        return control


def _show(row: FieldRow, code: str, applying: AbstractSet[str]) -> None:
    is_shown = any(each in applying for each in row.codes)
    if is_shown == row.isHidden():
        row.setVisible(is_shown)
    control = row.controls[code]
    if isinstance(control, QWidget) and len(row.codes) > 1 and control.isEnabled() != (code in applying):
        control.setEnabled(code in applying)
