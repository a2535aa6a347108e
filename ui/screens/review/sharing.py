"""公平分配 of one drug in a window: how much there is, what everybody gets and why, and deciding by it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.domain.quantities import half_up, up_to_two_places
from app.domain.request_terms import ErrorKind, Kind
from app.errors import CunyiError
from app.i18n import one_after_the_other, tr
from ui.screens.exchange.files import fail
from ui.screens.review.comparison import short_name
from ui.screens.review.windows import TableWindow
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column, DataTable

if TYPE_CHECKING:
    from app.services.fair_shares import ShareLine, ShareProposal, SharesWritten
    from ui.services import Services


class ShareWindow(TableWindow):
    """The proposal for a drug over all waiting requests. `on_done(sentence)` is called when it was written."""

    def __init__(self, services: Services, proposal: ShareProposal, on_done: Callable[[str], None], *,
                 parent: QWidget) -> None:
        title = tr("公平分配　{drug} {strength}", drug=proposal.drug_name, strength=proposal.strength)
        super().__init__(services, title, name="share_window", parent=parent)
        self._on_done = on_done
        self._proposal = proposal
        self.table = DataTable(share_columns(proposal), name="share_lines", accessible_name=tr("各村的分配"),
                               row_height=48, least_rows=2)
        self.table.keep_columns(1)
        self.add_body(self.table, 1)
        self.add_papers(title, self._sheet)
        self.add_do(tr("按此批准"), self.apply)
        self.table.setFocus()
        self._show(proposal)

    def proposal(self) -> ShareProposal:
        """What is shown."""
        return self._proposal

    def apply(self) -> None:
        """Decide by it; when things have changed meanwhile the new proposal is shown and nothing was decided."""
        services, proposal = self.services, self._proposal
        if self.do_button is None or not self.do_button.isEnabled():
            return
        self.setEnabled(False)
        services.runner.run(
            lambda _report, _cancelled: services.fair_shares.apply(proposal.drug_code, proposal.shown),
            on_done=self._done, on_error=self._failed, title=tr("正在分配"), can_cancel=False,
        )

    def _done(self, written: SharesWritten) -> None:
        self.accept()
        self._on_done(tr(written.message))

    def _failed(self, error: BaseException) -> None:
        self.setEnabled(True)
        if not isinstance(error, CunyiError):
            raise error
        if getattr(error, "error_kind", None) is not ErrorKind.STALE_VERSION:
            fail(self.services, error)
            return
        try:
            self._show(self.services.fair_shares.propose(self._proposal.drug_code))
        except CunyiError as gone:
            self.reject()
            fail(self.services, gone)
            return
        self.tell_problem(tr(error.message))

    def _show(self, proposal: ShareProposal) -> None:
        self._proposal = proposal
        self.set_words(share_words(proposal))
        self.table.rows_model.columns = share_columns(proposal)
        self.table.set_rows(list(proposal.lines), keep=lambda line: line.line_id)
        self.table.select_row(0)
        if self.do_button is not None:
            is_of_use = proposal.level is not None and proposal.free > 0
            self.do_button.setEnabled(is_of_use and any(line.may_write for line in proposal.lines))

    def _sheet(self) -> object:
        from app.services.review_sheets import share_list

        return share_list(self._proposal, self.services.desk.today())


def share_words(proposal: ShareProposal) -> str:
    """The arithmetic in sentences."""
    values = {"free": proposal.free, "unit": proposal.unit, "stock": proposal.stock, "promised": proposal.promised,
              "clinics": len({line.clinic_name for line in proposal.lines}), "asked": proposal.asked,
              "missing": proposal.missing}
    if not proposal.is_kept:
        return tr("本院从没有入过这种药，没有可分配的。各村共申领 {asked} {unit}，批准以后转采购。", **values)
    first = tr("库存 {stock} {unit}，已答应别处 {promised}，可分配 {free}。", **values)
    asked = tr("{clinics} 个村共申领 {asked} {unit}，缺 {missing}。", **values)
    if proposal.level is None:
        enough = tr("{clinics} 个村共申领 {asked} {unit}，够所有村，不需要分配。", **values)
        return one_after_the_other((first, enough))
    months = months_words(proposal.level)
    if not proposal.free:
        return one_after_the_other((first, asked, tr("本院现在没有可分配的。要给就按申领量批准，转采购。")))
    level = tr("把每个村补到同样够用 {months} 个月，谁都不超过自己的申领量，和交单先后无关。", months=months)
    packs = tr("按整包装发货，每包装 {pack} {unit}，分剩的整包装给最缺的村。", pack=proposal.pack, unit=proposal.unit)
    return one_after_the_other((first, asked, level, packs if proposal.pack > 1 else ""))


def share_columns(proposal: ShareProposal) -> tuple[Column, ...]:
    """Village, what it has, what it uses, what it asks for and gets, and how long that lasts."""
    return (
        Column("clinic", tr("村卫生室"), width=150, stretch=True, value=_clinic),
        Column("available", tr("现有和在途"), width=92, align="right"),
        Column("monthly_use", tr("月均"), width=70, align="right",
               value=lambda line: None if line.monthly_use is None else up_to_two_places(line.monthly_use)),
        Column("months_before", tr("现够几个月"), width=92, align="right", value=lambda line: _months(line.months_before)),
        Column("asked", tr("申领"), width=70, align="right"),
        Column("share", tr("公平分配"), width=86, align="right", bold=True),
        Column("months_after", tr("分配后够几个月"), width=120, align="right", value=lambda line: _months(line.months_after)),
        Column("approved", tr("已批"), width=64, align="right"),
    )


def months_words(months: Fraction) -> str:
    """One decimal."""
    return f"{half_up(months, 1):f}"


def _months(months: Fraction | None) -> str | None:
    return None if months is None else months_words(months)


def _clinic(line: ShareLine) -> Cell:
    chips = (ChipText(tr("紧急"), "red"),) if line.kind is Kind.EMERGENCY else ()
    beneath = ""
    if not line.may_write:
        beneath = tr("在{who}手里，不改动", who=line.held_by or tr("别人"))
    return Cell(short_name(line.clinic_name), bold=True, chips=chips, second_line=beneath)
