"""The same goods without the program: a plain count of every shelf, and a clinic that orders by the plain rule.

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

from bench.simulated.demand import FIRST, Plan, SimClinic

MONTHS_WANTED, MONTHS_LOOKED_BACK = 2, 3
ASKED_ON = 2
"""The day of the month on which a clinic asks."""

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


def judge_leftover(plan: Plan, stock: Mapping[tuple[int, str], int], last: date, outcome: Outcome) -> None:
    """The value of what stands there at the end, and of what is beyond two months of the last quarter's wishes."""
    since = last - timedelta(days=91)
    for place in plan.clinics:
        for code in place.codes:
            drug, units = plan.drugs[code], stock.get((place.number, code), 0)
            wanted = sum(wish.get(code, 0) for day, wish in plan.wanted[place.number].items() if since < day <= last)
            surplus = max(0, units - ceil(Fraction(wanted * 2, 3)))
            outcome.left_fen += value_fen(units, drug.price_fen, drug.pack)
            outcome.surplus_fen += value_fen(surplus, drug.price_fen, drug.pack)


def plain_rule(
    plan: Plan,
    opening: Mapping[tuple[int, str], int],
    came: Mapping[tuple[int, str], Mapping[date, Fraction]],
    last: date,
) -> Outcome:
    """The year with the plain rule: mean use of the last three months × 2 less the stock, in whole packs.

    `came`: by clinic and month the days on which goods really came, and what part of what was asked for came then. The
    same part comes here. What is on the way is not looked at, nor the days without stock.
    """
    outcome = Outcome()
    stock: dict[tuple[int, str], int] = {}
    for place in plan.clinics:
        for code in place.codes:
            shelf = _PlainClinic(plan, place, code, opening[place.number, code])
            shelf.play(came, last, outcome)
            stock[place.number, code] = shelf.units
    judge_leftover(plan, stock, last, outcome)
    return outcome


class _PlainClinic:
    """One drug at one clinic."""

    def __init__(self, plan: Plan, place: SimClinic, code: str, units: int) -> None:
        self.units = units
        self._pack = plan.drugs[code].pack
        self._wanted = plan.wanted[place.number]
        self._place, self._code = place, code
        self._used: dict[str, int] = defaultdict(int)
        self._coming: dict[date, int] = defaultdict(int)

    def play(self, came: Mapping[tuple[int, str], Mapping[date, Fraction]], last: date, outcome: Outcome) -> None:
        """Day by day: what comes, what is asked for, what is wanted."""
        day = FIRST
        while day <= last:
            self.units += self._coming.pop(day, 0)
            month = f"{day:%Y-%m}"
            if day.day == ASKED_ON and day.month > 1:
                order = self._order(month)
                for arrives, part in came.get((self._place.number, month), {}).items():
                    self._coming[arrives] += floor(order * part)
            wanted = self._wanted.get(day, {}).get(self._code, 0)
            given = min(wanted, self.units)
            self.units -= given
            self._used[month] += given
            outcome.wanted_units += wanted
            outcome.unmet_units += wanted - given
            outcome.kept_days += 1
            outcome.stockout_days += self.units == 0
            day += timedelta(days=1)

    def _order(self, month: str) -> int:
        known = sorted(each for each in self._used if each < month)[-MONTHS_LOOKED_BACK:]
        mean = Fraction(sum(self._used[each] for each in known), len(known))
        units = max(0, ceil(mean * MONTHS_WANTED - self.units))
        return -(-units // self._pack) * self._pack
