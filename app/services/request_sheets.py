"""药品申领单 and 审核单 on paper: the words of the two sheets; `app.printing.lists` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.domain.message import msg
from app.domain.packs import packs_for
from app.domain.request_states import State
from app.domain.stock_value import yuan
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.printing.lists import TableContent
from app.services.decision_reasons import reason_as_shown
from app.services.request_views import LineView, RequestView

UNKNOWN = "—"
HEAD_COLUMNS = 2
"""The names of both sides stand side by side; that of a county's hospital is long."""
DECISIONS = {"approved": msg("同意"), "changed": msg("调整"), "refused": msg("不批"), "": msg("未定")}


def request_sheet(request: RequestView) -> TableContent:
    """The clinic's request as it asks: stock, use, suggestion, quantity with its packs and value, and the signatures."""
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 30),
        ListColumn(tr("单位"), 11, "center"), ListColumn(tr("现库存"), 15, "right"), ListColumn(tr("在途"), 13, "right"),
        ListColumn(tr("月均用量"), 17, "right"), ListColumn(tr("缺货天"), 13, "right"),
        ListColumn(tr("建议量"), 15, "right"), ListColumn(tr("申领量"), 15, "right"),
        ListColumn(tr("折合包装"), 18, "right"), ListColumn(tr("预计金额（元）"), 24, "right", carry="sum"),
        ListColumn(tr("说明"), 30),
    )  # fmt: skip
    values = [value_asked(line) for line in request.lines]
    rows = tuple(
        (number, line.name, line.strength, line.unit, line.on_hand, line.in_transit, line.monthly_use,
         line.stockout_days, line.suggested, tr("本期不要") if line.is_skipped else line.requested, packs_asked(line),
         "" if line.is_skipped else yuan(value), line.explanation)
        for number, (line, value) in enumerate(zip(request.lines, values, strict=True), start=1)
    )  # fmt: skip
    asked = [line for line in request.lines if not line.is_skipped]
    sheet = ListSheet(
        title=title(request), columns=columns, rows=rows, head=head(request),
        totals=("", tr("合计"), tr("{count} 种", count=len(asked)), *[""] * 8, yuan(total_fen(values)), ""),
        remarks=remarks(request), signatures=(tr("申领人"), tr("负责人")),
        foot_left=tr("数量按最小发药单位计；“—”表示没有数据。"),
    )  # fmt: skip
    is_draft = request.state in (State.DRAFT, State.RETURNED)
    return replace(sheet.as_table(), head_columns=HEAD_COLUMNS, draft=is_draft)


def request_list(request: RequestView) -> ListSheet:
    """Every figure of the request for a workbook, the arithmetic of each suggestion and the decision among them."""
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("编码"), 24), ListColumn(tr("药品"), 40), ListColumn(tr("规格"), 30),
        ListColumn(tr("单位"), 11, "center"), ListColumn(tr("现库存"), 16, "right"), ListColumn(tr("在途"), 16, "right"),
        ListColumn(tr("月均用量"), 18, "right"), ListColumn(tr("可用天数"), 18, "right"), ListColumn(tr("缺货天"), 16, "right"),
        ListColumn(tr("建议量"), 16, "right"), ListColumn(tr("申领量"), 16, "right"), ListColumn(tr("折合包装"), 18, "right"),
        ListColumn(tr("预计金额"), 20, "right"), ListColumn(tr("说明"), 40), ListColumn(tr("批准量"), 16, "right"),
        ListColumn(tr("结果"), 14), ListColumn(tr("原因"), 40), ListColumn(tr("建议怎么算的"), 90),
    )  # fmt: skip
    rows = tuple(
        (number, line.drug_code, line.name, line.strength, line.unit, line.on_hand, line.in_transit, line.monthly_use,
         line.days_left, line.stockout_days, line.suggested, tr("本期不要") if line.is_skipped else line.requested,
         packs_text(line), None if line.cost_fen is None else Decimal(line.cost_fen) / 100, line.explanation,
         line.approved, tr(DECISIONS[line.decision]) if line.decision else "", reason_as_shown(line.decision_reason),
         line.arithmetic)
        for number, line in enumerate(request.lines, start=1)
    )  # fmt: skip
    return ListSheet(title=title(request), columns=columns, rows=rows, head=head(request), remarks=remarks(request))


def decision_sheet(request: RequestView) -> TableContent:
    """The township's decision line by line: asked, approved with its packs and value, and why where they differ."""
    columns = (
        ListColumn(tr("序号"), 10, "center"), ListColumn(tr("药品")), ListColumn(tr("规格"), 34),
        ListColumn(tr("单位"), 12, "center"), ListColumn(tr("现库存"), 17, "right"), ListColumn(tr("申领量"), 17, "right"),
        ListColumn(tr("批准量"), 17, "right"), ListColumn(tr("折合包装"), 18, "right"),
        ListColumn(tr("金额（元）"), 24, "right", carry="sum"), ListColumn(tr("结果"), 14, "center"), ListColumn(tr("原因"), 46),
    )  # fmt: skip
    asked = [line for line in request.lines if not line.is_skipped]
    values = [None if line.approved is None else line.cost_fen for line in asked]
    rows = tuple(
        (number, line.name, line.strength, line.unit, line.on_hand, line.requested, line.approved,
         None if line.approved is None else packs_text(line), yuan(value), tr(DECISIONS[line.decision]),
         reason_as_shown(line.decision_reason))
        for number, (line, value) in enumerate(zip(asked, values, strict=True), start=1)
    )  # fmt: skip
    sheet = ListSheet(
        title=tr("{clinic} {period} 药品申领审核单", clinic=request.clinic_name, period=month(request.period)),
        columns=columns, rows=rows, head=head(request),
        totals=("", tr("合计"), tr("{count} 种", count=len(asked)), *[""] * 5, yuan(total_fen(values)), "", ""),
        remarks=remarks(request), signatures=(tr("审核药师"), tr("村卫生室签收")),
        foot_left=tr("数量按最小发药单位计；“—”表示没有数据。"),
    )  # fmt: skip
    return replace(sheet.as_table(), head_columns=HEAD_COLUMNS, draft=request.state is State.IN_REVIEW)


def title(request: RequestView) -> str:
    """The heading of the request."""
    return tr("{clinic} {period} 药品申领单", clinic=request.clinic_name, period=month(request.period))


def head(request: RequestView) -> tuple[tuple[str, str], ...]:
    """Who, to whom, which kind, in which state."""
    submitted = (
        request.submitted_at.astimezone().strftime("%Y-%m-%d %H:%M") if request.submitted_at else UNKNOWN
    )
    decided = request.decided_at.astimezone().strftime("%Y-%m-%d %H:%M") if request.decided_at else UNKNOWN
    return (
        (tr("村卫生室"), request.clinic_name),
        (tr("乡镇卫生院"), request.township_name or UNKNOWN),
        (tr("类别"), tr(request.kind.label)),
        (tr("状态"), tr(request.state.label)),
        (tr("提交人"), f"{request.submitted_by_name or request.created_by_name} {submitted}"),
        (tr("答复"), f"{request.decided_by_name} {decided}".strip()),
    )


def remarks(request: RequestView) -> tuple[str, ...]:
    """The reason of an emergency, and the reviewer's comment."""
    said = []
    if request.reason:
        said.append(tr("申领理由：{reason}", reason=request.reason))
    if request.comment:
        said.append(tr("审核意见：{comment}", comment=request.comment))
    return tuple(said)


def month(period: str) -> str:
    """2026-11 as 2026年11月."""
    year, number = period.split("-")
    return tr("{year}年{month}月", year=year, month=int(number))


def shown(value: object) -> str:
    """A quantity, or a dash for the unknown."""
    return UNKNOWN if value is None else str(value)


def packs_text(line: LineView) -> str:
    """The quantity in whole packs, such as 4盒; of what was decided, once that is."""
    return UNKNOWN if line.packs is None else f"{line.packs}{line.pack_unit}"


def packs_asked(line: LineView) -> str:
    """What is asked for in whole packs, whatever was decided since; nothing of a skipped line."""
    if line.is_skipped:
        return ""
    return UNKNOWN if line.requested is None else f"{packs_for(line.requested, line.units_per_pack)}{line.pack_unit}"


def value_asked(line: LineView) -> int | None:
    """The value in fen of the whole packs that are asked for: 0 of a skipped line, None without a price or quantity."""
    if line.is_skipped:
        return 0
    if line.requested is None or line.price_fen is None:
        return None
    return packs_for(line.requested, line.units_per_pack) * line.price_fen


def total_fen(values: Sequence[int | None]) -> int | None:
    """The sum in fen; None when one of the values is unknown."""
    return None if any(value is None for value in values) else sum(value or 0 for value in values)
