"""采购单: what is short, the orders made of it, deliveries and returns; each a pane of this page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.message import msg
from app.i18n import tr
from ui.screens.supply.delivery_pane import DeliveryPane
from ui.screens.supply.needs_pane import NeedsPane
from ui.screens.supply.orders_pane import OrdersPane
from ui.screens.supply.return_pane import ReturnPane
from ui.widgets.layouts import Vertical
from ui.widgets.segmented import Option, Segmented

if TYPE_CHECKING:
    from ui.services import Services

OWN_KEYS = (
    ("Space", msg("这种药本次买或不买")), ("F6", msg("添加药品；登记到货时再加一批")), ("F7", msg("集采中选品或原品")),
    ("F2", msg("在表格和扫码之间换")), ("Ctrl Del", msg("退掉这一行最后一个追溯码")), ("Alt ↑ ↓", msg("上一张、下一张采购单")),
    ("Ctrl ↵", msg("生成采购单、下单、登记到货、入库")),
)
NEEDS, ORDERS = "needs", "orders"


class PurchasingPage(QWidget):
    """The page. `open_with(order_id=…)` shows an order."""

    counted = Signal(int)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("purchasing_page")
        self.setProperty("kind", "plain")
        self.setAccessibleName(tr("采购单"))
        self.services = services
        self.modes = Segmented((Option(NEEDS, tr("采购需求")), Option(ORDERS, tr("采购单"))), name="purchasing_modes",
                               accessible_name=tr("采购需求或采购单"))
        self.modes.set_value(NEEDS)
        self.needs, self.orders = NeedsPane(services), OrdersPane(services)
        self.delivery, self.back = DeliveryPane(services), ReturnPane(services)
        self.stack = QStackedWidget()
        for pane in (self.needs, self.orders, self.delivery, self.back):
            self.stack.addWidget(pane)
        column = Vertical(self, spacing=10)
        column.addWidget(self.modes)
        column.addWidget(self.stack, 1)
        self._shown = 0
        self._connect()
        self.setFocusProxy(self.needs)
        self.refresh()

    # --- what the shell calls ---------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read what is shown again; a delivery or a return that is being filled in stays."""
        pane = self.pane()
        if pane in (self.needs, self.orders):
            pane.refresh()
        self.recount()

    def recount(self) -> None:
        """How much is short or late."""
        self.counted.emit(self._shown + self.services.purchasing.late_count())

    def open_with(self, order_id: str = "", **_arguments: object) -> None:
        """Show an order."""
        if order_id and self.can_leave():
            self.show_orders(order_id)

    def can_leave(self) -> bool:
        """Whether the pane lets go."""
        pane = self.pane()
        return pane.can_leave() if hasattr(pane, "can_leave") else True

    def primary_action(self) -> None:
        """F2."""
        pane = self.pane()
        if hasattr(pane, "primary_action"):
            pane.primary_action()
        elif pane is self.needs:
            self.needs.table.fill_in()
        else:
            self.save_action()

    def save_action(self) -> None:
        """Ctrl+Enter."""
        self.pane().save_action()

    def print_action(self) -> None:
        """Ctrl+P."""
        pane = self.pane()
        if hasattr(pane, "print_action"):
            pane.print_action()

    def back_action(self) -> bool:
        """Escape: back to the orders, on a narrow window to their list."""
        if self.pane() in (self.delivery, self.back):
            self.leave_filling()
            return True
        return self.pane() is self.orders and self.orders.panes.go_back()

    def shortcuts(self) -> list[tuple[str, str]]:
        """The page's own keys."""
        return [(key, tr(does)) for key, does in OWN_KEYS]

    # --- panes ------------------------------------------------------------------------------------------------

    def pane(self) -> Any:
        """The one shown."""
        return self.stack.currentWidget()

    def show_orders(self, order_id: str = "") -> None:
        """The orders, one of them open."""
        self._show(self.orders, ORDERS)
        self.orders.refresh(order_id)
        self.recount()

    def leave_filling(self) -> None:
        """Back from a delivery or a return, unless something would be lost and the user stays."""
        if self.can_leave():
            self.show_orders()
            self.orders.setFocus()

    def _show(self, pane: QWidget, mode: str) -> None:
        self.stack.setCurrentWidget(pane)
        self.setFocusProxy(pane)  # not the stack's: the Tab key would come back from it
        self.modes.setVisible(pane in (self.needs, self.orders))
        if self.modes.value() != mode:
            self.modes.blockSignals(True)
            self.modes.set_value(mode)
            self.modes.blockSignals(False)

    def _on_mode(self, mode: object) -> None:
        if mode == ORDERS:
            self.show_orders()
        else:
            self._show(self.needs, NEEDS)
            self.needs.refresh()

    def _on_delivery(self, order: object) -> None:
        self._show(self.delivery, ORDERS)
        self.delivery.begin(order)

    def _on_return(self, order: object) -> None:
        self._show(self.back, ORDERS)
        self.back.begin(order)

    def _on_returned(self, back: Any) -> None:
        self.show_orders(back.order_id)
        self.orders.print_return(back)

    def _on_drafted(self, order_ids: list[str]) -> None:
        self.needs.refresh()
        self.show_orders(order_ids[0])
        self.orders.setFocus()

    def _on_counted(self, count: int) -> None:
        self._shown = count
        self.recount()

    def _connect(self) -> None:
        self.modes.changed.connect(self._on_mode)
        self.needs.drafted.connect(self._on_drafted)
        self.needs.counted.connect(self._on_counted)
        self.orders.delivery_asked.connect(self._on_delivery)
        self.orders.return_asked.connect(self._on_return)
        self.delivery.done.connect(self.show_orders)
        self.delivery.left.connect(self.leave_filling)
        self.back.done.connect(self._on_returned)
        self.back.left.connect(self.leave_filling)
