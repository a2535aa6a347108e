"""The full check finds where the books of the stock do not agree with themselves, and only there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from app.domain.movements import MovementKind
from app.services.stock_checks import stock_reservations, stock_time_lines, stock_totals, trace_code_units
from db.models import StockBatch, StockMovement, TraceCode
from tests.app.services.stock_things import AMLODIPINE, add_drugs, at, batch, days_ago, move, receive

CHECKS = {"totals": stock_totals, "lines": stock_time_lines, "reserved": stock_reservations, "codes": trace_code_units}


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


def broken(desk):
    return {name for name, check in CHECKS.items() if check(desk)}


def change(desk, statement):
    with desk.sessions.writing() as session:
        session.execute(statement)


def add_code(desk, batch_id, units, movement_id, state="here", code="83000000000000000001"):
    with desk.sessions.writing() as session:
        session.add(TraceCode(code=code, organisation_id=desk.place.id, drug_code=AMLODIPINE, batch_id=batch_id,
                              units_left=units, state=state, received_by_id=movement_id))  # fmt: skip


def test_sound_books_have_no_finding(desk):
    batch_id = receive(desk, 30, date(2026, 9, 1))
    given = move(desk, batch_id, MovementKind.DISPENSE, 30, at(date(2026, 9, 2)))
    receive(desk, 56, date(2026, 9, 2), "0022")
    second = batch(desk, "0022")
    came = move(desk, batch(desk, "5"), MovementKind.RECEIPT, 5)
    move(desk, batch(desk, "5"), MovementKind.DISPENSE, 5)  # at the very moment at which it came
    add_code(desk, second, 28, came.id)
    add_code(desk, second, 0, given.id, "used", "83000000000000000002")
    assert broken(desk) == set()


def test_a_running_total_that_was_altered_is_found_and_named(desk):
    batch_id = receive(desk, 30, date(2026, 9, 1))
    change(desk, update(StockBatch).where(StockBatch.id == batch_id).values(on_hand=31))
    assert broken(desk) == {"totals"}
    assert "氨氯地平片 批号 0021" in str(stock_totals(desk)[0])


def test_a_movement_that_was_altered_is_found(desk):
    batch_id = receive(desk, 30, date(2026, 9, 1))
    move(desk, batch_id, MovementKind.DISPENSE, 10)
    change(desk, update(StockMovement).where(StockMovement.quantity == -10).values(quantity=-9))
    assert broken(desk) == {"totals"}


def test_a_moment_below_zero_is_found_though_the_total_is_right(desk):
    batch_id = receive(desk, 30, date(2026, 9, 10))
    given = move(desk, batch_id, MovementKind.DISPENSE, 10, days_ago(desk, 3))
    earlier = at(date(2026, 9, 10)) - timedelta(minutes=1)
    change(desk, update(StockMovement).where(StockMovement.id == given.id).values(occurred_at=earlier))
    assert broken(desk) == {"lines"}


@pytest.mark.parametrize(("reserved", "found"), [(30, set()), (31, {"reserved"}), (-1, {"reserved"})])
def test_more_reserved_than_there_is_is_found(desk, reserved, found):
    batch_id = receive(desk, 30, date(2026, 9, 1))
    change(desk, update(StockBatch).where(StockBatch.id == batch_id).values(reserved=reserved))
    assert broken(desk) == found


@pytest.mark.parametrize(
    ("units", "state", "found"),
    [(28, "here", set()), (29, "here", {"codes"}), (0, "here", {"codes"}), (-1, "used", {"codes"}), (40, "gone", set())],
)
def test_codes_of_more_units_than_there_are_are_found(desk, units, state, found):
    batch_id = batch(desk)
    came = move(desk, batch_id, MovementKind.RECEIPT, 28)
    add_code(desk, batch_id, units, came.id, state)
    assert broken(desk) == found
