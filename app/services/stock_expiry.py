"""近效期: which batches are expired or near it, what of them can't be used in time, and what is proposed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.batches import Batch, ExpiryLevel, usable_before_expiry
from app.domain.expiry_actions import ExpiryAction, proposed_action
from app.domain.stock_value import value_fen
from app.services.stock_cards import BatchRow, batch_row
from app.services.stock_positions import Position, domain_batch, positions
from db.models import StockBatch

_BATCHES = StockBatch.__table__
URGENCY = (ExpiryLevel.EXPIRED, ExpiryLevel.RED, ExpiryLevel.ORANGE, ExpiryLevel.YELLOW)


PRESSING = (ExpiryLevel.EXPIRED, ExpiryLevel.RED, ExpiryLevel.ORANGE)
"""The levels that somebody should see to now."""


@dataclass(frozen=True)
class NearExpiry:
    """One batch of the list. `unused` units can't be used before the expiry at the present use; None: use unknown."""

    drug_code: str
    name: str
    strength: str
    unit: str
    batch: BatchRow
    unused: int | None
    unused_value_fen: int | None
    action: ExpiryAction | None


def near_expiry(
    session: Session, organisation_id: str, today: date, levels: tuple[int, int, int]
) -> list[NearExpiry]:
    """Every batch on the shelf that is expired or within the days of yellow, the most urgent first.

    `levels` are the days of red, orange and yellow, from the settings.
    """
    last = today + timedelta(days=max(levels) - 1)
    statement = select(_BATCHES).where(
        _BATCHES.c.organisation_id == organisation_id, _BATCHES.c.on_hand > 0, _BATCHES.c.expiry <= last
    )
    near = session.execute(statement).all()
    codes = {row.drug_code for row in near}
    if not codes:
        return []
    known = positions(session, organisation_id, today, codes)
    counted = _counted(session, organisation_id, known, today)
    found = []
    for row in near:
        drug = known.get(row.drug_code)
        if drug is None:
            continue
        batch = batch_row(row, today, levels)
        unused = _unused(drug, batch, counted[row.id])
        value = None if unused is None else value_fen(unused, row.price_fen, row.units_per_pack)
        action = proposed_action(batch.level, batch.days, unused, held=bool(row.hold))
        found.append(
            NearExpiry(drug.drug_code, drug.name, drug.strength, drug.unit, batch, unused, value, action)
        )
    return sorted(found, key=lambda row: (URGENCY.index(row.batch.level), row.batch.expiry, row.name, row.batch.batch_no))


def pressing(found: Iterable[NearExpiry]) -> int:
    """How many batches are expired, red or orange."""
    return sum(row.batch.level in PRESSING for row in found)


def _unused(drug: Position, batch: BatchRow, counted: int) -> int | None:
    """Without known use nobody can say; what is not used at all stays, as does what may not be used."""
    if not batch.is_usable or drug.amc == 0:
        return batch.on_hand
    return None if drug.amc is None else batch.on_hand - counted


def _counted(
    session: Session, organisation_id: str, known: dict[str, Position], today: date
) -> dict[str, int]:
    """Units of each batch that will be used in time, first expired first out over all batches of its drug."""
    statement = select(_BATCHES).where(
        _BATCHES.c.organisation_id == organisation_id,
        _BATCHES.c.on_hand > 0,
        _BATCHES.c.drug_code.in_(known),
    )
    shelves: dict[str, list[tuple[str, Batch]]] = {}
    for row in session.execute(statement.order_by(_BATCHES.c.id)):
        shelves.setdefault(row.drug_code, []).append((row.id, domain_batch(row)))
    units: dict[str, int] = {}
    for code, shelf in shelves.items():
        counted = usable_before_expiry([batch for _, batch in shelf], known[code].amc, today)
        for batch_id, batch in shelf:
            share = min(batch.units, counted[batch])
            counted[batch] -= share
            units[batch_id] = share
    return units
