"""台账卡: every movement of one drug with the balance after it, and its batches. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.domain.batches import ExpiryLevel, days_left, expiry_level
from app.domain.movements import Bearer, MovementKind, usable_on
from app.domain.stock_value import value_fen
from app.services.stock_documents import documents
from db.models import Drug, Resident, Shipment, StockBatch, StockMovement

_BATCHES, _MOVEMENTS, _RESIDENTS = StockBatch.__table__, StockMovement.__table__, Resident.__table__


@dataclass(frozen=True)
class CardRow:
    """One movement. `change` signed; `balance` of the drug after it, `batch_balance` of the batch.

    `number` of the document, where it has one; `party` the resident or whom it came from or went to, else "".
    """

    movement_id: str
    at: datetime
    entered_at: datetime
    kind: MovementKind
    change: int
    balance: int
    batch_id: str
    batch_no: str
    expiry: date | None
    batch_balance: int
    document: str
    document_id: str | None
    number: str
    party: str
    user_name: str
    reason: str
    bearer: Bearer | None
    is_reversal: bool
    is_reversed: bool


@dataclass(frozen=True)
class LedgerCard:
    """The card from `since` to `until`, both included: what stood there before, the movements, what stands after."""

    drug_code: str
    name: str
    strength: str
    unit: str
    since: date | None
    until: date
    opening: int
    rows: tuple[CardRow, ...]
    closing: int

    @property
    def came(self) -> int:
        """Units that came in the time of the card."""
        return sum(row.change for row in self.rows if row.change > 0)

    @property
    def went(self) -> int:
        """Units that went in the time of the card."""
        return -sum(row.change for row in self.rows if row.change < 0)


@dataclass(frozen=True)
class BatchRow:
    """One batch on the shelf. `days` that it may still be used, today counted; `hold` as in stock_holds, or ""."""

    batch_id: str
    batch_no: str
    expiry: date | None
    days: int | None
    level: ExpiryLevel
    manufacturer: str
    price_fen: int | None
    units_per_pack: int
    on_hand: int
    reserved: int
    hold: str
    received_on: date
    is_usable: bool
    value_fen: int | None


def ledger_card(
    session: Session, organisation_id: str, drug_code: str, since: date | None, until: date
) -> LedgerCard | None:
    """The card of a drug on one shelf; `since` None from the first movement on. None for an unknown drug.

    At one moment what comes stands before what goes, as the time line of a batch counts it.
    """
    drug = session.execute(
        select(Drug.generic_name, Drug.strength, Drug.unit).where(Drug.code == drug_code)
    ).one_or_none()
    if drug is None:
        return None
    begin = None if since is None else _midnight(since)
    end = _midnight(until + timedelta(days=1))
    before = _balances_before(session, organisation_id, drug_code, begin)
    opening = sum(before.values())
    rows = _card_rows(session, _moved(session, organisation_id, drug_code, begin, end), opening, before)
    closing = rows[-1].balance if rows else opening
    return LedgerCard(
        drug_code, drug.generic_name, drug.strength, drug.unit, since, until, opening, tuple(rows), closing
    )


def batch_rows(
    session: Session, organisation_id: str, drug_code: str, today: date, *, also_empty: bool = False
) -> list[BatchRow]:
    """The batches of a drug on one shelf, the first to expire first; those that are used up only when asked for."""
    statement = select(_BATCHES).where(
        _BATCHES.c.organisation_id == organisation_id, _BATCHES.c.drug_code == drug_code
    )
    if not also_empty:
        statement = statement.where(_BATCHES.c.on_hand > 0)
    rows = [batch_row(row, today) for row in session.execute(statement)]
    return sorted(rows, key=lambda row: (row.expiry or date.max, row.received_on, row.batch_no, row.batch_id))


def batch_row(row: Row[Any], today: date, levels: tuple[int, int, int] | None = None) -> BatchRow:
    """A stored batch as the lists show it; `levels` the days of red, orange and yellow, None the usual ones."""
    red, orange, yellow = levels or (None, None, None)
    limits = {} if red is None else {"red": red, "orange": orange, "yellow": yellow}
    return BatchRow(
        batch_id=row.id,
        batch_no=row.batch_no,
        expiry=row.expiry,
        days=None if row.expiry is None else days_left(row.expiry, today),
        level=expiry_level(row.expiry, today, **limits),
        manufacturer=row.manufacturer,
        price_fen=row.price_fen,
        units_per_pack=row.units_per_pack,
        on_hand=row.on_hand,
        reserved=row.reserved,
        hold=row.hold,
        received_on=row.received_on,
        is_usable=usable_on(row.expiry, row.hold, today),
        value_fen=value_fen(row.on_hand, row.price_fen, row.units_per_pack),
    )


def _midnight(day: date) -> datetime:
    """The beginning of a local day, in UTC."""
    return datetime.combine(day, time.min).astimezone(UTC)


def _balances_before(
    session: Session, organisation_id: str, drug_code: str, begin: datetime | None
) -> dict[str, int]:
    if begin is None:
        return {}
    summed = (
        select(_MOVEMENTS.c.batch_id, func.sum(_MOVEMENTS.c.quantity))
        .where(
            _MOVEMENTS.c.organisation_id == organisation_id,
            _MOVEMENTS.c.drug_code == drug_code,
            _MOVEMENTS.c.occurred_at < begin,
        )
        .group_by(_MOVEMENTS.c.batch_id)
    )
    return {row.batch_id: int(row[1]) for row in session.execute(summed)}


def _moved(
    session: Session, organisation_id: str, drug_code: str, begin: datetime | None, end: datetime
) -> Sequence[Row[Any]]:
    reversing = _MOVEMENTS.alias("reversing")
    statement = (
        select(
            _MOVEMENTS, _BATCHES.c.batch_no, _BATCHES.c.expiry, _RESIDENTS.c.name.label("resident_name"),
            reversing.c.id.label("reversed_by"),
        )
        .join_from(_MOVEMENTS, _BATCHES, _BATCHES.c.id == _MOVEMENTS.c.batch_id)
        .join(_RESIDENTS, _RESIDENTS.c.id == _MOVEMENTS.c.resident_id, isouter=True)
        .join(reversing, reversing.c.reverses_id == _MOVEMENTS.c.id, isouter=True)
        .where(
            _MOVEMENTS.c.organisation_id == organisation_id,
            _MOVEMENTS.c.drug_code == drug_code,
            _MOVEMENTS.c.occurred_at < end,
        )
    )  # fmt: skip
    if begin is not None:
        statement = statement.where(_MOVEMENTS.c.occurred_at >= begin)
    rows = session.execute(statement).all()
    return sorted(rows, key=lambda row: (row.occurred_at, row.quantity < 0, row.id))


def _card_rows(
    session: Session, moved: Sequence[Row[Any]], opening: int, by_batch: dict[str, int]
) -> list[CardRow]:
    told = _told(session, (row.document_id for row in moved if row.document_id))
    balance, rows = opening, []
    for row in moved:
        balance += row.quantity
        by_batch[row.batch_id] = by_batch.get(row.batch_id, 0) + row.quantity
        number, party = told.get(row.document_id or "", ("", ""))
        rows.append(
            CardRow(
                movement_id=row.id,
                at=row.occurred_at,
                entered_at=row.entered_at,
                kind=MovementKind(row.kind),
                change=row.quantity,
                balance=balance,
                batch_id=row.batch_id,
                batch_no=row.batch_no,
                expiry=row.expiry,
                batch_balance=by_batch[row.batch_id],
                document=row.document,
                document_id=row.document_id,
                number=number,
                party=row.resident_name or party,
                user_name=row.user_name,
                reason=row.reason,
                bearer=Bearer(row.bearer) if row.bearer else None,
                is_reversal=row.reverses_id is not None,
                is_reversed=row.reversed_by is not None,
            )
        )
    return rows


def _told(session: Session, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Number and party of documents and shipments, by id."""
    wanted = sorted(set(ids))
    told = {
        found: (str(kept.get("number") or ""), str(kept.get("party") or ""))
        for found, kept in documents(session, wanted).items()
    }
    for begin in range(0, len(wanted), 500):
        shipments = select(Shipment.id, Shipment.number).where(Shipment.id.in_(wanted[begin : begin + 500]))
        told.update({row.id: (row.number, "") for row in session.execute(shipments)})
    return told
