"""Desks for tests: real encrypted files in a temporary folder, and a clock that stands still until it is moved.

    from tests.desks import Clock, make_clinic, make_township
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.desk import Actor, Desk, Place
from app.failures import translate_database_error
from db.engine import Sessions, open_engine
from db.models import Base, Organisation, UserAccount, new_id

KEY = bytes(range(32))
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
NO_PIN = "no PIN opens this account"


@dataclass
class Clock:
    """A clock in UTC; `clock.moment = …` sets it and `clock.forward(days=1)` moves it."""

    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **spans: float) -> None:
        """Move by a timedelta's arguments, such as days=1."""
        self.moment += timedelta(**spans)


CLINIC = Organisation(
    kind="clinic",
    name="柳庄村卫生室",
    division_code="411624104215",
    record_prefix="411624104115",
    province="河南省",
    city="周口市",
    county="沈丘县",
    township="青石镇",
    village="柳庄村",
    phone="0394-5550101",
)
TOWNSHIP = Organisation(
    kind="township",
    name="青石镇卫生院",
    division_code="411624104000",
    record_prefix=None,
    province="河南省",
    city="周口市",
    county="沈丘县",
    township="青石镇",
    village="",
    phone="0394-5550100",
)


def make_clinic(folder: Path, clock: Clock) -> Desk:
    """柳庄村卫生室 with 王明, a village doctor, signed in."""
    return make_desk(folder, clock, CLINIC, "王明", "village_doctor")


def make_township(folder: Path, clock: Clock) -> Desk:
    """青石镇卫生院 with 赵敏, the pharmacist, signed in."""
    return make_desk(folder, clock, TOWNSHIP, "赵敏", "township_pharmacist")


def make_desk(folder: Path, clock: Clock, like: Organisation, user_name: str, role: str) -> Desk:
    """A desk on a new encrypted file in `folder`; close it with `desk.sessions.engine.dispose()`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "cunyi.db"
    sessions = Sessions(open_engine(file, KEY), file=file, key=KEY, translate=translate_database_error)
    Base.metadata.create_all(sessions.engine)
    organisation = Organisation(id=new_id(), is_self=True)
    for name in ("kind", "name", "division_code", "record_prefix", "province", "city", "county", "township", "village"):
        setattr(organisation, name, getattr(like, name))
    organisation.phone = like.phone
    user = UserAccount(
        id=new_id(), organisation_id=organisation.id, name=user_name, role=role, pin_hash=NO_PIN, created_at=clock()
    )
    with sessions.writing() as session:
        session.add(organisation)
        session.flush()
        session.add(user)
    place = Place(
        id=organisation.id,
        kind=organisation.kind,
        name=organisation.name,
        division_code=organisation.division_code,
        record_prefix=organisation.record_prefix,
        township=organisation.township,
        village=organisation.village,
        phone=organisation.phone,
    )
    return Desk(folder=folder, sessions=sessions, place=place, actor=Actor(user.id, user.name, user.role), clock=clock)
