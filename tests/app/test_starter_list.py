"""A desk knows drugs from its first minute: the doctor who founds it books what stands on his shelf before anything else."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from app.security.secret_store import MemoryStore
from app.services.catalogue import Catalogue
from app.startup import create_desk, look, open_database
from db.models import Drug
from tests.desks import PIN, Clock, answers


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def founded(tmp_path, store, clock):
    with create_desk(tmp_path / "desk", answers(), store=store, clock=clock) as desk:
        yield desk


def opened_again(desk, store, clock):
    database = open_database(look(desk.folder, store), clock=clock)
    return database, database.sign_in(database.users()[0].id, PIN)


def test_a_new_desk_finds_a_drug_by_its_initials(founded):
    assert Catalogue(founded).find("xbdp")[0].name.startswith("硝苯地平")


def test_a_desk_of_an_older_version_without_drugs_gets_them_when_somebody_signs_in(founded, store, clock):
    with founded.sessions.writing() as session:
        session.execute(delete(Drug))
    assert Catalogue(founded).find("xbdp") == []
    founded.close()
    database, desk = opened_again(founded, store, clock)
    assert Catalogue(desk).find("xbdp")[0].name.startswith("硝苯地平")
    database.close()


def test_a_list_that_is_there_is_left_alone(founded, store, clock):
    with founded.sessions.writing() as session:
        session.execute(delete(Drug).where(Drug.generic_name.like("硝苯地平%")))
    count = Catalogue(founded).count()
    founded.close()
    database, desk = opened_again(founded, store, clock)
    assert Catalogue(desk).count() == count
    database.close()
