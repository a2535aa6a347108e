"""A busy township: as many statements for many lines as for few, and a list of what is still to go."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, update

from app.services.shipments import Shipments
from app.services.stock_ledger import wrong_totals
from bench import supply as supply_bench
from db.models import DrugRequest, DrugRequestLine, StockBatch, StockMovement, TraceCode


@pytest.fixture
def busy(tmp_path):
    """busy(lines): a township with two released requests of so many lines, every pack with its code."""
    made = []

    def make(lines):
        town = supply_bench.township(tmp_path / f"busy{lines}", drugs=lines)
        made.append(town)
        for number in range(2):
            supply_bench.add_request(town, number, lines)
        supply_bench.stock_up(town, 4)
        with town.desk.sessions.writing() as session:
            session.execute(update(DrugRequest).values(state="released"))
            session.execute(update(DrugRequestLine).values(approved=50, decision="approved", source="own_stock"))
            for row in session.execute(select(StockMovement.batch_id, StockMovement.drug_code, StockMovement.id)).all():
                for number in range(5):
                    code = f"8{int(row.drug_code[1:]):010d}{number:09d}"
                    session.add(
                        TraceCode(
                            code=code, organisation_id=town.desk.place.id, drug_code=row.drug_code,
                            batch_id=row.batch_id, units_left=10, received_by_id=row.id,
                        )
                    )  # fmt: skip
        return town

    yield make
    for town in made:
        town.desk.close()


def statements_of(desk, work):
    """How many statements a piece of work takes, and what it gives."""
    seen = []

    def heard(*arguments):
        seen.append(arguments[2])

    event.listen(desk.sessions.engine, "before_cursor_execute", heard)
    try:
        given = work()
    finally:
        event.remove(desk.sessions.engine, "before_cursor_execute", heard)
    return len(seen), given


def test_a_shipment_of_many_lines_takes_no_more_statements_than_one_of_few(busy):
    taken = {}
    for lines in (3, 30):
        town = busy(lines)
        shipments = Shipments(town.desk)
        counts = []

        def counted(work, desk=town.desk, counts=counts):
            count, given = statements_of(desk, work)
            counts.append(count)
            return given

        assert [len(each.lines) for each in counted(shipments.to_ship)] == [lines, lines]
        draft = shipments.draft(town.requests[0])
        allocated = counted(lambda draft=draft, of=shipments: of.allocate(draft.id, draft.version)).shipment
        with town.desk.sessions.reading() as session:
            scanned = {
                line.id: list(session.scalars(select(TraceCode.code).where(TraceCode.batch_id == line.batch_id)))
                for line in allocated.lines
            }
        picked = counted(lambda row=allocated, of=shipments, codes=scanned: of.pick(row.id, row.version, codes)).shipment
        counted(lambda row=picked, of=shipments: of.ship([(row.id, row.version)], delivered_by="老李"))
        with town.desk.sessions.reading() as session:
            assert set(session.scalars(select(TraceCode.state))) == {"gone"}
            assert wrong_totals(session) == []
            assert session.scalars(select(StockBatch.reserved).where(StockBatch.reserved != 0)).all() == []
        taken[lines] = counts
    assert taken[30] == taken[3]


def test_the_list_to_ship_knows_what_went_and_what_remains(busy):
    town = busy(3)
    shipments = Shipments(town.desk)
    draft = shipments.draft(town.requests[0])
    assert [each.request_id for each in shipments.to_ship()] == [town.requests[1]]
    shipments.cancel(draft.id, draft.version, "村里要求改日送")
    waiting = {each.request_id: each for each in shipments.to_ship()}
    assert [(line.approved, line.remaining) for line in waiting[town.requests[0]].lines] == [(50, 50)] * 3
