"""The widgets of 收货: the lines with the line for scanning above them, the hand-over and the list of shipments beside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QLineEdit, QWidget

from app.i18n import tr
from ui.screens.receiving.rows import arriving_columns, reason_words, remark_of, summary_columns
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_row import LabelledField, LineEdit
from ui.widgets.form_view.fields import DateControl
from ui.widgets.labels import label
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import PageStack, TwoPane
from ui.widgets.table import DataTable

if TYPE_CHECKING:
    from app.services.shipment_views import ShipmentSummary, ShipmentView


class HandOverCard(Card):
    """When it came, who brought it, how warm it was, and who takes it."""

    def __init__(self, today: date) -> None:
        super().__init__(tr("交接"), name="hand_over_card", margins=(16, 14, 16, 12), spacing=8)
        self.received_on = DateControl(name="received_on", accessible_name=tr("收货日期"), today=today)
        self.delivered_by = LineEdit(name="delivered_by", accessible_name=tr("送货人"))
        self.delivered_by.setMaxLength(50)
        self.celsius = LineEdit(name="celsius", accessible_name=tr("交接温度"))
        self.remark = LineEdit(name="receipt_remark", accessible_name=tr("备注"))
        self.remark.setMaxLength(200)
        self.fields = {
            "received_on": LabelledField(tr("收货日期"), self.received_on, name="received_on"),
            "hand_over_celsius": LabelledField(tr("交接温度"), self.celsius, name="celsius", unit="℃", required=True),
            "delivered_by": LabelledField(tr("送货人"), self.delivered_by, name="delivered_by"),
            "remark": LabelledField(tr("备注"), self.remark, name="receipt_remark"),
        }
        for field in self.fields.values():
            self.add(field)
        self.taken_by = self.add_text("", "muted", name="received_by")

    def show_shipment(self, view: ShipmentView, today: date, taker: str, *, has_cold: bool) -> None:
        """Begin with what the shipment says."""
        self.received_on.show_raw(today)
        self.delivered_by.setText(view.delivered_by)
        self.celsius.setText("")
        self.remark.setText("")
        self.fields["hand_over_celsius"].setVisible(has_cold)
        sent = degrees_words(view.dispatch_celsius)
        self.fields["hand_over_celsius"].set_hint(tr("出库时 {celsius}，须在 2–8℃", celsius=sent) if sent else tr("须在 2–8℃"))
        self.taken_by.setText(tr("收货人：{name}（登录的人）", name=taker))
        self.show_problems({})

    def texts(self) -> dict[str, str]:
        """What stands in the fields, as typed."""
        return {name: line.text() for name, line in self._lines().items()}

    def show_texts(self, texts: Mapping[str, object]) -> None:
        """Go on with what was kept."""
        for name, line in self._lines().items():
            with QSignalBlocker(line):
                line.setText(str(texts.get(name) or line.text()))

    def _lines(self) -> dict[str, QLineEdit]:
        return {
            "received_on": self.received_on, "delivered_by": self.delivered_by, "celsius": self.celsius, "remark": self.remark,
        }

    def show_problems(self, problems: dict[str, str]) -> None:
        """Each beside its field."""
        for code, field in self.fields.items():
            field.set_problem(problems.get(code, ""))


class ReadCard(Card):
    """How a shipment was handed over, once it was."""

    def __init__(self) -> None:
        super().__init__(tr("交接"), name="receipt_card", margins=(16, 14, 16, 12), spacing=6)

    def show_shipment(self, view: ShipmentView) -> None:
        """Show this one; what nobody wrote down is left out."""
        self.clear()
        for caption, value in (
            (tr("收货日期"), str(view.received_on or "—")), (tr("收货人"), view.received_by_name or "—"),
            (tr("送货人"), view.delivered_by or "—"), (tr("交接温度"), degrees_words(view.hand_over_celsius)),
            (tr("备注"), view.remark),
        ):
            if value:
                self.add_line(caption, strong=value)


class ShipmentsCard(Card):
    """The shipments to this clinic, those on the way first."""

    def __init__(self) -> None:
        super().__init__(tr("在途和历次收货"), name="shipments_card", margins=(16, 14, 6, 10), spacing=6)
        self.table = DataTable(
            summary_columns(), name="shipments", accessible_name=tr("在途和历次收货"), inside_card=True, row_height=48,
            empty_text=tr("还没有发货单。"),
        )
        self.add(self.table, 1)

    def show_shipments(self, rows: list[ShipmentSummary], current_id: str) -> None:
        """Show these, the open one marked."""
        self.table.blockSignals(True)
        self.table.set_rows(rows)
        self.table.select_row(next((number for number, row in enumerate(rows) if row.id == current_id), 0))
        self.table.blockSignals(False)


class ReceivingLayout(QWidget):
    """The widgets of the page, by their names."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self._build_head()
        self._build_lines()
        self._build_foot()
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addWidget(self.scan_row)
        column.addWidget(self.table, 1)
        self.hand_over = HandOverCard(today)
        self.read_card = ReadCard()
        self.shipments = ShipmentsCard()
        side = QWidget()
        side.setProperty("kind", "plain")
        beside = Vertical(side, spacing=12)
        beside.addWidget(self.hand_over)
        beside.addWidget(self.read_card)
        beside.addWidget(self.shipments, 1)
        self.panes = TwoPane(main, side, actions=self.foot, side_width=286, breakpoint=900)
        self.empty = self._build_empty()
        self.stack = PageStack()
        self.stack.addWidget(self.panes)
        self.stack.addWidget(self.empty)
        Vertical(self).addWidget(self.stack)

    def _build_head(self) -> None:
        self.header = PageHeader(tr("收货"), name="receiving_header")
        self.export = SecondaryButton(tr("导出表格"), name="export_receipt", icon_name="export")
        self.print = SecondaryButton(tr("打印"), name="print_receipt", hint="Ctrl P", icon_name="print")
        self.receive = PrimaryButton(tr("全部如数收到"), name="receive", hint="Ctrl ↵")
        for button in (self.export, self.print, self.receive):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="receiving_strip")

    def _build_lines(self) -> None:
        self.scan_row = QWidget()
        self.scan_row.setProperty("kind", "plain")
        row = Horizontal(self.scan_row, spacing=10)
        caption = label(tr("扫追溯码"), "strong")
        self.scan = LineEdit(name="scan_code", accessible_name=tr("扫追溯码"), width=250,
                             placeholder=tr("F6 到这里，逐盒扫码，程序自己找到那一行"))
        caption.setBuddy(self.scan)
        self.scanned = label("", "muted", name="scanned_count", wrap=True)
        row.addWidget(caption)
        row.addWidget(self.scan, 1)
        row.addWidget(self.scanned)
        self.table = LineTable(
            arriving_columns(), name="arrival_lines", accessible_name=tr("发货单的药品"), home="accepted",
            remark=remark_of, choices={"reason": reason_words()}, quiet=("batch_no", "expiry", "reason"),
            empty_text=tr("这张发货单没有药品。"),
        )

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="receiving_actions")
        self.open_file = SecondaryButton(tr("打开发货单文件"), name="open_shipment", hint="Ctrl O", small=True)
        self.other_batch = SecondaryButton(tr("按批号不符拒收，另记一行"), name="other_batch", small=True)
        self.drop_codes = SecondaryButton(tr("清除这一行的码"), name="drop_codes", small=True)
        self.extra = SecondaryButton(tr("另记多到的货"), name="extra_goods", hint="F7", small=True)
        for button in (self.other_batch, self.drop_codes, self.extra, self.open_file):
            self.foot.add_right(button)

    def _build_empty(self) -> Card:
        card = Card(name="no_shipment_card")
        self.open_first = PrimaryButton(tr("打开发货单文件"), name="open_first_shipment", hint="Ctrl O")
        card.add(
            EmptyState(
                tr("没有在途的药品"),
                tr("卫生院发货时会给一个 .cyx 文件。打开它，这里就出现要点收的药品；也可以把文件拖到窗口里。"),
                name="no_shipment", icon_name="drugs", action=self.open_first,
            ),
            1,
        )
        return card


def degrees_words(tenths: int | None) -> str:
    """“4.5℃” of 45; empty when it was not measured."""
    if tenths is None:
        return ""
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}℃"
