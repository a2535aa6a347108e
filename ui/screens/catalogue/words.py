"""Drugs of the catalogue in words and columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from app.domain.message import msg
from app.domain.quantities import half_up
from app.i18n import tr
from app.services.catalogue import ADDED, CHANGED, DrugView, TraceCodeReason
from app.services.catalogue_sheets import change_words, pack_words, what_words
from ui.screens.requests.rows import drug_chips
from ui.screens.settlement.words import clock_words, money
from ui.theme.tokens import Tone
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

INSURANCE = {"甲": msg("甲类"), "乙": msg("乙类"), "非": msg("目录外")}
ORIGINS = {"township": msg("卫生院目录"), "own": msg("本室自己的药品"), "starter": msg("程序自带的起始目录")}
WHAT_TONES: dict[str, Tone] = {ADDED: "green", CHANGED: "blue"}


@dataclass(frozen=True)
class DrugRow:
    """A drug, and what day it is."""

    drug: DrugView
    today: date


@dataclass(frozen=True)
class CodelessRow:
    """A drug that needs no trace code, and why."""

    drug: DrugView
    why: TraceCodeReason | None


def drug_columns() -> tuple[Column, ...]:
    """The list of drugs."""
    return (
        Column("name", tr("药品"), width=180, stretch=True, value=_name),
        Column("pack", tr("包装"), width=92, value=lambda row: pack_words(row.drug)),
        Column("class", tr("类别"), width=196, value=lambda row: _chips(row)),
        Column("price", tr("每包装价格"), width=92, align="right", value=_price),
    )


def codeless_columns() -> tuple[Column, ...]:
    """The list of 无码 items."""
    return (
        Column("name", tr("药品"), width=190, stretch=True, bold=True,
               value=lambda row: Cell(row.drug.name, suffix=row.drug.strength)),
        Column("code", tr("编码"), value=lambda row: row.drug.code),
        Column("why", tr("原因"), width=240, stretch=True,
               value=lambda row: row.why.reason if row.why else Cell(tr("目录注明无码"), muted=True)),
        Column("who", tr("登记"), value=lambda row: tr("{who} {when}", who=row.why.user_name, when=clock_words(row.why.at))
               if row.why else ""),
    )


def update_columns() -> tuple[Column, ...]:
    """What the last update changed."""
    return (
        Column("what", tr("改动"), value=lambda row: ChipText(what_words(row), WHAT_TONES.get(row.what, "amber"))),
        Column("name", tr("药品"), width=190, bold=True, value=lambda row: row.name),
        Column("code", tr("编码"), gives_way=1),
        Column("change", tr("内容（原来 → 改成）"), width=330, stretch=True, value=change_words),
    )


def details(drug: DrugView, why: TraceCodeReason | None) -> list[tuple[str, str]]:
    """Everything that the list says of a drug, in the order in which it is asked for."""
    unit_price = "—"
    if drug.price_fen is not None:
        fraction = half_up(Fraction(drug.price_fen, 100 * drug.units_per_pack), 4)
        unit_price = tr("¥{price} / {unit}", price=f"{fraction:f}", unit=drug.unit)
    until = drug.valid_to.isoformat() if drug.valid_to else tr("没有期限")
    return [
        (tr("编码"), drug.code),
        (tr("规格"), drug.strength or "—"),
        (tr("剂型"), drug.dosage_form or "—"),
        (tr("最小单位"), drug.unit),
        (tr("包装"), pack_words(drug)),
        (tr("每包装价格"), money(drug.price_fen) or "—"),
        (tr("每最小单位"), unit_price),
        (tr("基本药物"), {"Y": tr("是"), "N": tr("否")}.get(drug.essential, "—")),
        (tr("医保类别"), tr(INSURANCE[drug.insurance_class]) if drug.insurance_class in INSURANCE else "—"),
        (tr("集采"), tr("是") if drug.volume_procured else tr("否")),
        (tr("治疗类别"), drug.therapeutic_group or "—"),
        (tr("抗菌药物"), tr("{tier}级", tier=drug.antibiotic_tier) if drug.antibiotic_tier else tr("否")),
        (tr("冷链"), tr("是") if drug.cold_chain else tr("否")),
        (tr("储存"), drug.storage or "—"),
        (tr("条形码"), drug.barcode or "—"),
        (tr("追溯码"), _trace_words(drug, why)),
        (tr("拆零"), tr("可以") if drug.is_splittable else tr("不可以")),
        (tr("长期处方"), tr("可以") if drug.long_rx_allowed else tr("不可以")),
        (tr("特殊管理"), drug.special_control or tr("否")),
        (tr("有效"), tr("{start} 起，{until}", start=drug.valid_from.isoformat(), until=until)),
        (tr("来源"), tr(ORIGINS[drug.origin]) if drug.origin in ORIGINS else "—"),
    ]


def _name(row: DrugRow) -> Cell:
    drug = row.drug
    chips: tuple[ChipText, ...] = ()
    if drug.valid_to is not None and drug.valid_to < row.today:
        chips = (ChipText(tr("已停用"), "grey"),)
    elif drug.valid_to is not None:
        chips = (ChipText(tr("到 {day} 停用", day=f"{drug.valid_to.month}-{drug.valid_to.day:02d}"), "amber"),)
    elif drug.valid_from > row.today:
        chips = (ChipText(tr("还没生效"), "grey"),)
    return Cell(drug.name, suffix=drug.strength, bold=True, chips=chips)


def _chips(row: DrugRow) -> tuple[ChipText, ...]:
    chips = drug_chips(row.drug)
    if row.drug.essential == "Y":
        chips = (ChipText(tr("基药"), "grey"), *chips)
    return chips if row.drug.has_trace_code else (*chips, ChipText(tr("无码"), "amber"))


def _price(row: DrugRow) -> Cell:
    shown = money(row.drug.price_fen)
    return Cell(shown) if shown is not None else Cell("—", muted=True)


def _trace_words(drug: DrugView, why: TraceCodeReason | None) -> str:
    if not drug.has_trace_code:
        return tr("无码：{reason}", reason=why.reason if why else tr("目录注明无码"))
    if drug.trace_prefix:
        return tr("有，前 7 位 {prefix}", prefix=drug.trace_prefix)
    return tr("有，前 7 位还不知道")
