"""Chance in the simulated year. Each event draws from numbers of its own, named by what, where and when it is.

So the luck of a year is the same for whoever plays it: a clinic that asks for more is not sent other weather, and two ways
of asking are compared on the same late deliveries, broken packs and wrong counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

OPENING_MONTHS = (1.2, 2.6)
LATE, SHORT, SHORT_DATED = 0.25, 0.2, 0.2
DAMAGED_LINES, WRONG_COUNTS, LOSSES_A_DAY = 0.03, 0.05, 0.035
TRAVEL, TRAVEL_AGAIN = 9, 4
"""The most days on which the monthly and the second shipment reach a clinic."""


@dataclass(frozen=True)
class Delay:
    """A distributor's delivery: after how many days it comes, whether that is late, and how long what is missing takes."""

    days: int
    is_late: bool
    rest_days: int


@dataclass(frozen=True)
class Loss:
    """Something breaks: of which drug, how many units, and whether the clinic bears it."""

    code: str
    units: int
    is_clinics: bool


class Luck:
    """The luck of one year."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def _of(self, *what: object) -> Random:
        return Random("|".join(map(str, (self._seed, *what))))

    def opening_months(self, clinic: int, code: str) -> float:
        """For how many months a clinic has a drug on the first day."""
        return self._of("opening", clinic, code).uniform(*OPENING_MONTHS)

    def delay(self, ordered: date, distributor: int) -> Delay:
        """How long a distributor takes for what was ordered on a day."""
        random = self._of("delay", ordered, distributor)
        days, is_late, more = random.randint(4, 6), random.random() < LATE, random.randint(4, 9)
        return Delay(days + more * is_late, is_late, random.randint(5, 12))

    def comes_half(self, ordered: date, code: str) -> bool:
        """Whether only half of an ordered drug comes first."""
        return self._of("half", ordered, code).random() < SHORT

    def life(self, ordered: date, code: str, part: int, *, is_cold: bool) -> int:
        """Days to the expiry of a drug that comes, `part` 0 first and 1 with the rest."""
        random = self._of("life", ordered, code, part)
        if is_cold:
            return random.randint(120, 260)
        return random.randint(190, 240) if random.random() < SHORT_DATED else random.randint(300, 700)

    def travel_days(self, sent: date, clinic: int, longest: int) -> int:
        """Days that a shipment is on its way."""
        return self._of("travel", sent, clinic).randint(1, longest)

    def is_damaged(self, came: date, clinic: int, code: str) -> bool:
        """Whether a pack of a drug that came on a day is broken."""
        return self._of("damage", came, clinic, code).random() < DAMAGED_LINES

    def loss(self, day: date, clinic: int, codes: Sequence[str]) -> Loss | None:
        """What of `codes` breaks at a clinic on a day."""
        random = self._of("loss", day, clinic)
        if random.random() >= LOSSES_A_DAY:
            return None
        return Loss(random.choice(codes), random.randint(1, 2), random.random() < 0.5)

    def miscount(self, day: date, clinic: int, code: str) -> int:
        """By how many units a count of a drug is off."""
        random = self._of("count", day, clinic, code)
        return random.choice((-3, -2, -1, 1)) if random.random() < WRONG_COUNTS else 0
