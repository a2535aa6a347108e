"""Exact numbers: rounding and showing of quantities without binary floating point.

Stock arithmetic is done in int and Fraction (drug_requests §4): a product in binary floating point before a
ceiling orders one unit too many (AMC 9, available 6, 2 months is exactly 12, in floats 12.000000000000002).
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

Exact = int | Fraction | Decimal


def to_fraction(value: Exact) -> Fraction:
    """`value` as a Fraction. Raises TypeError for a float: its last digits are not what the user wrote."""
    if isinstance(value, float):
        raise TypeError("binary floating point is not exact; pass int, Fraction or Decimal")
    return Fraction(value)


def half_up(value: Exact, places: int = 2) -> Decimal:
    """`value` rounded half away from zero to `places` decimals."""
    scale = 10**places
    scaled = abs(to_fraction(value)) * scale
    units = math.floor(scaled + Fraction(1, 2))
    sign = -1 if value < 0 else 1
    return Decimal(sign * units).scaleb(-places)


def two_places(value: Exact | None) -> str | None:
    """`97.50`; None stays None (drug_requests §4.4: two decimals, half up, for display)."""
    return None if value is None else f"{half_up(value, 2):f}"


def plain(value: Exact) -> str:
    """At most two decimals and no trailing zeros: `97.5`, `195`. For sentences."""
    text = f"{half_up(value, 2):f}"
    return text.rstrip("0").rstrip(".")
