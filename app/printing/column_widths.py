"""The widths of the columns of a printed table: as they were declared, and shifted where a text would not fit.

Figures never break: their column grows to the widest of them. Words may break, but a column that has room to spare gives
it to one that lacks it. A column without any word is for the pen and keeps its width. Importing this loads no font.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from app.printing import style
from app.printing.content import clean
from app.printing.style import MM, Face

WIDEST_WORDS_MM = 120.0
"""A longer text is taken for one of this width: it breaks in any case."""

BASE_WORDS_MM = 45.0
"""What a column of words has at most before those that lack room share the rest."""

LEAST_WORDS_MM = 24.0
"""What a column of words keeps whatever stands beside it."""

MOST_FOR_WORDS = 0.7
"""The part of the paper that all columns of words together may keep so."""

LONGEST_TOKEN_MM = 42.0
"""So much room is made for a batch number or a foreign word, so that it stays in one piece."""

SHORT_TITLE = 3
"""A title of so few characters stands on one line, a longer one on two where a text needs the room."""

_TOKEN = re.compile(r"[!-~×]+")

ROUNDING_MM = 0.2


class Column(Protocol):
    """A column `mm` wide, 0 for a share of what is left; only those aligned left hold words that may break."""

    @property
    def title(self) -> str:
        """What stands in its head."""

    @property
    def mm(self) -> float:
        """The declared width."""

    @property
    def align(self) -> str:
        """left, center or right."""


def column_widths(columns: Sequence[Column], width: float) -> tuple[float, ...]:
    """The widths of `columns` in mm: those given, and equal shares of the rest of `width`.

    Raises ValueError when no room is left for the columns without a width.
    """
    sharing = sum(1 for column in columns if not column.mm)
    left = width - sum(column.mm for column in columns)
    if left < -0.01 or (sharing and left <= 0):
        raise ValueError(f"columns of {width - left} mm on {width} mm")
    return tuple(column.mm or left / sharing for column in columns)


def fitted_widths(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], width: float, totals: Sequence[str] = ()
) -> tuple[float, ...]:
    """The widths of `columns` in mm on `width` for the texts of `rows` and the heavy `totals`.

    Raises ValueError as `column_widths` does.
    """
    declared = column_widths(columns, width)
    places = range(len(columns))
    needed = [needed_mm(row[place] for row in rows) for place in places]
    if totals:
        needed = [max(needed[place], needed_mm((totals[place],), Face.BOLD)) for place in places]
    if all(needed[place] <= declared[place] for place in places):
        return declared
    words = [place for place in places if columns[place].align == "left" and needed[place]]
    firm = [place for place in places if place not in words]
    titles = [needed_mm((column.title,), Face.BOLD) for column in columns]
    lowest = [
        title * (1.0 if len(column.title) <= SHORT_TITLE else 0.6)
        for title, column in zip(titles, columns, strict=True)
    ]
    wanted = {place: min(max(needed[place], titles[place]), WIDEST_WORDS_MM) for place in words}
    wide = {place: max(declared[place], needed[place]) for place in firm}
    least = {
        place: declared[place] if not needed[place] else min(wide[place], max(needed[place], lowest[place]))
        for place in firm
    }
    lacking = sum(wanted.values()) + sum(wide.values()) - width
    if lacking > 0:
        wide = _less(wide, least, lacking)
    floor = min(sum(min(wanted[place], LEAST_WORDS_MM) for place in words), MOST_FOR_WORDS * width)
    if sum(wide.values()) > width - floor:
        # More figures than the paper is wide: they break sooner than that the words beside them become a pillar.
        share = (width - floor) / sum(wide.values())
        wide = {place: mm * share for place, mm in wide.items()}
    room = width - sum(wide.values())
    if words:
        tokens = {place: _token_mm(row[place] for row in rows) for place in words}
        base = {
            place: max(min(declared[place], wanted[place], BASE_WORDS_MM), min(tokens[place], LONGEST_TOKEN_MM))
            for place in words
        }
        whole = {place: min(base[place], tokens[place] or base[place]) for place in words}
        short = sum(base.values()) - room
        wide.update(_shared(_less(base, whole, short) if short > 0 else base, wanted, room))
    return tuple(wide[place] * width / sum(wide.values()) for place in places)


def needed_mm(texts: Iterable[str], face: Face = Face.PRINTED) -> float:
    """The width in mm of a column that holds the widest of `texts` on one line; 0 when all are empty."""
    from app.printing import fonts

    lines = {clean(line) for text in set(texts) for line in text.split("\n")} - {""}
    if not lines:
        return 0
    widest = max(fonts.width(line, face, style.BODY) for line in lines)
    return (widest + 2 * style.PADDING_X) / MM + ROUNDING_MM


def balanced_title(title: str, mm: float) -> str:
    """A title on one line where it fits; else broken before its unit in brackets, or in two lines of like length."""
    wide = needed_mm((title,), Face.BOLD) - ROUNDING_MM
    if wide <= mm or wide > 2 * mm or " " in title or "\n" in title:
        return title
    bracket = title.find("（")
    place = bracket if bracket > 0 else (len(title) + 1) // 2
    return f"{title[:place]}\n{title[place:]}"


def _less(wide: dict[int, float], least: dict[int, float], lacking: float) -> dict[int, float]:
    """`wide`, each made smaller towards its least in the same measure, together by at most `lacking`."""
    spare = sum(wide[place] - least[place] for place in wide)
    share = min(1.0, lacking / spare) if spare > 0 else 0.0
    return {place: wide[place] - share * (wide[place] - least[place]) for place in wide}


def _token_mm(texts: Iterable[str]) -> float:
    """The width in mm of a column in which the longest number or foreign word of `texts` stays in one piece."""
    return needed_mm(token for text in set(texts) for token in _TOKEN.findall(text))


def _shared(base: dict[int, float], wanted: dict[int, float], room: float) -> dict[int, float]:
    """`room` for columns of words: to each its `base`, the rest to those that lack; what nobody wants to all."""
    rest = room - sum(base.values())
    if rest < 0:
        return {place: base[place] * room / sum(base.values()) for place in base}
    lack = {place: max(wanted[place] - base[place], 0.0) for place in base}
    total = sum(lack.values())
    if rest <= total:
        return {place: base[place] + rest * lack[place] / total for place in base}
    over = (rest - total) / sum(base.values())
    return {place: base[place] + lack[place] + over * base[place] for place in base}
