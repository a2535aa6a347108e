"""Where things stand on the clinic's page of months and statements; `clinic_page` says what they do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.domain.settlement import amount_owed
from app.i18n import tr
from ui.screens.requests.notice_strip import NoticeStrip
from ui.screens.settlement.words import money, month_words, state_chip
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.cards import PageHeader
from ui.widgets.chips import ChipText
from ui.widgets.layouts import FlowBox, Vertical
from ui.widgets.list_and_one import ListAndOne
from ui.widgets.table import Cell, Column, DataTable
from ui.widgets.tabs import Tabs

if TYPE_CHECKING:
    from app.services.ledger_reports import ReportLine
    from app.services.statements import ClinicMonth, ComparedLine

OWN, STATEMENT = "own", "statement"
FIGURES = ("opening", "received", "returned", "dispensed", "lost", "counted", "closing", "charged")


class ClinicLayout(QWidget):
    """The widgets of the page, by their names."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "plain")
        self.setObjectName("statements_desk")
        side = QWidget()
        side.setProperty("kind", "plain")
        self.months = DataTable(month_columns(), name="clinic_months", accessible_name=tr("月份"), row_height=52)
        self.open_file = SecondaryButton(tr("打开文件"), name="open_file", hint="Ctrl O", small=True, icon_name="folder")
        self.save_months = SecondaryButton(tr("导出月份"), name="save_clinic_months", small=True, icon_name="export")
        side_box = Vertical(side, spacing=8)
        side_box.addWidget(self.months, 1)
        beneath = FlowBox(spacing=8, row_spacing=8)
        for button in (self.open_file, self.save_months):
            beneath.add(button)
        side_box.addWidget(beneath)
        self.header = PageHeader("", name="clinic_month_header")
        self.print = SecondaryButton(tr("打印"), name="print_month_paper", hint="Ctrl P", icon_name="print")
        self.save = SecondaryButton(tr("导出表格"), name="save_month_paper", icon_name="export")
        self.save_differences = SecondaryButton(tr("导出不符的项"), name="save_compared")
        self.report_again = SecondaryButton(tr("再存月报文件"), name="save_report_again")
        self.close_month = PrimaryButton(tr("结账并上报"), name="close_clinic_month", hint="F2")
        for button in (self.save, self.print, self.save_differences, self.report_again, self.close_month):
            self.header.add_action(button)
        self.strip = NoticeStrip(name="clinic_month_strip")
        self.own = DataTable(own_columns(), name="own_month_lines", accessible_name=tr("本室账册"), row_height=46,
                             empty_text=tr("这个月没有出入库。"))
        self.statement = DataTable(compared_columns(), name="statement_lines", accessible_name=tr("卫生院结算单"),
                                   row_height=46,
                                   empty_text=tr("卫生院的结算单还没有来。收到文件以后在“收发”里打开。"))
        self.own.keep_columns(1)
        self.statement.keep_columns(2)
        self.tabs = Tabs(name="clinic_month_tabs", accessible_name=tr("账册和结算单"))
        self.tabs.add(OWN, tr("本室账册"), self.own)
        self.tabs.add(STATEMENT, tr("卫生院结算单"), self.statement)
        main = QWidget()
        main.setProperty("kind", "plain")
        column = Vertical(main, spacing=10)
        column.addWidget(self.header)
        column.addWidget(self.strip)
        column.addWidget(self.tabs, 1)
        self.panes = ListAndOne(main, side, self.months, back=tr("各个月份"), side_width=290)
        Vertical(self).addWidget(self.panes)


def month_columns() -> tuple[Column, ...]:
    """The months of the ledger and how far each is."""
    return (
        Column("month", tr("月份"), width=110, stretch=True, value=_month),
        Column("state", tr("结算单"), value=_statement_chip),
    )


def own_columns() -> tuple[Column, ...]:
    """The own ledger of a month."""
    return (
        Column("drug", tr("药品"), width=140, stretch=True,
               value=lambda line: Cell(line.month.drug_name, second_line=line.strength)),
        Column("price", tr("单价"), width=86, align="right", value=_own_price),
        *(Column(name, words, align="right", bold=name == "dispensed", value=_own(name))
          for name, words in _figures()),
        Column("amount", tr("应结金额"), align="right", bold=True, value=lambda line: _amount(amount_owed(line.month))),
    )


def compared_columns() -> tuple[Column, ...]:
    """The township's statement; where the own ledger says otherwise, its figure stands beneath."""
    return (
        Column("agrees", tr("核对"), value=_agrees),
        Column("drug", tr("药品"), width=130, stretch=True, value=_compared_drug),
        Column("price", tr("单价"), width=84, align="right", value=_compared_price),
        *(Column(name, words, align="right", bold=name == "dispensed", value=_compared(name))
          for name, words in _figures()),
        Column("amount", tr("金额"), align="right", bold=True, value=_compared_amount),
    )


def _figures() -> tuple[tuple[str, str], ...]:
    return (
        ("opening", tr("期初")), ("received", tr("入库")), ("returned", tr("退回")), ("dispensed", tr("发药")),
        ("lost", tr("损失")), ("counted", tr("盘盈亏")), ("closing", tr("结存")), ("charged", tr("本室承担")),
    )


def _month(row: ClinicMonth) -> Cell:
    if row.closed_at is not None:
        beneath = tr("已结账上报")
    elif row.is_next:
        beneath = tr("可以结账")
    else:
        beneath = tr("等上个月结账") if row.is_over else tr("还没有过完")
    return Cell(month_words(row.month), second_line=beneath, bold=True)


def _statement_chip(row: ClinicMonth) -> object:
    if row.state is None:
        return ChipText(tr("结账"), "amber") if row.is_next else Cell("—", muted=True)
    return state_chip(row.state)


def _own(name: str) -> Callable[[Any], object]:
    return lambda line: getattr(line.month, name)


def _own_price(line: ReportLine) -> Cell:
    return _price(line.month.price_fen, line.month.units_per_pack, line.unit)


def _price(fen: int | None, pack: int, unit: str) -> Cell:
    shown = money(fen)
    if shown is None:
        return Cell(tr("没有价格"), tone="amber")
    return Cell(shown, second_line=tr("每 {count} {unit}", count=pack, unit=unit))


def _amount(fen: int | None) -> Cell:
    shown = money(fen)
    return Cell(shown) if shown is not None else Cell("—", muted=True)


def _agrees(row: ComparedLine) -> ChipText:
    if row.line is not None and not row.line.drug_code:
        return ChipText(tr("更正"), "blue")
    return ChipText(tr("相符"), "green") if row.agrees else ChipText(tr("不符"), "red")


def _compared_drug(row: ComparedLine) -> Cell:
    if row.line is None:
        return Cell(row.own.drug_name if row.own else "", second_line=tr("结算单上没有这一行"))
    beneath = row.line.note or (tr("本室账册里没有这一行") if row.own is None and row.line.drug_code else row.line.strength)
    return Cell(row.line.drug_name, second_line=beneath)


def _compared_price(row: ComparedLine) -> Cell:
    if row.line is None or not row.line.drug_code:
        return Cell("")
    return _price(row.line.price_fen, row.line.units_per_pack, row.line.unit)


def _compared(name: str) -> Callable[[Any], object]:
    def value(row: ComparedLine) -> object:
        if row.line is not None and not row.line.drug_code:
            return ""
        theirs = getattr(row.line, name) if row.line is not None else None
        ours = getattr(row.own, name) if row.own is not None else None
        if name not in row.differing:
            return theirs if row.line is not None else ours
        beneath = tr("本室 {count}", count="—" if ours is None else ours)
        return Cell("—" if theirs is None else str(theirs), second_line=beneath, tone="red")

    return value


def _compared_amount(row: ComparedLine) -> Cell:
    if row.line is None:
        return Cell("—", second_line=tr("本室 {amount}", amount=money(row.own_amount_fen) or "—"))
    shown = _amount(row.line.amount_fen)
    if row.line.drug_code and row.own_amount_fen is not None and row.own_amount_fen != row.line.amount_fen:
        return Cell(shown.text, second_line=tr("本室 {amount}", amount=money(row.own_amount_fen)), tone="red")
    return shown
