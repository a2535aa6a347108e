"""Desks for tests: real encrypted files in a temporary folder, and a clock that stands still until it is moved.

    from tests.desks import Clock, make_clinic, make_township
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import event, select, text

from app.data_folder import make_private_folder, touch_private
from app.desk import Actor, Desk, Place
from app.failures import translate_database_error
from app.security.keys import KEY_FILE
from app.security.passphrase import read_wrapped, unwrap, wrap, write_wrapped
from app.security.secret_store import MemoryStore, SecretStore
from app.services.setup import SetupAnswers
from app.startup import create_desk
from db.engine import Sessions, open_engine
from db.migrations import HEAD
from db.models import Base, Organisation, UserAccount, new_id

KEY = bytes(range(32))
START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
NO_PIN = "no PIN opens this account"
LEAST_OPERATIONS, LEAST_MEMORY_BYTES = 1, 8 * 1024
"""The least that Argon2id takes; key.json names what it was made with."""


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
    """A desk founded as the first start does it, and closed again; the passphrase is stretched as little as can be."""
    files, secrets = founded(clock(), passphrase)
    make_private_folder(folder)
    for name, content in files.items():
        touch_private(folder / name)
        (folder / name).write_bytes(content)
    for name, secret in secrets.items():
        store.set(name, secret)


@cache
def founded(moment: datetime, passphrase: str | None) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files and the secrets of a desk founded at a moment: each process of the tests takes the steps once."""
    store = MemoryStore()
    with TemporaryDirectory() as parent:
        folder = Path(parent) / "desk"
        create_desk(folder, answers(), store=store, passphrase=passphrase, clock=lambda: moment).close()
        if passphrase is not None:
            stretch_little(folder, passphrase)
        return {file.name: file.read_bytes() for file in folder.iterdir()}, store.secrets


def stretch_little(folder: Path, passphrase: str) -> None:
    """Wrap the key of a desk by the same passphrase anew, so that every command of a test opens it at once."""
    key = unwrap(read_wrapped(folder / KEY_FILE), passphrase)
    write_wrapped(folder / KEY_FILE, wrap(key, passphrase, LEAST_OPERATIONS, LEAST_MEMORY_BYTES))


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
    file.write_bytes(empty_file())
    sessions = sessions_on(file)
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


def copy_of(desk: Desk, folder: Path, clock: Clock) -> Desk:
    """A desk of `make_desk` that was closed, in a `folder` of its own with all that was written."""
    shutil.copytree(desk.folder, folder)
    return replace(desk, folder=folder, sessions=sessions_on(folder / "cunyi.db"), clock=clock)


def laid_out(desk: Desk, content: bytes, folder: Path, clock: Clock) -> Desk:
    """The same from the content of its file, which is all that it has."""
    folder.mkdir(parents=True)
    (folder / "cunyi.db").write_bytes(content)
    return replace(desk, folder=folder, sessions=sessions_on(folder / "cunyi.db"), clock=clock)


def sessions_on(file: Path) -> Sessions:
    """Sessions on the file of a desk for tests."""
    engine = open_engine(file, KEY)
    event.listen(engine, "connect", without_waiting)
    return Sessions(engine, file=file, key=KEY, translate=translate_database_error)


def without_waiting(connection: sqlcipher.Connection, _record: object) -> None:
    """Files that are thrown away after a test need not wait for the disk at each commit; `reopen` gives a desk that does."""
    connection.execute("PRAGMA synchronous = OFF")


@cache
def empty_file() -> bytes:
    """An encrypted file with every table and no row: hundreds of statements, so each process of the tests makes it once."""
    with TemporaryDirectory() as folder:
        engine = open_engine(Path(folder) / "empty.db", KEY)
        Base.metadata.create_all(engine)
        with Sessions(engine).writing() as session:
            session.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
            session.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        engine.dispose()
        return (Path(folder) / "empty.db").read_bytes()


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
