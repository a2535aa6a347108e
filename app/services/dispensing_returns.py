"""退药 and 冲销: what comes back from a resident, and a dispensing that was entered by mistake.

What was in a resident's hands goes into quarantine and is never given again. Only what never left the counter is
reversed: it is on the shelf again, and its codes may be given again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import MovementKind, is_possible_quantity
from app.domain.trace_codes import CodeState, clean_code
from app.services.dispensing_views import GIVEN, RETURNED, REVERSED, lines_of
from app.services.problems import refuse
from app.services.stock_dispense import return_from_resident
from app.services.stock_ledger import reverse
from app.services.trace_codes import scans_of
from db.models import Dispensing as DispensingDocument
from db.models import DispensingLine, StockBatch, StockMovement, TraceCode, TraceScan


def take_back(
    session: Session, desk: Desk, document: DispensingDocument, units: Mapping[str, int], reason: str, codes: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Return units by line into quarantine; gives what had come back before and what has now, by drug. Raises Refused."""
    if document.state == REVERSED:
        raise refuse("quantity", msg("这张发药单已经冲销，没有药可退。"))
    lines = {line.id: line for line in lines_of(session, [document.id])}
    if not any(units.values()) or set(units) - set(lines):
        raise refuse("quantity", msg("请填写退回的药品和数量。"))
    before = {lines[line_id].drug_code: lines[line_id].returned for line_id in units}
    movements: list[str] = []
    for line_id, count in units.items():
        if count:
            movements += _take_back(session, desk, document, lines[line_id], count, reason)
    _mark_returned(session, desk, document, movements, codes)
    if all(line.returned == line.quantity for line in lines.values()):
        document.state = RETURNED
    after = {lines[line_id].drug_code: lines[line_id].returned for line_id in units}
    return {"before": before, "after": after}


def reverse_document(session: Session, desk: Desk, document: DispensingDocument, reason: str) -> None:
    """Put everything back onto the shelf, its packs and codes with it. Raises Refused when that can't be true any more."""
    sentence = why_not_reversible(session, desk, document)
    if sentence is not None:
        raise refuse("reason", sentence)
    given = session.scalars(
        select(StockMovement.id)
        .where(
            StockMovement.document_id == document.id,
            StockMovement.kind == MovementKind.DISPENSE.value,
            StockMovement.reverses_id.is_(None),
        )
        .order_by(StockMovement.id)
    ).all()
    for movement_id in given:
        reverse(session, desk, movement_id, reason)
    for line in lines_of(session, [document.id]):
        line.returned = line.quantity
    document.state = REVERSED


def why_not_reversible(session: Session, desk: Desk, document: DispensingDocument) -> Message | None:
    """Why a dispensing can't be reversed; None when it can."""
    if document.state != GIVEN or any(line.returned for line in lines_of(session, [document.id])):
        return msg("这张发药单已经退过药或冲销过，不能再冲销。")
    if document.given_on != desk.today():
        return msg("只有当天发错、药还没有拿走的才能冲销。药已拿走的请用退药。")
    return None


def _take_back(
    session: Session, desk: Desk, document: DispensingDocument, line: DispensingLine, count: int, reason: str
) -> list[str]:
    """Return units of a line, the batches given last first; gives the movements."""
    left = line.quantity - line.returned
    if not is_possible_quantity(count) or count > left:
        sentence = msg(
            "{drug}最多可退 {left} {unit}，您填的是 {count}。请核对。",
            drug=line.drug_name, left=left, unit=line.unit, count=count,
        )  # fmt: skip
        raise refuse(line.id, sentence)
    movements = []
    for movement_id, still_out in reversed(_still_out(session, document.id, line.drug_code)):
        part = min(count, still_out)
        if part:
            back = return_from_resident(session, desk, movement_id, part, reason=reason, code=line.id)
            movements.append(back.id)
            count -= part
    line.returned = line.returned + sum(
        movement.quantity for movement in session.scalars(select(StockMovement).where(StockMovement.id.in_(movements)))
    )
    return movements


def _mark_returned(
    session: Session, desk: Desk, document: DispensingDocument, movements: Sequence[str], codes: Sequence[str]
) -> None:
    """The packs that came back are no packs to be given again.

    They are those that were scanned, and all packs of a movement that came back whole: there was no other.
    """
    out = dict(_out_by_movement(session, document.id))
    scans = {movement: [code for code, _units in found] for movement, found in scans_of(session, list(out)).items()}
    given = {code for found in scans.values() for code in found}
    wanted = list(dict.fromkeys(clean_code(code) for code in codes))
    for each in wanted:
        if each not in given:
            raise refuse("codes", msg("追溯码 {code} 不是这张发药单发出的。没有记，请核对。", code=each[:24]))
    came_whole = [code for movement, left in out.items() if left == 0 for code in scans.get(movement, ())]
    for each in dict.fromkeys([*wanted, *came_whole]):
        row = session.get(TraceCode, (each, desk.place.id))
        if row is None or row.state == CodeState.RETURNED.value:
            continue
        if row.units_left == 0:
            row.state = CodeState.RETURNED.value
        session.add(TraceScan(code=each, movement_id=movements[0], quantity=0))


def _out_by_movement(session: Session, document_id: str) -> list[tuple[str, int]]:
    """Every movement that gave something, with its units that have not come back."""
    query = select(DispensingLine.drug_code).where(DispensingLine.dispensing_id == document_id)
    return [pair for drug in session.scalars(query) for pair in _still_out(session, document_id, drug)]


def _still_out(session: Session, document_id: str, drug_code: str) -> list[tuple[str, int]]:
    """The movements that gave a drug, with the units of each that have not come back."""
    batches: dict[str, tuple[Any, ...]] = {
        batch.id: (batch.batch_no, batch.expiry, batch.manufacturer, batch.price_fen, batch.units_per_pack)
        for batch in session.scalars(select(StockBatch).where(StockBatch.drug_code == drug_code))
    }
    rows = session.scalars(
        select(StockMovement)
        .where(StockMovement.document_id == document_id, StockMovement.drug_code == drug_code)
        .order_by(StockMovement.occurred_at, StockMovement.id)
    ).all()
    back: dict[tuple[object, ...], int] = {}
    for row in rows:
        if row.kind == MovementKind.RETURN_FROM_RESIDENT.value:
            identity = batches[row.batch_id]
            back[identity] = back.get(identity, 0) + row.quantity
    found = []
    for row in rows:
        if row.kind == MovementKind.DISPENSE.value and row.reverses_id is None:
            identity = batches[row.batch_id]
            returned = min(-row.quantity, back.get(identity, 0))
            back[identity] = back.get(identity, 0) - returned
            found.append((row.id, -row.quantity - returned))
    return found
