"""The record of a distributor (mechanisms §3.1): fill rate, on-time rate, short-dated rate."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product

import pytest

from app.domain.distributor_score import Delivered, OrderedLine, is_short_dated, months_later, rank, score
from app.domain.document_states import StepError, judge
from app.domain.purchase_states import PURCHASE_STEPS, PurchaseAction, PurchaseState
from app.domain.request_terms import Role

TODAY = date(2026, 11, 22)
FAR = date(2028, 6, 30)


def line(ordered, due, *came):
    return OrderedLine(ordered, due, tuple(Delivered(units, on, expiry) for units, on, expiry in came))


def test_the_fill_rate_is_the_mean_of_the_lines_not_of_the_units():
    lines = [
        line(1000, date(2026, 11, 1), (1000, date(2026, 11, 1), FAR)),
        line(10, date(2026, 11, 1), (5, date(2026, 10, 30), FAR)),
        line(10, date(2026, 11, 1)),
    ]
    found = score(lines, TODAY)
    assert found.fill_rate == Fraction(1, 2)
    assert found.on_time_rate == Fraction(1, 3)
    assert (found.lines, found.deliveries) == (3, 2)


@pytest.mark.parametrize(
    ("came", "on_time"),
    [
        ([(10, date(2026, 11, 1), FAR)], Fraction(1)),
        ([(10, date(2026, 11, 2), FAR)], Fraction(0)),
        ([(9, date(2026, 11, 1), FAR), (1, date(2026, 11, 2), FAR)], Fraction(0)),
        ([(9, date(2026, 10, 1), FAR), (1, date(2026, 11, 1), FAR)], Fraction(1)),
    ],
)
def test_on_time_is_the_whole_line_by_the_agreed_day(came, on_time):
    assert score([line(10, date(2026, 11, 1), *came)], TODAY).on_time_rate == on_time


def test_what_is_not_due_yet_counts_in_nothing_unless_it_came():
    assert score([line(10, TODAY)], TODAY) == score([], TODAY)
    assert score([], TODAY).fill_rate is None
    assert score([], TODAY).short_dated_rate is None
    assert score([line(10, TODAY, (10, TODAY, FAR))], TODAY).fill_rate == 1


def test_more_than_ordered_fills_a_line_once():
    lines = [line(10, date(2026, 11, 1), (30, date(2026, 11, 1), FAR)), line(10, date(2026, 11, 1))]
    assert score(lines, TODAY).fill_rate == Fraction(1, 2)


@pytest.mark.parametrize(
    ("expiry", "received", "short"),
    [
        (date(2027, 5, 21), TODAY, True),
        (date(2027, 5, 22), TODAY, False),
        (None, TODAY, False),
        (date(2027, 2, 28), date(2026, 8, 31), False),
        (date(2027, 2, 27), date(2026, 8, 31), True),
    ],
)
def test_short_dated_is_less_than_six_calendar_months(expiry, received, short):
    assert is_short_dated(expiry, received) is short


def test_months_later_keeps_to_the_calendar():
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 1, 15), -12) == date(2025, 1, 15)


def test_the_best_record_comes_first_and_an_unknown_one_in_the_middle():
    good = score([line(10, date(2026, 11, 1), (10, date(2026, 11, 1), FAR))], TODAY)
    bad = score([line(10, date(2026, 11, 1))], TODAY)
    assert rank(good) < rank(score([], TODAY)) < rank(bad)


S, A = PurchaseState, PurchaseAction
LEGAL = {
    (None, A.CREATE): S.DRAFT,
    (S.DRAFT, A.ORDER): S.ORDERED,
    (S.ORDERED, A.DELIVER_PART): S.PARTIAL,
    (S.PARTIAL, A.DELIVER_PART): S.PARTIAL,
    (S.ORDERED, A.DELIVER_REST): S.CLOSED,
    (S.PARTIAL, A.DELIVER_REST): S.CLOSED,
    (S.ORDERED, A.CLOSE_REST): S.CLOSED,
    (S.PARTIAL, A.CLOSE_REST): S.CLOSED,
    (S.DRAFT, A.CANCEL): S.CANCELLED,
    (S.ORDERED, A.CANCEL): S.CANCELLED,
}


@pytest.mark.parametrize(("state", "action"), list(product((None, *S), A)))
def test_an_order_goes_only_the_listed_ways(state, action):
    result = judge(PURCHASE_STEPS, state, action, Role.TOWNSHIP_PHARMACIST, reason="厂家停产")
    assert result.to == LEGAL.get((state, action))


def test_nobody_places_an_order_that_he_wrote():
    assert judge(PURCHASE_STEPS, S.DRAFT, A.ORDER, Role.TOWNSHIP_PHARMACIST, own={"create"}).error is StepError.OWN_WORK
