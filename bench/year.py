"""A year of one township and its clinics: the program's suggestion beside mean consumption × months.

How many days a drug was out, what was wanted and not there, and what is left over at the end. Every way of asking has a year
of its own with the same wishes and the same luck; one year says little, so that the figures are means of ten. They come from
a model without the program (bench.simulated.model); that it is the program which asks so is shown by the first of the years,
played through the services and compared with the model on every evening, lot by lot and line by line.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from statistics import mean, stdev

from bench.figures import Figure, Row, Target
from bench.simulated.asking import PLAIN, SEASONAL, SUGGESTED, Rule
from bench.simulated.demand import LAST, YEAR, plan
from bench.simulated.luck import Luck
from bench.simulated.model import ModelYear
from bench.simulated.plain import Outcome
from bench.simulated.year import SEED, SimulatedYear, YearResult

QUICK_LAST = date(YEAR, 3, 12)
LONGEST_SECONDS = 90
YEARS = 10


@dataclass(frozen=True)
class Years:
    """Years that differ in wishes and luck, each played with the plain rule, the suggestion, and that with its seasons."""

    plain: tuple[Outcome, ...]
    ours: tuple[Outcome, ...]
    seasonal: tuple[Outcome, ...]


def measure(quick: bool) -> list[Row]:
    """All rows."""
    import_module("app.exchange.bodies")  # a running program has it loaded
    clinics, last, count = (2, QUICK_LAST, 3) if quick else (12, LAST, YEARS)
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        began = time.perf_counter()
        year = SimulatedYear(Path(folder), clinics=clinics, last=last)
        result = year.play()
        seconds = time.perf_counter() - began
        year.close()
    years = play_years(count, clinics=clinics, last=last)
    return [*compared(years, clinics, result.days), played(result, seconds, clinics)]


def play_years(count: int, *, clinics: int, last: date = LAST) -> Years:
    """So many years of the model with each way of asking; the first has the wishes and the luck of the one that is played."""

    def outcomes(rule: Rule) -> tuple[Outcome, ...]:
        return tuple(ModelYear(wishes, luck, rule, last=last).play() for wishes, luck in worlds)

    worlds = [(plan(SEED + number, clinics=clinics, last=last), Luck(SEED + number)) for number in range(count)]
    return Years(outcomes(PLAIN), outcomes(SUGGESTED), outcomes(SEASONAL))


def compared(years: Years, clinics: int, days: int) -> list[Row]:
    """The suggestion as it comes, and with the season factors entered in the settings; the baseline is the plain rule."""
    what = f"{clinics} clinics, {days} days"
    kept = round(mean(outcome.kept_days for outcome in years.plain))
    wanted = round(mean(outcome.wanted_units for outcome in years.plain))
    judged: list[tuple[str, str, Callable[[Outcome], float], str]] = [
        ("days on which a kept drug was out", "days", lambda year: year.stockout_days, f"of {kept:,} days × drugs"),
        ("units that were wanted and not there", "units", lambda year: year.unmet_units, f"of {wanted:,} wanted"),
        ("what stands on the shelves at the end", "yuan", lambda year: year.left_fen / 100, ""),
        ("of it beyond two months of use", "yuan", lambda year: year.surplus_fen / 100, ""),
    ]
    # The one thing in which the suggestion does worse is said beside its figure.
    price = "the price of fewer days out: use corrected for days without stock asks for more after a rush, and the season ends"
    rows = []
    seasons = "factors in halves, as the township knows its seasons; it knows of no outbreak"
    for said, ways in (("", years.ours), (", season factors entered", years.seasonal)):
        for name, unit, value, of in judged:
            ours, plain = [value(year) for year in ways], [value(year) for year in years.plain]
            is_paid = name == judged[-1][0] and mean(ours) > mean(plain)
            parts = (of, in_words(ours, plain), price if is_paid else "", seasons if said and name == judged[0][0] else "")
            note = "; ".join(part for part in parts if part)
            rows.append(Row(f"{what}{said}: {name}", *(Figure(mean(v), unit, None, len(v)) for v in (ours, plain)), note=note))
    return rows


def in_words(ours: Sequence[float], plain: Sequence[float]) -> str:
    """The difference of the years, each with its own plain one, with its standard error; the spread is the standard
    deviation."""
    less = [own - other for own, other in zip(ours, plain, strict=True)]
    error = stdev(less) / math.sqrt(len(less))
    fewer = sum(each < 0 for each in less)
    return (
        f"mean of {len(less)} years; difference {mean(less):+,.0f} ± {error:,.0f} (standard error), "
        f"less in {fewer} of {len(less)}; spread of the years ± {stdev(ours):,.0f}"
    )


def played(result: YearResult, seconds: float, clinics: int) -> Row:
    """What was done in the year that was played through the services."""
    tally, ours, plain = result.tally, result.ours, result.plain
    done = (
        f"{tally.dispensings} dispensings, {tally.shipments} shipments, {tally.counts} counts, {tally.settlements} settlements, "
        f"{tally.late_deliveries} late and {tally.short_deliveries} short deliveries; every day as the plain count, and what was "
        f"asked for as the model; this year {ours.stockout_days:,} days out, {plain.stockout_days:,} with the plain rule"
    )
    what = f"{clinics} clinics, {result.days} days: the year played through the services"
    return Row(what, Figure(seconds, "s"), target=Target(LONGEST_SECONDS), note=done)
