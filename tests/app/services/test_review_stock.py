"""What stands beside a line under review, fair shares over all clinics, and agreeing to many requests at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain.request_states import State
from app.errors import UserError
from app.services.review import Review
from app.services.review_stock import ReviewStock
from bench.supply import add_request, stock_up, township
from db.models import DrugRequest, DrugRequestLine, ExchangeMessage, Shipment, ShipmentLine
from tests.supply_desks import MANAGER, PHARMACIST

FAR = date(2029, 6, 30)


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=5)
    for number in range(3):
        add_request(made, number, 5)
    stock_up(made, 3)
    yield made
    made.desk.close()


def taken(town, *places):
    review = Review(town.desk)
    for place in places:
        review.take(town.requests[place], review.get(town.requests[place]).version)
    return review


def lines(town, place=0):
    return {line.drug_code: line for line in Review(town.desk).get(town.requests[place]).lines}


def beside(town, place=0, desk=None):
    found = ReviewStock(desk or town.desk).lines(town.requests[place])
    return {code: found[line.id] for code, line in lines(town, place).items()}


def change_line(town, place, code, **values):
    line = lines(town, place)[code]
    with town.desk.sessions.writing() as session:
        row = session.get_one(DrugRequestLine, line.id)
        for name, value in values.items():
            setattr(row, name, value)


def test_beside_a_line_stand_stock_peers_promises_and_what_remains(town):
    taken(town, 0, 1)
    change_line(town, 1, "B00001", monthly_use="12.50")
    change_line(town, 2, "B00001", monthly_use="20.00")
    Review(town.desk).decide_line(town.requests[1], lines(town, 1)["B00001"].id, 50, "本院库存不足")
    seen = beside(town)["B00001"]
    assert (seen.own_use, seen.peer_median) == (Decimal("40.00"), Decimal("16.25"))
    assert (seen.own_stock, seen.promised_to_others, seen.asked_by_others) == (180, 50, 58)
    assert (seen.available, seen.after, seen.missing) == (130, 70, 0)
    assert seen.fair_share is None


def test_a_clinic_without_peers_has_no_median(town):
    for place in (1, 2):
        change_line(town, place, "B00001", monthly_use=None)
    assert beside(town)["B00001"].peer_median is None


def test_a_short_drug_shows_everybodys_fair_share_and_what_is_missing(town):
    shares = [beside(town, place)["B00000"] for place in range(3)]
    assert [share.own_stock for share in shares] == [60, 60, 60]
    assert sum(share.fair_share for share in shares) == 60
    assert all(0 < share.fair_share <= 60 for share in shares)
    assert shares[0].missing == 0
    assert shares[0].asked_by_others == 59 + 58


def test_the_order_in_which_requests_came_plays_no_part(town):
    before = [beside(town, place)["B00000"].fair_share for place in range(3)]
    with town.desk.sessions.writing() as session:
        rows = [session.get_one(DrugRequest, request_id) for request_id in town.requests]
        times = [row.submitted_at for row in rows]
        for row, moment in zip(rows, reversed(times), strict=True):
            row.submitted_at = moment
    assert [beside(town, place)["B00000"].fair_share for place in range(3)] == before


def test_what_is_approved_elsewhere_is_no_longer_shared_out(town):
    with town.desk.sessions.writing() as session:
        row = session.get_one(DrugRequest, town.requests[2])
        row.state = State.RELEASED.value
    change_line(town, 2, "B00000", approved=58, decision="approved", source="own_stock")
    shares = [beside(town, place)["B00000"] for place in (0, 1)]
    assert [share.fair_share for share in shares] == [0, 0]
    assert [share.promised_to_others for share in shares] == [60, 60]  # 58 are sent as 6 whole packs


def test_reserved_units_are_not_promised_twice(town):
    with town.desk.sessions.writing() as session:
        session.get_one(DrugRequest, town.requests[2]).state = State.RELEASED.value
    change_line(town, 2, "B00000", approved=58, decision="approved", source="own_stock")
    line = lines(town, 2)["B00000"]
    with town.desk.sessions.writing() as session:
        shipment = Shipment(
            number="FH1", township_id=town.desk.place.id, clinic_id=town.clinics[2], request_id=town.requests[2],
            state="allocated", created_at=town.desk.now(), created_by_id="u", created_by_name="陈静",
        )
        session.add(shipment)
        session.flush()
        session.add(
            ShipmentLine(
                shipment_id=shipment.id, request_line_id=line.id, position=0, drug_code="B00000", drug_name="药品",
                unit="片", pack_unit="盒", units_per_pack=10, batch_no="A1", shipped=40, codes=[],
            )
        )
    assert beside(town)["B00000"].promised_to_others == 20  # 18 as 2 whole packs


def test_one_action_agrees_to_the_unremarkable_and_leaves_the_rest(town):
    change_line(town, 2, "B00001", is_skipped=True)
    change_line(town, 0, "B00001", requested=71)
    change_line(town, 0, "B00002", explanation="村里体检后新增病人")
    change_line(town, 0, "B00003", monthly_use=None)
    done = ReviewStock(town.desk).agree()
    assert (done.agreed, done.shared, done.left_open) == (8, 0, 6)
    decided = {code: line.decision for code, line in lines(town).items()}
    assert decided == {"B00000": "", "B00001": "", "B00002": "", "B00003": "", "B00004": "approved"}
    assert str(done.message) == "已同意 8 行，按公平分配 0 行，还有 6 行要您看。"


@pytest.mark.parametrize(("requested", "agreed"), [(60, True), (70, True), (50, True), (71, False), (49, False)])
def test_within_one_pack_of_the_suggestion_is_unremarkable(town, requested, agreed):
    change_line(town, 2, "B00001", is_skipped=True)
    change_line(town, 0, "B00001", requested=requested)
    ReviewStock(town.desk).agree([town.requests[0]])
    assert bool(lines(town)["B00001"].decision) is agreed


def test_scarce_drugs_are_shared_out_with_their_reason_and_never_above_the_stock(town):
    done = ReviewStock(town.desk).agree(share_short=True)
    assert (done.agreed, done.shared, done.left_open) == (12, 3, 0)
    given = [lines(town, place)["B00000"] for place in range(3)]
    assert sum(line.approved for line in given) == 60
    assert {line.decision_reason for line in given} == {"本院库存不足"}
    ended = ReviewStock(town.desk).approve_decided()
    assert sorted(ended.approved_requests) == sorted(town.requests)
    assert len(ended.message_ids) == 3
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.APPROVED}
    with town.desk.sessions.reading() as session:
        assert {session.get_one(ExchangeMessage, message).kind for message in ended.message_ids} == {"drug_decision"}


def test_a_request_with_an_open_line_is_not_approved(town):
    ReviewStock(town.desk).agree()
    ended = ReviewStock(town.desk).approve_decided()
    assert (ended.approved_requests, ended.left_open) == ((), 3)
    assert {Review(town.desk).get(request).state for request in town.requests} == {State.IN_REVIEW}


def test_requests_of_a_colleague_are_left_alone(town):
    other = replace(town.desk, actor=PHARMACIST)
    Review(other).take(town.requests[0], Review(other).get(town.requests[0]).version)
    assert ReviewStock(town.desk).agree().agreed == 8
    assert {line.decision for line in lines(town).values()} == {""}
    with pytest.raises(UserError, match="不在您手里"):
        ReviewStock(town.desk).agree([town.requests[0]])


def test_a_manager_does_not_take_requests_by_agreeing(town):
    with pytest.raises(UserError, match="药师"):
        ReviewStock(replace(town.desk, actor=MANAGER)).agree()
    assert Review(town.desk).get(town.requests[0]).state is State.AUTHORISED


def test_what_is_left_is_told_request_by_request_with_its_reasons(town):
    change_line(town, 0, "B00001", requested=71)
    change_line(town, 0, "B00002", explanation="村里体检后新增病人")
    other = replace(town.desk, actor=PHARMACIST)
    Review(other).take(town.requests[2], Review(other).get(town.requests[2]).version)
    done = ReviewStock(town.desk).agree(share_short=True, approve=True)
    told = {row.clinic_name: row for row in done.requests}
    first, second, third = (told[f"第{number}村卫生室"] for number in (1, 2, 3))
    assert (first.agreed, first.shared, first.left, first.is_approved) == (2, 1, 2, False)
    assert sorted(first.reasons) == [("beyond", 1), ("explained", 1)]
    assert (second.left, second.is_approved, second.is_colleagues) == (0, True, False)
    assert (third.agreed, third.is_colleagues) == (0, True)
    assert done.approved_requests == (town.requests[1],)
    assert len(done.message_ids) == 1


def test_a_drug_that_the_township_never_had_is_agreed_to_and_bought(town):
    for place in range(3):
        change_line(town, place, "B00000", drug_code="NEVER")
    seen = beside(town)["NEVER"]
    assert (seen.is_kept, seen.fair_share) == (False, None)
    assert [str(mark.text) for mark in seen.marks(60)] == ["本院不备"]
    assert ReviewStock(town.desk).agree().left_open == 0


@pytest.mark.parametrize(("approved", "after"), [(60, 0), (55, 0), (51, 0), (50, 10), (1, 50), (0, 60), (61, -1)])
def test_what_remains_counts_the_whole_packs_that_are_sent(town, approved, after):
    assert beside(town)["B00000"].after_with(approved) == after


@pytest.mark.parametrize(
    ("approving", "words"),
    [(60, ["公平分配 20"]), (20, []), (61, ["缺 1 转采购", "公平分配 20"]), (0, [])],
)
def test_the_marks_of_the_stock_follow_what_is_approved(town, approving, words):
    assert [str(mark.text) for mark in beside(town)["B00000"].marks(approving)] == words


def test_where_nobody_else_asks_only_what_is_missing_is_told(town):
    for place in (1, 2):
        change_line(town, place, "B00000", is_skipped=True)
    change_line(town, 0, "B00000", requested=63)
    seen = beside(town)["B00000"]
    assert [str(mark.text) for mark in seen.marks(63)] == ["缺 3 转采购"]


def test_a_cell_of_drug_by_village_knows_its_request_and_what_was_promised_is_taken_off(town):
    table = ReviewStock(town.desk).pivot()
    assert table.rows[0].cells[town.clinics[1]].request_ids == (town.requests[1],)
    ReviewStock(town.desk).agree([town.requests[2]], share_short=True, approve=True)
    row = next(row for row in ReviewStock(town.desk).pivot().rows if row.drug_code == "B00001")
    assert (row.own_stock, row.asked, row.short) == (180 - 60, 119, 0)


def test_drug_by_village_with_what_is_short_first(town):
    taken(town, 1)
    Review(town.desk).decide_line(town.requests[1], lines(town, 1)["B00001"].id, 0, "抗菌药物控制用量")
    table = ReviewStock(town.desk).pivot("2026-11")
    assert [name for _id, name in table.clinics] == ["第1村卫生室", "第2村卫生室", "第3村卫生室"]
    first = table.rows[0]
    assert (first.drug_code, first.asked, first.own_stock, first.short) == ("B00000", 177, 60, 117)
    refused = next(row for row in table.rows if row.drug_code == "B00001").cells
    assert [(refused[clinic].asked, refused[clinic].approved) for clinic in town.clinics] == [(60, None), (59, 0), (58, None)]
    assert ReviewStock(town.desk).pivot("2026-10").rows == ()
