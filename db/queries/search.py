"""Finding residents by keys, and keeping the keys. The statements are built once; a search runs one or two of them.

A search reads several ranges of the primary key of search_key (k, resident_number) and fetches each hit by the unique
index of resident.number, its household and that household's head by their primary keys. Members of households are
read by ix_resident_household_id; the keys of one resident by ix_search_key_resident_number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Date, TextualSelect, bindparam, delete, insert, select, text
from sqlalchemy.orm import Session

from db.models import Household, Resident, SearchKey

_ROWS_AT_ONCE = 20_000
_HIT_COLUMNS = """r.number, r.id, r.name, r.name_key, r.sex, r.birth_date, r.birth_precision, r.id_number, r.phone,
    r.contact_phone, r.record_no, r.state, r.relation, r.household_id, h.group_name, h.head_id, head.name AS head_name"""
_HIT_JOINS = (
    """LEFT JOIN household h ON h.id = r.household_id LEFT JOIN resident head ON head.id = h.head_id"""
)

_MEMBERS = (
    text(
        f"""SELECT '' AS k, {_HIT_COLUMNS} FROM resident r {_HIT_JOINS}
        WHERE r.household_id IN :household_ids AND r.state = 'active' ORDER BY r.birth_date, r.number"""
    )
    .bindparams(bindparam("household_ids", expanding=True))
    .columns(birth_date=Date)
)


_BY_ID_SUFFIX = text(
    f"""SELECT '' AS k, {_HIT_COLUMNS} FROM resident r {_HIT_JOINS}
    WHERE r.id IN (SELECT id FROM resident WHERE substr(id, 27) = :suffix)
    ORDER BY r.number LIMIT :most"""
).columns(birth_date=Date)
"""From the 27th character of an id on are the ten digits that a line code names. The inner query reads the index of the
primary key from end to end: 3 ms for 30,000 residents, without a key of its own."""


@cache
def _by_keys(ranges: int) -> TextualSelect:
    parts = " UNION ALL ".join(
        f"""SELECT * FROM (SELECT {part} AS part, k, resident_number FROM search_key
        WHERE k >= :low{part} AND k < :high{part} ORDER BY k, resident_number LIMIT :candidates) p{part}"""
        for part in range(ranges)
    )
    return text(
        f"""SELECT k.k, {_HIT_COLUMNS}
        FROM (SELECT part, k, resident_number FROM ({parts}) parts
              ORDER BY part, k, resident_number LIMIT :candidates) k
        JOIN resident r ON r.number = k.resident_number {_HIT_JOINS}
        WHERE r.name_key LIKE :like ORDER BY k.part, k.k, k.resident_number LIMIT :most"""
    ).columns(birth_date=Date)


class Hit(NamedTuple):
    """One resident found under the key `k` ("" for a member of a household that was found by its head)."""

    k: str
    number: int
    id: str
    name: str
    name_key: str
    sex: int
    birth_date: date | None
    birth_precision: str
    id_number: str | None
    phone: str
    contact_phone: str
    record_no: str | None
    state: str
    relation: str
    household_id: str | None
    group_name: str | None
    head_id: str | None
    head_name: str | None


def hits_in(
    connection: Connection,
    ranges: Sequence[tuple[str, str]],
    *,
    candidates: int,
    most: int,
    name_part: str = "",
) -> list[Hit]:
    """Hits with a key in one of `ranges` (from, up to but not including), range by range, in the order of keys.

    The first `candidates` keys are looked at; of them at most `most` whose folded name contains `name_part` come back.
    A resident may come back under several keys.
    """
    values: dict[str, object] = {"candidates": candidates, "most": most, "like": f"%{name_part}%"}
    for part, (low, high) in enumerate(ranges):
        values |= {f"low{part}": low, f"high{part}": high}
    return [Hit(*row) for row in connection.execute(_by_keys(len(ranges)), values)]


def with_id_suffix(connection: Connection, suffix: str, most: int) -> list[Hit]:
    """The residents whose id ends in the ten digits `suffix`: usually one, since the ends of ids are random."""
    return [Hit(*row) for row in connection.execute(_BY_ID_SUFFIX, {"suffix": suffix, "most": most})]


def members_of(connection: Connection, household_ids: Sequence[str]) -> list[Hit]:
    """Everybody under care in these households, the oldest first."""
    return [Hit(*row) for row in connection.execute(_MEMBERS, {"household_ids": household_ids})]


_KEY_SOURCES = (
    select(
        Resident.number,
        Resident.id,
        Resident.name_key,
        Resident.id_number,
        Resident.phone,
        Resident.contact_phone,
        Resident.record_no,
        Resident.state,
        Resident.birth_date,
        Resident.household_id,
        Household.group_name,
        Household.number.label("household_number"),
        Household.head_id,
    )
    .outerjoin(Household, Household.id == Resident.household_id)
    .order_by(Resident.number)
)


class KeySource(NamedTuple):
    """The columns of one resident that keys are made from."""

    number: int
    id: str
    name_key: str
    id_number: str | None
    phone: str
    contact_phone: str
    record_no: str | None
    state: str
    birth_date: date | None
    household_id: str | None
    group_name: str | None
    household_number: str | None
    head_id: str | None


def key_sources(session: Session, resident_ids: Sequence[str] | None = None) -> Iterator[KeySource]:
    """What the keys of these residents, or of all, are made from, by number."""
    if resident_ids is None:
        rows = session.execute(_KEY_SOURCES.execution_options(yield_per=2000))
    else:
        rows = session.execute(_KEY_SOURCES.where(Resident.id.in_(resident_ids)))
    return (KeySource(*row) for row in rows)


def members_ids(session: Session, household_ids: Sequence[str]) -> list[str]:
    """The ids of everybody who belongs to one of these households, in any state."""
    return list(session.scalars(select(Resident.id).where(Resident.household_id.in_(household_ids))))


def replace_keys(session: Session, keys: Mapping[int, Iterable[str]]) -> None:
    """Give each resident, by number, exactly these keys."""
    gone = delete(SearchKey).where(SearchKey.resident_number == bindparam("gone"))
    session.connection().execute(gone, [{"gone": number} for number in keys])
    add_keys(session, keys)


def add_keys(session: Session, keys: Mapping[int, Iterable[str]]) -> None:
    """Add keys of residents that have none; sorted, so that neighbours in the table are written together."""
    rows = sorted((k, number) for number, of_one in keys.items() for k in of_one)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        part = [{"k": k, "resident_number": number} for k, number in rows[start : start + _ROWS_AT_ONCE]]
        session.connection().execute(insert(SearchKey), part)


def remove_all_keys(session: Session) -> None:
    """Empty the table of keys."""
    session.connection().execute(delete(SearchKey))


def stored_keys(session: Session) -> Iterator[tuple[int, set[str]]]:
    """Every resident number that has keys, with them, by number."""
    rows = session.execute(
        select(SearchKey.resident_number, SearchKey.k)
        .order_by(SearchKey.resident_number)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for number, of_one in groupby(rows, key=lambda row: row.resident_number):
        yield number, {row.k for row in of_one}
