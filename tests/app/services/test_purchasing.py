"""From what is short to goods on the township's shelf, and the distributor's statement and record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select

from app.domain.purchase_states import PurchaseState
from app.errors import UserError
from app.services.distributors import DistributorEdit, Distributors
from app.services.document_steps import DocumentRefused
from app.services.problems import Refused
from app.services.purchasing import Arrival, OrderItem, Purchasing, with_winner
from app.services.settlements import Settlements
from app.services.stock_ledger import wrong_totals
from bench.supply import add_request, township
from db.models import Drug, DrugRequest, DrugRequestLine, StockBatch, TraceCode, new_id
from tests.supply_desks import MANAGER, as_person, stock

FAR = date(2028, 6, 30)
CODE = "B00000"


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=3)
    yield made
    made.desk.close()


@pytest.fixture
def desk(town):
    return town.desk


@pytest.fixture
def distributor(desk):
    return Distributors(desk).save(
        DistributorEdit("D1", "周口医药", licence_no="豫AA1", licence_valid_to=date(2027, 12, 31), lead_days=5, payment_day=15)
    )


def promised(town, units=60):
    """One clinic was promised units of every drug."""
    add_request(town, 0, 3)
    with town.desk.sessions.writing() as session:
        session.get_one(DrugRequest, town.requests[0]).state = "released"
        for line in session.scalars(select(DrugRequestLine)):
            line.approved, line.source = units, "purchase"


def ordered(desk, distributor, quantity=100, **item):
    purchasing = Purchasing(desk)
    draft = purchasing.draft(distributor.id, [OrderItem(CODE, quantity, **item)])
    return Purchasing(as_person(desk, MANAGER)).order(draft.id, draft.version).order


def arrival(order, accepted=100, **how):
    return Arrival(order.lines[0].id, how.pop("batch_no", "L1"), how.pop("expiry", FAR), accepted,
                   no_codes_reason=how.pop("no_codes_reason", "扫码枪坏了"), **how)  # fmt: skip


def test_what_is_short_is_promised_beyond_stock_and_orders(town, desk, distributor):
    promised(town)
    stock(desk, "B00001", 45)
    stock(desk, "B00002", 60)
    needs = {need.drug_code: need for need in Purchasing(desk).needed()}
    assert {code: (need.missing, need.packs) for code, need in needs.items()} == {CODE: (60, 6), "B00001": (15, 2)}
    Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 60)])
    assert [need.drug_code for need in Purchasing(desk).needed()] == ["B00001"]


def cut(town, approved, reason, number=0):
    """A clinic asked for 60 of each drug (one less for each later clinic) and got less, for that reason."""
    add_request(town, number, 3)
    with town.desk.sessions.writing() as session:
        session.get_one(DrugRequest, town.requests[number]).state = "approved"
        for line in session.scalars(select(DrugRequestLine).where(DrugRequestLine.request_id == town.requests[number])):
            line.approved, line.source, line.decision_reason = approved, "own_stock", reason


def missing(desk):
    return {need.drug_code: (need.promised, need.cut, need.missing) for need in Purchasing(desk).needed()}


@pytest.mark.parametrize("reason", ["本院库存不足", "暂时断供，到货后补发"])
def test_what_was_cut_because_it_was_not_there_is_still_to_be_bought(town, desk, distributor, reason):
    stock(desk, CODE, 40)
    cut(town, 40, reason)
    assert missing(desk)[CODE] == (40, 20, 20)
    Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 20)])
    assert CODE not in missing(desk)


def test_what_was_cut_for_another_reason_is_wanted_by_nobody(town, desk):
    stock(desk, CODE, 40)
    cut(town, 40, "超出合理用量")
    assert CODE not in missing(desk)


def test_the_next_request_of_a_clinic_takes_the_place_of_what_was_cut(town, desk):
    stock(desk, CODE, 40)
    cut(town, 20, "本院库存不足")
    cut(town, 20, "本院库存不足", number=1)
    assert missing(desk)[CODE] == (40, 79, 79)
    with desk.sessions.writing() as session:
        first, second = (session.get_one(DrugRequest, each) for each in town.requests)
        second.clinic_id, second.created_at = first.clinic_id, first.created_at + timedelta(days=1)
    assert missing(desk)[CODE] == (40, 39, 39)
    with desk.sessions.writing() as session:
        for each in town.requests:
            session.get_one(DrugRequest, each).period = "2026-10"
    assert CODE not in missing(desk)


def test_the_procurement_winner_is_proposed_and_another_needs_a_reason(town, desk, distributor):
    promised(town)
    with desk.sessions.writing() as session:
        rows = {drug.code: drug for drug in session.scalars(select(Drug))}
        for code in (CODE, "B00001"):
            rows[code].ingredients, rows[code].dosage_form, rows[code].strength = "nifedipine", "片剂", "10mg"
        rows["B00001"].volume_procured = True
    need = next(need for need in Purchasing(desk).needed() if need.drug_code == CODE)
    assert (need.winner_code, need.winner_name) == ("B00001", "药品B00001")
    assert with_winner(OrderItem(CODE, 10), need).drug_code == "B00001"
    with pytest.raises(Refused, match="集采中选品 药品B00001"):
        Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 10)])
    assert Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 10, reason="病人对中选品过敏")]).lines[0].reason


@pytest.mark.parametrize(
    ("items", "why"),
    [
        ([OrderItem("nothing", 10)], "目录里没有"),
        ([OrderItem(CODE, 0)], "1 到"),
        ([OrderItem(CODE, -5)], "1 到"),
        ([OrderItem(CODE, 1.5)], "1 到"),
        ([OrderItem(CODE, 10**9)], "1 到"),
        ([OrderItem(CODE, 10), OrderItem(CODE, 10)], "两行"),
        ([OrderItem(CODE, 10, price_fen=-1)], "负数"),
        ([], "还没有药品"),
    ],
)
def test_impossible_items_are_refused_and_nothing_is_drafted(desk, distributor, items, why):
    with pytest.raises(UserError, match=why):
        Purchasing(desk).draft(distributor.id, items)
    assert Purchasing(desk).list() == []


def test_the_order_is_placed_by_another_and_only_with_a_valid_licence(desk, distributor):
    draft = Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 100)])
    with pytest.raises(DocumentRefused, match="自己经手"):
        Purchasing(desk).order(draft.id, draft.version)
    done = Purchasing(as_person(desk, MANAGER)).order(draft.id, draft.version).order
    assert (done.state, done.expected_on) == (PurchaseState.ORDERED, date(2026, 11, 27))
    Distributors(desk).save(DistributorEdit("D1", "周口医药", licence_valid_to=date(2026, 11, 21)), distributor.id)
    other = Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 100)])
    with pytest.raises(UserError, match="许可证 2026-11-21 已过期"):
        Purchasing(as_person(desk, MANAGER)).order(other.id, other.version)
    assert Distributors(desk).proposed() is None


def test_deliveries_come_onto_the_shelf_in_parts_with_their_codes(desk, distributor):
    order = ordered(desk, distributor, price_fen=1200)
    purchasing = Purchasing(desk)
    first = purchasing.deliver(
        order.id, order.version, [arrival(order, 20, codes=("1" * 20, "2" * 20), no_codes_reason="")]
    ).order
    assert (first.state, first.lines[0].outstanding) == (PurchaseState.PARTIAL, 80)
    rest = purchasing.deliver(
        order.id, first.version,
        [arrival(order, 50, batch_no="L2"), arrival(order, 30, batch_no="L3", rejected=5, reason="破损")],
    ).order  # fmt: skip
    assert (rest.state, rest.closed_on) == (PurchaseState.CLOSED, date(2026, 11, 22))
    with desk.sessions.reading() as session:
        batches = session.scalars(select(StockBatch).order_by(StockBatch.batch_no)).all()
        assert [(row.batch_no, row.on_hand) for row in batches] == [("L1", 20), ("L2", 50), ("L3", 30)]
        assert {row.price_fen for row in batches} == {1200}
        assert session.scalars(select(TraceCode.units_left)).all() == [10, 10]
        assert wrong_totals(session) == []


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"accepted": 101}, "最多再收 100"),
        ({"accepted": -1}, "0 或正整数"),
        ({"accepted": 1.5}, "0 或正整数"),
        ({"accepted": True}, "0 或正整数"),
        ({"rejected": 5}, "拒收原因"),
        ({"expiry": None}, "有效期"),
        ({"batch_no": " "}, "批号"),
        ({"expiry": date(2026, 11, 21)}, "已经过期"),
        ({"no_codes_reason": ""}, "逐盒扫描追溯码"),
        ({"codes": ("1" * 19,)}, "20"),
    ],
)
def test_a_bad_delivery_is_refused_and_nothing_is_half_booked(desk, distributor, how, why):
    order = ordered(desk, distributor)
    good = arrival(order, 0, rejected=1, reason="破损")
    with pytest.raises(Refused, match=why):
        Purchasing(desk).deliver(order.id, order.version, [good, arrival(order, **how)])
    assert Purchasing(desk).get(order.id).lines[0].received == 0
    with desk.sessions.reading() as session:
        assert session.scalars(select(StockBatch)).all() == []


def test_a_line_of_another_order_and_an_empty_delivery_are_refused(desk, distributor):
    order = ordered(desk, distributor)
    with pytest.raises(UserError, match="没有填写到货数量"):
        Purchasing(desk).deliver(order.id, order.version, [arrival(order, 0)])
    with pytest.raises(Refused, match="不在这张采购单上"):
        Purchasing(desk).deliver(order.id, order.version, [Arrival(new_id(), "L1", FAR, 10)])


def test_the_record_of_a_distributor_comes_from_the_ledger_and_decides_who_is_proposed(desk, distributor):
    other = Distributors(desk).save(DistributorEdit("D2", "豫东药业", licence_valid_to=date(2027, 12, 31)))
    assert Distributors(desk).proposed().edit.code == "D1"
    order = ordered(desk, distributor)
    part = Purchasing(desk).deliver(order.id, order.version, [arrival(order, 40, expiry=date(2027, 3, 31))]).order
    Purchasing(desk).close_rest(order.id, part.version, "厂家停产")

    later = replace(desk, clock=lambda: desk.now() + timedelta(days=10))
    record = {view.edit.code: view.record for view in Distributors(later).list()}
    assert (record["D1"].fill_rate, record["D1"].on_time_rate, record["D1"].short_dated_rate) == (
        Fraction(2, 5), Fraction(0), Fraction(1),
    )  # fmt: skip
    assert record["D2"].fill_rate is None
    assert Distributors(later).proposed().id == other.id


def test_the_distributors_statement_is_what_was_accepted_at_its_price(desk, distributor):
    order = ordered(desk, distributor, price_fen=1234)
    Purchasing(desk).deliver(order.id, order.version, [arrival(order, 95, rejected=5, reason="破损")])
    december = replace(desk, clock=lambda: desk.now() + timedelta(days=35))
    service = Settlements(december)
    view = service.get(service.prepare("2026-11").settlement_ids[0])
    assert (view.party_name, view.payable_fen, view.due_on, view.late_days) == ("周口医药", 11723, date(2026, 12, 15), 12)
    assert [(line.received, line.amount_fen) for line in view.lines] == [(95, 11723)]


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (DistributorEdit("", "周口医药"), "编号"),
        (DistributorEdit("D1", "另一家"), "已经有了"),
        (DistributorEdit("D3", " "), "名称"),
        (DistributorEdit("D3", "三", lead_days=-1), "送货天数"),
        (DistributorEdit("D3", "三", payment_day=32), "付款日"),
    ],
)
def test_a_distributor_is_written_down_soundly(desk, distributor, edit, why):
    with pytest.raises(Refused, match=why):
        Distributors(desk).save(edit)
    assert [view.id for view in Distributors(desk).list()] == [distributor.id]
