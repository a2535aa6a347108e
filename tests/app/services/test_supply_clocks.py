"""The supply on a computer whose clock is wrong, across the end of a month, and in a leap year."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.domain.movements import MovementKind
from app.errors import UserError
from app.services.integrity import Integrity
from app.services.ledger_reports import LedgerReports
from app.services.problems import Refused
from app.services.receiving import Receiving
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import ClosedMonth, StockMovement
from tests.desks import Clock
from tests.supply_desks import FAR, PairedDesks, drug_code
from tests.supply_strain import Strained, kept

ZONES = ("Asia/Shanghai", "UTC", "Asia/Urumqi", "America/New_York")
YEAR = timedelta(days=365)


@pytest.fixture
def zone(monkeypatch):
    """zone(name): the computer's time zone, until the test is over."""

    def set_to(name: str) -> None:
        monkeypatch.setenv("TZ", name)
        time.tzset()

    yield set_to
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def clinic(tmp_path):
    clock = Clock(datetime(2026, 11, 2, 2, tzinfo=UTC))
    desks = PairedDesks(tmp_path, clock)
    yield desks.clinic
    desks.close()


@pytest.fixture
def world(tmp_path):
    made = Strained(tmp_path)
    yield made
    made.close()


def moved(desk, kind, units, at=None):
    """One movement of the drug's batch; gives its day."""
    with desk.sessions.writing() as session:
        key = BatchKey(drug_of(desk), "A1", FAR, "某厂", 1000, 10)
        batch = find_or_make_batch(session, desk, key, desk.today())
        [booked] = book(session, desk, [NewMovement(batch, kind, units, at, reason="记账")])
        return session.get_one(StockMovement, booked.id).occurred_on


def drug_of(desk):
    return drug_code(desk, "硝苯地平")


def used(desk, month):
    return sum(line.month.dispensed for line in LedgerReports(desk).preview(month))


def test_half_past_midnight_on_the_first_belongs_to_the_new_month_where_the_computer_stands(clinic, zone):
    drug_of(clinic)
    zone("Asia/Shanghai")
    moved(clinic, MovementKind.OPENING, 100)
    clinic.clock.moment = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
    assert moved(clinic, MovementKind.DISPENSE, 3) == date(2026, 11, 30)
    assert LedgerReports(clinic).next_to_close() is None
    with pytest.raises(UserError, match="还没有过完"):
        LedgerReports(clinic).close_month("2026-11")
    clinic.clock.moment = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    assert moved(clinic, MovementKind.DISPENSE, 5) == date(2026, 12, 1)
    assert (used(clinic, "2026-11"), used(clinic, "2026-12")) == (3, 5)
    LedgerReports(clinic).close_month("2026-11")
    with pytest.raises(Refused, match="2026-11 已经结账"):
        moved(clinic, MovementKind.DISPENSE, 1, datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert moved(clinic, MovementKind.DISPENSE, 1, datetime(2026, 11, 30, 16, 1, tzinfo=UTC)) == date(2026, 12, 1)


@pytest.mark.parametrize("away", ZONES[1:])
def test_days_once_written_stay_when_the_computer_is_set_to_another_zone(clinic, zone, away):
    drug_of(clinic)
    zone("Asia/Shanghai")
    moved(clinic, MovementKind.OPENING, 100)
    clinic.clock.moment = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    moved(clinic, MovementKind.DISPENSE, 5)
    zone(away)
    clinic.clock.moment = datetime(2026, 12, 2, 12, tzinfo=UTC)
    assert (used(clinic, "2026-11"), used(clinic, "2026-12")) == (0, 5)
    LedgerReports(clinic).close_month("2026-11")
    assert whole(clinic)


def test_an_hour_that_comes_twice_and_one_that_never_comes_are_days_like_others(clinic, zone):
    drug_of(clinic)
    zone("America/New_York")
    moved(clinic, MovementKind.OPENING, 100, datetime(2026, 11, 1, 4, 30, tzinfo=UTC))
    for hour in (5, 6, 7):
        moment = datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
        assert moved(clinic, MovementKind.DISPENSE, 1, moment) == date(2026, 11, 1)
    clinic.clock.moment = datetime(2027, 3, 14, 12, tzinfo=UTC)
    for hour in (6, 7):
        moment = datetime(2027, 3, 14, hour, 30, tzinfo=UTC)
        assert moved(clinic, MovementKind.DISPENSE, 1, moment) == date(2027, 3, 14)
    assert whole(clinic)


def test_the_leap_day_belongs_to_its_february(clinic):
    clinic.clock.moment = datetime(2028, 2, 29, 4, tzinfo=UTC)
    moved(clinic, MovementKind.OPENING, 100)
    moved(clinic, MovementKind.DISPENSE, 4)
    with pytest.raises(UserError, match="还没有过完"):
        LedgerReports(clinic).close_month("2028-02")
    clinic.clock.moment = datetime(2028, 3, 1, 4, tzinfo=UTC)
    assert (used(clinic, "2028-02"), used(clinic, "2028-03")) == (4, 0)
    LedgerReports(clinic).close_month("2028-02")
    with pytest.raises(Refused, match="已经结账"):
        moved(clinic, MovementKind.DISPENSE, 1, datetime(2028, 2, 29, 5, tzinfo=UTC))


def test_a_movement_dated_back_over_the_end_of_a_month_counts_in_the_month_before_until_it_is_closed(clinic):
    moved(clinic, MovementKind.OPENING, 100)
    clinic.clock.moment = datetime(2026, 12, 3, 4, tzinfo=UTC)
    moved(clinic, MovementKind.DISPENSE, 7, datetime(2026, 11, 28, 4, tzinfo=UTC))
    assert (used(clinic, "2026-11"), used(clinic, "2026-12")) == (7, 0)
    LedgerReports(clinic).close_month("2026-11")
    with pytest.raises(Refused, match="请记在今天"):
        moved(clinic, MovementKind.DISPENSE, 1, datetime(2026, 11, 28, 4, tzinfo=UTC))
    with pytest.raises(UserError, match="没有再结一次"):
        LedgerReports(clinic).close_month("2026-11")


@pytest.mark.parametrize("name", ["give", "finalise", "ship"])
def test_with_the_clock_a_year_back_a_job_is_whole_or_refused(world, name):
    job = world.job(name)
    before = kept(job.desk)
    world.clock.moment -= YEAR
    try:
        job.act()
    except UserError:
        assert kept(job.desk) == before
    world.clock.moment += YEAR
    assert whole(job.desk)


def test_goods_are_not_received_before_the_day_on_which_they_left(world):
    job = world.job("receive")
    before = kept(job.desk)
    world.clock.moment -= YEAR
    with pytest.raises(Refused, match="早于发货日期"):
        job.act()
    assert kept(job.desk) == before
    world.clock.moment += YEAR
    job.act()
    assert Receiving(world.clinic).open() == []


def test_with_the_clock_back_no_month_that_is_not_over_is_closed(world):
    world.clock.moment -= YEAR
    with pytest.raises(UserError, match="还没有过完"):
        LedgerReports(world.clinic).close_month("2026-11")
    assert LedgerReports(world.clinic).next_to_close() is None


def test_with_the_clock_four_years_on_nothing_expired_is_given_and_months_are_closed_one_by_one(world):
    job = world.job("give")
    world.clock.moment += 4 * YEAR
    before = kept(job.desk)
    with pytest.raises(Refused):
        job.act()
    assert kept(job.desk) == before
    with pytest.raises(UserError, match="按顺序"):
        LedgerReports(world.clinic).close_month("2030-01")
    with world.clinic.sessions.reading() as session:
        assert list(session.scalars(select(ClosedMonth.month))) == ["2026-10"]


def test_what_was_written_with_a_fast_clock_does_not_stop_the_books_afterwards(clinic):
    moved(clinic, MovementKind.OPENING, 100)
    clinic.clock.moment += YEAR
    moved(clinic, MovementKind.DISPENSE, 10)
    clinic.clock.moment -= YEAR
    moved(clinic, MovementKind.DISPENSE, 90)
    with pytest.raises(Refused, match="账上没有这么多"):
        moved(clinic, MovementKind.DISPENSE, 1)
    assert whole(clinic)


def whole(desk) -> bool:
    return all(result.is_whole for result in Integrity(desk).check())
