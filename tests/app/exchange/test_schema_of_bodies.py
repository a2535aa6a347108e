"""Envelopes of an older and of a newer program: the fields of a request that came with schema 2 may be missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.exchange.bodies import SCHEMA, DrugRequestBody
from app.exchange.envelope import EnvelopeRefused, Fault, read_cover, seal, unseal
from app.services.exchange import Exchange
from app.services.post import own_keys, public_keys
from app.services.review import Review
from db.models import ExchangeMessage, Organisation, new_id
from tests.ui.screens.drug_desks import DrugWorld

NEW_FIELDS = ("in_transit", "stockout_days", "basis", "arithmetic")


@pytest.fixture
def world(tmp_path):
    made = DrugWorld(tmp_path)
    yield made
    made.close()


def rewritten(world, change):
    """The clinic's request, sealed again after `change(envelope)`; gives the file."""
    file = world.submitted_file()
    clinic, township = world.clinic, world.township
    with township.sessions.reading() as session:
        sender = session.get(Organisation, clinic.place.id)
        envelope = unseal(read_cover(file.read_bytes()), township.place.id, own_keys(session, township), public_keys(sender))
    with clinic.sessions.writing() as session:
        receiver = session.get(Organisation, township.place.id)
        data = seal(replace(change(envelope), id=new_id()), own_keys(session, clinic), public_keys(receiver))
    file.write_bytes(data)
    return file


def test_a_request_of_the_program_before_is_read_with_its_new_fields_unknown(world):
    def older(envelope):
        lines = [{key: value for key, value in line.items() if key not in NEW_FIELDS} for line in envelope.body["lines"]]
        return replace(envelope, schema=1, body={**envelope.body, "lines": lines})

    taken = Exchange(world.township).open_file(rewritten(world, older))
    lines = Review(world.township).get(taken.subject_id).lines
    assert [(line.in_transit, line.stockout_days, line.arithmetic) for line in lines] == [(None, None, "")] * 3


def test_a_request_of_a_newer_program_asks_for_an_upgrade_and_changes_nothing(world):
    file = rewritten(world, lambda envelope: replace(envelope, schema=SCHEMA + 1))
    with pytest.raises(EnvelopeRefused) as refused:
        Exchange(world.township).open_file(file)
    assert refused.value.fault is Fault.NEWER
    assert Review(world.township).inbox() == []


def test_every_envelope_says_by_which_schema_it_was_written(world):
    world.submitted_file()
    with world.clinic.sessions.reading() as session:
        sealed = session.scalars(select(ExchangeMessage.sealed)).one()
    with world.township.sessions.reading() as session:
        sender = session.get(Organisation, world.clinic.place.id)
        keys = own_keys(session, world.township)
        envelope = unseal(read_cover(sealed), world.township.place.id, keys, public_keys(sender))
    assert envelope.schema == SCHEMA
    assert set(NEW_FIELDS) <= set(DrugRequestBody.model_validate(envelope.body).lines[0].model_dump())
