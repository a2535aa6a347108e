"""Where things stand on the township's review screen; `screen` says what they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.request_terms import State
from app.i18n import tr
from app.services.decision_reasons import reasons_offered
from ui.screens.requests.line_table import LineTable
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.requests.progress import ProgressCard
from ui.screens.requests.words import state_chip
from ui.screens.review.comparison import ComparisonCard, short_name
from ui.screens.review.sheet import decided_columns, remark_of
from ui.widgets.buttons import DangerButton, LinkButton, PrimaryButton, SecondaryButton
from ui.widgets.cards import ActionBar, PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.empty_state import EmptyState
from ui.widgets.layouts import FlowBox, Horizontal, Vertical
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.request_list import RequestSummary
    from app.services.review_inbox import InboxItem, MonthRound

LONG_WAIT = 2
"""Days of waiting that are said in the list."""
WAITING = (State.AUTHORISED, State.IN_REVIEW)


class ReviewLayout(QWidget):
    """The widgets of the screen, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("review_desk")
        self._build_inbox()
        self._build_header()
        self._build_main()
        self._build_foot()
        column = Vertical(self)
        self.panes = ListAndOne(self._main, self._inbox, self.inbox, back=tr("各村申领单"), actions=self.foot, side_width=290)
        column.addWidget(self.panes)

    def _build_inbox(self) -> None:
        self._inbox = QWidget()
        self._inbox.setProperty("kind", "plain")
        column = Vertical(self._inbox, spacing=8)
        self.open_file = SecondaryButton(tr("打开申领文件"), name="open_request_file", hint="Ctrl O", icon_name="folder")
        column.addWidget(self.open_file)
        several = FlowBox(spacing=8)
        self.agree_all = SecondaryButton(tr("全部村一并同意"), name="agree_all", hint="⇧F6", small=True)
        self.pivot = SecondaryButton(tr("药品×村"), name="open_pivot", hint="⇧F7", small=True)
        several.add(self.agree_all)
        several.add(self.pivot)
        column.addWidget(several)
        self.round = LinkButton("", name="month_round")
        self.export_inbox = LinkButton(tr("导出清单"), name="export_inbox")
        about = FlowBox(spacing=12, row_spacing=2)
        about.add(self.round)
        about.add(self.export_inbox)
        column.addWidget(about)
        self.inbox = DataTable(
            (Column("clinic", tr("村卫生室"), width=106, stretch=True, value=_clinic_cell),
             Column("kinds_of_drugs", tr("种数"), align="right", value=_kinds_cell),
             Column("state", tr("状态"), value=inbox_chip)),
            name="inbox", accessible_name=tr("各村申领单"), row_height=55,
            empty_text=tr("还没有收到申领单。打开村卫生室交来的 .cyx 文件，或把文件拖到这里。"),
        )
        column.addWidget(self.inbox, 1)

    def _build_header(self) -> None:
        self.header = PageHeader(tr("申领审核"), name="review_header")
        self.return_ = DangerButton(tr("退回"), name="return_request")
        self.agree = SecondaryButton(tr("其余全部同意"), name="agree_rest", hint="F6")
        self.print_decision = SecondaryButton(tr("打印审核单"), name="print_decision", hint="Ctrl P")
        self.take = PrimaryButton(tr("领取审核"), name="take", hint="Ctrl ↵")
        self.approve = PrimaryButton(tr("审核通过"), name="approve", hint="Ctrl ↵")
        self.convert = PrimaryButton(tr("转发货"), name="convert", hint="Ctrl ↵")
        self.ship = PrimaryButton(tr("去配货"), name="go_to_shipments", hint="Ctrl ↵")
        for button in (self.return_, self.agree, self.print_decision, self.take, self.approve, self.convert, self.ship):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="review_strip")

    def _build_main(self) -> None:
        self.table = LineTable(
            decided_columns(), name="review_lines", accessible_name=tr("申领的药品"), home="approved",
            remark=remark_of, choices={"reason": reasons_offered()}, quiet=("reason",),
            empty_text=tr("这张申领单里没有药品。"),
        )
        self.table.keep_columns(1)
        self.comparison = ComparisonCard(name="comparison")
        self.progress = ProgressCard(name="review_progress", most_to_come=1)
        self.empty = EmptyState(
            tr("选一张申领单"), tr("先看标红的紧急单，再看等得最久的。"), name="nothing_to_review",
            icon_name="review",
        )
        lower = Horizontal(spacing=12)
        lower.addWidget(self.comparison, 3)
        lower.addWidget(self.progress, 2)
        self.opened = QWidget()
        self.opened.setProperty("kind", "plain")
        inside = Vertical(self.opened, spacing=12)
        inside.addWidget(self.header)
        inside.addWidget(self.strip)
        inside.addWidget(self.table, 1)
        inside.addLayout(lower)
        self._main = QWidget()
        self._main.setProperty("kind", "plain")
        column = Vertical(self._main)
        column.addWidget(self.opened, 1)
        column.addWidget(self.empty, 1)

    def _build_foot(self) -> None:
        self.foot = ActionBar(name="review_actions")
        self.share = SecondaryButton(tr("公平分配"), name="share_drug", hint="F7", small=True)
        self.export = SecondaryButton(tr("导出表格"), name="export_lines", small=True)
        self.give_back = SecondaryButton(tr("放回待审核"), name="give_back", small=True)
        self.reopen = SecondaryButton(tr("重新审核"), name="reopen", small=True)
        self.reject = DangerButton(tr("驳回"), name="reject_request", small=True)
        self.close_remaining = SecondaryButton(tr("关闭余量，办结"), name="close_remaining", small=True)
        for button in (self.share, self.export, self.give_back, self.reopen, self.close_remaining, self.reject):
            self.foot.add_right(button)


@dataclass(frozen=True)
class InboxRow:
    """A request in the list, and what day it is."""

    item: InboxItem
    today: date

    @property
    def summary(self) -> RequestSummary:
        """The request."""
        return self.item.summary


def inbox_chip(row: InboxRow) -> ChipText:
    """The state; an emergency that waits is red."""
    if row.item.is_urgent:
        return ChipText(tr("紧急"), "red")
    return state_chip(row.summary.state)


def _clinic_cell(row: InboxRow) -> Cell:
    came = near_time(row.summary.submitted_at or row.summary.created_at, row.today)
    if row.item.days is not None and row.item.days >= LONG_WAIT:
        came = tr("{day} 已等 {days} 天", day=came, days=row.item.days)
    return Cell(short_name(row.summary.clinic_name), second_line=came, bold=True)


def _kinds_cell(row: InboxRow) -> Cell:
    look = tr("{count} 有提示", count=row.item.to_look) if row.item.to_look else ""
    return Cell(str(row.summary.kinds_of_drugs), second_line=look)


def round_words(month: MonthRound) -> str:
    """“31 个村卫生室　27 已交　4 未交”."""
    values = {"clinics": month.clinics, "handed_in": month.handed_in, "missing": len(month.missing)}
    return tr("{clinics} 个村卫生室　{handed_in} 已交　{missing} 未交", **values)


def near_time(at: datetime, today: date) -> str:
    """“今天 8:52”, “昨天 17:02”, or “11-20”."""
    local = at.astimezone()
    clock = f"{local.hour}:{local.minute:02d}"
    if local.date() == today:
        return tr("今天 {time}", time=clock)
    if local.date() == today - timedelta(days=1):
        return tr("昨天 {time}", time=clock)
    return f"{local.month}-{local.day:02d}"
