"""盘点 as files: the count sheet or result of one count, and the list of all counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.services.stocktake_views import CHECK, FULL, PART, StocktakeLineView, StocktakeSummary, StocktakeView


def kind_words(kind: str) -> str:
    """全面盘点, 部分盘点 or 抽查."""
    return {FULL: tr("全面盘点"), PART: tr("部分盘点"), CHECK: tr("抽查")}.get(kind, kind)


def result_list(view: StocktakeView) -> ListSheet:
    """The lines of a count with book, count, difference and reason; what a blind count hides is a dash."""
    columns = (
        *_columns(tr("序号"), tr("药品"), tr("规格"), tr("批号"), tr("有效期至"), tr("单位")),
        *(ListColumn(title, align="right") for title in (tr("账面"), tr("实盘"), tr("差异"))),
        *_columns(tr("原因"), tr("清点时间")),
    )
    rows = tuple(
        (
            number, line.drug_name, line.strength, line.batch_no, line.expiry, line.unit, line.book, line.counted,
            line.difference, _reason(line), line.counted_at,
        )
        for number, line in enumerate(view.lines, start=1)
    )  # fmt: skip
    return ListSheet(tr("{place} 药品盘点结果", place=view.organisation_name), columns, rows)


def stocktake_list(counts: Sequence[StocktakeSummary], day: date) -> ListSheet:
    """All counts of a desk."""
    columns = _columns(tr("开始"), tr("类别"), tr("状态"), tr("开始人"), tr("完成"), tr("结果"))
    rows = tuple(
        (row.opened_at, kind_words(row.kind), tr(row.state.label), row.opened_by_name, row.finalised_at, row.result or None)
        for row in counts
    )
    return ListSheet(tr("历次盘点"), columns, rows, ((tr("日期"), day.isoformat()),))


def _reason(line: StocktakeLineView) -> str:
    return tr("按账面（未盘）") if line.is_as_book else line.reason


def _columns(*titles: str) -> tuple[ListColumn, ...]:
    return tuple(ListColumn(title) for title in titles)
