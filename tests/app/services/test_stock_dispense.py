"""Taking goods off the shelf for a resident, first expired first out, and taking back what returns: §6.3, §6.4."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.domain.movements import MovementKind
from app.services.problems import Refused
from app.services.stock_dispense import ChosenBatch, dispense, propose_picks, return_from_resident
from app.services.stock_holds import Hold, hold_batch
from app.services.stock_ledger import NewMovement, book, reserve, reverse
from db.models import Drug, StockBatch, StockMovement
from tests.app.services.stock_things import AMLODIPINE, LATER, TODAY, add_drugs, at, receive

K = MovementKind


@pytest.fixture
def desk(clinic_desk):
    add_drugs(clinic_desk)
    return clinic_desk


@pytest.fixture
def shelf(desk):
    """Two batches: "B" expires first, "A" came first."""
    return {
        "A": receive(desk, 50, date(2026, 1, 1), "A", date(2028, 1, 31)),
        "B": receive(desk, 20, date(2026, 6, 1), "B", date(2027, 1, 31)),
    }


def give(desk, units, **more):
    with desk.sessions.writing() as session:
        return dispense(session, desk, AMLODIPINE, units, resident_id=None, document_id="d1", **more)


def back(desk, movement_id, units, reason="服药后不适"):
    with desk.sessions.writing() as session:
        return return_from_resident(session, desk, movement_id, units, reason=reason)


def on_hand(desk):
    with desk.sessions.reading() as session:
        rows = session.execute(select(StockBatch.batch_no, StockBatch.hold, StockBatch.on_hand))
        return {(row.batch_no, row.hold): row.on_hand for row in rows}


def test_what_expires_first_is_given_first(desk, shelf):
    given = give(desk, 30)
    assert [(pick.batch_id, pick.units) for pick in given.picks] == [(shelf["B"], 20), (shelf["A"], 10)]
    assert [(moved.batch_id, moved.quantity) for moved in given.movements] == [(shelf["B"], -20), (shelf["A"], -10)]
    assert on_hand(desk) == {("A", ""): 40, ("B", ""): 0}


def test_expired_held_and_reserved_goods_are_never_picked(desk, shelf):
    receive(desk, 99, date(2026, 1, 1), "old", TODAY - timedelta(days=1))
    with desk.sessions.writing() as session:
        hold_batch(session, desk, shelf["B"], Hold.QUALITY, "外观异常")
        reserve(session, shelf["A"], 45)
        proposal = propose_picks(session, desk, AMLODIPINE, 10)
    assert [(pick.batch_no, pick.units) for pick in proposal.picks] == [("A", 5)]
    assert (proposal.units, proposal.shortfall) == (5, 5)
    with pytest.raises(Refused, match=r"可用的只有 5 片，要发 10 片，还差 5 片"):
        give(desk, 10)


def test_a_batch_is_given_on_its_last_day_with_a_notice(desk):
    receive(desk, 9, date(2026, 1, 1), "last", TODAY)
    given = give(desk, 9)
    assert "只剩 1 天" in str(given.picks[0].notices[0])


def test_a_supply_that_outlasts_the_expiry_is_told(desk, shelf):
    left = (date(2027, 1, 31) - TODAY).days + 1
    with desk.sessions.reading() as session:
        exact = propose_picks(session, desk, AMLODIPINE, 5, days_of_supply=left)
        too_long = propose_picks(session, desk, AMLODIPINE, 5, days_of_supply=left + 1)
    assert exact.picks[0].notices == ()
    assert "没用完就过期" in str(too_long.picks[0].notices[0])


def test_another_batch_is_given_only_with_a_reason(desk, shelf):
    chosen = [ChosenBatch(shelf["A"], 5)]
    with pytest.raises(Refused, match="先到期先用"):
        give(desk, 5, chosen=chosen)
    give(desk, 5, chosen=chosen, override_reason="病人要同一批号")
    with desk.sessions.reading() as session:
        last = session.scalars(select(StockMovement).where(StockMovement.kind == "dispense")).one()
    assert (last.batch_id, last.reason) == (shelf["A"], "病人要同一批号")


def test_the_first_to_expire_chosen_by_hand_needs_no_reason(desk, shelf):
    assert give(desk, 5, chosen=[ChosenBatch(shelf["B"], 5)]).picks[0].batch_id == shelf["B"]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([("B", 4)], "合计 4，应发 5"),
        ([("B", 2), ("B", 3)], "选了两次"),
        ([("nothing", 5)], "没有库存"),
        ([("B", 5), ("A", 0)], "大于 0"),
    ],
)
def test_batches_chosen_by_hand_must_be_there_and_add_up(desk, shelf, chosen, words):
    picks = [ChosenBatch(shelf.get(name, name), units) for name, units in chosen]
    with pytest.raises(Refused, match=words):
        give(desk, 5, chosen=picks, override_reason="病人要同一批号")
    assert on_hand(desk) == {("A", ""): 50, ("B", ""): 20}


@pytest.mark.parametrize("name", ["expired", "held"])
def test_no_reason_makes_expired_or_held_goods_fit_to_give(desk, shelf, name):
    if name == "expired":
        batch_id = receive(desk, 9, date(2026, 1, 1), "old", TODAY - timedelta(days=1))
    else:
        batch_id = shelf["B"]
        with desk.sessions.writing() as session:
            hold_batch(session, desk, batch_id, Hold.QUALITY, "外观异常")
    with pytest.raises(Refused, match="不能发出"):
        give(desk, 5, chosen=[ChosenBatch(batch_id, 5)], override_reason="病人坚持要")


@pytest.mark.parametrize("units", [0, -1, 2.5])
def test_a_quantity_that_is_no_whole_number_is_refused(desk, shelf, units):
    with pytest.raises(Refused, match="大于 0 的整数"):
        give(desk, units)


def test_a_drug_of_no_catalogue_is_refused(desk):
    with pytest.raises(Refused, match="目录里没有"), desk.sessions.reading() as session:
        propose_picks(session, desk, "unknown", 1)


def test_what_may_not_be_split_is_given_in_whole_packs(desk, shelf):
    with desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == AMLODIPINE)).one().is_splittable = False
    receive(desk, 56, date(2026, 1, 1), "C", date(2027, 1, 1))
    with desk.sessions.reading() as session:
        proposal = propose_picks(session, desk, AMLODIPINE, 30)
    assert (proposal.units, proposal.over, proposal.shortfall) == (56, 26, 0)


def test_a_dispensing_of_the_past_takes_what_was_usable_then(desk):
    receive(desk, 9, date(2026, 1, 1), "old", date(2026, 6, 30))
    given = give(desk, 3, at=at(date(2026, 6, 30)))
    assert given.picks[0].batch_no == "old"
    with pytest.raises(Refused, match="可用的只有 0"):
        give(desk, 3)


def test_two_batches_that_look_alike_are_both_given(desk):
    with desk.sessions.writing() as session:
        for maker in ("甲", "乙"):
            session.add(StockBatch(organisation_id=desk.place.id, drug_code=AMLODIPINE, batch_no="1", expiry=LATER,
                                   manufacturer=maker, price_fen=1, units_per_pack=28, on_hand=0,
                                   received_on=date(2026, 1, 1)))  # fmt: skip
    with desk.sessions.writing() as session:
        ids = list(session.scalars(select(StockBatch.id)))
        book(session, desk, [NewMovement(each, K.RECEIPT, 5) for each in ids])
    assert sorted(pick.batch_id for pick in give(desk, 10).picks) == sorted(ids)


# -- coming back -------------------------------------------------------------------------------------------------------


def test_what_comes_back_lies_apart_and_is_not_dispensed_again(desk, shelf):
    given = give(desk, 10).movements[0]
    assert back(desk, given.id, 4).quantity == 4
    assert on_hand(desk) == {("A", ""): 50, ("B", ""): 10, ("B", "returned"): 4}
    with desk.sessions.reading() as session:
        assert propose_picks(session, desk, AMLODIPINE, 100).shortfall == 40


def test_no_more_comes_back_than_was_given(desk, shelf):
    given = give(desk, 10).movements[0]
    back(desk, given.id, 4)
    with pytest.raises(Refused, match="最多可退 6"):
        back(desk, given.id, 7)
    last = back(desk, given.id, 6)
    with desk.sessions.writing() as session:
        reverse(session, desk, last.id, "退药记错了")
    assert back(desk, given.id, 6).quantity == 6


def test_a_return_has_a_reason_a_dispensing_and_a_whole_quantity(desk, shelf):
    given = give(desk, 10).movements[0]
    with pytest.raises(Refused, match="原因"):
        back(desk, given.id, 1, reason="。")
    with pytest.raises(Refused, match="没有找到"):
        back(desk, "nothing", 1)
    with pytest.raises(Refused, match="整数"):
        back(desk, given.id, 0)
    with desk.sessions.writing() as session:
        reverse(session, desk, given.id, "发错了人")
    with pytest.raises(Refused, match="已经冲销"):
        back(desk, given.id, 1)
