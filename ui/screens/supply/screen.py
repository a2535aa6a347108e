"""采购配送: the township's way of a drug from the distributor to the village."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.widgets.section_screen import Section, SectionScreen

if TYPE_CHECKING:
    from ui.services import Services

SECTIONS = (
    Section("shipments", msg("发货单"), "ui.screens.supply.shipments_page:ShipmentsPage", desks=("township",)),
    Section("purchasing", msg("采购单"), "ui.screens.supply.purchasing_page:PurchasingPage", desks=("township",)),
    Section("distributors", msg("配送企业"), "ui.screens.supply.distributors_page:DistributorsPage", desks=("township",)),
    Section("shortages", msg("缺药上报"), "ui.screens.shortages.township_page:TownshipShortagesPage", desks=("township",)),
)


class SupplyScreen(SectionScreen):
    """The sections of 采购配送 that this desk has."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, SECTIONS, name="supply", accessible_name=tr("采购配送"))
