"""The supply with a full disk, a file that may not be written, two windows at once and a second click: whole or not at all."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from sqlalchemy import event

from app.desk import Desk
from app.domain.request_states import Action, Kind
from app.domain.settlement_states import SettlementAction
from app.errors import CunyiError, EnvironmentFailure
from app.services.dispensing import Dispensing, Draft, DraftLine
from app.services.document_steps import DocumentRefused
from app.services.integrity import Integrity
from app.services.requests import LineEdit, Requests
from app.services.review import Review
from app.services.settlements import Settlements
from app.services.shipments import Shipments
from app.services.stocktakes import Stocktakes
from db.models import ExchangeMessage, new_id
from tests.supply_desks import PHARMACIST, as_person
from tests.supply_envelopes import OCTOBER
from tests.supply_strain import Strained, kept

ROOM_KB = (0, 5, 17, 41)
"""So much room is left in the log: the disk ends at the first page, in the middle of the change, or near its end."""


JOBS = ("give", "receive", "finalise", "ship", "close", "import")


@pytest.fixture
def world(tmp_path) -> Iterator[Strained]:
    made = Strained(tmp_path)
    yield made
    made.close()


@contextmanager
def room_for(desk: Desk, kilobytes: int) -> Iterator[None]:
    """The disk ends so far beyond the end of the desk's log."""
    most = max((desk.folder / name).stat().st_size for name in ("cunyi.db", "cunyi.db-wal"))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with desk.sessions.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
    resource.setrlimit(resource.RLIMIT_FSIZE, (most + kilobytes * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def write_protected(desk: Desk) -> Iterator[None]:
    """The file may be read and not written."""

    def protect(connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")

    event.listen(desk.sessions.engine, "begin", protect)
    try:
        yield
    finally:
        event.remove(desk.sessions.engine, "begin", protect)
        with desk.sessions.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only = 0")


def whole(world: Strained) -> bool:
    return all(result.is_whole for desk in (world.clinic, world.township) for result in Integrity(desk).check())


@pytest.mark.parametrize("name", JOBS)
def test_a_disk_that_ends_is_told_and_nothing_is_half_written(world, name):
    job = world.job(name)
    before, sentences = kept(job.desk), []
    for kilobytes in ROOM_KB:
        with room_for(job.desk, kilobytes):
            try:
                job.act()
            except EnvironmentFailure as failure:
                sentences.append(str(failure.message))
            else:
                break
        assert kept(job.desk) == before
    assert sentences
    assert [each for each in sentences if "没有保存" not in each and "还没有保存" not in each] == []
    job.act()
    assert kept(job.desk) != before
    assert whole(world)


@pytest.mark.parametrize("name", JOBS)
def test_a_file_that_may_not_be_written_is_told_and_nothing_is_half_written(world, name):
    job = world.job(name)
    before = kept(job.desk)
    with write_protected(job.desk), pytest.raises(EnvironmentFailure, match="不让写入"):
        job.act()
    assert kept(job.desk) == before
    job.act()
    assert whole(world)


@pytest.mark.parametrize("name", JOBS)
def test_a_second_click_does_nothing_more(world, name):
    job = world.job(name)
    job.act()
    before = kept(job.desk)
    with suppress(CunyiError):
        job.act()
    assert kept(job.desk) == before
    assert whole(world)


def test_another_window_that_was_first_is_told_at_a_shipment(world):
    shipments, others = Shipments(world.township), Shipments(as_person(world.township, PHARMACIST))
    draft = shipments.draft(world.original("shipment").body["request_id"])
    mine = shipments.allocate(draft.id, draft.version).shipment
    before = kept(world.township)
    for act in (others.allocate, others.pick):
        with pytest.raises(DocumentRefused, match="别人刚刚改过"):
            act(draft.id, draft.version)
    with pytest.raises(DocumentRefused, match="别人刚刚改过"):
        others.ship([(draft.id, draft.version)], delivered_by="老李")
    assert kept(world.township) == before
    assert others.pick(mine.id, mine.version).shipment.version > mine.version


def test_another_window_that_counted_first_is_told_at_a_stocktake(world):
    mine, theirs = Stocktakes(world.clinic), Stocktakes(world.second)
    view = mine.open(is_blind=False).stocktake
    theirs.count(view.id, {line.id: 3 for line in view.lines}, view.version)
    theirs.to_review(view.id, view.version)
    before = kept(world.clinic)
    for act in (
        lambda: mine.count(view.id, {view.lines[0].id: 4}, view.version),
        lambda: mine.to_review(view.id, view.version),
        lambda: mine.cancel(view.id, view.version, "不盘了"),
        lambda: mine.finalise(view.id, view.version),
    ):
        with pytest.raises(DocumentRefused, match=r"第 1 版的盘点表，现在是第 \d 版"):
            act()
    assert kept(world.clinic) == before


def test_another_window_that_changed_a_request_is_told_at_both_desks(world):
    requests = Requests(world.clinic)
    draft = requests.start(kind=Kind.EMERGENCY, reason="断药").request
    line = requests.add_line(draft.id, world.code)
    requests.edit_line(draft.id, line.id, LineEdit(line.on_hand, None, 30, "村里体检后新增病人"))
    done = requests.submit(draft.id, requests.get(draft.id).version, confirmed=frozenset({line.id}))
    before = kept(world.clinic)
    with pytest.raises(CunyiError):
        Requests(world.second).submit(draft.id, done.request.version - 1, confirmed=frozenset({line.id}))
    assert kept(world.clinic) == before
    with world.clinic.sessions.reading() as session:
        sealed = session.get_one(ExchangeMessage, done.message_id).sealed
    world.open("movements", sealed)
    review = Review(world.township)
    old = review.get(draft.id).version
    review.take(draft.id, old)
    review.decide_line(draft.id, line.id, 30)
    before = kept(world.township)
    with pytest.raises(CunyiError, match="改过"):
        review.act(draft.id, Action.APPROVE, old)
    assert kept(world.township) == before


def test_another_window_that_checked_a_settlement_first_is_told(world):
    world.open("movements", world.forged("movements"))
    mine, theirs = Settlements(world.township), Settlements(as_person(world.township, PHARMACIST))
    mine.prepare(OCTOBER)
    [row] = mine.list(OCTOBER)
    view = mine.get(row.id)
    for number, each in enumerate(view.differences):
        if not each.explanation:
            view = mine.explain(row.id, number, "上月没有月报", version=view.version)
    with pytest.raises(DocumentRefused, match="别人刚刚改过"):
        theirs.act(row.id, SettlementAction.CHECK, row.version - 1)
    checked = theirs.act(row.id, SettlementAction.CHECK, view.version, key="once")
    before = kept(world.township)
    assert "没有重复" in str(theirs.act(row.id, SettlementAction.CHECK, view.version, key="once").message)
    with pytest.raises(CunyiError):
        mine.explain(row.id, 0, "改个说法", version=view.version)
    assert kept(world.township) == before
    assert checked.settlement.version > view.version


def test_two_windows_giving_the_last_pack_give_it_once(world):
    service = Dispensing(world.clinic)

    def draft() -> Draft:
        made = Draft(world.resident, (DraftLine("1", world.code, 150, "1片", 1, 7),), id=new_id())
        keys = [matter.key for matter in service.judge(made).matters]
        return replace(made, reasons=dict.fromkeys(keys, "上级医院方案，已告知"), confirmed=frozenset(keys))

    first, second = draft(), draft()
    service.give(first)
    before = kept(world.clinic)
    with pytest.raises(CunyiError):
        Dispensing(world.second).give(second)
    assert kept(world.clinic) == before
