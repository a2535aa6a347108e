"""Every transition of a shortage report, its triggers and its figures (mechanisms §10)."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from app.domain.document_states import StepError, judge
from app.domain.request_terms import Role
from app.domain.shortage_states import (
    SHORTAGE_STEPS,
    ShortageAction,
    ShortageState,
    fulfilment,
    is_high_risk,
    out_of_stock_too_long,
    short_running,
)

S, A = ShortageState, ShortageAction
HANDLED = (S.SUBSTITUTED, S.REDISTRIBUTED, S.PURCHASING, S.ESCALATED)
LEGAL = {
    (None, A.DRAFT): S.DRAFT,
    (S.DRAFT, A.REPORT): S.REPORTED,
    (S.REPORTED, A.VERIFY): S.VERIFIED,
    (S.VERIFIED, A.SUBSTITUTE): S.SUBSTITUTED,
    (S.VERIFIED, A.REDISTRIBUTE): S.REDISTRIBUTED,
    (S.VERIFIED, A.PURCHASE): S.PURCHASING,
    (S.VERIFIED, A.ESCALATE): S.ESCALATED,
    (S.VERIFIED, A.DISMISS): S.NOT_A_SHORTAGE,
    **{(state, A.DELIVER): S.DELIVERED for state in HANDLED},
    (S.DELIVERED, A.COLLECT): S.COLLECTED,
    (S.DELIVERED, A.NOT_COME): S.NO_SHOW,
    **{(state, A.CLOSE): S.CLOSED for state in (S.COLLECTED, S.NO_SHOW, S.NOT_A_SHORTAGE)},
    **{(state, A.CANCEL): S.CANCELLED for state in (S.DRAFT, S.REPORTED, S.VERIFIED, *HANDLED)},
}


@pytest.mark.parametrize(("state", "action"), list(product((None, *S), A)))
def test_the_table_allows_what_is_listed_and_nothing_else(state, action):
    result = judge(SHORTAGE_STEPS, state, action, Role.TOWNSHIP_PHARMACIST, reason="厂家停产")
    assert result.to == LEGAL.get((state, action))


def test_who_reported_does_not_verify():
    result = judge(SHORTAGE_STEPS, S.REPORTED, A.VERIFY, Role.TOWNSHIP_PHARMACIST, own={"report"})
    assert result.error is StepError.OWN_WORK


@pytest.mark.parametrize(
    ("fills", "short"),
    [
        ([], False),
        ([(60, 0)], False),
        ([(60, 0), (60, 59)], True),
        ([(60, 0), (60, 60)], False),
        ([(60, 60), (60, 0), (60, 30)], True),
        ([(60, 0), (0, 0), (60, 30)], True),
        ([(60, 0), (60, 30), (60, 60)], False),
    ],
)
def test_short_twice_running_is_a_trigger(fills, short):
    assert short_running(fills) is short


@pytest.mark.parametrize(
    ("days", "use", "out"), [(3, 1, True), (2, 1, False), (3, 0, False), (3, None, False), (None, 5, False)]
)
def test_three_days_without_a_used_drug_is_a_trigger(days, use, out):
    assert out_of_stock_too_long(days, use) is out


@pytest.mark.parametrize(
    ("usable", "use", "is_open", "risk"),
    [(0, None, True, True), (14, 30, True, True), (15, 30, True, False), (0, 30, False, False), (None, 30, True, False),
     (5, None, True, False)],
)  # fmt: skip
def test_high_risk_is_an_open_report_with_less_than_half_a_month(usable, use, is_open, risk):
    assert is_high_risk(usable, use, has_open_report=is_open) is risk


def test_fulfilment_counts_only_those_who_were_called():
    assert fulfilment([S.COLLECTED, S.COLLECTED, S.NO_SHOW, S.DELIVERED, S.CLOSED]) == Fraction(2, 3)
    assert fulfilment([S.DELIVERED]) is None
