"""Remaining and fill rate: drug_requests §4.8."""

from __future__ import annotations

from fractions import Fraction

import pytest

from app.domain.fulfilment import (
    FilledLine,
    RemainingError,
    Shipped,
    fill_rate,
    remaining_units,
    supply_quantity,
)


@pytest.mark.parametrize(
    ("requested", "approved", "step", "shipped", "units", "error"),
    [
        (120, 100, True, [], 100, None),
        (120, 100, False, [], 120, None),
        (120, 100, True, [Shipped(56)], 44, None),
        (120, 100, True, [Shipped(56), Shipped(44)], 0, RemainingError.NOTHING_REMAINING),
        (120, 100, True, [Shipped(112)], 0, RemainingError.NOTHING_REMAINING),  # whole packs: never negative
        (120, 0, True, [], 0, RemainingError.NOTHING_REMAINING),
        (120, 100, True, [Shipped(100, returned=30)], 30, None),
        (120, None, True, [], None, RemainingError.NOT_APPROVED),
        (None, 100, False, [], None, RemainingError.NOT_APPROVED),
    ],
)
def test_remaining_is_what_may_be_supplied_less_what_was_shipped(
    requested, approved, step, shipped, units, error
):
    result = remaining_units(requested, approved, shipped, approval_step=step)
    assert (result.units, result.error) == (units, error)


def test_another_shipment_takes_only_what_remains():
    assert remaining_units(100, 100, [Shipped(60)], wanted=40).error is None
    assert remaining_units(100, 100, [Shipped(60)], wanted=41).error is RemainingError.MORE_THAN_REMAINING
    assert str(remaining_units(100, 100, [Shipped(100)]).message) == "没有可继续发货的数量"
    assert remaining_units(100, 100).message is None


def test_supply_quantity_has_one_definition():
    assert supply_quantity(120, 100, approval_step=True) == 100
    assert supply_quantity(120, 100, approval_step=False) == 120


@pytest.mark.parametrize(
    ("lines", "rate", "refused"),
    [
        ([(100, 100)], Fraction(1), Fraction(0)),
        ([(100, 100), (100, 50)], Fraction(3, 4), Fraction(0)),
        ([(3, 1), (100, 100), (10, 0)], Fraction(4, 9), Fraction(0)),  # mean over lines, not over units
        ([(100, 50), (0, 0)], Fraction(1, 2), Fraction(1, 2)),
        ([(0, 0)], None, Fraction(1)),
        ([(100, None)], None, Fraction(0)),
        ([(None, 5), (100, 100)], None, None),
        ([], None, None),
    ],
)
def test_fill_rate_is_the_mean_over_approved_lines(lines, rate, refused):
    result = fill_rate([FilledLine(approved, accepted) for approved, accepted in lines])
    assert (result.fill_rate, result.refused_share) == (rate, refused)
