"""The ledger: what is booked, what is refused and leaves nothing behind, and that it equals a plain count."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.movements import LARGEST_QUANTITY, MovementKind
from app.services.problems import Refused
from app.services.stock_ledger import (
    BatchKey,
    NewMovement,
    book,
    find_or_make_batch,
    rebuilt_totals,
    reserve,
    reverse,
    wrong_totals,
)
from db.models import ClosedMonth, StockBatch, StockMovement
from tests.app.services.stock_things import (
    AMLODIPINE,
    LATER,
    TODAY,
    PlainCount,
    add_drugs,
    at,
    batch,
    counted,
    days_ago,
    move,
)
from tests.desks import Clock, make_clinic

K = MovementKind


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


def on_hand(desk, batch_id):
    with desk.sessions.reading() as session:
        return session.scalar(select(StockBatch.on_hand).where(StockBatch.id == batch_id))


def movements(desk):
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(StockMovement))


def sentence(desk, batch_id, kind, quantity, moment=None, **more):
    before = movements(desk), on_hand(desk, batch_id)
    with pytest.raises(Refused) as refused:
        move(desk, batch_id, kind, quantity, moment, **more)
    assert (movements(desk), on_hand(desk, batch_id)) == before  # nothing half-booked
    return str(refused.value)


# Published result of open mSupply: 15 in stock, 2 and 3 given, 10 after restoring from the movements.
def test_a_balance_restored_from_its_movements_is_the_running_total(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 15)
    move(desk, batch_id, K.DISPENSE, 2)
    move(desk, batch_id, K.DISPENSE, 3)
    with desk.sessions.reading() as session:
        assert rebuilt_totals(session) == {batch_id: 10}
        assert wrong_totals(session) == []
    assert on_hand(desk, batch_id) == 10


# Published result of OpenLMIS (stock on hand): 1000 + 500 - 100 - 200 = 1200; without any adjustment 1000 + 500 - 200 = 1300.
@pytest.mark.parametrize(("lost", "expected"), [(100, 1200), (0, 1300)])
def test_stock_on_hand_is_beginning_and_received_less_losses_and_issues(desk, lost, expected):
    batch_id = batch(desk)
    move(desk, batch_id, K.OPENING, 1000, days_ago(desk, 30))
    move(desk, batch_id, K.RECEIPT, 500, days_ago(desk, 20))
    if lost:
        move(desk, batch_id, K.DAMAGE, lost, days_ago(desk, 10), bearer="clinic")
    move(desk, batch_id, K.DISPENSE, 200)
    assert on_hand(desk, batch_id) == expected


@pytest.mark.parametrize("quantity", [0, -1, 1.5, True, LARGEST_QUANTITY + 1])
def test_a_quantity_that_is_no_whole_number_of_units_is_refused(desk, quantity):
    assert "整数（片）" in sentence(desk, batch(desk), K.RECEIPT, quantity)


def test_a_movement_of_the_future_is_refused(desk):
    assert "还没有到" in sentence(desk, batch(desk), K.RECEIPT, 5, desk.now() + timedelta(seconds=1))


def test_more_than_there_is_is_refused_with_what_is_missing(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 5)
    said = sentence(desk, batch_id, K.DISPENSE, 7)
    assert "氨氯地平片" in said
    assert "会少 2 片" in said


def test_a_back_dated_dispensing_before_the_receipt_is_refused(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 50, days_ago(desk, 10))
    assert "2026-11-11" in sentence(desk, batch_id, K.DISPENSE, 1, days_ago(desk, 11))


def test_a_back_dated_dispensing_whose_units_were_given_away_later_is_refused(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 50, days_ago(desk, 10))
    move(desk, batch_id, K.DISPENSE, 45, days_ago(desk, 2))
    move(desk, batch_id, K.RECEIPT, 100)
    assert "2026-11-20 会少 1 片" in sentence(desk, batch_id, K.DISPENSE, 6, days_ago(desk, 5))
    move(desk, batch_id, K.DISPENSE, 5, days_ago(desk, 5))
    assert on_hand(desk, batch_id) == 100


def test_a_clock_that_was_put_back_does_not_hide_a_moment_below_zero(desk, clock):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 10, days_ago(desk, 5))
    move(desk, batch_id, K.DISPENSE, 8)
    clock.forward(hours=1)
    move(desk, batch_id, K.RECEIPT, 50)
    clock.forward(days=-1)
    assert "会少" in sentence(desk, batch_id, K.DISPENSE, 3)


def test_nothing_is_booked_before_a_finalised_count_of_the_batch(desk):
    batch_id, other = batch(desk), batch(desk, "0022")
    for each in (batch_id, other):
        move(desk, each, K.RECEIPT, 50, days_ago(desk, 10))
    counted(desk, batch_id, days_ago(desk, 3))
    for kind in (K.DISPENSE, K.RECEIPT):
        assert "早于已完成的盘点" in sentence(desk, batch_id, kind, 1, days_ago(desk, 4))
    move(desk, other, K.DISPENSE, 1, days_ago(desk, 4))  # another batch was not counted
    move(desk, batch_id, K.COUNT_SHORTAGE, 2, days_ago(desk, 3))  # the count's own difference
    move(desk, batch_id, K.DISPENSE, 1, days_ago(desk, 2))
    assert on_hand(desk, batch_id) == 47


def test_nothing_is_booked_in_a_closed_month(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 50, at(date(2026, 9, 1)))
    with desk.sessions.writing() as session:
        session.add(ClosedMonth(organisation_id=desk.place.id, month="2026-10", closed_at=desk.now(), closed_by_name=""))
    assert "2026-10 已经结账" in sentence(desk, batch_id, K.DISPENSE, 1, at(date(2026, 10, 31)))
    move(desk, batch_id, K.DISPENSE, 1, at(date(2026, 9, 30)))
    move(desk, batch_id, K.DISPENSE, 1, at(date(2026, 11, 1)))


def test_the_day_of_a_movement_is_that_of_the_clinic_whatever_the_zone(desk, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        batch_id = batch(desk)
        move(desk, batch_id, K.RECEIPT, 5, datetime(2026, 10, 31, 16, 30, tzinfo=UTC))  # 0:30 on 1 November
        with desk.sessions.writing() as session:
            session.add(
                ClosedMonth(organisation_id=desk.place.id, month="2026-10", closed_at=desk.now(), closed_by_name="")
            )
        move(desk, batch_id, K.DISPENSE, 1, datetime(2026, 10, 31, 17, 0, tzinfo=UTC))
        assert "2026-10" in sentence(desk, batch_id, K.RECEIPT, 1, datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
        with desk.sessions.reading() as session:
            assert set(session.scalars(select(StockMovement.occurred_on))) == {date(2026, 11, 1)}
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("kind", [K.DISPENSE, K.ISSUE, K.TRANSFER_OUT])
def test_expired_and_held_goods_do_not_leave_for_people(desk, kind):
    expired = batch(desk, "0001", TODAY - timedelta(days=1))
    move(desk, expired, K.RECEIPT, 9, days_ago(desk, 30))
    assert "已经过期" in sentence(desk, expired, kind, 1)
    with desk.sessions.writing() as session:
        held = session.get_one(StockBatch, batch(desk, "0002"))
        held.hold = "quality"
    move(desk, held.id, K.RECEIPT, 9, days_ago(desk, 30))
    assert "已停用" in sentence(desk, held.id, kind, 1)
    move(desk, held.id, K.RETURN_TO_TOWNSHIP, 9)
    move(desk, expired, K.EXPIRED, 9, bearer="township")


def test_on_its_last_day_a_batch_may_still_be_given(desk):
    batch_id = batch(desk, expiry=TODAY)
    move(desk, batch_id, K.RECEIPT, 9, days_ago(desk, 30))
    move(desk, batch_id, K.DISPENSE, 9)
    assert on_hand(desk, batch_id) == 0


def test_a_loss_names_who_bears_it(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 9)
    assert "由谁承担" in sentence(desk, batch_id, K.LOST, 1)


def test_reserved_units_are_not_taken(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 10)
    with desk.sessions.writing() as session:
        reserve(session, batch_id, 6)
    assert "有 6 片 已预留" in sentence(desk, batch_id, K.DISPENSE, 5)
    move(desk, batch_id, K.DISPENSE, 4)
    with desk.sessions.writing() as session:
        reserve(session, batch_id, -6)
    move(desk, batch_id, K.DISPENSE, 6)
    assert on_hand(desk, batch_id) == 0


@pytest.mark.parametrize("units", [11, -1])
def test_only_what_is_there_is_reserved_and_only_what_is_reserved_let_go(desk, units):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 10)
    with pytest.raises(Refused, match="不能再这样预留"), desk.sessions.writing() as session:
        reserve(session, batch_id, units)


def test_one_bad_line_of_many_books_none(desk):
    good, bad = batch(desk, "1"), batch(desk, "2")
    move(desk, good, K.RECEIPT, 10)
    before = movements(desk)
    with pytest.raises(Refused) as refused, desk.sessions.writing() as session:
        book(session, desk, [NewMovement(good, K.DISPENSE, 1, code="a"), NewMovement(bad, K.DISPENSE, 1, code="b")])
    assert [problem.code for problem in refused.value.problems] == ["b"]
    assert (movements(desk), on_hand(desk, good)) == (before, 10)


def test_lines_on_one_batch_are_judged_together(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 10)
    with pytest.raises(Refused, match="会少 2"), desk.sessions.writing() as session:
        book(session, desk, [NewMovement(batch_id, K.DISPENSE, 6), NewMovement(batch_id, K.DISPENSE, 6)])


def test_nothing_to_book_books_nothing(desk):
    with desk.sessions.writing() as session:
        assert book(session, desk, []) == ()


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (BatchKey(AMLODIPINE, "  ", LATER), "batch_no"),
        (BatchKey(AMLODIPINE, "1" * 41, LATER), "batch_no"),
        (BatchKey(AMLODIPINE, "0021", None), "expiry"),
        (BatchKey(AMLODIPINE, "0021", LATER, units_per_pack=0), "units_per_pack"),
        (BatchKey(AMLODIPINE, "0021", LATER, units_per_pack=10_001), "units_per_pack"),
        (BatchKey(AMLODIPINE, "0021", LATER, price_fen=-1), "price"),
        (BatchKey("unknown", "0021", LATER), "drug"),
    ],
)
def test_goods_that_cannot_be_told_apart_are_no_batch(desk, key, code):
    with pytest.raises(Refused) as refused, desk.sessions.writing() as session:
        find_or_make_batch(session, desk, key, TODAY)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_batch_is_the_same_by_drug_number_expiry_maker_price_and_owner(desk):
    keys = [
        BatchKey(AMLODIPINE, "0021", LATER, "某厂", 560, 28),
        BatchKey(AMLODIPINE, "021", LATER, "某厂", 560, 28),  # leading zeros count
        BatchKey(AMLODIPINE, "0021", date(2028, 9, 30), "某厂", 560, 28),
        BatchKey(AMLODIPINE, "0021", LATER, "别厂", 560, 28),
        BatchKey(AMLODIPINE, "0021", LATER, "某厂", 561, 28),
        BatchKey(AMLODIPINE, "0021", LATER, "某厂", None, 28),
    ]
    with desk.sessions.writing() as session:
        first = [find_or_make_batch(session, desk, key, TODAY) for key in keys]
        again = [find_or_make_batch(session, desk, key, TODAY) for key in keys]
        apart = find_or_make_batch(session, desk, keys[0], TODAY, hold="returned")
    assert first == again
    assert len({*first, apart}) == len(keys) + 1


def test_what_a_resident_returns_lies_apart(desk):
    saleable, apart = batch(desk), batch(desk, hold="returned")
    assert "单独存放" in sentence(desk, saleable, K.RETURN_FROM_RESIDENT, 3)
    assert "单独存放" in sentence(desk, apart, K.RECEIPT, 3)
    move(desk, apart, K.RETURN_FROM_RESIDENT, 3)
    assert "已停用" in sentence(desk, apart, K.DISPENSE, 1)


# -- reversing ---------------------------------------------------------------------------------------------------------


def undo(desk, movement_id, reason="记错了一笔"):
    with desk.sessions.writing() as session:
        return reverse(session, desk, movement_id, reason)


def test_a_reversal_is_the_opposite_and_dated_now(desk):
    batch_id = batch(desk)
    move(desk, batch_id, K.RECEIPT, 10, days_ago(desk, 5))
    given = move(desk, batch_id, K.DISPENSE, 4, days_ago(desk, 2))
    assert undo(desk, given.id).quantity == 4
    assert on_hand(desk, batch_id) == 10
    with desk.sessions.reading() as session:
        row = session.scalars(select(StockMovement).where(StockMovement.reverses_id == given.id)).one()
    assert (row.kind, row.occurred_at, row.reason) == ("dispense", desk.now(), "记错了一笔")


def test_a_movement_is_reversed_once_and_a_reversal_never(desk):
    batch_id = batch(desk)
    came = move(desk, batch_id, K.RECEIPT, 10)
    reversal = undo(desk, came.id)
    with pytest.raises(Refused, match="已经冲销过"):
        undo(desk, came.id)
    with pytest.raises(Refused, match="不能再冲销"):
        undo(desk, reversal.id)


def test_a_receipt_whose_goods_are_gone_is_not_reversed(desk):
    batch_id = batch(desk)
    came = move(desk, batch_id, K.RECEIPT, 10)
    move(desk, batch_id, K.DISPENSE, 4)
    with pytest.raises(Refused, match="会少 4"):
        undo(desk, came.id)


def test_a_receipt_whose_goods_are_reserved_is_not_reversed(desk):
    batch_id = batch(desk)
    came = move(desk, batch_id, K.RECEIPT, 10)
    with desk.sessions.writing() as session:
        reserve(session, batch_id, 1)
    with pytest.raises(Refused, match="已预留"):
        undo(desk, came.id)


def test_what_lies_before_a_count_and_what_a_count_wrote_is_not_reversed(desk):
    batch_id = batch(desk)
    came = move(desk, batch_id, K.RECEIPT, 10, days_ago(desk, 5))
    shortage = move(desk, batch_id, K.COUNT_SHORTAGE, 1, days_ago(desk, 2))
    counted(desk, batch_id, days_ago(desk, 2))
    with pytest.raises(Refused, match="早于已完成的盘点"):
        undo(desk, came.id)
    with pytest.raises(Refused, match="盘点的差异"):
        undo(desk, shortage.id)


def test_nothing_is_reversed_while_this_month_is_closed(desk):
    came = move(desk, batch(desk), K.RECEIPT, 10)
    with desk.sessions.writing() as session:
        session.add(ClosedMonth(organisation_id=desk.place.id, month="2026-11", closed_at=desk.now(), closed_by_name=""))
    with pytest.raises(Refused, match="已经结账"):
        undo(desk, came.id)


def test_a_reversal_has_a_reason_and_something_to_reverse(desk):
    came = move(desk, batch(desk), K.RECEIPT, 10)
    with pytest.raises(Refused, match="原因"):
        undo(desk, came.id, " ")
    with pytest.raises(Refused, match="没有找到"):
        undo(desk, "nothing")


# -- against a plain count -----------------------------------------------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.sampled_from(["receive", "dispense"]), st.integers(0, 2), st.integers(1, 30), st.integers(0, 70)),
    st.tuples(st.just("dispense"), st.integers(0, 2), st.integers(1, 12), st.none()),
    st.tuples(st.just("reverse"), st.just(0), st.integers(0, 30), st.none()),
    st.tuples(st.just("count"), st.integers(0, 2), st.just(0), st.integers(0, 40)),
    st.tuples(st.just("close"), st.just(0), st.just(0), st.integers(25, 70)),
    st.tuples(st.just("hold"), st.integers(0, 2), st.just(0), st.none()),
    st.tuples(st.just("wait"), st.just(0), st.integers(1, 30), st.none()),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, max_size=40))
def test_the_ledger_equals_a_plain_count_after_every_step(tmp_path_factory, steps):
    clock = Clock()
    desk = make_clinic(tmp_path_factory.mktemp("ledger"), clock)
    try:
        add_drugs(desk)
        ids = [batch(desk, f"{number}") for number in range(3)]
        plain, written = PlainCount(), []
        for what, which, number, past in steps:
            step(desk, clock, plain, ids, written, what, ids[which], number, past)
            with desk.sessions.reading() as session:
                assert {each: on_hand(desk, each) for each in ids} == {each: plain.on_hand(each) for each in ids}
                assert wrong_totals(session) == []
    finally:
        desk.sessions.engine.dispose()


def step(desk, clock, plain, ids, written, what, batch_id, number, past):
    clock.forward(minutes=1)
    moment = desk.now() if past is None else desk.now() - timedelta(days=past)
    if what == "wait":
        clock.forward(hours=number)
    elif what == "hold":
        plain.held ^= {batch_id}
        with desk.sessions.writing() as session:
            session.get_one(StockBatch, batch_id).hold = "quality" if batch_id in plain.held else ""
    elif what == "close":
        month = f"{moment.astimezone():%Y-%m}"
        if month not in plain.closed:
            plain.closed.add(month)
            with desk.sessions.writing() as session:
                session.add(
                    ClosedMonth(organisation_id=desk.place.id, month=month, closed_at=desk.now(), closed_by_name="")
                )
    elif what == "count":
        counted(desk, batch_id, moment)
        plain.counts[batch_id] = max(moment, plain.counts.get(batch_id, moment))
    elif what == "reverse":
        reverse_in_both(desk, plain, written, number)
    else:
        kind, sign = (K.RECEIPT, 1) if what == "receive" else (K.DISPENSE, -1)
        expected = plain.takes(batch_id, moment, sign * number, desk.now())
        try:
            booked = move(desk, batch_id, kind, number, moment)
        except Refused:
            assert not expected
        else:
            assert expected
            written.append((booked.id, batch_id, moment, sign * number))


def reverse_in_both(desk, plain, written, number):
    if not written:
        return
    movement_id, batch_id, moment, units = written.pop(number % len(written))
    counted_at = plain.counts.get(batch_id)
    allowed = f"{desk.today():%Y-%m}" not in plain.closed and (counted_at is None or moment >= counted_at)
    held, plain.held = plain.held, set()  # putting a mistake right is no dispensing
    counts, plain.counts = plain.counts, {}
    expected = allowed and plain.takes(batch_id, desk.now(), -units, desk.now())
    plain.held, plain.counts = held, counts
    try:
        undo(desk, movement_id)
    except Refused:
        assert not expected
    else:
        assert expected
