"""The lists of a month's settlement on paper and as XLSX: the clinic's own report, what differs, both sides compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from app.domain.capital_amount import capital_amount
from app.domain.settlement import amount_owed
from app.domain.stock_value import yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet, Value
from app.services.ledger_reports import ReportLine
from app.services.request_sheets import total_fen
from app.services.settlement_months import MonthOverview, OpenDifference
from app.services.statements import COMPARED, ClinicMonth, ComparedLine


def figure_words() -> Mapping[str, str]:
    """What the figures of a month are called."""
    return {
        "opening": tr("期初"), "received": tr("入库"), "returned": tr("退回"), "dispensed": tr("发药"), "lost": tr("损失"),
        "counted": tr("盘盈亏"), "closing": tr("结存"), "charged": tr("本室承担"),
    }  # fmt: skip


def report_sheet(place: str, month: str, lines: Sequence[ReportLine]) -> ListSheet:
    """月度出入库报表 of a clinic: its ledger of one month by drug and price, with what it owes."""
    words = figure_words()
    columns = (
        ListColumn(tr("药品编码"), only_file=True), ListColumn(tr("药品")), ListColumn(tr("规格"), 30),
        ListColumn(tr("单位"), 12, "center"), ListColumn(tr("每包装"), 15, "right"),
        ListColumn(tr("包装单价（元）"), 22, "right"),
        *(ListColumn(words[name], 16, "right") for name in COMPARED), ListColumn(tr("应结（元）"), 22, "right", carry="sum"),
    )  # fmt: skip
    amounts = [amount_owed(line.month) for line in lines]
    rows: list[tuple[Value, ...]] = [
        (line.month.drug_code, line.month.drug_name, line.strength, line.unit, line.month.units_per_pack,
         yuan(line.month.price_fen), *(getattr(line.month, name) for name in COMPARED), yuan(amount))
        for line, amount in zip(lines, amounts, strict=True)
    ]  # fmt: skip
    total = total_fen(amounts)
    blank = ("",) * (len(columns) - 3)
    return ListSheet(
        title=tr("{name} {month} 药品出入库月报", name=place, month=month),
        columns=columns,
        rows=tuple(rows),
        head=((tr("单位"), place), (tr("月份"), month)),
        totals=("", tr("合计"), *blank, yuan(total)),
        remarks=(tr("金额大写：{words}", words=capital_amount(total)),) if total is not None else (),
        signatures=(tr("制表"), tr("负责人")),
        foot_left=tr("药品先用后结，不预付；金额按实际发出和本室承担的损失计算。"),
    )


def month_list(place: str, months: Sequence[ClinicMonth]) -> ListSheet:
    """The months of a clinic: when each was closed and by whom, how far its statement is, what it owes."""
    columns = (
        ListColumn(tr("月份"), 22), ListColumn(tr("结账时间"), 34), ListColumn(tr("结账人"), 30), ListColumn(tr("结算单"), 30),
        ListColumn(tr("应交（元）"), 26, "right"),
    )  # fmt: skip
    rows = tuple(
        (each.month, each.closed_at or tr("没有结账"), each.closed_by_name,
         tr(each.state.label) if each.state is not None else "", yuan(each.payable_fen))
        for each in months
    )  # fmt: skip
    return ListSheet(tr("{name} 月份列表", name=place), columns, rows)


def difference_list(month: str, found: Sequence[OpenDifference]) -> ListSheet:
    """All differences of a month with their explanations."""
    rows = tuple(
        (number, each.party_name, each.found.difference.drug_name or each.found.difference.drug_code,
         tr(each.found.difference.message), each.found.explanation or None)
        for number, each in enumerate(found, start=1)
    )  # fmt: skip
    columns = (
        ListColumn(tr("序号"), 12, "center"), ListColumn(tr("单位"), 45), ListColumn(tr("药品"), 45), ListColumn(tr("差异")),
        ListColumn(tr("说明"), 70),
    )  # fmt: skip
    explained = sum(1 for each in found if each.found.explanation)
    head = ((tr("月份"), month), (tr("差异"), str(len(found))), (tr("已说明"), str(explained)))
    return ListSheet(tr("{month} 结算差异说明", month=month), columns, rows, head, signatures=(tr("制表"), tr("核对")))


def report_list(overview: MonthOverview) -> ListSheet:
    """Which clinics have reported a month."""
    rows = tuple(
        (each.name, tr("已交") if each.reported_at else tr("未交"), each.reported_at or "", each.reported_by_name,
         tr("有") if each.took_goods else "")
        for each in overview.clinics
    )  # fmt: skip
    columns = (
        ListColumn(tr("村卫生室")), ListColumn(tr("月报"), 24, "center"), ListColumn(tr("收到时间"), 44),
        ListColumn(tr("上报人"), 34), ListColumn(tr("当月有收货"), 30, "center"),
    )  # fmt: skip
    return ListSheet(tr("{month} 月报上交情况", month=overview.month), columns, rows, ((tr("月份"), overview.month),))


def compared_list(place: str, month: str, lines: Sequence[ComparedLine], day: date) -> ListSheet:
    """The township's statement beside the clinic's own ledger: only the lines that differ."""
    words = figure_words()
    rows = []
    for each in lines:
        for name in each.differing:
            drug = each.line.drug_name if each.line else each.own.drug_name if each.own else ""
            theirs = getattr(each.line, name) if each.line else None
            ours = getattr(each.own, name) if each.own else None
            strength, unit = (each.line.strength, each.line.unit) if each.line else ("", "")
            rows.append((drug, strength, unit, words[name], theirs, ours))
    columns = (
        ListColumn(tr("药品")), ListColumn(tr("规格"), 34), ListColumn(tr("单位"), 14, "center"), ListColumn(tr("项目"), 22),
        ListColumn(tr("卫生院结算单"), 34, "right"), ListColumn(tr("本室账册"), 30, "right"),
    )  # fmt: skip
    head = ((tr("单位"), place), (tr("月份"), month), (tr("日期"), day.isoformat()))
    return ListSheet(tr("{month} 结算单核对差异", month=month), columns, tuple(rows), head,
                     signatures=(tr("核对人"), tr("卫生院")), foot_left=tr("数量按最小发药单位计。"), paper="A4")  # fmt: skip
