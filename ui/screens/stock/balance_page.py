"""库存: the balance list, the ledger card of one drug, and the page on which goods are entered that no shipment brought."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.screens.stock.balance_list import BalanceList
from ui.screens.stock.drug_card import DrugCard
from ui.screens.stock.goods_page import GoodsPage, Incoming
from ui.screens.stock.menus import Deed, open_menu
from ui.screens.stock.output import export_list, print_list, told
from ui.widgets.layouts import Vertical
from ui.widgets.panes import PageStack

if TYPE_CHECKING:
    from app.services.stock_positions import Position
    from ui.services import Services

LIST_KEYS = (("Ctrl F", msg("找药品")), ("↵", msg("打开台账卡")), ("F2", msg("办理入库")))
CARD_KEYS = (("F2", msg("办理选中的批次")), ("Esc", msg("回库存表")), ("Ctrl F", msg("找药品")))


class BalancePage(QWidget):
    """`open_with(drug_code=…)` shows a ledger card, `open_with(state="out")` the drugs of a state."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("balance_page")
        self.setProperty("kind", "plain")
        self.services = services
        self.list = BalanceList()
        self.card = DrugCard(services)
        self.goods = GoodsPage(services)
        self._stack = PageStack()
        for page in (self.list, self.card, self.goods):
            self._stack.addWidget(page)
        Vertical(self).addWidget(self._stack)
        self.list.opened.connect(self.show_card)
        self.list.more.clicked.connect(self.open_deeds)
        self.list.print.clicked.connect(self.print_action)
        self.list.export.clicked.connect(self.export)
        self.card.left.connect(self.show_list)
        self.card.booked.connect(self.read)
        self.goods.left.connect(self.show_list)
        self.goods.booked.connect(self.read)
        find = QShortcut(QKeySequence("Ctrl+F"), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.begin_search)
        self.setFocusProxy(self.list)
        self.read()

    # --- what the section screen calls ------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read again what is shown; what is being entered stays."""
        self.read()
        if self.shown() is self.card:
            self.card.refresh()

    def open_with(self, drug_code: str = "", state: str = "", opening: str = "", **_arguments: object) -> None:
        """Show a drug, the drugs of a state, or the page for the opening balance."""
        if not self.can_leave():
            return
        if drug_code:
            self.read()
            self.show_card(drug_code)
        elif opening:
            self.enter_goods(Incoming.OPENING)
        else:
            self.show_list()
            self.list.show_state(state)
            self.read()

    def can_leave(self) -> bool:
        """Whether nothing is lost."""
        return self.shown() is not self.goods or self.goods.can_leave()

    def primary_action(self) -> None:
        """F2: what can be done here."""
        if self.shown() is self.list:
            self.open_deeds()
        elif self.shown() is self.card:
            self.card.open_deeds()
        else:
            self.goods.begin_search()

    def save_action(self) -> None:
        """Ctrl+Enter: book what was entered."""
        if self.shown() is self.goods:
            self.goods.book()

    def print_action(self) -> None:
        """Ctrl+P: the ledger card, or the balance list as it is narrowed."""
        if self.shown() is self.card:
            self.card.print_card()
        elif self.shown() is self.list:
            wanted = self.list.wanted()
            print_list(self.services, lambda: self.services.stock.balance_sheet(wanted))

    def back_action(self) -> bool:
        """Escape: back to the list; in the list the search is emptied first."""
        if self.shown() is not self.list:
            if self.can_leave():
                self.show_list()
            return True
        if self.list.search.text():
            self.list.search.clear()
            return True
        return False

    def shortcuts(self) -> list[tuple[str, str]]:
        """The keys of what is shown."""
        if self.shown() is self.goods:
            return self.goods.shortcuts()
        keys = CARD_KEYS if self.shown() is self.card else LIST_KEYS
        return [(key, tr(does)) for key, does in keys]

    # --- what happens -----------------------------------------------------------------------------------------

    def shown(self) -> QWidget:
        """The list, the card, or the page for goods."""
        return next(page for page in (self.card, self.goods, self.list) if page is self._stack.currentWidget())

    def read(self) -> None:
        """Read every drug again."""
        from app.services.stock import BalanceFilter

        stock = self.services.stock

        def work(_report: object, _cancelled: object) -> tuple[Position, ...]:
            return stock.balances(BalanceFilter(also_never_kept=True)).rows

        self.services.runner.run(work, on_done=self.list.show_positions, on_error=told(self.services))

    def show_card(self, drug_code: str) -> None:
        """The ledger card of a drug."""
        self._stack.setCurrentWidget(self.card)
        self.card.show_drug(drug_code)
        self.setFocusProxy(self.card)
        self.card.setFocus()

    def show_list(self) -> None:
        """Back to the list, to the drug that was open."""
        came_from_card = self.shown() is self.card
        self._stack.setCurrentWidget(self.list)
        self.setFocusProxy(self.list)
        (self.list.table if came_from_card else self.list).setFocus()

    def begin_search(self) -> None:
        """Ctrl+F."""
        if self.shown() is self.goods:
            self.goods.begin_search()
        else:
            self.show_list()
            self.list.begin_search()

    def open_deeds(self) -> None:
        """F2 in the list: the ways in which goods come that no shipment brought."""
        row = self.list.table.current_row()
        deeds: list[Deed | None] = [
            Deed(kind.value, tr("{kind}…", kind=kind.label), partial(self.enter_goods, kind)) for kind in Incoming
        ]
        deeds += [None, Deed("card", tr("打开选中药品的台账卡"), self.list.open_chosen, row is not None)]
        open_menu(self.list.more, "balance_deeds_menu", deeds)

    def enter_goods(self, kind: Incoming) -> None:
        """The page for goods of a kind."""
        self.goods.begin(kind)
        self._stack.setCurrentWidget(self.goods)
        self.setFocusProxy(self.goods)
        self.goods.begin_search()

    def export(self) -> None:
        """The balance list as a file."""
        wanted = self.list.wanted()
        export_list(self.services, lambda: self.services.stock.balance_sheet(wanted), tr("库存表"))
