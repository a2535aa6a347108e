"""A small table to fill in, such as 既往疾病 or 用药情况: rows of controls, one more row as long as there is room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.forms.kinds import EMPTY, Choice, Table, Text
from app.i18n import tr
from ui.widgets.buttons import LinkButton
from ui.widgets.form_view.fields import FieldControl, ListControl, control_of_kind, options_of
from ui.widgets.labels import label
from ui.widgets.layouts import Grid, Horizontal, Vertical

WIDE_LETTERS = 30


class TableControl(QWidget):
    """The rows of a table. An empty row counts for nothing; Enter in the last cell goes on to the next row or field."""

    answered = Signal()
    passed = Signal()
    left = Signal()
    refused = Signal(str)
    advances = False

    def __init__(self, kind: Table, *, name: str, accessible_name: str, today: date | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._kind = kind
        self._today = today
        self._cells: list[dict[str, FieldControl]] = []
        self._removers: list[LinkButton] = []
        column = Vertical(self, spacing=4)
        self._grid = Grid(spacing=8, row_spacing=5)
        for place, each in enumerate(kind.columns):
            self._grid.addWidget(label(each.label, "caption"), 0, place)
            is_wide = isinstance(each.kind, Text) and each.kind.longest >= WIDE_LETTERS
            self._grid.setColumnStretch(place, 3 if is_wide else 2)
        column.addLayout(self._grid)
        self._more = LinkButton(tr("再加一行"), name=f"{name}_more")
        self._more.clicked.connect(self.on_more)
        foot = Horizontal()
        foot.addWidget(self._more)
        foot.addStretch(1)
        column.addLayout(foot)
        self._add_row()
        self._settle()

    def raw(self) -> object:
        """The rows that hold anything, as the form reads them."""
        rows = [{code: cell.raw() for code, cell in row.items() if cell.raw() not in EMPTY} for row in self._cells]
        return [row for row in rows if row]

    def show_raw(self, value: object) -> None:
        """Show rows; values that are no rows show nothing."""
        rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, (list, tuple)) else []
        while len(self._cells) < max(1, min(len(rows), self._kind.rows)):
            self._add_row()
        while len(self._cells) > max(1, len(rows)):
            self._drop_last_row()
        for number, cells in enumerate(self._cells):
            for code, cell in cells.items():
                cell.show_raw(rows[number].get(code) if number < len(rows) else None)
        self._settle()

    def stops(self) -> list[QWidget]:
        """Every cell, then the way to another row."""
        cells = [stop for row in self._cells for cell in row.values() for stop in cell.stops()]
        return [*cells, self._more] if self._more.isVisibleTo(self) else cells

    def row_count(self) -> int:
        """How many rows are shown."""
        return len(self._cells)

    def on_more(self) -> None:
        """Another row, ready to be filled in."""
        self._add_row()
        for cell in self._cells[-1].values():
            cell.show()  # the layout would show them later, and what is not seen takes no focus
        self._settle()
        next(iter(self._cells[-1].values())).stops()[0].setFocus(Qt.FocusReason.TabFocusReason)

    def on_remove(self, number: int) -> None:
        """Take one row away; the others move up."""
        rows = [{code: cell.raw() for code, cell in row.items()} for row in self._cells]
        del rows[number]
        self.show_raw(rows)
        self.answered.emit()

    def _add_row(self) -> None:
        number = len(self._cells)
        cells: dict[str, FieldControl] = {}
        for place, each in enumerate(self._kind.columns):
            name = f"{self.objectName()}_{number + 1}_{each.code}"
            words = tr("{table}第 {number} 行{column}", table=self.accessibleName(), number=number + 1, column=each.label)
            if isinstance(each.kind, Choice):
                cell: FieldControl = ListControl(options_of(each.kind.options), name=name, accessible_name=words)
            else:
                cell = control_of_kind(each.kind, name=name, accessible_name=words, today=self._today)
            cell.answered.connect(self._on_answered)
            cell.passed.connect(partial(self._on_passed, number, place))
            if hasattr(cell, "refused"):
                cell.refused.connect(self.refused)
            cell.left.connect(self.left)
            cell.installEventFilter(self)
            cells[each.code] = cell
            self._grid.addWidget(cell, number + 1, place)
        remove = LinkButton(tr("去掉"), name=f"{self.objectName()}_{number + 1}_remove")
        remove.setAccessibleName(tr("去掉{table}第 {number} 行", table=self.accessibleName(), number=number + 1))
        remove.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        remove.clicked.connect(partial(self.on_remove, number))
        self._grid.addWidget(remove, number + 1, len(self._kind.columns))
        self._cells.append(cells)
        self._removers.append(remove)

    def _on_passed(self, number: int, place: int) -> None:
        """Enter in a cell: to the next one; out of the table from the first cell of an empty row that must have it."""
        is_empty = all(cell.raw() in EMPTY for cell in self._cells[number].values())
        if self.advances and place == 0 and is_empty and self._kind.columns[0].required:
            last = [stop for cell in self._cells[-1].values() for stop in cell.stops()]
            last[-1].setFocus(Qt.FocusReason.OtherFocusReason)
        self.passed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Delete in a cell takes its row away."""
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if not is_key or event.key() != Qt.Key.Key_Delete or not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return super().eventFilter(watched, event)
        at = next((number for number, row in enumerate(self._cells) for cell in row.values() if cell is watched), None)
        if at is not None:
            self.on_remove(at)
            row = self._cells[min(at, len(self._cells) - 1)]
            next(iter(row.values())).stops()[0].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _drop_last_row(self) -> None:
        for widget in (*self._cells.pop().values(), self._removers.pop()):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _on_answered(self) -> None:
        self._settle()
        self.answered.emit()

    def _settle(self) -> None:
        is_full = len(self._cells) >= self._kind.rows
        has_empty = any(all(cell.raw() in EMPTY for cell in row.values()) for row in self._cells)
        self._more.setVisible(not is_full and not has_empty)
        for remove, row in zip(self._removers, self._cells, strict=True):
            remove.setVisible(len(self._cells) > 1 or any(cell.raw() not in EMPTY for cell in row.values()))
