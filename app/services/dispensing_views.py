"""What was given, as the screens show it: a dispensing with its lines, their batches, and the scanned codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from app.domain.dosing_times import DAY_TIME_LABELS, dosing
from app.domain.message import Message, msg
from app.domain.movements import MovementKind
from app.domain.prescribing import PrescriptionKind
from app.domain.quantities import up_to_two_places
from app.domain.stock_value import total_value_fen
from app.i18n import tr
from app.services.trace_codes import scans_of
from db.models import Dispensing as DispensingDocument
from db.models import DispensingLine, Resident, StockBatch, StockMovement

GIVEN, RETURNED, REVERSED = "given", "returned", "reversed"
STATE_LABELS = {GIVEN: msg("已发"), RETURNED: msg("已全退"), REVERSED: msg("已冲销")}


@dataclass(frozen=True)
class GivenBatch:
    """Units of one batch that were given, with the scanned codes."""

    movement_id: str
    batch_no: str
    expiry: date | None
    units: int
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GivenLine:
    """One drug that was given; `returned` units came back."""

    id: str
    drug_code: str
    drug_name: str
    strength: str
    unit: str
    quantity: int
    returned: int
    dose: str
    times_per_day: Decimal | None
    days: int | None
    usage: str
    amount_fen: int | None
    batches: tuple[GivenBatch, ...] = ()
    kept_fen: int | None = 0
    """The value of what did not come back; None when a price is unknown."""


@dataclass(frozen=True)
class CameBack:
    """Units of a drug that came back (退药), or all of a dispensing that was reversed: who wrote it when, and why."""

    drug_name: str
    units: int
    unit: str
    user_name: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class DispensingView:
    """What one resident was given at one time. `warnings` as shown, each with the doctor's reason.

    `state` given, returned (everything came back) or reversed (entered by mistake, nothing had left the shelf).
    """

    id: str
    resident_id: str
    resident_name: str
    given_on: date
    diagnosis: str
    kind: PrescriptionKind
    user_name: str
    state: str
    lines: tuple[GivenLine, ...]
    warnings: tuple[Mapping[str, Any], ...]
    at: datetime
    form_entry_id: str | None = None
    weight_kg: Decimal | None = None
    came_back: tuple[CameBack, ...] = ()

    @property
    def amount_fen(self) -> int | None:
        """The value of what was given; None when one price is unknown."""
        amounts = [line.amount_fen for line in self.lines]
        return None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)

    @property
    def kept_fen(self) -> int | None:
        """The value of what was given less what came back; None when one price is unknown."""
        amounts = [line.kept_fen for line in self.lines]
        return None if any(amount is None for amount in amounts) else sum(amount or 0 for amount in amounts)

    @property
    def drugs(self) -> Message:
        """All drugs in one sentence, for lists and the timeline."""
        return drugs_in_words([(line.drug_name, line.quantity, line.unit) for line in self.lines])


def drugs_in_words(lines: Sequence[tuple[str, int, str]]) -> Message:
    """氨氯地平片 28 片；二甲双胍片 56 片, of (name, units, unit)."""
    each = [msg("{drug} {units} {unit}", drug=drug, units=units, unit=unit) for drug, units, unit in lines]
    if not each:
        return msg("没有药品")
    whole = each[0]
    for one in each[1:]:
        whole = msg("{before}；{drug}", before=whole, drug=one)
    return whole


def usage_words(dose: str, times_per_day: Decimal | None, usage: str) -> str:
    """How it is taken, as the label says it: 每日 3 次，每次 2片，饭后."""
    parts: list[Message] = []
    if times_per_day is not None:
        parts.append(msg("每日 {times} 次", times=up_to_two_places(times_per_day)))
    if dose.strip():
        parts.append(msg("每次 {dose}", dose=dose.strip()))
    words = [tr(part) for part in parts] + ([usage.strip()] if usage.strip() else [])
    return tr("，").join(words)


def times_of_day(line: GivenLine) -> str:
    """早、中、晚, "" when they are not certain."""
    times = line.times_per_day
    whole = int(times) if times is not None and times == times.to_integral_value() else None
    found = dosing(whole, line.usage)
    return tr("、").join(tr(DAY_TIME_LABELS[time]) for time in found.times)


def movements_back(session: Session, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """What came back of dispensings by their ids: each return, and each reversal of what was given."""
    is_return = StockMovement.kind == MovementKind.RETURN_FROM_RESIDENT.value
    is_reversal = (StockMovement.kind == MovementKind.DISPENSE.value) & StockMovement.reverses_id.is_not(None)
    query = select(
        StockMovement.document_id, StockMovement.drug_code, StockMovement.quantity, StockMovement.user_name,
        StockMovement.occurred_at, StockMovement.reason, StockBatch.price_fen, StockBatch.units_per_pack,
    ).join(StockBatch, StockBatch.id == StockMovement.batch_id)  # fmt: skip
    found = query.where(StockMovement.document_id.in_(ids), or_(is_return, is_reversal))
    return session.execute(found.order_by(StockMovement.occurred_at, StockMovement.id)).all()


def _kept_fen(line: DispensingLine, back: Sequence[Row[Any]]) -> int | None:
    if line.returned >= line.quantity:
        return 0
    came = total_value_fen((row.quantity, row.price_fen, row.units_per_pack) for row in back)
    return None if line.amount_fen is None or came is None else max(0, line.amount_fen - came)


def lines_of(session: Session, ids: Sequence[str]) -> list[DispensingLine]:
    """The stored lines of dispensings, in their order."""
    query = select(DispensingLine).where(DispensingLine.dispensing_id.in_(ids))
    return list(session.scalars(query.order_by(DispensingLine.dispensing_id, DispensingLine.position)))


def view_of(session: Session, document: DispensingDocument) -> DispensingView:
    """One stored dispensing."""
    return views_of(session, [document])[0]


def views_of(session: Session, documents: Sequence[DispensingDocument]) -> list[DispensingView]:
    """Stored dispensings, in the order given."""
    ids = [document.id for document in documents]
    names = dict(
        session.execute(
            select(Resident.id, Resident.name).where(Resident.id.in_({each.resident_id for each in documents}))
        ).all()
    )
    movements = session.execute(
        select(
            StockMovement.id, StockMovement.document_id, StockMovement.drug_code, StockMovement.quantity,
            StockBatch.batch_no, StockBatch.expiry,
        )
        .join(StockBatch, StockBatch.id == StockMovement.batch_id)
        .where(
            StockMovement.document_id.in_(ids),
            StockMovement.kind == MovementKind.DISPENSE.value,
            StockMovement.reverses_id.is_(None),
        )
        .order_by(StockBatch.expiry, StockBatch.batch_no, StockMovement.id)
    ).all()  # fmt: skip
    scans = scans_of(session, [row.id for row in movements])
    batches: dict[tuple[str, str], list[GivenBatch]] = {}
    for row in movements:
        codes = tuple(code for code, _units in scans.get(row.id, ()))
        given = GivenBatch(row.id, row.batch_no, row.expiry, -row.quantity, codes)
        batches.setdefault((row.document_id, row.drug_code), []).append(given)
    lines: dict[str, list[GivenLine]] = {}
    back = movements_back(session, ids)
    came_back: dict[str, list[CameBack]] = {}
    for line in lines_of(session, ids):
        own = [row for row in back if (row.document_id, row.drug_code) == (line.dispensing_id, line.drug_code)]
        came_back.setdefault(line.dispensing_id, []).extend(
            CameBack(line.drug_name, row.quantity, line.unit, row.user_name, row.occurred_at, row.reason) for row in own
        )
        lines.setdefault(line.dispensing_id, []).append(
            GivenLine(
                line.id, line.drug_code, line.drug_name, line.strength, line.unit, line.quantity, line.returned,
                line.dose, line.times_per_day, line.days, line.usage, line.amount_fen,
                tuple(batches.get((line.dispensing_id, line.drug_code), ())), _kept_fen(line, own),
            )
        )
    return [
        DispensingView(
            each.id, each.resident_id, names.get(each.resident_id, ""), each.given_on, each.diagnosis,
            PrescriptionKind(each.kind), each.user_name, each.state, tuple(lines.get(each.id, ())), tuple(each.warnings),
            each.created_at, each.form_entry_id, each.weight_kg,
            tuple(sorted(came_back.get(each.id, ()), key=lambda one: one.at)),
        )
        for each in documents
    ]
