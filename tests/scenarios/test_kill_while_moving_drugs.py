"""kill -9 while drugs go from the shelf to the resident: nothing that was confirmed is lost, nothing is half-booked."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.desk import Desk
from app.domain.movements import MovementKind
from app.services.integrity import Integrity
from app.services.resident_keys import rebuild_keys
from app.services.stock_checks import stock_reservations, stock_time_lines, stock_totals, trace_code_units
from app.services.stock_ledger import NewMovement, book
from db.models import (
    ClosedMonth,
    Dispensing,
    DispensingLine,
    ExchangeMessage,
    LedgerReport,
    Revision,
    Shipment,
    ShipmentLine,
    StatusChange,
    StockBatch,
    StockMovement,
    Stocktake,
    StocktakeLine,
    TraceCode,
    TraceScan,
    UserAccount,
)
from tests.desks import START, reopen
from tests.followup_people import add_resident
from tests.scenarios.supply_child import CODED, NEVER, PLAIN, READY, SECOND, move_for_ever
from tests.scenarios.test_kill_while_saving import PROCESSES, everything_from
from tests.supply_desks import PairedDesks, change_drug, drug_code, released, stock

KILLS = 30
MOST_CONFIRMED_IN_A_LIFE = 7
LAST_MOMENT_SECONDS = 0.15
BETWEEN_LIVES = timedelta(days=40)
ENDLESS = 100_000
THOROUGH_EVERY = 15
Confirmed = set[tuple[str, str]]


@pytest.mark.slow
def test_kills_anywhere_between_the_shelf_and_the_resident_leave_both_books_whole(tmp_path):
    request_id, resident_id = founded(tmp_path)
    chance = random.Random(20261123)
    confirmed: Confirmed = set()
    if PROCESSES.get_start_method() == "forkserver":
        PROCESSES.set_forkserver_preload(["tests.scenarios.saving_child", "tests.scenarios.supply_child"])
    moment = START
    for kill in range(1, KILLS + 1):
        confirmed |= moved_until_killed(tmp_path, request_id, resident_id, moment, chance)
        check(tmp_path, confirmed, thoroughly=kill % THOROUGH_EVERY == 0)
        moment += BETWEEN_LIVES
    kinds = Counter(kind for kind, _id in confirmed)
    assert {"shipment", "receipt", "given", "count", "month"} <= kinds.keys()
    assert len(confirmed) > 2 * KILLS


def founded(folder: Path) -> tuple[str, str]:
    """Two paired desks with an endless request, a resident and a second doctor; gives the ids of the first two."""
    world = PairedDesks(folder)
    clinic, township = world.clinic, world.township
    for desk in (clinic, township):
        drug_code(desk, "硝苯地平")
        change_drug(desk, CODED, units_per_pack=10)
        change_drug(desk, PLAIN, has_trace_code=False)
    stock(township, CODED, ENDLESS, batch_no="Z9", expiry=NEVER)
    request_id = released(clinic, township, folder, {CODED: ENDLESS})
    with township.sessions.writing() as session:
        # The township begins with an empty shelf: everything that goes has come with its codes.
        batch = session.scalars(select(StockBatch.id)).one()
        book(session, township, [NewMovement(batch, MovementKind.DAMAGE, ENDLESS, bearer="township", reason="清空")])
    stock(clinic, PLAIN, ENDLESS, expiry=NEVER)
    with clinic.sessions.writing() as session:
        session.add(
            UserAccount(
                id=SECOND.user_id, organisation_id=clinic.place.id, name=SECOND.name, role=SECOND.role, pin_hash="none",
                created_at=world.clock(),
            )
        )
    resident_id = add_resident(clinic, drug_allergy=[1])
    with clinic.sessions.writing() as session:
        rebuild_keys(session)
    world.close()
    return request_id, resident_id


def moved_until_killed(
    folder: Path, request_id: str, resident_id: str, moment: datetime, chance: random.Random
) -> Confirmed:
    """Let a program go round for a random moment, kill it, and give what it had confirmed."""
    heard, said = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=move_for_ever, args=(folder, request_id, resident_id, moment, said))
    child.start()
    said.close()
    assert heard.recv() == READY
    confirmed = {heard.recv() for _document in range(chance.randint(0, MOST_CONFIRMED_IN_A_LIFE))}
    child.join(timeout=chance.uniform(0, LAST_MOMENT_SECONDS))
    assert child.is_alive()
    child.kill()
    confirmed.update(everything_from(heard))
    child.join()
    child.close()
    heard.close()
    return confirmed


def check(folder: Path, confirmed: Confirmed, *, thoroughly: bool) -> None:
    """Open both files as the next start would: with everything that was confirmed, every document and its books alike."""
    clinic, township = reopen(folder / "clinic"), reopen(folder / "township")
    shipments_are_whole(clinic, township, {each for kind, each in confirmed if kind == "shipment"})
    receipts_are_whole(clinic, {each for kind, each in confirmed if kind == "receipt"})
    dispensings_are_whole(clinic, {each for kind, each in confirmed if kind == "given"})
    counts_are_whole(clinic, {each for kind, each in confirmed if kind == "count"})
    months_are_whole(clinic, {each for kind, each in confirmed if kind == "month"})
    for desk in (clinic, township):
        states_have_their_change(desk)
        packs_have_their_scans(desk)
        for find in (stock_totals, stock_time_lines, stock_reservations, trace_code_units):
            assert find(desk) == []
        if thoroughly:
            desk.sessions.file, desk.sessions.key = desk.folder / "cunyi.db", bytes(range(32))
            assert [result for result in Integrity(desk).check() if not result.is_whole] == []
        desk.sessions.engine.dispose()


def booked(session, kind: MovementKind) -> dict[str, int]:
    """Units moved by the document that moved them."""
    query = select(StockMovement.document_id, func.sum(StockMovement.quantity)).where(StockMovement.kind == kind.value)
    return {row[0]: row[1] for row in session.execute(query.group_by(StockMovement.document_id)) if row[0]}


def letters(session, kind: str) -> Counter[str]:
    """How many envelopes of a kind were written, by the document that they are about."""
    query = select(ExchangeMessage.subject_id).where(ExchangeMessage.kind == kind, ExchangeMessage.direction == "sent")
    return Counter(session.scalars(query))


def shipments_are_whole(clinic: Desk, township: Desk, confirmed: set[str]) -> None:
    """What was shipped has its issue, its codes and its one envelope; what was not has none of them."""
    with township.sessions.reading() as session:
        rows = session.scalars(select(Shipment)).all()
        sent = {row.id for row in rows if row.state in ("shipped", "received")}
        lines = dict(session.execute(
            select(ShipmentLine.shipment_id, func.sum(ShipmentLine.shipped)).group_by(ShipmentLine.shipment_id)
        ).all())
        assert confirmed <= sent
        assert booked(session, MovementKind.ISSUE) == {each: -lines[each] for each in sent}
        assert letters(session, "shipment") == dict.fromkeys(sent, 1)
    with clinic.sessions.reading() as session:
        read = session.scalars(
            select(ExchangeMessage.subject_id).where(
                ExchangeMessage.kind == "shipment", ExchangeMessage.state == "accepted"
            )
        )
        assert set(read) == set(session.scalars(select(Shipment.id))) <= sent


def receipts_are_whole(clinic: Desk, confirmed: set[str]) -> None:
    """What was received is in the ledger to the unit, with one envelope."""
    with clinic.sessions.reading() as session:
        received = set(session.scalars(select(Shipment.id).where(Shipment.state == "received")))
        accepted = dict(session.execute(
            select(ShipmentLine.shipment_id, func.sum(ShipmentLine.accepted))
            .where(ShipmentLine.accepted > 0)
            .group_by(ShipmentLine.shipment_id)
        ).all())
        assert confirmed <= received
        assert booked(session, MovementKind.RECEIPT) == accepted
        assert set(accepted) == received
        assert letters(session, "receipt") == dict.fromkeys(received, 1)


def dispensings_are_whole(clinic: Desk, confirmed: set[str]) -> None:
    """What was given has its lines, its movements and its first revision."""
    with clinic.sessions.reading() as session:
        given = set(session.scalars(select(Dispensing.id)))
        lines = dict(session.execute(
            select(DispensingLine.dispensing_id, -func.sum(DispensingLine.quantity)).group_by(DispensingLine.dispensing_id)
        ).all())
        assert confirmed <= given == lines.keys()
        assert booked(session, MovementKind.DISPENSE) == lines
        assert set(session.scalars(select(Revision.entity_id).where(Revision.entity == "dispensing"))) == given


def counts_are_whole(clinic: Desk, confirmed: set[str]) -> None:
    """What was finalised has its differences in the ledger; nothing else has."""
    with clinic.sessions.reading() as session:
        final = set(session.scalars(select(Stocktake.id).where(Stocktake.state == "finalised")))
        differences = dict(session.execute(
            select(StocktakeLine.stocktake_id, func.sum(StocktakeLine.counted - StocktakeLine.book))
            .where(StocktakeLine.stocktake_id.in_(final))
            .group_by(StocktakeLine.stocktake_id)
        ).all())
        assert confirmed <= final
        assert booked(session, MovementKind.COUNT_SHORTAGE) == {each: units for each, units in differences.items() if units}
        assert set(differences.values()) <= {-1}


def months_are_whole(clinic: Desk, confirmed: set[str]) -> None:
    """What was closed has its report, and the report its envelope."""
    with clinic.sessions.reading() as session:
        closed = set(session.scalars(select(ClosedMonth.month)))
        reports = {row.month: row.id for row in session.scalars(select(LedgerReport))}
        assert confirmed <= closed == reports.keys()
        assert letters(session, "movements") == dict.fromkeys(reports.values(), 1)


def states_have_their_change(desk: Desk) -> None:
    """The last step in the history of every document says the state in which it is."""
    with desk.sessions.reading() as session:
        changes = session.scalars(select(StatusChange).order_by(StatusChange.position)).all()
        last = {(row.entity, row.entity_id): row.to_state for row in changes}
        for entity, model in (("shipment", Shipment), ("stocktake", Stocktake)):
            for row in session.scalars(select(model)):
                assert last[(entity, row.id)] == row.state


def packs_have_their_scans(desk: Desk) -> None:
    """What is left in every pack is what came with its scans less what went; no scanned movement lacks a unit."""
    with desk.sessions.reading() as session:
        left: Counter[str] = Counter()
        moved: Counter[str] = Counter()
        for scan, quantity in session.execute(
            select(TraceScan, StockMovement.quantity).join(StockMovement, StockMovement.id == TraceScan.movement_id)
        ):
            left[scan.code] += scan.quantity if quantity > 0 else -scan.quantity
            moved[scan.movement_id] += scan.quantity
        assert {row.code: row.units_left for row in session.scalars(select(TraceCode))} == dict(left)
        for movement, units in session.execute(
            select(StockMovement.id, StockMovement.quantity).where(
                StockMovement.drug_code == CODED, StockMovement.document.in_(("shipment", "dispensing"))
            )
        ):
            assert moved[movement] == abs(units)
