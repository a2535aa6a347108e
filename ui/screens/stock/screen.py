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
        """What presses stands in the tabs before anybody has opened them, as their pages say it themselves afterwards."""
        stock = self.services.stock

        def work(_report: object, _cancelled: object) -> dict[str, int]:
            from app.services.stock_expiry import pressing

            over = sum(item.is_over for item in stock.opened.in_use())
            counts = {"expiry": pressing(stock.near_expiry()), "cold_chain": stock.cold_chain.open_events() + over}
            return counts | self._documents_waiting()

        self.services.runner.run(work, on_done=self._show_counts, on_error=told(self.services))

    def _documents_waiting(self) -> dict[str, int]:
        """Goods on the way, counts that are not finished, shortages to report, and months to close or to sign."""
        from app.domain.settlement_states import SettlementState
        from app.domain.shipment_states import ShipmentState
        from app.domain.shortage_states import ShortageState
        from app.domain.stocktake_steps import CountState

        services, running = self.services, (CountState.OPEN, CountState.COUNTING, CountState.REVIEW)
        counts = {"stocktake": sum(row.state in running for row in services.stocktakes.list())}
        if services.kind != "clinic":
            return counts
        reported = (ShortageState.DRAFT, ShortageState.DELIVERED)
        return counts | {
            "receiving": sum(row.state is ShipmentState.SHIPPED for row in services.receiving.history()),
            "shortages": sum(row.state in reported for row in services.shortages.list()),
            "statements": sum(row.is_next or row.state is SettlementState.CHECKED for row in services.statements.months()),
        }

    def _show_counts(self, counts: dict[str, int]) -> None:
        for key, count in counts.items():
            if key in self.section_keys():
                self.set_count(key, count)
