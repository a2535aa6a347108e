"""What is handed over together: a desk that opens everything in the folder misses nothing."""

from __future__ import annotations

import pytest

from app.domain.request_terms import Action
from app.services.exchange import Exchange
from app.services.releases import LineSource, Releases
from app.services.review import Review
from app.services.statements import write_statement
from db.models import ExchangeMessage, Organisation, Settlement, new_id
from tests.supply_desks import PairedDesks, drug_code, requested, stock


@pytest.fixture
def desks(tmp_path):
    made = PairedDesks(tmp_path)
    yield made
    made.close()


@pytest.fixture
def answered(desks):
    """A request that was approved; its answer is written and not handed over."""
    code = drug_code(desks.township, "硝苯地平")
    stock(desks.township, code, 200)
    request_id = requested(desks.clinic, desks.township, desks.folder, {code: 60})
    review = Review(desks.township)
    for line in review.get(request_id).lines:
        review.decide_line(request_id, line.id, line.requested)
    return review.act(request_id, Action.APPROVE, review.get(request_id).version).request


def released(desks, view):
    sources = {line.id: LineSource("own_stock") for line in view.lines if line.approved}
    return Releases(desks.township).convert(view.id, view.version, sources).message_id


def test_the_answer_to_a_release_goes_with_the_answer_to_the_approval(desks, answered, tmp_path):
    exchange = Exchange(desks.township)
    first = exchange.latest_about(answered.id)
    exchange.save_file(first.id, tmp_path / "first.cyx")
    second = released(desks, answered)
    assert exchange.belonging_to(second) == [first.id]
    clinic = Exchange(desks.clinic)
    folder = tmp_path / "stick"
    folder.mkdir()
    for message_id in (second, *exchange.belonging_to(second)):
        exchange.save_file(message_id, folder / exchange.suggested_name(message_id))
    gaps = [clinic.open_file(file).gap for file in sorted(folder.glob("*.cyx"))]
    assert gaps == [None, None]


def test_an_answer_that_was_never_handed_over_is_replaced_and_nothing_goes_along(desks, answered):
    assert Exchange(desks.township).belonging_to(released(desks, answered)) == []


def test_what_waits_for_the_same_desk_goes_along(desks, answered):
    exchange = Exchange(desks.township)
    waiting = exchange.latest_about(answered.id)
    with desks.township.sessions.writing() as session:
        row = Settlement(
            id=new_id(), organisation_id=desks.township.place.id, party="clinic", party_id=desks.clinic.place.id,
            month="2026-10", state="checked", totals={}, created_at=desks.township.now(), created_by_id=new_id(),
            created_by_name="赵敏", version=0,
        )  # fmt: skip
        session.add(row)
        session.flush()
        statement = write_statement(session, desks.township, row)
    assert exchange.belonging_to(statement) == [waiting.id]
    assert exchange.belonging_to(waiting.id) == [statement]


def test_files_for_two_clinics_never_have_the_same_name(desks, answered):
    exchange = Exchange(desks.township)
    first = exchange.latest_about(answered.id).id
    with desks.township.sessions.writing() as session:
        other = Organisation(
            id=new_id(), kind="clinic", name="张庄村卫生室", division_code="411622113202", parent_id=desks.township.place.id)
        session.add(other)
        session.flush()
        known = session.get_one(ExchangeMessage, first)
        copy = ExchangeMessage(
            id=new_id(), direction="sent", sender_id=known.sender_id, recipient_id=other.id, kind=known.kind,
            sequence=known.sequence, state="ready", subject_id=new_id(), at=known.at, sealed=known.sealed)
        session.add(copy)
        second = copy.id
    names = {exchange.suggested_name(each) for each in (first, second)}
    assert len(names) == 2
    assert any("张庄村卫生室" in name for name in names)
    assert exchange.belonging_to(second) == []
