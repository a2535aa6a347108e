"""The lines of a request as rows of the table: which columns there are in which state, and what each cell says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.i18n import tr
from app.services.decision_reasons import reason_as_shown
from ui.screens.requests.line_table import Remark
from ui.screens.requests.words import decision_chip
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.request_views import LineView

DAYS_RED = 7
DAYS_AMBER = 14
"""Days of stock left at which the chip is red or amber: a delivery of the township takes about one to two weeks."""

INSURANCE_CLASSES = {"甲": msg("甲"), "乙": msg("乙")}
"""The classes of the insurance's list that are told; 非 and unknown ones are not."""


@dataclass(frozen=True)
class RequestRow:
    """A line with what was typed into it but could not be saved (by column), and the sentence beneath it."""

    line: LineView
    typed: Mapping[str, str] = field(default_factory=dict)
    remark: Remark | None = None
    wrong: frozenset[str] = frozenset()


def remark_of(row: RequestRow) -> Remark | None:
    """The sentence beneath a row."""
    return row.remark


def row_key(row: RequestRow) -> str:
    """What a row is known by."""
    return row.line.id


def writing_columns() -> tuple[Column, ...]:
    """The columns while the request is written."""
    return (
        Column("drug", tr("药品"), stretch=True, value=drug_cell, width=160),
        Column("class", tr("类别"), width=108, value=class_chips),
        Column("on_hand", tr("现库存"), width=84, editable=True, value=_box("on_hand")),
        Column("monthly_use", tr("月均用量"), width=84, editable=True, value=_box("monthly_use")),
        Column("days_left", tr("可用天数"), width=68, align="right", value=days_cell),
        Column("suggested", tr("建议量"), width=62, align="right", value=suggested_cell),
        Column("requested", tr("申领量"), width=92, editable=True, value=_box("requested")),
        Column("packs", tr("折合"), width=70, value=packs_cell),
        Column("explanation", tr("说明"), width=132, editable=True, value=_box("explanation")),
    )


def reading_columns() -> tuple[Column, ...]:
    """The columns when the request is submitted, skipped or ended without a decision."""
    return (
        Column("drug", tr("药品"), stretch=True, value=drug_cell, width=150),
        Column("class", tr("类别"), width=108, value=class_chips),
        Column("on_hand", tr("现库存"), width=70, align="right", value=lambda row: row.line.on_hand),
        Column("monthly_use", tr("月均用量"), width=76, align="right", value=lambda row: row.line.monthly_use),
        Column("days_left", tr("可用天数"), width=76, align="right", value=days_cell),
        Column("suggested", tr("建议量"), width=66, align="right", value=suggested_cell),
        Column("requested", tr("申领量"), width=70, align="right", bold=True, value=lambda row: row.line.requested),
        Column("packs", tr("折合"), width=90, value=packs_cell),
        Column("explanation", tr("说明"), width=150, stretch=True, muted=True, value=lambda row: row.line.explanation),
    )


def decision_columns() -> tuple[Column, ...]:
    """The columns when the township has answered: what became of each line, and why."""
    return (
        Column("drug", tr("药品"), stretch=True, value=drug_cell, width=170),
        Column("class", tr("类别"), value=class_chips),
        Column("on_hand", tr("现库存"), width=64, align="right", value=lambda row: row.line.on_hand),
        Column("suggested", tr("建议量"), width=64, align="right", value=suggested_cell),
        Column("requested", tr("申领量"), width=64, align="right", value=lambda row: row.line.requested),
        Column("approved", tr("批准量"), width=68, align="right", bold=True, value=lambda row: row.line.approved),
        Column("packs", tr("折合"), value=packs_cell),
        Column("decision", tr("结果"), value=decision_cell),
        Column("reason", tr("原因"), width=150, stretch=True, value=lambda row: reason_as_shown(row.line.decision_reason)),
    )


def drug_cell(row: RequestRow) -> Cell:
    """The name above strength and pack."""
    return drug_words(row.line, muted=row.line.is_skipped)


def drug_words(line: LineView, *, muted: bool = False) -> Cell:
    """The name above strength and pack: “30mg · 7 片/盒”."""
    pack = tr("{count} {unit}/{pack_unit}", count=line.units_per_pack, unit=line.unit, pack_unit=line.pack_unit)
    beneath = tr("{strength} · {pack}", strength=line.strength, pack=pack) if line.strength else pack
    return Cell(line.name, second_line=beneath, bold=not muted, muted=muted)


def class_chips(row: RequestRow) -> tuple[ChipText, ...]:
    """Procurement, insurance class, antibiotic, cold chain."""
    return drug_chips(row.line)


def drug_chips(drug: object) -> tuple[ChipText, ...]:
    """The chips of a line or of a drug of the catalogue."""
    chips = []
    if drug.volume_procured:
        chips.append(ChipText(tr("集采"), "green"))
    if drug.insurance_class in INSURANCE_CLASSES:
        chips.append(ChipText(tr(INSURANCE_CLASSES[drug.insurance_class]), "grey"))
    if drug.antibiotic_tier:
        chips.append(ChipText(tr("抗菌"), "amber"))
    if drug.cold_chain:
        chips.append(ChipText(tr("冷链"), "blue"))
    return tuple(chips)


def days_cell(row: RequestRow) -> Cell:
    """How many days the stock lasts, red or amber when that is short."""
    line = row.line
    if line.days_left is None:
        return Cell("—", muted=True)
    if line.is_skipped or line.days_left > DAYS_AMBER:
        return Cell(str(line.days_left))
    return Cell(chips=(ChipText(str(line.days_left), "red" if line.days_left <= DAYS_RED else "amber"),))


def suggested_cell(row: RequestRow) -> Cell:
    """What the arithmetic suggests."""
    return Cell("—", muted=True) if row.line.suggested is None else Cell(str(row.line.suggested))


def packs_cell(row: RequestRow) -> Cell:
    """The quantity in whole packs, and what they hold: “12 盒 / 84 片”."""
    line = row.line
    if line.is_skipped:
        return Cell(chips=(ChipText(tr("本期不要"), "grey"),))
    if not line.packs:
        return Cell()
    packs = tr("{count} {unit}", count=line.packs, unit=line.pack_unit)
    return Cell(packs, second_line=tr("{count} {unit}", count=line.units_after_packs, unit=line.unit))


def decision_cell(row: RequestRow) -> Cell:
    """What became of the line."""
    if row.line.is_skipped:
        return Cell(chips=(ChipText(tr("本期不要"), "grey"),))
    chip = decision_chip(row.line.decision)
    return Cell(chips=(chip,)) if chip else Cell("—", muted=True)


def _box(key: str) -> object:
    def cell(row: RequestRow) -> Cell:
        if key in row.typed:
            return Cell(row.typed[key], tone="red")
        value = getattr(row.line, key)
        return Cell("" if value is None else str(value), tone="red" if key in row.wrong else None)

    return cell
