"""Opening balances, goods that no shipment brought, losses, returns, transfers, samples, holds: mechanisms §3.2, §8."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.desk import Actor
from app.domain.movements import Bearer, MovementKind
from app.services.document_steps import DocumentRefused
from app.services.problems import Refused
from app.services.stock import Stock
from app.services.stock_actions import BatchUnits, NewGoods, StockActions
from app.services.stock_documents import Approval
from app.services.stock_holds import Hold, hold_batch
from app.services.trace_codes import codes_here
from db.models import AuditEntry, Organisation, Revision, StockBatch, StockMovement, UserAccount
from tests.app.services.stock_things import (
    AMLODIPINE,
    BY_LEAD,
    IBUPROFEN,
    INSULIN,
    LATER,
    LEAD,
    TODAY,
    add_drugs,
    at,
    batch,
    days_ago,
    move,
    receive,
)

K = MovementKind
GOODS = NewGoods(AMLODIPINE, "0021", LATER, 56, "某厂", 560)
OUTSIDE = {"number": "W-1", "party": "县医药公司", "reason": "抢救用药急需", "approval": BY_LEAD}


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


@pytest.fixture
def actions(desk):
    return Stock(desk).actions


def rows_of(desk):
    with desk.sessions.reading() as session:
        return [
            session.scalar(select(func.count()).select_from(table))
            for table in (StockMovement, StockBatch, Revision, AuditEntry)
        ]


def refused_codes(desk, action, *values, **named):
    before = rows_of(desk)
    with pytest.raises(Refused) as refused:
        action(*values, **named)
    assert rows_of(desk) == before  # nothing half-booked
    return [problem.code for problem in refused.value.problems]


def packs(desk):
    with desk.sessions.reading() as session:
        return {pack.code: pack.units_left for pack in codes_here(session, desk, AMLODIPINE)}


def on_hand(desk, drug=AMLODIPINE):
    return Stock(desk).position(drug).on_hand


def test_an_opening_balance_begins_the_ledger_and_leaves_one_document(desk, actions):
    document = actions.opening([GOODS, NewGoods(INSULIN, "7", LATER, 3)], at=days_ago(desk, 3))
    assert (on_hand(desk), on_hand(desk, INSULIN)) == (56, 3)
    assert document.value_fen is None  # the insulin's price is unknown
    assert [moved.quantity for moved in document.movements] == [56, 3]
    with desk.sessions.reading() as session:
        kept = session.scalars(select(Revision).where(Revision.entity_id == document.id)).one()
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.entity_id == document.id)).all() == ["stock_opening"]
    assert (kept.after["kind"], len(kept.after["lines"])) == ("opening", 2)


def test_the_pack_of_the_catalogue_is_taken_where_none_is_said(desk, actions):
    actions.opening([GOODS])
    assert Stock(desk).batches(AMLODIPINE)[0].units_per_pack == 28


def test_a_drug_that_has_moved_gets_no_opening_balance_any_more(desk, actions):
    actions.opening([GOODS])
    actions.opening([replace(GOODS, batch_no="0022")])  # another batch of the beginning
    receive(desk, 5, TODAY - timedelta(days=1), "0023")
    assert refused_codes(desk, actions.opening, [GOODS]) == ["lines.0.drug"]


def test_goods_of_an_outside_channel_have_a_number_a_party_a_reason_and_an_approval(desk, actions):
    document = actions.receive_outside([GOODS], **OUTSIDE)
    card = Stock(desk).card(AMLODIPINE)
    assert (card.rows[0].number, card.rows[0].party, card.rows[0].kind) == ("W-1", "县医药公司", K.RECEIPT)
    assert document.value_fen == 1120


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": " "}, "number"),
        ({"number": "1" * 51}, "number"),
        ({"party": ""}, "party"),
        ({"reason": "急"}, "reason"),
        ({"reason": "急急急"}, "reason"),
        ({"reason": "急需" * 101}, "reason"),
        ({"approval": Approval()}, "approval"),
        ({"approval": Approval(number="卫字1号")}, "approval"),  # there is somebody who leads
        ({"approval": Approval(Actor("x", "张三", "village_doctor"))}, "approval"),
    ],
)
def test_goods_of_an_outside_channel_are_refused_without_one_of_them(desk, actions, changes, code):
    assert refused_codes(desk, actions.receive_outside, [GOODS], **{**OUTSIDE, **changes}) == [code]


def test_nobody_approves_what_he_does_himself(desk):
    lead = Stock(desk.signed_in_as(LEAD)).actions
    assert refused_codes(desk, lead.receive_outside, [GOODS], **OUTSIDE) == ["approval"]


def test_a_doctor_alone_writes_the_number_of_the_townships_approval(desk, actions):
    with desk.sessions.writing() as session:
        session.get_one(UserAccount, LEAD.user_id).is_active = False
    assert refused_codes(desk, actions.receive_outside, [GOODS], **{**OUTSIDE, "approval": Approval()}) == ["approval"]
    actions.receive_outside([GOODS], **{**OUTSIDE, "approval": Approval(number="青卫〔2026〕8号")})
    assert on_hand(desk) == 56


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (replace(GOODS, batch_no=""), "lines.0.batch_no"),
        (replace(GOODS, expiry=None), "lines.0.expiry"),
        (replace(GOODS, expiry=TODAY - timedelta(days=1)), "lines.0.expiry"),
        (replace(GOODS, drug_code="unknown"), "lines.0.drug"),
        (replace(GOODS, units_per_pack=0), "lines.0.units_per_pack"),
        (replace(GOODS, price_fen=-5), "lines.0.price"),
        (replace(GOODS, quantity=0), "lines.0.quantity"),
        (replace(GOODS, quantity=-28), "lines.0.quantity"),
        (replace(GOODS, quantity=0.5), "lines.0.quantity"),
        (replace(GOODS, quantity=10_001), "lines.0.much"),
    ],
)
def test_goods_that_cannot_be_are_refused_beside_their_answer(desk, actions, line, code):
    assert refused_codes(desk, actions.opening, [line]) == [code]


def test_a_great_quantity_is_booked_when_it_is_confirmed(desk, actions):
    actions.opening([replace(GOODS, quantity=10_001)], confirmed=frozenset({"lines.0.much"}))
    assert on_hand(desk) == 10_001


def test_one_number_with_two_expiries_is_two_batches_after_a_question(desk, actions):
    actions.opening([GOODS])
    other = replace(GOODS, expiry=date(2028, 9, 30))
    assert refused_codes(desk, actions.opening, [other]) == ["lines.0.two_expiries"]
    actions.opening([other], confirmed=frozenset({"lines.0.two_expiries"}))
    assert [row.expiry for row in Stock(desk).batches(AMLODIPINE)] == [LATER, date(2028, 9, 30)]


def test_a_batch_stands_once_in_a_document_and_a_document_is_not_empty(desk, actions):
    assert refused_codes(desk, actions.opening, [GOODS, GOODS]) == ["lines.0.batch_no", "lines.1.batch_no"]
    assert refused_codes(desk, actions.opening, []) == ["lines"]
    batch_id = receive(desk, 5, TODAY - timedelta(days=2))
    twice = [BatchUnits(batch_id, 1), BatchUnits(batch_id, 2)]
    assert refused_codes(desk, actions.return_to_township, twice, reason="近效期") == ["lines.0.batch_no", "lines.1.batch_no"]


def test_donated_goods_need_an_approval(desk, actions):
    assert refused_codes(desk, actions.donate_in, [GOODS], party="红十字会", approval=Approval()) == ["approval"]
    actions.donate_in([GOODS], party="红十字会", approval=BY_LEAD)
    assert Stock(desk).card(AMLODIPINE).rows[0].kind is K.DONATION_IN


def test_goods_go_from_clinic_to_clinic(desk, actions):
    actions.transfer_in([GOODS], number="D-1", party="李庄村卫生室")
    batch_id = Stock(desk).batches(AMLODIPINE)[0].batch_id
    assert refused_codes(desk, actions.transfer_out, [BatchUnits(batch_id, 6)], number="", party="") == ["number", "party"]
    actions.transfer_out([BatchUnits(batch_id, 6)], number="D-2", party="张庄村卫生室")
    assert [(row.kind, row.change, row.number) for row in Stock(desk).card(AMLODIPINE).rows] == [
        (K.TRANSFER_IN, 56, "D-1"),
        (K.TRANSFER_OUT, -6, "D-2"),
    ]


def test_held_goods_go_back_to_the_township_but_not_to_another_clinic(desk, actions):
    batch_id = receive(desk, 30, date(2026, 8, 1))
    Stock(desk).hold(batch_id, reason="外观异常")
    units = [BatchUnits(batch_id, 30)]
    assert refused_codes(desk, actions.transfer_out, units, number="D-2", party="张庄") == ["lines.0.quantity"]
    actions.return_to_township(units, reason="外观异常退回")
    assert on_hand(desk) == 0


def test_the_township_returns_nothing_to_itself(township_desk):
    with pytest.raises(Refused, match="只有村卫生室"):
        Stock(township_desk).actions.return_to_township([BatchUnits("b", 1)], reason="近效期")


@pytest.mark.parametrize("kind", [K.DAMAGE, K.LOST, K.STOLEN, K.COLD_CHAIN_FAILURE, K.OPENED_PAST_USE])
@pytest.mark.parametrize("bearer", Bearer)
def test_a_loss_has_a_value_and_somebody_bears_it(desk, actions, kind, bearer):
    batch_id = receive(desk, 30, date(2026, 8, 1))
    number = "沈公刑受字1号"
    document = actions.lose(kind, [BatchUnits(batch_id, 14)], bearer=bearer, reason="夜里冰柜断电", report_number=number)
    assert document.value_fen == 280
    row = Stock(desk).card(AMLODIPINE).rows[-1]
    assert (row.kind, row.change, row.bearer, row.reason) == (kind, -14, bearer, "夜里冰柜断电")


@pytest.mark.parametrize(
    ("kind", "changes", "codes"),
    [
        (K.DAMAGE, {"bearer": None}, ["bearer"]),
        (K.DAMAGE, {"reason": ""}, ["reason"]),
        (K.STOLEN, {}, ["report_number"]),
        (K.EXPIRED, {}, ["lines.0.batch"]),  # it has not expired
    ],
)
def test_a_loss_without_what_it_needs_is_refused(desk, actions, kind, changes, codes):
    batch_id = receive(desk, 30, date(2026, 8, 1))
    named = {"bearer": Bearer.CLINIC, "reason": "夜里冰柜断电", **changes}
    assert refused_codes(desk, actions.lose, kind, [BatchUnits(batch_id, 1)], **named) == codes


def test_what_is_expired_is_lost_by_expiry(desk, actions):
    batch_id = receive(desk, 30, date(2026, 8, 1), "old", TODAY - timedelta(days=1))
    actions.lose(K.EXPIRED, [BatchUnits(batch_id, 30)], bearer=Bearer.TOWNSHIP, reason="过期销毁")
    assert on_hand(desk) == 0


def test_only_a_loss_is_booked_as_a_loss(actions):
    with pytest.raises(ValueError, match="no loss"):
        actions.lose(K.DISPENSE, [], bearer=Bearer.CLINIC, reason="过期销毁")


def test_a_sample_leaves_with_the_number_of_its_receipt(desk, actions):
    batch_id = receive(desk, 30, date(2026, 8, 1))
    assert refused_codes(desk, actions.sample_out, [BatchUnits(batch_id, 2)], number="", party="药监局") == ["number"]
    actions.sample_out([BatchUnits(batch_id, 2)], number="CJ-9", party="药监局")
    assert on_hand(desk) == 28


def test_more_than_there_is_is_not_taken(desk, actions):
    batch_id = receive(desk, 30, date(2026, 8, 1))
    assert refused_codes(desk, actions.sample_out, [BatchUnits(batch_id, 31)], number="1", party="药监局") == ["lines.0.quantity"]


def test_nobody_books_on_another_ones_shelf(desk, actions):
    batch_id = receive(desk, 30, date(2026, 8, 1))
    with desk.sessions.writing() as session:
        session.add(Organisation(id="other", kind="clinic", name="李庄", division_code="411624104216"))
        session.flush()
        session.get_one(StockBatch, batch_id).organisation_id = "other"
    assert refused_codes(desk, actions.sample_out, [BatchUnits(batch_id, 1)], number="1", party="药监局") == ["lines.0.batch"]
    assert refused_codes(desk, Stock(desk).hold, batch_id, reason="外观异常") == ["batch"]


def test_a_document_is_put_right_by_a_reversal_and_a_dispensing_is_not(desk, actions):
    document = actions.opening([GOODS])
    batch_id = document.movements[0].batch_id
    given = move(desk, batch_id, K.DISPENSE, 1, document="dispensing", document_id="d")
    assert refused_codes(desk, actions.reverse, given.id, reason="记错了一笔") == ["movement"]
    lost = actions.lose(K.DAMAGE, [BatchUnits(batch_id, 5)], bearer=Bearer.CLINIC, reason="打碎一瓶")
    actions.reverse(lost.movements[0].id, reason="其实没有打碎")
    assert on_hand(desk) == 55
    marks = {row.change: (row.is_reversed, row.is_reversal) for row in Stock(desk).card(AMLODIPINE).rows}
    assert marks == {56: (False, False), -1: (False, False), -5: (True, False), 5: (False, True)}


def test_scanned_packs_come_and_go_with_their_codes(desk, actions):
    codes = tuple(f"8{number:019d}" for number in (1, 2))
    document = actions.opening([replace(GOODS, codes=codes)])
    batch_id = document.movements[0].batch_id
    assert refused_codes(
        desk, actions.lose, K.DAMAGE, [BatchUnits(batch_id, 28)], bearer=Bearer.CLINIC, reason="打碎一瓶"
    ) == ["lines.0.codes"]
    units = [BatchUnits(batch_id, 28, codes[:1])]
    lost = actions.lose(K.DAMAGE, units, bearer=Bearer.CLINIC, reason="打碎一瓶")
    assert refused_codes(desk, actions.reverse, document.movements[0].id, reason="记错了一笔") == ["movement"]
    actions.reverse(lost.movements[0].id, reason="其实没有打碎")
    assert on_hand(desk) == 56
    assert packs(desk) == dict.fromkeys(codes, 28)
    actions.reverse(document.movements[0].id, reason="记错了一笔")
    assert on_hand(desk) == 0
    assert packs(desk) == {}
    actions.receive_outside([replace(GOODS, codes=codes)], **OUTSIDE)
    assert packs(desk) == dict.fromkeys(codes, 28)


def test_a_lost_pack_that_was_found_and_received_again_is_not_put_back_twice(desk, actions):
    codes = tuple(f"8{number:019d}" for number in (1, 2))
    batch_id = actions.opening([replace(GOODS, codes=codes)]).movements[0].batch_id
    lost = actions.lose(K.LOST, [BatchUnits(batch_id, 28, codes[:1])], bearer=Bearer.CLINIC, reason="找不到这一盒")
    found = replace(GOODS, quantity=28, codes=codes[:1])
    again = actions.receive_outside([found], **OUTSIDE)
    assert refused_codes(desk, actions.reverse, lost.movements[0].id, reason="后来找到了") == ["movement"]
    actions.reverse(again.movements[0].id, reason="按冲正来记")
    actions.reverse(lost.movements[0].id, reason="后来找到了")
    assert on_hand(desk) == 56
    assert packs(desk) == dict.fromkeys(codes, 28)


@pytest.mark.parametrize("role", ["auditor", "home_team"])
def test_only_doctor_and_lead_change_the_shelf_of_a_clinic(desk, actions, role):
    batch_id = actions.opening([GOODS]).movements[0].batch_id
    other = replace(desk, actor=Actor("x", "张查", role))
    theirs = StockActions(other)
    for act in (
        lambda: theirs.opening([GOODS]),
        lambda: theirs.lose(K.DAMAGE, [BatchUnits(batch_id, 5)], bearer=Bearer.CLINIC, reason="打碎一瓶"),
        lambda: theirs.reverse("any", reason="记错了一笔"),
        lambda: Stock(other).hold(batch_id, reason="外观异常"),
        lambda: Stock(other).opened.open(batch_id),
    ):
        with pytest.raises(DocumentRefused, match="由村医、村卫生室负责人"):
            act()
    assert on_hand(desk) == 56


# -- holding -----------------------------------------------------------------------------------------------------------


def test_a_batch_is_held_and_let_go_by_somebody_else(desk):
    stock, batch_id = Stock(desk), receive(desk, 30, date(2026, 8, 1))
    stock.hold(batch_id, reason="外观异常")
    assert refused_codes(desk, stock.hold, batch_id, reason="外观异常") == ["batch"]
    assert refused_codes(desk, stock.release, batch_id, reason="检验合格", approval=Approval()) == ["approval"]
    assert refused_codes(desk, stock.release, batch_id, reason="", approval=BY_LEAD) == ["reason"]
    stock.release(batch_id, reason="检验合格", approval=BY_LEAD)
    assert refused_codes(desk, stock.release, batch_id, reason="检验合格", approval=BY_LEAD) == ["batch"]
    assert stock.batches(AMLODIPINE)[0].is_usable
    with desk.sessions.reading() as session:
        revisions = session.scalars(select(Revision).where(Revision.entity_id == batch_id).order_by(Revision.number)).all()
    assert [(row.number, row.after["hold"], row.reason) for row in revisions] == [
        (1, "quality", "外观异常"),
        (2, "", "检验合格"),
    ]
    assert revisions[1].after["approved_by"] == "刘芳"


def test_what_residents_returned_is_never_let_go(desk):
    apart = batch(desk, hold="returned")
    assert refused_codes(desk, Stock(desk).release, apart, reason="检验合格", approval=BY_LEAD) == ["batch"]
    other = receive(desk, 1, TODAY - timedelta(days=1))
    with pytest.raises(ValueError, match="batch of its own"), desk.sessions.writing() as session:
        hold_batch(session, desk, other, Hold.RETURNED, "居民退回")


@pytest.mark.parametrize("hold", Hold)
def test_every_hold_has_words(hold):
    assert str(hold.label)


def test_a_drug_without_price_has_no_known_value(desk, actions):
    document = actions.opening([NewGoods(IBUPROFEN, "1", LATER, 10)], at=at(TODAY, 0))
    assert document.value_fen is None
