"""Kinds of movements, what speaks against one, and the time line of a batch: mechanisms §3.2, drug_requests §6.3, §7, §8."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.adjustments import AdjustmentReason
from app.domain.movements import (
    LARGEST_QUANTITY,
    LOSSES,
    Bearer,
    LedgerError,
    LowPoint,
    MovementFacts,
    MovementKind,
    is_possible_quantity,
    lowest_point,
    movement_error,
    usable_on,
)

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
DISPENSE = MovementFacts(MovementKind.DISPENSE, 10, NOON, NOON, TODAY, date(2027, 8, 31))
RECEIPT = replace(DISPENSE, kind=MovementKind.RECEIPT)


def at(hour):
    return datetime(2026, 11, 22, hour, tzinfo=UTC)


@pytest.mark.parametrize("reason", AdjustmentReason)
def test_every_reason_of_an_adjustment_is_a_kind_with_the_same_sign_and_words(reason):
    kind = MovementKind(reason.value)
    assert (kind.sign, kind.label) == (reason.sign, reason.label)


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        (MovementKind.OPENING, 1),
        (MovementKind.RECEIPT, 1),
        (MovementKind.RETURN_FROM_CLINIC, 1),
        (MovementKind.DISPENSE, -1),
        (MovementKind.ISSUE, -1),
    ],
)
def test_the_other_kinds_have_a_fixed_sign_too(kind, sign):
    assert kind.sign == sign
    assert str(kind.label)


def test_only_dispensing_and_what_residents_return_is_consumption():
    assert {kind for kind in MovementKind if kind.is_consumption} == {
        MovementKind.DISPENSE,
        MovementKind.RETURN_FROM_RESIDENT,
    }


def test_a_townships_use_is_what_goes_to_its_clinics_and_comes_back_from_them():
    supply = {kind for kind in MovementKind if kind.is_supply}
    assert supply == {MovementKind.ISSUE, MovementKind.RETURN_FROM_CLINIC}
    assert not any(kind.is_consumption for kind in supply)


def test_counts_write_two_kinds_that_only_another_count_puts_right():
    assert {kind for kind in MovementKind if kind.is_of_a_count} == {
        MovementKind.COUNT_SURPLUS,
        MovementKind.COUNT_SHORTAGE,
    }


@pytest.mark.parametrize("bearer", Bearer)
def test_everyone_who_may_bear_a_loss_has_words(bearer):
    assert "承担" in str(bearer.label)


@pytest.mark.parametrize(
    ("quantity", "possible"),
    [(1, True), (LARGEST_QUANTITY, True), (0, False), (-1, False), (LARGEST_QUANTITY + 1, False),
     (1.0, False), (2.5, False), (True, False), ("3", False), (None, False)],
)  # fmt: skip
def test_a_quantity_is_a_whole_number_of_units_from_one(quantity, possible):
    assert is_possible_quantity(quantity) is possible


@pytest.mark.parametrize(
    ("expiry", "hold", "usable"),
    [
        (TODAY, "", True),  # §6.3: it may still be dispensed on its last day
        (TODAY - timedelta(days=1), "", False),
        (TODAY + timedelta(days=1), "", True),
        (None, "", True),
        (None, "quality", False),
        (TODAY + timedelta(days=1), "cold_chain", False),
    ],
)
def test_goods_are_usable_while_not_held_and_up_to_their_last_day(expiry, hold, usable):
    assert usable_on(expiry, hold, TODAY) is usable


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        (DISPENSE, None),
        (RECEIPT, None),
        (replace(DISPENSE, quantity=0), LedgerError.QUANTITY),
        (replace(DISPENSE, quantity=-3), LedgerError.QUANTITY),
        (replace(DISPENSE, quantity=2.5), LedgerError.QUANTITY),
        (replace(DISPENSE, at=NOON + timedelta(microseconds=1)), LedgerError.IN_FUTURE),
        (replace(DISPENSE, is_month_closed=True), LedgerError.CLOSED_MONTH),
        (replace(RECEIPT, is_month_closed=True), LedgerError.CLOSED_MONTH),
        (replace(DISPENSE, counted_at=NOON + timedelta(microseconds=1)), LedgerError.BEFORE_COUNT),
        (replace(DISPENSE, counted_at=NOON), None),  # at the moment of the count: the count's own difference
        (replace(DISPENSE, expiry=TODAY), None),
        (replace(DISPENSE, expiry=TODAY - timedelta(days=1)), LedgerError.EXPIRED),
        (replace(DISPENSE, hold="quality"), LedgerError.HELD),
        (replace(DISPENSE, kind=MovementKind.ISSUE, hold="quality"), LedgerError.HELD),
        (replace(DISPENSE, kind=MovementKind.TRANSFER_OUT, expiry=date(2026, 1, 1)), LedgerError.EXPIRED),
        (replace(DISPENSE, kind=MovementKind.RETURN_TO_TOWNSHIP, hold="quality"), None),
        (replace(DISPENSE, kind=MovementKind.SAMPLE_FOR_INSPECTION, hold="quality"), None),
        (replace(DISPENSE, kind=MovementKind.COUNT_SHORTAGE, expiry=date(2026, 1, 1)), None),
        (replace(RECEIPT, hold="quality"), None),  # more of a held batch arrives and is held with it
        (replace(RECEIPT, hold="returned"), LedgerError.QUARANTINE),
        (replace(RECEIPT, kind=MovementKind.RETURN_FROM_RESIDENT), LedgerError.QUARANTINE),
        (replace(RECEIPT, kind=MovementKind.RETURN_FROM_RESIDENT, hold="returned"), None),
        (replace(RECEIPT, kind=MovementKind.COUNT_SURPLUS, hold="returned"), None),
    ],
)
def test_what_speaks_against_a_movement_by_itself(facts, error):
    assert movement_error(facts) is error


@pytest.mark.parametrize("kind", sorted(LOSSES))
def test_each_loss_names_who_bears_it(kind):
    loss = replace(DISPENSE, kind=kind, hold="quality", expiry=date(2026, 1, 1))
    assert movement_error(loss) is LedgerError.BEARER
    assert movement_error(replace(loss, bearer="nobody")) is LedgerError.BEARER
    assert [movement_error(replace(loss, bearer=bearer.value)) for bearer in Bearer] == [None] * 3


@pytest.mark.parametrize(
    ("changes", "new", "low"),
    [
        ([], [], None),
        ([], [(at(1), -1)], LowPoint(at(1), 1)),
        ([(at(1), 15)], [(at(2), -2), (at(3), -3)], None),  # 15 - 2 - 3 = 10
        ([(at(1), 10)], [(at(2), -11)], LowPoint(at(2), 1)),
        ([(at(1), 10), (at(5), -10)], [(at(3), -1)], LowPoint(at(5), 1)),  # enough then, missing later
        ([(at(3), 10)], [(at(2), -1)], LowPoint(at(2), 1)),  # before anything was there
        ([(at(3), 10)], [(at(3), -10)], None),  # at one moment what comes counts first
        ([(at(1), 5), (at(4), 20)], [(at(3), -6)], LowPoint(at(3), 1)),  # there again later is no help
    ],
)
def test_a_time_line_is_never_below_zero(changes, new, low):
    assert lowest_point(changes, new) == low


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(-9, 9))))
def test_the_low_point_is_the_first_moment_whose_sum_is_negative(pairs):
    changes = [(at(1) + timedelta(minutes=minute), units) for minute, units in pairs]
    below = [
        moment
        for moment in sorted({moment for moment, _ in changes})
        if sum(units for when, units in changes if when <= moment) < 0
    ]
    found = lowest_point(changes, [])
    assert (found.at if found else None) == (below[0] if below else None)
