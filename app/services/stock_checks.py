"""账账相符: whether the books of the stock agree with themselves. Findings for the full check; nothing is repaired.

Balance law: mechanisms §3.2; reserved goods: drug_requests §7; trace codes stand for packs that are in the books.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.i18n import tr
from app.services.stock_ledger import wrong_totals
from db.models import Drug, StockBatch, StockMovement, TraceCode

_BATCHES, _MOVEMENTS, _CODES = StockBatch.__table__, StockMovement.__table__, TraceCode.__table__
MOST = 10
"""How many batches a sentence names."""


def stock_totals(desk: Desk) -> list[Message]:
    """The running total of every batch is the sum of its movements."""
    with desk.sessions.reading() as session:
        wrong = wrong_totals(session)
        named = _named(session, [batch_id for batch_id, _, _ in wrong])
    if not wrong:
        return []
    return [msg("有 {count} 个批次的结存和流水对不上：{batches}。", count=len(wrong), batches=named)]


def stock_time_lines(desk: Desk) -> list[Message]:
    """No batch was below zero at any moment of its time line; at one moment what comes counts before what goes."""
    balance = func.sum(_MOVEMENTS.c.quantity).over(
        partition_by=_MOVEMENTS.c.batch_id,
        order_by=[_MOVEMENTS.c.occurred_at, _MOVEMENTS.c.quantity.desc(), _MOVEMENTS.c.id],
        rows=(None, 0),
    )
    running = select(_MOVEMENTS.c.batch_id, balance.label("balance")).subquery()
    below = select(running.c.batch_id).where(running.c.balance < 0).distinct()
    with desk.sessions.reading() as session:
        wrong = list(session.scalars(below))
        named = _named(session, wrong)
    if not wrong:
        return []
    return [msg("有 {count} 个批次在某个时刻的结存小于零：{batches}。", count=len(wrong), batches=named)]


def stock_reservations(desk: Desk) -> list[Message]:
    """What is reserved of a batch is there."""
    bad = (_BATCHES.c.reserved < 0) | (_BATCHES.c.reserved > _BATCHES.c.on_hand)
    with desk.sessions.reading() as session:
        wrong = list(session.scalars(select(_BATCHES.c.id).where(bad)))
        named = _named(session, wrong)
    if not wrong:
        return []
    return [msg("有 {count} 个批次预留的数量多于结存：{batches}。", count=len(wrong), batches=named)]


def trace_code_units(desk: Desk) -> list[Message]:
    """The packs whose codes are here hold no more units than the books; a code that is here has units left."""
    here = (
        select(_CODES.c.batch_id, func.sum(_CODES.c.units_left).label("units"))
        .where(_CODES.c.state == "here")
        .group_by(_CODES.c.batch_id)
        .subquery()
    )
    more = select(_BATCHES.c.id).join_from(_BATCHES, here, here.c.batch_id == _BATCHES.c.id)
    odd = (_CODES.c.units_left < 0) | ((_CODES.c.state == "here") & (_CODES.c.units_left == 0))
    with desk.sessions.reading() as session:
        wrong = list(session.scalars(more.where(here.c.units > _BATCHES.c.on_hand)))
        named = _named(session, wrong)
        count = session.scalar(select(func.count()).select_from(_CODES).where(odd)) or 0
    found = []
    if wrong:
        found.append(msg("有 {count} 个批次的追溯码比结存多：{batches}。", count=len(wrong), batches=named))
    if count:
        found.append(msg("有 {count} 个追溯码的剩余数量不对。", count=count))
    return found


def _named(session: Session, ids: list[str]) -> str:
    """The first batches by drug and number."""
    statement = (
        select(func.coalesce(Drug.generic_name, _BATCHES.c.drug_code), _BATCHES.c.batch_no)
        .join_from(_BATCHES, Drug.__table__, Drug.code == _BATCHES.c.drug_code, isouter=True)
        .where(_BATCHES.c.id.in_(sorted(ids)[:MOST]))
    )
    names = [tr("{drug} 批号 {batch}", drug=row[0], batch=row[1]) for row in session.execute(statement)]
    return tr("、").join(names)
