"""大写金额, by the examples of the rules for settlement vouchers and at every boundary."""

from __future__ import annotations

import pytest

from app.domain.capital_amount import LARGEST_FEN, capital_amount


@pytest.mark.parametrize(("fen", "words"), [
    (140950, "壹仟肆佰零玖元伍角整"),
    (600714, "陆仟零柒元壹角肆分"),
    (168032, "壹仟陆佰捌拾元叁角贰分"),
    (10700053, "壹拾万柒仟元伍角叁分"),
    (1640902, "壹万陆仟肆佰零玖元零贰分"),
    (32504, "叁佰贰拾伍元零肆分"),
    (0, "零元整"),
    (1, "壹分"),
    (10, "壹角整"),
    (12, "壹角贰分"),
    (100, "壹元整"),
    (5003, "伍拾元零叁分"),
    (1_000_000, "壹万元整"),
    (1_000_100, "壹万零壹元整"),
    (100_000_000, "壹佰万元整"),
    (10_000_000_000, "壹亿元整"),
    (10_000_000_100, "壹亿零壹元整"),
    (1_234_567_890, "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌元玖角整"),
    (-12345, "负壹佰贰拾叁元肆角伍分"),
])
def test_an_amount_is_written_as_the_rules_for_vouchers_say(fen: int, words: str) -> None:
    assert capital_amount(fen) == words


def test_no_amount_is_written_without_its_end() -> None:
    assert {capital_amount(fen)[-1] for fen in range(2000)} == {"整", "分"}


def test_an_amount_beyond_any_purse_is_a_fault() -> None:
    assert capital_amount(LARGEST_FEN).endswith("玖分")
    with pytest.raises(ValueError, match="amount"):
        capital_amount(LARGEST_FEN + 1)
