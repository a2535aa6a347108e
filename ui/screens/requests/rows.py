"""The lines of a request as rows of the table: which columns there are in which state, and what each cell says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from app.domain.message import msg
from app.domain.quantities import half_up
from app.i18n import tr
from app.services.catalogue_sheets import pack_words
from app.services.decision_reasons import reason_as_shown
from ui.screens.requests.line_table import Remark
from ui.screens.requests.words import decision_chip
from ui.screens.stock.words import rounded
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.request_views import LineView
    from app.services.request_workings import LineMarks

DAYS_RED = 7
DAYS_AMBER = 14
"""Days of stock left at which the chip is red or amber: a delivery of the township takes about one to two weeks."""

WHOLE_FROM = 10_000
"""A monthly use from which its decimals have no room in the column; the arithmetic beside the lines keeps them."""

EXPIRY_TONES: dict[str, Tone] = {"expired": "red", "red": "red", "orange": "amber", "yellow": "grey"}
BASIS_WORDS = {"caseload": msg("按在管病人用量"), "committed": msg("按长处方续方")}

INSURANCE_CLASSES = {"甲": msg("甲"), "乙": msg("乙")}
"""The classes of the insurance's list that are told; 非 and unknown ones are not."""


@dataclass(frozen=True)
class RequestRow:
    """A line with what was typed into it but could not be saved (by column), and the sentence beneath it.

    `marks` what the shelf tells of the drug; `has_report`: a shortage report goes with it.
    """

    line: LineView
    typed: Mapping[str, str] = field(default_factory=dict)
    remark: Remark | None = None
    wrong: frozenset[str] = frozenset()
    marks: LineMarks | None = None
    has_report: bool = False

    @property
    def is_quiet(self) -> bool:
        """Skipped, or nothing is needed and nothing asked for: shown in grey."""
        line = self.line
        return line.is_skipped or (bool(line.basis) and line.suggested == 0 and not line.requested)


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
        Column("class", tr("类别"), width=108, value=class_chips, gives_way=3),
        Column("on_hand", tr("现库存"), width=84, editable=True, value=_box("on_hand")),
        Column("monthly_use", tr("月均用量"), width=84, editable=True, value=_box("monthly_use")),
        Column("days_left", tr("可用天数"), width=68, align="right", value=days_cell, gives_way=1),
        Column("suggested", tr("建议量"), width=62, align="right", value=suggested_cell),
        Column("requested", tr("申领量"), width=92, editable=True, value=_box("requested")),
        Column("packs", tr("折合"), width=70, value=packs_cell, gives_way=2),
        Column("explanation", tr("说明"), width=132, editable=True, value=_box("explanation")),
    )


def ledger_columns(*, is_editable: bool, is_compact: bool = False) -> tuple[Column, ...]:
    """The columns where the clinic keeps its ledger: stock and use are read, quantity and explanation are written.

    `is_compact`: large type in a small window has the strength beneath the name.
    """
    names = (
        Column("drug", tr("药品"), stretch=True, width=128, value=name_cell),
        Column("strength", tr("规格 · 单位"), width=150, value=strength_cell),
    )
    if is_compact:
        names = (Column("drug", tr("药品"), stretch=True, width=120, value=drug_cell),)
    return (
        *names,
        Column("class", tr("类别"), width=92, value=class_chips, gives_way=2),
        Column("on_hand", tr("现库存"), width=62, align="right", value=_figure("on_hand")),
        Column("in_transit", tr("在途"), width=52, align="right", value=_in_transit, gives_way=5),
        Column("monthly_use", tr("月均用量"), width=72, align="right", value=monthly_cell, gives_way=3),
        Column("days_left", tr("可用天数"), width=72, align="right", value=days_cell),
        Column("stockout_days", tr("缺货天"), width=56, align="right", value=_figure("stockout_days"), gives_way=6,
               tip=tr("近三个月里没有药可用的天数")),
        Column("suggested", tr("建议量"), width=60, align="right", value=_figure("suggested")),
        Column("requested", tr("申领量"), width=84, editable=is_editable, bold=not is_editable,
               align="left" if is_editable else "right",
               value=_box("requested") if is_editable else (lambda row: row.line.requested)),
        Column("packs", tr("折合"), width=76, value=packs_cell, gives_way=4),
        Column("explanation", tr("说明"), width=146, editable=is_editable, value=notes_cell, muted=not is_editable),
    )


def reading_columns() -> tuple[Column, ...]:
    """The columns when the request is submitted, skipped or ended without a decision."""
    return (
        Column("drug", tr("药品"), stretch=True, value=drug_cell, width=150),
        Column("class", tr("类别"), width=108, value=class_chips, gives_way=5),
        Column("on_hand", tr("现库存"), width=70, align="right", value=lambda row: row.line.on_hand),
        Column("monthly_use", tr("月均用量"), width=76, align="right", value=monthly_cell, gives_way=4),
        Column("days_left", tr("可用天数"), width=76, align="right", value=days_cell, gives_way=3),
        Column("suggested", tr("建议量"), width=66, align="right", value=suggested_cell),
        Column("requested", tr("申领量"), width=70, align="right", bold=True, value=lambda row: row.line.requested),
        Column("packs", tr("折合"), width=90, value=packs_cell, gives_way=2),
        Column("explanation", tr("说明"), width=150, stretch=True, muted=True, value=lambda row: row.line.explanation),
    )


def decision_columns() -> tuple[Column, ...]:
    """The columns when the township has answered: what became of each line, and why."""
    return (
        Column("drug", tr("药品"), stretch=True, value=drug_cell, width=170),
        Column("class", tr("类别"), value=class_chips, gives_way=5),
        Column("on_hand", tr("现库存"), width=64, align="right", value=lambda row: row.line.on_hand, gives_way=4),
        Column("suggested", tr("建议量"), width=64, align="right", value=suggested_cell, gives_way=3),
        Column("requested", tr("申领量"), width=64, align="right", value=lambda row: row.line.requested),
        Column("approved", tr("批准量"), width=68, align="right", bold=True, value=lambda row: row.line.approved),
        Column("packs", tr("折合"), value=packs_cell, gives_way=2),
        Column("decision", tr("结果"), value=decision_cell),
        Column("reason", tr("原因"), width=150, stretch=True, value=lambda row: reason_as_shown(row.line.decision_reason)),
    )


def drug_cell(row: RequestRow) -> Cell:
    """The name above strength and pack."""
    return drug_words(row.line, muted=row.is_quiet)


def drug_words(line: LineView, *, muted: bool = False) -> Cell:
    """The name above strength and pack: “30mg · 7 片/盒”."""
    pack = pack_words(line)
    beneath = tr("{strength} · {pack}", strength=line.strength, pack=pack) if line.strength else pack
    return Cell(line.name, second_line=beneath, bold=not muted, muted=muted)


def name_cell(row: RequestRow) -> Cell:
    """The name alone; grey where nothing is asked for."""
    return Cell(row.line.name, bold=not row.is_quiet, muted=row.is_quiet)


def strength_cell(row: RequestRow) -> Cell:
    """“30mg · 7 片/盒”: the unit is the one in which every quantity of the line counts."""
    line = row.line
    pack = pack_words(line)
    words = tr("{strength} · {pack}", strength=line.strength, pack=pack) if line.strength else pack
    return Cell(words, muted=row.is_quiet)


def notes_cell(row: RequestRow) -> Cell:
    """What is written, behind the chips of what the shelf tells; else what the suggestion rests on."""
    text, tone = row.line.explanation, None
    if "explanation" in row.typed:
        text, tone = row.typed["explanation"], "red"
    elif "explanation" in row.wrong:
        tone = "red"
    chips = note_chips(row)
    suffix = "" if text or chips else _basis_words(row.line)
    return Cell(text, suffix=suffix, chips=chips, tone=tone)


def note_chips(row: RequestRow) -> tuple[ChipText, ...]:
    """Out of stock last month, expired, expiring, skipped, reported as short."""
    chips = []
    if row.line.is_skipped:
        chips.append(ChipText(tr("本期不要"), "grey"))
    if row.has_report:
        chips.append(ChipText(tr("已登记缺药"), "blue"))
    marks = row.marks
    if marks is None:
        return tuple(chips)
    if marks.expired:
        chips.append(ChipText(tr("{units} {unit}已过期", units=marks.expired, unit=marks.unit), "red"))
    if marks.out_last_month:
        chips.append(ChipText(tr("上月断货 {days} 天", days=marks.out_last_month), "red"))
    if marks.days is not None and marks.level is not None:
        words = tr("{units} {unit} {days} 天后到期", units=marks.units, unit=marks.unit, days=marks.days)
        if marks.days == 0:
            words = tr("{units} {unit}今天到期", units=marks.units, unit=marks.unit)
        chips.append(ChipText(words, EXPIRY_TONES.get(marks.level.value, "grey")))
    return tuple(chips)


def _basis_words(line: LineView) -> str:
    return tr(BASIS_WORDS[line.basis]) if line.suggested and line.basis in BASIS_WORDS else ""


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
    if row.is_quiet or line.days_left > DAYS_AMBER:
        return Cell(str(line.days_left))
    return Cell(chips=(ChipText(str(line.days_left), "red" if line.days_left <= DAYS_RED else "amber"),))


def monthly_cell(row: RequestRow) -> Cell:
    """What goes out in a month, to two decimals as in the stock list, where that has room; a dash where nothing went out."""
    units = Fraction(row.line.monthly_use or 0)
    use = rounded(units or None) if units < WHOLE_FROM else str(half_up(units, 0))
    return Cell("—", muted=True) if use is None else Cell(use, muted=row.is_quiet)


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


def _figure(key: str) -> Callable[[RequestRow], Cell]:
    """A figure of the ledger; a dash while it is unknown."""

    def cell(row: RequestRow) -> Cell:
        value = getattr(row.line, key)
        return Cell("—", muted=True) if value is None else Cell(str(value), muted=row.is_quiet)

    return cell


def _in_transit(row: RequestRow) -> Cell:
    units = row.line.in_transit
    return Cell("—" if units is None else str(units), muted=not units)


def _box(key: str) -> object:
    def cell(row: RequestRow) -> Cell:
        if key in row.typed:
            return Cell(row.typed[key], tone="red")
        value = getattr(row.line, key)
        return Cell("" if value is None else str(value), tone="red" if key in row.wrong else None)

    return cell
