"""Exact numbers: values are compared as they were entered, never rounded first and never as binary fractions.

Stock arithmetic is done in int and Fraction (drug_requests §4): a product in binary floating point before a
ceiling orders one unit too many (AMC 9, available 6, 2 months is exactly 12, in floats 12.000000000000002).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

Quantity = Decimal | int | float | str
"""A number as a screen, a database row or a JSON file gives it. A float counts as the digits it is written with."""

Exact = int | Fraction | Decimal
"""A number that loses nothing in arithmetic."""

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


def to_fraction(value: Exact) -> Fraction:
    """`value` as a Fraction. Raises TypeError for a float: its last digits are not what the user wrote."""
    if isinstance(value, float):
        raise TypeError("binary floating point is not exact; pass int, Fraction or Decimal")
    return value if type(value) is Fraction else Fraction(value)


def half_up(value: Exact, places: int = 2) -> Decimal:
    """`value` rounded half up (四舍五入; away from zero) to `places` decimals, from the exact value and not from a
    prior rounding. Raises TypeError for a float.
    """
    return Decimal(_steps(value, places)).scaleb(-places)


def _steps(value: Exact, places: int) -> int:
    """`value` in whole steps of the last decimal, half up."""
    number = to_fraction(value)
    numerator, denominator = number.numerator, number.denominator
    whole = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    return -whole if numerator < 0 else whole


def round_half_up_to_int(value: Decimal) -> int:
    """`value` rounded half up to a whole number."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def plain(value: Decimal) -> str:
    """`value` as a doctor writes it: no exponent, no ".0" behind a whole number."""
    if value == value.to_integral_value():
        return str(int(value))
    return f"{value:f}"


def two_places(value: Exact | None) -> str | None:
    """`97.50`; None stays None (drug_requests §4.4: two decimals, half up, for display)."""
    return None if value is None else f"{half_up(value, 2):f}"


def up_to_two_places(value: Exact) -> str:
    """At most two decimals and no trailing zeros: `97.5`, `195`. For sentences."""
    if type(value) is int:
        return str(value)
    hundredths = _steps(value, 2)
    whole, rest = divmod(abs(hundredths), 100)
    sign = "-" if hundredths < 0 else ""
    return f"{sign}{whole}.{rest:02d}".rstrip("0").rstrip(".")
