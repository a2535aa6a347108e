"""发货单 as screens and sheets see it: plain values, and what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.domain.shipment_states import SHIPMENT_STEPS, VERIFY_WITHIN_DAYS, ShipmentAction, ShipmentState
from app.errors import UserError
from app.services.document_steps import steps_of, steps_offered
from db.models import Organisation, Shipment, ShipmentLine

ENTITY = "shipment"


@dataclass(frozen=True)
class ShipmentLineView:
    """One line: one batch. `accepted` and `rejected` None until it was received. Money of one pack in fen."""

    id: str
    request_line_id: str | None
    batch_id: str | None
    drug_code: str
    drug_name: str
    strength: str
    unit: str
    pack_unit: str
    units_per_pack: int
    price_fen: int | None
    manufacturer: str
    batch_no: str
    expiry: date | None
    shipped: int
    accepted: int | None
    rejected: int | None
    reject_reason: str
    is_pending: bool
    resolution: str
    bearer: str
    put_back: int
    codes: tuple[str, ...]

    @property
    def is_difference(self) -> bool:
        """Whether what came is not what was sent."""
        return bool(self.rejected) or self.is_pending


@dataclass(frozen=True)
class ShipmentStep:
    """One line of a shipment's history, oldest first."""

    action: ShipmentAction
    to_state: ShipmentState
    user_name: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class ShipmentView:
    """A whole shipment. `dispatch_celsius` and `hand_over_celsius` in tenths of a degree."""

    id: str
    number: str
    clinic_id: str
    clinic_name: str
    township_name: str
    request_id: str | None
    state: ShipmentState
    version: int
    route: str
    created_by_name: str
    created_at: datetime
    shipped_on: date | None
    shipped_by_name: str
    delivered_by: str
    received_on: date | None
    received_by_name: str
    verified_by_name: str
    hand_over_celsius: int | None
    dispatch_celsius: int | None
    remark: str
    lines: tuple[ShipmentLineView, ...]
    history: tuple[ShipmentStep, ...]
    actions: tuple[ShipmentAction, ...]

    @property
    def differences(self) -> tuple[ShipmentLineView, ...]:
        """The lines of which not all that was sent was taken, or that were not sent."""
        return tuple(line for line in self.lines if line.is_difference)


@dataclass(frozen=True)
class ShipmentSummary:
    """A shipment in a list. `verify_by` is the day by which a difference is to be settled, None when there is none."""

    id: str
    number: str
    clinic_id: str
    clinic_name: str
    state: ShipmentState
    version: int
    route: str
    kinds_of_drugs: int
    created_at: datetime
    shipped_on: date | None
    received_on: date | None
    has_differences: bool
    verify_by: date | None


def load_shipment(session: Session, shipment_id: str) -> Shipment:
    """The stored shipment; raises UserError when there is none."""
    row = session.get(Shipment, shipment_id)
    if row is None:
        raise UserError(msg("找不到这张发货单，没有改动任何内容。请刷新后再试。"))
    return row


def lines_of_shipment(session: Session, shipment_id: str) -> list[ShipmentLine]:
    """The stored lines in their order."""
    query = select(ShipmentLine).where(ShipmentLine.shipment_id == shipment_id)
    return list(session.scalars(query.order_by(ShipmentLine.position, ShipmentLine.id)))


def shipment_view(session: Session, desk: Desk, row: Shipment) -> ShipmentView:
    """The whole shipment as the signed-in user sees it."""
    session.flush()
    state = ShipmentState(row.state)
    names = _names(session)
    return ShipmentView(
        id=row.id,
        number=row.number,
        clinic_id=row.clinic_id,
        clinic_name=names.get(row.clinic_id, ""),
        township_name=names.get(row.township_id, ""),
        request_id=row.request_id,
        state=state,
        version=row.version,
        route=row.route,
        created_by_name=row.created_by_name,
        created_at=row.created_at,
        shipped_on=row.shipped_on,
        shipped_by_name=row.shipped_by_name,
        delivered_by=row.delivered_by,
        received_on=row.received_on,
        received_by_name=row.received_by_name,
        verified_by_name=row.verified_by_name,
        hand_over_celsius=row.hand_over_celsius,
        dispatch_celsius=row.dispatch_celsius,
        remark=row.remark,
        lines=tuple(line_view(line) for line in lines_of_shipment(session, row.id)),
        history=tuple(
            ShipmentStep(
                ShipmentAction(step.action), ShipmentState(step.to_state), step.user_name, step.at, step.comment
            )
            for step in steps_of(session, ENTITY, row.id)
        ),
        actions=steps_offered(session, desk, SHIPMENT_STEPS, ENTITY, row, state),  # type: ignore[arg-type]
    )


def line_view(line: ShipmentLine) -> ShipmentLineView:
    """One stored line."""
    return ShipmentLineView(
        id=line.id, request_line_id=line.request_line_id, batch_id=line.batch_id, drug_code=line.drug_code,
        drug_name=line.drug_name, strength=line.strength, unit=line.unit, pack_unit=line.pack_unit,
        units_per_pack=line.units_per_pack, price_fen=line.price_fen, manufacturer=line.manufacturer,
        batch_no=line.batch_no, expiry=line.expiry, shipped=line.shipped, accepted=line.accepted,
        rejected=line.rejected, reject_reason=line.reject_reason, is_pending=line.is_pending,
        resolution=line.resolution, bearer=line.bearer, put_back=line.put_back, codes=tuple(line.codes),
    )  # fmt: skip


def shipment_summaries(session: Session, *conditions: object, limit: int = 200) -> list[ShipmentSummary]:
    """Shipments in a list: those with a difference to settle first, then the newest."""
    lines = ShipmentLine.__table__
    counts = {
        row[0]: (row[1], bool(row[2]))
        for row in session.execute(
            select(
                lines.c.shipment_id,
                func.count(func.distinct(lines.c.drug_code)),
                func.max((func.coalesce(lines.c.rejected, 0) > 0) | lines.c.is_pending),
            ).group_by(lines.c.shipment_id)
        )
    }
    query = select(Shipment).where(*conditions).order_by(Shipment.created_at.desc(), Shipment.id)  # type: ignore[arg-type]
    names = _names(session)
    found = []
    for row in session.scalars(query.limit(limit)):
        kinds, differs = counts.get(row.id, (0, False))
        waits = differs and row.state == ShipmentState.RECEIVED.value and row.received_on is not None
        verify_by = row.received_on + timedelta(days=VERIFY_WITHIN_DAYS) if waits and row.received_on else None
        found.append(
            ShipmentSummary(
                row.id, row.number, row.clinic_id, names.get(row.clinic_id, ""), ShipmentState(row.state),
                row.version, row.route, kinds, row.created_at, row.shipped_on, row.received_on, differs, verify_by,
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: row.verify_by is None)


def _names(session: Session) -> dict[str, str]:
    return {row.id: row.name for row in session.execute(select(Organisation.id, Organisation.name))}
