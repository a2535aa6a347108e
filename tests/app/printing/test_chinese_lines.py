"""Where a line of Chinese may end."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.printing.chinese_lines import lines, segments


@dataclass(frozen=True)
class Character:
    """A unit as wide as its number of characters."""

    text: str
    width: float
    space: float = 0
    sticks_left: bool = False
    sticks_right: bool = False
    ends_line: bool = False


def unit(text: str) -> Character:
    bare = text.rstrip(" ")
    return Character(text, len(bare), len(text) - len(bare), text[0] in "，。）", bare[-1:] == "（")


def split(whole: Character) -> list[Character]:
    return [unit(character) for character in whole.text]


def wrapped(text: str, width: float) -> list[str]:
    return ["".join(part.text for part in row) for row in lines([unit(part) for part in segments(text)], width, split)]


@pytest.mark.parametrize(("text", "expected"), [
    ("血压高", ["血", "压", "高"]),
    ("头痛，头晕。", ["头", "痛，", "头", "晕。"]),
    ("（咸淡）", ["（咸", "淡）"]),
    ("血钾4.1mmol/L", ["血", "钾", "4.1mmol/L"]),
    ("每日 1 次", ["每", "日 ", "1 ", "次"]),
    ("阿里·买买提", ["阿", "里·", "买", "买", "提"]),
    ("", []),
])
def test_text_is_cut_where_a_line_may_end(text: str, expected: list[str]) -> None:
    assert list(segments(text)) == expected


@pytest.mark.parametrize(("text", "width", "expected"), [
    ("一二三四五", 5, ["一二三四五"]),
    ("一二三四五", 3, ["一二三", "四五"]),
    ("一二三，四", 3, ["一二", "三，四"]),
    ("一二（三）", 3, ["一二", "（三）"]),
    ("一二 三", 2, ["一二 ", "三"]),
    ("abcdefgh", 3, ["abc", "def", "gh"]),
    ("血abcdefgh", 3, ["血ab", "cde", "fgh"]),
    ("，，，，", 2, ["，，", "，，"]),
    ("", 3, [""]),
])
def test_lines_hold_no_more_than_their_width_and_keep_the_rules(text: str, width: float, expected: list[str]) -> None:
    assert wrapped(text, width) == expected


def test_a_unit_that_ends_the_line_is_followed_by_a_new_one() -> None:
    units = [unit("一"), Character("", 0, sticks_left=True, ends_line=True), unit("二")]

    assert [[part.text for part in row] for row in lines(units, 9, split)] == [["一", ""], ["二"]]
