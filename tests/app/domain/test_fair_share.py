"""Fair share: never more than asked, never above the stock, and the order of arrival does not matter."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from random import Random

import pytest

from app.domain.fair_share import Claim, fair_share, level_reached


def some_claims(random, count):
    return [
        Claim(
            f"41162410{number:04}",
            random.randint(0, 400),
            random.choice((None, 0, random.randint(0, 300))),
            random.choice((None, 0, Fraction(random.randint(1, 900), random.randint(1, 9)))),
        )
        for number in range(count)
    ]


def test_everybody_gets_what_he_asked_for_when_there_is_enough():
    claims = [Claim("a", 30, 0, 15), Claim("b", 12, 50, 6)]
    assert fair_share(42, claims) == {"a": 30, "b": 12}
    assert fair_share(43, claims, pack=28) == {"a": 30, "b": 12}


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        (0, {"a": 0, "b": 0}),
        (10, {"a": 10, "b": 0}),
        (20, {"a": 20, "b": 0}),
        (30, {"a": 25, "b": 5}),
        (40, {"a": 30, "b": 10}),
        (59, {"a": 40, "b": 19}),
        (60, {"a": 40, "b": 20}),
    ],
)
def test_the_emptier_shelf_is_filled_first_up_to_the_level_of_the_other(stock, expected):
    claims = [Claim("a", 40, 0, 20), Claim("b", 20, 20, 20)]
    assert fair_share(stock, claims) == expected


def test_a_clinic_that_uses_twice_as_much_gets_twice_as_much():
    assert fair_share(30, [Claim("a", 40, 0, 10), Claim("b", 40, 0, 20)]) == {"a": 10, "b": 20}


def test_unknown_use_is_taken_from_the_request():
    assert fair_share(30, [Claim("a", 20), Claim("b", 40)]) == {"a": 10, "b": 20}


def test_whole_packs_and_the_rest_to_the_lowest_level():
    given = fair_share(70, [Claim("a", 84, 0, 30), Claim("b", 84, 0, 30)], pack=28)
    assert given == {"a": 28, "b": 28}
    assert fair_share(84, [Claim("a", 84, 0, 30), Claim("b", 84, 5, 30)], pack=28) == {"a": 56, "b": 28}


def test_a_clinic_that_asked_for_nothing_gets_nothing():
    assert fair_share(5, [Claim("a", 0, 0, 10), Claim("b", 9, 90, 1)]) == {"a": 0, "b": 5}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("pack", [1, 7, 28])
def test_never_more_than_asked_never_above_the_stock_and_nothing_is_left_lying(seed, pack):
    random = Random(seed)
    claims = some_claims(random, random.randint(1, 12))
    stock = random.randint(0, 1500)
    given = fair_share(stock, claims, pack=pack)
    asked = {claim.key: claim.asked for claim in claims}
    assert all(0 <= given[key] <= asked[key] for key in asked)
    assert sum(given.values()) <= stock
    left = stock - sum(given.values())
    unserved = [min(pack, asked[key] - given[key]) for key in asked if given[key] < asked[key]]
    assert not unserved or left < min(unserved)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_arrival_does_not_matter(seed):
    random = Random(seed)
    claims = some_claims(random, 4)
    stock = random.randint(0, sum(claim.asked for claim in claims))
    answers = {tuple(sorted(fair_share(stock, order, pack=7).items())) for order in permutations(claims)}
    assert len(answers) == 1


@pytest.mark.parametrize("seed", range(20))
def test_more_stock_takes_from_nobody_more_than_the_unit_that_was_rounded_up(seed):
    random = Random(seed)
    claims = some_claims(random, 5)
    before = fair_share(0, claims)
    for stock in range(1, min(300, sum(claim.asked for claim in claims))):
        after = fair_share(stock, claims)
        assert sum(after.values()) == stock
        assert all(after[key] >= before[key] - 1 for key in after)
        before = after


@pytest.mark.parametrize(
    ("stock", "claims", "pack"),
    [(-1, [], 1), (1, [Claim("a", -1)], 1), (1, [], 0), (1, [Claim("a", 1), Claim("a", 2)], 1)],
)
def test_what_cannot_be_is_refused(stock, claims, pack):
    with pytest.raises(ValueError, match=r"not negative|one claim"):
        fair_share(stock, claims, pack=pack)


@pytest.mark.parametrize(
    ("stock", "level"),
    [(0, Fraction(0)), (20, Fraction(1)), (30, Fraction(5, 4)), (39, Fraction(59, 40)), (40, Fraction(3, 2)),
     (50, Fraction(7, 4)),
     (59, Fraction(79, 40)), (60, None), (61, None)],
)  # fmt: skip
def test_the_level_is_the_months_to_which_all_are_filled_exactly(stock, level):
    claims = [Claim("a", 40, 0, 20), Claim("b", 20, 20, 20)]
    assert level_reached(stock, claims) == level


@pytest.mark.parametrize(
    ("stock", "opened", "given"),
    [(70, 14, {"a": 28, "b": 42}), (70, 0, {"a": 28, "b": 28}), (20, 20, {"a": 0, "b": 20}), (56, 0, {"a": 28, "b": 28})],
)
def test_an_open_pack_goes_at_last_to_whoever_has_least(stock, opened, given):
    claims = [Claim("a", 84, 5, 30), Claim("b", 84, 0, 30)]
    assert fair_share(stock, claims, pack=28, opened=opened) == given
    assert fair_share(stock, claims[::-1], pack=28, opened=opened) == given
