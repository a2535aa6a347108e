"""What stands on a shelf and how fast it goes: one position for each drug, from batches, movements and shipments.

The only reader of consumption in the stock: every list, card, print and request asks here, and the arithmetic is that of
app.domain.consumption and app.domain.stock. Expired and held goods are filtered while reading (drug_requests §6.3),
whatever any job has done. Four statements for the whole catalogue, whatever the length of the ledger: the movements of
the look-back are found by (organisation_id, occurred_on), those of single drugs by (organisation_id, drug_code).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Row, String, func, select
from sqlalchemy.orm import Session

from app.domain.batches import Batch, has_expiry_risk
from app.domain.consumption import (
    DAYS_PER_MONTH,
    Consumption,
    StockChange,
    average_monthly_consumption,
    count_stockout_days,
    look_back_days,
    previous_months,
)
from app.domain.movements import MovementKind, usable_on
from app.domain.stock import StockStatus, available_stock, months_of_stock, stock_status
from app.domain.stock_value import total_value_fen
from app.services.look_back import LookBack
from app.services.predecessors import predecessors
from app.services.stock_holds import ALWAYS, HeldSpan, held_spans
from db.models import Drug, Shipment, ShipmentLine, StockBatch, StockMovement

LOOK_BACK_MONTHS = 3
"""Closed calendar months whose use gives the monthly average (drug_requests §4.4)."""
IN_TRANSIT = "shipped"
"""The state of a shipment that has left the township and has not been received (§6.1)."""
_USE = frozenset(kind.value for kind in MovementKind if kind.is_consumption or kind.is_supply)
"""What counts as use: at a clinic what residents get, at a township what its clinics get. No desk books kinds of both."""
MOVED = ("drug_code", "batch_id", "quantity", "kind", "occurred_on", "reverses_id")
"""What is read of a movement, in this order."""
_CHUNK = 500
_DRUGS, _BATCHES, _MOVEMENTS = Drug.__table__, StockBatch.__table__, StockMovement.__table__


@dataclass(frozen=True)
class Position:
    """One drug on one shelf. Units are dispensing units; None is unknown, never 0.

    `on_hand` everything that stands there, `usable` without what is held or expired. `available` = usable units that can
    be used before they expire − reserved + in transit (§4.5); `left_out` are the usable and unusable units not in it.
    `mos` may be `app.domain.stock.ENDLESS`. `status` None: stock without known use.
    """

    drug_code: str
    name: str
    strength: str
    dosage_form: str
    unit: str
    pack_unit: str
    units_per_pack: int
    cold_chain: bool
    therapeutic_group: str
    barcode: str
    pinyin: str
    is_listed: bool
    on_hand: int
    usable: int
    reserved: int
    in_transit: int
    available: int
    left_out: int
    consumption: Consumption
    mos: Fraction | float | None
    status: StockStatus | None
    expiry_risk: bool
    nearest_expiry: date | None
    value_fen: int | None
    first_on: date | None

    @property
    def amc(self) -> Fraction | None:
        """Average monthly consumption, unrounded."""
        return self.consumption.amc

    @property
    def stockout_days(self) -> int | None:
        """Days of the look-back that ended without usable stock."""
        return self.consumption.stockout_days


@dataclass
class _Shelf:
    """What was read, by drug."""

    batches: dict[str, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    moved: dict[str, list[Row[Any]]] = field(default_factory=lambda: defaultdict(list))
    corrected: dict[str, int] = field(default_factory=dict)
    in_transit: dict[str, int] = field(default_factory=dict)
    known: dict[str, tuple[date | None, str]] = field(default_factory=dict)
    """Expiry and hold of every batch that stands there or moved."""
    held: dict[str, list[HeldSpan]] = field(default_factory=dict)


def positions(
    session: Session,
    organisation_id: str,
    today: date,
    drug_codes: Collection[str] | None = None,
    *,
    min_mos: int = 1,
    max_mos: int = 2,
    months: int = LOOK_BACK_MONTHS,
    look_back: LookBack | None = None,
) -> dict[str, Position]:
    """The position of each of `drug_codes`, or of every drug of the catalogue, on one shelf, in the order of the names.

    `look_back` remembers the use of closed months from one call to the next; not for a transaction that books movements.
    """
    start, end = previous_months(today, months)
    drugs = _drugs(session, drug_codes)
    shelf = _Shelf()
    for part in [None] if drug_codes is None else _parts(drug_codes):
        _read_stock(session, shelf, organisation_id, part)
    codes = [drug.code for drug in drugs]
    if look_back is None:
        used = _uses(session, shelf, organisation_id, start, end, codes, whole=drug_codes is None)
    else:
        used = look_back.used(session, (organisation_id, start, end), codes, lambda missing: _uses(
            session, shelf, organisation_id, start, end, missing, whole=drug_codes is None and len(missing) == len(codes)))
    return {drug.code: _position(drug, shelf, used[drug.code], today, min_mos=min_mos, max_mos=max_mos) for drug in drugs}


def days_out_last_month(
    session: Session, organisation_id: str, today: date, drug_codes: Collection[str], look_back: LookBack
) -> dict[str, int]:
    """For how many days of the last closed month each drug had nothing usable (§4.3); 0 too where that is not known.

    `look_back` is asked for the same look-back as by `positions`, and so has the answer where a list was read before.
    """
    start, end = previous_months(today, LOOK_BACK_MONTHS)

    def read(missing: Sequence[str]) -> dict[str, _Use]:
        shelf = _Shelf()
        for part in _parts(missing):
            _read_stock(session, shelf, organisation_id, part)
        return _uses(session, shelf, organisation_id, start, end, missing, whole=False)

    codes = sorted(drug_codes)
    used = look_back.used(session, (organisation_id, start, end), codes, read)
    return {code: used[code].out_last_month for code in codes}


def consumptions(
    session: Session, organisation_id: str, start: date, end: date, drug_codes: Collection[str] | None = None
) -> dict[str, Consumption]:
    """Use, stock-out days and monthly average of each drug from `start` to `end`, both included."""
    shelf = _Shelf()
    for part in [None] if drug_codes is None else _parts(drug_codes):
        _read_stock(session, shelf, organisation_id, part)
    codes = [drug.code for drug in _drugs(session, drug_codes)]
    used = _uses(session, shelf, organisation_id, start, end, codes, whole=drug_codes is None)
    return {code: use.consumption for code, use in used.items()}


@dataclass(frozen=True)
class _Use:
    """When a drug first moved on this shelf (None never), its use in the look-back, and for how many days of the look-back's
    last calendar month it was out."""

    first_on: date | None
    consumption: Consumption
    out_last_month: int = 0


def _uses(
    session: Session,
    shelf: _Shelf,
    organisation_id: str,
    start: date,
    end: date,
    codes: Sequence[str],
    *,
    whole: bool,
) -> dict[str, _Use]:
    """The use of the drugs `codes`; `whole` when they are the whole catalogue, whose movements are read in one go.

    What a product used that this one took the place of counts to it (§4.2).
    """
    former = {code: codes_before for code, codes_before in predecessors(session).items() if code in set(codes)}
    asked = set(codes)
    others = sorted({code for before in former.values() for code in before} - asked)
    if others and not whole:
        _read_stock(session, shelf, organisation_id, others)
    _read_moves(session, shelf, organisation_id, start, end, None if whole else [*codes, *others])
    first = _first_days(session, organisation_id, [*codes, *others])
    found = {}
    for code in codes:
        line = (code, *former.get(code, ()))
        since = min((first[each] for each in line if each in first), default=None)
        found[code] = _use(first.get(code), line, since, shelf, start, end)
    return found


def monthly_use(
    session: Session, organisation_id: str, drug_code: str, today: date, months: int = 12
) -> list[tuple[str, int | None]]:
    """The net use of a drug in each of the last `months` calendar months and this one, oldest first, as (YYYY-MM, units).

    A month before the drug first came is unknown (None). A reversal counts in the month of what it reverses.
    """
    start, _ = previous_months(today, months)
    original = _MOVEMENTS.alias("original")
    day = func.coalesce(original.c.occurred_on, _MOVEMENTS.c.occurred_on)
    month = func.substr(day, 1, len("YYYY-MM"), type_=String)
    rows = session.execute(
        select(month, func.sum(_MOVEMENTS.c.quantity))
        .join_from(_MOVEMENTS, original, original.c.id == _MOVEMENTS.c.reverses_id, isouter=True)
        .where(_of(organisation_id, [drug_code]), _since(start, [drug_code]), _MOVEMENTS.c.kind.in_(_USE))
        .group_by(month)
    ).all()
    first_on = _first_days(session, organisation_id, [drug_code]).get(drug_code)
    used = {month: -units for month, units in rows}
    known_from = "" if first_on is None else f"{first_on:%Y-%m}"
    return [
        (month, max(0, used.get(month, 0)) if known_from and month >= known_from else None)
        for month in _months(start, today)
    ]


def domain_batch(row: Row[Any]) -> Batch:
    """A stored batch as the rules see it."""
    return Batch(
        batch_no=row.batch_no,
        units=row.on_hand,
        expiry=row.expiry,
        held=bool(row.hold),
        reserved=row.reserved,
        received_on=row.received_on,
        pack=row.units_per_pack,
    )


def _position(
    drug: Row[Any], shelf: _Shelf, use: _Use, today: date, *, min_mos: int, max_mos: int
) -> Position:
    rows = shelf.batches.get(drug.code, [])
    batches = [domain_batch(row) for row in rows]
    usable_rows = [row for row in rows if usable_on(row.expiry, row.hold, today)]
    usable = sum(row.on_hand for row in usable_rows)
    reserved = sum(row.reserved for row in rows)
    in_transit = shelf.in_transit.get(drug.code, 0)
    amc = use.consumption.amc
    stock = available_stock(batches, amc, today, reserved=reserved, in_transit=in_transit)
    return Position(
        drug_code=drug.code,
        name=drug.generic_name,
        strength=drug.strength,
        dosage_form=drug.dosage_form,
        unit=drug.unit,
        pack_unit=drug.pack_unit,
        units_per_pack=drug.units_per_pack,
        cold_chain=drug.cold_chain,
        therapeutic_group=drug.therapeutic_group,
        barcode=drug.barcode,
        pinyin=drug.pinyin,
        is_listed=drug.valid_from <= today and (drug.valid_to is None or drug.valid_to >= today),
        on_hand=sum(row.on_hand for row in rows),
        usable=usable,
        reserved=reserved,
        in_transit=in_transit,
        available=stock.available,
        left_out=stock.left_out,
        consumption=use.consumption,
        mos=months_of_stock(usable, amc),
        status=stock_status(usable, amc, min_mos=min_mos, max_mos=max_mos),
        expiry_risk=has_expiry_risk(batches, amc, today, counted=stock.counted),
        nearest_expiry=min((row.expiry for row in usable_rows if row.expiry is not None), default=None),
        value_fen=total_value_fen((row.on_hand, row.price_fen, row.units_per_pack) for row in rows),
        first_on=use.first_on,
    )


def _use(
    own_first_on: date | None, codes: Sequence[str], first_on: date | None, shelf: _Shelf, start: date, end: date
) -> _Use:
    """The use of a product together with those whose place it took; it was out only when all of them were."""
    if first_on is None:
        return _Use(own_first_on, average_monthly_consumption(None, None, None))
    used, changes = 0, []
    for code in codes:
        moved = shelf.moved.get(code, [])
        used += shelf.corrected.get(code, 0)
        for _, _, quantity, kind, on, reverses_id in moved:
            if kind in _USE and reverses_id is None and on <= end:
                used -= quantity
        changes += _changes(shelf, code, moved, start)
    days = look_back_days(start, end, first_on)
    out = count_stockout_days(start, end, changes, first_receipt=first_on)
    lately = count_stockout_days(max(start, end.replace(day=1)), end, changes, first_receipt=first_on) if out else 0
    consumption = average_monthly_consumption(max(0, used), days, out, days_per_month=DAYS_PER_MONTH)
    return _Use(own_first_on, consumption, lately)


def _changes(shelf: _Shelf, drug_code: str, moved: Sequence[Row[Any]], start: date) -> list[StockChange]:
    """The opening stock at `start`, and every change since, of batches that could be used; held times taken out."""
    opening = {row.id: row.on_hand for row in shelf.batches.get(drug_code, ())}
    held: dict[str, list[tuple[date, int]]] = {}
    changes = []
    for _, batch_id, quantity, _, on, _ in moved:
        opening[batch_id] = opening.get(batch_id, 0) - quantity
        expiry, hold = shelf.known[batch_id]
        if hold or batch_id in shelf.held:
            held.setdefault(batch_id, []).append((on, quantity))
        else:
            changes.append(StockChange(on, quantity, batch_id, expiry))
    for batch_id, units in opening.items():
        expiry, hold = shelf.known[batch_id]
        if hold or batch_id in shelf.held:
            spans = shelf.held.get(batch_id, [ALWAYS])
            changes += _unheld_changes(batch_id, expiry, units, held.get(batch_id, ()), spans, start)
        elif units:
            changes.append(StockChange(start, units, batch_id, expiry, is_opening=True))
    return changes


def _unheld_changes(
    batch_id: str,
    expiry: date | None,
    opening: int,
    own: Sequence[tuple[date, int]],
    spans: Sequence[HeldSpan],
    start: date,
) -> Iterable[StockChange]:
    """The changes of a batch that was held for some time: what nobody may use is not there (§4.3)."""
    balance = opening
    shown = 0 if any(span.holds(start) for span in spans) else opening
    if shown:
        yield StockChange(start, shown, batch_id, expiry, is_opening=True)
    turns = {day for span in spans for day in (span.since, span.until) if day is not None and day > start}
    for day in sorted({on for on, _ in own} | turns):
        arrived = 0
        for on, quantity in own:
            if on == day:
                balance += quantity
                arrived = max(arrived, quantity)
        usable = 0 if any(span.holds(day) for span in spans) else balance
        if usable and arrived:
            yield StockChange(day, arrived, batch_id, expiry)
            shown += arrived
        if usable != shown:
            yield StockChange(day, usable - shown, batch_id, expiry, is_opening=True)
        shown = usable


def _drugs(session: Session, drug_codes: Collection[str] | None) -> Sequence[Row[Any]]:
    columns = (
        "code", "generic_name", "strength", "dosage_form", "unit", "pack_unit", "units_per_pack", "cold_chain",
        "therapeutic_group", "barcode", "pinyin", "valid_from", "valid_to",
    )  # fmt: skip
    statement = select(*(_DRUGS.c[name] for name in columns)).order_by(
        _DRUGS.c.pinyin, _DRUGS.c.generic_name, _DRUGS.c.code
    )
    if drug_codes is None:
        return session.execute(statement).all()
    found = [
        row for part in _parts(drug_codes) for row in session.execute(statement.where(_DRUGS.c.code.in_(part)))
    ]
    return sorted(found, key=lambda row: (row.pinyin, row.generic_name, row.code))


def _first_days(session: Session, organisation_id: str, codes: Sequence[str]) -> dict[str, date]:
    """The day of each drug's first movement on this shelf; a drug that never moved is left out."""
    earliest = (
        select(_MOVEMENTS.c.occurred_on)
        .where(_MOVEMENTS.c.organisation_id == organisation_id, _MOVEMENTS.c.drug_code == _DRUGS.c.code)
        .order_by(_MOVEMENTS.c.occurred_at)
        .limit(1)
        .scalar_subquery()
    )
    statement = select(_DRUGS.c.code, earliest.label("first_on"))
    return {
        row.code: row.first_on
        for part in _parts(codes)
        for row in session.execute(statement.where(_DRUGS.c.code.in_(part))).all()
        if row.first_on is not None
    }


def _read_moves(
    session: Session,
    shelf: _Shelf,
    organisation_id: str,
    start: date,
    end: date,
    drug_codes: Collection[str] | None,
) -> None:
    """The movements from `start` on, and what is needed to know of their batches."""
    for part in [None] if drug_codes is None else _parts(drug_codes):
        moved = select(*(_MOVEMENTS.c[name] for name in MOVED)).where(
            _of(organisation_id, part), _since(start, part)
        )
        rows = session.execute(moved).all()
        for row in rows:
            shelf.moved[row[0]].append(row)
        corrections = [row for row in rows if row[5] is not None and row.kind in _USE]
        _correct(session, shelf, start, end, corrections)
    missing = {row[1] for rows in shelf.moved.values() for row in rows} - shelf.known.keys()
    for part in _parts(missing):
        found = select(_BATCHES.c.id, _BATCHES.c.expiry, _BATCHES.c.hold).where(_BATCHES.c.id.in_(part))
        shelf.known.update({row.id: (row.expiry, row.hold) for row in session.execute(found).all()})
    shelf.held = held_spans(session)


def _read_stock(session: Session, shelf: _Shelf, organisation_id: str, drug_codes: list[str] | None) -> None:
    """The batches that stand there, and what is on its way."""
    batches = select(_BATCHES).where(_BATCHES.c.organisation_id == organisation_id, _BATCHES.c.on_hand > 0)
    if drug_codes is not None:
        batches = batches.where(_BATCHES.c.drug_code.in_(drug_codes))
    for row in session.execute(batches).all():
        shelf.batches[row.drug_code].append(row)
        shelf.known[row.id] = (row.expiry, row.hold)
    _read_transit(session, shelf, organisation_id, drug_codes)


def _correct(session: Session, shelf: _Shelf, start: date, end: date, corrections: Sequence[Row[Any]]) -> None:
    """A reversal counts in the time of what it reverses. One is always later than that, so all of them have been read."""
    dates: dict[str, date] = {}
    for part in _parts(row.reverses_id for row in corrections):
        found = session.execute(select(_MOVEMENTS.c.id, _MOVEMENTS.c.occurred_on).where(_MOVEMENTS.c.id.in_(part)))
        dates.update({row.id: row.occurred_on for row in found})
    for row in corrections:
        if start <= dates[row.reverses_id] <= end:
            shelf.corrected[row.drug_code] = shelf.corrected.get(row.drug_code, 0) - row.quantity


def _read_transit(session: Session, shelf: _Shelf, organisation_id: str, drug_codes: list[str] | None) -> None:
    lines, shipments = ShipmentLine.__table__, Shipment.__table__
    statement = (
        select(lines.c.drug_code, func.sum(lines.c.shipped))
        .join_from(lines, shipments, shipments.c.id == lines.c.shipment_id)
        .where(shipments.c.clinic_id == organisation_id, shipments.c.state == IN_TRANSIT)
        .group_by(lines.c.drug_code)
    )
    if drug_codes is not None:
        statement = statement.where(lines.c.drug_code.in_(drug_codes))
    for row in session.execute(statement).all():
        shelf.in_transit[row.drug_code] = int(row[1])


def _of(organisation_id: str, drug_codes: list[str] | None) -> ColumnElement[bool]:
    own = _MOVEMENTS.c.organisation_id == organisation_id
    return own if drug_codes is None else own & _MOVEMENTS.c.drug_code.in_(drug_codes)


def _since(day: date, drug_codes: list[str] | None) -> ColumnElement[bool]:
    """From `day` on, said so that the index over whole months or that over single drugs serves."""
    if drug_codes is None:
        return _MOVEMENTS.c.occurred_on >= day
    midnight = datetime.combine(day, time.min).astimezone(UTC)
    return (_MOVEMENTS.c.occurred_at >= midnight) & (_MOVEMENTS.c.occurred_on >= day)


def _parts(values: Iterable[str]) -> list[list[str]]:
    """Chunks that a statement can take; nothing gives none."""
    ordered = sorted(set(values))
    return [ordered[begin : begin + _CHUNK] for begin in range(0, len(ordered), _CHUNK)]


def _months(start: date, today: date) -> list[str]:
    first, last = start.year * 12 + start.month - 1, today.year * 12 + today.month - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(first, last + 1)]
