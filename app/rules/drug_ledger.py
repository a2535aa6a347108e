"""The drug rules that read a ledger: stock-out days and the difference of a stock-take.

Specification: drug_requests §4.3 and §7. Also found as `app.rules.drugs.stockout_days` and `.stocktake`.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.domain.consumption import StockChange, count_stockout_days
from app.domain.message import msg
from app.domain.stocktake import StocktakeError, check_movement_time, count_line, error_message
from app.i18n import tr
from app.rules.drug_inputs import (
    Payload,
    day,
    exact_date,
    exact_expiry,
    exact_units,
    explained,
    items,
    needed_day,
    needed_whole,
    refuse,
    text,
    whole,
)


@dataclass
class _Stack:
    """What is left of one arrival, while dispensing takes from the earliest expiry."""

    name: str
    expiry: date | None
    units: int


@explained("§4.3", msg("一天结束时没有可用库存算缺货一天；收到货的当天不算，首次收货以前不算。"))
def stockout_days(payload: Payload) -> Payload:
    """Days of the month that ended without usable stock (§4.3).

    `month` "2026-06" (or `start` and `end`). `events` in any order, each with `date` and one or more of: opening (units
    at the start of that day), receipt, dispense_total_since_opening (running total), dispense, change (signed);
    `expiry` belongs to the opening or receipt. `on_hand_all_month`: units that nothing was taken from;
    0 means out all month. `batch_expiry`: of the opening stock, else of every receipt without its own.
    `receipts`: dates, [date, qty] or {date, qty, expiry}. Days before the first thing known of the drug are not counted, nor days
    before `first_receipt`; with nothing known at all the answer is 0.
    """
    start, end = _period(payload)
    changes = _changes(payload, start, end)
    return {
        "stockout_days": count_stockout_days(start, end, changes, first_receipt=day(payload, "first_receipt"))
    }


@explained("§7", msg("差异 = 实盘 − 盘点时刻的账面数；之后的出入库照常累计。"))
def stocktake(payload: Payload) -> Payload:
    """The difference of one counted line against the book at its counting moment (§7).

    `movements` and `later`: lists of signed units, of [at, qty] or of {at, qty}; a movement with a time after `counted_at` counts
    as later. `movement_at` with `finalised_counted_at` asks whether a movement may still be recorded; alone, only
    `valid` and `error_kind` are answered. `counted` null: not counted, the book stands.
    """
    error: StocktakeError | None = _back_dated(payload)
    answer: Payload = {}
    if payload.get("snapshot") is not None:
        before, after = _split_movements(payload)
        line = count_line(
            needed_whole(payload, "snapshot"),
            before,
            whole(payload, "counted", negative=True),
            later=after,
            reserved=whole(payload, "reserved") or 0,
        )
        error = error or line.error
        answer = {
            "book_at_count": line.book_at_count,
            "difference": line.difference,
            "final_on_hand": line.final_on_hand,
        }
    elif payload.get("movement_at") is None:
        raise refuse(msg("缺少“snapshot”：请给出盘点开始时的账面数。"))
    answer |= {"valid": error is None, "error_kind": None if error is None else error.value}
    return answer if error is None else answer | {"message": tr(error_message(error))}


def _period(payload: Payload) -> tuple[date, date]:
    month = text(payload, "month")
    if month is None:
        start, end = needed_day(payload, "start"), needed_day(payload, "end")
        if end < start:
            raise refuse(msg("统计期的结束日期早于开始日期：请更正。"))
        return start, end
    match = re.fullmatch(r"(\d{4})-(\d{1,2})(?:-\d{1,2})?", month)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) == 0:
        raise refuse(msg("“month”应当是 YYYY-MM 的月份，给的是 {value}。", value=month))
    year, number = int(match[1]), int(match[2])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def _changes(payload: Payload, start: date, end: date) -> list[StockChange]:
    events = _opening_events(payload, start) + items(payload, "events") + _receipt_events(payload)
    events.sort(key=lambda event: exact_date(event.get("date"), "date"))
    has_opening = any(event.get("opening") is not None for event in events)
    batch_expiry = exact_expiry(payload.get("batch_expiry"), "batch_expiry")
    book = _Book(batch_expiry if has_opening else None, None if has_opening else batch_expiry)
    for event in events:
        if exact_date(event.get("date"), "date") <= end:
            book.enter(event)
    return book.changes


def _opening_events(payload: Payload, start: date) -> list[Payload]:
    on_hand = payload.get("on_hand_all_month", payload.get("opening"))
    if on_hand is None or on_hand is False:
        return []
    units = 1 if on_hand is True else exact_units(on_hand, "on_hand_all_month")
    return [{"date": start.isoformat(), "opening": units}]


def _receipt_events(payload: Payload) -> list[Payload]:
    receipts = payload.get("receipts")
    if not receipts:
        return []
    if not isinstance(receipts, list):
        raise refuse(msg("“receipts”应当是收货日期的列表。"))
    events = []
    for item in receipts:
        if isinstance(item, dict):
            units = whole(item, "qty", "units", "quantity", "receipt", absent=1)
            events.append({"date": item.get("date"), "receipt": units, "expiry": item.get("expiry")})
        elif isinstance(item, list) and len(item) == 2:
            events.append({"date": item[0], "receipt": item[1]})
        else:
            events.append({"date": item, "receipt": 1})
    return events


class _Book:
    """Turns totals into changes of batches; an opening starts the book anew."""

    def __init__(self, opening_expiry: date | None, receipt_expiry: date | None) -> None:
        self.changes: list[StockChange] = []
        self._opening_expiry = opening_expiry
        self._receipt_expiry = receipt_expiry
        self._stacks: list[_Stack] = []
        self._dispensed = 0

    def enter(self, event: Payload) -> None:
        """One event; within it the opening comes first, then the receipt, then what went out."""
        on = exact_date(event.get("date"), "date")
        expiry = exact_expiry(event.get("expiry"), "expiry")
        opening, received = whole(event, "opening"), whole(event, "receipt", "received")
        if opening is not None:
            self._open(on, opening, expiry or self._opening_expiry)
        if received is not None:
            self._put(on, received, expiry or self._receipt_expiry)
        change = whole(event, "change", negative=True) or 0
        if change > 0:
            self._put(on, change, expiry)
        self._take(on, max(0, -change) + (whole(event, "loss") or 0))
        self._dispense(on, event)

    def _dispense(self, on: date, event: Payload) -> None:
        units = whole(event, "dispense", "dispensed") or 0
        total = whole(event, "dispense_total_since_opening")
        if total is not None:
            before = self._dispensed
            if total < before:
                raise refuse(
                    msg(
                        "{date} 的累计发出 {total} 小于之前的 {before}：请核对。",
                        date=on,
                        total=total,
                        before=before,
                    )
                )
            units = total - self._dispensed
        self._dispensed += units
        self._take(on, units)

    def _open(self, on: date, units: int, expiry: date | None) -> None:
        for stack in self._stacks:
            self._note(on, stack, -stack.units)
        self._stacks, self._dispensed = [], 0
        self._put(on, units, expiry, is_opening=True)

    def _put(self, on: date, units: int, expiry: date | None, *, is_opening: bool = False) -> None:
        stack = _Stack(str(len(self.changes)), expiry, 0)
        self._stacks.append(stack)
        self._note(on, stack, units, is_opening=is_opening)

    def _take(self, on: date, units: int) -> None:
        for stack in sorted(self._stacks, key=lambda stack: _picking_order(stack, on)):
            taken = min(stack.units, units)
            self._note(on, stack, -taken)
            units -= taken
        if units:
            raise refuse(msg("到 {date} 发出的数量超过库存：请核对。", date=on))

    def _note(self, on: date, stack: _Stack, units: int, *, is_opening: bool = False) -> None:
        stack.units += units
        change = StockChange(on, units, batch=stack.name, expiry=stack.expiry, is_opening=is_opening)
        self.changes.append(change)


def _picking_order(stack: _Stack, on: date) -> tuple[bool, date]:
    """Earliest expiry first; what had expired by then comes last, for a book that says it went out all the same."""
    expiry = stack.expiry or date.max
    return expiry < on, expiry


def _moment(value: object, key: str) -> datetime | date:
    """A time, or a date when only that is given; times without a zone are taken as UTC."""
    if not isinstance(value, str) or len(value.strip()) <= len("2026-01-01"):
        return exact_date(value, key)
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise refuse(msg("“{key}”应当是 ISO 8601 的时间，给的是 {value}。", key=key, value=value)) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _is_before(first: datetime | date, second: datetime | date) -> bool:
    """Whether `first` is earlier; by day alone when one of the two has no time."""
    if isinstance(first, datetime) and isinstance(second, datetime):
        return first < second
    return _only_day(first) < _only_day(second)


def _only_day(value: datetime | date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _back_dated(payload: Payload) -> StocktakeError | None:
    if payload.get("movement_at") is None or payload.get("finalised_counted_at") is None:
        return None
    moved = _moment(payload["movement_at"], "movement_at")
    counted = _moment(payload["finalised_counted_at"], "finalised_counted_at")
    if isinstance(moved, datetime) and isinstance(counted, datetime):
        return check_movement_time(moved, counted)
    return StocktakeError.BEFORE_FINALISED_COUNT if _is_before(moved, counted) else None


def _split_movements(payload: Payload) -> tuple[list[int], list[int]]:
    """Units moved up to the count, and after it."""
    counted_at = payload.get("counted_at")
    limit = None if counted_at is None else _moment(counted_at, "counted_at")
    before: list[int] = []
    after = [units for units, _ in _movements(payload, "later")]
    for units, at in _movements(payload, "movements"):
        is_later = limit is not None and at is not None and _is_before(limit, at)
        (after if is_later else before).append(units)
    return before, after


def _movements(payload: Payload, key: str) -> list[tuple[int, datetime | date | None]]:
    value = payload.get(key)
    if value is None:
        return []
    return [_movement(item, key) for item in (value if isinstance(value, list) else [value])]


def _movement(item: object, key: str) -> tuple[int, datetime | date | None]:
    if isinstance(item, list) and len(item) == 2:
        item = {"at": item[0], "qty": item[1]}
    if not isinstance(item, dict):
        return exact_units(item, key), None
    units = whole(item, "qty", "units", "quantity", "qty_signed", "change", "delta", negative=True)
    if units is None:
        raise refuse(msg("“{key}”里有一笔没有数量：请给出带正负号的整数 qty。", key=key))
    at = next(
        (item[name] for name in ("at", "occurred_at", "time", "date") if item.get(name) is not None), None
    )
    return units, None if at is None else _moment(at, key)
