"""Who comes first for what stands on the township's shelf: three clinics, one drug, promises of every kind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from app.domain.request_states import State
from app.domain.request_terms import Kind
from app.errors import UserError
from app.services.shipments import HandPick, Shipments
from bench.supply import add_request, stock_up, township
from db.models import DrugRequest, DrugRequestLine, StockBatch

DRUG, NOW = "B00000", datetime(2026, 3, 1, 8, tzinfo=UTC)
OWN, BUY = "own_stock", "purchase"


def town_of_three(folder):
    """A township with a request of each of three clinics for the drug."""
    made = township(folder / "town", drugs=1)
    for number in range(3):
        add_request(made, number, 1)
    stock_up(made, 1)
    return made


@pytest.fixture
def town(tmp_path):
    made = town_of_three(tmp_path)
    yield made
    made.desk.close()


def shelf(town, units, pack=10):
    """So many units of the drug on the shelf, in one batch; gives its id."""
    with town.desk.sessions.writing() as session:
        rows = session.scalars(select(StockBatch).where(StockBatch.drug_code == DRUG).order_by(StockBatch.id)).all()
        for row in rows:
            row.on_hand = row.reserved = 0
        rows[0].on_hand, rows[0].units_per_pack = units, pack
        return rows[0].id


def promise(town, place, units, source, *, day=1, state=State.RELEASED, kind=None):
    """The request of one clinic decided on a day, for so many units."""
    with town.desk.sessions.writing() as session:
        request = session.get_one(DrugRequest, town.requests[place])
        request.state, request.decided_at = state.value, NOW.replace(day=day)
        request.kind = kind or request.kind
        session.execute(
            update(DrugRequestLine)
            .where(DrugRequestLine.request_id == request.id)
            .values(requested=units, approved=units, decision="approved", source=source, units_per_pack=10)
        )


def allocated(town, place):
    """(units taken, missing, promised to how many clinics before) for one clinic."""
    shipments = Shipments(town.desk)
    draft = shipments.draft(town.requests[place])
    done = shipments.allocate(draft.id, draft.version)
    missing = [(short.missing, [claim.units for claim in short.kept_for]) for short in done.short]
    return sum(line.shipped for line in done.shipment.lines), missing


def test_goods_promised_to_another_clinic_are_not_taken_for_a_line_that_is_to_be_bought(town):
    shelf(town, 220)
    promise(town, 0, 220, OWN, day=2)
    promise(town, 1, 100, BUY, day=1)
    shipments = Shipments(town.desk)
    draft = shipments.draft(town.requests[1])
    with pytest.raises(UserError, match=r"已经答应给.+没有配货"):
        shipments.allocate(draft.id, draft.version)
    assert allocated(town, 0) == (220, [])


def test_what_has_come_in_beyond_the_promises_goes_to_the_line_that_was_to_be_bought(town):
    shelf(town, 260)
    promise(town, 0, 220, OWN)
    promise(town, 1, 100, BUY)
    assert allocated(town, 1) == (40, [(60, [220])])
    assert allocated(town, 0) == (220, [])


def test_of_two_that_wait_for_a_purchase_the_one_decided_first_comes_first(town):
    shelf(town, 120)
    promise(town, 0, 100, BUY, day=2)
    promise(town, 1, 100, BUY, day=1)
    assert allocated(town, 0) == (20, [(80, [100])])
    assert allocated(town, 1) == (100, [])


def test_when_the_shelf_shrank_the_first_promise_from_own_stock_is_kept(town):
    shelf(town, 120)
    promise(town, 0, 100, OWN, day=2)
    promise(town, 1, 100, OWN, day=1)
    assert allocated(town, 0) == (20, [(80, [100])])
    assert allocated(town, 1) == (100, [])


def test_an_emergency_comes_before_what_was_decided_earlier(town):
    shelf(town, 120)
    promise(town, 0, 100, OWN, day=2, kind=Kind.EMERGENCY.value)
    promise(town, 1, 100, OWN, day=1)
    assert allocated(town, 0) == (100, [])


def test_what_was_approved_and_not_released_yet_is_promised_too(town):
    shelf(town, 100)
    promise(town, 0, 80, "", state=State.APPROVED)
    promise(town, 1, 50, BUY)
    assert allocated(town, 1) == (20, [(30, [80])])


def test_what_another_shipment_has_reserved_is_not_counted_twice(town):
    shelf(town, 300)
    promise(town, 0, 220, OWN)
    assert allocated(town, 0) == (220, [])
    promise(town, 1, 80, BUY)
    assert allocated(town, 1) == (80, [])


@pytest.mark.parametrize(("on_shelf", "taken"), [(139, 50), (144, 60), (145, 65)])
def test_what_is_cut_is_cut_to_whole_packs(town, on_shelf, taken):
    shelf(town, on_shelf)
    promise(town, 0, 78, OWN)
    promise(town, 1, 65, BUY)
    assert allocated(town, 1)[0] == taken


@pytest.mark.parametrize("drug_left", [True, False])
def test_the_central_pharmacy_sends_nothing_from_this_shelf(town, drug_left):
    shelf(town, 100 if drug_left else 40)
    promise(town, 0, 80, "central_pharmacy")
    promise(town, 1, 50, BUY)
    assert allocated(town, 1)[0] == (50 if drug_left else 40)


def test_taking_more_by_hand_is_possible_and_says_whose_goods_they_are(town):
    batch = shelf(town, 250)
    promise(town, 0, 120, OWN, day=2)
    promise(town, 2, 100, OWN, day=1)
    promise(town, 1, 100, BUY)
    shipments = Shipments(town.desk)
    draft = shipments.draft(town.requests[1])
    line = draft.lines[0]
    before = [claim.units for claim in shipments.claims_ahead(draft.id, line.id)]
    assert before == [100, 120]
    done = shipments.allocate(
        draft.id, draft.version, by_hand={line.id: [HandPick(batch, 100)]}, reason="急诊病人先用"
    )
    names = [each.clinic_name for each in shipments.to_ship() if each.request_id == town.requests[0]]
    assert [(each.drug_name, [(claim.clinic_name, claim.units) for claim in each.claims]) for each in done.touched] == [
        (line.drug_name, [(names[0], 70)])
    ]
    assert done.short == ()


def test_before_drafting_the_screen_shows_what_the_shelf_has_for_this_clinic(town):
    shelf(town, 250)
    promise(town, 0, 220, OWN)
    promise(town, 1, 100, BUY)
    shown = {each.request_id: each.lines[0].own_stock for each in Shipments(town.desk).to_ship()}
    assert shown == {town.requests[0]: 250, town.requests[1]: 30}
