"""Exact numbers: values are compared as they were entered, never rounded first and never as binary fractions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

Quantity = Decimal | int | float | str
"""A number as a screen, a database row or a JSON file gives it. A float counts as the digits it is written with."""

LONGEST_NUMBER = 30
"""Digits before or behind the point beyond which an entry is a slip and would only cost memory to print."""


def exact(value: Quantity) -> Decimal:
    """`value` as a Decimal with the digits it is written with. Raises ValueError when it is no finite number."""
    if isinstance(value, Decimal):
        number = value
    else:
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise ValueError("not a number") from None
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
        raise ValueError("not a finite number of a reasonable size")
    return number


def exact_or_none(value: Quantity | None) -> Decimal | None:
    """As `exact`; None (unknown) stays None."""
    return None if value is None else exact(value)


def half_up(value: Fraction | Decimal | int, places: int) -> Decimal:
    """`value` rounded half up (四舍五入) to `places` decimals, from the exact value and not from a prior rounding."""
    scaled = abs(Fraction(value)) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def round_half_up_to_int(value: Decimal) -> int:
    """`value` rounded half up to a whole number."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain(value: Decimal) -> str:
    """`value` as a doctor writes it: no exponent, no ".0" behind a whole number."""
    if value == value.to_integral_value():
        return str(int(value))
    return f"{value:f}"
