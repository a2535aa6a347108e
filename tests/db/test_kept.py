"""What a connection keeps of what it read: nothing that another statement would no longer give."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from db.engine import Sessions, open_engine
from db.kept import kept
from db.models import Base, Setting

KEY = bytes(range(32))


@pytest.fixture
def sessions(tmp_path):
    sessions = Sessions(open_engine(tmp_path / "cunyi.db", KEY))
    Base.metadata.create_all(sessions.engine)
    yield sessions
    sessions.engine.dispose()


def counted(session, times):
    def read():
        times.append(1)
        return session.scalar(select(func.count()).select_from(Setting))

    return kept(session, "settings", "all", read)


def read(sessions, times):
    with sessions.reading() as session:
        return counted(session, times)


def write(sessions, name):
    with sessions.writing() as session:
        session.add(Setting(name=name, value="1"))


def test_it_is_read_once_while_nothing_is_written(sessions):
    times = []
    assert [read(sessions, times), read(sessions, times)] == [0, 0]
    assert len(times) == 1


def test_it_is_read_again_after_this_program_wrote(sessions):
    times = []
    read(sessions, times)
    write(sessions, "a")
    assert read(sessions, times) == 1


def test_it_is_read_again_after_another_program_wrote(sessions, tmp_path):
    times = []
    read(sessions, times)
    other = Sessions(open_engine(tmp_path / "cunyi.db", KEY))
    write(other, "a")
    other.engine.dispose()
    assert read(sessions, times) == 1


@pytest.mark.parametrize("opened", ["reading", "writing"])
def test_what_is_taken_back_is_not_kept(sessions, opened):
    def count_and_fail():
        with getattr(sessions, opened)() as session:
            session.add(Setting(name="a", value="1"))
            session.flush()
            assert counted(session, []) == 1
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        count_and_fail()
    assert read(sessions, []) == 0


def test_another_question_is_not_answered_with_it(sessions):
    with sessions.reading() as session:
        assert [kept(session, "sum", of, lambda of=of: 2 * of) for of in (1, 2, 1)] == [2, 4, 2]
