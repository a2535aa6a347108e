"""药品申领单 and 审核单 on paper: the words of the two sheets; `app.printing.lists` draws them."""

from __future__ import annotations

from decimal import Decimal

from app.domain.message import msg
from app.domain.request_states import State
from app.i18n import tr
from app.interchange.xlsx_lists import ListColumn, ListSheet
from app.printing.lists import TableColumn, TableContent
from app.services.decision_reasons import reason_as_shown
from app.services.request_views import LineView, RequestView

UNKNOWN = "—"
DECISIONS = {"approved": msg("同意"), "changed": msg("调整"), "refused": msg("不批"), "": msg("未定")}


def request_sheet(request: RequestView) -> TableContent:
    """The clinic's request as it asks: stock, use, suggestion, quantity, and the two signatures."""
    columns = (
        TableColumn(tr("序号"), 10, "center"),
        TableColumn(tr("药品")),
        TableColumn(tr("规格"), 30),
        TableColumn(tr("单位"), 11, "center"),
        TableColumn(tr("现库存"), 15, "right"),
        TableColumn(tr("在途"), 13, "right"),
        TableColumn(tr("月均用量"), 17, "right"),
        TableColumn(tr("缺货天"), 13, "right"),
        TableColumn(tr("建议量"), 15, "right"),
        TableColumn(tr("申领量"), 15, "right"),
        TableColumn(tr("折合包装"), 20, "right"),
        TableColumn(tr("说明"), 30),
    )
    rows = tuple(
        (
            str(number),
            line.name,
            line.strength,
            line.unit,
            shown(line.on_hand),
            shown(line.in_transit),
            shown(line.monthly_use),
            shown(line.stockout_days),
            shown(line.suggested),
            tr("跳过") if line.is_skipped else shown(line.requested),
            packs_text(line),
            line.explanation,
        )
        for number, line in enumerate(request.lines, start=1)
    )
    return TableContent(
        title=title(request),
        columns=columns,
        rows=rows,
        head=head(request),
        remarks=remarks(request),
        signatures=(tr("申领人"), tr("负责人")),
        foot_left=tr("数量按最小发药单位计；“—”表示没有数据。"),
        paper="A4-landscape",
        draft=request.state in (State.DRAFT, State.RETURNED),
    )


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
         line.days_left, line.stockout_days, line.suggested, tr("跳过") if line.is_skipped else line.requested,
         packs_text(line), None if line.cost_fen is None else Decimal(line.cost_fen) / 100, line.explanation,
         line.approved, tr(DECISIONS[line.decision]) if line.decision else "", reason_as_shown(line.decision_reason),
         line.arithmetic)
        for number, line in enumerate(request.lines, start=1)
    )  # fmt: skip
    return ListSheet(title=title(request), columns=columns, rows=rows, head=head(request), remarks=remarks(request))


def decision_sheet(request: RequestView) -> TableContent:
    """The township's decision line by line: asked, approved, and why where they differ."""
    columns = (
        TableColumn(tr("序号"), 10, "center"),
        TableColumn(tr("药品")),
        TableColumn(tr("规格"), 34),
        TableColumn(tr("单位"), 12, "center"),
        TableColumn(tr("现库存"), 17, "right"),
        TableColumn(tr("申领量"), 17, "right"),
        TableColumn(tr("批准量"), 17, "right"),
        TableColumn(tr("折合包装"), 22, "right"),
        TableColumn(tr("结果"), 14, "center"),
        TableColumn(tr("原因"), 52),
    )
    asked = [line for line in request.lines if not line.is_skipped]
    rows = tuple(
        (
            str(number),
            line.name,
            line.strength,
            line.unit,
            shown(line.on_hand),
            shown(line.requested),
            shown(line.approved),
            packs_text(line),
            tr(DECISIONS[line.decision]),
            reason_as_shown(line.decision_reason),
        )
        for number, line in enumerate(asked, start=1)
    )
    return TableContent(
        title=tr(
            "{clinic} {period} 药品申领审核单", clinic=request.clinic_name, period=month(request.period)
        ),
        columns=columns,
        rows=rows,
        head=head(request),
        remarks=remarks(request),
        signatures=(tr("审核药师"), tr("村卫生室签收")),
        foot_left=tr("数量按最小发药单位计；“—”表示没有数据。"),
        paper="A4-landscape",
        draft=request.state is State.IN_REVIEW,
    )


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
    """The quantity in whole packs, such as 4盒."""
    return UNKNOWN if line.packs is None else f"{line.packs}{line.pack_unit}"
