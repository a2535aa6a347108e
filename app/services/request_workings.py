"""What stands beside the lines of a request at the clinic: the arithmetic in steps, days out, what expires, the delivery.

Reads only. The steps are those of the figures that the line keeps; a request that was submitted keeps its sentence instead,
for the ledger has gone on since.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, case, func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import ExpiryLevel, expiry_level
from app.domain.caseload import Caseload
from app.domain.movements import MovementKind
from app.domain.quantities import to_fraction
from app.domain.suggested_quantity import OrderPolicy, Suggestion, target_units
from app.services.look_back import look_back_of
from app.services.request_proposals import Proposal, policy_for
from app.services.request_views import StoredLine
from app.services.settings import stored_values
from app.services.stock import expiry_levels
from app.services.stock_positions import consumptions, days_out_last_month, monthly_use
from db.models import DrugRequestLine, Settlement, Shipment, ShipmentLine, StockBatch, StockMovement

BARS = 6
"""Months of use shown beside a line, the present one among them."""
_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__
_RECEIVED = [MovementKind.OPENING.value, MovementKind.RECEIPT.value]
_USED = [kind.value for kind in MovementKind if kind.is_consumption]
_LOST = [kind.value for kind in MovementKind if kind.is_loss]


@dataclass(frozen=True)
class MonthFlow:
    """This month so far: beginning + received − used − lost + other = ending, in dispensing units, unusable ones among them."""

    beginning: int
    received: int
    used: int
    lost: int
    other: int

    @property
    def ending(self) -> int:
        """What stands there now."""
        return self.beginning + self.received - self.used - self.lost + self.other


@dataclass(frozen=True)
class LineWorking:
    """The steps of one suggestion. `target` is the maximum stock (AMC × season × months), None while AMC is unknown.

    `months_of_use` are (YYYY-MM, units), the present month last, None before the drug was kept.
    """

    unit: str
    pack_unit: str
    flow: MonthFlow | None
    amc: Fraction | None
    stockout_days: int | None
    low_confidence: bool
    months: Fraction
    season_factor: Fraction
    isolation_months: Fraction
    target: Fraction | None
    caseload: Caseload | None
    committed: int | None
    usable: int
    unusable: int
    reserved: int
    left_out: int
    in_transit: int
    suggestion: Suggestion
    months_of_use: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class LineMarks:
    """What a line's remark tells of its drug. `units` of the batches that expire first, in `days` (negative: expired)."""

    out_last_month: int = 0
    units: int = 0
    unit: str = ""
    days: int | None = None
    level: ExpiryLevel | None = None
    expired: int = 0


@dataclass(frozen=True)
class Delivery:
    """How far the goods of a request are. `shipments` of which `received` have been; None for what did not happen yet."""

    shipments: int = 0
    received: int = 0
    shipped_on: date | None = None
    shipped_by_name: str = ""
    received_on: date | None = None
    received_by_name: str = ""
    settled_at: datetime | None = None

    @property
    def is_received(self) -> bool:
        """Whether everything that was sent is on the shelf."""
        return 0 < self.shipments == self.received


def working(session: Session, desk: Desk, proposal: Proposal) -> LineWorking:
    """The steps of a proposal."""
    position, suggestion = proposal.position, proposal.suggestion
    policy: OrderPolicy = policy_for(stored_values(session), position.therapeutic_group, desk.today())
    code = position.drug_code
    return LineWorking(
        unit=position.unit,
        pack_unit=position.pack_unit,
        flow=_flow(session, desk, code) if position.first_on is not None else None,
        amc=position.amc,
        stockout_days=position.stockout_days,
        low_confidence=position.consumption.low_confidence,
        months=policy.months,
        season_factor=to_fraction(policy.season_factor),
        isolation_months=to_fraction(policy.isolation_months),
        target=target_units(position.amc, policy),
        caseload=proposal.caseload,
        committed=proposal.committed,
        usable=position.usable,
        unusable=proposal.unusable,
        reserved=position.reserved,
        left_out=position.left_out - proposal.unusable,
        in_transit=position.in_transit,
        suggestion=suggestion,
        months_of_use=tuple(monthly_use(session, desk.place.id, code, desk.today(), BARS - 1)),
    )


def marks_of(session: Session, desk: Desk, lines: Sequence[StoredLine]) -> dict[str, LineMarks]:
    """What is to be told of each drug of these lines, by code; a drug without anything to tell is left out."""
    known = {line.drug_code for line in lines}
    were_out = {line.drug_code for line in lines if line.stockout_days}
    out = days_out_last_month(session, desk.place.id, desk.today(), were_out, look_back_of(desk))
    found: dict[str, LineMarks] = {code: LineMarks(out_last_month=days) for code, days in out.items() if days}
    today, levels = desk.today(), expiry_levels(session)
    red, orange, yellow = levels
    units = {line.drug_code: line.unit for line in lines}
    for code, expiry, on_hand in _near_expiry(session, desk, today + timedelta(days=max(levels) - 1)):
        if code not in known:
            continue
        mark, days = found.get(code, LineMarks()), (expiry - today).days
        if days < 0:
            found[code] = replace(mark, unit=units[code], expired=mark.expired + on_hand)
        elif mark.days is None:
            level = expiry_level(expiry, today, red=red, orange=orange, yellow=yellow)
            found[code] = replace(mark, unit=units[code], units=on_hand, days=days, level=level)
    return found


def _near_expiry(session: Session, desk: Desk, last: date) -> Sequence[Row[Any]]:
    """(drug, expiry, units) of what stands there and expires by `last`, the first to expire first."""
    own = (_BATCHES.c.organisation_id == desk.place.id) & (_BATCHES.c.on_hand > 0) & (_BATCHES.c.expiry <= last)
    statement = select(_BATCHES.c.drug_code, _BATCHES.c.expiry, func.sum(_BATCHES.c.on_hand)).where(own)
    grouped = statement.group_by(_BATCHES.c.drug_code, _BATCHES.c.expiry)
    return session.execute(grouped.order_by(_BATCHES.c.drug_code, _BATCHES.c.expiry)).all()


def delivery_of(session: Session, desk: Desk, request_id: str) -> Delivery:
    """The shipments of a request, and whether the month in which the last of them arrived has its statement."""
    sent = list(
        session.scalars(
            select(Shipment)
            .where(Shipment.request_id == request_id, Shipment.state.in_(("shipped", "received", "verified")))
            .order_by(Shipment.shipped_on)
        )
    )
    if not sent:
        return Delivery()
    received = [row for row in sent if row.received_on is not None]
    newest = max(received, key=lambda row: row.received_on, default=None) if received else None
    settled_at = None
    if newest is not None and len(received) == len(sent):
        settled_at = session.scalar(
            select(Settlement.created_at)
            .where(Settlement.party_id == desk.place.id, Settlement.month == f"{newest.received_on:%Y-%m}")
            .order_by(Settlement.created_at)
            .limit(1)
        )
    return Delivery(
        shipments=len(sent),
        received=len(received),
        shipped_on=sent[-1].shipped_on,
        shipped_by_name=sent[-1].shipped_by_name,
        received_on=newest.received_on if newest else None,
        received_by_name=newest.received_by_name if newest else "",
        settled_at=settled_at,
    )


def is_delivered(session: Session, request_id: str) -> bool:
    """Whether all that was approved was sent and has arrived, so that nothing but the township's closing is left."""
    sent = session.execute(select(Shipment.id, Shipment.received_on).where(
        Shipment.request_id == request_id, Shipment.state.in_(("shipped", "received", "verified")))
    ).all()  # fmt: skip
    if not sent or any(row.received_on is None for row in sent):
        return False
    lines = select(ShipmentLine.drug_code, func.sum(ShipmentLine.shipped)).group_by(ShipmentLine.drug_code)
    units = dict(session.execute(lines.where(ShipmentLine.shipment_id.in_([row.id for row in sent]))).all())
    approved = select(DrugRequestLine.drug_code, DrugRequestLine.approved).where(DrugRequestLine.request_id == request_id)
    return all(units.get(code, 0) >= (wanted or 0) for code, wanted in session.execute(approved))


def _flow(session: Session, desk: Desk, drug_code: str) -> MonthFlow:
    """The movements of the present month, and what stood there before."""
    since = _MOVEMENTS.c.occurred_on >= desk.today().replace(day=1)
    kind, units = _MOVEMENTS.c.kind, _MOVEMENTS.c.quantity

    def total(condition: object) -> object:
        return func.coalesce(func.sum(case((condition, units), else_=0)), 0)

    row = session.execute(
        select(
            total(~since).label("beginning"),
            total(since & kind.in_(_RECEIVED)).label("received"),
            total(since & kind.in_(_USED)).label("used"),
            total(since & kind.in_(_LOST)).label("lost"),
            total(since & kind.not_in([*_RECEIVED, *_USED, *_LOST])).label("other"),
        ).where(_MOVEMENTS.c.organisation_id == desk.place.id, _MOVEMENTS.c.drug_code == drug_code)
    ).one()
    return MonthFlow(row.beginning, row.received, -row.used, -row.lost, row.other)


def days_without(session: Session, desk: Desk, codes: Collection[str], low: int = 0, high: int = 92) -> dict[str, int]:
    """For how many days up to today each drug has had nothing usable, by the rule of §4.3; at most `high`."""
    if not codes:
        return {}
    if low >= high:
        return dict.fromkeys(codes, low)
    middle = (low + high + 1) // 2
    start = desk.today() - timedelta(days=middle - 1)
    uses = consumptions(session, desk.place.id, start, desk.today(), sorted(codes))
    whole = {code for code in codes if (uses[code].stockout_days or 0) >= middle}
    longer = days_without(session, desk, whole, middle, high)
    return longer | days_without(session, desk, set(codes) - whole, low, middle - 1)
