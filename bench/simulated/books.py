"""What the simulated year remembers of itself: the plain count of every shelf, packs with their codes, how it went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from app.desk import Desk
from bench.simulated.plain import Lot, Outcome, PlainShelf
from db.models import StockBatch, TraceCode

_BATCHES = StockBatch.__table__


class Differs(AssertionError):
    """The program's books and the plain count say different things."""


@dataclass
class Tally:
    """How much happened in the year."""

    days_compared: int = 0
    dispensings: int = 0
    shipments: int = 0
    rejected_lines: int = 0
    counts: int = 0
    count_differences: int = 0
    losses: int = 0
    expired: int = 0
    settlements: int = 0
    checks: int = 0
    shortages: int = 0
    late_deliveries: int = 0
    short_deliveries: int = 0
    packs_coded: int = 0


@dataclass
class YearBooks:
    """The plain count of all shelves by organisation, what was asked for, and how it went."""

    shelves: dict[str, PlainShelf] = field(default_factory=dict)
    packs: dict[tuple[str, Lot], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    tally: Tally = field(default_factory=Tally)
    ours: Outcome = field(default_factory=Outcome)
    asked: dict[tuple[int, str, str], int] = field(default_factory=dict)
    """Units by clinic, month and drug."""

    def add_shelf(self, owner: str, packs: Mapping[str, int]) -> None:
        """An empty shelf; `packs` the units of a pack by drug."""
        self.shelves[owner] = PlainShelf(packs)

    def add_packs(self, owner: str, lot: Lot, codes: tuple[str, ...], units: int, pack: int) -> None:
        """Packs with codes come: full ones, the last holds what is left."""
        for code in codes:
            part = min(pack, units)
            self.packs[owner, lot][code] = part
            units -= part

    def use_packs(self, owner: str, lot: Lot, units: int) -> tuple[str, ...]:
        """The packs out of which so many units of a lot go, opened ones first; they are counted down."""
        used = []
        for code, left in sorted(self.packs[owner, lot].items(), key=lambda item: (item[1], item[0])):
            part = min(units, left)
            if part:
                self.packs[owner, lot][code] = left - part
                units -= part
                used.append(code)
        return tuple(used)

    def full_packs(self, owner: str, lot: Lot, units: int, pack: int) -> tuple[str, ...]:
        """Unopened packs for so many units of a lot; they leave this owner."""
        held = self.packs[owner, lot]
        chosen = sorted(code for code, left in held.items() if left == pack)[: -(-units // pack)]
        for code in chosen:
            held[code] = 0
        return tuple(chosen)


def batch_ids(desk: Desk) -> dict[Lot, str]:
    """The batches on a desk's own shelf by lot."""
    statement = select(_BATCHES).where(_BATCHES.c.organisation_id == desk.place.id)
    with desk.sessions.reading() as session:
        rows = session.execute(statement).all()
    return {(row.drug_code, row.batch_no, row.expiry, row.price_fen): row.id for row in rows}


def compare(desk: Desk, shelf: PlainShelf, day: date) -> None:
    """Raise Differs unless every batch of a desk's shelf is what the plain count says."""
    columns = (_BATCHES.c.drug_code, _BATCHES.c.batch_no, _BATCHES.c.expiry, _BATCHES.c.price_fen, _BATCHES.c.on_hand)
    statement = select(*columns).where(_BATCHES.c.organisation_id == desk.place.id, _BATCHES.c.on_hand != 0)
    with desk.sessions.reading() as session:
        found = {(row[0], row[1], row[2], row[3]): row[4] for row in session.execute(statement)}
    expected = shelf.standing()
    if found != expected:
        odd = {lot: (found.get(lot), expected.get(lot)) for lot in found.keys() | expected.keys()
               if found.get(lot) != expected.get(lot)}
        raise Differs(f"{day} {desk.place.name}: (program, plain count) {odd}")


def compare_codes(desk: Desk, books: YearBooks) -> int:
    """Raise Differs unless every pack of a desk holds what the plain count says; gives how many packs there are."""
    with desk.sessions.reading() as session:
        found = {row.code: row.units_left for row in session.scalars(select(TraceCode))}
    expected = {}
    for (owner, _lot), packs in books.packs.items():
        if owner == desk.place.id:
            expected.update(packs)
    if found != expected:
        odd = [code for code in found.keys() | expected.keys() if found.get(code) != expected.get(code)]
        raise Differs(f"{desk.place.name}: {len(odd)} packs differ, such as {sorted(odd)[:3]}")
    return len(found)
