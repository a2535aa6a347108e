"""What the tests of stock-takes share: units given out, what is on hand, and a count that was written."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.movements import MovementKind
from app.services.stock_ledger import NewMovement, book
from app.services.stocktakes import Stocktakes
from db.models import StockBatch


def dispense(desk, batch_id, units, kind=MovementKind.DISPENSE, at=None, bearer=""):
    """A movement of units that leave."""
    with desk.sessions.writing() as session:
        book(session, desk, [NewMovement(batch_id, kind, units, at, bearer=bearer)])


def on_hand(desk, batch_id):
    """Units of a batch."""
    with desk.sessions.reading() as session:
        return session.scalar(select(StockBatch.on_hand).where(StockBatch.id == batch_id))


def counted(desk, counts, clock, **how):
    """An opened count in which `counts` (units by batch) were written a minute later."""
    takes = Stocktakes(desk)
    view = takes.open(**how).stocktake
    clock.forward(minutes=1)
    lines = {line.batch_id: line.id for line in view.lines}
    written = {lines[batch_id]: units for batch_id, units in counts.items()}
    return takes.count(view.id, written, view.version).stocktake
