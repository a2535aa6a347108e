"""Desks that live for a moment while a sample is made, and writing that does not wait for the disk.

An invented clinic is needed until its envelopes were handed over. All of them use one file, one after the other: it is
put back to an empty desk with the sample's catalogue each time, which spares the steps of the schema and a keeper for a
key that nobody will need again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from app.data_folder import DATABASE, sync_file
from app.demo.drugs import fill_catalogue
from app.desk import Desk
from app.security.keys import new_key
from app.services.setup import SetupAnswers, check_setup, found, place_of
from db.engine import Sessions, open_engine
from db.models import Base

EMPTY = "empty.db"


@contextmanager
def not_waiting_for_the_disk(sessions: Sessions) -> Iterator[None]:
    """Commits inside are not safe from a power cut until the end, when everything is brought to the disk at once.

    For a sample only: when it is cut while it is made, there is nothing in it yet that anybody would miss.
    """
    engine = sessions.engine

    event.listen(engine, "connect", _set_quick)
    engine.dispose()
    try:
        yield
    finally:
        event.remove(engine, "connect", _set_quick)
        engine.dispose()
        if sessions.file is not None and sessions.file.exists():
            sync_file(sessions.file)


class ShortLivedDesks:
    """One desk at a time in `folder`; founding the next one ends the one before. Use it as a context."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file, self._key = folder, folder / DATABASE, new_key()
        self._engine = open_engine(self._file, self._key)
        event.listen(self._engine, "connect", _set_quick)
        Base.metadata.create_all(self._engine)
        with self._sessions().writing() as session:
            fill_catalogue(session)
        self._engine.dispose()
        shutil.copyfile(self._file, folder / EMPTY)

    def found(self, answers: SetupAnswers, clock: Callable[[], datetime]) -> Desk:
        """A new desk with the sample's catalogue, its first user signed in. Raises Refused for wrong answers."""
        check_setup(answers)
        self._engine.dispose()
        shutil.copyfile(self._folder / EMPTY, self._file)
        sessions = self._sessions()
        with sessions.writing() as session:
            organisation, actor = found(session, answers, clock())
        return Desk(self._folder, sessions, place_of(organisation), actor, clock)

    def __enter__(self) -> ShortLivedDesks:
        return self

    def __exit__(self, *_failure: object) -> None:
        self._engine.dispose()

    def _sessions(self) -> Sessions:
        """Other ones for each desk, because services keep what they read with them; the engine's statements stay."""
        return Sessions(self._engine, file=self._file, key=self._key)


def _set_quick(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
