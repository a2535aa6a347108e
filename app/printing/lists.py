"""Printed lists and tables: the work list of the day, drug requests, decisions, anything with columns and rows.

The caller decides every word (`TableContent`); here they only get their places. Importing this module loads neither
ReportLab nor a font.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.forms.layout import Gap, Text
from app.i18n import tr
from app.printing import style
from app.printing.column_widths import balanced_title, fitted_widths
from app.printing.content import (
    BlockContent,
    CarriedContent,
    CellContent,
    DocumentContent,
    Entry,
    GridContent,
    LeafContent,
    LineContent,
    LinesContent,
    RowContent,
    SheetContent,
    clean,
)

HEAD_ROW_MM = 6.0
SIGNATURE_MM = 32.0
DATE_MM = 26.0
"""The last line is for the day: a signature without one settles nothing."""
BEFORE_REMARKS_MM = 2.0
BEFORE_SIGNATURES_MM = 6.0
KEPT_ROWS = 2
"""So many rows stay with the totals and the signatures: nobody signs an empty page."""


@dataclass(frozen=True)
class TableColumn:
    """A column `mm` wide; columns with 0 share what is left. `align` is left, center or right."""

    title: str
    mm: float = 0
    align: str = "left"


@dataclass(frozen=True)
class TableContent:
    """Everything that a printed table says, decided.

    `head` are (label, value) pairs above the table, `head_columns` side by side, the first line of them again on every
    page; `totals` one more row at its end; `carried` the sums after each row, for a page that ends there;
    `remarks` paragraphs below it; `signatures` labels, each with a line for the pen. `paper` as in style.PAPERS_MM.
    """

    title: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    head: tuple[tuple[str, str], ...] = ()
    head_columns: int = 2
    totals: tuple[str, ...] = ()
    carried: tuple[tuple[str, ...], ...] = ()
    remarks: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    foot_left: str = ""
    foot_right: str = ""
    paper: str = "A4"
    row_mm: float = 7.0
    draft: bool = False


@dataclass(frozen=True)
class WorkListRow:
    """One person to be seen, as on the screen of the day: texts as they should read."""

    name: str
    age: str
    diseases: str
    due: str
    last_result: str = ""
    phone: str = ""
    group: str = ""
    reminder: str = ""


@dataclass(frozen=True)
class WorkListContent:
    """The printed work list. `written` are the titles of the empty columns for notes on the way."""

    title: str
    date: str
    rows: tuple[WorkListRow, ...]
    organisation: str = ""
    doctor: str = ""
    written: tuple[str, ...] = ()


def work_list_pdf(content: WorkListContent) -> bytes:
    """The work list as PDF, A4 on its side."""
    return table_pdf(work_list_table(content))


def table_pdf(*contents: TableContent) -> bytes:
    """One or several tables as PDF; each begins on a new page and numbers its own pages."""
    from app.printing.sheets import print_content

    return print_content(table_document(*contents))


def work_list_table(content: WorkListContent) -> TableContent:
    """The work list as a table: a number, the columns of the screen, and empty ones."""
    written = content.written or (tr("本次结果"), tr("备注"))
    columns = (
        TableColumn(tr("序号"), 10, "center"), TableColumn(tr("姓名"), 28), TableColumn(tr("年龄"), 11, "center"),
        TableColumn(tr("病种"), 31), TableColumn(tr("应访日期"), 24), TableColumn(tr("上次结果"), 38),
        TableColumn(tr("电话"), 27), TableColumn(tr("组"), 21), TableColumn(tr("提醒"), 30),
        *(TableColumn(title) for title in written),
    )
    rows = tuple(
        (
            str(number), row.name, row.age, row.diseases, row.due, row.last_result, row.phone, row.group,
            row.reminder, *("" for _ in written),
        )
        for number, row in enumerate(content.rows, start=1)
    )
    head = [(tr("日期"), content.date), (tr("人数"), tr("{count} 人", count=len(content.rows)))]
    head += [(tr("机构"), content.organisation)] * bool(content.organisation)
    head += [(tr("医生"), content.doctor)] * bool(content.doctor)
    return TableContent(
        title=content.title, columns=columns, rows=rows, head=tuple(head), head_columns=4, paper="A4-landscape",
        row_mm=8.0,
    )


def table_document(*contents: TableContent) -> DocumentContent:
    """The content of tables as sheets of one document."""
    return DocumentContent(contents[0].title if contents else "", tuple(_sheet(content) for content in contents))


def _sheet(content: TableContent) -> SheetContent:
    width = style.PAPERS_MM[content.paper][0] - 2 * style.MARGIN_MM
    blocks: list[BlockContent] = []
    if content.head:
        blocks += [_head(content, width), LinesContent((), before=1)]
    blocks.append(_table(content, width))
    if content.remarks:
        blocks.append(LinesContent(
            tuple(LineContent((Text(clean(remark)),)) for remark in content.remarks), before=BEFORE_REMARKS_MM,
        ))
    if content.signatures:
        blocks.append(LinesContent((_signatures(content.signatures),), before=BEFORE_SIGNATURES_MM))
    leaf = LeafContent(
        clean(content.title), (), tuple(blocks), clean(content.foot_left), "", clean(content.foot_right),
        paper=content.paper, later_head=_later_head(content), keeps_end=True,
    )
    return SheetContent((leaf,), content.draft, numbered=True, page_words=tr("第 {page} 页 / 共 {pages} 页"))


def _head(content: TableContent, width: float) -> GridContent:
    """Label and value pairs, several side by side, without rules; their left edge is that of the table."""
    count = content.head_columns
    said = [_pair(label, value) for label, value in content.head]
    cells = [
        CellContent((LineContent((Text(words),)),), number % count, rule="")
        for number, words in enumerate(said)
    ]
    rows = tuple(
        RowContent(tuple(cells[start:start + count]), HEAD_ROW_MM) for start in range(0, len(cells), count)
    )
    return GridContent((width / count,) * count, rows, indent=-style.PADDING_X / style.MM)


def _later_head(content: TableContent) -> tuple[LineContent, ...]:
    """What the following pages say of whose and which sheet they are."""
    said = [_pair(label, value) for label, value in content.head[: content.head_columns]]
    return (LineContent((Text("　　".join(said)),)),) if said else ()


def _pair(label: str, value: str) -> str:
    return tr("{label}：{value}", label=clean(label), value=clean(value))


def _table(content: TableContent, width: float) -> GridContent:
    body = [_row(content, row) for row in content.rows]
    widths = fitted_widths(content.columns, [*content.rows, *content.carried[-1:]], width, content.totals)
    titles = tuple(
        _cell(balanced_title(column.title, wide), number, "center", bold=True, shaded=True)
        for number, (column, wide) in enumerate(zip(content.columns, widths, strict=True))
    )
    rows = [RowContent(titles, content.row_mm), *body]
    if content.totals:
        rows.append(_row(content, content.totals, bold=True))
    return GridContent(
        widths, tuple(rows), header_rows=1,
        carried=tuple(
            CarriedContent(_carried(content, sums, tr("过次页")), _carried(content, sums, tr("承前页")))
            for sums in content.carried
        ),
        kept_rows=KEPT_ROWS + bool(content.totals),
    )


def _carried(content: TableContent, sums: Sequence[str], words: str) -> RowContent:
    """The row that hands the sums on; it says so in the first column of words that has room for it."""
    place = next(
        (number for number, column in enumerate(content.columns) if column.align == "left" and not sums[number]), 0
    )
    return _row(content, [words if number == place else text for number, text in enumerate(sums)])


def _row(content: TableContent, texts: Sequence[str], *, bold: bool = False) -> RowContent:
    return RowContent(tuple(
        _cell(text, number, column.align, bold=bold)
        for number, (column, text) in enumerate(zip(content.columns, texts, strict=True))
    ), content.row_mm)


def _cell(text: str, column: int, align: str, *, bold: bool = False, shaded: bool = False) -> CellContent:
    lines = tuple(LineContent((Text(clean(part), bold=bold),), align) for part in str(text).split("\n"))
    return CellContent(lines, column, shaded=shaded)


def _signatures(labels: Sequence[str]) -> LineContent:
    items: list[Text | Entry | Gap] = []
    for label in labels:
        items += [Text(tr("{label}：", label=clean(label)), keep=True), Entry("", SIGNATURE_MM, line=True), Gap(6)]
    items += [Text(tr("{label}：", label=tr("日期")), keep=True), Entry("", DATE_MM, line=True)]
    return LineContent(tuple(items))
