"""The table of a stock-take's states: drug_requests §7."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.document_states import judge
from app.domain.request_terms import Role
from app.domain.stocktake import StocktakeState, may_follow
from app.domain.stocktake_steps import (
    ALONE_STEPS,
    COUNT_STEPS,
    CountAction,
    CountState,
    count_age_note,
    lines_to_recount,
    recount_size,
)

LEGAL = {
    (None, CountAction.OPEN): CountState.OPEN,
    (CountState.OPEN, CountAction.COUNT): CountState.COUNTING,
    (CountState.COUNTING, CountAction.COUNT): CountState.COUNTING,
    (CountState.COUNTING, CountAction.REVIEW): CountState.REVIEW,
    (CountState.REVIEW, CountAction.RECOUNT): CountState.COUNTING,
    (CountState.REVIEW, CountAction.FINALISE): CountState.FINALISED,
    (CountState.OPEN, CountAction.CANCEL): CountState.CANCELLED,
    (CountState.COUNTING, CountAction.CANCEL): CountState.CANCELLED,
    (CountState.REVIEW, CountAction.CANCEL): CountState.CANCELLED,
}


@pytest.mark.parametrize("action", CountAction)
@pytest.mark.parametrize("state", [None, *CountState])
def test_every_pair_of_state_and_action_is_legal_or_refused_as_the_table_says(state, action):
    result = judge(COUNT_STEPS, state, action, Role.VILLAGE_DOCTOR, reason="重新来过")
    assert result.to is LEGAL.get((state, action))


@pytest.mark.parametrize(("state", "action"), [pair for pair in LEGAL if pair[0] is not None])
def test_the_table_agrees_with_the_order_of_the_states(state, action):
    to = LEGAL[state, action]
    assert to is state or may_follow(StocktakeState(state.value), StocktakeState(to.value))


def test_who_counted_does_not_verify_unless_he_works_alone():
    own = {CountAction.OPEN.value, CountAction.COUNT.value}
    by = Role.VILLAGE_DOCTOR
    assert not judge(COUNT_STEPS, CountState.REVIEW, CountAction.FINALISE, by, own=own).legal
    assert judge(COUNT_STEPS, CountState.REVIEW, CountAction.FINALISE, by, own={CountAction.OPEN.value}).legal
    assert judge(ALONE_STEPS, CountState.REVIEW, CountAction.FINALISE, by, own=own).legal


@pytest.mark.parametrize(("lines", "size"), [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (400, 3)])
def test_three_lines_are_counted_again(lines, size):
    drawn = lines_to_recount([str(number) for number in range(lines)], seed=7)
    assert (recount_size(lines), len(set(drawn))) == (size, size)


def test_the_draw_is_the_same_for_the_same_seed_whatever_the_order():
    ids = [str(number) for number in range(50)]
    assert lines_to_recount(ids, 11) == lines_to_recount(ids[::-1], 11)
    assert lines_to_recount(ids, 11) != lines_to_recount(ids, 12)


@pytest.mark.parametrize(("age", "warned"), [(0, False), (35, False), (36, True)])
def test_a_count_older_than_thirty_five_days_is_told(age, warned):
    today = date(2026, 11, 22)
    assert (count_age_note(today - timedelta(days=age), today) is not None) is warned


def test_a_clinic_that_never_counted_is_told():
    assert "还没有" in str(count_age_note(None, date(2026, 11, 22)))
