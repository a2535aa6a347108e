"""A year of one township and its clinics, played through the services: the program's suggestion beside the plain rule.

How many days a drug was out, what was wanted and not there, and what is left over at the end; the plain rule is mean
consumption × months, on the same wishes and the same deliveries. The year is compared with a plain count on every day.
"""

from __future__ import annotations

import tempfile
import time
from datetime import date
from importlib import import_module
from pathlib import Path

from bench.figures import Figure, Row, Target
from bench.simulated.demand import LAST, YEAR
from bench.simulated.plain import Outcome
from bench.simulated.year import SimulatedYear, YearResult

QUICK_LAST = date(YEAR, 3, 12)
LONGEST_SECONDS = 90


def measure(quick: bool) -> list[Row]:
    """All rows."""
    import_module("app.exchange.bodies")  # a running program has it loaded
    clinics, last = (2, QUICK_LAST) if quick else (12, LAST)
    with tempfile.TemporaryDirectory(prefix="cunyi-bench-") as folder:
        began = time.perf_counter()
        year = SimulatedYear(Path(folder), clinics=clinics, last=last)
        result = year.play()
        seconds = time.perf_counter() - began
        year.close()
    return rows_of(result, seconds, clinics)


def rows_of(result: YearResult, seconds: float, clinics: int) -> list[Row]:
    """The figures of a year as the table shows them; the baseline is the plain rule."""
    ours, plain, tally = result.ours, result.plain, result.tally
    what = f"{clinics} clinics, {result.days} days"
    done = (
        f"{tally.dispensings} dispensings, {tally.shipments} shipments, {tally.counts} counts, {tally.settlements} settlements, "
        f"{tally.late_deliveries} late and {tally.short_deliveries} short deliveries; every day as the plain count"
    )
    return [
        Row(f"{what}: days on which a kept drug was out", days(ours), days(plain), note=f"of {ours.kept_days:,} days × drugs"),
        Row(f"{what}: units that were wanted and not there", units(ours), units(plain), note=f"of {ours.wanted_units:,} wanted"),
        Row(f"{what}: what stands on the shelves at the end", yuan(ours.left_fen), yuan(plain.left_fen)),
        Row(
            f"{what}: of it beyond two months of use", yuan(ours.surplus_fen), yuan(plain.surplus_fen),
            note=f"written off as expired in the year: ¥{ours.expired_fen / 100:,.0f}; the plain rule looks at no expiry",
        ),
        Row(f"{what}: the year played through the services", Figure(seconds, "s"), target=Target(LONGEST_SECONDS), note=done),
    ]  # fmt: skip


def days(outcome: Outcome) -> Figure:
    """Days × drugs without stock."""
    return Figure(outcome.stockout_days, "days")


def units(outcome: Outcome) -> Figure:
    """Units that could not be given."""
    return Figure(outcome.unmet_units, "units")


def yuan(fen: int) -> Figure:
    """Money."""
    return Figure(fen / 100, "yuan")
