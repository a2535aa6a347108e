"""Drugs of the catalogue in words and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from app.services.trace_makers import ConfirmedMaker

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


def details(
    drug: DrugView, why: TraceCodeReason | None, makers: Sequence[ConfirmedMaker] = ()
) -> list[tuple[str, str]]:
    """Everything that the list says of a drug, in the order in which it is asked for."""
    until = drug.valid_to.isoformat() if drug.valid_to else tr("没有期限")
    essential = {"Y": tr("基本药物"), "N": tr("不是基本药物")}.get(drug.essential, tr("是否基药不详"))
    insurance = tr(INSURANCE[drug.insurance_class]) if drug.insurance_class in INSURANCE else tr("医保不详")
    split = tr("可以拆零") if drug.is_splittable else tr("不可拆零")
    long_supply = tr("可开长期处方") if drug.long_rx_allowed else tr("不可开长期处方")
    return [
        (tr("编码"), drug.code),
        (tr("规格"), tr("，").join(filter(None, (drug.dosage_form, drug.strength))) or "—"),
        (tr("包装"), tr("{pack}，最小单位 {unit}", pack=pack_words(drug), unit=drug.unit)),
        (tr("价格"), _price_words(drug)),
        (tr("医保"), tr("，").join((insurance, essential))),
        (tr("集采"), tr("是") if drug.volume_procured else tr("否")),
        (tr("治疗类别"), drug.therapeutic_group or "—"),
        (tr("抗菌药物"), tr("{tier}级", tier=drug.antibiotic_tier) if drug.antibiotic_tier else tr("否")),
        (tr("储存"), tr("冷链，{storage}", storage=drug.storage or "—") if drug.cold_chain else drug.storage or "—"),
        (tr("条形码"), drug.barcode or "—"),
        (tr("追溯码"), _trace_words(drug, why, makers)),
        (tr("发药"), tr("，").join(filter(None, (split, long_supply, drug.special_control)))),
        (tr("有效"), tr("{start} 起，{until}", start=drug.valid_from.isoformat(), until=until)),
        (tr("来源"), tr(ORIGINS[drug.origin]) if drug.origin in ORIGINS else "—"),
    ]


def _price_words(drug: DrugView) -> str:
    if drug.price_fen is None:
        return tr("不知道")
    if drug.units_per_pack == 1:
        return tr("{price}/{pack}", price=money(drug.price_fen), pack=drug.pack_unit)
    each = f"{half_up(Fraction(drug.price_fen, 100 * drug.units_per_pack), 4):f}"
    shown = each[:-2] if each.endswith("00") else each
    return tr("{price}/{pack}，¥{each}/{unit}", price=money(drug.price_fen), pack=drug.pack_unit, each=shown, unit=drug.unit)


def _name(row: DrugRow) -> Cell:
    drug = row.drug
    chips: tuple[ChipText, ...] = ()
    if drug.valid_to is not None and drug.valid_to < row.today:
        chips = (ChipText(tr("已停用"), "grey"),)
    elif drug.valid_to is not None:
        chips = (ChipText(tr("到 {day} 停用", day=f"{drug.valid_to.month}-{drug.valid_to.day:02d}"), "amber"),)
    elif drug.valid_from > row.today:
        chips = (ChipText(tr("还没生效"), "grey"),)
    return Cell(drug.name, second_line=drug.strength, bold=True, chips=chips)


def _chips(row: DrugRow) -> tuple[ChipText, ...]:
    chips = drug_chips(row.drug)
    if row.drug.essential == "Y":
        chips = (ChipText(tr("基药"), "grey"), *chips)
    return chips if row.drug.has_trace_code else (*chips, ChipText(tr("无码"), "amber"))


def _price(row: DrugRow) -> Cell:
    shown = money(row.drug.price_fen)
    return Cell(shown) if shown is not None else Cell("—", muted=True)


def _trace_words(drug: DrugView, why: TraceCodeReason | None, makers: Sequence[ConfirmedMaker]) -> str:
    if not drug.has_trace_code:
        return tr("无码：{reason}", reason=why.reason if why else tr("目录注明无码"))
    known = [drug.trace_prefix] if drug.trace_prefix else []
    known += [tr("{prefix}（{who} {when} 认）", prefix=each.digits, who=each.user_name, when=clock_words(each.at))
              for each in makers if each.digits != drug.trace_prefix]
    if known:
        return tr("有，前 7 位 {prefix}", prefix=tr("、").join(known))
    return tr("有，前 7 位还不知道")
