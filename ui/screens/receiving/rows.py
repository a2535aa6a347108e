"""The lines of a shipment as rows of the table, while it is taken in and afterwards; and the list of shipments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.receiving import RejectReason
from app.domain.shipment_states import ShipmentState
from app.i18n import tr
from ui.screens.requests.line_table import Remark
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.receiving import ExtraGoods
    from app.services.shipment_views import ShipmentLineView, ShipmentSummary
    from ui.screens.receiving.arrival import LineEntry

STATE_TONES: dict[ShipmentState, Tone] = {
    ShipmentState.SHIPPED: "amber", ShipmentState.RECEIVED: "blue", ShipmentState.VERIFIED: "green",
}


@dataclass(frozen=True)
class ArrivalRow:
    """A line that is being filled in, or goods that were not sent (`extra`, by its place)."""

    key: str
    entry: LineEntry | None
    sentence: str = ""
    is_cold: bool = False
    extra: ExtraGoods | None = None
    extra_name: str = ""
    extra_unit: str = ""


def row_key(row: ArrivalRow) -> str:
    """What a row is known by."""
    return row.key


def remark_of(row: object) -> Remark | None:
    """The sentence beneath a row."""
    if not isinstance(row, ArrivalRow):
        return None
    if row.sentence:
        return Remark(row.sentence)
    if row.extra is not None:
        return Remark(tr("多到的货先不入库，随签收单告诉卫生院，等药师处理。"), "amber")
    return None


def reason_words() -> tuple[str, ...]:
    """The reasons for rejecting, as they are shown."""
    return tuple(tr(reason.label) for reason in RejectReason)


def reason_of(words: str) -> str:
    """The stored reason of what was chosen; other words stay as they are and are refused."""
    return next((reason.value for reason in RejectReason if words in (reason.value, tr(reason.label))), words)


def arriving_columns() -> tuple[Column, ...]:
    """The columns while a shipment is taken in."""
    return (
        Column("drug", tr("药品"), stretch=True, width=150, value=_drug),
        Column("batch_no", tr("批号"), width=94, editable=True, value=_batch, tip=tr("按药盒核对")),
        Column("expiry", tr("有效期至"), width=108, editable=True, value=_expiry, tip=tr("按药盒核对")),
        Column("shipped", tr("发货"), width=82, align="right", value=_shipped, gives_way=1),
        Column("accepted", tr("接收"), width=76, editable=True, value=_number("accepted")),
        Column("rejected", tr("拒收"), width=64, editable=True, value=_number("rejected")),
        Column("reason", tr("拒收原因"), width=104, editable=True, value=_reason, gives_way=3, stays_for=_is_rejected),
        Column("codes", tr("追溯码"), width=80, align="right", value=_codes, gives_way=2),
    )


def reading_columns() -> tuple[Column, ...]:
    """The columns of a shipment that was received, or went back."""
    return (
        Column("drug", tr("药品"), stretch=True, width=150, value=_line_drug),
        Column("batch_no", tr("批号"), width=100, value=lambda line: line.batch_no or None, gives_way=3),
        Column("expiry", tr("有效期至"), width=100, value=lambda line: line.expiry, gives_way=2),
        Column("shipped", tr("发货"), width=80, align="right", value=lambda line: units_words(line, line.shipped),
               gives_way=1),
        Column("accepted", tr("接收"), width=80, align="right", value=lambda line: units_words(line, line.accepted)),
        Column("rejected", tr("拒收"), width=70, align="right", value=_rejected),
        Column("difference", tr("原因和处理"), width=150, stretch=True, value=_difference),
    )


def summary_columns() -> tuple[Column, ...]:
    """The columns of the list of shipments."""
    return (
        Column("number", tr("发货单"), width=112, stretch=True, value=_summary),
        Column("state", tr("状态"), value=lambda row: state_chip(row.state)),
    )


def state_chip(state: ShipmentState) -> ChipText:
    """A state as a chip."""
    return ChipText(tr(state.label), STATE_TONES.get(state, "grey"))


def units_words(line: ShipmentLineView, units: int | None) -> Cell:
    """A quantity with its unit, the packs beneath."""
    if units is None:
        return Cell("—", muted=True)
    return Cell(tr("{count} {unit}", count=units, unit=line.unit), second_line=packs_of(units, line.units_per_pack,
                                                                                        line.pack_unit, line.unit))


def packs_of(units: int, units_per_pack: int, pack_unit: str, unit: str) -> str:
    """“3 盒 6 片”; empty where packs say nothing more."""
    if units_per_pack <= 1 or not pack_unit or not units:
        return ""
    packs, rest = divmod(units, units_per_pack)
    if not packs:
        return ""
    if not rest:
        return tr("{count} {unit}", count=packs, unit=pack_unit)
    return tr("{packs} {pack_unit} {rest} {unit}", packs=packs, pack_unit=pack_unit, rest=rest, unit=unit)


def _drug(row: ArrivalRow) -> Cell:
    if row.extra is not None:
        return Cell(row.extra_name, chips=(ChipText(tr("多到"), "amber"),), bold=True)
    line = row.entry.line
    chips = (ChipText(tr("冷链"), "blue"),) if row.is_cold else ()
    beneath = tr("{strength}　{maker}", strength=line.strength, maker=line.manufacturer)
    return Cell(line.drug_name, second_line=beneath, chips=chips, bold=True)


def _batch(row: ArrivalRow) -> Cell:
    if row.extra is not None:
        return Cell(row.extra.batch_no)
    return Cell(row.entry.batch_no, tone="red" if row.entry.is_other_batch else None)


def _expiry(row: ArrivalRow) -> Cell:
    if row.extra is not None:
        return Cell(str(row.extra.expiry or ""))
    entry = row.entry
    if "expiry" in entry.typed:
        return Cell(entry.typed["expiry"], tone="red")
    return Cell(str(entry.expiry or ""), tone="red" if entry.is_other_batch else None)


def _shipped(row: ArrivalRow) -> Cell:
    if row.extra is not None:
        return Cell("0", muted=True)
    return units_words(row.entry.line, row.entry.line.shipped)


def _number(key: str) -> object:
    def cell(row: ArrivalRow) -> Cell:
        if row.extra is not None:
            return Cell(str(row.extra.quantity) if key == "accepted" else "")
        if key in row.entry.typed:
            return Cell(row.entry.typed[key], tone="red")
        is_off = row.entry.accepted + row.entry.rejected != row.entry.line.shipped
        return Cell(str(getattr(row.entry, key)), tone="red" if is_off and key == "accepted" else None)

    return cell


def _is_rejected(row: ArrivalRow) -> bool:
    return row.entry is not None and ("rejected" in row.entry.typed or bool(row.entry.rejected))


def _reason(row: ArrivalRow) -> Cell:
    if row.entry is None or not row.entry.rejected:
        return Cell()
    is_missing = row.entry.reason not in {reason.value for reason in RejectReason}
    words = row.entry.reason if is_missing else tr(RejectReason(row.entry.reason).label)
    return Cell(words, tone="red" if is_missing else None)


def _codes(row: ArrivalRow) -> Cell:
    entry = row.entry
    if entry is None or not (entry.codes_wanted or entry.codes):
        return Cell("—", muted=True)
    if not entry.codes_wanted:
        return Cell(str(len(entry.codes)))
    is_done = len(entry.codes) == entry.codes_wanted
    return Cell(chips=(ChipText(f"{len(entry.codes)}/{entry.codes_wanted}", "green" if is_done else "amber"),))


def _line_drug(line: ShipmentLineView) -> Cell:
    return Cell(line.drug_name, second_line=line.strength, bold=True,
                chips=(ChipText(tr("多到"), "amber"),) if line.shipped == 0 else ())


def _rejected(line: ShipmentLineView) -> Cell:
    if not line.rejected:
        return Cell("0" if line.rejected == 0 else "—", muted=True)
    return Cell(tr("{count} {unit}", count=line.rejected, unit=line.unit), tone="red")


def _difference(line: ShipmentLineView) -> str:
    from app.services.shipment_sheets import difference_words

    return difference_words(line)


def _summary(row: ShipmentSummary) -> Cell:
    day = row.received_on or row.shipped_on
    words = {"day": str(day or "—"), "count": row.kinds_of_drugs}
    beneath = tr("{day}　{count} 种　有差异", **words) if row.has_differences else tr("{day}　{count} 种", **words)
    return Cell(row.number, second_line=beneath)
