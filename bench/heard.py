"""Which statements a piece of the program runs, and how long the same statements take without the program."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from app.desk import Desk
from db.cipher import connect

Statement = tuple[str, Any]


@contextmanager
def heard(engine: Engine) -> Iterator[list[Statement]]:
    """The statements and values that the engine runs inside the block, without BEGIN."""
    found: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append((statement, values))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", hear)


class PlainReader:
    """The driver alone on a desk's file, prepared as the program prepares its connections."""

    def __init__(self, desk: Desk) -> None:
        assert desk.sessions.file is not None
        self._engine = desk.sessions.engine
        self.connection = connect(desk.sessions.file, desk.sessions.key, "rw")

    def time(self, work: Callable[[], object]) -> float:
        """Milliseconds of the statements that `work` reads by, run once more by the driver, all rows fetched."""
        with heard(self._engine) as statements:
            work()
        began = time.perf_counter()
        for statement, values in statements:
            self.connection.execute(statement, values).fetchall()
        return (time.perf_counter() - began) * 1000

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
