"""期初库存表的列: what the columns of a list of goods are called, and each cell as the words that are typed into the grid.

Nothing is judged here: a line of a file and a line typed by hand go the same way afterwards (app.services.stock_goods).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from app.domain.message import Message, msg
from app.interchange.catalogue_fields import folded_header, plain, written
from app.interchange.tables import Cell, RawRow, RawTable


@dataclass(frozen=True)
class Target:
    """One thing that a column may hold."""

    field: str
    label: Message
    headers: tuple[str, ...]


TARGETS = (
    Target("code", msg("药品编码"), ("药品代码", "编码", "国家医保代码", "医保编码", "药品编号")),
    Target("barcode", msg("商品条码"), ("条码", "条形码")),
    Target("name", msg("药品名称"), ("通用名", "通用名称", "药品", "名称", "品名", "药名")),
    Target("strength", msg("规格"), ("药品规格",)),
    Target("batch_no", msg("批号"), ("生产批号", "产品批号")),
    Target("expiry", msg("有效期"), ("有效期至", "效期", "失效日期", "失效期", "有效期限")),
    Target("quantity", msg("数量"), ("库存", "结存", "库存数量", "数量（最小单位）", "实有数", "现有数量")),
    Target("units_per_pack", msg("每包装数量"), ("包装数量", "装量", "转换比", "转换系数", "包装量")),
    Target("price", msg("每包装价格"), ("价格", "单价", "进价", "采购价", "购进价", "价格(元)", "单价(元)")),
    Target("manufacturer", msg("厂家"), ("生产厂家", "生产企业", "厂商", "产地")),
)
NEEDED = ("batch_no", "expiry", "quantity")
IDENTIFYING = ("code", "barcode", "name")


@cache
def _by_header() -> dict[str, str]:
    return {folded_header(name): each.field for each in TARGETS for name in (*each.headers, str(each.label))}


def target_of_header(header: str) -> str | None:
    """The field that a header names; None for one that is not known."""
    return _by_header().get(folded_header(header))


def columns_of(table: RawTable) -> dict[str, int]:
    """The column, from 0, of each field that the table has; of two alike the first."""
    found: dict[str, int] = {}
    for index, header in enumerate(table.headers):
        target = target_of_header(header)
        if target is not None:
            found.setdefault(target, index)
    return found


def texts_of(row: RawRow, columns: Mapping[str, int]) -> dict[str, str]:
    """The cells of a line as they would be typed; "" where the table has no such column or the cell is empty."""
    return {each.field: _typed(each.field, row.cell(columns[each.field])) if each.field in columns else ""
            for each in TARGETS}  # fmt: skip


def _typed(field: str, cell: Cell) -> str:
    if field == "expiry" and isinstance(cell, datetime):
        return cell.date().isoformat()
    if field == "expiry" and isinstance(cell, date):
        return cell.isoformat()
    if field in ("name", "manufacturer", "strength"):
        return written(cell)
    return plain(cell)
