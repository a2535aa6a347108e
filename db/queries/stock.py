"""What the stock asks the database in its own words: which drugs have moved since somebody looked last."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

_NEWEST = text("SELECT coalesce(max(rowid), 0) FROM stock_movement")
_MOVED = text("SELECT DISTINCT drug_code FROM stock_movement WHERE rowid > :last")
"""Rows of this table are only ever added, so that SQLite numbers them in the order in which they were written."""


def moved_since(session: Session, last: int | None) -> tuple[int, frozenset[str]]:
    """The number of the newest movement (0 without any), and the drugs of those after number `last`; None asks for none.

    Only to be asked in a reading session: a number whose transaction was taken back is given again.
    """
    newest = int(session.execute(_NEWEST).scalar_one())
    if last is None:
        return newest, frozenset()
    return newest, frozenset(session.execute(_MOVED, {"last": last}).scalars())
