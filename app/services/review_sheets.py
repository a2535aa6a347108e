"""The lists of the review on paper and as XLSX: a fair share, who has not sent, what one action did, drugs by village."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.domain.quantities import half_up
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet, Value
from app.printing.lists import TableContent
from app.services.fair_shares import ShareProposal
from app.services.review_bulk import BulkRequest, BulkResult
from app.services.review_inbox import InboxItem, MonthRound
from app.services.review_marks import WHY_LEFT
from app.services.review_pivot import Pivot, PivotCell

CLINICS_ON_A_SHEET = 9
"""Columns of villages that a landscape sheet holds beside drug, stock and sum."""
CLINIC_MM = 17.5


def share_list(proposal: ShareProposal, day: date) -> ListSheet:
    """The fair share of one drug, with the months of stock before and after."""
    columns = (
        *_columns((tr("村卫生室"), 0)),
        *_numbers(
            (tr("现有和在途"), 26), (tr("月均"), 20), (tr("现够几个月"), 26), (tr("申领"), 20), (tr("公平分配"), 24),
            (tr("分配后够几个月"), 32), (tr("已批"), 20),
        ),
    )  # fmt: skip
    rows = tuple(
        (line.clinic_name, line.available, line.monthly_use, _months(line.months_before), line.asked, line.share,
         _months(line.months_after), "" if line.approved is None else line.approved)
        for line in proposal.lines
    )  # fmt: skip
    head = (
        (tr("药品"), f"{proposal.drug_name} {proposal.strength}".strip()),
        (tr("本院可分配"), tr("{count} {unit}", count=proposal.free, unit=proposal.unit)),
        (tr("日期"), day.isoformat()),
    )  # fmt: skip
    total = sum(line.share for line in proposal.lines)
    totals = (tr("合计"), "", "", "", proposal.asked, total, "", "")
    return ListSheet(tr("{drug} 公平分配表", drug=proposal.drug_name), columns, rows, head, totals,
                     signatures=(tr("审核药师"),))  # fmt: skip


def source_list(clinic: str, rows: Iterable[tuple[Value, ...]], day: date) -> ListSheet:
    """Where the approved lines of a request come from: drug, strength, unit, approved, available, source, reason."""
    columns = (
        ListColumn(tr("药品")), ListColumn(tr("规格"), 34), ListColumn(tr("单位"), 14, "center"),
        ListColumn(tr("批准"), 18, "right"), ListColumn(tr("本院可供"), 22, "right"), ListColumn(tr("货源"), 26),
        ListColumn(tr("不供应的原因"), 50),
    )  # fmt: skip
    head = ((tr("村卫生室"), clinic), (tr("日期"), day.isoformat()))
    return ListSheet(tr("药品货源"), columns, tuple(rows), head)


def missing_list(month: MonthRound, day: date) -> ListSheet:
    """The clinics whose request of the month is not here."""
    columns = _columns((tr("村卫生室"), 0), (tr("电话"), 40), (tr("上次常规申领"), 40), (tr("情况"), 50))
    rows = tuple(
        (clinic.name, clinic.phone, clinic.last_period or None, tr("已退回，未重交") if clinic.was_returned else tr("未交"))
        for clinic in month.missing
    )  # fmt: skip
    head = ((tr("月份"), month.period), (tr("已交"), f"{month.handed_in} / {month.clinics}"), (tr("日期"), day.isoformat()))
    return ListSheet(tr("{month} 未交申领单的村卫生室", month=month.period), columns, rows, head, paper="A4")


def inbox_list(items: Iterable[InboxItem], day: date) -> ListSheet:
    """The requests of all clinics in the order of the screen, with how long they have waited and in whose hands they are."""
    columns = (
        *_columns((tr("村卫生室"), 0), (tr("月份"), 24), (tr("类别"), 20), (tr("状态"), 26)),
        *_numbers((tr("种数"), 18), (tr("要看"), 18), (tr("没有决定"), 24), (tr("已等天数"), 24)),
        *_columns((tr("谁在审"), 26), (tr("提交时间"), 40)),
    )
    rows = tuple(
        (item.summary.clinic_name, item.summary.period, tr(item.summary.kind.label), tr(item.summary.state.label),
         item.summary.kinds_of_drugs, item.to_look, item.undecided, "" if item.days is None else item.days, item.holder,
         item.summary.submitted_at)
        for item in items
    )  # fmt: skip
    return ListSheet(tr("各村申领单"), columns, rows, ((tr("日期"), day.isoformat()),))


def bulk_list(done: BulkResult, day: date) -> ListSheet:
    """What agreeing in one action did, request by request, and why lines were left."""
    columns = (
        *_columns((tr("村卫生室"), 0)), *_numbers((tr("同意"), 20), (tr("公平分配"), 24), (tr("留下"), 20)),
        *_columns((tr("为什么留下"), 110), (tr("结果"), 34)),
    )  # fmt: skip
    rows = tuple(
        (row.clinic_name, row.agreed, row.shared, row.left, reasons_words(row.reasons), result_words(row))
        for row in done.requests
    )
    totals = (tr("合计"), done.agreed, done.shared, done.left_open, "", "")
    return ListSheet(tr("一并同意的结果"), columns, rows, ((tr("日期"), day.isoformat()),), totals)


def reasons_words(reasons: Iterable[tuple[str, int]]) -> str:
    """“超建议量 3，有说明 1”."""
    told = [tr("{why} {count}", why=tr(WHY_LEFT[kind]), count=count) for kind, count in reasons if kind in WHY_LEFT]
    return tr("，").join(told)


def result_words(row: BulkRequest) -> str:
    """What became of a request."""
    if row.is_colleagues:
        return tr("在别人手里，没有动")
    if row.is_approved:
        return tr("已审核通过")
    return tr("等您看 {left} 行", left=row.left) if row.left else tr("全部有决定，待通过")


def pivot_file(pivot: Pivot, day: date) -> ListSheet:
    """药品 × 村 as a file: every clinic a column with what it asks for, an empty cell where it asks for none."""
    columns = [
        *_columns((tr("药品"), 0), (tr("规格"), 26), (tr("单位"), 12), (tr("本院可供"), 20), (tr("合计申领"), 20),
                  (tr("合计批准"), 20), (tr("缺口"), 16)),
        *(ListColumn(name) for _id, name in pivot.clinics),
    ]  # fmt: skip
    rows = tuple(
        (row.drug_name, row.strength, row.unit, max(0, row.own_stock), row.asked, row.approved, row.short,
         *(row.cells[clinic].asked if clinic in row.cells else "" for clinic, _name in pivot.clinics))
        for row in pivot.rows
    )  # fmt: skip
    return ListSheet(tr("申领汇总（药品×村）"), tuple(columns), rows, ((tr("日期"), day.isoformat()),))


def pivot_tables(pivot: Pivot, day: date, short_names: dict[str, str], place: str = "") -> tuple[TableContent, ...]:
    """药品 × 村 on paper: as many villages on a sheet as there is room for, every sheet with the drugs at its left.

    `place` is the hospital that prints it.
    """
    clinics = pivot.clinics
    parts = [clinics[start : start + CLINICS_ON_A_SHEET] for start in range(0, len(clinics), CLINICS_ON_A_SHEET)]
    return tuple(
        _pivot_part(pivot, part, number, len(parts), day, short_names).issued_by(place).as_table()
        for number, part in enumerate(parts, 1)
    )


def _pivot_part(
    pivot: Pivot, clinics: tuple[tuple[str, str], ...], number: int, count: int, day: date, short_names: dict[str, str]
) -> ListSheet:
    columns = (
        *_columns((tr("药品"), 0)), ListColumn(tr("单位"), 11, "center"),
        *_numbers((tr("可供"), 15), (tr("合计"), 15), (tr("缺口"), 15)),
        *(ListColumn(short_names.get(clinic, name), CLINIC_MM, "right") for clinic, name in clinics),
    )  # fmt: skip
    rows = tuple(
        (
            f"{row.drug_name} {row.strength}".strip(), row.unit, max(0, row.own_stock), row.asked, row.short,
            *(cell_words(row.cells.get(clinic)) for clinic, _name in clinics),
        )
        for row in pivot.rows
    )  # fmt: skip
    head = ((tr("日期"), day.isoformat()), (tr("村"), tr("第 {number} 张，共 {count} 张", number=number, count=count)))
    return ListSheet(
        tr("申领汇总（药品×村）"), columns, rows, head,
        foot_left=tr("“60→50”：申领 60，已批 50。数量按最小发药单位计。"),
    )  # fmt: skip


def cell_words(cell: PivotCell | None) -> str:
    """What is asked, and what is approved where it is decided otherwise; nothing where nothing is asked."""
    if cell is None:
        return ""
    if cell.approved is None or cell.approved == cell.asked:
        return str(cell.asked)
    return f"{cell.asked}→{cell.approved}"


def _months(months: object) -> Value:
    return None if months is None else half_up(months, 1)  # type: ignore[arg-type]


def _columns(*columns: tuple[str, float]) -> tuple[ListColumn, ...]:
    return tuple(ListColumn(title, mm) for title, mm in columns)


def _numbers(*columns: tuple[str, float]) -> tuple[ListColumn, ...]:
    return tuple(ListColumn(title, mm, "right") for title, mm in columns)

