"""结算: the monthly settlement with clinics and distributors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.widgets.section_screen import Section, SectionScreen

if TYPE_CHECKING:
    from ui.services import Services

SECTIONS = (
    Section("months", msg("月结算"), "ui.screens.settlement.months_page:MonthsPage", desks=("township",)),
    Section("differences", msg("差异说明"), "ui.screens.settlement.differences_page:DifferencesPage", desks=("township",)),
)


class SettlementScreen(SectionScreen):
    """The sections of 结算 that this desk has."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, SECTIONS, name="settlement", accessible_name=tr("结算"))
