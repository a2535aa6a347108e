"""缺药上报 of the township: what the clinics lack, what helps, and the list that goes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.shortage_states import ShortageState
from app.i18n import tr
from ui.screens.review.comparison import short_name
from ui.screens.shortages.list_page import ALL, ESCALATED, UNFINISHED, ShortageListPage
from ui.screens.shortages.varieties import VarietyList
from ui.widgets.segmented import Option
from ui.widgets.table import Column

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.shortages import Redistribution, ShortageView

VARIETIES = "varieties"


class TownshipShortagesPage(ShortageListPage):
    """The reports of all clinics and of the township itself."""

    is_township = True

    def filters(self) -> tuple[Option, ...]:
        """Unfinished, reported upward, new varieties by drug, all."""
        return (
            Option(UNFINISHED, tr("没办完")), Option(ESCALATED, tr("已报上级")), Option(VARIETIES, tr("新品种")),
            Option(ALL, tr("全部")),
        )

    def columns(self) -> tuple[Column, ...]:
        """Who lacks it, before the others."""
        place = Column("organisation_name", tr("单位"), width=120, value=lambda view: short_name(view.organisation_name))
        return place, *super().columns()

    def save_action(self) -> None:
        """Ctrl+Enter: the usual next step, or the answer to those who want a new variety."""
        if self._is_varieties():
            self.varieties.answer()
        else:
            super().save_action()

    def propose(self) -> list[str]:
        """Drugs that a clinic did not get in full twice running."""
        return self.services.shortages.propose_short_running()

    def waiting(self, view: ShortageView) -> bool:
        """What is to be verified or handled."""
        return view.state in (ShortageState.REPORTED, ShortageState.VERIFIED)

    def redistributions(self, view: ShortageView) -> list[Redistribution]:
        """Clinics with more than their maximum, by their last monthly report."""
        if not view.drug_code:
            return []
        return self.services.shortages.redistributions(view.drug_code, except_clinic=view.organisation_id)

    # --- new varieties ----------------------------------------------------------------------------------------

    def _is_varieties(self) -> bool:
        return self.filter.value() == VARIETIES

    def _build(self) -> None:
        super()._build()
        self.varieties = VarietyList(self.services)
        self.main_column.addWidget(self.varieties, 1)

    def _show_rows(self, chosen: str = "") -> None:
        by_drug = self._is_varieties()
        self.varieties.setVisible(by_drug)
        self.table.setVisible(not by_drug)
        self.panes.show_side(not by_drug)
        if by_drug:
            self.varieties.refresh()
        super()._show_rows(chosen)

    def _title(self) -> str:
        return tr("新品种申报汇总表") if self._is_varieties() else super()._title()

    def _sheet(self) -> ListSheet:
        if not self._is_varieties():
            return super()._sheet()
        from app.services.new_varieties import variety_sheet

        return variety_sheet(self.services.new_varieties.list(), self.services.desk.today())
