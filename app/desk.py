"""An opened desk: its database, who it is, who is signed in, and what day it is.

Services take a Desk and nothing else. It holds no words for users and opens nothing by itself: `app.startup` makes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.instance import Lock
    from db.engine import Sessions


@dataclass(frozen=True)
class Actor:
    """Who acts: the signed-in user; `role` as in the list of actors (village_doctor, clinic_lead, …)."""

    user_id: str
    name: str
    role: str


NOBODY = Actor("", "", "")
"""Who acts before anybody has signed in."""


@dataclass(frozen=True)
class Place:
    """The organisation that this desk is. `kind` clinic or township; `record_prefix` 12 digits or None."""

    id: str
    kind: str
    name: str
    division_code: str
    record_prefix: str | None
    township: str
    village: str
    phone: str = ""


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """What every service works with. `clock` gives the present moment in UTC; tests and the tour give their own.

    `locks` are this process's rights to have the folder open.
    """

    folder: Path
    sessions: Sessions
    place: Place
    actor: Actor
    clock: Callable[[], datetime] = utc_now
    locks: tuple[Lock, ...] = ()

    def now(self) -> datetime:
        """The present moment in UTC."""
        return self.clock()

    def today(self) -> date:
        """The present day where the desk stands."""
        return self.clock().astimezone().date()

    def signed_in_as(self, actor: Actor) -> Desk:
        """The same desk with another user."""
        return replace(self, actor=actor)

    def standing_at(self, place: Place) -> Desk:
        """The same desk after its place was corrected."""
        return replace(self, place=place)

    def close(self) -> None:
        """Close every connection to the database, and give the folder back."""
        self.sessions.close()
        for lock in self.locks:
            lock.release()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()
