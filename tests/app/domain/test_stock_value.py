"""Money of stock: a loss has a value (drug_requests §8); fen, rounded once."""

from __future__ import annotations

import pytest

from app.domain.stock_value import total_value_fen, value_fen, yuan


@pytest.mark.parametrize(
    ("units", "price", "pack", "fen"),
    [
        (28, 560, 28, 560),
        (14, 560, 28, 280),
        (1, 100, 3, 33),
        (2, 100, 3, 67),
        (1, 5, 10, 1),  # half a fen goes up
        (0, None, 28, 0),  # nothing is worth nothing, whatever its price
        (1, None, 28, None),
        (1, 0, 28, 0),
    ],
)
def test_units_are_worth_their_share_of_the_pack(units, price, pack, fen):
    assert value_fen(units, price, pack) == fen


def test_several_batches_are_rounded_once():
    assert total_value_fen([(1, 100, 3), (1, 100, 3), (1, 100, 3)]) == 100


def test_one_unknown_price_makes_the_sum_unknown():
    assert total_value_fen([(1, 100, 1), (1, None, 1)]) is None
    assert total_value_fen([(1, 100, 1), (0, None, 1)]) == 100


def test_a_pack_without_units_is_refused():
    with pytest.raises(ValueError, match="at least one unit"):
        value_fen(1, 100, 0)


@pytest.mark.parametrize(
    ("fen", "words"), [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (-250, "-2.50"), (None, "None")]
)
def test_fen_are_shown_as_yuan(fen, words):
    assert str(yuan(fen)) == words
