"""缺药上报 of the township: what the clinics lack, what helps, and the list that goes up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.shortage_states import ShortageState
from app.i18n import tr
from ui.screens.shortages.list_page import ALL, ESCALATED, UNFINISHED, ShortageListPage
from ui.widgets.segmented import Option
from ui.widgets.table import Column

if TYPE_CHECKING:
    from app.services.shortages import Redistribution, ShortageView


class TownshipShortagesPage(ShortageListPage):
    """The reports of all clinics and of the township itself."""

    is_township = True

    def filters(self) -> tuple[Option, ...]:
        """Unfinished, reported upward, all."""
        return Option(UNFINISHED, tr("没办完")), Option(ESCALATED, tr("已报上级")), Option(ALL, tr("全部"))

    def columns(self) -> tuple[Column, ...]:
        """Who lacks it, before the others."""
        return Column("organisation_name", tr("单位"), width=150), *super().columns()

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
