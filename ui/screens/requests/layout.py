"""Where things stand on the clinic's request screen; `screen` says what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QTabBar, QWidget

from app.domain.request_terms import Kind
from app.i18n import tr
from ui.screens.requests.arithmetic import ArithmeticCard
from ui.screens.requests.catalogue_page import CataloguePage
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.requests.progress import ProgressCard
from ui.screens.requests.rows import reading_columns, remark_of
from ui.screens.requests.sheet import EMPTY, EXPIRING, NEEDED, OUT_OF_STOCK
from ui.screens.requests.words import state_chip
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, Card, PageHeader
from ui.widgets.empty_state import EmptyState
from ui.widgets.layouts import Horizontal, Vertical
from ui.widgets.panes import PageStack, TwoPane
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.catalogue import Catalogue
    from app.services.request_list import RequestSummary

CATALOGUE = "catalogue"
TABS = (NEEDED, CATALOGUE, EXPIRING, OUT_OF_STOCK, EMPTY)
MOST_PROBLEMS_SHOWN = 3


class RequestsLayout(QWidget):
    """The widgets of the screen, by their names."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("requests_desk")
        self._build_header()
        self._build_lines(catalogue)
        self._build_side()
        column = Vertical(self, spacing=0)
        self.panes = TwoPane(self._main, self._side, actions=self.foot, side_width=290, breakpoint=900)
        column.addWidget(self.panes)

    def current_tab(self) -> str:
        """Which tab is shown."""
        return TABS[self.tabs.currentIndex()]

    def show_tab(self, key: str) -> None:
        """Show a tab."""
        self.tabs.setCurrentIndex(TABS.index(key))

    def _build_header(self) -> None:
        self.header = PageHeader(tr("药品申领单"), name="request_header")
        self.fill = SecondaryButton(tr("按建议量填满"), name="fill_suggestions", hint="F6")
        self.print = SecondaryButton(tr("打印"), name="print_request", hint="Ctrl P")
        self.print_decision = SecondaryButton(tr("打印审核单"), name="print_decision", hint="Ctrl P")
        self.submit = PrimaryButton(tr("提交"), name="submit_request", hint="Ctrl ↵")
        self.authorise = PrimaryButton(tr("签发"), name="authorise_request", hint="Ctrl ↵")
        for button in (self.fill, self.print, self.print_decision, self.submit, self.authorise):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="request_strip")

    def _build_lines(self, catalogue: Catalogue) -> None:
        self.tabs = QTabBar()
        self.tabs.setObjectName("request_tabs")
        self.tabs.setAccessibleName(tr("看哪些药品"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for _key in TABS:
            self.tabs.addTab("")
        rule = QFrame()
        rule.setProperty("kind", "rule")
        self.problems = ProblemCard()
        self.table = LineTable(
            reading_columns(), name="lines", accessible_name=tr("申领的药品"), home="on_hand", remark=remark_of,
            quiet=("explanation",), empty_text=tr("这里没有药品。按 Ctrl+F 到全部目录里添加。"),
        )
        self.catalogue = CataloguePage(catalogue)
        self.pages = PageStack()
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.catalogue)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        column = Vertical(self._main, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addWidget(self.problems)
        tab_column = Vertical(spacing=0)
        tab_column.addWidget(self.tabs)
        tab_column.addWidget(rule)
        column.addLayout(tab_column)
        column.addWidget(self.pages, 1)

    def _build_side(self) -> None:
        self.arithmetic = ArithmeticCard(name="arithmetic")
        self.progress = ProgressCard(name="progress")
        self.former = FormerRequests()
        self._side = QWidget()
        self._side.setProperty("kind", "plain")
        column = Vertical(self._side, spacing=12)
        column.addWidget(self.arithmetic)
        column.addWidget(self.progress)
        column.addWidget(self.former, 1)
        self.foot = ActionBar(name="request_actions")
        self.new_regular = SecondaryButton(tr("新建申领单"), name="start_regular", small=True)
        self.new_emergency = SecondaryButton(tr("新建紧急申领"), name="start_emergency", small=True)
        self.withdraw = SecondaryButton(tr("撤回修改"), name="withdraw", small=True)
        self.skip = SecondaryButton(tr("跳过本期"), name="skip", small=True)
        self.undo_skip = SecondaryButton(tr("撤销跳过"), name="undo_skip", small=True)
        self.cancel = SecondaryButton(tr("取消本单"), name="cancel", small=True)
        self.void = SecondaryButton(tr("作废本单"), name="void", small=True)
        self.export = SecondaryButton(tr("导出表格"), name="export_request", small=True)
        for button in (self.export, self.new_regular, self.new_emergency, self.withdraw, self.skip, self.undo_skip,
                       self.cancel, self.void):
            self.foot.add_right(button)


class ProblemCard(Card):
    """What has to be put right before submitting; Enter on a line leads to its cell."""

    def __init__(self) -> None:
        super().__init__(name="problem_card", tone="red", margins=(14, 10, 12, 6), spacing=4)
        self.table = DataTable(
            (Column("drug", tr("药品"), width=170, bold=True), Column("sentence", tr("要改的地方"), width=260, stretch=True)),
            name="problem_list", accessible_name=tr("提交前要改的地方"), inside_card=True, row_height=32,
        )
        self.add(self.table)
        self.hide()

    def show_problems(self, obstacles: list[object]) -> None:
        """Show these; none hides the card."""
        self.set_title(tr("提交前还要改 {count} 处：按 ↵ 到那一格", count=len(obstacles)))
        self.table.set_rows(obstacles, keep=lambda each: (each.line_id, each.column))
        if obstacles and self.table.current_number() < 0:
            self.table.select_row(0)
        self.setVisible(bool(obstacles))
        self.table.fit_height(most_rows=MOST_PROBLEMS_SHOWN)


class FormerRequests(Card):
    """The clinic's requests, newest first."""

    def __init__(self) -> None:
        super().__init__(tr("历次申领单"), name="former_card", margins=(16, 14, 6, 10), spacing=6)
        self.table = DataTable(
            (Column("title", tr("月份"), width=90, stretch=True, value=_summary_title),
             Column("kinds_of_drugs", tr("种数"), align="right"),
             Column("state", tr("状态"), value=lambda row: state_chip(row.state))),
            name="former_requests", accessible_name=tr("历次申领单"), inside_card=True, row_height=34,
        )
        self.add(self.table, 1)

    def show_requests(self, summaries: list[RequestSummary], current_id: str) -> None:
        """Show these, the open one marked."""
        self.table.blockSignals(True)
        self.table.set_rows(summaries)
        numbers = [number for number, each in enumerate(summaries) if each.id == current_id]
        self.table.select_row(numbers[0] if numbers else 0)
        self.table.blockSignals(False)


def _summary_title(summary: RequestSummary) -> Cell:
    if summary.kind is Kind.EMERGENCY:
        return Cell(summary.period, suffix=tr("紧急"), tone="red")
    return Cell(summary.period)


class BeginCard(Card):
    """What is shown while the clinic has no request at all."""

    def __init__(self) -> None:
        super().__init__(name="begin_card")
        self.start = PrimaryButton(tr("新建申领单"), name="begin_regular", hint="F2")
        self.emergency = SecondaryButton(tr("新建紧急申领"), name="begin_emergency")
        row = QWidget()
        row.setProperty("kind", "plain")
        buttons = Horizontal(row, spacing=12)
        buttons.addWidget(self.emergency)
        buttons.addWidget(self.start)
        self.words = EmptyState(
            tr("还没有申领单"), tr("程序按库存账和在管病人算出建议量；没有建账的要填库存和用量。核对后提交，把文件交给卫生院。"),
            name="no_request", icon_name="drugs", action=row,
        )
        self.add(self.words, 1)
