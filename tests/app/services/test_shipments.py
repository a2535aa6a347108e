"""Goods from the township's shelf to a clinic, on two real encrypted databases: allocated, packed, sent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from app.domain.request_states import State
from app.domain.shipment_states import ShipmentState
from app.errors import UserError
from app.exchange.envelope import Envelope, EnvelopeRefused, Fault
from app.services.document_steps import DocumentRefused
from app.services.exchange import Exchange
from app.services.history import broken_links
from app.services.problems import Refused
from app.services.review import Review
from app.services.shipment_post import shipment_body, take_in_shipment
from app.services.shipment_sheets import delivery_note, receipt_sheet
from app.services.shipment_views import lines_of_shipment
from app.services.shipments import HandPick, Shipments
from app.services.stock_ledger import wrong_totals
from app.services.supply_balance import in_transit_to
from db.models import Shipment, StockBatch, StockMovement, TraceCode
from tests.app.services.shipping_things import answered, open_lines, shelf, shipped, with_codes
from tests.supply_desks import MANAGER, as_person, change_drug, hand_over, released, stock


def test_goods_go_the_whole_way_and_the_request_closes(clinic, township, drugs, tmp_path):
    batch = stock(township, drugs["硝苯地平"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    sent = shipped(township, request_id)
    assert sent.shipment.state is ShipmentState.SHIPPED
    assert shelf(township, batch) == (40, 0)
    with township.sessions.reading() as session:
        assert in_transit_to(session, clinic.place.id) == {drugs["硝苯地平"]: 60}
    taken = hand_over(township, clinic, sent.message_ids[0], tmp_path)
    assert "1 种药品在途" in str(taken.message)
    hand_over(clinic, township, answered(clinic, sent.shipment.id), tmp_path)
    other = Shipments(as_person(township, MANAGER))
    received = other.get(sent.shipment.id)
    assert (received.state, received.differences) == (ShipmentState.RECEIVED, ())
    done = other.verify(received.id, received.version)
    assert done.shipment.state is ShipmentState.VERIFIED
    assert Review(township).get(request_id).state is State.CLOSED
    hand_over(township, clinic, done.message_ids[0], tmp_path)
    with clinic.sessions.reading() as session:
        assert session.get_one(Shipment, received.id).state == "received"
        assert broken_links(session) == []
    with township.sessions.reading() as session:
        assert wrong_totals(session) == []
        assert broken_links(session) == []
        assert session.scalars(select(StockMovement.kind)).all() == ["receipt", "issue"]


def test_allocation_reserves_and_nothing_leaves_before_it_is_shipped(clinic, township, drugs, tmp_path):
    batch = stock(township, drugs["硝苯地平"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    shipments = Shipments(township)
    draft = shipments.draft(request_id)
    assert shelf(township, batch) == (100, 0)
    allocated = shipments.allocate(draft.id, draft.version).shipment
    assert shelf(township, batch) == (100, 60)
    back = shipments.release(allocated.id, allocated.version, "换一批再配").shipment
    assert (back.state, shelf(township, batch)) == (ShipmentState.DRAFT, (100, 0))
    assert [(line.shipped, line.batch_no) for line in back.lines] == [(60, "")]
    again = shipments.allocate(back.id, back.version).shipment
    gone = shipments.cancel(again.id, again.version, "村里要求改日送").shipment
    assert (gone.state, shelf(township, batch)) == (ShipmentState.CANCELLED, (100, 0))
    assert [line.remaining for line in open_lines(township)] == [60]


def test_first_expired_goes_first_and_what_is_too_short_dated_stays(clinic, township, drugs, tmp_path):
    code, today = drugs["硝苯地平"], township.today()
    short = stock(township, code, 50, batch_no="短", expiry=today + timedelta(days=178))
    edge = stock(township, code, 20, batch_no="界", expiry=today + timedelta(days=179))
    late = stock(township, code, 50, batch_no="长", expiry=date(2029, 1, 31))
    request_id = released(clinic, township, tmp_path, {code: 60})
    draft = Shipments(township).draft(request_id)
    lines = Shipments(township).allocate(draft.id, draft.version).shipment.lines
    assert [(line.batch_no, line.shipped) for line in lines] == [("界", 20), ("长", 40)]
    assert [shelf(township, batch) for batch in (short, edge, late)] == [(50, 0), (20, 20), (50, 40)]


def test_cold_chain_drugs_may_be_sent_with_ninety_days_left(clinic, township, drugs, tmp_path):
    code, today = drugs["硝苯地平"], township.today()
    change_drug(township, code, cold_chain=True)
    stock(township, code, 10, batch_no="89", expiry=today + timedelta(days=88))
    stock(township, code, 10, batch_no="90", expiry=today + timedelta(days=89))
    request_id = released(clinic, township, tmp_path, {code: 20})
    draft = Shipments(township).draft(request_id)
    result = Shipments(township).allocate(draft.id, draft.version)
    assert [line.batch_no for line in result.shipment.lines] == ["90"]
    assert [(short.wanted, short.missing) for short in result.short] == [(20, 10)]


@pytest.mark.parametrize("may_be_opened_for_a_resident", [True, False])
def test_a_village_gets_whole_packs(clinic, township, drugs, tmp_path, may_be_opened_for_a_resident):
    for desk in (township, clinic):
        change_drug(desk, drugs["硝苯地平"], is_splittable=may_be_opened_for_a_resident, units_per_pack=28)
    stock(township, drugs["硝苯地平"], 280, pack=28)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 79})
    draft = Shipments(township).draft(request_id)
    lines = Shipments(township).allocate(draft.id, draft.version).shipment.lines
    assert [line.shipped for line in lines] == [84]
    with pytest.raises(UserError, match="没有可继续发货的数量"):
        Shipments(township).draft(request_id)


@pytest.mark.parametrize(
    ("on_shelf", "approved_units", "sent"),
    [
        (100, 79, 84),  # rounded up where the batch holds it
        (79, 79, 79),  # otherwise what it holds
        (96, 40, 40),  # 3 whole packs and 12 of an open one, which goes as it is
        (96, 41, 56),
        (20, 5, 20),  # nothing but an open one
    ],
)
def test_an_open_pack_goes_as_it_is(clinic, township, drugs, tmp_path, on_shelf, approved_units, sent):
    code = drugs["硝苯地平"]
    batch = stock(township, code, on_shelf, pack=28)
    request_id = released(clinic, township, tmp_path, {code: approved_units})
    draft = Shipments(township).draft(request_id)
    done = Shipments(township).allocate(draft.id, draft.version)
    assert ([line.shipped for line in done.shipment.lines], done.short) == ([sent], ())
    assert shelf(township, batch) == (on_shelf, sent)
    assert open_lines(township) == []
    back = Shipments(township).release(draft.id, done.shipment.version, "换一批再配").shipment
    assert [line.shipped for line in back.lines] == [approved_units]


def test_as_many_codes_are_wanted_as_whole_packs_are_sent(clinic, township, drugs, tmp_path):
    code = drugs["硝苯地平"]
    batch = stock(township, code, 56, pack=28)
    with_codes(township, batch, code, "8" * 20, "9" * 20)
    with township.sessions.writing() as session:
        session.execute(update(TraceCode).values(units_left=28))
    draft = Shipments(township).draft(released(clinic, township, tmp_path, {code: 30}))
    allocated = Shipments(township).allocate(draft.id, draft.version).shipment
    line = allocated.lines[0]
    assert (line.shipped, Shipments(township).work(draft.id).codes_wanted) == (56, {line.id: 2})
    picked = Shipments(township).pick(allocated.id, allocated.version, {line.id: ["8" * 20, "9" * 20]}).shipment
    Shipments(township).ship([(picked.id, picked.version)], delivered_by="老李")
    with township.sessions.reading() as session:
        assert {(row.state, row.units_left) for row in session.scalars(select(TraceCode))} == {("gone", 0)}


def test_another_shipment_takes_only_what_remains(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 40)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    first = shipped(township, request_id)
    assert [line.shipped for line in first.shipment.lines] == [40]
    stock(township, drugs["硝苯地平"], 100, batch_no="B2")
    second = shipped(township, request_id)
    assert [line.shipped for line in second.shipment.lines] == [20]
    with pytest.raises(UserError, match="没有可继续发货的数量"):
        Shipments(township).draft(request_id)


def test_nothing_on_the_shelf_allocates_nothing(clinic, township, drugs, tmp_path):
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    draft = Shipments(township).draft(request_id)
    with pytest.raises(UserError, match="没有可以发出的库存"):
        Shipments(township).allocate(draft.id, draft.version)
    assert Shipments(township).get(draft.id).state is ShipmentState.DRAFT


def test_batches_by_hand_need_a_reason_and_are_checked(clinic, township, drugs, tmp_path):
    code = drugs["硝苯地平"]
    near = stock(township, code, 50, batch_no="近", expiry=date(2027, 8, 31))
    far = stock(township, code, 50, batch_no="远")
    draft = Shipments(township).draft(released(clinic, township, tmp_path, {code: 30}))
    line_id = draft.lines[0].id

    def allocate(picks, reason):
        return Shipments(township).allocate(draft.id, draft.version, by_hand={line_id: picks}, reason=reason)

    with pytest.raises(Refused, match="请写明原因"):
        allocate([HandPick(far, 30)], "")
    with pytest.raises(Refused, match="可以配 1 到 50"):
        allocate([HandPick(far, 51)], "村里指定批号")
    with pytest.raises(Refused, match="超过余量"):
        allocate([HandPick(far, 20), HandPick(near, 20)], "村里指定批号")
    with pytest.raises(Refused, match="按整包装发，每盒 10 片，您填的是 25 片。请改成 20 或 30 片"):
        allocate([HandPick(far, 25)], "村里指定批号")
    with pytest.raises(Refused, match="没有这个批次"):
        allocate([HandPick("nothing", 1)], "村里指定批号")
    assert shelf(township, far) == (50, 0)
    done = allocate([HandPick(far, 30)], "村里指定批号")
    assert [line.batch_no for line in done.shipment.lines] == ["远"]


def test_a_batch_held_meanwhile_stops_the_whole_drive(clinic, township, drugs, tmp_path):
    first = stock(township, drugs["硝苯地平"], 100)
    second = stock(township, drugs["二甲双胍"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60, drugs["二甲双胍"]: 60})
    shipments = Shipments(township)
    draft = shipments.draft(request_id)
    allocated = shipments.allocate(draft.id, draft.version).shipment
    picked = shipments.pick(allocated.id, allocated.version).shipment
    with township.sessions.writing() as session:
        session.execute(update(StockBatch).where(StockBatch.id == second).values(hold="quality"))
    with pytest.raises(Refused, match="停用"):
        shipments.ship([(picked.id, picked.version)], delivered_by="老李")
    assert shelf(township, first) == (100, 60)
    assert shipments.get(picked.id).state is ShipmentState.PICKED
    assert Exchange(township).latest_about(picked.id) is None


def test_one_drive_of_several_clinics_goes_as_a_whole(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    shipments = Shipments(township)
    draft = shipments.draft(request_id)
    allocated = shipments.allocate(draft.id, draft.version).shipment
    picked = shipments.pick(allocated.id, allocated.version).shipment
    with pytest.raises(DocumentRefused, match="别人刚刚改过"):
        shipments.ship([(picked.id, picked.version), (picked.id, 99)], delivered_by="老李")
    assert shipments.get(picked.id).state is ShipmentState.PICKED
    with pytest.raises(Refused, match="送货人"):
        shipments.ship([(picked.id, picked.version)], delivered_by=" ")
    shipments.ship([(picked.id, picked.version)], delivered_by="老李", key="k1")
    with pytest.raises(UserError, match="没有重复发出"):
        shipments.ship([(picked.id, picked.version)], delivered_by="老李", key="k1")


@pytest.mark.parametrize(
    ("scanned", "why"),
    [
        (["8" * 20], "要扫 2 个追溯码"),
        (["8" * 20, "8" * 20], "扫了两次"),
        (["8" * 20, "7" * 19], "20 位数字"),
        (["8" * 20, "7" * 20], "没有在本院入库"),
        (["8" * 20, "6" * 20], "不是"),
    ],
)
def test_wrong_trace_codes_stop_the_picking(clinic, township, drugs, tmp_path, scanned, why):
    batch = stock(township, drugs["硝苯地平"], 20)
    other = stock(township, drugs["二甲双胍"], 100)
    with_codes(township, batch, drugs["硝苯地平"], "8" * 20, "9" * 20)
    with_codes(township, other, drugs["二甲双胍"], "6" * 20)
    draft = Shipments(township).draft(released(clinic, township, tmp_path, {drugs["硝苯地平"]: 20}))
    allocated = Shipments(township).allocate(draft.id, draft.version).shipment
    with pytest.raises(Refused, match=why):
        Shipments(township).pick(allocated.id, allocated.version, {allocated.lines[0].id: scanned})
    assert Shipments(township).get(draft.id).state is ShipmentState.ALLOCATED


def test_trace_codes_travel_with_their_packs_and_are_gone_here(clinic, township, drugs, tmp_path):
    batch = stock(township, drugs["硝苯地平"], 20)
    with_codes(township, batch, drugs["硝苯地平"], "8" * 20, "9" * 20)
    shipments = Shipments(township)
    draft = shipments.draft(released(clinic, township, tmp_path, {drugs["硝苯地平"]: 20}))
    allocated = shipments.allocate(draft.id, draft.version).shipment
    picked = shipments.pick(allocated.id, allocated.version, {allocated.lines[0].id: ["8" * 20, "9" * 20]}).shipment
    sent = shipments.ship([(picked.id, picked.version)], delivered_by="老李")[0]
    with township.sessions.reading() as session:
        assert {row.state for row in session.scalars(select(TraceCode))} == {"gone"}
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    with clinic.sessions.reading() as session:
        assert lines_of_shipment(session, picked.id)[0].codes == ["8" * 20, "9" * 20]


def test_a_shipment_is_refused_twice_altered_and_for_another_clinic(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    file = Exchange(township).save_file(sent.message_ids[0], tmp_path / "fh.cyx")
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    (tmp_path / "altered.cyx").write_bytes(bytes(data))
    with pytest.raises(EnvelopeRefused) as altered:
        Exchange(clinic).open_file(tmp_path / "altered.cyx")
    assert altered.value.fault is Fault.ALTERED
    Exchange(clinic).open_file(file)
    with pytest.raises(EnvelopeRefused) as twice:
        Exchange(clinic).open_file(file)
    assert twice.value.fault is Fault.REPEATED
    with clinic.sessions.reading() as session:
        assert len(session.scalars(select(Shipment)).all()) == 1


def test_a_renewed_envelope_of_a_known_shipment_and_one_of_another_clinic_are_refused(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    with township.sessions.reading() as session:
        row = session.get_one(Shipment, sent.shipment.id)
        body = shipment_body(row, lines_of_shipment(session, row.id)).model_dump(mode="json")

    def envelope(content):
        return Envelope("e", township.place.id, clinic.place.id, "shipment", 1, 1, clinic.now(), content)

    other = {**body, "shipment_id": body["lines"][0]["id"]}
    for content, why in (
        (body, "以前已经读入过"),
        ({**other, "clinic_id": township.place.id}, "发给别的村卫生室"),
        (other, "已经用在另一张发货单上"),
        ({**other, "number": "FH20261122-777"}, "属于别的发货单"),
        ({**other, "lines": [{**body["lines"][0], "codes": ["1" * 20, "1" * 20]}]}, "追溯码有重复"),
    ):
        with pytest.raises(UserError, match=why), clinic.sessions.writing() as session:
            take_in_shipment(session, clinic, envelope(content))
    with clinic.sessions.reading() as session:
        assert len(session.scalars(select(Shipment)).all()) == 1


def test_the_delivery_note_is_no_draft_any_more_when_the_goods_are_picked(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    shipments = Shipments(township)
    drafted = shipments.draft(released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    allocated = shipments.allocate(drafted.id, drafted.version).shipment
    picked = shipments.pick(allocated.id, allocated.version).shipment
    assert [delivery_note(each).draft for each in (drafted, allocated, picked)] == [True, True, False]


def test_the_delivery_note_carries_batch_expiry_packs_and_three_signatures(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100, price=1234, pack=28)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    note = delivery_note(sent.shipment)
    assert note.signatures == ("发货人", "送货人", "收货人")
    assert note.rows[0][4:11] == ("A1", "2028-06-30", "72", "片", "2盒+16片", "12.34", "31.73")
    assert note.totals[10] == "31.73"
    assert "按整包装发货" in note.foot_left
    assert receipt_sheet(sent.shipment).draft
