"""库存: what lies on the shelf of this desk, and everything that is booked into or out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from ui.screens.stock.output import told
from ui.widgets.section_screen import Section, SectionScreen

if TYPE_CHECKING:
    from ui.services import Services

SECTIONS = (
    Section("balance", msg("库存"), "ui.screens.stock.balance_page:BalancePage"),
    Section("expiry", msg("近效期"), "ui.screens.stock.expiry_page:ExpiryPage"),
    Section("cold_chain", msg("冷链"), "ui.screens.stock.cold_chain_page:ColdChainPage"),
    Section("receiving", msg("收货"), "ui.screens.receiving.page:ReceivingPage", desks=("clinic",)),
    Section("stocktake", msg("盘点"), "ui.screens.stocktakes.page:StocktakesPage"),
    Section("shortages", msg("缺药"), "ui.screens.shortages.page:ShortagesPage", desks=("clinic",)),
    Section("catalogue", msg("药品目录"), "ui.screens.catalogue.page:CataloguePage"),
    Section("statements", msg("结算单"), "ui.screens.settlement.clinic_page:ClinicStatementsPage", desks=("clinic",)),
)


class StockScreen(SectionScreen):
    """The sections of 库存 that this desk has."""

    def __init__(self, services: Services) -> None:
        super().__init__(services, SECTIONS, name="stock", accessible_name=tr("库存"))
        self.count_ahead()

    def refresh(self) -> None:
        """Read the page shown again, and what stands in the tabs of those that were not opened yet."""
        super().refresh()
        self.count_ahead()

    def count_ahead(self) -> None:
        """What presses stands in the tabs before anybody has opened them: batches near their expiry, events of the cold chain."""
        stock = self.services.stock

        def work(_report: object, _cancelled: object) -> dict[str, int]:
            from app.services.stock_expiry import pressing

            over = sum(item.is_over for item in stock.opened.in_use())
            return {"expiry": pressing(stock.near_expiry()), "cold_chain": stock.cold_chain.open_events() + over}

        self.services.runner.run(work, on_done=self._show_counts, on_error=told(self.services))

    def _show_counts(self, counts: dict[str, int]) -> None:
        for key, count in counts.items():
            if key in self.section_keys():
                self.set_count(key, count)
