"""A year of one township and twelve clinics through the real services and envelopes, compared with a plain count every day.

Demand has seasons and outbreaks, deliveries come late and short, goods break, expire and are miscounted. The plain count
(bench.simulated.plain) does its own sums with nothing of the program; `python -m bench --only year` tells the figures.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bench.simulated.books import Differs, compare
from bench.simulated.demand import FIRST, LAST, plan
from bench.simulated.plain import PlainShelf, value_fen
from bench.simulated.year import SEED, SimulatedYear
from bench.year import rows_of


@pytest.mark.slow
def test_a_year_of_twelve_clinics_agrees_with_a_plain_count_on_every_day(tmp_path):
    """No batch is below zero at any moment, every settlement adds up, every pack is where its code says.

    The comparison itself raises `Differs` on the day on which anything is not as counted: batches, what was picked first,
    what the township can send, each line and sum of each statement at both desks, each pack.
    """
    evenings: list[date] = []
    year = SimulatedYear(tmp_path, report=evenings.append)
    result = year.play()
    assert evenings == [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    assert result.days == len(evenings)
    assert year.broken() == []
    tally = result.tally
    assert tally.settlements == 11 * 12 + distributors_settled(year)
    assert tally.checks == 11
    assert min(tally.late_deliveries, tally.short_deliveries, tally.rejected_lines) > 0
    assert min(tally.losses, tally.expired, tally.count_differences, tally.shortages, tally.packs_coded) > 0
    assert tally.counts == 12 * 4
    assert result.ours.wanted_units == result.plain.wanted_units
    rows = rows_of(result, 1.0, 12)
    assert all(row.ours.value > 0 for row in rows)
    year.close()


def distributors_settled(year: SimulatedYear) -> int:
    """Months × distributors in which something was bought, of the months that were settled."""
    return sum(
        len({number % 2 for number, code in enumerate(year.plan.drugs) if bought_in(year, code, month)})
        for month in range(1, 12)
    )


def bought_in(year: SimulatedYear, code: str, month: int) -> bool:
    columns = year.centre.shelf.month(f"{FIRST.year}-{month:02d}")
    return any(column.get("bought") for (drug, _price), column in columns.items() if drug == code)


def test_the_same_seed_gives_the_same_year():
    assert plan(SEED, clinics=3) == plan(SEED, clinics=3)
    assert plan(SEED, clinics=3) != plan(SEED + 1, clinics=3)


def test_the_comparison_tells_the_day_and_the_batch_that_differ(tmp_path):
    """The plain count is believed only as long as it would notice."""
    year = SimulatedYear(tmp_path, clinics=1, last=FIRST + timedelta(days=2))
    year.play()
    (clinic,) = year.clinics.values()
    shelf = year.books.shelves[clinic.id]
    lot = next(iter(shelf.standing()))
    shelf.units[lot] += 1
    with pytest.raises(Differs, match=lot[1]):
        compare(clinic.desk, shelf, FIRST)
    year.close()


def test_the_plain_count_takes_the_first_to_expire_and_an_opened_pack_before_a_full_one():
    shelf = PlainShelf({"A": 10})
    first, second, third = (("A", number, date(2026, month, 1), 100) for number, month in (("1", 5), ("2", 6), ("3", 6)))
    for lot, units in ((second, 20), (third, 7), (first, 5)):
        shelf.bring(lot, units, date(2025, 1, 1), "received")
    assert shelf.first_to_expire("A", 14, date(2025, 2, 1)) == [(first, 5), (third, 7), (second, 2)]
    assert shelf.first_to_expire("A", 14, date(2026, 5, 2)) == [(third, 7), (second, 7)]
    with pytest.raises(ValueError):
        shelf.take(first, 6, date(2025, 2, 1), "dispensed")


@pytest.mark.parametrize(("units", "price", "pack", "fen"), [(1, 1000, 28, 36), (14, 1000, 28, 500), (1, 1, 2, 1), (0, 99, 7, 0)])
def test_the_plain_count_rounds_money_half_up(units, price, pack, fen):
    assert value_fen(units, price, pack) == fen
