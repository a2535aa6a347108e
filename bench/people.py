"""Clinics to measure on: a real desk in a real encrypted file, filled quickly with invented residents.

The rows are those that registering leaves in resident, household and search_key, written straight into the tables;
tests/bench compares the keys with those of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from app.demo.clinic import PIN, YEARS, build_clinic
from app.demo.names import FEMALE, MALE, given_name, surname
from app.desk import Desk, utc_now
from app.domain.id_number import check_character
from app.domain.search_keys import BY_HOUSEHOLD, BY_PINYIN, Findable, keys_of
from app.pinyin import name_readings
from app.security.secret_store import MemoryStore
from app.services.setup import SetupAnswers
from app.startup import create_desk
from db.cipher import connect
from db.models import new_id

SEED = 20261122
NAMES = 40_000
"""So many names are drawn beforehand, by their frequency; residents get one of them."""
MEMBERS = 3
ROWS_AT_ONCE = 20_000
CREATED = "2026-11-22 01:00:00.000000"
CLINIC = SetupAnswers(
    kind="clinic",
    name="柳庄村卫生室",
    division_code="411624104215",
    record_prefix="411624104115",
    township="青石镇",
    village="柳庄村",
    user_name="王明",
    role="village_doctor",
    pin=PIN,
)


QUICK_RESIDENTS = 60


def sample_clinic(folder: Path, residents: int, *, later: timedelta, years: int = YEARS) -> Desk:
    """A clinic of the program's own demo with some `years` of work, seen so much `later` than it was made."""
    desk = build_clinic(folder, residents=residents, years=years, store=MemoryStore(), for_window=False)
    return replace(desk, clock=lambda: utc_now() + later)


@dataclass(frozen=True)
class Known:
    """What a resident can be searched by."""

    id: str
    name: str
    id_number: str
    phone: str


def found_clinic(folder: Path) -> Desk:
    """An empty clinic, founded as the first start does it; its key is known to nobody but this process."""
    return create_desk(folder, CLINIC, store=MemoryStore(), for_window=False)


def fill(desk: Desk, residents: int, seed: int = SEED) -> None:
    """Put `residents` invented people with households and search keys into an empty clinic."""
    file = desk.sessions.file
    assert file is not None
    desk.sessions.close()
    connection = connect(file, desk.sessions.key, "rw", foreign_keys=False)
    try:
        # A file that is thrown away, of people who do not exist, needs neither a log nor secrecy for what is sorted.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -262144")
        connection.execute("PRAGMA temp_store = FILE")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            " AND tbl_name IN ('resident', 'household', 'search_key')"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("BEGIN")
        write_people(connection, desk.place.id, residents, seed)
        for _, statement in indexes:
            connection.execute(statement)
        connection.execute("COMMIT")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def write_people(connection: Any, organisation_id: str, residents: int, seed: int) -> None:
    """The rows of the three tables; the keys are sorted by the database, so that the table is written in its order."""
    connection.execute("CREATE TEMP TABLE unsorted (k TEXT, n INTEGER)")
    maker = People(organisation_id, seed)
    for start in range(1, residents + 1, ROWS_AT_ONCE):
        households, people, keys = maker.part(start, min(start + ROWS_AT_ONCE, residents + 1))
        insert(connection, "household", households)
        insert(connection, "resident", people)
        connection.executemany("INSERT INTO unsorted VALUES (?, ?)", keys)
    connection.execute("INSERT INTO search_key (k, resident_number) SELECT k, n FROM unsorted ORDER BY k, n")
    connection.execute("DROP TABLE unsorted")


def insert(connection: Any, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows with the same columns into a table."""
    columns = list(rows[0])
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    connection.executemany(statement, [tuple(row.values()) for row in rows])


class People:
    """Makes residents from a seed: the same ones every time, but for their ids."""

    def __init__(self, organisation_id: str, seed: int) -> None:
        self._organisation_id = organisation_id
        self._random = Random(seed)
        self._names = {sex: [self._name(sex) for _ in range(NAMES // 2)] for sex in (MALE, FEMALE)}
        self._household: dict[str, Any] = {}

    def _name(self, sex: int) -> str:
        return surname(self._random) + given_name(self._random, sex, self._random.choice((1955, 1985, 2010)))

    def part(self, first: int, end: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[tuple[str, int]]]:
        """Households, residents and keys of the resident numbers from `first` up to but not including `end`."""
        households, people, keys = [], [], []
        for number in range(first, end):
            person_id = new_id()
            if not self._household or number % MEMBERS == 1:
                self._household = self._new_household(number, person_id)
                households.append(self._household)
            person = self._person(number, person_id)
            people.append(person)
            keys.extend((key, number) for key in keys_of_row(person, self._household))
        return households, people, keys

    def _new_household(self, number: int, head_id: str) -> dict[str, Any]:
        return {
            "id": new_id(), "organisation_id": self._organisation_id, "number": str(number), "address": "",
            "group_name": f"{self._random.randint(1, 12)}组", "head_id": head_id, "distance_km": 0.8, "note": "",
            "created_at": CREATED,
        }

    def _person(self, number: int, person_id: str) -> dict[str, Any]:
        random = self._random
        sex = random.choice((MALE, FEMALE))
        born = date(1932, 1, 1) + timedelta(days=random.randrange(34_000))
        name = random.choice(self._names[sex])
        return {
            "id": person_id, "number": number, "organisation_id": self._organisation_id,
            "household_id": self._household["id"], "relation": "户主" if person_id == self._household["head_id"] else "家人",
            "name": name, "name_key": name, "sex": sex, "birth_date": born.isoformat(), "birth_precision": "day",
            "id_number": made_id_number(number, born, sex), "id_number_state": "", "no_id_reason": "",
            "record_no": f"411624{number // 100_000 + 104115:06}{number % 100_000:05}",
            "phone": f"13{random.randrange(10**9):09}", "contact_name": "", "contact_phone": "",
            "current_address": "青石镇柳庄村", "registered_address": "青石镇柳庄村", "residence_type": 1, "ethnic_code": "01",
            "height_cm": 160, "drug_allergy": "[1]", "drug_allergy_note": "", "disability": "[1]", "care_note": "",
            "state": "active", "state_reason": "", "created_at": CREATED, "updated_at": CREATED, "revision": 1,
        }  # fmt: skip


def made_id_number(number: int, born: date, sex: int) -> str:
    """A formally valid number that no other resident of the clinic has."""
    county, sequence = divmod(number, 500)
    first17 = f"{110000 + county:06}{born:%Y%m%d}{2 * sequence + (sex == MALE):03}"
    return first17 + check_character(first17)


def keys_of_row(person: dict[str, Any], household: dict[str, Any]) -> Iterator[str]:
    """The keys of a resident; those of the name are made once for each name."""
    rest = keys_of(
        Findable(
            name_key="",
            readings=(),
            numbers=(person["id_number"], person["phone"], ""),
            phones=(person["phone"], ""),
            record_no=person["record_no"],
            household_id=household["id"],
            group_name=household["group_name"],
            household_number=household["number"],
            is_head=household["head_id"] == person["id"],
            birth_date=date.fromisoformat(person["birth_date"]),
        )
    )
    yield from name_keys(person["name_key"])
    yield from (key for key in rest if not key.startswith(BY_PINYIN))


@lru_cache(maxsize=NAMES)
def name_keys(name: str) -> tuple[str, ...]:
    """The keys that follow from the name alone."""
    keys = keys_of(Findable(name_key=name, readings=name_readings(name)))
    return tuple(key for key in keys if not key.startswith(BY_HOUSEHOLD))


def somebody(desk: Desk, count: int, seed: int = SEED) -> list[Known]:
    """`count` residents of the clinic, chosen by chance."""
    with desk.sessions.engine.connect() as connection:
        highest = connection.exec_driver_sql("SELECT max(number) FROM resident").scalar_one()
        numbers = Random(seed).choices(range(1, highest + 1), k=count)
        statement = "SELECT id, name, id_number, phone FROM resident WHERE number = ?"
        return [Known(*connection.exec_driver_sql(statement, (number,)).one()) for number in numbers]


def say(sentence: str, told: Callable[[str], None] = print) -> None:
    """Tell whoever watches the run what is going on."""
    told(f"  {sentence}")
