"""Where things stand on 发货单; `shipments_page` says what they do."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QWidget

from app.domain.shipment_states import ShipmentState
from app.i18n import tr
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.supply.scan_box import ScanBox
from ui.screens.supply.shipment_rows import EVERYTHING, SENT, TODO, line_columns, list_columns, remark_of
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.segmented import Option, Segmented
from ui.widgets.table import DataTable


class ShipmentsLayout(QWidget):
    """The widgets of the page, by their names."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("shipments_desk")
        self._build_list(today)
        self._build_header()
        self._build_main()
        self._build_foot()
        self.panes = ListAndOne(self._main, self._side, self.list, back=tr("发货单列表"), actions=self.foot)
        Vertical(self).addWidget(self.panes)

    def _build_list(self, today: date) -> None:
        self._side = QWidget()
        self._side.setProperty("kind", "plain")
        column = Vertical(self._side, spacing=8)
        self.filter = Segmented(
            (Option(TODO, tr("要办")), Option(SENT, tr("在途")), Option(EVERYTHING, tr("全部"))),
            name="shipments_filter", accessible_name=tr("看哪些"),
        )
        self.filter.set_value(TODO)
        column.addWidget(self.filter)
        self.list = DataTable(
            list_columns(today), name="shipments", accessible_name=tr("待发申领和发货单"), row_height=55,
            empty_text=tr("没有要发的，也没有要核对的。审核时按“转发货”，申领单就到这里。"),
        )
        column.addWidget(self.list, 1)
        buttons = FlowBox(spacing=6, row_spacing=6)
        self.open_file = SecondaryButton(tr("打开文件"), name="open_file", hint="Ctrl O", small=True, icon_name="folder")
        self.allocate_all = SecondaryButton(tr("待发的全部配货"), name="allocate_all", small=True)
        self.verify_all = SecondaryButton(tr("无差异的全部核对"), name="verify_all", small=True)
        self.print_list = SecondaryButton(tr("打印清单"), name="print_shipments", small=True, icon_name="print")
        self.save_list = SecondaryButton(tr("导出表格"), name="save_shipments", small=True)
        for button in (self.open_file, self.allocate_all, self.verify_all, self.print_list, self.save_list):
            buttons.add(button)
        column.addWidget(buttons)

    def _build_header(self) -> None:
        self.header = PageHeader(tr("发货单"), name="shipment_header")
        self.by_hand = SecondaryButton(tr("指定批次"), name="pick_batches", hint="F4")
        self.print_note = SecondaryButton(tr("打印发货单"), name="print_note", hint="Ctrl P", icon_name="print")
        self.print_receipt = SecondaryButton(tr("打印签收单"), name="print_receipt", hint="Ctrl P", icon_name="print")
        self.decide = SecondaryButton(tr("处理差异"), name="decide_difference", hint="F8")
        self.draft = PrimaryButton(tr("建发货单"), name="draft_shipment", hint="Ctrl ↵")
        self.allocate = PrimaryButton(tr("配货"), name="allocate", hint="Ctrl ↵")
        self.pick = PrimaryButton(tr("拣货完成"), name="pick", hint="Ctrl ↵")
        self.ship = PrimaryButton(tr("发出"), name="ship_shipment", hint="Ctrl ↵")
        self.verify = PrimaryButton(tr("核对办结"), name="verify", hint="Ctrl ↵")
        for button in (self.by_hand, self.print_note, self.print_receipt, self.decide, self.draft, self.allocate,
                       self.pick, self.ship, self.verify):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="shipment_strip")

    def _build_main(self) -> None:
        self.table = LineTable(
            line_columns(ShipmentState.DRAFT), name="shipment_lines", accessible_name=tr("发货的药品"), home="drug",
            remark=remark_of, empty_text=tr("这张发货单里没有药品。"),
        )
        self.table.keep_columns(1)
        self.scanning = ScanBox(self.table, takes_digits=True)
        self.history = label("", "caption", name="shipment_history", wrap=True)
        self.empty = EmptyState(
            tr("选一张申领单或发货单"), tr("待发的申领单先建发货单，再配货、拣货、发出；签收回来以后核对。"),
            name="nothing_to_ship", icon_name="review",
        )
        self.opened = QWidget()
        self.opened.setProperty("kind", "plain")
        inside = Vertical(self.opened, spacing=10)
        for widget in (self.header, self.strip, self.scanning):
            inside.addWidget(widget)
        inside.addWidget(self.table, 1)
        inside.addWidget(self.history)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        column = Vertical(self._main)
        column.addWidget(self.opened, 1)
        column.addWidget(self.empty, 1)

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="shipment_actions")
        self.save_lines = SecondaryButton(tr("导出明细"), name="save_shipment_lines", small=True)
        self.save_file = SecondaryButton(tr("再存发货文件"), name="save_shipment_file", small=True)
        self.release = SecondaryButton(tr("取消配货"), name="release_shipment", small=True)
        self.give_up = DangerButton(tr("取消发货单"), name="cancel_shipment", small=True)
        self.come_back = DangerButton(tr("全部退回"), name="return_shipment", small=True)
        for button in (self.save_lines, self.save_file, self.release, self.come_back, self.give_up):
            self.foot.add_right(button)
