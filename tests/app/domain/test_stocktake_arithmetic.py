"""Stock-take lines and adjustments: drug_requests §7, §8."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.adjustments import AdjustmentReason, adjust
from app.domain.stocktake import (
    DifferenceReason,
    StocktakeError,
    StocktakeState,
    check_movement_time,
    count_line,
    explains,
    may_follow,
)


@pytest.mark.parametrize(
    ("snapshot", "movements", "counted", "later", "reserved", "expected"),
    [
        (100, [], 100, [], 0, (100, 0, 100, None)),
        (100, [-5], 95, [], 0, (95, 0, 95, None)),  # issued meanwhile: no difference
        (100, [-5], 93, [-3], 0, (95, -2, 90, None)),
        (100, [-5, 20], 120, [-3, 10], 0, (115, 5, 127, None)),
        (100, [], 0, [], 0, (100, -100, 0, None)),
        (100, [], None, [-3], 0, (100, None, 97, None)),  # not counted: the book stands
        (100, [], 9, [], 10, (100, -91, 9, StocktakeError.BELOW_RESERVED)),
        (100, [], 10, [], 10, (100, -90, 10, None)),
        (100, [], 12, [-3], 10, (100, -88, 9, StocktakeError.BELOW_RESERVED)),
        (5, [], 6, [], 10, (5, 1, 6, None)),  # a surplus pushes nothing below
        (5, [], 5, [-6], 0, (5, 0, -1, StocktakeError.NEGATIVE_STOCK)),
        (5, [], -1, [], 0, (5, -6, -1, StocktakeError.NEGATIVE_QUANTITY)),
    ],
)
def test_difference_is_taken_at_the_counting_moment(snapshot, movements, counted, later, reserved, expected):
    line = count_line(snapshot, movements, counted, later=later, reserved=reserved)
    assert (line.book_at_count, line.difference, line.final_on_hand, line.error) == expected
    assert line.valid is (expected[3] is None)
    assert (line.message is None) is line.valid


def test_a_difference_needs_a_reason_when_finalising():
    needed = count_line(10, [], 9, reason_needed=True)
    assert needed.error is StocktakeError.REASON_REQUIRED
    assert count_line(10, [], 9, reason="损耗", reason_needed=True).valid
    assert count_line(10, [], 10, reason_needed=True).valid


def test_reasons_of_a_difference_are_those_of_the_specification():
    labels = [str(reason.label) for reason in DifferenceReason]
    assert labels == ["损耗", "过期", "错发", "少收未报", "前次盘错", "找到", "其他"]


@pytest.mark.parametrize(
    ("reason", "of_less", "of_more"),
    [
        ("损耗", True, False), ("过期", True, False), ("少收未报", True, False), ("找到", False, True), ("错发", True, True),
        ("前次盘错", True, True), ("其他", True, True),
    ],
)
def test_waste_never_leaves_more_and_what_was_found_never_less(reason, of_less, of_more):
    assert (explains(DifferenceReason(reason), -1), explains(DifferenceReason(reason), 1)) == (of_less, of_more)


COUNTED_AT = datetime(2026, 6, 10, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "error"),
    [(-1, StocktakeError.BEFORE_FINALISED_COUNT), (0, None), (1, None)],
)
def test_movements_are_not_dated_before_a_finalised_count(offset, error):
    assert check_movement_time(COUNTED_AT + timedelta(seconds=offset), COUNTED_AT) is error
    assert check_movement_time(COUNTED_AT, None) is None


def test_states_of_a_stock_take():
    steps = [StocktakeState.OPEN, StocktakeState.COUNTING, StocktakeState.REVIEW, StocktakeState.FINALISED]
    for state, following in itertools.pairwise(steps):
        assert may_follow(state, following)
        assert may_follow(state, StocktakeState.CANCELLED)
    assert not any(may_follow(StocktakeState.FINALISED, state) for state in StocktakeState)
    assert not may_follow(StocktakeState.OPEN, StocktakeState.FINALISED)


INCREASES = {"transfer_in", "return_from_resident", "count_surplus", "donation_in"}


@pytest.mark.parametrize("reason", list(AdjustmentReason))
def test_adjustment_reasons_have_a_fixed_sign(reason):
    expected = 1 if reason.value in INCREASES else -1
    assert adjust(10, reason, 4) == 10 + 4 * expected
    assert str(reason.label)


def test_what_special_reasons_ask_for():
    assert [reason for reason in AdjustmentReason if reason.needs_document_number] == [
        AdjustmentReason.STOLEN
    ]
    assert [reason for reason in AdjustmentReason if reason.needs_approval] == [AdjustmentReason.DONATION_IN]
    quarantined = [reason for reason in AdjustmentReason if reason.goes_to_quarantine]
    assert quarantined == [AdjustmentReason.RETURN_FROM_RESIDENT]


@pytest.mark.parametrize(
    ("reason", "quantity"),
    [(AdjustmentReason.DAMAGE, 11), (AdjustmentReason.DAMAGE, -1), (AdjustmentReason.COUNT_SURPLUS, -1)],
)
def test_an_adjustment_takes_no_more_than_there_is(reason, quantity):
    with pytest.raises(ValueError, match=r"not negative|more than"):
        adjust(10, reason, quantity)
