"""The count that is open, as the screen keeps it: what was typed and could not be kept, what stands beside each line.

Knows no widget. Counts and reasons are stored by the services as soon as they are typed; only the packs that are missing
wait here for the end of the count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from unicodedata import normalize

from app.domain.stocktake_steps import CountState
from app.i18n import tr

if TYPE_CHECKING:
    from app.services.stocktake_views import StocktakeLineView, StocktakeView

ALL, DIFFERENT, UNCOUNTED = "all", "different", "uncounted"
COUNTING = (CountState.OPEN, CountState.COUNTING)
AS_BOOK = "as_book"
_PACKS = re.compile(r"^(\d{1,7})\s*([^\d\s+]*)(?:\s*\+?\s*(\d{1,7})\s*([^\d\s+]*))?$")


@dataclass(frozen=True)
class CountRow:
    """A line with its number on the sheet, the sentence beneath it, and what was typed into it but not kept."""

    number: int
    line: StocktakeLineView
    sentence: str = ""
    is_wrong: bool = False
    typed: str | None = None
    packs: tuple[str, ...] | None = None


@dataclass
class CountSheet:
    """One open count. `problems` are sentences by line id; `packs` the missing or found trace codes by line id."""

    view: StocktakeView
    problems: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    packs: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_counting(self) -> bool:
        """Whether counts are written."""
        return self.view.state in COUNTING

    @property
    def is_reviewed(self) -> bool:
        """Whether differences are judged."""
        return self.view.state is CountState.REVIEW

    @property
    def counted(self) -> int:
        """How many lines are counted."""
        return len(self.view.lines) - len(self.view.uncounted)

    @property
    def undecided(self) -> int:
        """How many lines nobody counted and nobody let stand as booked."""
        return sum(not line.is_as_book for line in self.view.uncounted)

    def count(self, which: str) -> int:
        """How many lines a tab has."""
        return len(self.rows(which))

    def rows(self, which: str = ALL) -> list[CountRow]:
        """The rows of a tab."""
        return [
            self.row(number, line) for number, line in enumerate(self.view.lines, start=1) if self._belongs(line, which)
        ]

    def row(self, number: int, line: StocktakeLineView) -> CountRow:
        """One line as it is shown now."""
        problem = self.problems.get(line.id, "")
        sentence = problem or (moved_words(line) if self.is_reviewed or not self.view.is_blind else "")
        return CountRow(number, line, sentence, bool(problem), self.typed.get(line.id), self.packs.get(line.id))

    def first_uncounted(self) -> int:
        """The place of the first line without a count, or -1."""
        return next((place for place, line in enumerate(self.view.lines) if line.counted is None), -1)

    def _belongs(self, line: StocktakeLineView, which: str) -> bool:
        if which == DIFFERENT:
            return bool(line.difference) or line.id in self.problems
        return line.counted is None if which == UNCOUNTED else True


def moved_words(line: StocktakeLineView) -> str:
    """How the book came about where goods moved while the count was going on."""
    if not line.has_moved or line.book is None or line.snapshot is None:
        return ""
    if line.counted is None:
        return tr("盘点开始时账面 {snapshot}，之后出入库 {until}，现在账面 {book}。",
                  snapshot=line.snapshot, until=signed(line.until or 0), book=line.book)
    final = line.counted + (line.later or 0)
    if not line.later:
        return tr("盘点开始时账面 {snapshot}，清点前出入库 {until}，所以按清点时的账面 {book} 比。",
                  snapshot=line.snapshot, until=signed(line.until or 0), book=line.book)
    return tr("按清点时的账面 {book} 比（开始时 {snapshot}，清点前 {until}）；清点后又出入库 {later}，完成后结存 {final}。",
              book=line.book, snapshot=line.snapshot, until=signed(line.until or 0), later=signed(line.later), final=final)


def signed(units: int) -> str:
    """“+5”, “-3” or “0”."""
    return f"{units:+d}" if units else "0"


def read_count(text: str, units_per_pack: int, pack_unit: str, unit: str) -> int | None:
    """Units of “46”, “4盒6片”, “4盒” or “4盒+6”; None for anything else. A number alone is units, never packs."""
    found = _PACKS.match(normalize("NFKC", text).strip())
    if found is None:
        return None
    first, word, second, rest_word = found.groups()
    if second is None:
        if word in ("", unit):
            return int(first)
        return int(first) * units_per_pack if word == pack_unit else None
    if word != pack_unit or rest_word not in ("", unit):
        return None
    return int(first) * units_per_pack + int(second)


def read_moment(text: str, today: date) -> datetime | None:
    """The moment of “9:30”, “0930” (today), “11-21 9:30” or “2026-11-21 09:30”, where the desk stands.

    Raises ValueError for anything else; None for nothing, which is now.
    """
    plain = normalize("NFKC", text).strip()
    if not plain:
        return None
    found = re.fullmatch(r"(?:(?:(\d{4})-)?(\d{1,2})-(\d{1,2})\s+)?(\d{1,2}):?(\d{2})", plain)
    if found is None:
        raise ValueError(plain)
    year, month, day, hour, minute = found.groups()
    on = today if month is None else date(int(year or today.year), int(month), int(day))
    return datetime.combine(on, time(int(hour), int(minute))).astimezone()


def later_of(problems: Mapping[str, str], lines: Mapping[str, object]) -> dict[str, str]:
    """The sentences that belong to lines."""
    return {code: words for code, words in problems.items() if code in lines}
