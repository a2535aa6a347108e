"""The database file: encrypted, durable, and one writer after the other."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from db.engine import Sessions, open_engine
from db.models import Base, Setting

KEY = bytes(range(32))


@pytest.fixture
def sessions(tmp_path):
    sessions = Sessions(open_engine(tmp_path / "cunyi.db", KEY))
    Base.metadata.create_all(sessions.engine)
    yield sessions
    sessions.engine.dispose()


def test_a_transaction_that_raises_leaves_nothing(sessions):
    def add_and_fail():
        with sessions.writing() as session:
            session.add(Setting(name="language", value="en"))
            session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        add_and_fail()
    with sessions.reading() as session:
        assert session.scalars(select(Setting)).all() == []


def test_what_a_reading_session_adds_is_not_kept(sessions):
    with sessions.reading() as session:
        session.add(Setting(name="language", value="en"))
        session.flush()
    with sessions.reading() as session:
        assert session.scalars(select(Setting)).all() == []


def test_a_table_made_in_a_transaction_that_raises_is_gone(sessions):
    def make_and_fail():
        with sessions.writing() as session:
            session.execute(text("CREATE TABLE leftover (x INTEGER)"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        make_and_fail()
    with sessions.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'leftover'")) == 0


def test_every_connection_of_the_pool_is_durable_and_keeps_foreign_keys(sessions):
    connections = [sessions.engine.connect() for _ in range(6)]
    for connection in connections:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    for connection in connections:
        connection.close()


def test_another_key_opens_nothing(sessions, tmp_path):
    sessions.engine.dispose()
    stranger = open_engine(tmp_path / "cunyi.db", bytes(32))
    with pytest.raises(DatabaseError, match="not a database"):
        stranger.connect()
    stranger.dispose()


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(tmp_path, length):
    with pytest.raises(ValueError, match="32 bytes"):
        open_engine(tmp_path / "cunyi.db", bytes(length))
