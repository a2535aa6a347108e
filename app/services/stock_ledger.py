"""库存台账: the only writer of movements and of a batch's running total. Everything else in the stock goes through `book`.

It runs in the caller's unit of work and commits nothing, so that a receipt of forty lines or a dispensing of three
stands as a whole or not at all. A movement is never changed: `reverse` writes its opposite.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import (
    LARGEST_QUANTITY,
    RETURNED_HOLD,
    LedgerError,
    LowPoint,
    MovementFacts,
    MovementKind,
    is_possible_quantity,
    lowest_point,
    movement_error,
)
from app.domain.stocktake import StocktakeState, check_movement_time
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused, refuse
from app.services.trace_codes import undo_scans, why_scans_stay
from db.models import ClosedMonth, Drug, StockBatch, StockMovement, Stocktake, StocktakeLine, new_id

_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__
_OF = _BATCHES.c.id == bindparam("of")
_RESERVE = update(_BATCHES).where(_OF).values(reserved=bindparam("reserved_now"))
_ADD = update(_BATCHES).where(_OF).values(on_hand=_BATCHES.c.on_hand + bindparam("units"))
LONGEST_BATCH_NO = 40
LARGEST_PACK = 10_000
"""Units beyond which a pack is a slip of the keyboard."""


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

    What residents returned (`hold` returned) is a batch of its own. Raises Refused for a batch without a number or
    without an expiry (such goods can't be told apart or traced), of an unknown drug, or of an impossible pack.
    """
    problems = batch_problems(session, key)
    if problems:
        raise Refused(problems)
    owner = organisation_id or desk.place.id
    batch_no = key.batch_no.strip()
    known = session.execute(
        select(_BATCHES.c.id).where(
            _BATCHES.c.organisation_id == owner,
            _BATCHES.c.drug_code == key.drug_code,
            _BATCHES.c.batch_no == batch_no,
            _BATCHES.c.expiry == key.expiry,
            _BATCHES.c.manufacturer == key.manufacturer,
            _BATCHES.c.price_fen.is_not_distinct_from(key.price_fen),
            _BATCHES.c.units_per_pack == key.units_per_pack,
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
            batch_no=batch_no,
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


def batch_problems(session: Session, key: BatchKey, prefix: str = "") -> list[Problem]:
    """What stands against a batch as it was written; the codes are those of its answers behind `prefix`."""
    problems = []
    if not key.batch_no.strip():
        problems.append(_problem(f"{prefix}batch_no", msg("请填写批号。没有批号的药品不能入库。")))
    elif len(key.batch_no.strip()) > LONGEST_BATCH_NO:
        sentence = msg("批号最多 {most} 个字，请核对。", most=LONGEST_BATCH_NO)
        problems.append(_problem(f"{prefix}batch_no", sentence))
    if key.expiry is None:
        problems.append(_problem(f"{prefix}expiry", msg("请填写有效期。没有有效期的批次不能入库。")))
    if not is_possible_quantity(key.units_per_pack) or key.units_per_pack > LARGEST_PACK:
        sentence = msg("每包装的数量请填 1 到 {most} 之间的整数。", most=LARGEST_PACK)
        problems.append(_problem(f"{prefix}units_per_pack", sentence))
    if key.price_fen is not None and key.price_fen < 0:
        problems.append(_problem(f"{prefix}price", msg("价格不能是负数，请核对；不知道就空着。")))
    if session.scalar(select(Drug.id).where(Drug.code == key.drug_code)) is None:
        problems.append(_problem(f"{prefix}drug", msg("目录里没有这个药品。请先在目录里选择药品。")))
    return problems


def book(session: Session, desk: Desk, entries: Sequence[NewMovement]) -> tuple[Booked, ...]:
    """Write movements and the running totals of their batches, all or none.

    Raises Refused with one sentence for each entry that can't be: not a whole number of units, in the future, in a
    closed month, before a finalised count of the batch, held or expired goods to people, a loss that nobody bears, the
    batch would have been below zero at some moment of its time line, or units are taken that are reserved.
    """
    if not entries:
        return ()
    books = _Books(session, desk, entries)
    problems = [problem for entry in entries for problem in books.entry_problems(entry)]
    if not problems:
        problems = books.batch_problems(entries)
    if problems:
        raise Refused(problems)
    rows = [_row(desk, entry, books.batches[entry.batch_id], books.now) for entry in entries]
    _write(session, rows)
    return tuple(Booked(row["id"], row["batch_id"], row["quantity"]) for row in rows)


def reverse(session: Session, desk: Desk, movement_id: str, reason: str) -> Booked:
    """Write the opposite of a movement, dated now, and put the packs that were scanned with it back (`undo_scans`).

    Raises Refused without a reason; when it was reversed before, is itself a reversal, was written by a stock-take or
    lies before a finalised one (§7); when this month is closed; when the batch would fall below zero or its reserved units.
    """
    if not reason.strip():
        raise refuse("reason", msg("请写明冲销的原因。"))
    row = session.execute(select(_MOVEMENTS).where(_MOVEMENTS.c.id == movement_id)).one_or_none()
    if row is None:
        raise refuse("movement", msg("没有找到这笔出入库记录。请刷新后再试。"))
    sentence = _not_reversible(session, desk, row) or why_scans_stay(session, movement_id)
    if sentence is not None:
        raise refuse("movement", sentence)
    now = desk.now()
    batch = _batches(session, {row.batch_id})[row.batch_id]
    low = lowest_point(_time_lines(session, {row.batch_id})[row.batch_id], [(now, -row.quantity)])
    if low is not None:
        raise refuse("movement", _below_zero(batch, low))
    if row.quantity > 0 and batch.on_hand - row.quantity < batch.reserved:
        raise refuse("movement", _below_reserved(batch))
    values = {
        **row._mapping,
        "id": new_id(),
        "quantity": -row.quantity,
        "occurred_on": desk.today(),
        "occurred_at": now,
        "entered_at": now,
        "user_id": desk.actor.user_id,
        "user_name": desk.actor.name,
        "reason": reason.strip(),
        "reverses_id": movement_id,
    }
    _write(session, [values])
    undo_scans(session, movement_id, values["id"])
    return Booked(values["id"], row.batch_id, -row.quantity)


def reserve(session: Session, batch_id: str, units: int) -> None:
    """Keep `units` of a batch for somebody; a negative number lets them go again. As `reserve_all`."""
    reserve_all(session, {batch_id: units})


def reserve_all(session: Session, units: Mapping[str, int]) -> None:
    """Keep units of several batches by their id, all or none; negative numbers let them go again.

    Raises Refused when a batch has not so many free, or not so many reserved.
    """
    batches = _batches(session, set(units))
    after = [
        {"of": batch_id, "reserved_now": _reserved_after(batches.get(batch_id), change)}
        for batch_id, change in units.items()
        if change
    ]
    if after:
        session.execute(_RESERVE, after)


def _reserved_after(batch: Row[Any] | None, units: int) -> int:
    if batch is None:
        raise refuse("batch", msg("没有找到这个批次。请刷新后再选一次。"))
    after: int = batch.reserved + units
    if after < 0 or after > batch.on_hand:
        sentence = msg(
            "{drug} 批号 {batch} 现有 {on_hand} {unit}，已预留 {reserved}，不能再这样预留。请核对数量。",
            drug=batch.generic_name or batch.drug_code,
            batch=batch.batch_no,
            on_hand=batch.on_hand,
            reserved=batch.reserved,
            unit=batch.unit or "",
        )
        raise refuse("quantity", sentence)
    return after


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


class _Books:
    """What the movements of one call are judged by, read once for all of them."""

    def __init__(self, session: Session, desk: Desk, entries: Sequence[NewMovement]) -> None:
        ids = {entry.batch_id for entry in entries}
        self._session = session
        self.now = desk.now()
        self.batches = _batches(session, ids)
        self._counts = _last_counts(session, ids)
        self._closed = _closed_months(session, {batch.organisation_id for batch in self.batches.values()})

    def entry_problems(self, entry: NewMovement) -> list[Problem]:
        """What stands against one movement by itself."""
        batch = self.batches.get(entry.batch_id)
        if batch is None:
            return [_problem(entry.code, msg("没有找到这个批次。请刷新后再选一次。"))]
        at = entry.occurred_at or self.now
        day = at.astimezone().date()
        error = movement_error(
            MovementFacts(
                kind=entry.kind,
                quantity=entry.quantity,
                at=at,
                now=self.now,
                day=day,
                expiry=batch.expiry,
                hold=batch.hold,
                bearer=entry.bearer,
                counted_at=self._counts.get(entry.batch_id),
                is_month_closed=(batch.organisation_id, f"{day:%Y-%m}") in self._closed,
            )
        )
        return [] if error is None else [_problem(entry.code, _sentence(error, entry, batch, day))]

    def batch_problems(self, entries: Sequence[NewMovement]) -> list[Problem]:
        """The batches that would have been below zero at some moment, or fall below what is reserved of them.

        One that only gets more is not looked at.
        """
        taking = {entry.batch_id: entry.code for entry in reversed(entries) if entry.kind.sign < 0}
        lines = self._lines_before(entries, set(taking))
        problems = []
        for batch_id, code in taking.items():
            batch = self.batches[batch_id]
            new = [
                (entry.occurred_at or self.now, entry.kind.sign * entry.quantity)
                for entry in entries
                if entry.batch_id == batch_id
            ]
            low = lowest_point(lines[batch_id], new)
            if low is not None:
                problems.append(_problem(code, _below_zero(batch, low)))
            elif batch.on_hand + sum(units for _, units in new) < batch.reserved:
                problems.append(_problem(code, _below_reserved(batch)))
        return problems

    def _lines_before(self, entries: Sequence[NewMovement], taking: set[str]) -> dict[str, list[tuple[datetime, int]]]:
        """The time lines before these movements.

        Where nothing happens later than all of them, the running total says as much as the whole line. Something may be
        dated later than now after the computer's clock was put back.
        """
        earliest = dict.fromkeys(taking, self.now)
        for entry in entries:
            if entry.batch_id in taking and entry.occurred_at is not None:
                earliest[entry.batch_id] = min(earliest[entry.batch_id], entry.occurred_at)
        last = _last_moments(self._session, taking)
        simple = {batch_id for batch_id in taking if batch_id not in last or last[batch_id] <= earliest[batch_id]}
        lines = _time_lines(self._session, taking - simple)
        return lines | {batch_id: [(_START, self.batches[batch_id].on_hand)] for batch_id in simple}


_START = datetime.min.replace(tzinfo=UTC)


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Movements, and the running totals with them."""
    session.execute(insert(_MOVEMENTS), list(rows))
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row["batch_id"]] += row["quantity"]
    session.execute(_ADD, [{"of": batch_id, "units": units} for batch_id, units in sums.items()])


def _batches(session: Session, ids: set[str]) -> dict[str, Row[Any]]:
    drugs = Drug.__table__
    statement = (
        select(_BATCHES, drugs.c.generic_name, drugs.c.unit)
        .join_from(_BATCHES, drugs, drugs.c.code == _BATCHES.c.drug_code, isouter=True)
        .where(_BATCHES.c.id.in_(ids))
    )
    return {row.id: row for row in session.execute(statement)}


def _time_lines(session: Session, ids: set[str]) -> dict[str, list[tuple[datetime, int]]]:
    lines: dict[str, list[tuple[datetime, int]]] = {batch_id: [] for batch_id in ids}
    if not ids:
        return lines
    statement = select(_MOVEMENTS.c.batch_id, _MOVEMENTS.c.occurred_at, _MOVEMENTS.c.quantity).where(
        _MOVEMENTS.c.batch_id.in_(ids)
    )
    for batch_id, at, units in session.execute(statement):
        lines[batch_id].append((at, units))
    return lines


def _last_moments(session: Session, ids: set[str]) -> dict[str, datetime]:
    """When each batch moved last."""
    statement = (
        select(_MOVEMENTS.c.batch_id, func.max(_MOVEMENTS.c.occurred_at))
        .where(_MOVEMENTS.c.batch_id.in_(ids))
        .group_by(_MOVEMENTS.c.batch_id)
    )
    return {row.batch_id: row[1] for row in session.execute(statement)}


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


def _closed_months(session: Session, organisation_ids: Iterable[str]) -> set[tuple[str, str]]:
    months = ClosedMonth.__table__
    statement = select(months.c.organisation_id, months.c.month).where(
        months.c.organisation_id.in_(list(organisation_ids))
    )
    return {(row.organisation_id, row.month) for row in session.execute(statement)}


def _not_reversible(session: Session, desk: Desk, row: Row[Any]) -> Message | None:
    """Why a movement can't be reversed now; None when it can."""
    if row.reverses_id is not None:
        return msg("这是一笔冲销记录，不能再冲销。请重新记一笔。")
    if session.execute(select(_MOVEMENTS.c.id).where(_MOVEMENTS.c.reverses_id == row.id)).first() is not None:
        return msg("这笔记录已经冲销过，不能再冲销一次。")
    if MovementKind(row.kind).is_of_a_count:
        return msg("这是盘点的差异，不能冲销：请用新的盘点更正。")
    if check_movement_time(row.occurred_at, _last_counts(session, {row.batch_id}).get(row.batch_id)) is not None:
        return msg("这笔记录早于已完成的盘点，不能冲销：请用新的盘点更正。")
    month = f"{desk.today():%Y-%m}"
    if (row.organisation_id, month) in _closed_months(session, [row.organisation_id]):
        return msg("{month} 已经结账，不能再补记。请在下个月再冲销。", month=month)
    return None


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
        "reverses_id": None,
    }


def _problem(code: str, sentence: Message) -> Problem:
    return Problem(code, Level.REFUSE, sentence)


def _sentence(error: LedgerError, entry: NewMovement, batch: Row[Any], day: date) -> Message:
    """Why one movement is not booked, and what to do."""
    name = batch.generic_name or batch.drug_code
    if error is LedgerError.QUANTITY:
        return msg(
            "数量请填 1 到 {most} 之间的整数（{unit}），您填的是 {written}。",
            most=LARGEST_QUANTITY,
            unit=batch.unit or "",
            written=entry.quantity,
        )
    if error is LedgerError.CLOSED_MONTH:
        return msg("{month} 已经结账，不能再补记。请记在今天，并在原因里写明。", month=f"{day:%Y-%m}")
    if error is LedgerError.EXPIRED:
        return msg(
            "{drug} 批号 {batch} 有效期到 {expiry}，{day} 已经过期，不能发出。请换一批，并把过期的报损。",
            drug=name,
            batch=batch.batch_no,
            expiry=batch.expiry,
            day=day,
        )
    if error is LedgerError.HELD:
        return msg("{drug} 批号 {batch} 已停用，不能发出。请换一批。", drug=name, batch=batch.batch_no)
    return {
        LedgerError.IN_FUTURE: msg("发生时间 {day} 还没有到，请核对。", day=day),
        LedgerError.BEFORE_COUNT: msg("这笔记录早于已完成的盘点，不能补记：请用新的盘点更正。"),
        LedgerError.QUARANTINE: msg("居民退回的药品要单独存放，不能和可用的药品记在同一批。"),
        LedgerError.BEARER: msg("请选择损失由谁承担：卫生院、村卫生室或配送企业。"),
    }[error]


def _below_zero(batch: Row[Any], low: LowPoint) -> Message:
    return msg(
        "{drug} 批号 {batch} 在 {day} 会少 {missing} {unit}，账上没有这么多。这一笔没有记，请核对数量和日期，必要时先盘点。",
        drug=batch.generic_name or batch.drug_code,
        batch=batch.batch_no,
        day=f"{low.at.astimezone():%Y-%m-%d}",
        missing=low.missing,
        unit=batch.unit or "",
    )


def _below_reserved(batch: Row[Any]) -> Message:
    return msg(
        "{drug} 批号 {batch} 有 {reserved} {unit} 已预留，不能动用。这一笔没有记，请先释放预留。",
        drug=batch.generic_name or batch.drug_code,
        batch=batch.batch_no,
        reserved=batch.reserved,
        unit=batch.unit or "",
    )
