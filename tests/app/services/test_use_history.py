"""A year of use by month from the reports of the clinics, and with which clinics one is compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.services.review_peers import peers_by_population
from app.services.use_history import UseHistory, months_before
from bench.supply import add_clinic, add_request, moment, township
from db.models import DrugRequest, LedgerReport


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=2)
    for number in range(4):
        add_clinic(made, number)
    yield made
    made.desk.close()


def report(town, place, month, *lines, number=1):
    with town.desk.sessions.writing() as session:
        session.add(
            LedgerReport(
                organisation_id=town.clinics[place], month=month, number=number, made_at=moment(), made_by_name="王明",
                lines=[{"drug_code": code, "dispensed": units} for code, units in lines], stock=[],
            )
        )  # fmt: skip


def last(lines, count=3):
    return lines.own[-count:], lines.median[-count:]


def test_the_last_twelve_whole_months():
    months = months_before(date(2026, 1, 31))
    assert (len(months), months[0], months[-1]) == (12, "2025-01", "2025-12")


def test_own_use_and_the_median_of_the_others_by_month(town):
    for place, units in enumerate((90, 10, 20, 40)):
        report(town, place, "2026-10", ("B00000", units))
    found = UseHistory(town.desk).read().lines("B00000", town.clinics[0])
    assert last(found, 1) == ((90,), (Decimal(20),))
    assert (found.peers, found.alike, found.known) == (3, False, 1)


def test_lines_of_several_prices_are_one_use_and_only_the_newest_report_counts(town):
    report(town, 0, "2026-10", ("B00000", 99))
    report(town, 0, "2026-10", ("B00000", 5), ("B00000", 7), number=2)
    assert last(UseHistory(town.desk).read().lines("B00000", town.clinics[0]), 1)[0] == (12,)


def test_a_month_without_a_report_is_unknown_and_a_reported_one_without_the_drug_is_no_use(town):
    report(town, 0, "2026-07", ("B00001", 3))
    report(town, 0, "2026-08", ("B00000", 8))
    report(town, 0, "2026-10", ("B00001", 3))
    found = UseHistory(town.desk).read().lines("B00000", town.clinics[0])
    assert found.own[-4:] == (None, 8, None, 0)


def test_a_clinic_that_never_had_the_drug_is_no_peer(town):
    report(town, 0, "2026-10", ("B00000", 8))
    report(town, 1, "2026-10", ("B00001", 8))
    found = UseHistory(town.desk).read().lines("B00000", town.clinics[0])
    assert (found.peers, found.median[-1]) == (0, None)


def test_nothing_reported_is_nothing_known(town):
    found = UseHistory(town.desk).read().lines("B00000", town.clinics[0])
    assert (found.known, set(found.own), set(found.median)) == (0, {None}, {None})


@pytest.mark.parametrize(
    ("people", "peers"),
    [
        ({"a": 1000, "b": 500, "c": 2000, "d": 999, "e": 2001, "f": 499}, frozenset("bcd")),
        ({"a": 1000, "b": 500, "c": 2000}, None),
        ({"b": 500, "c": 2000, "d": 999, "e": 700}, None),
        ({"a": 0, "b": 500, "c": 2000, "d": 999}, None),
    ],
)
def test_peers_serve_between_half_and_twice_as_many_people(people, peers):
    assert peers_by_population(people, "a") == peers


def test_the_median_is_that_of_clinics_of_a_like_population(tmp_path):
    town = township(tmp_path / "other", drugs=1)
    for number in range(5):
        add_request(town, number, 1)
    with town.desk.sessions.writing() as session:
        for request, people in zip(town.requests, (1000, 900, 1100, 1200, 9000), strict=True):
            session.get_one(DrugRequest, request).clinic_population = people
    for place, units in enumerate((10, 20, 30, 40, 500)):
        report(town, place, "2026-10", ("B00000", units))
    found = UseHistory(town.desk).read().lines("B00000", town.clinics[0])
    town.desk.close()
    assert (found.median[-1], found.peers, found.alike) == (Decimal(30), 3, True)
