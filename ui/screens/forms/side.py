"""The column beside a form: how far it is, what the rules propose, what stands elsewhere, what has changed since last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.i18n import tr
from ui.screens.forms.proposals import ProposalCards
from ui.widgets.buttons import SecondaryButton
from ui.widgets.cards import Card
from ui.widgets.form_view.index import FormIndex, IndexList
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.table import Cell, Column, DataTable

LOW_ROW, MOST_SECTIONS, MOST_OFFERS, MOST_DIFFERENCES = 27, 13, 8, 6
TWO_LINES = 48
DIFFERENCE_WIDTH = 200
"""At least; what is longer ends in dots, the form shows it whole."""


@dataclass(frozen=True)
class Difference:
    """One answer that is another than last time."""

    code: str
    label: str
    before: str
    after: str


class OffersCard(Card):
    """What stands in other forms and may be taken over. `offer_taken(code)`, `all_taken`."""

    offer_taken = Signal(str)
    all_taken = Signal()

    def __init__(self) -> None:
        super().__init__(tr("其他表里有"), name="offers", margins=12, spacing=6)
        self.rows = IndexList(name="offer_rows", accessible_name=tr("其他表里有"), most_rows=MOST_OFFERS, row_height=LOW_ROW)
        self.rows.itemActivated.connect(lambda item: self.offer_taken.emit(item.data(256)))
        self.add(self.rows)
        line = Horizontal(spacing=8)
        line.addWidget(label(tr("↵ 或点一下沿用"), "caption"))
        line.addStretch(1)
        every = SecondaryButton(tr("都沿用"), name="take_all_offers", hint="Ctrl Shift L", small=True)
        every.clicked.connect(self.all_taken)
        line.addWidget(every)
        self.add(line)
        self._shown: list[tuple[str, str]] | None = None
        self.show_offers([])

    def show_offers(self, offers: Sequence[tuple[str, str]]) -> None:
        """Show (code, words) of what is not taken over yet."""
        if list(offers) == self._shown:
            return
        self._shown = list(offers)
        self.rows.show_rows(self._shown)
        self.setVisible(bool(offers))


class DifferencesCard(Card):
    """Which answers are others than last time. `code_chosen(code)` leads to one."""

    code_chosen = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__(title, name="differences", margins=12, spacing=6)
        self.table = DataTable(
            [Column("label", tr("项目　上次 → 这次"), stretch=True, width=DIFFERENCE_WIDTH, value=_difference)],
            name="difference_rows", accessible_name=tr("和上次不同的"), inside_card=True, row_height=TWO_LINES,
            empty_text=tr("填了的和上次没有不同。"),
        )
        self.table.row_activated.connect(lambda row: self.code_chosen.emit(row.code))
        self.add(self.table)
        self._shown: tuple[Difference, ...] | None = None
        self.hide()

    def show_differences(self, differences: Sequence[Difference]) -> None:
        """Show them."""
        if tuple(differences) != self._shown:
            self._shown = tuple(differences)
            self.table.set_rows(list(differences))
            self.table.fit_height(most_rows=MOST_DIFFERENCES)


def _difference(row: Difference) -> Cell:
    return Cell(row.label, second_line=tr("{before} → {after}", before=row.before or "—", after=row.after))


class FormSide(QWidget):
    """`differences` when they are asked for, `index` with the meter, `proposals`, `offers`, one under the other."""

    def __init__(self, *, previous_on: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "plain")
        self.setObjectName("form_side")
        column = Vertical(self, spacing=12)
        self.index = FormIndex(name="form_index", with_meter=True, row_height=LOW_ROW, most_rows=MOST_SECTIONS)
        self.proposals = ProposalCards()
        self.offers = OffersCard()
        self.differences = DifferencesCard(tr("和 {date} 不同的", date=previous_on))
        for part in (self.differences, self.index, self.proposals, self.offers):
            column.addWidget(part)
        column.addStretch(1)
