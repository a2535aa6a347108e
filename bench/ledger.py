"""A clinic's stock ledger to measure on: ten years, 400 drugs, 200,000 movements, written straight into the tables.

Every drug gets a delivery a month, one that is seldom asked for a delivery a quarter, and is dispensed in between, first
expired first out, so that one to four of its batches are open; no batch is ever below zero, and the running totals are the
sums. tests/bench lets the program's own checks look at it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from app.desk import Desk
from app.services.catalogue import Catalogue
from bench.people import SEED, insert
from db.cipher import connect
from db.models import new_id

DRUGS, MOVEMENTS, YEARS = 400, 200_000, 10
LASTS = timedelta(days=730)
AT_ONCE = 20_000
UNITS = (7, 42)
"""What one dispensing takes, both included."""


@dataclass
class _Stack:
    batch_id: str
    units: int


@dataclass
class _Written:
    batches: list[dict[str, Any]] = field(default_factory=list)
    movements: list[dict[str, Any]] = field(default_factory=list)


def fill_ledger(desk: Desk, movements: int = MOVEMENTS, drugs: int = DRUGS, seed: int = SEED) -> list[str]:
    """Put about so many movements of so many drugs into a clinic's empty ledger; gives the codes of the drugs."""
    Catalogue(desk).ensure_starter()
    file = desk.sessions.file
    assert file is not None
    desk.sessions.close()
    connection = connect(file, desk.sessions.key, "rw", foreign_keys=False)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        codes = listed(connection, drugs)
        written = _Written()
        random = Random(seed)
        for code in codes:
            Course(desk, code, random, written).run(movements // drugs)
        written.movements.sort(key=lambda row: row["occurred_at"])
        insert(connection, "stock_batch", written.batches)
        for start in range(0, len(written.movements), AT_ONCE):
            insert(connection, "stock_movement", written.movements[start : start + AT_ONCE])
        connection.execute("COMMIT")
    finally:
        connection.close()
    return codes


def listed(connection: Any, drugs: int) -> list[str]:
    """The codes of so many drugs; where the catalogue has fewer, products are listed again under other codes."""
    columns = [row[1] for row in connection.execute("PRAGMA table_info(drug)")]
    rows = [dict(zip(columns, row, strict=True)) for row in connection.execute("SELECT * FROM drug ORDER BY code")]
    made = [{**rows[number % len(rows)], "id": new_id(), "code": f"B{number:05}"} for number in range(len(rows), drugs)]
    if made:
        insert(connection, "drug", made)
    return [row["code"] for row in (rows + made)[:drugs]]


class Course:
    """Ten years of one drug."""

    def __init__(self, desk: Desk, code: str, random: Random, written: _Written) -> None:
        self._desk = desk
        self._code = code
        self._random = random
        self._written = written
        self._shelf: list[_Stack] = []
        self._on_hand: dict[str, dict[str, Any]] = {}

    def run(self, movements: int) -> None:
        """A delivery a month or a quarter, and so many dispensings in between that `movements` come about."""
        days = YEARS * 365
        first = self._desk.today() - timedelta(days=days)
        deliveries = YEARS * (12 if movements >= 4 * 12 * YEARS else 4)
        # About one dispensing in five takes the rest of one batch and the beginning of the next.
        use = max(1, (movements - deliveries) * 5 // 6)
        target = max(UNITS[1], use * sum(UNITS) // deliveries)
        moments = sorted(
            [(number * days // deliveries, True) for number in range(deliveries)]
            + [(self._random.randrange(days), False) for _ in range(use)],
            key=lambda moment: (moment[0], not moment[1]),
        )
        for offset, is_delivery in moments:
            day = first + timedelta(days=offset)
            if is_delivery:
                missing = target - sum(stack.units for stack in self._shelf)
                if missing >= target // 4:
                    self._deliver(day, missing)
            else:
                self._give(day, self._random.randint(*UNITS))

    def _deliver(self, day: date, units: int) -> None:
        batch = {
            "id": new_id(), "organisation_id": self._desk.place.id, "drug_code": self._code,
            "batch_no": f"{day:%y%m%d}{self._random.randrange(100):02}", "expiry": (day + LASTS).isoformat(),
            "manufacturer": "某制药有限公司", "price_fen": self._random.randint(200, 6000), "units_per_pack": 28,
            "on_hand": 0, "reserved": 0, "hold": "", "received_on": day.isoformat(),
        }  # fmt: skip
        self._written.batches.append(batch)
        self._on_hand[batch["id"]] = batch
        self._shelf.append(_Stack(batch["id"], units))
        self._move(batch["id"], units, "receipt", _at(day, 0))

    def _give(self, day: date, units: int) -> None:
        at = _at(day, self._random.randint(60, 500))
        for stack in self._shelf:
            taken = min(stack.units, units)
            if taken:
                stack.units -= taken
                units -= taken
                self._move(stack.batch_id, -taken, "dispense", at)
        self._shelf = [stack for stack in self._shelf if stack.units]

    def _move(self, batch_id: str, units: int, kind: str, at: datetime) -> None:
        self._on_hand[batch_id]["on_hand"] += units
        moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        self._written.movements.append({
            "id": new_id(), "organisation_id": self._desk.place.id, "batch_id": batch_id, "drug_code": self._code,
            "quantity": units, "kind": kind, "occurred_on": at.astimezone().date().isoformat(), "occurred_at": moment,
            "entered_at": moment, "user_id": self._desk.actor.user_id, "user_name": "王明",
            "document": "dispensing" if units < 0 else "shipment", "document_id": None, "resident_id": None,
            "reason": "", "bearer": "", "reverses_id": None,
        })  # fmt: skip


def _at(day: date, minutes: int) -> datetime:
    """Minutes after eight in the morning of a local day."""
    return datetime.combine(day, time(8)).astimezone() + timedelta(minutes=minutes)
