"""采购需求 as the page keeps it: what is wanted of each drug, from whom, at what price. Knows no widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.message import Message, msg
from app.i18n import tr
from app.services.stock_goods import fen_of
from ui.screens.requests.line_table import Remark
from ui.screens.supply.shipment_rows import units_cell
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.catalogue import DrugView
    from app.services.distributors import DistributorView
    from app.services.purchasing import Need, OrderDraft


@dataclass(frozen=True)
class NeedRow:
    """A drug to be bought. `packs` and `price` as typed; `distributor` its name; `keeps_own`: not as the winner."""

    need: Need
    packs: str
    price: str = ""
    distributor: str = ""
    reason: str = ""
    is_wanted: bool = True
    keeps_own: bool = False
    problem: str = ""

    @property
    def key(self) -> str:
        """What the row is known by."""
        return self.need.drug_code

    @property
    def as_winner(self) -> bool:
        """Whether the procurement winner is bought instead."""
        return bool(self.need.winner_code) and not self.keeps_own

    @property
    def code(self) -> str:
        """The product that is bought."""
        return self.need.winner_code if self.as_winner else self.need.drug_code

    @property
    def units_per_pack(self) -> int:
        """Of the product that is bought."""
        return self.need.winner_units_per_pack if self.as_winner else self.need.units_per_pack

    @property
    def unit(self) -> str:
        """Of the product that is bought."""
        return self.need.winner_unit if self.as_winner else self.need.unit

    @property
    def pack_unit(self) -> str:
        """Of the product that is bought."""
        return self.need.winner_pack_unit if self.as_winner else self.need.pack_unit

    @property
    def units(self) -> int | None:
        """Units of the packs typed; None for what is no number of packs."""
        text = self.packs.strip()
        return int(text) * self.units_per_pack if text.isascii() and text.isdigit() else None


def row_of(need: Need, distributors: Sequence[DistributorView]) -> NeedRow:
    """A drug as it is proposed: the winner, from whom it was ordered last, else from the best record."""
    able = [view for view in distributors if view.may_be_chosen]
    usual = next((view for view in able if view.id == need.usual_distributor_id), None) or (able[0] if able else None)
    row = NeedRow(need, "", distributor=usual.edit.name if usual else "")
    return with_product(row, keeps_own=False)


def with_product(row: NeedRow, *, keeps_own: bool) -> NeedRow:
    """The same row for the winner or for the drug itself, with its packs and price."""
    changed = replace(row, keeps_own=keeps_own, problem="")
    packs = -(-changed.need.missing // changed.units_per_pack) if changed.need.missing else 1
    price = changed.need.winner_price_fen if changed.as_winner else changed.need.price_fen
    return replace(changed, packs=str(packs), price="" if price is None else f"{price // 100}.{price % 100:02d}")


def need_of_drug(drug: DrugView) -> Need:
    """A drug that is bought without being short."""
    from app.services.purchasing import Need

    return Need(
        drug.code, drug.name, drug.strength, drug.unit, drug.units_per_pack, drug.price_fen, 0, 0, 0, 0, 1,
        drug.volume_procured, "", "", drug.pack_unit,
    )  # fmt: skip


def distributor_named(text: str, distributors: Sequence[DistributorView]) -> DistributorView | None:
    """The distributor that a text means: its whole name, or a part that only one has."""
    cleaned = text.strip()
    able = [view for view in distributors if view.may_be_chosen]
    exact = [view for view in able if view.edit.name == cleaned]
    part = [view for view in able if cleaned and cleaned in view.edit.name]
    return exact[0] if exact else part[0] if len(part) == 1 else None


def drafts_of(
    rows: Sequence[NeedRow], distributors: Sequence[DistributorView]
) -> tuple[list[OrderDraft], dict[str, Message]]:
    """One draft for each distributor, and what is wrong by the key of the row; drafts only when nothing is."""
    from app.services.purchasing import OrderDraft, OrderItem

    problems: dict[str, Message] = {}
    wanted: dict[str, dict[str, OrderItem]] = {}
    for row in rows:
        if not row.is_wanted:
            continue
        view = distributor_named(row.distributor, distributors)
        price = fen_of(row.price)
        if not row.units:
            problems[row.key] = msg("采购包装数请填 1 以上的整数，您填的是“{text}”；不买请按空格。", text=row.packs)
        elif price == -1:
            problems[row.key] = msg("价格请填每包装多少元，最多两位小数；不知道就空着。")
        elif view is None:
            problems[row.key] = msg("请选择配送企业（可以只打几个字）；过期或停用的不能选。")
        else:
            items = wanted.setdefault(view.id, {})
            before = items.get(row.code)
            units = row.units + (before.quantity if before else 0)
            items[row.code] = OrderItem(row.code, units, price, row.reason)
    drafts = [OrderDraft(distributor_id, tuple(items.values())) for distributor_id, items in wanted.items()]
    return ([] if problems else drafts), problems


def with_problems(rows: Sequence[NeedRow], sentences: Mapping[str, str]) -> list[NeedRow]:
    """The rows with their sentences, by the key of the row or by the product that it buys."""
    return [replace(row, problem=sentences.get(row.key) or sentences.get(row.code) or "") for row in rows]


def remark_of(row: NeedRow) -> Remark | None:
    """The sentence beneath a row."""
    if row.problem:
        return Remark(row.problem)
    if row.as_winner and row.is_wanted:
        words = tr("集采中选品，代替 {drug}。要买原品按 F7，并写原因。", drug=row.need.drug_name)
        return Remark(words, "blue")
    if row.keeps_own and row.is_wanted and not row.reason:
        return Remark(tr("有集采中选品 {winner}，买原品要写原因。", winner=row.need.winner_name), "amber")
    return None


def row_key(row: NeedRow) -> str:
    """What a row is known by."""
    return row.key


def need_columns() -> tuple[Column, ...]:
    """The columns of the needs."""
    return (
        Column("drug", tr("药品"), width=170, stretch=True, value=_drug),
        Column("missing", tr("缺口"), value=_missing),
        Column("packs", tr("买几包装"), width=84, editable=True, value=lambda row: _typed(row, row.packs)),
        Column("units", tr("合"), width=92, align="right", value=_units),
        Column("price", tr("包装单价（元）"), width=106, editable=True, value=lambda row: _typed(row, row.price)),
        Column("distributor", tr("配送企业"), width=168, editable=True, value=lambda row: _typed(row, row.distributor)),
        Column("reason", tr("说明"), width=130, editable=True, value=lambda row: _typed(row, row.reason)),
    )


def _typed(row: NeedRow, text: str) -> Cell:
    return Cell(text, muted=not row.is_wanted)


def _drug(row: NeedRow) -> Cell:
    need = row.need
    name = need.winner_name if row.as_winner else need.drug_name
    procured = row.as_winner or need.is_volume_procured
    parts = [need.strength, *([tr("集采中选")] if procured else [])]
    if not row.is_wanted:
        return Cell(name, second_line=tr("本次不买（空格改回）"), muted=True, struck=True)
    return Cell(name, second_line=" · ".join(part for part in parts if part), bold=True)


def _missing(row: NeedRow) -> Cell:
    need = row.need
    if not need.missing:
        return Cell(tr("另外加的"), muted=True)
    parts = tr("已批 {promised}　可供 {stock}　在途 {coming}", promised=need.promised, stock=need.own_stock,
               coming=need.on_order)
    if need.cut:
        parts = tr("已批 {promised}　未满足 {cut}　可供 {stock}　在途 {coming}", promised=need.promised, cut=need.cut,
                   stock=need.own_stock, coming=need.on_order)
    return Cell(f"{need.missing} {need.unit}", second_line=parts, bold=True, muted=not row.is_wanted)


def _units(row: NeedRow) -> Cell:
    if not row.units:
        return Cell("—", muted=True)
    return Cell(units_cell(row.units, row.unit, row.pack_unit, row.units_per_pack).text, muted=not row.is_wanted)
