"""添加药品: one drug of the catalogue, found by its characters or pinyin initials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.screens.requests.catalogue_page import SearchLine
from ui.theme.theme import current_theme
from ui.widgets.small_window import SmallWindow
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.catalogue import DrugView
    from ui.services import Services

MOST_SHOWN = 60


class AddDrugWindow(SmallWindow):
    """A line to search in and what fits; Enter takes the one marked."""

    def __init__(self, services: Services, parent: QWidget | None) -> None:
        super().__init__(tr("添加药品"), tr("添加"), name="add_drug", parent=parent)
        self._catalogue = services.catalogue
        self.search = SearchLine(name="add_drug_search", accessible_name=tr("找药品"),
                                 placeholder=tr("药品名、拼音首字母或条码"))
        self.add_field("drug", tr("找药品（↑ ↓ 选择）"), self.search)
        self.table = DataTable(
            (Column("name", tr("药品"), width=170, stretch=True, bold=True,
                    value=lambda drug: Cell(drug.name, second_line=drug.strength)),
             Column("pack", tr("包装"), width=110, value=_pack)),
            name="add_drug_list", accessible_name=tr("找到的药品"), row_height=48, least_rows=4,
            empty_text=tr("目录里没有这样的药品。"),
        )
        self.table.setMaximumHeight(current_theme().px(250))
        self._body.addWidget(self.table)
        self.search.textChanged.connect(self.find)
        self.search.moved.connect(self._move)
        self.table.row_activated.connect(lambda _drug: self.on_do())
        self.find()
        self.search.setFocus()

    def find(self) -> None:
        """Show what fits the words in the line."""
        drugs = self._catalogue.find(self.search.text(), limit=MOST_SHOWN)
        self.table.set_rows(drugs, keep=lambda drug: drug.code)
        if drugs and self.table.current_number() < 0:
            self.table.select_row(0)

    def drug(self) -> DrugView | None:
        """The one marked."""
        row: DrugView | None = self.table.current_row()
        return row

    def check(self) -> None:
        """Raises Refused while none is marked."""
        from app.services.problems import refuse

        if self.drug() is None:
            raise refuse("drug", msg("没有这样的药品，请换几个字再找。"))

    def _move(self, step: int) -> None:
        last = self.table.rows_model.rowCount() - 1
        self.table.select_row(max(0, min(last, self.table.current_number() + step)))


def _pack(drug: DrugView) -> str:
    return tr("{count} {unit}/{pack_unit}", count=drug.units_per_pack, unit=drug.unit, pack_unit=drug.pack_unit)
