"""Drawing a random check (mechanisms §3.2): 10 items, at least 3 of high value, 2 near expiry, repeatable by its seed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.domain.random_draw import Candidate, DrawnFor, draw_items, draw_keys

TODAY = date(2026, 11, 22)
SHELF = [
    Candidate(f"b{number:03d}", 100 * number, TODAY + timedelta(days=30 * (number % 20) + 20)) for number in range(100)
]


def reasons(drawn):
    return [each.why for each in drawn]


def test_ten_items_three_dear_two_near_expiry_and_the_rest_at_random():
    drawn = draw_items(SHELF, TODAY, 4711)
    assert len({each.key for each in drawn}) == 10
    assert reasons(drawn) == [DrawnFor.HIGH_VALUE] * 3 + [DrawnFor.NEAR_EXPIRY] * 2 + [DrawnFor.AT_RANDOM] * 5
    by_key = {each.key: each for each in SHELF}
    assert all(by_key[each.key].value_fen >= 8000 for each in drawn[:3])
    assert all((by_key[each.key].expiry - TODAY).days < 90 for each in drawn[3:5])


def test_the_same_seed_draws_the_same_whatever_the_order_of_the_list():
    assert draw_items(SHELF, TODAY, 1) == draw_items(list(reversed(SHELF)), TODAY, 1)
    assert draw_items(SHELF, TODAY, 1) != draw_items(SHELF, TODAY, 2)


def test_over_many_seeds_everything_is_drawn_sometimes():
    seen = {each.key for seed in range(400) for each in draw_items(SHELF, TODAY, seed)}
    assert len(seen) == len(SHELF)


@pytest.mark.parametrize("size", [0, 1, 4, 9, 10])
def test_a_small_shelf_is_drawn_whole(size):
    drawn = draw_items(SHELF[:size], TODAY, 5)
    assert {each.key for each in drawn} == {each.key for each in SHELF[:size]}


def test_what_a_group_lacks_the_rest_makes_up_for():
    plain = [Candidate(f"p{number}", None, None) for number in range(20)]
    drawn = draw_items(plain, TODAY, 5)
    assert reasons(drawn) == [DrawnFor.AT_RANDOM] * 10


@pytest.mark.parametrize(("count", "seed"), [(-1, 5), (3, -1), (3, 10**9 + 1)])
def test_an_impossible_draw_is_refused(count, seed):
    with pytest.raises(ValueError, match="draw"):
        draw_keys(["a", "b"], count, seed)


def test_clinics_are_drawn_without_repetition_and_at_most_all():
    assert sorted(draw_keys(["a", "b", "b", "c"], 9, 3)) == ["a", "b", "c"]
    assert len(draw_keys(["a", "b", "c"], 2, 3)) == 2


def test_two_candidates_of_one_key_are_refused():
    with pytest.raises(ValueError, match="one candidate"):
        draw_items([SHELF[0], SHELF[0]], TODAY, 1)
