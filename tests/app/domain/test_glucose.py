from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.glucose import glucose_problem, glucose_text, mmol_l_from_mg_dl, shown_mmol_l


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction("6.9"), "6.90"),
        (Fraction("6.99"), "6.99"),
        (Fraction(125, 18), "6.94"),
        (Fraction("6.996"), "6.996"),  # two decimals would say 7.00, which is not controlled
        (Fraction("6.99996"), "6.99996"),
        (Fraction("16.699"), "16.699"),
        (Fraction("3.901"), "3.901"),
        (Fraction("7.004"), "7.004"),  # and 7.00 here would be the limit itself
    ],
)
def test_a_shown_value_never_lands_on_the_other_side_of_a_limit(value, shown):
    assert shown_mmol_l(value) == Decimal(shown)


def test_values_are_read_aloud_without_needless_zeros():
    assert glucose_text(Fraction("8.2")) == "8.2"
    assert glucose_text(Fraction(7)) == "7.0"
    assert glucose_text(Fraction(10)) == "10.0"
    assert glucose_text(Fraction(125, 18)) == "6.94"


def test_mg_dl_is_converted_exactly():
    assert mmol_l_from_mg_dl(Decimal(126)) == 7
    assert mmol_l_from_mg_dl(Decimal("70.2")) == Fraction("3.9")


@pytest.mark.parametrize(
    ("value", "refused"), [("0.49", True), ("0.5", False), ("60", False), ("60.01", True)]
)
def test_the_hard_limits_of_glucose(value, refused):
    assert (glucose_problem("fpg_mmol_l", Fraction(value)) is not None) is refused
    assert glucose_problem("fpg_mmol_l", None) is None
