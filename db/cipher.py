"""One connection to the encrypted file (SQLCipher, a raw 256-bit key), without SQLAlchemy.

Every connection of the program is made here, so that all of them are durable: WAL with synchronous=FULL, where what
was confirmed survives a power cut. Temporary tables stay in memory, because a spilled one would be the only plaintext
on the disk. A file that is not there is made only when asked for; a read-only connection changes no byte of the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import sqlcipher3.dbapi2 as sqlcipher

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

CACHE_KIB = 32 * 1024
COPY_CACHE_KIB = 2 * 1024
"""For reading a file from end to end once: more is no faster, and what was used stays with the process."""
BUSY_TIMEOUT_MS = 5_000
KEY_BYTES = 32

DatabaseError = sqlcipher.Error
"""Whatever the database itself refuses."""

Mode = Literal["rwc", "rw", "ro"]


def connect(
    file: Path, key: bytes, mode: Mode = "rw", *, foreign_keys: bool = True, cache_kib: int = CACHE_KIB
) -> Connection:
    """A connection in autocommit mode: "rwc" makes a missing file, "rw" and "ro" do not.

    A wrong key and a damaged first page both raise sqlcipher3.dbapi2.DatabaseError ("file is not a database").
    """
    if len(key) != KEY_BYTES:
        raise ValueError("the database key has 32 bytes")
    connection = sqlcipher.connect(
        f"{file.resolve().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        check_same_thread=False,
        isolation_level=None,
    )
    try:
        prepare(connection, key, mode, foreign_keys, cache_kib)
    except sqlcipher.Error:
        connection.close()
        raise
    return connection


def prepare(connection: Connection, key: bytes, mode: Mode, foreign_keys: bool, cache_kib: int) -> None:
    """Give the key, and set what every connection has. The first statement that reads finds a wrong key out."""
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA temp_store = MEMORY")
    if mode == "ro":
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    else:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")


def has_table(connection: Connection, name: str) -> bool:
    """Whether the database has a table called `name`."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,))
    return found.fetchone() is not None


def schema_version(connection: Connection) -> str | None:
    """The revision that the file is at, such as "0001"; None for a file that is not one of ours."""
    if not has_table(connection, "alembic_version"):
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def program_version(connection: Connection) -> str:
    """The version of the program that last brought the file up to date; "" when it is not known."""
    if not has_table(connection, "setting"):
        return ""
    row = connection.execute("SELECT value FROM setting WHERE name = 'program_version'").fetchone()
    return "" if row is None else str(row[0])


def active_users(connection: Connection) -> list[tuple[str, str, str]]:
    """(id, name, role) of those who may sign in, the oldest account first.

    Read here so that the list is on the screen before SQLAlchemy is imported.
    """
    rows = connection.execute(
        "SELECT id, name, role FROM user_account WHERE is_active ORDER BY created_at, id"
    )
    return [(str(row[0]), str(row[1]), str(row[2])) for row in rows]
