"""What the stock asks the database in its own words: which drugs have moved since somebody looked last."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

_NEWEST = text("SELECT rowid, id FROM stock_movement ORDER BY rowid DESC LIMIT 1")
_STILL_THERE = text("SELECT 1 FROM stock_movement WHERE rowid = :number AND id = :id")
_MOVED = text("SELECT DISTINCT drug_code FROM stock_movement WHERE rowid > :number")
"""Rows of this table are only ever added, so that SQLite numbers them in the order in which they were written."""


class Newest(NamedTuple):
    """The newest movement: its number and its id; 0 and empty without any."""

    number: int = 0
    id: str = ""


def moved_since(session: Session, last: Newest | None) -> tuple[Newest, frozenset[str] | None]:
    """The newest movement, and the drugs of those behind the movement `last`; None where that is not known, because `last`
    is None or no longer there.

    Not to be asked where movements were written that are not committed: a number that was taken back is given again.
    """
    newest = Newest(*(session.execute(_NEWEST).one_or_none() or ()))
    if last is None:
        return newest, None
    if last.number and session.execute(_STILL_THERE, last._asdict()).one_or_none() is None:
        return newest, None
    if newest == last:
        return newest, frozenset()
    return newest, frozenset(session.execute(_MOVED, {"number": last.number}).scalars())
