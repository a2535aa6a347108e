"""Desks for tests: real encrypted files in a temporary folder, and a clock that stands still until it is moved.

    from tests.desks import Clock, make_clinic, make_township
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, text

from app.desk import Actor, Desk, Place
from app.failures import translate_database_error
from app.security.secret_store import SecretStore
from app.services.setup import SetupAnswers
from app.startup import create_desk
from db.engine import Sessions, open_engine
from db.migrations import HEAD
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

PIN = "2580"
PASSPHRASE = "春眠不觉晓处处闻啼鸟"


def answers(**changes: str) -> SetupAnswers:
    """What 王明 of 柳庄村卫生室 answers at the first start, with `changes`."""
    given = {
        "kind": "clinic",
        "name": "柳庄村卫生室",
        "division_code": "411624104215",
        "record_prefix": "411624104115",
        "township": "青石镇",
        "village": "柳庄村",
        "user_name": "王明",
        "role": "village_doctor",
        "pin": PIN,
    }
    return SetupAnswers(**{**given, **changes})


def found_desk_folder(folder: Path, store: SecretStore, clock: Clock, passphrase: str | None = None) -> None:
    """A desk founded as the first start does it, and closed again."""
    create_desk(folder, answers(), store=store, passphrase=passphrase, clock=clock).close()


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
    with sessions.writing() as session:
        session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
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


def reopen(folder: Path, clock: Clock | None = None) -> Desk:
    """The desk that `make_desk` left in `folder`, as another program finds it."""
    sessions = Sessions(open_engine(folder / "cunyi.db", KEY))
    with sessions.reading() as session:
        own = session.scalars(select(Organisation).where(Organisation.is_self.is_(True))).one()
        user = session.scalars(select(UserAccount)).first()
        assert user is not None
        place = Place(own.id, own.kind, own.name, own.division_code, own.record_prefix, own.township, own.village, own.phone)
        actor = Actor(user.id, user.name, user.role)
    return Desk(folder=folder, sessions=sessions, place=place, actor=actor, clock=clock or Clock())
