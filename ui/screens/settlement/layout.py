"""Where things stand on the page of the months; `months_page` says what they do."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.domain.settlement_states import SettlementAction
from app.i18n import tr
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.settlement.lines import (
    clinic_line_columns,
    difference_columns,
    distributor_line_columns,
    party_columns,
    step_columns,
)
from ui.widgets.buttons import Button, DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.field_row import ComboBox
from ui.widgets.labels import label
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.table import DataTable
from ui.widgets.tabs import Tabs

LINES, DIFFERENCES, HISTORY = "lines", "differences", "history"
FORWARD = (SettlementAction.CHECK, SettlementAction.CONFIRM, SettlementAction.APPROVE, SettlementAction.PAY)
ASIDE = (SettlementAction.SEND_BACK, SettlementAction.DISPUTE, SettlementAction.REWORK)


class MonthsLayout(QWidget):
    """The widgets of the page, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("settlement_desk")
        self._build_side()
        self._build_header()
        self._build_main()
        self._build_foot()
        self.panes = ListAndOne(self._main, self._side, self.list, back=tr("这个月的结算单"), actions=self.foot,
                                side_width=346, breakpoint=940)
        Vertical(self).addWidget(self.panes)

    def _build_side(self) -> None:
        self._side = QWidget()
        self._side.setProperty("kind", "plain")
        column = Vertical(self._side, spacing=10)
        self.month = ComboBox(name="settlement_month", accessible_name=tr("结算月份"))
        self.prepare = SecondaryButton(tr("生成结算单"), name="prepare_month", hint="F2")
        row = FlowBox(spacing=8, row_spacing=6)
        for widget in (self.month, self.prepare):
            row.add(widget)
        column.addWidget(row)
        self.month_words = label("", "muted", name="month_words", wrap=True)
        column.addWidget(self.month_words)
        self.reports = NoticeStrip(name="month_reports")
        column.addWidget(self.reports)
        self.list = DataTable(
            party_columns(), name="settlement_list", accessible_name=tr("结算单"), row_height=44,
            empty_text=tr("这个月还没有结算单。按 F2 生成：先用已经收到的月报，没交的以后再生成一次。"),
        )
        column.addWidget(self.list, 1)
        self.print_month = SecondaryButton(tr("打印汇总"), name="print_month", small=True, icon_name="print")
        self.save_month = SecondaryButton(tr("导出汇总"), name="save_month", small=True, icon_name="export")
        self.save_reports = SecondaryButton(tr("导出月报情况"), name="save_reports", small=True)
        self.close_month = SecondaryButton(tr("结账"), name="close_month", small=True, icon_name="lock")
        self.open_file = SecondaryButton(tr("打开文件"), name="open_file", hint="Ctrl O", small=True, icon_name="folder")
        self.all = SecondaryButton(tr("全部核对"), name="step_for_all", small=True)
        lower = FlowBox(spacing=8, row_spacing=6)
        for button in (self.open_file, self.all, self.print_month, self.save_month, self.save_reports, self.close_month):
            lower.add(button)
        column.addWidget(lower)

    def _build_header(self) -> None:
        self.header = PageHeader(tr("结算单"), name="settlement_header")
        self.print_statement = SecondaryButton(tr("打印结算单"), name="print_statement", hint="Ctrl P")
        self.save_statement = SecondaryButton(tr("导出"), name="save_statement")
        self.send = SecondaryButton(tr("发给村卫生室"), name="send_statement")
        self.steps: dict[SettlementAction, Button] = {}
        for button in (self.print_statement, self.save_statement, self.send):
            self.header.add_action(button)
        for action in FORWARD:
            button = PrimaryButton(tr(action.label), name=f"step_{action.value}", hint="Ctrl ↵")
            self.steps[action] = button
            self.header.add_action(button)
        self.strip = NoticeStrip(name="settlement_strip")

    def _build_main(self) -> None:
        self.lines = DataTable(clinic_line_columns(), name="settlement_lines", accessible_name=tr("结算明细"),
                               row_height=46, empty_text=tr("这张结算单没有药品。"))
        self.distributor_lines = DataTable(
            distributor_line_columns(), name="distributor_lines", accessible_name=tr("结算明细"), row_height=46,
            empty_text=tr("这张结算单没有药品。"))
        for table in (self.lines, self.distributor_lines):
            table.keep_columns(1)
        self.both_lines = QStackedWidget()
        self.both_lines.addWidget(self.lines)
        self.both_lines.addWidget(self.distributor_lines)
        self.differences = DataTable(difference_columns(), name="settlement_differences", accessible_name=tr("差异"),
                                     row_height=48, empty_text=tr("账目相符，没有需要说明的差异。"))
        self.history = DataTable(step_columns(), name="settlement_history", accessible_name=tr("经办"))
        self.tabs = Tabs(name="settlement_tabs", accessible_name=tr("结算单的内容"))
        self.tabs.add(LINES, tr("明细"), self.both_lines)
        self.tabs.add(DIFFERENCES, tr("差异"), self.differences)
        self.tabs.add(HISTORY, tr("经办"), self.history)
        self.empty = EmptyState(
            tr("选一张结算单"), tr("左边选月份和单位；还没有结算单时，按 F2 生成。"), name="no_settlement",
            icon_name="settlement",
        )
        self.opened = QWidget()
        self.opened.setProperty("kind", "plain")
        inside = Vertical(self.opened, spacing=10)
        inside.addWidget(self.header)
        inside.addWidget(self.strip)
        inside.addWidget(self.tabs, 1)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        column = Vertical(self._main)
        column.addWidget(self.opened, 1)
        column.addWidget(self.empty, 1)

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="settlement_actions")
        self.explain = SecondaryButton(tr("说明差异"), name="explain_difference", hint="F8", small=True)
        self.price = SecondaryButton(tr("补填价格"), name="set_price", hint="F7", small=True)
        self.correct = SecondaryButton(tr("更正"), name="add_correction", hint="F6", small=True)
        for button in (self.explain, self.price, self.correct):
            self.foot.add_right(button)
        for action in ASIDE:
            made = DangerButton if action is SettlementAction.DISPUTE else SecondaryButton
            self.steps[action] = made(tr(action.label), name=f"step_{action.value}", small=True)
            self.foot.add_right(self.steps[action])
