"""Agreeing for all clinics in one action: asking how, and telling what was left and why; and who has not sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QWidget

from app.domain.message import msg
from app.i18n import one_after_the_other, tr
from ui.dialogs import Notice
from ui.screens.exchange.files import fail
from ui.screens.review.comparison import short_name
from ui.screens.review.windows import TableWindow
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.interchange.xlsx_lists import ListSheet
    from app.services.review_bulk import BulkRequest, BulkResult
    from app.services.review_inbox import InboxItem, MissingClinic, MonthRound
    from ui.services import Services


class BulkWindow(TableWindow):
    """First what would be done and two choices, then, in the same window, what was done and what was left and why.

    `on_done()` is called when something was written, `on_open(request_id)` for a request of the list.
    """

    def __init__(self, services: Services, waiting: list[InboxItem], on_done: Callable[[], None],
                 on_open: Callable[[str], None], *, parent: QWidget) -> None:
        super().__init__(services, tr("全部村一并同意"), name="bulk_window", width=940, parent=parent)
        self._on_done, self._on_open = on_done, on_open
        self.outcome: BulkResult | None = None
        lines = sum(item.undecided for item in waiting)
        marked = sum(item.to_look for item in waiting)
        self.set_words(one_after_the_other((
            tr("待审 {requests} 张，还没有决定的 {lines} 行，其中 {marked} 行有提示。", requests=len(waiting), lines=lines,
               marked=marked),
            tr("没有提示、与建议量相差不超过一个包装、本院够用的行，按申领量同意；其余留给您逐行看。"),
            tr("没人领取的申领单由您领取；别的药师手里的不动。"),
        )))
        self.share = QCheckBox(tr("本院不够的药，没有别的提示的行按公平分配批准"))
        self.share.setObjectName("bulk_share")
        self.approve = QCheckBox(tr("每一行都有了决定的申领单，一并审核通过"))
        self.approve.setObjectName("bulk_approve")
        self.approve.setChecked(True)
        for box in (self.share, self.approve):
            box.setAccessibleName(box.text())
            self.add_body(box)
        self.table = DataTable(waiting_columns(), name="bulk_requests", accessible_name=tr("待审的申领单"), row_height=48,
                               least_rows=2)
        self.table.set_rows(waiting)
        self.table.row_activated.connect(self._open_row)
        self.table.keep_columns(1)
        self.add_body(self.table, 1)
        self.add_do(tr("一并同意"), self.run)
        self.share.setFocus()

    def run(self) -> None:
        """Do it; the second press, when it is done, leaves the window."""
        services, share, approve = self.services, self.share.isChecked(), self.approve.isChecked()
        if self.outcome is not None:
            self.accept()
            return
        self.setEnabled(False)
        services.runner.run(
            lambda _report, _cancelled: services.review_stock.agree(share_short=share, approve=approve),
            on_done=self._show_done, on_error=self._failed, title=tr("正在一并同意"), can_cancel=False,
        )

    def _show_done(self, done: BulkResult) -> None:
        self.outcome = done
        self.setEnabled(True)
        for box in (self.share, self.approve):
            box.hide()
        self.set_words(done_words(done))
        self.table.set_rows([])
        self.table.rows_model.columns = done_columns()
        self.table.set_rows(sorted(done.requests, key=lambda row: (-row.left, row.is_approved)))
        self.table.select_row(0)
        self.table.setFocus()
        self.add_papers(tr("一并同意的结果"), self._sheet)
        if done.message_ids:
            self.add_button(tr("去存答复文件"), "bulk_answers", self._to_answers)
        if self.do_button is not None:
            self.do_button.set_words(tr("知道了"))
        self._on_done()

    def _failed(self, error: BaseException) -> None:
        self.setEnabled(True)
        self.reject()
        fail(self.services, error)

    def _to_answers(self) -> None:
        self.accept()
        self.services.navigate("exchange")

    def _open_row(self, row: BulkRequest | InboxItem) -> None:
        request_id = row.request_id if self.outcome is not None else row.summary.id
        self.accept()
        self._on_open(request_id)

    def _sheet(self) -> ListSheet:
        from app.services.review_sheets import bulk_list

        if self.outcome is None:
            raise RuntimeError("nothing was done yet")
        return bulk_list(self.outcome, self.services.desk.today())


def done_words(done: BulkResult) -> str:
    """What was done, in sentences."""
    first = tr(done.message)
    approved = tr("{count} 张审核通过，答复文件已写好，还要交给村卫生室。", count=len(done.approved_requests))
    others = sum(1 for row in done.requests if row.is_colleagues)
    left = tr("{count} 张不在您手里，没有动。", count=others)
    to_do = tr("↵ 打开一张，按 F8 逐行看。")
    return one_after_the_other((first, approved if done.approved_requests else "", left if others else "",
                                to_do if done.left_open else ""))


def waiting_columns() -> tuple[Column, ...]:
    """The requests before it is done."""
    return (
        Column("clinic", tr("村卫生室"), width=200, stretch=True,
               value=lambda item: Cell(short_name(item.summary.clinic_name), bold=True,
                                       chips=(ChipText(tr("紧急"), "red"),) if item.is_urgent else ())),
        Column("undecided", tr("未定"), width=90, align="right"),
        Column("to_look", tr("有提示"), width=90, align="right"),
        Column("days", tr("已等天数"), width=100, align="right"),
        Column("holder", tr("谁在审"), width=140, value=lambda item: item.holder or tr("没人领取")),
    )


def done_columns() -> tuple[Column, ...]:
    """The requests when it is done."""
    return (
        Column("clinic", tr("村卫生室"), width=150, value=lambda row: Cell(short_name(row.clinic_name), bold=True)),
        Column("agreed", tr("同意"), width=64, align="right"),
        Column("shared", tr("公平分配"), width=84, align="right"),
        Column("left", tr("留下"), width=64, align="right", bold=True),
        Column("why", tr("为什么留下"), width=240, stretch=True, value=_why),
        Column("result", tr("结果"), width=170, value=_result),
    )


def _why(row: BulkRequest) -> str:
    from app.services.review_sheets import reasons_words

    return reasons_words(row.reasons)


def _result(row: BulkRequest) -> Cell:
    from app.services.review_sheets import result_words

    tone = "grey" if row.is_colleagues else "green" if row.is_approved else "amber"
    return Cell(chips=(ChipText(result_words(row), tone),))


def start_bulk(services: Services, on_done: Callable[[], None], on_open: Callable[[str], None], *, parent: QWidget) -> None:
    """Read what waits, and ask how; nothing waiting is told."""

    def read(items: list[InboxItem]) -> None:
        waiting = [item for item in items if item.days is not None]
        if waiting:
            BulkWindow(services, waiting, on_done, on_open, parent=parent).open()
        else:
            services.dialogs.tell(Notice(msg("没有待审的申领单"), msg("各村交来的申领单都已经办理。")))

    services.runner.run(
        lambda _report, _cancelled: services.review_inbox.items(), on_done=read,
        on_error=lambda error: fail(services, error), title=tr("正在读取"),
    )


class RoundWindow(TableWindow):
    """Which clinics have not sent the regular request of this month."""

    def __init__(self, services: Services, month: MonthRound, *, parent: QWidget) -> None:
        title = tr("{month} 月还没有交申领单的村卫生室", month=int(month.period[5:]), period=month.period)
        super().__init__(services, title, name="round_window", width=720, parent=parent)
        values = {"clinics": month.clinics, "handed_in": month.handed_in, "missing": len(month.missing)}
        self.set_words(tr("{clinics} 个村卫生室，{handed_in} 个已交，{missing} 个未交。", **values))
        self.table = DataTable(round_columns(), name="missing_clinics", accessible_name=title, row_height=44, least_rows=2,
                               empty_text=tr("全部村卫生室都交了。"))
        self.table.set_rows(list(month.missing))
        self.table.keep_columns(1)
        self.add_body(self.table, 1)
        self._month = month
        self.add_papers(title, self._sheet)
        self.table.setFocus()

    def _sheet(self) -> ListSheet:
        from app.services.review_sheets import missing_list

        return missing_list(self._month, self.services.desk.today())


def round_columns() -> tuple[Column, ...]:
    """Who, how to reach them, when they last sent."""
    return (
        Column("name", tr("村卫生室"), width=200, stretch=True, bold=True),
        Column("phone", tr("电话"), width=140, value=lambda clinic: clinic.phone or None),
        Column("last_period", tr("上次常规申领"), width=120, value=lambda clinic: clinic.last_period or None),
        Column("state", tr("情况"), width=130, value=_state),
    )


def _state(clinic: MissingClinic) -> ChipText:
    if clinic.was_returned:
        return ChipText(tr("已退回，未重交"), "red")
    return ChipText(tr("未交"), "amber")
