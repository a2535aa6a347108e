"""库存台账: the only writer of movements and of a batch's running total. Everything else in the stock goes through `book`.

It runs in the caller's unit of work and commits nothing, so that a receipt of forty lines or a dispensing of three
stands as a whole or not at all. A movement is never changed: `reverse` writes its opposite.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import LARGEST_QUANTITY, MovementKind, is_possible_quantity, lowest_point, usable_on
from app.domain.stocktake import StocktakeState
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused, refuse
from db.models import ClosedMonth, Drug, StockBatch, StockMovement, Stocktake, StocktakeLine, new_id

_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__
RETURNED_HOLD = "returned"
"""What a resident brings back lies apart and is never dispensed again."""


@dataclass(frozen=True)
class BatchKey:
    """What makes goods the same batch (drug_requests §6.3). `price_fen` of a pack of `units_per_pack` units."""

    drug_code: str
    batch_no: str
    expiry: date | None
    manufacturer: str = ""
    price_fen: int | None = None
    units_per_pack: int = 1


@dataclass(frozen=True)
class NewMovement:
    """One movement to be booked. `quantity` in dispensing units without a sign; `kind` gives the sign.

    `occurred_at` None is now. `code` names the line of a form beside which a refusal stands.
    """

    batch_id: str
    kind: MovementKind
    quantity: int
    occurred_at: datetime | None = None
    document: str = ""
    document_id: str | None = None
    resident_id: str | None = None
    reason: str = ""
    bearer: str = ""
    reverses_id: str | None = None
    code: str = "quantity"


@dataclass(frozen=True)
class Booked:
    """A movement as it was written; `quantity` signed."""

    id: str
    batch_id: str
    quantity: int


def find_or_make_batch(
    session: Session, desk: Desk, key: BatchKey, received_on: date, *, organisation_id: str = "", hold: str = ""
) -> str:
    """The id of the batch on the shelf of this desk (or of `organisation_id`), made when it is new there.

    Raises Refused for a batch without a number or without an expiry: such goods can't be told apart or traced.
    """
    if not key.batch_no.strip():
        raise refuse("batch_no", msg("请填写批号。没有批号的药品不能入库。"))
    if key.expiry is None:
        raise refuse("expiry", msg("请填写有效期。没有有效期的批次不能入库。"))
    owner = organisation_id or desk.place.id
    known = session.execute(
        select(_BATCHES.c.id).where(
            _BATCHES.c.organisation_id == owner,
            _BATCHES.c.drug_code == key.drug_code,
            _BATCHES.c.batch_no == key.batch_no,
            _BATCHES.c.expiry == key.expiry,
            _BATCHES.c.manufacturer == key.manufacturer,
            _BATCHES.c.price_fen.is_not_distinct_from(key.price_fen),
            (_BATCHES.c.hold == hold) if hold == RETURNED_HOLD else (_BATCHES.c.hold != RETURNED_HOLD),
        )
    ).scalar()
    if known is not None:
        return str(known)
    batch_id = new_id()
    session.execute(
        insert(_BATCHES).values(
            id=batch_id,
            organisation_id=owner,
            drug_code=key.drug_code,
            batch_no=key.batch_no,
            expiry=key.expiry,
            manufacturer=key.manufacturer,
            price_fen=key.price_fen,
            units_per_pack=key.units_per_pack,
            on_hand=0,
            reserved=0,
            hold=hold,
            received_on=received_on,
        )
    )
    return batch_id


def book(session: Session, desk: Desk, entries: Sequence[NewMovement]) -> tuple[Booked, ...]:
    """Write movements and the running totals of their batches, all or none.

    Raises Refused with one sentence for each entry that can't be: not a whole number of units, in the future, in a
    closed month, before a finalised count of the batch, held or expired goods to people, or the batch would have been
    below zero at some moment of its time line.
    """
    if not entries:
        return ()
    now = desk.now()
    batches = _batches(session, {entry.batch_id for entry in entries})
    problems = [problem for entry in entries for problem in _entry_problems(session, desk, entry, batches, now)]
    if not problems:
        problems = _time_line_problems(session, entries, batches, now)
    if problems:
        raise Refused(problems)
    rows = [_row(desk, entry, batches[entry.batch_id], now) for entry in entries]
    session.execute(insert(_MOVEMENTS), rows)
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["batch_id"]] += row["quantity"]
    for batch_id, units in sums.items():
        session.execute(
            update(_BATCHES).where(_BATCHES.c.id == batch_id).values(on_hand=_BATCHES.c.on_hand + units)
        )
    return tuple(Booked(row["id"], row["batch_id"], row["quantity"]) for row in rows)


def reverse(session: Session, desk: Desk, movement_id: str, reason: str) -> Booked:
    """Write the opposite of a movement, dated now. Raises Refused when it was reversed before, or without a reason."""
    if not reason.strip():
        raise refuse("reason", msg("请写明冲销的原因。"))
    row = session.execute(select(_MOVEMENTS).where(_MOVEMENTS.c.id == movement_id)).one_or_none()
    if row is None:
        raise refuse("movement", msg("没有找到这笔出入库记录。请刷新后再试。"))
    done = session.execute(select(_MOVEMENTS.c.id).where(_MOVEMENTS.c.reverses_id == movement_id)).first()
    if done is not None or row.reverses_id is not None:
        raise refuse("movement", msg("这笔记录已经冲销过，不能再冲销一次。"))
    counted_at = _last_counts(session, {row.batch_id}).get(row.batch_id)
    if counted_at is not None and row.occurred_at < counted_at:
        raise refuse("movement", msg("这笔记录早于已完成的盘点，不能冲销：请用新的盘点更正。"))
    now = desk.now()
    batches = _batches(session, {row.batch_id})
    problem = lowest_point(_time_line(session, {row.batch_id})[row.batch_id], [(now, -row.quantity)])
    if problem is not None:
        raise refuse("movement", _below_zero(batches[row.batch_id], problem.missing, problem.at))
    values = {
        "id": new_id(),
        "organisation_id": row.organisation_id,
        "batch_id": row.batch_id,
        "drug_code": row.drug_code,
        "quantity": -row.quantity,
        "kind": row.kind,
        "occurred_on": desk.today(),
        "occurred_at": now,
        "entered_at": now,
        "user_id": desk.actor.user_id,
        "user_name": desk.actor.name,
        "document": row.document,
        "document_id": row.document_id,
        "resident_id": row.resident_id,
        "reason": reason.strip(),
        "bearer": row.bearer,
        "reverses_id": movement_id,
    }
    session.execute(insert(_MOVEMENTS).values(**values))
    session.execute(
        update(_BATCHES).where(_BATCHES.c.id == row.batch_id).values(on_hand=_BATCHES.c.on_hand - row.quantity)
    )
    return Booked(values["id"], row.batch_id, -row.quantity)


def rebuilt_totals(session: Session) -> dict[str, int]:
    """The balance of every batch as the sum of its movements: what `on_hand` must be."""
    summed = select(_MOVEMENTS.c.batch_id, func.sum(_MOVEMENTS.c.quantity)).group_by(_MOVEMENTS.c.batch_id)
    return {batch_id: int(units) for batch_id, units in session.execute(summed)}


def wrong_totals(session: Session) -> list[tuple[str, int, int]]:
    """(batch id, running total, rebuilt total) of the batches whose books do not agree, and of any below zero."""
    rebuilt = rebuilt_totals(session)
    rows = session.execute(select(_BATCHES.c.id, _BATCHES.c.on_hand))
    return [
        (batch_id, on_hand, rebuilt.get(batch_id, 0))
        for batch_id, on_hand in rows
        if on_hand != rebuilt.get(batch_id, 0) or on_hand < 0
    ]


def _batches(session: Session, ids: set[str]) -> dict[str, Row[Any]]:
    drugs = Drug.__table__
    statement = (
        select(_BATCHES, drugs.c.generic_name, drugs.c.unit)
        .join_from(_BATCHES, drugs, drugs.c.code == _BATCHES.c.drug_code, isouter=True)
        .where(_BATCHES.c.id.in_(ids))
    )
    return {row.id: row for row in session.execute(statement)}


def _entry_problems(
    session: Session, desk: Desk, entry: NewMovement, batches: Mapping[str, Row[Any]], now: datetime
) -> list[Problem]:
    """What stands against one movement by itself."""
    batch = batches.get(entry.batch_id)
    if batch is None:
        return [Problem(entry.code, Level.REFUSE, msg("没有找到这个批次。请刷新后再选一次。"))]
    if not is_possible_quantity(entry.quantity):
        sentence = msg(
            "数量请填 1 到 {most} 之间的整数（{unit}），您填的是 {written}。",
            most=LARGEST_QUANTITY,
            unit=batch.unit or "",
            written=entry.quantity,
        )
        return [Problem(entry.code, Level.REFUSE, sentence)]
    at = entry.occurred_at or now
    day = at.astimezone().date()
    if at > now:
        return [Problem(entry.code, Level.REFUSE, msg("发生时间 {day} 还没有到，请核对。", day=day))]
    if _is_closed(session, batch.organisation_id, day):
        sentence = msg("{month} 已经结账，不能再补记。请记在今天，并在原因里写明。", month=f"{day:%Y-%m}")
        return [Problem(entry.code, Level.REFUSE, sentence)]
    counted_at = _last_counts(session, {entry.batch_id}).get(entry.batch_id) if entry.occurred_at else None
    if counted_at is not None and at < counted_at:
        sentence = msg("这笔记录早于已完成的盘点，不能补记：请用新的盘点更正。")
        return [Problem(entry.code, Level.REFUSE, sentence)]
    if not entry.kind.may_take_unusable and not usable_on(batch.expiry, batch.hold, day):
        return [Problem(entry.code, Level.REFUSE, _unusable(batch, day))]
    return []


def _time_line_problems(
    session: Session, entries: Sequence[NewMovement], batches: Mapping[str, Row[Any]], now: datetime
) -> list[Problem]:
    """The batches that would have been below zero at some moment. One that only gets more is not looked at."""
    taking = {entry.batch_id for entry in entries if entry.kind.sign < 0}
    backdated = {entry.batch_id for entry in entries if entry.occurred_at is not None}
    simple = {batch_id for batch_id in taking if batch_id not in backdated}
    lines = _time_line(session, taking - simple)
    problems = []
    for batch_id in taking:
        own = [entry for entry in entries if entry.batch_id == batch_id]
        new = [(entry.occurred_at or now, entry.kind.sign * entry.quantity) for entry in own]
        # Nothing later than now exists, so for movements of this moment the running total decides.
        before = [(_START, batches[batch_id].on_hand)] if batch_id in simple else lines[batch_id]
        low = lowest_point(before, new)
        if low is not None:
            code = next(entry.code for entry in own if entry.kind.sign < 0)
            problems.append(Problem(code, Level.REFUSE, _below_zero(batches[batch_id], low.missing, low.at)))
    return problems


_START = datetime.min.replace(tzinfo=UTC)


def _time_line(session: Session, ids: set[str]) -> dict[str, list[tuple[datetime, int]]]:
    lines: dict[str, list[tuple[datetime, int]]] = {batch_id: [] for batch_id in ids}
    if not ids:
        return lines
    statement = (
        select(_MOVEMENTS.c.batch_id, _MOVEMENTS.c.occurred_at, _MOVEMENTS.c.quantity)
        .where(_MOVEMENTS.c.batch_id.in_(ids))
        .order_by(_MOVEMENTS.c.occurred_at, _MOVEMENTS.c.id)
    )
    for batch_id, at, units in session.execute(statement):
        lines[batch_id].append((at, units))
    return lines


def _last_counts(session: Session, ids: set[str]) -> dict[str, datetime]:
    """When each batch was counted last in a finalised stock-take."""
    lines, takes = StocktakeLine.__table__, Stocktake.__table__
    statement = (
        select(lines.c.batch_id, func.max(lines.c.counted_at))
        .join_from(lines, takes, takes.c.id == lines.c.stocktake_id)
        .where(
            takes.c.state == StocktakeState.FINALISED.value,
            lines.c.batch_id.in_(ids),
            lines.c.counted_at.is_not(None),
        )
        .group_by(lines.c.batch_id)
    )
    return {row.batch_id: row[1] for row in session.execute(statement)}


def _is_closed(session: Session, organisation_id: str, day: date) -> bool:
    months = ClosedMonth.__table__
    statement = select(months.c.month).where(
        months.c.organisation_id == organisation_id, months.c.month == f"{day:%Y-%m}"
    )
    return session.execute(statement).first() is not None


def _row(desk: Desk, entry: NewMovement, batch: Row[Any], now: datetime) -> dict[str, Any]:
    at = entry.occurred_at or now
    return {
        "id": new_id(),
        "organisation_id": batch.organisation_id,
        "batch_id": batch.id,
        "drug_code": batch.drug_code,
        "quantity": entry.kind.sign * entry.quantity,
        "kind": entry.kind.value,
        "occurred_on": at.astimezone().date(),
        "occurred_at": at,
        "entered_at": now,
        "user_id": desk.actor.user_id,
        "user_name": desk.actor.name,
        "document": entry.document,
        "document_id": entry.document_id,
        "resident_id": entry.resident_id,
        "reason": entry.reason,
        "bearer": entry.bearer,
        "reverses_id": entry.reverses_id,
    }


def _below_zero(batch: Row[Any], missing: int, at: datetime) -> Message:
    return msg(
        "{drug} 批号 {batch} 在 {day} 会少 {missing} {unit}，账上没有这么多。这一笔没有记，请核对数量和日期，必要时先盘点。",
        drug=batch.generic_name or batch.drug_code,
        batch=batch.batch_no,
        day=f"{at.astimezone():%Y-%m-%d}",
        missing=missing,
        unit=batch.unit or "",
    )


def _unusable(batch: Row[Any], day: date) -> Message:
    name = batch.generic_name or batch.drug_code
    if batch.hold:
        return msg("{drug} 批号 {batch} 已停用，不能发出。请换一批。", drug=name, batch=batch.batch_no)
    return msg(
        "{drug} 批号 {batch} 有效期到 {expiry}，{day} 已经过期，不能发出。请换一批，并把过期的报损。",
        drug=name,
        batch=batch.batch_no,
        expiry=batch.expiry,
        day=day,
    )
