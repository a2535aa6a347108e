"""Three ways in which a clinic of the simulated year reckons what it asks for of a drug, with paper and pencil.

`SUGGESTED` is the program's suggestion as it is specified (drug_requests §4.2-4.6), written out again and without the
program: use corrected for days without stock, what expires before it can be used left out. `SEASONAL` is the same with the
season factors entered in the settings. `PLAIN` is mean consumption × months. None of them knows what will be wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from bench.simulated.demand import SUMMER, WINTER

MONTHS_WANTED, MONTHS_LOOKED_BACK, DAYS_OF_A_MONTH = 2, 3, 30
SEASONS = {"winter": WINTER, "summer": SUMMER}
"""What a township knows of its groups of drugs: how their use goes up and down in a year."""


@dataclass(frozen=True)
class Card:
    """What a clinic knows of one drug on the day on which it asks. `used` by month; `out` the evenings without any; `lots`
    expiry and units of what can be used, the first to expire first; `kind` its group, `pack` the units of a pack."""

    used: Mapping[str, int]
    out: Sequence[date]
    lots: Sequence[tuple[date, int]]
    kind: str
    pack: int

    @property
    def usable(self) -> int:
        """Units that can be used."""
        return sum(units for _expiry, units in self.lots)


@dataclass(frozen=True)
class Asked:
    """What a clinic asks for of a drug, None where it can't be told, and the monthly use that it writes beside it."""

    units: int | None
    monthly: Fraction | None


Rule = Callable[[Card, date], Asked]


def suggested(card: Card, day: date) -> Asked:
    """Use ÷ days in stock × 30 × 2 less what can be used before it expires; the township sends whole packs of it."""
    return _corrected(card, day, Fraction(1))


def seasonal(card: Card, day: date) -> Asked:
    """The same × the factor of the season."""
    return _corrected(card, day, season_factor(card.kind, day.month))


def plain(card: Card, day: date) -> Asked:
    """Mean use of the last three months × 2 less the stock, in whole packs; it looks at no days without stock."""
    start, end = look_back(day)
    monthly = Fraction(_used(card, start, end), end.month - start.month + 1)
    units = max(0, ceil(monthly * MONTHS_WANTED - card.usable))
    return Asked(-(-units // card.pack) * card.pack, monthly)


SUGGESTED: Rule = suggested
SEASONAL: Rule = seasonal
PLAIN: Rule = plain


def season_factor(kind: str, month: int) -> Fraction:
    """By how much more of a group goes in this month and the next than in the three before it, in halves: a doctor knows
    his winters no closer than that."""
    season = SEASONS.get(kind)
    if season is None:
        return Fraction(1)
    ahead = (season[month - 1] + season[month % 12]) / 2
    behind = sum(season[(month - 1 - back) % 12] for back in range(1, MONTHS_LOOKED_BACK + 1)) / MONTHS_LOOKED_BACK
    return max(Fraction(1, 2), Fraction(round(ahead / behind * 2), 2))


def season_setting() -> str:
    """All factors as they are entered in the settings."""
    parts = [f"{kind} {month} {float(season_factor(kind, month))}" for kind in SEASONS for month in range(1, 13)]
    return "；".join(parts)


def look_back(day: date) -> tuple[date, date]:
    """The last three closed months, of them what there was of the year."""
    end = day.replace(day=1) - timedelta(days=1)
    return date(end.year, max(1, end.month - MONTHS_LOOKED_BACK + 1), 1), end


def _corrected(card: Card, day: date, factor: Fraction) -> Asked:
    start, end = look_back(day)
    in_stock = (end - start).days + 1 - sum(1 for evening in card.out if start <= evening <= end)
    if not in_stock:
        return Asked(None, None)
    monthly = Fraction(_used(card, start, end) * DAYS_OF_A_MONTH, in_stock)
    counted = 0
    for expiry, units in card.lots:
        capacity = floor(monthly * ((expiry - day).days + 1) / DAYS_OF_A_MONTH) - counted if monthly else units
        counted += max(0, min(units, capacity))
    return Asked(max(0, ceil(monthly * factor * MONTHS_WANTED - counted)), monthly)


def _used(card: Card, start: date, end: date) -> int:
    return sum(units for month, units in card.used.items() if f"{start:%Y-%m}" <= month <= f"{end:%Y-%m}")
