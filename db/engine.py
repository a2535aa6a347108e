"""Opening the desk's database: one encrypted SQLite file (SQLCipher) with a raw 256-bit key.

WAL with synchronous=FULL: what was confirmed survives a power cut. Every transaction begins explicitly, a writing one
with BEGIN IMMEDIATE, so that two writers wait for each other instead of failing half-way, and DDL rolls back too.
It does not know where the key comes from, and never opens a file without one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

CACHE_KIB = 32 * 1024
BUSY_TIMEOUT_MS = 5_000
KEY_BYTES = 32


def open_engine(file: Path, key: bytes) -> Engine:
    """An engine over the encrypted `file`; `key` is 32 random bytes. The file is created when it is missing.

    A wrong key shows as sqlcipher3.dbapi2.DatabaseError ("file is not a database") on first use.
    """
    import sqlcipher3.dbapi2 as sqlcipher

    if len(key) != KEY_BYTES:
        raise ValueError("the database key has 32 bytes")

    engine = create_engine(
        f"sqlite:///{file}",
        module=sqlcipher,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=4,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA cipher_log_level = NONE")
        cursor.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


class Sessions:
    """Sessions over one engine: `reading` for queries, `writing` for one unit of work that commits once."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._readers = sessionmaker(engine, expire_on_commit=False)
        self._writers = sessionmaker(engine.execution_options(writes=True), expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries; nothing it changes is kept."""
        with self._readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back when anything is raised."""
        with self._writers.begin() as session:
            yield session
