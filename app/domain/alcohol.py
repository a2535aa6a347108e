"""Daily alcohol (日饮酒量) as spirit.

国家基本公共卫生服务规范（第三版）健康体检表 填表说明: 白酒 1:1, 啤酒 ÷10, 红酒 ÷4, 黄酒 ÷5, added up, in 两 (50 g, about
50 ml). The 2011 table (one bottle of beer = 1 两) is not used.
"""

from __future__ import annotations

from decimal import Decimal

from app.domain.quantities import Quantity, exact_or_none
from app.domain.reasons import SPECIFICATION

ALCOHOL_CLAUSE = f"{SPECIFICATION}健康体检表 填表说明 日饮酒量"
GRAMS_PER_LIANG = 50
LIANG_PER_LIANG_OF_SPIRIT = {"白酒": Decimal(1), "啤酒": Decimal(10), "红酒": Decimal(4), "黄酒": Decimal(5)}


def spirit_equivalent(
    *,
    spirit: Quantity | None = None,
    beer: Quantity | None = None,
    red_wine: Quantity | None = None,
    rice_wine: Quantity | None = None,
) -> Decimal:
    """The sum in 两 of 白酒, exact. Unknown amounts count nothing. Raises ValueError for a negative amount."""
    drunk = {"白酒": spirit, "啤酒": beer, "红酒": red_wine, "黄酒": rice_wine}
    total = Decimal(0)
    for kind, amount in drunk.items():
        liang = exact_or_none(amount)
        if liang is None:
            continue
        if liang < 0:
            raise ValueError("an amount cannot be negative")
        total += liang / LIANG_PER_LIANG_OF_SPIRIT[kind]
    return total
