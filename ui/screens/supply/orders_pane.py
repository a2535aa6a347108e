"""采购单: the orders with what has come of them, placing them, late ones, giving up, returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.domain.message import Message, msg
from app.domain.purchase_states import PurchaseAction, PurchaseState
from app.errors import CunyiError
from app.i18n import one_after_the_other, tr
from ui.dialogs import confirm, show_failure
from ui.screens.list_papers import print_list, save_list
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.requests.words import yuan
from ui.screens.supply.shipment_rows import units_cell
from ui.theme.tokens import Tone
from ui.widgets.buttons import Button, DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Horizontal, Vertical
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.purchasing import PurchaseLineView, PurchaseResult, PurchaseView
    from ui.services import Services

TONES: dict[PurchaseState, Tone] = {
    PurchaseState.DRAFT: "amber", PurchaseState.ORDERED: "blue", PurchaseState.PARTIAL: "blue",
    PurchaseState.CLOSED: "grey", PurchaseState.CANCELLED: "grey",
}
ARRIVING = (PurchaseAction.DELIVER_PART, PurchaseAction.DELIVER_REST)


class OrdersPane(QWidget):
    """List and one order. `delivery_asked(order)`, `return_asked(order)` open what is filled in."""

    delivery_asked = Signal(object)
    return_asked = Signal(object)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("purchase_orders")
        self.services = services
        self.orders: list[PurchaseView] = []
        self.order: PurchaseView | None = None
        self._build()
        self.setFocusProxy(self.panes)

    # --- what the page calls ----------------------------------------------------------------------------------

    def refresh(self, order_id: str = "") -> None:
        """Read the orders again and show `order_id`, or the one that was open."""
        wanted = order_id or (self.order.id if self.order is not None else "")
        purchasing, open_only = self.services.purchasing, self.filter.value() == "open"

        def work(_report: object, _cancelled: object) -> list[PurchaseView]:
            found = purchasing.list(open_only=open_only)
            if wanted and not any(order.id == wanted for order in found):
                found = [purchasing.get(wanted), *found]
            return found

        if order_id:
            self.panes.show_one()
        self.services.runner.run(work, on_done=lambda found: self._show_list(found, wanted), on_error=self.told)

    def save_action(self) -> None:
        """Ctrl+Enter: place the order, or book what came."""
        if self.order is None:
            return
        if PurchaseAction.ORDER in self.order.actions:
            self.place()
        elif any(action in self.order.actions for action in ARRIVING):
            self.delivery_asked.emit(self.order)

    def print_action(self) -> None:
        """Ctrl+P: the order on paper, or all of them."""
        if self.order is None:
            print_list(self.services, self._list_sheet)
        else:
            print_list(self.services, self._order_sheet)

    # --- what happens -----------------------------------------------------------------------------------------

    def place(self) -> None:
        """下单."""
        order = self._open()
        sure = confirm(
            self.services.dialogs, msg("下单？"), tr("向{name}订 {count} 种药品。", name=order.distributor_name,
                                                    count=len(order.lines)),
            do=msg("下单"), keep=msg("先不下单"), safe=msg("下单后仍可以取消或关闭未到的。"),
        )
        if sure:
            self._run(lambda: self.services.purchasing.order(order.id, order.version))

    def close_rest(self) -> None:
        """Give up what has not come."""
        self._with_reason(msg("关闭未到"), msg("为什么不等了"), self.services.purchasing.close_rest)

    def cancel(self) -> None:
        """Give the order up."""
        self._with_reason(msg("取消采购单"), msg("为什么取消"), self.services.purchasing.cancel)

    def told(self, error: BaseException) -> None:
        """Tell a failure that has words for the user."""
        if not isinstance(error, CunyiError):
            raise error
        show_failure(self.services.dialogs, error)

    def next_row(self, step: int) -> None:
        """Alt+Up and Alt+Down."""
        self.list.select_row(self.list.current_number() + step)

    # --- showing ----------------------------------------------------------------------------------------------

    def _show_list(self, found: list[PurchaseView], wanted: str) -> None:
        self.orders = found
        today = self.services.desk.today()
        found.sort(key=lambda order: not order.is_late(today))
        self.list.blockSignals(True)
        self.list.set_rows(found, keep=lambda order: order.id)
        places = [number for number, order in enumerate(found) if order.id == wanted]
        self.list.select_row(places[0] if places else 0)
        self.list.blockSignals(False)
        self._show(self.list.current_row())

    def _show(self, order: PurchaseView | None) -> None:
        self.order = order
        self.opened.setVisible(order is not None)
        self.foot.setVisible(order is not None)
        self.empty.setVisible(order is None)
        if order is None:
            self.panes.show_list()
            return
        today = self.services.desk.today()
        self.header.set_title(tr("{name}　{number}", name=order.distributor_name, number=order.number))
        chips = [ChipText(tr(order.state.label), TONES[order.state])]
        if order.is_late(today):
            chips.append(ChipText(tr("逾期 {days} 天", days=(today - (order.expected_on or today)).days), "red"))
        self.header.set_chips(chips)
        self.header.set_note(_note(order))
        self.table.set_rows(list(order.lines), keep=lambda line: line.id)
        self._show_strip(order)
        self._show_returns(order)
        arriving = any(action in order.actions for action in ARRIVING)
        self.place_button.setVisible(PurchaseAction.ORDER in order.actions)
        self.deliver.setVisible(arriving)
        self.close.setVisible(PurchaseAction.CLOSE_REST in order.actions)
        self.give_up.setVisible(PurchaseAction.CANCEL in order.actions)
        self.give_back.setVisible(any(line.received for line in order.lines))

    def _show_strip(self, order: PurchaseView) -> None:
        is_own_draft = order.state is PurchaseState.DRAFT and PurchaseAction.ORDER not in order.actions
        said = tr("备注：{remark}", remark=order.remark) if order.remark else ""
        if is_own_draft:
            self.strip.say(one_after_the_other((tr("采购单由另一位同事核对下单，制单人自己不能下单。"), said)), "blue")
        else:
            self.strip.say(said)

    def _show_returns(self, order: PurchaseView) -> None:
        self.returns.clear()
        found = self.services.purchasing.returns(order.id) if any(line.received for line in order.lines) else []
        self.returns.setVisible(bool(found))
        for back in found:
            row = Horizontal(spacing=10)
            words = tr("{number}　{day}　{kinds} 批，{reason}", number=back.number, day=back.on, kinds=len(back.lines),
                       reason=back.reason)
            row.addWidget(label(words, wrap=True), 1)
            paper = Button(tr("打印退货单"), name=f"print_return_{back.number}", small=True, icon_name="print")
            paper.clicked.connect(lambda _checked=False, note=back: self.print_return(note))
            table = Button(tr("导出表格"), name=f"save_return_{back.number}", small=True)
            table.clicked.connect(lambda _checked=False, note=back: save_list(
                self.services, tr("{number}_退货单", number=note.number), lambda: _note_sheet(note)))
            row.addWidget(paper)
            row.addWidget(table)
            self.returns.add(row)

    def print_return(self, back: Any) -> None:
        """Show the note of a return on paper."""
        print_list(self.services, lambda: _note_sheet(back))

    # --- inside -----------------------------------------------------------------------------------------------

    def _open(self) -> PurchaseView:
        if self.order is None:
            raise RuntimeError("no order is open")
        return self.order

    def _with_reason(self, title: Message, caption: Message, do: Callable[[str, int, str], PurchaseResult]) -> None:
        order = self._open()
        reason = self.services.dialogs.ask_text(title, caption)
        if reason is not None:
            self._run(lambda: do(order.id, order.version, reason))

    def _run(self, do: Callable[[], PurchaseResult]) -> None:
        def done(result: PurchaseResult) -> None:
            self.services.say(tr(result.message))
            self.refresh(result.order.id)

        def failed(error: BaseException) -> None:
            self.refresh()
            self.told(error)

        self.services.runner.run(lambda _report, _cancelled: do(), on_done=done, on_error=failed, title=tr("正在办理"),
                                 can_cancel=False)

    def _order_sheet(self) -> ListSheet:
        from app.services.supply_lists import purchase_order_sheet

        return purchase_order_sheet(self._open())

    def _list_sheet(self) -> ListSheet:
        from app.services.purchase_sheets import purchase_list

        return purchase_list(self.orders, self.services.desk.today())

    def _save_order(self) -> None:
        order = self._open()
        save_list(self.services, tr("{number}_{name}", number=order.number, name=order.distributor_name), self._order_sheet)

    def _on_row(self, order: PurchaseView | None) -> None:
        if order is not None and (self.order is None or order.id != self.order.id):
            self._show(order)

    def _build(self) -> None:
        self._build_side()
        self._build_main()
        self.panes = ListAndOne(self._main, self._side, self.list, back=tr("采购单列表"), actions=self.foot)
        Vertical(self).addWidget(self.panes)
        self.list.row_selected.connect(self._on_row)
        self.list.row_activated.connect(lambda _order: self.table.setFocus())
        self.filter.changed.connect(lambda _value: self.refresh())
        for button, act in (
            (self.place_button, self.place), (self.deliver, self.save_action), (self.print_order, self.print_action),
            (self.close, self.close_rest), (self.give_up, self.cancel), (self.save_order, self._save_order),
            (self.give_back, lambda: self.return_asked.emit(self._open())),
            (self.print_all, lambda: print_list(self.services, self._list_sheet)),
            (self.save_all, lambda: save_list(self.services, tr("采购单列表"), self._list_sheet)),
        ):
            button.clicked.connect(lambda _checked=False, do=act: do())
        for keys, step in (("Alt+Up", -1), ("Alt+Down", 1)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda step=step: self.next_row(step))

    def _build_side(self) -> None:
        self._side = QWidget()
        self._side.setProperty("kind", "plain")
        column = Vertical(self._side, spacing=8)
        self.filter = Segmented((Option("open", tr("未办结")), Option("all", tr("全部"))), name="orders_filter",
                                accessible_name=tr("看哪些采购单"))
        self.filter.set_value("open")
        column.addWidget(self.filter)
        self.list = DataTable(
            (Column("name", tr("配送企业"), width=150, stretch=True,
                    value=lambda order: Cell(order.distributor_name, second_line=order.number, bold=True)),
             Column("state", tr("状态"), value=self._chips)),
            name="orders", accessible_name=tr("采购单"), row_height=55,
            empty_text=tr("没有未办结的采购单。在“采购需求”里生成。"),
        )
        column.addWidget(self.list, 1)
        buttons = FlowBox(spacing=6, row_spacing=6)
        self.print_all = SecondaryButton(tr("打印清单"), name="print_orders", small=True, icon_name="print")
        self.save_all = SecondaryButton(tr("导出表格"), name="save_orders", small=True)
        buttons.add(self.print_all)
        buttons.add(self.save_all)
        column.addWidget(buttons)

    def _build_main(self) -> None:
        self.header = PageHeader(tr("采购单"), name="order_header")
        self.print_order = SecondaryButton(tr("打印采购单"), name="print_order", hint="Ctrl P", icon_name="print")
        self.place_button = PrimaryButton(tr("下单"), name="place_order", hint="Ctrl ↵")
        self.deliver = PrimaryButton(tr("登记到货"), name="deliver", hint="Ctrl ↵")
        for button in (self.print_order, self.place_button, self.deliver):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="order_strip")
        self.table = DataTable(_line_columns(), name="order_lines", accessible_name=tr("采购的药品"), row_height=48)
        self.table.keep_columns(1)
        self.returns = Card(tr("退货"), name="order_returns", margins=(14, 10, 12, 10), spacing=6)
        self.empty = EmptyState(tr("没有采购单"), tr("在“采购需求”里把不够发的生成采购单。"), name="no_orders",
                                icon_name="shipments")
        self.opened = QWidget()
        self.opened.setProperty("kind", "plain")
        inside = Vertical(self.opened, spacing=10)
        for widget in (self.header, self.strip):
            inside.addWidget(widget)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.returns)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        column = Vertical(self._main)
        column.addWidget(self.opened, 1)
        column.addWidget(self.empty, 1)
        self.foot = ActionBar(name="order_actions")
        self.save_order = SecondaryButton(tr("导出这张"), name="save_order", small=True)
        self.give_back = SecondaryButton(tr("退货给配送企业"), name="give_back_goods", small=True)
        self.close = SecondaryButton(tr("关闭未到"), name="close_order_rest", small=True)
        self.give_up = DangerButton(tr("取消采购单"), name="cancel_order", small=True)
        for button in (self.save_order, self.give_back, self.close, self.give_up):
            self.foot.add_right(button)

    def _chips(self, order: PurchaseView) -> tuple[ChipText, ...]:
        if order.is_late(self.services.desk.today()):
            return (ChipText(tr("逾期"), "red"),)
        return (ChipText(tr(order.state.label), TONES[order.state]),)


def _line_columns() -> tuple[Column, ...]:
    return (
        Column("drug", tr("药品"), width=170, stretch=True, value=_drug),
        Column("quantity", tr("订购"), width=100, align="right", value=lambda line: _units(line.quantity, line)),
        Column("received", tr("已到"), width=96, align="right", value=lambda line: _units(line.received, line)),
        Column("outstanding", tr("未到"), width=96, align="right", value=_outstanding),
        Column("price", tr("包装单价"), width=92, align="right",
               value=lambda line: None if line.price_fen is None else yuan(line.price_fen)),
        Column("reason", tr("说明"), width=130, value=lambda line: Cell(line.reason, muted=True)),
    )


def _drug(line: PurchaseLineView) -> Cell:
    parts = [line.strength, line.drug_code, tr("集采中选") if line.is_volume_procured else ""]
    return Cell(line.drug_name, second_line=" · ".join(filter(None, parts)), bold=True)


def _units(units: int, line: PurchaseLineView) -> Cell:
    return units_cell(units, line.unit, line.pack_unit, line.units_per_pack) if units else Cell("0", muted=True)


def _outstanding(line: PurchaseLineView) -> Cell:
    return _units(line.outstanding, line) if line.outstanding else Cell(chips=(ChipText(tr("到齐"), "green"),))


def _note(order: PurchaseView) -> str:
    parts = [tr("制单 {who}", who=order.created_by_name)]
    if order.ordered_on is not None:
        parts.append(tr("{day} 下单", day=order.ordered_on))
    if order.expected_on is not None:
        parts.append(tr("约定 {day} 到", day=order.expected_on))
    if order.lines and order.value_fen is not None:
        parts.append(yuan(order.value_fen))
    return "　·　".join(parts)


def _note_sheet(back: Any) -> ListSheet:
    from app.services.purchase_sheets import return_note

    return return_note(back)
