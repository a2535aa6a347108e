"""What stands in the lists of 发货单: requests that wait, shipments, their lines; words and chips. Knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.domain.shipment_states import Resolution, ShipmentState
from app.i18n import tr
from ui.screens.requests.line_table import Remark
from ui.screens.requests.words import month_name, short_time
from ui.screens.review.comparison import short_name
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.shelf_promises import Claim
    from app.services.shipment_allocation import Short, Touched
    from app.services.shipment_views import ShipmentLineView, ShipmentSummary, ShipmentView
    from app.services.shipment_work import BatchChoice, ShipmentWork, ToShip, ToShipLine
    from app.services.shipments import DifferenceDecision

TODO, SENT, EVERYTHING = "todo", "sent", "all"
STATE_TONES: dict[ShipmentState, Tone] = {
    ShipmentState.DRAFT: "amber", ShipmentState.ALLOCATED: "blue", ShipmentState.PICKED: "blue",
    ShipmentState.SHIPPED: "grey", ShipmentState.RECEIVED: "amber", ShipmentState.VERIFIED: "green",
    ShipmentState.CANCELLED: "grey", ShipmentState.RETURNED_IN_FULL: "red",
}
ORDER = (
    ShipmentState.RECEIVED, ShipmentState.PICKED, ShipmentState.ALLOCATED, ShipmentState.DRAFT, ShipmentState.SHIPPED,
)
BEARERS = (("township", msg("卫生院承担")), ("clinic", msg("村卫生室承担")), ("distributor", msg("配送企业承担")))


@dataclass(frozen=True)
class WorkRow:
    """A request that waits, or a shipment; exactly one of them."""

    waiting: ToShip | None = None
    shipment: ShipmentSummary | None = None

    @property
    def key(self) -> str:
        """What the row is known by."""
        return f"request:{self.waiting.request_id}" if self.waiting else f"shipment:{self.shipment_id}"

    @property
    def shipment_id(self) -> str:
        """The shipment's id, empty for a request."""
        return self.shipment.id if self.shipment else ""


def work_rows(
    waiting: Sequence[ToShip], shipments: Sequence[ShipmentSummary], show: str, today: date
) -> list[WorkRow]:
    """The rows under a filter: what is overdue first, then what has come back, what is to be sent, by route and clinic."""
    requests = [WorkRow(each) for each in waiting] if show != SENT else []
    if show == SENT:
        wanted = [row for row in shipments if row.state is ShipmentState.SHIPPED]
    elif show == TODO:
        wanted = [row for row in shipments if row.state in ORDER and row.state is not ShipmentState.SHIPPED]
    else:
        return requests + [WorkRow(shipment=row) for row in shipments]
    wanted.sort(key=lambda row: (ORDER.index(row.state), row.verify_by or date.max, row.route, row.clinic_name))
    received = [WorkRow(shipment=row) for row in wanted if row.state is ShipmentState.RECEIVED]
    others = [WorkRow(shipment=row) for row in wanted if row.state is not ShipmentState.RECEIVED]
    return received + requests + others


def list_columns(today: date) -> tuple[Column, ...]:
    """The list at the side."""
    return (
        Column("clinic", tr("村卫生室"), width=150, stretch=True, value=_clinic_cell),
        Column("state", tr("状态"), value=lambda row: _row_chips(row, today)),
    )


def _clinic_cell(row: WorkRow) -> Cell:
    if row.waiting is not None:
        each = row.waiting
        parts = [tr("{month}申领", month=month_name(each.period)), tr("{count} 种", count=len(each.lines)), each.route]
        return Cell(short_name(each.clinic_name), second_line=" · ".join(part for part in parts if part), bold=True)
    each = row.shipment
    if each is None:
        return Cell()
    parts = [each.number, tr("{count} 种", count=each.kinds_of_drugs), each.route]
    return Cell(short_name(each.clinic_name), second_line=" · ".join(part for part in parts if part), bold=True)


def _row_chips(row: WorkRow, today: date) -> tuple[ChipText, ...]:
    if row.waiting is not None:
        return (ChipText(tr("紧急待发"), "red") if row.waiting.is_emergency else ChipText(tr("待发"), "amber"),)
    each = row.shipment
    if each is None:
        return ()
    if each.state is ShipmentState.RECEIVED and each.has_differences:
        if each.verify_by is not None and each.verify_by < today:
            return (ChipText(tr("差异超期"), "red"),)
        return (ChipText(tr("有差异"), "red"),)
    return (state_chip(each.state),)


def state_chip(state: ShipmentState) -> ChipText:
    """A state as a chip."""
    return ChipText(tr(state.label), STATE_TONES[state])


@dataclass(frozen=True)
class LineRow:
    """A line of the open shipment with what was decided and refused here. `batches` those chosen by hand, in words."""

    line: ShipmentLineView
    is_cold: bool = False
    wanted: int = 0
    batches: str = ""
    decision: str = ""
    remark: Remark | None = None


@dataclass
class Decided:
    """What the user has set on the open shipment but not done yet, by line id."""

    picks: dict[str, tuple[tuple[BatchChoice, int], ...]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    differences: dict[str, DifferenceDecision] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)

    @property
    def is_unsaved(self) -> bool:
        """Whether something would be lost."""
        return bool(self.picks or self.differences)


def line_rows(work: ShipmentWork, decided: Decided) -> list[LineRow]:
    """The lines of a shipment as they are shown."""
    rows = []
    for line in work.view.lines:
        refusal = decided.refusals.get(line.id)
        rows.append(
            LineRow(
                line, line.id in work.cold, work.codes_wanted.get(line.id, 0), _batch_words(decided, line.id),
                _decision_words(line, decided.differences), Remark(refusal) if refusal else None,
            )
        )
    return rows


def remark_of(row: LineRow) -> Remark | None:
    """The sentence beneath a row."""
    return getattr(row, "remark", None)


def row_key(row: LineRow) -> str:
    """What a row is known by."""
    return row.line.line_id if hasattr(row.line, "line_id") else row.line.id


@dataclass(frozen=True)
class WaitingRow:
    """A line of a request that waits."""

    line: ToShipLine
    remark: Remark | None = None


def waiting_rows(waiting: ToShip) -> list[WaitingRow]:
    """The lines of a request that waits, with what the shelf lacks."""
    rows = []
    for line in waiting.lines:
        lacking = line.remaining - line.available
        words = tr("本院可供只有 {units} {unit}，还差 {lacking}；差的以后再发。", units=line.available, unit=line.unit,
                   lacking=lacking)
        rows.append(WaitingRow(line, Remark(words, "amber") if lacking else None))
    return rows


def waiting_columns() -> tuple[Column, ...]:
    """The columns of a request that waits."""
    return (
        Column("drug", tr("药品"), width=190, stretch=True,
               value=lambda row: Cell(row.line.drug_name, second_line=row.line.strength, bold=True)),
        Column("approved", tr("批准"), width=90, align="right", value=lambda row: _units(row.line.approved, row.line)),
        Column("remaining", tr("待发"), width=96, align="right", value=lambda row: _units(row.line.remaining, row.line)),
        Column("own", tr("本院可供"), width=96, align="right", value=lambda row: _units(row.line.own_stock, row.line)),
    )


def _units(units: int, line: ToShipLine) -> Cell:
    return units_cell(units, line.unit, line.pack_unit, line.units_per_pack)


def units_cell(units: int, unit: str, pack_unit: str, units_per_pack: int) -> Cell:
    """“46 片”, and beneath it “3 盒 4 片” where there is a whole pack."""
    packs, rest = divmod(units, units_per_pack)
    if units_per_pack == 1 or not packs:
        return Cell(f"{units} {unit}")
    words = [f"{packs} {pack_unit or tr('包装')}", *([f"{rest} {unit}"] if rest else [])]
    return Cell(f"{units} {unit}", second_line=" ".join(words))


def line_columns(state: ShipmentState) -> tuple[Column, ...]:
    """The columns of a shipment's lines in a state."""
    drug = Column("drug", tr("药品"), width=150, stretch=True, value=_drug_cell)
    batch = Column("batch", tr("批号 / 有效期至"), width=112, value=_batch_cell)
    quantity = Column("shipped", tr("数量"), width=88, align="right", value=_quantity_cell)
    if state is ShipmentState.DRAFT:
        return (drug, quantity, Column("batches", tr("批次"), width=190, value=_hand_cell))
    if state is ShipmentState.ALLOCATED:
        return (drug, batch, quantity, Column("codes", tr("追溯码"), width=96, value=_codes_cell))
    if state in (ShipmentState.RECEIVED, ShipmentState.VERIFIED):
        return (
            drug, batch, quantity,
            Column("accepted", tr("接收"), width=58, align="right", value=lambda row: row.line.accepted),
            Column("rejected", tr("拒收"), width=58, align="right", value=_rejected_cell),
            Column("decision", tr("原因和处理"), width=180, value=_decision_cell),
        )
    return (drug, batch, quantity, Column("codes", tr("追溯码"), width=80, value=lambda row: _sent_codes(row.line)))


def _drug_cell(row: LineRow) -> Cell:
    line = row.line
    parts = [line.strength, *([tr("冷藏 2–8℃")] if row.is_cold else [])]
    return Cell(line.drug_name, second_line=" · ".join(part for part in parts if part), bold=True)


def _batch_cell(row: LineRow) -> Cell:
    return Cell(row.line.batch_no or "—", second_line=str(row.line.expiry or "—"))


def _quantity_cell(row: LineRow) -> Cell:
    if not row.line.shipped:
        return Cell(tr("没有发"), muted=True)
    return units_cell(row.line.shipped, row.line.unit, row.line.pack_unit, row.line.units_per_pack)


def _hand_cell(row: LineRow) -> Cell:
    return Cell(row.batches, tone="amber") if row.batches else Cell(tr("先到期先出"), muted=True)


def _codes_cell(row: LineRow) -> Cell:
    scanned = len(row.line.codes)
    if not row.wanted and not scanned:
        return Cell(tr("不用扫"), muted=True)
    if scanned >= row.wanted:
        return Cell(chips=(ChipText(f"{scanned} / {max(row.wanted, scanned)}", "green"),))
    return Cell(chips=(ChipText(f"{scanned} / {row.wanted}", "amber"),))


def _sent_codes(line: ShipmentLineView) -> Cell:
    return Cell(tr("{count} 个", count=len(line.codes))) if line.codes else Cell("—", muted=True)


def _rejected_cell(row: LineRow) -> Cell:
    units = row.line.rejected
    return Cell("—" if units is None else str(units), tone="red" if units else None, bold=bool(units))


def _decision_cell(row: LineRow) -> Cell:
    line = row.line
    why = line.reject_reason or (tr("多到的药品") if line.is_pending or not line.shipped else "")
    if line.resolution and not row.decision:
        return Cell(tr(Resolution(line.resolution).label), second_line=why)
    if line.is_difference and not row.decision:
        return Cell(second_line=why, chips=(ChipText(tr("待处理 ↵"), "red"),))
    return Cell(row.decision, second_line=why) if row.decision or why else Cell()


def _batch_words(decided: Decided, line_id: str) -> str:
    return "，".join(f"{choice.batch_no} {units}" for choice, units in decided.picks.get(line_id, ()))


def _decision_words(line: ShipmentLineView, differences: Mapping[str, DifferenceDecision]) -> str:
    decision = differences.get(line.id)
    if decision is None:
        return ""
    if line.is_pending:
        return tr("留下，补办发货") if decision.accept_extra else tr("收回")
    words = tr(decision.resolution.label) if decision.resolution else ""
    bearer = next((tr(said) for key, said in BEARERS if key == decision.bearer), "")
    again = tr("可以再发") if decision.again else tr("不再发")
    return "，".join(part for part in (words, bearer, again) if part)


def history_words(view: ShipmentView) -> str:
    """What has happened, oldest first."""
    steps = []
    for step in view.history:
        said = tr("“{comment}”", comment=step.comment) if step.comment else ""
        steps.append(f"{tr(step.action.label)} {step.user_name} {short_time(step.at)}{said}")
    return "　→　".join(steps)


def claim_words(claims: Sequence[Claim]) -> str:
    """What clinics were promised: “徐庄村 120、周营村 100”."""
    return tr("、").join(
        tr("{clinic} {units}", clinic=short_name(claim.clinic_name), units=f"{claim.units:,}") for claim in claims
    )


def short_words(short: Short) -> str:
    """What a line lacks, and for whom the shelf keeps what it has."""
    if not short.kept_for:
        return tr("{drug} 差 {missing}", drug=short.drug_name, missing=short.missing)
    return tr("{drug} 差 {missing}（货架上的先答应了 {clinics}）", drug=short.drug_name, missing=short.missing,
              clinics=claim_words(short.kept_for))


def allocation_words(short: Sequence[Short], touched: Sequence[Touched]) -> tuple[str, ...]:
    """What is to be known after allocating: what is lacking, and whose goods were taken by hand."""
    said = []
    if short:
        named = tr("、").join(short_words(each) for each in short)
        said.append(tr("库存不够，先配了有的：{drugs}。差的留在待发里。", drugs=named))
    said += [
        tr("{drug} 动用了答应给别村的：{clinics}（{unit}）。请另给他们采购。", drug=each.drug_name, unit=each.unit,
           clinics=claim_words(each.claims))
        for each in touched
    ]
    return tuple(said)
