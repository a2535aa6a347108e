"""全部目录: finding a drug by its characters or pinyin initials, and adding it to the request by Enter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from app.services.catalogue_sheets import pack_words
from ui.screens.requests.rows import drug_chips
from ui.screens.requests.words import yuan
from ui.widgets.buttons import SecondaryButton
from ui.widgets.chips import ChipText
from ui.widgets.field_row import LineEdit
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import reveal
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.catalogue import Catalogue, DrugView

MOST_SHOWN = 400
TWO_LINES = 46


@dataclass(frozen=True)
class DrugRow:
    """A drug of the catalogue, and whether the request has a line of it."""

    drug: DrugView
    is_in_request: bool


class SearchLine(LineEdit):
    """The line to search in; Up and Down move in the list beneath."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down are passed on."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -8, Qt.Key.Key_PageDown: 8}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self.moved.emit(step)
            return
        super().keyPressEvent(event)


class CataloguePage(QWidget):
    """Search and list. `drug_chosen(drug)` follows Enter or the button, `missing_asked(words)` the wish for another drug;
    `drug_marked(drug)` comes with every other line that is chosen, None with none."""

    drug_chosen = Signal(object)
    drug_marked = Signal(object)
    missing_asked = Signal(str)

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self._catalogue = catalogue
        self._in_request: frozenset[str] = frozenset()
        self._is_editable = False
        column = Vertical(self, spacing=10)
        row = Horizontal(spacing=10)
        self.search = SearchLine(name="catalogue_search", accessible_name=tr("找药品"),
                                 placeholder=tr("药品名或拼音首字母，如 xbdp；↵ 加到申领单"), width=280)
        row.addWidget(self.search, 1)
        self.add = SecondaryButton(tr("加到申领单"), name="catalogue_add", hint="↵")
        row.addWidget(self.add)
        column.addLayout(row)
        beneath = Horizontal(spacing=10)
        self._note = label("", "caption", name="catalogue_note")
        beneath.addWidget(self._note)
        self.missing = SecondaryButton(tr("目录里没有：登记目录外需求"), name="catalogue_missing", small=True)
        self.missing.clicked.connect(lambda: self.missing_asked.emit(self.search.text().strip()))
        self.missing.hide()
        beneath.addWidget(self.missing)
        beneath.addStretch(1)
        column.addLayout(beneath)
        self.table = DataTable(_columns(), name="catalogue", accessible_name=tr("药品目录"), row_height=TWO_LINES,
                               empty_text=tr("目录里没有这样的药品。可以换几个字，或只打拼音首字母。"))
        column.addWidget(self.table, 1)
        self.search.textChanged.connect(self.find)
        self.search.returnPressed.connect(self.choose)
        self.search.moved.connect(self._move)
        self.add.clicked.connect(self.choose)
        self.table.row_activated.connect(self.drug_chosen)
        self.table.row_selected.connect(self.drug_marked)

    def show_request(self, in_request: Collection[str], *, is_editable: bool) -> None:
        """Mark the drugs that the request has; without `is_editable` nothing can be added."""
        self._in_request, self._is_editable = frozenset(in_request), is_editable
        self.add.setVisible(is_editable)
        self.find()

    def find(self) -> None:
        """Show what fits the words in the line."""
        drugs = self._catalogue.find(self.search.text(), limit=MOST_SHOWN)
        rows = [DrugRow(drug, drug.code in self._in_request) for drug in drugs]
        if self.search.hasFocus():
            reveal(self.search)
        self.table.set_rows(rows, keep=lambda row: row.drug.code)
        if rows and self.table.current_number() < 0:
            self.table.select_row(0)
        self._note.setText(tr("找到 {count} 种", count=len(rows)))
        self.missing.setVisible(not rows and bool(self.search.text().strip()))

    def marked(self) -> DrugRow | None:
        """The drug that is marked in the list, or None."""
        return self.table.current_row()

    def choose(self) -> None:
        """Take the drug that is marked in the list."""
        row = self.table.current_row()
        if row is not None:
            self.drug_chosen.emit(row)

    def begin(self) -> None:
        """Get ready for the next drug."""
        self.search.setFocus()
        self.search.selectAll()

    def _move(self, step: int) -> None:
        last = self.table.rows_model.rowCount() - 1
        self.table.select_row(max(0, min(last, self.table.current_number() + step)))
        reveal(self.table)


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", tr("药品"), width=150, stretch=True, bold=True,
               value=lambda row: Cell(row.drug.name, second_line=row.drug.strength)),
        Column("pack", tr("包装"), width=110, value=_pack, gives_way=1),
        Column("class", tr("类别"), width=164, value=lambda row: drug_chips(row.drug)),
        Column("price", tr("每包装价格"), width=96, align="right", value=_price),
        Column("state", tr("申领单"), width=96, value=_state),
    )


def _pack(row: DrugRow) -> str:
    return pack_words(row.drug)


def _price(row: DrugRow) -> Cell:
    price = row.drug.price_fen
    return Cell(tr("未知"), muted=True) if price is None else Cell(yuan(price))


def _state(row: DrugRow) -> Cell:
    return Cell(chips=(ChipText(tr("已在单中"), "green"),)) if row.is_in_request else Cell()
