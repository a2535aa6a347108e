from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.quantities import exact, exact_or_none, half_up, plain, round_half_up_to_int


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (6.99, "6.99"),
        ("6.99", "6.99"),
        (" 7 ", "7"),
        (139.9, "139.9"),
        (0.1, "0.1"),
        (Decimal("16.70"), "16.70"),
        (140, "140"),
    ],
)
def test_a_number_keeps_the_digits_it_is_written_with(value, expected):
    assert exact(value) == Decimal(expected)


@pytest.mark.parametrize("value", ["", "abc", "12a", True, "nan", "inf", float("inf"), "1e99999", "1e-99999"])
def test_what_is_no_reasonable_number_is_refused(value):
    with pytest.raises(ValueError, match="number"):
        exact(value)


def test_unknown_stays_unknown():
    assert exact_or_none(None) is None
    assert exact_or_none("3.9") == Decimal("3.9")


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Decimal("23.995"), 2, "24.00"),
        (Decimal("23.9949"), 2, "23.99"),
        (Fraction(125, 18), 2, "6.94"),
        (Fraction(5, 80) * 100, 1, "6.3"),  # 6.25: half goes up
        (Fraction(2, 3) * 100, 1, "66.7"),
        (Decimal("-0.05"), 1, "-0.1"),
        (0, 1, "0.0"),
    ],
)
def test_half_goes_up_from_the_exact_value(value, places, expected):
    assert str(half_up(value, places)) == expected


def test_whole_numbers_are_rounded_half_up():
    assert round_half_up_to_int(Decimal("79.5")) == 80
    assert round_half_up_to_int(Decimal("80.5")) == 81
    assert round_half_up_to_int(Decimal("79.49")) == 79


def test_a_number_is_written_without_needless_digits():
    assert plain(Decimal("158.0")) == "158"
    assert plain(Decimal("6.99")) == "6.99"
    assert plain(Decimal("1E+2")) == "100"
