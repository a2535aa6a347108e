"""What is being entered on the page for goods: its rows, what stands against each, and the draft that keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.message import Message, msg
from app.domain.stock_value import total_value_fen
from app.i18n import tr
from app.services.stock_goods import GoodsLine, read_line
from ui.screens.requests.line_table import Remark
from ui.screens.stock.words import packs_words
from ui.widgets.table import Cell, Column

if TYPE_CHECKING:
    from app.services.catalogue import DrugView
    from app.services.stock_actions import NewGoods

ANSWERS = ("batch_no", "expiry", "quantity", "price", "units_per_pack", "manufacturer")


class Incoming(StrEnum):
    """The ways in which goods come that no shipment brought."""

    OPENING = "opening"
    TRANSFER = "transfer"
    DONATION = "donation"
    OUTSIDE = "outside"

    @property
    def label(self) -> Message:
        """What the page is called."""
        return _LABELS[self]

    def explanation(self, desk_kind: str) -> Message:
        """What it is for at a desk of this kind."""
        if self is Incoming.OUTSIDE and desk_kind == "township":
            return msg("不经采购单进来的药，要有单据、原因和批准。采购来的请在采购单里登记到货。")
        return _EXPLANATIONS[self]

    @property
    def needs_approval(self) -> bool:
        """Whether somebody has to agree."""
        return self in (Incoming.DONATION, Incoming.OUTSIDE)


_LABELS = {
    Incoming.OPENING: msg("期初建账"),
    Incoming.TRANSFER: msg("调剂：调入"),
    Incoming.DONATION: msg("捐赠入库"),
    Incoming.OUTSIDE: msg("外部渠道入库"),
}
_EXPLANATIONS = {
    Incoming.OPENING: msg("开始用台账那一天柜上有的药，一批一行。已经有出入库的药品不能再记期初。"),
    Incoming.TRANSFER: msg("别的村卫生室调来的药，照调拨单填写。"),
    Incoming.DONATION: msg("捐来的药，由负责人批准后入库。"),
    Incoming.OUTSIDE: msg("不是卫生院发货来的药，要有单据、原因和批准。卫生院发来的请按发货单收货。"),
}


@dataclass(frozen=True)
class GoodsRow:
    """One line of the page. `problems` by answer; `is_strict` also tells what is still empty."""

    id: int
    line: GoodsLine
    problems: Mapping[str, str]
    is_strict: bool = False

    def text(self, key: str) -> str:
        """What is typed for an answer."""
        return self.line.texts.get(key, "")


class GoodsRows:
    """The rows in their order, newest last."""

    def __init__(self) -> None:
        self._rows: list[GoodsRow] = []
        self._next = 1

    def all(self) -> list[GoodsRow]:
        """Every row."""
        return list(self._rows)

    def clear(self) -> None:
        """Begin anew."""
        self._rows.clear()

    def add(self, line: GoodsLine, *, is_strict: bool = False) -> GoodsRow:
        """One more row."""
        row = judged(GoodsRow(self._next, line, {}, is_strict))
        self._next += 1
        self._rows.append(row)
        return row

    def write(self, row_id: int, key: str, text: str) -> GoodsRow:
        """Another answer in a row; what stood against it is judged again."""
        number = self.number(row_id)
        row = self._rows[number]
        line = replace(row.line, texts={**row.line.texts, key: text})
        self._rows[number] = judged(replace(row, line=line))
        return self._rows[number]

    def remove(self, row_ids: Iterable[int]) -> None:
        """Take rows out."""
        gone = set(row_ids)
        self._rows = [row for row in self._rows if row.id not in gone]

    def number(self, row_id: int) -> int:
        """The place of a row, from 0."""
        return next(number for number, row in enumerate(self._rows) if row.id == row_id)

    def be_strict(self) -> None:
        """From now on every row also tells what is missing."""
        self._rows = [judged(replace(row, is_strict=True)) for row in self._rows]

    def tell(self, problems: Mapping[int, Mapping[str, str]]) -> None:
        """Add what a service said, by the place of the row."""
        for number, told in problems.items():
            row = self._rows[number]
            self._rows[number] = replace(row, problems=as_typed({**row.problems, **told}))

    def wrong(self) -> list[GoodsRow]:
        """Those with something to put right."""
        return [row for row in self._rows if row.problems]

    def goods(self) -> dict[int, NewGoods]:
        """The rows that can be understood, by their place, with their scans."""
        found: dict[int, NewGoods] = {}
        for number, row in enumerate(self._rows):
            goods = read_line(row.line).goods
            if goods is not None:
                found[number] = replace(goods, codes=tuple(row.text("codes").split()))
        return found

    def value_fen(self) -> int | None:
        """The value of the rows that can be understood; None when a price is not known."""
        priced = []
        for number, goods in self.goods().items():
            drug = self._rows[number].line.drug
            pack = goods.units_per_pack or (drug.units_per_pack if drug is not None else 1)
            priced.append((goods.quantity, goods.price_fen, pack))
        return total_value_fen(priced)

    def payload(self) -> list[dict[str, Any]]:
        """The rows as a draft keeps them."""
        return [{"drug": row.line.drug.code if row.line.drug is not None else "", "texts": dict(row.line.texts),
                 "source_line": row.line.source_line} for row in self._rows]  # fmt: skip


def line_of(drug: DrugView) -> GoodsLine:
    """A new line of a drug, with what the catalogue knows."""
    price = "" if drug.price_fen is None else f"{drug.price_fen // 100}.{drug.price_fen % 100:02d}"
    return GoodsLine(drug, {"price": price, "units_per_pack": str(drug.units_per_pack)})


def judged(row: GoodsRow) -> GoodsRow:
    """The row with what stands against it by itself."""
    found = {key: tr(sentence) for key, sentence in read_line(row.line).problems.items()}
    if not row.is_strict:
        found = {key: words for key, words in found.items() if row.text(key).strip()}
    return replace(row, problems=as_typed(found))


def as_typed(problems: Mapping[str, str]) -> dict[str, str]:
    """What stands against the answers, in the order in which they are typed."""
    order = [column.key for column in columns()]
    return dict(sorted(problems.items(), key=lambda each: order.index(each[0]) if each[0] in order else -1))


def remark_of(row: GoodsRow) -> Remark | None:
    """The sentences beneath a row."""
    if not row.problems:
        return None
    told = "　".join(row.problems.values())
    return Remark(tr("第 {line} 行：{told}", line=row.line.source_line, told=told) if row.line.source_line else told)


def columns() -> tuple[Column, ...]:
    """The grid: the drug, then what is typed."""
    return (
        Column("drug", tr("药品"), width=170, stretch=True, value=_drug),
        _typed("batch_no", tr("批号"), 118),
        _typed("expiry", tr("有效期"), 124),
        _typed("quantity", tr("数量"), 92),
        Column("unit", tr("单位"), width=100, value=_unit),
        _typed("price", tr("每包装价格"), 96),
        _typed("units_per_pack", tr("每包装数量"), 90),
        _typed("manufacturer", tr("厂家"), 130),
    )


def _typed(key: str, title: str, width: int) -> Column:
    def value(row: GoodsRow) -> Cell:
        return Cell(row.text(key), tone="red" if key in row.problems else None)

    return Column(key, title, width=width, editable=True, value=value)


def _drug(row: GoodsRow) -> Cell:
    drug = row.line.drug
    if drug is None:
        return Cell(row.text("name") or row.text("code") or row.text("barcode") or "—", tone="red",
                    second_line=row.text("strength"))
    scanned = len(row.text("codes").split())
    second = drug.strength
    if scanned:
        second = tr("{strength}　已扫 {count} 盒", strength=drug.strength, count=scanned)
    return Cell(drug.name, second_line=second, bold=True)


def _unit(row: GoodsRow) -> Cell:
    drug, text = row.line.drug, row.text("quantity").strip()
    if drug is None:
        return Cell("")
    pack = row.text("units_per_pack").strip()
    per_pack = int(pack) if pack.isascii() and pack.isdigit() and len(pack) < 6 else drug.units_per_pack
    packs = packs_words(int(text), per_pack, drug.pack_unit, drug.unit) if text.isascii() and text.isdigit() else ""
    return Cell(drug.unit, second_line=packs)
