"""The papers of a random check: the blind count sheet, and the result with book, count and cause."""

from __future__ import annotations

from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet, as_words
from app.services.random_checks import CheckLineView, CheckView

COUNTED_ROW_MM = 8.0
"""The height of a row into which somebody writes."""


def count_sheet(check: CheckView) -> ListSheet:
    """The sheet to count by: blind, with lines for both names."""
    rows = tuple(
        (number, line.drug_name, line.strength, line.batch_no, line.expiry, why_drawn(line), line.unit, "", "", "")
        for number, line in enumerate(check.lines, start=1)
    )
    columns = (
        ListColumn(tr("序号"), 12, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 30), ListColumn(tr("批号"), 34),
        ListColumn(tr("有效期至"), 30, "center"), ListColumn(tr("抽取缘由"), 22, "center"),
        ListColumn(tr("单位"), 16, "center"), ListColumn(tr("实盘数"), 30),
        ListColumn(tr("账面（数完再抄）"), 34), ListColumn(tr("备注"), 34),
    )  # fmt: skip
    return ListSheet(
        title=tr("{clinic} 药品抽查盘点表", clinic=check.clinic_name), columns=columns, rows=rows, head=_head(check),
        signatures=(tr("盘点人"), tr("村卫生室在场人")), foot_left=tr("盲盘：先数实物，再看账面。按最小发药单位清点。"),
        is_of_party=True, row_mm=COUNTED_ROW_MM,
    )  # fmt: skip


def result_sheet(check: CheckView) -> ListSheet:
    """The result: book, counted, difference and why."""
    rows = tuple(
        (number, line.drug_name, line.strength, line.batch_no, line.expiry, why_drawn(line), line.unit, line.book, line.counted,
         line.difference, line.reason)
        for number, line in enumerate(check.lines, start=1)
    )  # fmt: skip
    columns = (
        ListColumn(tr("序号"), 12, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 28), ListColumn(tr("批号"), 32),
        ListColumn(tr("有效期至"), 28, "center"), ListColumn(tr("抽取缘由"), 22, "center"),
        ListColumn(tr("单位"), 14, "center"),
        ListColumn(tr("账面"), 20, "right"), ListColumn(tr("实盘"), 20, "right"), ListColumn(tr("差异"), 20, "right"),
        ListColumn(tr("原因和处理"), 50),
    )  # fmt: skip
    head = (
        *_head(check), (tr("批次"), str(len(check.lines))), (tr("结果"), check.result or "—"),
        (tr("盘点人"), check.counter_name or "—"),
    )  # fmt: skip
    followed = tuple(
        tr("{who} {when}　{found}", who=who, when=as_words(at), found=text) for who, at, text in check.follow_ups
    )
    return ListSheet(
        title=tr("{clinic} 药品抽查结果", clinic=check.clinic_name), columns=columns, rows=rows, head=head,
        remarks=followed, signatures=(tr("盘点人"), tr("村卫生室"), tr("核对")),
        foot_left=tr("差异 = 实盘 − 账面；数量按最小发药单位计。"), is_of_party=True,
    )  # fmt: skip


def why_drawn(line: CheckLineView) -> str:
    """高值, 近效期 or 随机; "—" where it was not kept."""
    return tr(line.drawn_for.label) if line.drawn_for is not None else "—"


def _head(check: CheckView) -> tuple[tuple[str, str], ...]:
    return (
        (tr("村卫生室"), check.clinic_name),
        (tr("抽取人"), f"{check.opened_by_name} {as_words(check.opened_at)}"),
        (tr("随机种子"), str(check.seed)),
    )
