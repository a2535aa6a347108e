"""The shelf of a sample clinic while its year is written: batches with what is on hand, packs with their codes.

It writes movements, scans and batches as rows of the sample's ledger, and keeps the law that the program keeps: first
expired first out, never below zero, a code for every pack that came with one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count

from app.demo.drugs import SampleDrug, trace_code
from app.demo.ledger import Ledger
from app.domain.movements import RETURNED_HOLD, MovementKind
from app.domain.trace_codes import CodeState, codes_for, shared_out
from db.models import StockBatch, StockMovement, TraceCode, TraceScan

MAKERS = ("豫东示例制药", "淮阳示例药业", "沙颍示例制药", "太昊示例药业")


@dataclass
class Pack:
    """One pack with its code."""

    code: str
    movement_id: str
    left: int


@dataclass
class ShelfBatch:
    """A batch on the shelf."""

    id: str
    drug: SampleDrug
    batch_no: str
    expiry: date
    received_on: date
    manufacturer: str
    hold: str = ""
    on_hand: int = 0
    moved_on: date | None = None
    packs: list[Pack] = field(default_factory=list)


@dataclass(frozen=True)
class Paper:
    """What movements belong to: document, its id, the resident, a reason, and who bears a loss."""

    document: str
    id: str
    resident_id: str | None = None
    reason: str = ""
    bearer: str = ""


@dataclass(frozen=True)
class Taken:
    """Units of a batch that left with one movement."""

    batch: ShelfBatch
    units: int
    movement_id: str


class Shelf:
    """The shelf of the desk's own organisation."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.batches: dict[str, list[ShelfBatch]] = defaultdict(list)
        self._numbers = count(1)
        self._codes = count(1)

    def on_hand(self, code: str, day: date | None = None) -> int:
        """Units of a drug that may be used; `day` leaves out what has expired by then."""
        return sum(
            batch.on_hand
            for batch in self.batches[code]
            if not batch.hold and (day is None or batch.expiry >= day)
        )

    def all(self) -> Iterator[ShelfBatch]:
        """Every batch, drug by drug."""
        for code in sorted(self.batches):
            yield from self.batches[code]

    def new_batch(
        self, drug: SampleDrug, expiry: date, at: datetime, *, hold: str = "", like: ShelfBatch | None = None
    ) -> ShelfBatch:
        """A batch that nothing is booked in yet. `like` gives the number and maker of goods that lie apart."""
        number = next(self._numbers)
        batch = ShelfBatch(
            self.ledger.id_at(at), drug, like.batch_no if like else f"{at:%y%m}{number:04d}", expiry, at.date(),
            like.manufacturer if like else MAKERS[number % len(MAKERS)], hold,
        )  # fmt: skip
        self.batches[drug.code].append(batch)
        return batch

    def bring(
        self, batch: ShelfBatch, units: int, kind: MovementKind, at: datetime, paper: Paper, *, codes: tuple[str, ...] = ()
    ) -> str:
        """Book what comes in, with the codes of its packs; gives the movement's id."""
        movement_id = self._move(batch, units, kind, at, paper)
        for code, part in zip(codes, shared_out(units, batch.drug.units_per_pack, len(codes)), strict=True):
            batch.packs.append(Pack(code, movement_id, part))
            self._scan(code, movement_id, part, at)
        return movement_id

    def take(
        self, drug: SampleDrug, units: int, kind: MovementKind, at: datetime, paper: Paper
    ) -> tuple[Taken, ...]:
        """Take units, the first to expire first. Takes nothing when there are not enough."""
        day = at.date()
        usable = sorted(
            (
                batch
                for batch in self.batches[drug.code]
                if batch.on_hand and not batch.hold and batch.expiry >= day
            ),
            key=lambda batch: (batch.expiry, batch.received_on, batch.batch_no),
        )
        if sum(batch.on_hand for batch in usable) < units:
            return ()
        taken = []
        for batch in usable:
            part = min(units, batch.on_hand)
            if part:
                taken.append(Taken(batch, part, self.take_from(batch, part, kind, at, paper)))
                units -= part
        return tuple(taken)

    def take_from(self, batch: ShelfBatch, units: int, kind: MovementKind, at: datetime, paper: Paper) -> str:
        """Take units of one batch: opened packs first, then those without a code, then full ones."""
        uncoded = batch.on_hand - sum(pack.left for pack in batch.packs)
        movement_id = self._move(batch, units, kind, at, paper)
        units -= min(units, uncoded)
        for pack in sorted(batch.packs, key=lambda pack: (pack.left, pack.code)):
            part = min(units, pack.left)
            if part:
                pack.left -= part
                units -= part
                self._scan(pack.code, movement_id, part, at)
        return movement_id

    def fresh_codes(self, drug: SampleDrug, units: int) -> tuple[str, ...]:
        """New codes for the packs of so many units."""
        return tuple(
            trace_code(drug.trace_prefix, next(self._codes)) for _ in range(codes_for(units, drug.units_per_pack))
        )

    def write(self) -> None:
        """The batches and their packs as they are now."""
        place = self.ledger.desk.place.id
        for batch in self.all():
            self.ledger.add(
                StockBatch.__table__,
                {
                    "id": batch.id, "organisation_id": place, "drug_code": batch.drug.code, "batch_no": batch.batch_no,
                    "expiry": batch.expiry, "manufacturer": batch.manufacturer, "price_fen": batch.drug.price_fen,
                    "units_per_pack": batch.drug.units_per_pack, "on_hand": batch.on_hand, "reserved": 0,
                    "hold": batch.hold, "received_on": batch.received_on,
                },
            )  # fmt: skip
            for pack in batch.packs:
                self.ledger.add(
                    TraceCode.__table__,
                    {
                        "code": pack.code, "organisation_id": place, "drug_code": batch.drug.code, "batch_id": batch.id,
                        "units_left": pack.left, "received_by_id": pack.movement_id,
                        "state": (CodeState.HERE if pack.left else CodeState.USED).value,
                    },
                )  # fmt: skip

    def _move(self, batch: ShelfBatch, units: int, kind: MovementKind, at: datetime, paper: Paper) -> str:
        assert batch.hold != RETURNED_HOLD or kind is MovementKind.RETURN_FROM_RESIDENT, "goods that lie apart stay there"
        batch.on_hand += kind.sign * units
        batch.moved_on = at.date()
        assert batch.on_hand >= 0, "the sample's own shelf would be below zero"
        movement_id = self.ledger.id_at(at)
        actor = self.ledger.desk.actor
        self.ledger.add(
            StockMovement.__table__,
            {
                "id": movement_id, "organisation_id": self.ledger.desk.place.id, "batch_id": batch.id,
                "drug_code": batch.drug.code, "quantity": kind.sign * units, "kind": kind.value,
                "occurred_on": at.astimezone().date(), "occurred_at": at, "entered_at": at, "user_id": actor.user_id,
                "user_name": actor.name, "document": paper.document, "document_id": paper.id,
                "resident_id": paper.resident_id, "reason": paper.reason, "bearer": paper.bearer, "reverses_id": None,
            },
        )  # fmt: skip
        return movement_id

    def _scan(self, code: str, movement_id: str, units: int, at: datetime) -> None:
        row = {"id": self.ledger.id_at(at), "code": code, "movement_id": movement_id, "quantity": units}
        self.ledger.add(TraceScan.__table__, row)
