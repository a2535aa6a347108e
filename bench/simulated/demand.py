"""What the residents of the simulated clinics want on every day of the year. Pure: the same seed gives the same year."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

YEAR = 2025
FIRST, LAST = date(YEAR, 1, 1), date(YEAR, 12, 31)
DRUGS = 40
CODED = frozenset({0, 3, 24})
"""The drugs whose packs carry codes."""

EVEN = (1.0,) * 12
WINTER = (1.8, 1.7, 1.3, 0.9, 0.7, 0.5, 0.4, 0.5, 0.7, 1.0, 1.3, 1.7)
SUMMER = (0.5, 0.5, 0.6, 0.8, 1.1, 1.5, 1.9, 1.8, 1.3, 0.8, 0.6, 0.5)
PACKS = (28, 7, 30, 100, 24, 20, 10, 14, 12, 6)


@dataclass(frozen=True)
class SimDrug:
    """A drug of the simulated catalogue. `monthly` units that a clinic of 1,000 people uses; `kind` of its season."""

    code: str
    name: str
    unit: str
    pack: int
    price_fen: int
    monthly: int
    season: tuple[float, ...]
    kind: str
    is_cold: bool = False
    is_coded: bool = False


@dataclass(frozen=True)
class SimClinic:
    """A clinic: how many people it serves (1 is 1,000), the drugs it keeps, and the weekday on which it writes
    what it gave."""

    number: int
    name: str
    size: float
    codes: tuple[str, ...]
    weekday: int


@dataclass(frozen=True)
class Outbreak:
    """For some weeks one kind of drug goes several times as fast at some clinics."""

    kind: str
    clinics: frozenset[int]
    since: date
    until: date
    factor: float


@dataclass(frozen=True)
class Plan:
    """The whole year: `wanted[clinic][day]` units by drug."""

    drugs: dict[str, SimDrug]
    clinics: tuple[SimClinic, ...]
    outbreaks: tuple[Outbreak, ...]
    wanted: dict[int, dict[date, dict[str, int]]]


def catalogue(count: int = DRUGS) -> dict[str, SimDrug]:
    """The drugs: of each five two chronic ones, one of the winter, one of the summer, one for any time."""
    found = {}
    for number in range(count):
        kind = ("chronic", "chronic", "winter", "summer", "any")[number % 5]
        season = {"winter": WINTER, "summer": SUMMER}.get(kind, EVEN)
        is_cold = number % 20 == 16
        pack = 1 if is_cold else PACKS[number % len(PACKS)]
        monthly = 6 if is_cold else (12 + number * 7 % 17) * max(4, pack // 2)
        code = f"S{number:03d}"
        found[code] = SimDrug(
            code, f"模拟药品{number:02d}", "支" if is_cold else "片", pack, 300 + number * 131 % 2400, monthly, season,
            kind, is_cold, is_coded=number in CODED,
        )  # fmt: skip
    return found


def plan(seed: int, *, clinics: int, drugs: int = DRUGS, kept: int = 10, last: date = LAST) -> Plan:
    """The demand of the year up to and with `last`."""
    random = Random(seed)
    known = catalogue(drugs)
    places = tuple(_clinic(random, number, known, kept) for number in range(clinics))
    outbreaks = tuple(_outbreak(random, clinics, month) for month in (2, 5, 8, 11))
    wanted = {place.number: _year_of(random, place, known, outbreaks, last) for place in places}
    return Plan(known, places, outbreaks, wanted)


def _clinic(random: Random, number: int, known: dict[str, SimDrug], kept: int) -> SimClinic:
    codes = tuple(sorted(random.sample(sorted(known), min(kept, len(known)))))
    return SimClinic(number, f"第{number + 1}村卫生室", round(random.uniform(0.6, 1.6), 2), codes, number % 7)


def _outbreak(random: Random, clinics: int, month: int) -> Outbreak:
    since = date(YEAR, month, random.randint(1, 20))
    struck = frozenset(random.sample(range(clinics), max(1, clinics // 3)))
    kind = "summer" if month in (5, 8) else "winter"
    return Outbreak(kind, struck, since, since + timedelta(days=random.randint(14, 28)), random.uniform(2.0, 3.0))


def _year_of(
    random: Random, place: SimClinic, known: dict[str, SimDrug], outbreaks: tuple[Outbreak, ...], last: date
) -> dict[date, dict[str, int]]:
    """What each drug goes in a week, on the clinic's weekday."""
    days: dict[date, dict[str, int]] = defaultdict(dict)
    day = FIRST + timedelta(days=1)
    while day <= last:
        for code in place.codes if day.weekday() == place.weekday else ():
            units = _units(random, place, known[code], outbreaks, day)
            if units:
                days[day][code] = units
        day += timedelta(days=1)
    return dict(days)


def _units(random: Random, place: SimClinic, drug: SimDrug, outbreaks: tuple[Outbreak, ...], day: date) -> int:
    mean = drug.monthly * place.size * drug.season[day.month - 1] * 7 / 30
    for outbreak in outbreaks:
        if outbreak.kind == drug.kind and place.number in outbreak.clinics and outbreak.since <= day <= outbreak.until:
            mean *= outbreak.factor
    spread = 0.15 if drug.kind == "chronic" else 0.45
    return max(0, round(random.gauss(mean, mean * spread)))
