"""Where a line of Chinese may end (GB/T 15834, and the usual rules of typesetting).

Between two Chinese characters a line may break; not before a closing mark (。，、）》…), not after an opening one
(（《“…), and not inside a word of letters or a number. It measures nothing: widths come with the units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar

NO_LINE_START = frozenset("，。、；：？！…—～·’”）》〉」』】〕〗｝％‰℃°,.;:?!)]}%/／")
NO_LINE_END = frozenset("（《〈「『【〔〖｛“‘([{￥¥＄$№")
SPACES = frozenset(" \u3000\xa0")
FIRST_WIDE = 0x2E80
TOLERANCE = 0.01


def is_wide(character: str) -> bool:
    """Whether a line may break on both sides of `character`: Chinese characters and full-width signs."""
    return ord(character) >= FIRST_WIDE or character in "“”‘’…—·①②③④⑤⑥⑦⑧⑨⑩"


@lru_cache(maxsize=8192)
def segments(text: str) -> tuple[str, ...]:
    """`text` cut wherever a line may end; spaces stay at the end of the segment before them."""
    found: list[str] = []
    current = ""
    for character in text:
        if current and _may_end(current, character):
            found.append(current)
            current = ""
        current += character
    return (*found, current) if current else tuple(found)


def _may_end(current: str, character: str) -> bool:
    last = current[-1]
    if character in SPACES or character in NO_LINE_START:
        return False
    if last in SPACES:
        return bool(current.strip())
    if last in NO_LINE_END:
        return False
    return is_wide(last) or is_wide(character)


def sticks_to_left(text: str) -> bool:
    """Whether `text` must not begin a line."""
    return bool(text) and text[0] in NO_LINE_START


def sticks_to_right(text: str) -> bool:
    """Whether `text` must not end a line."""
    return bool(text) and text[-1] in NO_LINE_END


class Unit(Protocol):
    """Something that is not broken: `width` without, `space` of blank after it that may vanish at a line's end."""

    @property
    def width(self) -> float: ...
    @property
    def space(self) -> float: ...
    @property
    def sticks_left(self) -> bool: ...
    @property
    def sticks_right(self) -> bool: ...
    @property
    def ends_line(self) -> bool: ...


U = TypeVar("U", bound=Unit)


def lines(units: Sequence[U], width: float, split: Callable[[U], Sequence[U]]) -> list[list[U]]:
    """`units` put into lines of at most `width`, at least one line.

    A unit wider than a whole line is taken apart by `split`, which gives it back alone when it cannot be.
    """
    filled: list[list[U]] = [[]]
    used = 0.0
    for group in _groups([part for unit in units for part in _apart(unit, width, split)]):
        wide = sum(unit.width + unit.space for unit in group) - group[-1].space
        if filled[-1] and used + wide > width + TOLERANCE:
            filled.append([])
            used = 0.0
        if wide > width + TOLERANCE:
            used = _pour(group, width, filled)
        else:
            filled[-1].extend(group)
            used += wide + group[-1].space
        if group[-1].ends_line:
            filled.append([])
            used = 0.0
    if len(filled) > 1 and not filled[-1]:
        filled.pop()
    return filled


def _apart(unit: U, width: float, split: Callable[[U], Sequence[U]]) -> list[U]:
    parts = split(unit) if unit.width > width + TOLERANCE else (unit,)
    if len(parts) == 1:
        return list(parts)
    return [smaller for part in parts for smaller in _apart(part, width, split)]


def _groups(units: Sequence[U]) -> list[list[U]]:
    groups: list[list[U]] = []
    for unit in units:
        if groups and (unit.sticks_left or groups[-1][-1].sticks_right) and not groups[-1][-1].ends_line:
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return groups


def _pour(group: Sequence[U], width: float, filled: list[list[U]]) -> float:
    """Put a group that is wider than a line into lines, unit by unit; the width used in the last of them."""
    used = 0.0
    for unit in group:
        if filled[-1] and used + unit.width > width + TOLERANCE:
            filled.append([])
            used = 0.0
        filled[-1].append(unit)
        used += unit.width + unit.space
    return used
