"""What was reckoned from the ledger of closed months, kept while a desk is open: only what has moved since is read again.

Movements are only ever added, so that a drug's use of closed months holds until that drug moves, by whatever date. It is
kept with the newest movement that it knows of; where that one is no longer where it was, as after a restored copy, or where
goods were held or let go, or the catalogue has another successor, everything is read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from app.services.predecessors import predecessors
from app.services.stock_holds import held_spans
from db.queries.stock import Newest, moved_since

if TYPE_CHECKING:
    from app.desk import Desk
    from db.engine import Sessions


Use = TypeVar("Use")


@dataclass(frozen=True)
class _Memory:
    """Never changed, so that a reader in another thread has one whole memory or the other."""

    basis: Any = None
    newest: Newest | None = None
    used: dict[str, Any] = field(default_factory=dict)


class LookBack:
    """The use of every drug in the closed months, kept from one list to the next.

    Not for a transaction that books movements itself: they may still be taken back.
    """

    def __init__(self) -> None:
        self._memory = _Memory()

    def used(
        self, session: Session, of: Hashable, codes: Sequence[str], read: Callable[[Sequence[str]], dict[str, Use]]
    ) -> dict[str, Use]:
        """What is known `of` a shelf and a time for the drugs `codes`; `read` gives it for those that are missing."""
        known, former = self._memory, predecessors(session)
        basis = (of, former, held_spans(session))
        newest, moved = moved_since(session, known.newest)
        used = dict(known.used) if known.basis == basis and moved is not None else {}
        changed = moved or frozenset()
        changed |= {code for code, before in former.items() if not changed.isdisjoint(before)}
        missing = [code for code in codes if code not in used or code in changed]
        for code in changed:
            used.pop(code, None)
        if missing:
            used |= read(missing)
        self._memory = _Memory(basis, newest, used)
        return used


_LOOK_BACKS: WeakKeyDictionary[Sessions, LookBack] = WeakKeyDictionary()


def look_back_of(desk: Desk) -> LookBack:
    """That of the desk's file: one for all its services, as long as the file is open."""
    return _LOOK_BACKS.setdefault(desk.sessions, LookBack())
