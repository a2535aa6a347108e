"""The arithmetic of a monthly statement: fen, never a float, rounded half up once per line (mechanisms §3.3)."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from app.domain.document_states import StepError, judge
from app.domain.request_terms import Role
from app.domain.settlement import (
    DifferenceKind,
    MonthOfDrug,
    amount_owed,
    differences_of,
    due_on,
    first_and_last,
    following_month,
    is_over,
    previous_month,
    totals_of,
)
from app.domain.settlement_states import SETTLEMENT_STEPS, SettlementAction, SettlementState
from app.domain.stock_value import total_value_fen, value_fen


def month(**values):
    return MonthOfDrug(**{"drug_code": "A", "price_fen": 1000, "units_per_pack": 28, **values})


def test_the_restore_example_of_open_msupply_adds_up():
    # open-msupply, stock after restoring: 15 received, 2 and 3 issued, 10 left.
    line = month(received=15, dispensed=5, closing=10)
    assert line.expected_closing == 10


def test_stock_on_hand_of_openlmis_is_opening_plus_received_less_consumed_less_losses():
    # OpenLMIS requisition: 1000 + 500 - 100 - 200 = 1200, and 1300 without the adjustment.
    assert month(opening=1000, received=500, dispensed=100, lost=200).expected_closing == 1200
    assert month(opening=1000, received=500, dispensed=200).expected_closing == 1300


@pytest.mark.parametrize(
    ("units", "price", "pack", "fen"),
    [(60, 1234, 28, 2644), (1, 1, 2, 1), (1, 1, 3, 0), (2, 1, 3, 1), (-1, 1, 2, -1), (0, None, 10, 0), (5, None, 10, None),
     (3, 5, 2, 8)],
)  # fmt: skip
def test_a_line_is_rounded_half_up_once(units, price, pack, fen):
    assert amount_owed(month(price_fen=price, units_per_pack=pack, dispensed=units)) == fen


def test_the_clinic_owes_for_what_it_used_and_lost_by_its_own_fault_not_for_what_it_was_sent():
    line = month(opening=0, received=280, dispensed=56, lost=28, charged=14, closing=196)
    assert amount_owed(line) == 2500
    assert totals_of([line]).received == 10000
    assert totals_of([line]).payable == 2500


def test_totals_are_sums_of_rounded_lines_and_unknown_where_a_price_is_missing():
    lines = [month(price_fen=1, units_per_pack=2, dispensed=1), month(price_fen=1, units_per_pack=2, dispensed=1)]
    assert totals_of(lines).payable == 2
    unknown = totals_of([*lines, month(price_fen=None, opening=5, closing=5)])
    assert (unknown.payable, unknown.opening, unknown.dispensed) == (2, None, 2)


@pytest.mark.parametrize(
    ("line", "previous", "delivered", "kinds"),
    [
        (month(opening=10, received=20, dispensed=5, closing=25, delivered=20), 10, 20, []),
        (month(opening=10, closing=9), 10, 0, [DifferenceKind.NOT_ADDING_UP]),
        (month(opening=10, closing=10), 9, 0, [DifferenceKind.OPENING]),
        (month(opening=10, closing=10), None, 0, []),
        (month(received=10, closing=10, delivered=10), 0, 12, [DifferenceKind.DELIVERED]),
        (month(price_fen=None, opening=3, dispensed=3), 3, 0, [DifferenceKind.NO_PRICE]),
        (month(price_fen=None, opening=3, closing=3), 3, 0, []),
        (month(opening=3, lost=1, charged=2, closing=2), 3, 0, [DifferenceKind.CHARGED_TOO_MUCH]),
        (month(opening=3, counted=-2, charged=2, closing=1), 3, 0, []),
    ],
)
def test_what_does_not_agree_is_named(line, previous, delivered, kinds):
    found = differences_of(line, previous_closing=previous, delivered_by_us=delivered)
    assert [each.kind for each in found] == kinds
    assert all(str(each.message) for each in found)


def test_months_follow_the_calendar():
    assert (previous_month("2026-01"), following_month("2026-12")) == ("2025-12", "2027-01")
    assert first_and_last("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
    assert not is_over("2026-11", date(2026, 11, 30))
    assert is_over("2026-11", date(2026, 12, 1))
    with pytest.raises(ValueError, match="month"):
        first_and_last("2026-13")


@pytest.mark.parametrize(
    ("day", "due"), [(10, date(2026, 12, 10)), (31, date(2026, 12, 31)), (0, date(2026, 12, 1))]
)
def test_payment_is_due_on_the_agreed_day_of_the_following_month(day, due):
    assert due_on("2026-11", day) == due
    assert due_on("2027-01", 31) == date(2027, 2, 28)


S, A = SettlementState, SettlementAction
LEGAL = {
    (None, A.CREATE): S.DRAFT,
    (S.DRAFT, A.CHECK): S.CHECKED,
    (S.CHECKED, A.SEND_BACK): S.DRAFT,
    (S.CHECKED, A.CONFIRM): S.CONFIRMED,
    (S.CONFIRMED, A.APPROVE): S.APPROVED,
    (S.APPROVED, A.PAY): S.PAID,
    (S.CHECKED, A.DISPUTE): S.DISPUTED,
    (S.CONFIRMED, A.DISPUTE): S.DISPUTED,
    (S.APPROVED, A.DISPUTE): S.DISPUTED,
    (S.DISPUTED, A.REWORK): S.DRAFT,
}


@pytest.mark.parametrize(("state", "action"), list(product((None, *S), A)))
def test_the_table_allows_what_is_listed_and_nothing_else(state, action):
    result = judge(SETTLEMENT_STEPS, state, action, Role.TOWNSHIP_MANAGER, reason="王明签字")
    assert result.to == LEGAL.get((state, action))


@pytest.mark.parametrize(
    ("state", "action", "own"),
    [(S.DRAFT, A.CHECK, A.CREATE), (S.CONFIRMED, A.APPROVE, A.CREATE), (S.CONFIRMED, A.APPROVE, A.CONFIRM)],
)
def test_nobody_checks_or_approves_what_he_made(state, action, own):
    result = judge(SETTLEMENT_STEPS, state, action, Role.TOWNSHIP_MANAGER, own={own.value})
    assert result.error is StepError.OWN_WORK


@pytest.mark.parametrize("role", list(Role))
def test_only_the_manager_approves_and_pays(role):
    for state, action in ((S.CONFIRMED, A.APPROVE), (S.APPROVED, A.PAY)):
        assert judge(SETTLEMENT_STEPS, state, action, role).legal is (role is Role.TOWNSHIP_MANAGER)


@pytest.mark.parametrize("pack", [1, 2, 3, 7, 28, 100])
@pytest.mark.parametrize("price", [0, 1, 999, 1000, 1234])
def test_the_value_in_whole_numbers_is_the_exact_one_rounded_half_up(price, pack):
    for units in range(-60, 61):
        assert value_fen(units, price, pack) == total_value_fen([(units, price, pack)])
