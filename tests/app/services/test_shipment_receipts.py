"""What the clinic's receipt says, and what becomes of the difference: verified, taken back, closed short."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.document_states import StepError
from app.domain.movements import MovementKind
from app.domain.request_states import State
from app.domain.shipment_states import Resolution, ShipmentState
from app.errors import UserError
from app.services.document_steps import DocumentRefused
from app.services.problems import Refused
from app.services.releases import Releases
from app.services.request_steps import StepRefused
from app.services.review import Review
from app.services.shipment_post import tell_receipt
from app.services.shipment_views import lines_of_shipment
from app.services.shipments import DifferenceDecision, Shipments
from app.services.stock_ledger import wrong_totals
from db.models import Shipment, ShortageReport, StockBatch, StockMovement
from tests.app.services.shipping_things import answered, shelf, shipped
from tests.supply_desks import MANAGER, PHARMACIST, as_person, hand_over, released, stock


def test_what_came_beyond_the_approval_is_received_and_the_request_closes(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100, pack=28)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 50})
    sent = shipped(township, request_id)
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    hand_over(clinic, township, answered(clinic, sent.shipment.id), tmp_path)
    other = Shipments(as_person(township, MANAGER))
    received = other.get(sent.shipment.id)
    assert [(line.shipped, line.accepted) for line in received.lines] == [(56, 56)]
    other.verify(received.id, received.version)
    assert Review(township).get(request_id).state is State.CLOSED


def test_differences_are_decided_by_somebody_else_before_it_is_verified(clinic, township, drugs, tmp_path):
    batch = stock(township, drugs["硝苯地平"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    sent = shipped(township, request_id)
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    told = hand_over(clinic, township, answered(clinic, sent.shipment.id, rejected={0: 20}), tmp_path)
    assert "1 行与发货不符" in str(told.message)
    mine = Shipments(township)
    received = mine.get(sent.shipment.id)
    line = received.differences[0]
    decision = {line.id: DifferenceDecision(Resolution.RESTOCKED, again=True)}
    with pytest.raises(DocumentRefused) as own:
        mine.verify(received.id, received.version, decision)
    assert own.value.error is StepError.OWN_WORK
    other = Shipments(as_person(township, PHARMACIST))
    with pytest.raises(Refused, match="请决定怎样处理"):
        other.verify(received.id, received.version)
    with pytest.raises(Refused, match="由谁承担"):
        other.verify(received.id, received.version, {line.id: DifferenceDecision(Resolution.LOST)})
    assert shelf(township, batch) == (40, 0)
    done = other.verify(received.id, received.version, decision)
    assert done.message_ids == ()
    assert shelf(township, batch) == (60, 0)
    assert [line.shipped for line in mine.draft(request_id).lines] == [20]


@pytest.mark.parametrize(
    ("decision", "own", "apart", "state"),
    [
        (DifferenceDecision(Resolution.RESTOCKED), 60, 0, State.CLOSED),
        (DifferenceDecision(Resolution.QUARANTINED), 40, 20, State.CLOSED),
        (DifferenceDecision(Resolution.LOST, bearer="distributor"), 40, 0, State.CLOSED),
        (DifferenceDecision(Resolution.LOST, bearer="township", again=True), 40, 0, State.RELEASED),
    ],
)
def test_rejected_units_go_where_the_pharmacist_says(clinic, township, drugs, tmp_path, decision, own, apart, state):
    batch = stock(township, drugs["硝苯地平"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    sent = shipped(township, request_id)
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    hand_over(clinic, township, answered(clinic, sent.shipment.id, rejected={0: 20}), tmp_path)
    other = Shipments(as_person(township, MANAGER))
    received = other.get(sent.shipment.id)
    other.verify(received.id, received.version, {received.lines[0].id: decision})
    assert shelf(township, batch)[0] == own
    with township.sessions.reading() as session:
        held = session.scalars(select(StockBatch.on_hand).where(StockBatch.hold == "returned")).all()
        assert sum(held) == apart
        assert wrong_totals(session) == []
    assert Review(township).get(request_id).state is state


def test_what_was_not_sent_waits_for_the_pharmacist_and_goes_through_the_books(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    stock(township, drugs["二甲双胍"], 100)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    extra = {
        "drug_code": drugs["二甲双胍"], "drug_name": "二甲双胍", "unit": "片", "pack_unit": "盒", "units_per_pack": 10,
        "batch_no": "A1", "accepted": 10, "codes": [],
    }
    hand_over(clinic, township, answered(clinic, sent.shipment.id, extra=extra), tmp_path)
    other = Shipments(as_person(township, MANAGER))
    received = other.get(sent.shipment.id)
    assert [line.is_pending for line in received.lines] == [False, True]
    pending = received.lines[1].id
    with pytest.raises(Refused, match="留下还是收回"):
        other.verify(received.id, received.version)
    other_pharmacist = Shipments(as_person(township, PHARMACIST))
    other_pharmacist.verify(received.id, received.version, {pending: DifferenceDecision(accept_extra=True)})
    drafts = [row for row in other.list() if row.state is ShipmentState.DRAFT]
    assert len(drafts) == 1
    assert [(line.drug_name, line.shipped) for line in other.get(drafts[0].id).lines] == [("二甲双胍", 10)]


def test_a_receipt_of_other_lines_or_a_second_one_is_refused(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 100)
    sent = shipped(township, released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60}))
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    message = answered(clinic, sent.shipment.id)
    with clinic.sessions.writing() as session:
        row = session.get_one(Shipment, sent.shipment.id)
        lines_of_shipment(session, row.id)[0].shipped = 59
        lines_of_shipment(session, row.id)[0].accepted = 59
        wrong = tell_receipt(session, clinic, row)
    with pytest.raises(UserError, match="对不上"):
        hand_over(clinic, township, wrong, tmp_path)
    assert Shipments(township).get(sent.shipment.id).state is ShipmentState.SHIPPED
    hand_over(clinic, township, message, tmp_path)
    with clinic.sessions.writing() as session:
        again = tell_receipt(session, clinic, session.get_one(Shipment, sent.shipment.id))
    with pytest.raises(UserError, match="没有再读入签收"):
        hand_over(clinic, township, again, tmp_path)


def test_everything_that_came_back_is_on_the_shelf_again(clinic, township, drugs, tmp_path):
    batch = stock(township, drugs["硝苯地平"], 100)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60})
    sent = shipped(township, request_id)
    hand_over(township, clinic, sent.message_ids[0], tmp_path)
    back = Shipments(township).return_in_full(sent.shipment.id, sent.shipment.version, "路断了没有送到")
    assert back.shipment.state is ShipmentState.RETURNED_IN_FULL
    assert shelf(township, batch) == (100, 0)
    hand_over(township, clinic, back.message_ids[0], tmp_path)
    with clinic.sessions.reading() as session:
        assert session.get_one(Shipment, sent.shipment.id).state == "returned_in_full"
    assert [line.shipped for line in Shipments(township).draft(request_id).lines] == [60]
    with township.sessions.reading() as session:
        kinds = session.scalars(select(StockMovement.kind).order_by(StockMovement.id)).all()
    assert kinds[-1] == MovementKind.RETURN_FROM_CLINIC.value


def test_closing_the_rest_raises_a_shortage_draft_for_what_was_not_sent(clinic, township, drugs, tmp_path):
    stock(township, drugs["硝苯地平"], 40)
    request_id = released(clinic, township, tmp_path, {drugs["硝苯地平"]: 60, drugs["二甲双胍"]: 30})
    shipped(township, request_id)
    view = Review(township).get(request_id)
    with pytest.raises(StepRefused):
        Releases(township).close_remaining(request_id, view.version, "")
    _done, raised = Releases(township).close_remaining(request_id, view.version, "厂家停产，不再补发")
    assert Review(township).get(request_id).state is State.CLOSED
    with township.sessions.reading() as session:
        reports = {row.drug_code: row.kind for row in session.scalars(select(ShortageReport))}
    assert reports == {drugs["硝苯地平"]: "供应不足", drugs["二甲双胍"]: "断供"}
    assert len(raised) == 2
    with pytest.raises(UserError, match="不能发货"):
        Shipments(township).draft(request_id)
