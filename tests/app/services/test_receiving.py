"""Receiving a shipment at the clinic: drug_requests §6.1, §6.2, §6.5."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.domain.shipment_states import ShipmentState
from app.errors import UserError
from app.services.document_steps import DocumentRefused
from app.services.problems import Refused
from app.services.receiving import Arrival, ExtraGoods, Receiving, read_celsius
from app.services.shipments import Shipments
from app.services.stock_ledger import wrong_totals
from app.services.supply_balance import in_transit_to
from app.services.trace_codes import codes_here
from db.models import Shipment, ShipmentLine, StockBatch, StockMovement, TraceCode
from tests.supply_desks import change_drug, hand_over, released, stock

CODES = [f"8412345{number:013d}" for number in range(6)]


def on_the_road(clinic, township, folder, wanted, codes=None):
    """A shipment of `wanted` units by code that the clinic has read in; gives its view at the clinic."""
    for code, units in wanted.items():
        batch_id = stock(township, code, units)
        if codes:
            with township.sessions.writing() as session:
                for each in codes:
                    session.add(
                        TraceCode(
                            code=each, organisation_id=township.place.id, drug_code=code, batch_id=batch_id,
                            units_left=10, received_by_id="",
                        )
                    )  # fmt: skip
    request_id = released(clinic, township, folder, wanted)
    shipments = Shipments(township)
    draft = shipments.draft(request_id)
    allocated = shipments.allocate(draft.id, draft.version).shipment
    scanned = {allocated.lines[0].id: codes} if codes else None
    picked = shipments.pick(allocated.id, allocated.version, *([scanned] if scanned else [])).shipment
    sent = shipments.ship([(picked.id, picked.version)], delivered_by="老李")[0]
    hand_over(township, clinic, sent.message_ids[0], folder)
    return Receiving(clinic).get(sent.shipment.id)


def stock_of(desk, code):
    with desk.sessions.reading() as session:
        units = select(func.coalesce(func.sum(StockBatch.on_hand), 0)).where(
            StockBatch.drug_code == code, StockBatch.organisation_id == desk.place.id
        )
        return session.scalar(units)


def nothing_was_booked(clinic, shipment):
    with clinic.sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(StockMovement)) == 0
        assert session.scalar(select(func.count()).select_from(TraceCode)) == 0
        assert session.get_one(Shipment, shipment.id).state == ShipmentState.SHIPPED.value
        lines = session.scalars(select(ShipmentLine)).all()
        assert [line.accepted for line in lines] == [None for _ in lines]
    return True


def test_what_was_accepted_is_in_the_ledger_and_the_township_reads_the_differences(clinic, township, drugs, tmp_path):
    code = drugs["硝苯地平"]
    sent = on_the_road(clinic, township, tmp_path, {code: 60})
    assert [row.id for row in Receiving(clinic).open()] == [sent.id]
    (line,) = Receiving(clinic).as_sent(sent.id)
    broken = replace(line, accepted=50, rejected=10, reason="破损")
    done = Receiving(clinic).receive(sent.id, Arrival((broken,), delivered_by="老李"), sent.version)
    assert stock_of(clinic, code) == 50
    assert done.shipment.state is ShipmentState.RECEIVED
    assert Receiving(clinic).open() == []
    with clinic.sessions.reading() as session:
        assert in_transit_to(session, clinic.place.id) == {}
        assert wrong_totals(session) == []
        movement = session.scalars(select(StockMovement)).one()
        assert (movement.document, movement.document_id) == ("shipment", sent.id)
        batch = session.scalars(select(StockBatch)).one()
        assert (batch.batch_no, batch.expiry, batch.price_fen) == ("A1", date(2028, 6, 30), 1000)
    hand_over(clinic, township, done.message_id, tmp_path)
    there = Shipments(township).get(sent.id).lines[0]
    assert (there.shipped, there.accepted, there.rejected, there.reject_reason) == (60, 50, 10, "破损")
    assert Receiving(clinic).receipt_pdf(sent.id).startswith(b"%PDF")


def test_the_same_delivery_is_not_booked_twice(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    arrival = Arrival(Receiving(clinic).as_sent(sent.id))
    done = Receiving(clinic).receive(sent.id, arrival, sent.version, key="one click")
    again = Receiving(clinic).receive(sent.id, arrival, sent.version, key="one click")
    assert again.message_id is None
    with pytest.raises(DocumentRefused):
        Receiving(clinic).receive(sent.id, arrival, done.shipment.version)
    assert stock_of(clinic, drugs["硝苯地平"]) == 60


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"accepted": 61}, "不等于发货"),
        ({"accepted": 59}, "不等于发货"),
        ({"accepted": -1, "rejected": 61, "reason": "破损"}, "负数"),
        ({"accepted": 59.5, "rejected": 0.5, "reason": "破损"}, "正整数"),
        ({"accepted": True, "rejected": 59, "reason": "破损"}, "正整数"),
        ({"accepted": None}, "没有请填 0"),
        ({"accepted": 50, "rejected": 10}, "拒收原因"),
        ({"accepted": 50, "rejected": 10, "reason": "不想要"}, "从列表里选择"),
        ({"batch_no": ""}, "批号和有效期"),
        ({"expiry": None}, "批号和有效期"),
        ({"batch_no": "0A1"}, "批号不符"),
        ({"expiry": date(2028, 6, 29)}, "批号不符"),
    ],
)
def test_a_line_that_can_not_be_is_refused_and_nothing_is_half_booked(clinic, township, drugs, tmp_path, change, why):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    (line,) = Receiving(clinic).as_sent(sent.id)
    with pytest.raises(Refused, match=why) as refusal:
        Receiving(clinic).receive(sent.id, Arrival((replace(line, **change),)), sent.version)
    assert [problem.code for problem in refusal.value.problems] == [line.line_id]
    assert nothing_was_booked(clinic, sent)


@pytest.mark.parametrize(("days", "why"), [(1, "晚于今天"), (-1, "早于发货日期")])
def test_the_day_of_receipt_lies_between_shipping_and_today(clinic, township, drugs, tmp_path, days, why):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    day = clinic.today() + timedelta(days=days)
    arrival = Arrival(Receiving(clinic).as_sent(sent.id), received_on=day)
    with pytest.raises(Refused, match=why):
        Receiving(clinic).receive(sent.id, arrival, sent.version)
    assert nothing_was_booked(clinic, sent)


def test_a_receipt_may_be_written_days_later_with_its_own_day(clinic, township, drugs, tmp_path, clock):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    clock.forward(days=3)
    day = clinic.today() - timedelta(days=1)
    Receiving(clinic).receive(sent.id, Arrival(Receiving(clinic).as_sent(sent.id), received_on=day), sent.version)
    with clinic.sessions.reading() as session:
        assert session.scalars(select(StockMovement.occurred_on)).one() == day


def test_expired_goods_are_not_accepted(clinic, township, drugs, tmp_path, clock):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    clock.forward(days=900)
    with pytest.raises(Refused, match="已经过期"):
        Receiving(clinic).receive(sent.id, Arrival(Receiving(clinic).as_sent(sent.id)), sent.version)
    assert nothing_was_booked(clinic, sent)


def test_every_line_is_answered_once(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, dict.fromkeys(drugs.values(), 60))
    lines = Receiving(clinic).as_sent(sent.id)
    for answers in (lines[:1], (*lines, lines[0]), ()):
        with pytest.raises(UserError, match="对不上"):
            Receiving(clinic).receive(sent.id, Arrival(answers), sent.version)
    assert nothing_was_booked(clinic, sent)


def test_a_changed_shipment_is_refused(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    with pytest.raises(DocumentRefused, match="刚刚改过"):
        Receiving(clinic).receive(sent.id, Arrival(Receiving(clinic).as_sent(sent.id)), sent.version - 1)
    assert nothing_was_booked(clinic, sent)


def test_another_clinics_shipment_is_refused(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    with clinic.sessions.writing() as session:
        row = session.get_one(Shipment, sent.id)
        row.clinic_id = row.township_id
    with pytest.raises(UserError, match="别的村卫生室"):
        Receiving(clinic).get(sent.id)


@pytest.mark.parametrize(
    ("celsius", "accepted"), [("2", True), ("8.0", True), ("5.3", True), ("1.9", False), ("8.1", False), ("-3", False)]
)
def test_cold_lines_need_a_temperature_and_are_rejected_outside_two_to_eight(
    clinic, township, drugs, tmp_path, celsius, accepted
):
    code = drugs["硝苯地平"]
    sent = on_the_road(clinic, township, tmp_path, {code: 60})
    change_drug(clinic, code, cold_chain=True)
    receiving = Receiving(clinic)
    assert receiving.cold_lines(sent.id) == {sent.lines[0].id}
    with pytest.raises(Refused, match="温度"):
        receiving.receive(sent.id, Arrival(receiving.as_sent(sent.id)), sent.version)
    if not accepted:
        with pytest.raises(Refused, match="2–8"):
            receiving.receive(sent.id, Arrival(receiving.as_sent(sent.id), celsius=celsius), sent.version)
        assert nothing_was_booked(clinic, sent)
    arrival = Arrival(receiving.as_sent(sent.id, celsius), celsius=celsius)
    done = receiving.receive(sent.id, arrival, sent.version).shipment
    assert done.hand_over_celsius == int(float(celsius) * 10)
    assert stock_of(clinic, code) == (60 if accepted else 0)
    assert done.lines[0].reject_reason == ("" if accepted else "温度异常")


@pytest.mark.parametrize("written", ["冷", "5.25", "61", "-41", "1e9", "nan"])
def test_a_temperature_that_can_not_be_is_refused(written):
    with pytest.raises(Refused, match="温度"):
        read_celsius(written)


def test_what_was_not_sent_waits_and_is_not_booked(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    extra = ExtraGoods(drugs["二甲双胍"], 10, "007", date(2028, 1, 31))
    arrival = Arrival(Receiving(clinic).as_sent(sent.id), extras=(extra,))
    done = Receiving(clinic).receive(sent.id, arrival, sent.version)
    assert stock_of(clinic, drugs["二甲双胍"]) == 0
    assert [(line.shipped, line.accepted, line.is_pending) for line in done.shipment.lines] == [
        (60, 60, False),
        (0, 10, True),
    ]
    hand_over(clinic, township, done.message_id, tmp_path)
    assert [line.is_pending for line in Shipments(township).get(sent.id).lines] == [False, True]


@pytest.mark.parametrize(
    "change", [{"quantity": 0}, {"quantity": -5}, {"quantity": 1.5}, {"batch_no": " "}, {"expiry": None}, {"drug_code": "X"}]
)
def test_extra_goods_that_can_not_be_are_refused(clinic, township, drugs, tmp_path, change):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    extra = replace(ExtraGoods(drugs["二甲双胍"], 10, "007", date(2028, 1, 31)), **change)
    with pytest.raises(Refused) as refusal:
        Receiving(clinic).receive(sent.id, Arrival(Receiving(clinic).as_sent(sent.id), (extra,)), sent.version)
    assert [problem.code for problem in refusal.value.problems] == ["extra_0"]
    assert nothing_was_booked(clinic, sent)


def test_trace_codes_are_scanned_onto_the_shelf(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}, CODES)
    (line,) = Receiving(clinic).as_sent(sent.id)
    scanned = replace(line, codes=[f" {CODES[0][:10]} {CODES[0][10:]}", *CODES[1:]])
    Receiving(clinic).receive(sent.id, Arrival((scanned,)), sent.version)
    with clinic.sessions.reading() as session:
        assert {pack.code for pack in codes_here(session, clinic, drugs["硝苯地平"])} == set(CODES)


@pytest.mark.parametrize(
    ("codes", "why"),
    [
        ([], "还差 6 个追溯码"),
        (CODES[:5], "还差 1 个追溯码"),
        ([*CODES[:5], CODES[0]], "扫了两次"),
        ([*CODES[:5], "9" * 20], "不在发货单"),
        ([*CODES[:5], "123"], "不在发货单"),
    ],
)
def test_missing_repeated_and_foreign_codes_stop_the_receipt(clinic, township, drugs, tmp_path, codes, why):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}, CODES)
    (line,) = Receiving(clinic).as_sent(sent.id)
    with pytest.raises(Refused, match=why):
        Receiving(clinic).receive(sent.id, Arrival((replace(line, codes=codes),)), sent.version)
    assert nothing_was_booked(clinic, sent)


def test_a_scan_finds_its_line_and_tells_why_it_is_refused(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}, CODES)
    (line,) = sent.lines
    place = Receiving(clinic).place_code
    assert place(sent.id, f" {CODES[0]} ", {}).line_id == line.id
    assert place(sent.id, CODES[0], {}).problem is None
    for scanned, taken, why in (
        ("123", {}, "20 位数字"), (CODES[0], {line.id: [CODES[0]]}, "扫了两次"), ("9" * 20, {}, "不在这张发货单里"),
    ):
        assert why in str(place(sent.id, scanned, taken, chosen=line.id).problem)


def test_a_shipment_without_codes_takes_them_by_the_digits_of_the_drug_or_the_chosen_line(clinic, township, drugs, tmp_path):
    change_drug(clinic, drugs["硝苯地平"], trace_prefix="8412345")
    sent = on_the_road(clinic, township, tmp_path, dict.fromkeys(drugs.values(), 60))
    by_drug = {line.drug_code: line.id for line in sent.lines}
    first, second = (by_drug[drugs[name]] for name in ("硝苯地平", "二甲双胍"))
    place = Receiving(clinic).place_code
    assert place(sent.id, CODES[0], {}, chosen=second).line_id == first
    assert place(sent.id, "7" * 20, {}, chosen=second).line_id == second
    assert place(sent.id, "7" * 20, {}, chosen=first).problem is not None


def test_a_code_that_came_before_is_refused_while_it_is_scanned(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}, CODES)
    batch = stock(clinic, drugs["硝苯地平"], 10, batch_no="B")
    with clinic.sessions.writing() as session:
        session.add(
            TraceCode(
                code=CODES[1], organisation_id=clinic.place.id, drug_code=drugs["硝苯地平"], batch_id=batch, units_left=10,
                received_by_id="",
            )
        )  # fmt: skip
    assert "已经入过库" in str(Receiving(clinic).place_code(sent.id, CODES[1], {}).problem)


def test_what_stands_against_a_receipt_is_told_before_anything_is_booked(clinic, township, drugs, tmp_path):
    sent = on_the_road(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    change_drug(clinic, drugs["硝苯地平"], cold_chain=True)
    receiving = Receiving(clinic)
    (line,) = receiving.as_sent(sent.id)
    wrong = Arrival((replace(line, accepted=50),), celsius="warm")
    assert [problem.code for problem in receiving.check(sent.id, wrong)] == ["hand_over_celsius", line.line_id]
    assert receiving.check(sent.id, Arrival((line,), celsius="5")) == ()
    assert nothing_was_booked(clinic, sent)
