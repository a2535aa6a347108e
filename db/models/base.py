"""What every table shares: the declarative base, UUIDv7 ids, UTC times, and the naming of constraints.

The same models serve SQLite (SQLCipher) and PostgreSQL; nothing here is particular to one of them.
"""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from datetime import UTC, datetime

from sqlalchemy import Connection, DateTime, Index, MetaData, String, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


_LAST = {"moment": 0}
_ONE_AT_A_TIME = threading.Lock()
FRACTION_BITS = 12


def new_id() -> str:
    """A UUIDv7 as text: ids made later by this program sort later, also within a millisecond.

    The twelve bits behind the version hold the fraction of the millisecond (RFC 9562 §6.2, method 3); when the clock
    stands still or was put back the next step after the last one is taken.
    """
    now = (time.time_ns() << FRACTION_BITS) // 1_000_000
    with _ONE_AT_A_TIME:
        moment = _LAST["moment"] = max(now, _LAST["moment"] + 1)
    milliseconds, fraction = moment >> FRACTION_BITS, moment & ((1 << FRACTION_BITS) - 1)
    number = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0x2 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=number))


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite would lose the zone, so it is put back on reading."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The declarative base of all tables."""

    metadata = MetaData(naming_convention=NAMING)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that fulfil `where`, in either database."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info={"where": where})


@event.listens_for(Base.metadata, "before_create")
def _tell_postgresql(metadata: MetaData, connection: Connection, **_options: object) -> None:
    """The `where` of partial indexes in PostgreSQL's words; told earlier it would import that dialect, 30 ms and 4 MB."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = text(index.info["where"])


class WithId:
    """A table whose rows have a UUIDv7."""

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
