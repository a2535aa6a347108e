"""What was read from the file, kept with the connection that read it until anything in the file is written.

SQLite tells a connection whether another one has committed since (data_version), and counts what it wrote itself; where
both are as before, every statement would give what it gave before. Kept only by reading sessions: what a writing one has
written may still be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from sqlalchemy.orm import Session

Kept = TypeVar("Kept")
_PLACE = "kept"


def kept(session: Session, what: str, of: Hashable, read: Callable[[], Kept]) -> Kept:
    """What `read` gives for `of`; it must depend on nothing but `of` and the file, and nobody may change what it gives."""
    connection = session.connection()
    version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    state = (version, connection.connection.dbapi_connection.total_changes, of)
    memory = connection.info.setdefault(_PLACE, {})
    if what in memory and memory[what][0] == state:
        return memory[what][1]
    found = read()
    if not connection.get_execution_options().get("writes"):
        memory[what] = (state, found)
    return found
