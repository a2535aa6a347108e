"""Choosing one drug of the catalogue within a small window: a line to search in, a short list beneath."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.widgets.field_row import LineEdit
from ui.widgets.layouts import Vertical
from ui.widgets.table import Column, DataTable

if TYPE_CHECKING:
    from app.services.catalogue import Catalogue, DrugView

MOST_SHOWN = 60
ROWS_SHOWN = 4


class _Line(LineEdit):
    """Up and Down move in the list beneath."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pass the arrows on."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(step)


class DrugPicker(QWidget):
    """`drug()` is the one that is marked in the list, of which none is before something is typed. `chosen()` follows Enter
    in either; the arrows move in the list while one types."""

    chosen = Signal()

    def __init__(self, catalogue: Catalogue, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName(name)
        self._catalogue = catalogue
        column = Vertical(self, spacing=6)
        self.search = _Line(name=f"{name}_search", accessible_name=tr("找药品"),
                            placeholder=tr("药品名、拼音首字母、条码或追溯码"))
        self.table = DataTable(
            (Column("name", tr("药品"), width=150, stretch=True, bold=True),
             Column("strength", tr("规格"), width=110),
             Column("pack", tr("包装"), width=90, value=_pack)),
            name=f"{name}_list", accessible_name=tr("找到的药品"), inside_card=True, row_height=30,
            empty_text=tr("目录里没有这样的药品。"),
        )
        column.addWidget(self.search)
        column.addWidget(self.table)
        self.setFocusProxy(self.search)
        self.search.textChanged.connect(self.find)
        # Tab would mark the first drug of all in passing.
        self.table.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.search.returnPressed.connect(self._on_enter)
        self.search.moved.connect(self._move)
        self.table.row_activated.connect(lambda _row: self.chosen.emit())
        self.find()

    def drug(self) -> DrugView | None:
        """The drug marked in the list; None while none is."""
        drug: DrugView | None = self.table.current_row()
        return drug

    def show_drug(self, code: str) -> None:
        """Begin with a certain drug."""
        drug = self._catalogue.get(code)
        if drug is None:
            return
        with QSignalBlocker(self.search):
            self.search.setText(drug.name)
        self.table.set_rows([drug])
        self.table.fit_height(most_rows=ROWS_SHOWN)
        self.table.select_row(0)

    def find(self) -> None:
        """Show what fits the words."""
        self.table.set_rows(self._catalogue.find(self.search.text(), limit=MOST_SHOWN), keep=lambda drug: drug.code)
        self.table.fit_height(most_rows=ROWS_SHOWN)
        if self.search.text().strip():
            self.table.select_row(0)
        else:
            self.table.setCurrentIndex(QModelIndex())

    def _on_enter(self) -> None:
        if self.drug() is not None:
            self.chosen.emit()

    def _move(self, step: int) -> None:
        last = self.table.rows_model.rowCount() - 1
        self.table.select_row(max(0, min(last, self.table.current_number() + step)))


def _pack(drug: DrugView) -> str:
    return tr("{count} {unit}/{pack_unit}", count=drug.units_per_pack, unit=drug.unit, pack_unit=drug.pack_unit)
