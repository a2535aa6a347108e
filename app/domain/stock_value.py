"""库存金额: what units of a batch are worth, in fen, rounded once at the end.

A price is that of a pack; the clinic counts dispensing units (drug_requests §8: each loss has a value). An unknown price
makes the value unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from app.domain.quantities import half_up

Priced = tuple[int, int | None, int]
"""Units, the price of a pack in fen (None unknown), the units of a pack."""


def value_fen(units: int, price_fen: int | None, units_per_pack: int) -> int | None:
    """The value of `units` in fen, half up; None when the price is unknown and there are units.

    Raises ValueError for a pack without units.
    """
    if units_per_pack < 1:
        raise ValueError("a pack holds at least one unit")
    if units == 0:
        return 0
    if price_fen is None:
        return None
    return _rounded(units * price_fen, units_per_pack)


def _rounded(fen: int, pack: int) -> int:
    """`fen` / `pack`, half up. In whole numbers: the same as half_up of the quotient, many times faster over a month."""
    rounded = (2 * abs(fen) + pack) // (2 * pack)
    return rounded if fen >= 0 else -rounded


def total_value_fen(parts: Iterable[Priced]) -> int | None:
    """The value of several batches in fen: summed exactly, rounded half up once. None when one of the prices is unknown."""
    by_pack: dict[int, int] = {}
    for units, price_fen, units_per_pack in parts:
        if units_per_pack < 1:
            raise ValueError("a pack holds at least one unit")
        if units == 0:
            continue
        if price_fen is None:
            return None
        by_pack[units_per_pack] = by_pack.get(units_per_pack, 0) + units * price_fen
    if len(by_pack) == 1:
        ((pack, fen),) = by_pack.items()
        return _rounded(fen, pack)
    return int(half_up(sum(Fraction(fen, pack) for pack, fen in by_pack.items()), 0))


def yuan(fen: int | None) -> Decimal | None:
    """Fen as yuan with two decimals; None stays None."""
    return None if fen is None else Decimal(fen).scaleb(-2)
