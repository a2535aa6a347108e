"""Sessions on the desk's database: SQLAlchemy over the connections of db.cipher.

Every transaction begins explicitly, a writing one with BEGIN IMMEDIATE, so that two writers wait for each other instead
of failing half-way, and DDL rolls back too. It does not know where the key comes from, and never opens a file without
one. Values of statements are hidden from error texts, because they are residents' data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from db.cipher import KEY_BYTES, Mode, connect
from db.kept import note_beginning

Translate = Callable[[BaseException], BaseException | None]


def open_engine(file: Path, key: bytes, mode: Mode = "rwc", *, foreign_keys: bool = True) -> Engine:
    """An engine over the encrypted `file`; `key` is 32 random bytes, `mode` as in db.cipher.connect.

    A wrong key shows as sqlalchemy.exc.DatabaseError ("file is not a database") on first use.
    """
    if len(key) != KEY_BYTES:
        raise ValueError("the database key has 32 bytes")
    engine = create_engine(
        "sqlite://",
        module=sqlcipher,
        creator=lambda: connect(file, key, mode, foreign_keys=foreign_keys),
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=4,
        pool_use_lifo=True,  # the connection used last knows most pages; in turns, each would come to hold all of them
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        kind = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")
        note_beginning(connection)

    return engine


class Sessions:
    """Sessions over one engine: `reading` for queries, `writing` for one unit of work that commits once.

    `file` and `key` are there for copies of the database. `translate` turns a failure of the database that leaves a
    session into the failure that the user is told about; None leaves it as it is.
    """

    def __init__(
        self, engine: Engine, *, file: Path | None = None, key: bytes = b"", translate: Translate | None = None
    ) -> None:
        self.engine = engine
        self.file = file
        self.key = key
        self._translate = translate
        self._readers = sessionmaker(engine, expire_on_commit=False)
        self._writers = sessionmaker(engine.execution_options(writes=True), expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for queries; nothing it changes is kept."""
        with self._translated(), self._readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One unit of work: committed at the end, rolled back when anything is raised."""
        with self._translated(), self._writers.begin() as session:
            yield session

    def close(self) -> None:
        """Close every connection; the last one brings the log back into the file."""
        self.engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, OSError) as error:
            better = self._translate(error) if self._translate else None
            if better is None:
                raise
            raise better from error
