"""季节系数: by how much more of a therapeutic group is needed in certain months.

Specification: drug_requests §4.6 (season factor per therapeutic group and month, default 1, shown in the explanation).
Written as one line for each group: “感冒用药 11-2 1.5；防暑药 6-8 2”. The months may go over the turn of the year; the first
line that fits counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache

LARGEST = 5
"""A factor above this is a slip of the pen."""
_MONTHS = r"(?P<first>\d{1,2})(?:\s*[-–—到至]\s*(?P<last>\d{1,2}))?\s*月?"
_LINE = re.compile(rf"(?P<group>\S+)\s+{_MONTHS}\s+(?P<factor>\d(?:\.\d{{1,2}})?)")


@dataclass(frozen=True)
class SeasonFactor:
    """A group of drugs, its months (first to last, both included), and the factor."""

    group: str
    first: int
    last: int
    factor: Fraction

    def holds_in(self, month: int) -> bool:
        """Whether a month is one of them; 11 to 2 goes over the new year."""
        if self.first <= self.last:
            return self.first <= month <= self.last
        return month >= self.first or month <= self.last


@lru_cache(maxsize=8)
def read_season_factors(text: str) -> tuple[SeasonFactor, ...]:
    """The factors that a text declares. Raises ValueError for a part that is no factor; an empty text declares none."""
    parts = [part.strip() for part in re.split("[;；\\n]", text) if part.strip()]
    return tuple(_read(part) for part in parts)


def season_factor(factors: Iterable[SeasonFactor], group: str, day: date) -> Fraction:
    """The factor of a group on a day; 1 where none is declared, and for a drug without a group."""
    for each in factors:
        if group and each.group == group and each.holds_in(day.month):
            return each.factor
    return Fraction(1)


def _read(part: str) -> SeasonFactor:
    found = _LINE.fullmatch(part)
    if found is None:
        raise ValueError(part)
    first = int(found["first"])
    last = int(found["last"] or first)
    factor = Fraction(found["factor"])
    if not (1 <= first <= 12 and 1 <= last <= 12 and 0 < factor <= LARGEST):
        raise ValueError(part)
    return SeasonFactor(found["group"], first, last, factor)
