"""Goods that go back to a distributor: booked under the order that brought them, on paper, in its statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.errors import UserError
from app.services.distributor_returns import ReturnItem
from app.services.distributors import DistributorEdit, Distributors
from app.services.problems import Refused
from app.services.purchase_arrivals import Arrival, TypedArrival, read_arrivals
from app.services.purchase_sheets import purchase_list, return_note
from app.services.purchasing import OrderDraft, OrderItem, Purchasing
from app.services.settlement_sources import distributor_deliveries
from app.services.stock_ledger import wrong_totals
from bench.supply import township
from db.models import StockBatch, StockMovement, TraceCode
from tests.supply_desks import MANAGER, as_person

FAR = date(2028, 6, 30)
CODE, OTHER = "B00000", "B00001"
PACKS = ("81234560000000000001", "81234560000000000002")


@pytest.fixture
def desk(tmp_path):
    made = township(tmp_path / "town", drugs=3)
    yield made.desk
    made.desk.close()


@pytest.fixture
def order(desk):
    """An order of which two scanned packs came."""
    distributor = Distributors(desk).save(DistributorEdit("D1", "周口医药", licence_valid_to=date(2027, 12, 31)))
    draft = Purchasing(desk).draft(distributor.id, [OrderItem(CODE, 100, price_fen=1200)])
    placed = Purchasing(as_person(desk, MANAGER)).order(draft.id, draft.version).order
    came = Arrival(placed.lines[0].id, "L1", FAR, 20, codes=PACKS)
    return Purchasing(desk).deliver(placed.id, placed.version, [came]).order


def item(desk, order, quantity=10, codes=PACKS[:1]):
    found = Purchasing(desk).returnable(order.id)[0]
    return ReturnItem(found.line_id, found.batch_id, quantity, codes)


def test_a_return_leaves_the_shelf_its_codes_and_the_statement(desk, order):
    back = Purchasing(desk).give_back(order.id, [item(desk, order)], reason="外包装破损", taken_by="小周")
    assert (back.number, back.lines[0].quantity, back.lines[0].value_fen) == ("TH20261122-001", 10, 1200)
    with desk.sessions.reading() as session:
        assert session.scalars(select(StockBatch.on_hand)).one() == 10
        assert session.get_one(TraceCode, (PACKS[0], desk.place.id)).state == "gone"
        assert [row.kind for row in session.scalars(select(StockMovement).order_by(StockMovement.quantity))] == [
            "return_to_distributor", "receipt",
        ]  # fmt: skip
        lines = next(iter(distributor_deliveries(session, desk, "2026-11").values()))
        assert [(line["received"], line["returned"], line["closing"]) for line in lines] == [(20, 10, 10)]
        assert wrong_totals(session) == []
    assert Purchasing(desk).returns(order.id) == [back]
    assert Purchasing(desk).get(order.id).lines[0].received == 20
    assert Purchasing(desk).returnable(order.id)[0].most == 10


@pytest.mark.parametrize(
    ("quantity", "codes", "reason", "taken_by", "code", "why"),
    [
        (21, PACKS, "破损了", "小周", "batch", "最多退 20"),
        (0, (), "破损了", "小周", "batch", "最多退 20"),
        (1.5, (), "破损了", "小周", "batch", "最多退 20"),
        (10, PACKS[:1], "", "小周", "reason", "原因"),
        (10, PACKS[:1], "破损了", " ", "taken_by", "接收人"),
        (10, (), "破损了", "小周", "batch", "追溯码"),
        (10, ("99999990000000000009",), "破损了", "小周", "batch", "9999999"),
    ],
)
def test_a_bad_return_is_refused_in_its_place_and_books_nothing(desk, order, quantity, codes, reason, taken_by, code, why):
    wanted = item(desk, order, quantity, codes)
    with pytest.raises(Refused, match=why) as refused:
        Purchasing(desk).give_back(order.id, [wanted], reason=reason, taken_by=taken_by)
    key = Purchasing(desk).returnable(order.id)[0].key
    assert refused.value.problems[0].code == (key if code == "batch" else code)
    assert Purchasing(desk).returns() == []
    with desk.sessions.reading() as session:
        assert session.scalars(select(StockBatch.on_hand)).one() == 20


def test_a_scanned_pack_finds_its_batch_or_is_refused(desk, order):
    purchasing = Purchasing(desk)
    key = purchasing.returnable(order.id)[0].key
    assert purchasing.place_return_scan(order.id, PACKS[0], ()) == (key, PACKS[0])
    for scanned, seen, why in (("12", (), "20 位"), ("9" * 20, (), "不是这张采购单"), (PACKS[0], (PACKS[0],), "两次")):
        with pytest.raises(Refused, match=why):
            purchasing.place_return_scan(order.id, scanned, seen)


def test_the_note_has_reason_sum_and_signatures(desk, order):
    back = Purchasing(desk).give_back(order.id, [item(desk, order, 20, PACKS)], reason="召回", taken_by="小周")
    note = return_note(back)
    assert note.remarks == ("金额大写：贰拾肆元整", "退货原因：召回")
    assert str(note.totals[8]) == "24.00"
    assert note.signatures == ("经办", "配送企业接收", "复核")
    assert len(purchase_list(Purchasing(desk).list(), desk.today()).rows) == 1


def test_orders_for_several_distributors_are_drafted_together_or_not_at_all(desk):
    one, two = (
        Distributors(desk).save(DistributorEdit(code, code, licence_valid_to=date(2027, 12, 31))) for code in ("D1", "D2")
    )
    purchasing = Purchasing(desk)
    with pytest.raises(Refused, match="1 到"):
        purchasing.draft_all([OrderDraft(one.id, (OrderItem(CODE, 10),)), OrderDraft(two.id, (OrderItem(OTHER, 0),))])
    with pytest.raises(UserError, match="请选择配送企业"):
        purchasing.draft_all([OrderDraft(one.id, (OrderItem(CODE, 10),)), OrderDraft("nobody", (OrderItem(OTHER, 5),))])
    assert purchasing.list() == []
    made = purchasing.draft_all([OrderDraft(one.id, (OrderItem(CODE, 10),)), OrderDraft(two.id, (OrderItem(OTHER, 5),))])
    assert [(order.distributor_id, order.number[-3:]) for order in made] == [(one.id, "001"), (two.id, "002")]


def test_what_came_is_understood_as_it_was_typed():
    good = TypedArrival("l", "k", "L1", "2028-06", "20", "", "", "12.5", "某厂", "没有扫码枪")
    arrival = read_arrivals([good])[0]
    assert (arrival.expiry, arrival.accepted, arrival.rejected, arrival.price_fen) == (FAR, 20, 0, 1250)
    for change, why in (({"expiry": "明年"}, "看不懂"), ({"accepted": "1.5"}, "正整数"), ({"price": "-1"}, "两位小数")):
        with pytest.raises(Refused, match=why) as refused:
            read_arrivals([TypedArrival("l", "k", **{"accepted": "20", **change})])
        assert refused.value.problems[0].code == "k"


def test_the_price_of_a_delivery_may_differ_from_the_order(desk, order):
    dearer = Arrival(order.lines[0].id, "L2", FAR, 10, price_fen=1300, no_codes_reason="扫码枪坏了")
    Purchasing(desk).deliver(order.id, order.version, [dearer])
    with desk.sessions.reading() as session:
        assert {row.batch_no: row.price_fen for row in session.scalars(select(StockBatch))} == {"L1": 1200, "L2": 1300}


def test_late_orders_are_counted_by_the_day(desk, order):
    assert Purchasing(desk).late_count() == 0

    later = replace(desk, clock=lambda: desk.now() + timedelta(days=8))
    assert Purchasing(later).late_count() == 1
