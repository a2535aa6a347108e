"""A year of one township and twelve clinics through the real services and envelopes, compared with a plain count every day.

Demand has seasons and outbreaks, deliveries come late and short, goods break, expire and are miscounted. The plain count
(bench.simulated.plain) does its own sums with nothing of the program, and a model of the whole year (bench.simulated.model)
reckons every quantity that is asked for; `python -m bench --only year` tells the figures.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from bench.simulated.asking import PLAIN, SEASONAL, SUGGESTED, Card, plain, season_factor, seasonal, suggested
from bench.simulated.books import Differs, compare
from bench.simulated.demand import FIRST, LAST, plan
from bench.simulated.luck import Luck
from bench.simulated.model import ModelYear
from bench.simulated.plain import PlainShelf, value_fen
from bench.simulated.year import SEED, SimulatedYear
from bench.year import compared, play_years, played


@pytest.mark.slow
def test_a_year_of_twelve_clinics_agrees_with_a_plain_count_on_every_day(tmp_path):
    """No batch is below zero at any moment, every settlement adds up, every pack is where its code says.

    The comparison itself raises `Differs` on the day on which anything is not as counted: batches, what was picked first,
    what the township can send, each line and sum of each statement at both desks, each pack; what every clinic asks for, and
    every shelf, beside the model.
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
    assert f"{result.ours.stockout_days:,} days out" in played(result, 1.0, 12).note
    year.close()


@pytest.mark.slow
def test_season_factors_entered_in_the_settings_are_asked_by_as_the_model_says(tmp_path):
    year = SimulatedYear(tmp_path, clinics=2, last=date(FIRST.year, 4, 12), has_seasons=True)
    year.play()
    by_season = ModelYear(year.plan, year.luck, SEASONAL, last=year.last)
    by_season.play()
    without = ModelYear(year.plan, year.luck, SUGGESTED, last=year.last)
    without.play()
    assert year.books.asked == by_season.asked != without.asked
    year.close()


@pytest.mark.slow
def test_the_suggestion_leaves_fewer_days_without_a_drug_than_the_plain_rule_in_every_year():
    """Each year beside its own plain one: wishes and luck are the same, so that the difference is that of the asking."""
    years = play_years(3, clinics=12)
    for ours, plainly, seasonal_year in zip(years.ours, years.plain, years.seasonal, strict=True):
        assert ours.stockout_days < plainly.stockout_days
        assert ours.unmet_units < plainly.unmet_units
        assert seasonal_year.stockout_days < ours.stockout_days
        assert seasonal_year.surplus_fen < plainly.surplus_fen
    rows = compared(years, 12, 365)
    assert [row.ours.count for row in rows] == [3] * 8
    assert "less in 3 of 3" in rows[0].note
    assert "the price of fewer days out" in rows[3].note


def test_the_year_stops_when_the_program_asks_otherwise_than_the_model(tmp_path):
    """The model is believed only as long as it would notice."""
    year = SimulatedYear(tmp_path, clinics=1, last=date(FIRST.year, 2, 2))
    year.model = ModelYear(year.plan, year.luck, PLAIN, last=year.last)
    with pytest.raises(Differs, match="asked by the program or the model only"):
        year.play()
    year.close()


def test_luck_is_that_of_the_event_whatever_happened_before_it():
    day = date(FIRST.year, 3, 1)
    fresh, used, other = Luck(SEED), Luck(SEED), Luck(SEED + 1)
    for number in range(50):
        used.loss(day, number, ["A"])
        used.travel_days(day, number, 9)

    def drawn(luck: Luck) -> list[object]:
        days = [day + timedelta(days=number) for number in range(31)]
        return [(luck.delay(each, 0), luck.comes_half(each, "A"), luck.loss(each, 1, ["A", "B"])) for each in days]

    assert drawn(fresh) == drawn(used) != drawn(other)


A_QUARTER = {"2025-04": 90, "2025-05": 90, "2025-06": 93}
SEVEN_DAYS_OUT = tuple(date(2025, 5, day) for day in range(10, 17))


def card(**changes) -> Card:
    values = {"used": A_QUARTER, "out": SEVEN_DAYS_OUT, "lots": ((date(2027, 1, 1), 88),), "kind": "any", "pack": 28}
    return Card(**(values | changes))


def test_the_ways_of_asking_reckon_the_worked_line_of_the_specification():
    """§4.10: 273 ÷ 84 × 30 = 97.5; 195 − 88 = 107. Plainly 91 × 2 − 88 = 94, which are four packs of 28."""
    day = date(2025, 7, 2)
    assert (suggested(card(), day).units, suggested(card(), day).monthly) == (107, Fraction(195, 2))
    assert (plain(card(), day).units, plain(card(), day).monthly) == (112, 91)
    assert seasonal(card(), day) == suggested(card(), day)
    assert season_factor("summer", 7) == Fraction(3, 2)
    assert seasonal(card(kind="summer"), day).units == 205  # ⌈97.5 × 1.5 × 2⌉ − 88


def test_a_clinic_that_was_out_all_the_time_knows_no_use():
    days = tuple(date(2025, 4, 1) + timedelta(days=number) for number in range(91))
    assert suggested(card(out=days), date(2025, 7, 2)).units is None


def test_what_expires_before_it_can_be_used_is_asked_for_again():
    """97.5 a month are 3.25 a day: of 88 that expire in ten days, the day itself one of them, 32 can be used."""
    assert suggested(card(lots=((date(2025, 7, 11), 88),)), date(2025, 7, 2)).units == 195 - 32


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
