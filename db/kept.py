"""What was read from the file, kept with the connection that read it until anything in the file is written.

SQLite tells a connection whether another one has committed since (data_version), and counts what it wrote itself; where
both are as before, every statement would give what it gave before. Nothing is kept by a transaction that has written
already: that may still be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

Kept = TypeVar("Kept")
_PLACE, _BEGINNING = "kept", "changes_at_beginning"


def kept(session: Session, what: str, of: Hashable, read: Callable[[], Kept]) -> Kept:
    """What `read` gives for `of`; it must depend on nothing but `of` and the file, and nobody may change what it gives."""
    connection = session.connection()
    version, changes = connection.exec_driver_sql("PRAGMA data_version").scalar_one(), _changes(connection)
    state = (version, changes, of)
    memory = connection.info.setdefault(_PLACE, {})
    if what in memory and memory[what][0] == state:
        return memory[what][1]
    found = read()
    if connection.info.get(_BEGINNING) == changes:
        memory[what] = (state, found)
    return found


def note_beginning(connection: Connection) -> None:
    """A transaction begins: what it writes from now on is not committed."""
    connection.info[_BEGINNING] = _changes(connection)


def _changes(connection: Connection) -> int:
    return int(connection.connection.dbapi_connection.total_changes)
