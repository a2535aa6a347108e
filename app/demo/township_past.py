"""What the sample township sent in the months that are over to villages that are not played: delivery notes by hand.

Three of its villages would leave a shelf on which nothing moves. With these the shelf shows what a real one shows: most
drugs last a month or two, one is low, one has run out, one is too much, one nobody asks for.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.township_supply import KEPT, Months, Staff
from app.desk import Desk
from app.domain.movements import MovementKind
from app.services.stock import Stock
from app.services.stock_ledger import NewMovement, book
from app.services.stock_positions import Position
from app.services.trace_codes import scan_out
from db.models import StockBatch, TraceCode

LASTS = {"VD095": 0.0, "VD055": 0.6, "VD152": 6.0}
"""Months that these drugs are to last; the others `USUAL` ones."""
USUAL = (1.3, 1.7, 1.5, 1.2)
NEVER_ASKED = frozenset({"VD085"})
DAYS = (20, 12)
"""The days of the two months on which the other villages were served."""
WHY = "开始用本系统以前已约定的村，手工送货单"


def send_by_hand(staff: Staff, months: Months) -> None:
    """Issues to other villages in the two months that are over, as much as lets each drug last as it should."""
    shelf = {row.drug_code: row for row in Stock(staff.pharmacist).balances().rows}
    for number, code in enumerate(KEPT):
        row = shelf.get(code)
        if row is None or code in NEVER_ASKED:
            continue
        packs = _packs(row, LASTS.get(code, USUAL[number % len(USUAL)]))
        for month, day, share in zip((months.before_last, months.last), DAYS, (packs // 2, packs - packs // 2), strict=True):
            then = staff.at(months.moment(month, day)).pharmacist
            with then.sessions.writing() as session:
                _issue(session, then, code, share)


def _packs(row: Position, lasts: float) -> int:
    """Packs more that must have gone for the shelf to last so many months; what is reserved stays."""
    days = row.consumption.days or 60
    used = float(row.amc or 0) * days / 30
    more = (row.usable - lasts * 30 / days * used) / (1 + lasts * 30 / days)
    return max(0, min(int(more), row.usable - row.reserved) // row.units_per_pack)


def _issue(session: Session, desk: Desk, code: str, packs: int) -> None:
    """Whole packs of the batches that were there, the first to expire first, with their codes where they have some."""
    batches = session.scalars(
        select(StockBatch)
        .where(
            StockBatch.organisation_id == desk.place.id, StockBatch.drug_code == code, StockBatch.hold == "",
            StockBatch.received_on <= desk.today(),
        )
        .order_by(StockBatch.expiry, StockBatch.id)
    ).all()  # fmt: skip
    for batch in batches:
        taken = min(packs, (batch.on_hand - batch.reserved) // batch.units_per_pack)
        if taken > 0:
            packs -= taken
            entry = NewMovement(
                batch.id, MovementKind.ISSUE, taken * batch.units_per_pack, desk.now(), document="paper", reason=WHY
            )
            (booked,) = book(session, desk, [entry])
            codes = _codes(session, desk, batch.id, taken)
            if codes:
                scan_out(session, desk, booked.id, codes)


def _codes(session: Session, desk: Desk, batch_id: str, packs: int) -> Sequence[str]:
    query = select(TraceCode.code).where(
        TraceCode.organisation_id == desk.place.id, TraceCode.batch_id == batch_id, TraceCode.state == "here"
    )
    return session.scalars(query.order_by(TraceCode.code.desc()).limit(packs)).all()
