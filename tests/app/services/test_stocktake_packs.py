"""A count in which packs with codes are missing or over, and batches that nobody had booked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.domain.movements import MovementKind
from app.services.problems import Refused
from app.services.stock_checks import trace_code_units
from app.services.stock_ledger import NewMovement, book
from app.services.stocktake_found import FoundBatch
from app.services.stocktakes import Stocktakes
from app.services.trace_codes import scan_out
from db.models import TraceCode
from tests.app.services.stocktake_things import counted, dispense, on_hand
from tests.supply_desks import stock

PACKS = [f"8412345{number:013d}" for number in range(4)]


def with_codes(desk, batch_id, code, units=(10, 10, 10)):
    """Packs with codes of a batch."""
    with desk.sessions.writing() as session:
        for each, left in zip(PACKS, units, strict=False):
            session.add(
                TraceCode(
                    code=each, organisation_id=desk.place.id, drug_code=code, batch_id=batch_id, units_left=left,
                    received_by_id="",
                )
            )  # fmt: skip


def states(desk):
    with desk.sessions.reading() as session:
        rows = session.scalars(select(TraceCode).order_by(TraceCode.code))
        return [(row.state, row.units_left) for row in rows]


def short_of(desk, batch_id, units, clock):
    """A count under review in which a batch has only so many units."""
    view = counted(desk, {batch_id: units}, clock)
    return Stocktakes(desk).to_review(view.id, view.version).stocktake


@pytest.mark.parametrize(
    ("count", "named", "after"),
    [
        (18, None, [("uncertain", 10)] * 3),
        (18, (1, 0), [("here", 8), ("lost", 0), ("here", 10)]),
        (0, None, [("lost", 0)] * 3),
        (27, (2,), [("here", 10), ("here", 10), ("here", 7)]),
    ],
)
def test_a_shortage_settles_the_packs_that_are_missing(clinic_desk, colleague, codes, clock, count, named, after):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, count, clock)
    (line,) = view.lines
    assert line.asks_for_packs == bool(count)
    assert [pack.code for pack in Stocktakes(clinic_desk).packs(view.id, line.id)] == PACKS[:3]
    packs = {} if named is None else {line.id: [PACKS[number] for number in named]}
    Stocktakes(colleague).finalise(view.id, view.version, reasons={line.id: "损耗"}, packs=packs)
    assert states(clinic_desk) == after
    assert on_hand(clinic_desk, batch) == count
    assert trace_code_units(clinic_desk) == []


def test_a_shortage_of_units_without_a_code_leaves_the_packs_alone(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0], (10, 10))
    view = short_of(clinic_desk, batch, 22, clock)
    assert not view.lines[0].asks_for_packs
    Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    assert states(clinic_desk) == [("here", 10), ("here", 10)]


@pytest.mark.parametrize(
    ("named", "why"),
    [([PACKS[0]], "还有 2 片没有指明"), (PACKS[:3], "去掉多指"), ([PACKS[3]], "在库名单"), ([PACKS[0]] * 2, "扫了两次")],
)
def test_packs_that_can_not_be_the_missing_ones_stop_the_end(clinic_desk, colleague, codes, clock, named, why):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, 18, clock)
    line = view.lines[0].id
    with pytest.raises(Refused, match=why) as refusal:
        Stocktakes(colleague).finalise(view.id, view.version, reasons={line: "损耗"}, packs={line: named})
    assert [problem.code for problem in refusal.value.problems] == [line]
    assert on_hand(clinic_desk, batch) == 30
    assert states(clinic_desk) == [("here", 10)] * 3


def test_an_uncertain_pack_goes_out_with_its_scan_and_not_without_one(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, 18, clock)
    Stocktakes(colleague).finalise(view.id, view.version, reasons={view.lines[0].id: "损耗"})
    clock.forward(minutes=1)

    def give(scanned):
        with clinic_desk.sessions.writing() as session:
            (given,) = book(session, clinic_desk, [NewMovement(batch, MovementKind.DISPENSE, 4)])
            scan_out(session, clinic_desk, given.id, scanned)

    with pytest.raises(Refused, match="还差 1 个追溯码"):
        give([])
    give([PACKS[1]])
    assert states(clinic_desk) == [("uncertain", 10), ("here", 6), ("uncertain", 10)]


def test_packs_of_a_surplus_are_scanned_onto_the_shelf(clinic_desk, colleague, codes, clock):
    batch = stock(clinic_desk, codes[0], 30)
    with_codes(clinic_desk, batch, codes[0])
    view = short_of(clinic_desk, batch, 40, clock)
    line = view.lines[0].id
    with pytest.raises(Refused, match="已经入过库"):
        Stocktakes(colleague).finalise(view.id, view.version, reasons={line: "找到"}, packs={line: [PACKS[0]]})
    Stocktakes(colleague).finalise(view.id, view.version, reasons={line: "找到"}, packs={line: [PACKS[3]]})
    assert states(clinic_desk) == [("here", 10)] * 4
    assert trace_code_units(clinic_desk) == []


def found(codes, **changes):
    """A found batch of the second drug."""
    return replace(FoundBatch(codes[1], "Z9", date(2028, 1, 31), 12), **changes)


def test_a_found_batch_is_a_line_with_its_surplus(clinic_desk, colleague, codes, clock):
    one = stock(clinic_desk, codes[0], 10)
    view = counted(clinic_desk, {one: 10}, clock)
    view = Stocktakes(clinic_desk).add_found(view.id, found(codes), view.version).stocktake
    assert [(line.batch_no, line.counted, line.reason) for line in view.lines][-1] == ("Z9", 12, "找到")
    view = Stocktakes(clinic_desk).to_review(view.id, view.version).stocktake
    assert [(line.book, line.difference) for line in view.lines] == [(10, 0), (0, 12)]
    Stocktakes(colleague).finalise(view.id, view.version)
    assert on_hand(clinic_desk, view.lines[1].batch_id) == 12


def test_a_batch_that_was_used_up_before_is_the_same_batch(clinic_desk, codes, clock):
    stock(clinic_desk, codes[0], 10)
    used_up = stock(clinic_desk, codes[1], 5, batch_no="z9", expiry=date(2028, 1, 31), price=777)
    dispense(clinic_desk, used_up, 5)
    view = Stocktakes(clinic_desk).open(drug_codes=[codes[0]]).stocktake
    clock.forward(minutes=1)
    view = Stocktakes(clinic_desk).add_found(view.id, found(codes), view.version).stocktake
    assert view.lines[-1].batch_id == used_up


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"drug_code": "X"}, "drug"), ({"batch_no": " "}, "batch_no"),
        ({"batch_no": "A1", "expiry": date(2028, 6, 30)}, "batch_no"), ({"expiry": None}, "expiry"),
        ({"counted": 0}, "counted"), ({"counted": -1}, "counted"), ({"counted": "12"}, "counted"),
    ],
)  # fmt: skip
def test_a_found_batch_that_can_not_be_is_refused_beside_its_answer(clinic_desk, codes, clock, change, code):
    batch = stock(clinic_desk, codes[1], 10)
    view = counted(clinic_desk, {batch: 10}, clock)
    with pytest.raises(Refused) as refusal:
        Stocktakes(clinic_desk).add_found(view.id, found(codes, **change), view.version)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert len(Stocktakes(clinic_desk).get(view.id).lines) == 1
