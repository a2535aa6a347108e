"""追溯码的扫码 with the ledger: packs come in once, go out as what they are, and are counted down when split."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain.movements import MovementKind
from app.domain.trace_codes import CodeState
from app.services.problems import Refused
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from app.services.trace_codes import codes_here, look_up, scan_in, scan_out, scans_of, uncoded_units
from db.models import Drug, StockBatch, StockMovement, TraceCode, TraceScan

PREFIX = "8412345"


def code(number: int, prefix: str = PREFIX) -> str:
    return f"{prefix}{number:013d}"


@pytest.fixture
def desk(desk):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == "VD055")).one().trace_prefix = PREFIX
        session.scalars(select(Drug).where(Drug.code == "VD049")).one().trace_prefix = "8499999"
        session.scalars(select(Drug).where(Drug.code == "VD155")).one().has_trace_code = False
    return desk


def receive(session, desk, units, codes, *, drug="VD055", batch_no="A1", kind=MovementKind.RECEIPT, **how):
    key = BatchKey(drug, batch_no, desk.today() + timedelta(days=400), units_per_pack=24)
    batch = find_or_make_batch(session, desk, key, desk.today())
    [booked] = book(session, desk, [NewMovement(batch, kind, units, bearer="township")])
    return batch, scan_in(session, desk, booked.id, codes, **how)


def give(session, desk, batch, units, codes, kind=MovementKind.DISPENSE, **how):
    [booked] = book(session, desk, [NewMovement(batch, kind, units, bearer="clinic")])
    return scan_out(session, desk, booked.id, codes, **how)


def refused(action, *arguments, **how):
    with pytest.raises(Refused) as refusal:
        action(*arguments, **how)
    return [str(problem.message) for problem in refusal.value.problems]


def row(session, number):
    return session.scalars(select(TraceCode).where(TraceCode.code == code(number))).one()


def test_packs_come_in_and_are_split_until_they_are_empty(desk):
    with desk.sessions.writing() as session:
        batch, packs = receive(session, desk, 48, [code(1), code(2) + "\r\n"])
        assert [pack.quantity for pack in packs] == [24, 24]
        assert give(session, desk, batch, 10, [code(1)])[0].units_left == 14
        taken = give(session, desk, batch, 20, [code(1), code(2)])
        assert [(pack.quantity, pack.units_left) for pack in taken] == [(14, 0), (6, 18)]
        assert row(session, 1).state == CodeState.USED.value
        assert [known.units_left for known in codes_here(session, desk, "VD055")] == [18]
        scans = session.scalar(select(func.count()).select_from(TraceScan))
        assert scans == 5


def test_units_may_be_told_for_each_code(desk):
    with desk.sessions.writing() as session:
        batch, _ = receive(session, desk, 48, [code(1), code(2)])
        give(session, desk, batch, 8, {code(1): 3, code(2): 5})
        assert (row(session, 1).units_left, row(session, 2).units_left) == (21, 19)


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        ([code(1), "12345"], "20 位数字"),
        ([code(1), code(2, "8499999")], "不是阿莫西林胶囊的"),
        ([code(1), code(1)], "扫了两次"),
        ([code(1)], "还差 1 个追溯码"),
        ([code(1), code(2), code(3)], "应为 2 个"),
        ([], "还差 2 个追溯码"),
    ],
)
def test_a_receipt_with_wrong_codes_leaves_nothing_behind(desk, codes, sentence):
    def whole():
        with desk.sessions.writing() as session:
            receive(session, desk, 48, codes)

    [told] = refused(whole)
    assert sentence in told
    with desk.sessions.reading() as session:
        for model in (TraceCode, TraceScan, StockMovement, StockBatch):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_a_pack_is_received_once(desk):
    with desk.sessions.writing() as session:
        receive(session, desk, 24, [code(1)])
    with desk.sessions.writing() as session:
        assert "已经入过库" in refused(receive, session, desk, 24, [code(1)])[0]
        session.rollback()


def test_the_digits_of_another_drug_are_known_without_own_digits(desk):
    with desk.sessions.writing() as session:
        told = refused(receive, session, desk, 24, [code(5)], drug="VD050")
        assert "不是布洛芬缓释胶囊的" in told[0]
        session.rollback()


def test_a_drug_without_codes_needs_none(desk):
    with desk.sessions.writing() as session:
        batch, packs = receive(session, desk, 20, [], drug="VD155")
        assert packs == ()
        assert give(session, desk, batch, 5, []) == ()


@pytest.mark.parametrize(
    ("units", "codes", "sentence"),
    [
        (1, [code(9)], "没有入过库"),
        (1, ["99"], "20 位数字"),
        (1, [code(7, "8499999")], "没有入过库"),
        (1, [code(3)], "另一个批号"),
        (1, [code(4, "8499999")], "不是阿莫西林胶囊的"),
        (1, [code(2)], "已经发完"),
        (1, [], "还差 1 个追溯码"),
        (20, [code(1)], "还差 1 个追溯码"),
        (2, [code(1), code(1)], "扫了两次"),
        (20, {code(1): 20}, "只剩 14 粒"),
        (3, {code(1): 5}, "多"),
    ],
)
def test_what_can_not_be_scanned_out(desk, units, codes, sentence):
    with desk.sessions.writing() as session:
        batch, _ = receive(session, desk, 48, [code(1), code(2)])
        receive(session, desk, 24, [code(3)], batch_no="B2")
        receive(session, desk, 24, [code(4, "8499999")], drug="VD049")
        give(session, desk, batch, 34, [code(2), code(1)])
        if units > 14:
            receive(session, desk, 24, [code(6)])
    with desk.sessions.writing() as session:
        assert sentence in refused(give, session, desk, batch, units, codes)[0]
        session.rollback()
    with desk.sessions.reading() as session:
        assert row(session, 1).units_left == 14


def test_goods_from_before_the_scanning_go_without_codes_but_no_others(desk):
    with desk.sessions.writing() as session:
        batch, _ = receive(session, desk, 10, [], kind=MovementKind.OPENING, complete=False)
        receive(session, desk, 24, [code(1)])
        assert uncoded_units(session, desk, batch) == 10
        give(session, desk, batch, 6, [])
        assert uncoded_units(session, desk, batch) == 4
        assert "还差 1 个追溯码" in refused(give, session, desk, batch, 5, [])[0]


@pytest.mark.parametrize(
    ("kind", "state"),
    [(MovementKind.DAMAGE, "lost"), (MovementKind.RETURN_TO_TOWNSHIP, "gone"), (MovementKind.TRANSFER_OUT, "gone")],
)
def test_a_pack_that_went_away_may_come_again(desk, kind, state):
    with desk.sessions.writing() as session:
        batch, _ = receive(session, desk, 24, [code(1)])
        give(session, desk, batch, 24, [code(1)], kind)
        assert row(session, 1).state == state
        receive(session, desk, 24, [code(1)])
        assert row(session, 1).units_left == 24


def test_a_scan_at_the_counter_tells_the_drug_or_the_trouble(desk):
    with desk.sessions.writing() as session:
        batch, _ = receive(session, desk, 24, [code(1)])
        found = look_up(session, desk, code(1))
        assert (found.drug_name, found.problem, found.known.batch_id) == ("阿莫西林胶囊", None, batch)
        assert "没有入过库" in str(look_up(session, desk, code(2)).problem)
        assert "不是对乙酰氨基酚片的" in str(look_up(session, desk, code(1), "VD049").problem)
        assert "20 位数字" in str(look_up(session, desk, "6901234567892").problem)


def test_the_codes_of_a_movement_are_found_again(desk):
    with desk.sessions.writing() as session:
        receive(session, desk, 30, [code(1), code(2)])
        [movement] = session.scalars(select(StockMovement.id))
        assert scans_of(session, [movement]) == {movement: ((code(1), 24), (code(2), 6))}
        assert scans_of(session, []) == {}
