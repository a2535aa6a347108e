"""The tables of a statement: its lines, its differences, and who did what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.domain.settlement import DifferenceKind
from app.i18n import tr
from ui.screens.review.comparison import short_name
from ui.screens.settlement.words import clock_words, money, state_chip
from ui.widgets.chips import ChipText
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.settlement_views import (
        ExplainedDifference,
        SettlementLineView,
        SettlementSummary,
    )


def party_columns() -> tuple[Column, ...]:
    """The list of a month's statements."""
    return (
        Column("party_name", tr("单位"), width=110, stretch=True, value=_party),
        Column("payable", tr("金额"), align="right", value=_payable),
        Column("state", tr("状态"), value=lambda row: state_chip(row.state)),
    )


def clinic_line_columns() -> tuple[Column, ...]:
    """What a clinic used in a month, at what price."""
    return (
        Column("drug", tr("药品"), width=140, stretch=True, value=_drug),
        Column("price", tr("单价"), width=86, align="right", value=_price),
        Column("opening", tr("期初"), align="right", value=_units("opening")),
        Column("received", tr("入库"), align="right", value=_units("received")),
        Column("returned", tr("退回"), align="right", value=_units("returned")),
        Column("dispensed", tr("发药"), align="right", bold=True, value=_units("dispensed")),
        Column("lost", tr("损失"), align="right", value=_units("lost")),
        Column("counted", tr("盘盈亏"), align="right", value=_units("counted")),
        Column("closing", tr("结存"), align="right", value=_units("closing")),
        Column("charged", tr("本室承担"), align="right", value=_units("charged"),
               tip=tr("损失和盘亏里由村卫生室承担的数量，和发药一起算应交金额。")),
        Column("amount", tr("金额"), align="right", bold=True, value=_amount),
    )


def distributor_line_columns() -> tuple[Column, ...]:
    """What a distributor delivered in a month, at what price."""
    return (
        Column("drug", tr("药品"), width=180, stretch=True, value=_drug),
        Column("price", tr("单价"), width=110, align="right", value=_price),
        Column("received", tr("到货"), align="right", bold=True, value=_units("received")),
        Column("returned", tr("退货"), align="right", value=_units("returned")),
        Column("amount", tr("金额"), align="right", bold=True, value=_amount),
    )


def difference_columns() -> tuple[Column, ...]:
    """What does not agree, and why it stands."""
    return (
        Column("kind", tr("差异"), value=kind_chip),
        Column("what", tr("查到的情况"), width=280, value=lambda row: tr(row.difference.message)),
        Column("why", tr("说明"), width=200, stretch=True, value=explanation_cell),
    )


def step_columns() -> tuple[Column, ...]:
    """Who did what, when, and why."""
    return (
        Column("at", tr("时间"), value=lambda step: clock_words(step.at)),
        Column("action", tr("操作"), bold=True, value=lambda step: tr(step.action.label)),
        Column("user_name", tr("经手人")),
        Column("to_state", tr("之后状态"), value=lambda step: state_chip(step.to_state)),
        Column("comment", tr("原因或签字人"), width=160, stretch=True, value=lambda step: step.comment),
    )


def explanation_cell(row: ExplainedDifference) -> Cell:
    """The explanation, or what is to be done."""
    if row.explanation:
        return Cell(row.explanation)
    if row.difference.kind is DifferenceKind.NO_PRICE:
        return Cell(tr("请补填价格"), tone="red", icon="warning")
    return Cell(tr("请写明原因"), tone="red", icon="warning")


def kind_chip(row: ExplainedDifference) -> ChipText:
    """What kind of difference it is; amber while it is open."""
    words = {
        DifferenceKind.NOT_ADDING_UP: tr("加减不平"), DifferenceKind.OPENING: tr("期初不接"),
        DifferenceKind.DELIVERED: tr("收发不符"), DifferenceKind.NO_PRICE: tr("没有价格"),
        DifferenceKind.CHARGED_TOO_MUCH: tr("承担过多"),
    }
    return ChipText(words[row.difference.kind], "grey" if row.explanation else "amber")


def _party(row: SettlementSummary) -> Cell:
    beneath = tr("{count} 处差异没说明", count=row.open_differences) if row.open_differences else ""
    if row.party == "clinic":
        return Cell(short_name(row.party_name), second_line=beneath, bold=True)
    if beneath:
        beneath = tr("配送企业　{count} 处差异没说明", count=row.open_differences)
    return Cell(row.party_name, second_line=beneath or tr("配送企业"), bold=True)


def _payable(row: SettlementSummary) -> Cell:
    shown = money(row.payable_fen)
    return Cell(shown) if shown is not None else Cell("—", tone="red")


def _drug(line: SettlementLineView) -> Cell:
    if not line.drug_code:
        return Cell(line.drug_name, chips=(ChipText(tr("更正"), "blue"),), second_line=line.note)
    beneath = tr("{strength}　{note}", strength=line.strength, note=line.note) if line.note else line.strength
    return Cell(line.drug_name, second_line=beneath)


def _price(line: SettlementLineView) -> Cell:
    if not line.drug_code:
        return Cell("")
    shown = money(line.price_fen)
    pack = tr("每 {count} {unit}", count=line.units_per_pack, unit=line.unit)
    return Cell(tr("没有价格"), tone="red") if shown is None else Cell(shown, second_line=pack)


def _units(name: str) -> Callable[[Any], object]:
    def value(line: SettlementLineView) -> object:
        return getattr(line, name) if line.drug_code else ""

    return value


def _amount(line: SettlementLineView) -> Cell:
    shown = money(line.amount_fen)
    return Cell(shown) if shown is not None else Cell("—", tone="red")
