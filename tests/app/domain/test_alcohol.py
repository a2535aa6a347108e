from __future__ import annotations

from decimal import Decimal

import pytest

from app.domain.alcohol import spirit_equivalent


@pytest.mark.parametrize(
    ("drunk", "liang"),
    [
        ({"spirit": 2}, "2"),
        ({"beer": 10}, "1"),
        ({"red_wine": 4}, "1"),
        ({"rice_wine": 5}, "1"),
        ({"spirit": "0.5", "beer": 5, "red_wine": 1, "rice_wine": 1}, "1.45"),
        ({"beer": 0.1}, "0.01"),
        ({"spirit": 0}, "0"),
        ({}, "0"),
    ],
)
def test_amounts_are_added_as_spirit(drunk, liang):
    assert spirit_equivalent(**drunk) == Decimal(liang)


def test_a_negative_amount_is_refused():
    with pytest.raises(ValueError, match="negative"):
        spirit_equivalent(beer=-1)
