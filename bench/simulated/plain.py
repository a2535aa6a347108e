"""The same goods without the program: a plain count of every shelf, and how a year went.

Nothing here uses the program's own rules; first expired first out, balances and sums are written out again, as somebody
would do with paper and pencil.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from bench.simulated.demand import Plan

Lot = tuple[str, str, date, int]
"""Drug, batch number, expiry, price of a pack in fen."""


@dataclass
class PlainShelf:
    """One shelf: units by lot in the order in which the lots came, and what happened in each month by drug and price."""

    packs: Mapping[str, int]
    units: dict[Lot, int] = field(default_factory=dict)
    came_on: dict[Lot, date] = field(default_factory=dict)
    months: dict[str, dict[tuple[str, int], dict[str, int]]] = field(default_factory=lambda: defaultdict(dict))

    def bring(self, lot: Lot, units: int, day: date, what: str) -> None:
        """Units come; `what` names the column of the month."""
        self.units[lot] = self.units.get(lot, 0) + units
        self.came_on.setdefault(lot, day)
        self.note(lot, day, what, units)

    def take(self, lot: Lot, units: int, day: date, what: str) -> None:
        """Units go. Raises ValueError when there are not so many."""
        if units > self.units.get(lot, 0):
            raise ValueError(f"{lot} has {self.units.get(lot, 0)}, {units} are to go")
        self.units[lot] -= units
        self.note(lot, day, what, units)

    def usable(self, code: str, day: date, *, days: int = 1) -> int:
        """Units of a drug whose lots are good for so many days, with that day."""
        return sum(units for lot, units in self.units.items() if lot[0] == code and (lot[2] - day).days + 1 >= days)

    def all_usable(self, day: date) -> dict[str, int]:
        """Units of every drug whose lots are good on a day; a drug of which there are none may be left out."""
        found: dict[str, int] = {}
        for lot, units in self.units.items():
            if units and lot[2] >= day:
                found[lot[0]] = found.get(lot[0], 0) + units
        return found

    def first_to_expire(self, code: str, units: int, day: date, *, days: int = 1) -> list[tuple[Lot, int]]:
        """Which lots to take for `units`: the first to expire, of these an opened pack, the first that came, by number."""
        lots = [lot for lot in self.units if lot[0] == code and self.units[lot] and (lot[2] - day).days + 1 >= days]
        picked = []

        def order(lot: Lot) -> tuple[date, bool, date, str]:
            return lot[2], self.units[lot] % self.packs[code] == 0, self.came_on[lot], lot[1]

        for lot in sorted(lots, key=order):
            part = min(units, self.units[lot])
            if part:
                picked.append((lot, part))
                units -= part
        return picked

    def standing(self) -> dict[Lot, int]:
        """The lots of which there is something."""
        return {lot: units for lot, units in self.units.items() if units}

    def standing_of(self, code: str) -> int:
        """Units of a drug that stand there, expired ones among them."""
        return sum(units for lot, units in self.units.items() if lot[0] == code)

    def month(self, month: str) -> dict[tuple[str, int], dict[str, int]]:
        """What happened in a month, by drug and price."""
        return self.months[month]

    def correct(self, lot: Lot, difference: int, day: date) -> None:
        """A count found more or fewer."""
        self.units[lot] += difference
        self.note(lot, day, "counted", difference)

    def note(self, lot: Lot, day: date, what: str, units: int) -> None:
        """Write something into a column of the month without moving anything."""
        column = self.months[f"{day:%Y-%m}"].setdefault((lot[0], lot[3]), defaultdict(int))
        column[what] += units


def value_fen(units: int, price_fen: int, pack: int) -> int:
    """The value of units in fen, half up."""
    return floor(Fraction(units * price_fen, pack) + Fraction(1, 2))


@dataclass
class Outcome:
    """How a year went for the residents: days on which a kept drug was out, wishes that failed, and what is left over."""

    stockout_days: int = 0
    kept_days: int = 0
    unmet_units: int = 0
    wanted_units: int = 0
    left_fen: int = 0
    surplus_fen: int = 0
    expired_fen: int = 0


def judge_leftover(plan: Plan, shelves: Mapping[int, PlainShelf], last: date, outcome: Outcome) -> None:
    """The value of what stands there at the end, and of what is beyond two months of the last quarter's wishes."""
    since = last - timedelta(days=91)
    for place in plan.clinics:
        for code in place.codes:
            drug, units = plan.drugs[code], shelves[place.number].standing_of(code)
            wanted = sum(wish.get(code, 0) for day, wish in plan.wanted[place.number].items() if since < day <= last)
            surplus = max(0, units - ceil(Fraction(wanted * 2, 3)))
            outcome.left_fen += value_fen(units, drug.price_fen, drug.pack)
            outcome.surplus_fen += value_fen(surplus, drug.price_fen, drug.pack)
