"""追溯码的扫码: which pack came with which movement and went with which, in the transaction of whoever books the movement.

A pack is known by its code at one organisation; its units are counted down as it is handed out in parts. Drugs on the list
of 无码 items need none. Goods that came before codes were scanned have none either: of a batch only as many units may go
without a code as came without one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import MovementKind
from app.domain.trace_codes import (
    ON_SHELF,
    CodeFault,
    CodeState,
    KnownCode,
    clean_code,
    codes_for,
    form_fault,
    issue_fault,
    receipt_fault,
    sentence,
    shared_out,
    taken_from,
)
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from app.services.trace_makers import learn, maker_fault, owners_of
from db.models import Drug, StockBatch, StockMovement, TraceCode, TraceScan

LEAVING = {
    MovementKind.ISSUE.value: CodeState.GONE,
    MovementKind.TRANSFER_OUT.value: CodeState.GONE,
    MovementKind.RETURN_TO_TOWNSHIP.value: CodeState.GONE,
    MovementKind.RETURN_TO_DISTRIBUTOR.value: CodeState.GONE,
    MovementKind.DISPENSE.value: CodeState.USED,
}
"""What becomes of an empty pack; by any other movement it is lost."""


@dataclass(frozen=True)
class ScannedPack:
    """One scan that was taken: the pack, how many units of it, how many are left in it afterwards."""

    code: str
    batch_id: str
    quantity: int
    units_left: int


@dataclass(frozen=True)
class CodeLookup:
    """What a scan means at the counter: the pack with its drug and batch, or why it is refused."""

    code: str
    known: KnownCode | None = None
    drug_name: str = ""
    problem: Message | None = None


def scan_in(
    session: Session, desk: Desk, movement_id: str, scanned: Sequence[str], *, complete: bool = True, code: str = "codes",
    listed: Collection[str] = (),
) -> tuple[ScannedPack, ...]:
    """Take the packs of an incoming movement onto the shelf: full packs first, the last holds what is left.

    `complete` wants a code for every pack, unless the drug is on the list of 无码 items. `listed` are codes that a delivery
    note lists as this drug: the digits of a maker that was not known are learnt from them. Raises Refused with a sentence for
    each scan that can't be (no code, another drug's, scanned twice, received before) and for too few or too many.
    """
    movement, batch, drug = _of_movement(session, movement_id)
    units = abs(movement.quantity)
    cleaned = [clean_code(each) for each in scanned]
    name = drug.generic_name if drug else movement.drug_code
    problems: list[Message] = []
    for place, each in enumerate(cleaned):
        fault = _in_fault(session, desk, each, drug, movement.drug_code, cleaned[:place], is_listed=each in listed)
        if fault is not None:
            problems.append(sentence(fault, each, name))
    wanted = codes_for(units, batch.units_per_pack)
    needs = complete and (drug is None or drug.has_trace_code)
    if not problems and len(cleaned) > wanted:
        problems.append(sentence(CodeFault.TOO_MANY_CODES, "", name, units=wanted))
    if not problems and needs and len(cleaned) < wanted:
        problems.append(sentence(CodeFault.MISSING, "", name, units=wanted - len(cleaned)))
    _refuse_any(problems, code)
    for each in cleaned:
        if drug is not None and each in listed and not owners_of(session, each):
            learn(session, desk, each, drug.code)
    packs = []
    for each, quantity in zip(cleaned, shared_out(units, batch.units_per_pack, len(cleaned)), strict=True):
        row = session.get(TraceCode, (each, desk.place.id)) or TraceCode(code=each, organisation_id=desk.place.id)
        row.drug_code, row.batch_id, row.units_left = movement.drug_code, batch.id, quantity
        row.state, row.received_by_id = CodeState.HERE.value, movement.id
        session.add(row)
        session.add(TraceScan(code=each, movement_id=movement.id, quantity=quantity))
        packs.append(ScannedPack(each, batch.id, quantity, quantity))
    session.flush()
    return tuple(packs)


def scan_out(
    session: Session, desk: Desk, movement_id: str, scanned: Sequence[str] | Mapping[str, int], *, code: str = "codes"
) -> tuple[ScannedPack, ...]:
    """Take the units of an outgoing movement, already booked, out of the scanned packs.

    `scanned` codes in the order in which the packs are emptied, or units by code. Raises Refused with a sentence for each
    scan that can't be (never received, of another drug or batch, used up, not so many units left, scanned in vain), and
    when more units go without a code than came without one.
    """
    movement, batch, drug = _of_movement(session, movement_id)
    units = abs(movement.quantity)
    name, unit = (drug.generic_name, drug.unit) if drug else (movement.drug_code, "")
    order = [clean_code(each) for each in scanned]
    rows = {each: session.get(TraceCode, (each, desk.place.id)) for each in order}
    wanted = _wanted(scanned, order, rows, units)
    problems: list[Message] = []
    for place, each in enumerate(order):
        fault = form_fault(each, "") or (CodeFault.TWICE_HERE if each in order[:place] else None)
        fault = fault or issue_fault(_known(rows[each]), movement.drug_code, wanted[place], batch.id)
        if fault is not None:
            left = 0 if (row := rows[each]) is None else row.units_left
            problems.append(sentence(fault, each, name, left=left, units=wanted[place], unit=unit))
    if not problems:
        without = units - sum(wanted)
        free = uncoded_units(session, desk, batch.id, before_units=units)
        if without < 0:
            told = msg("{drug}扫码的数量比发出的 {units} {unit} 多。没有记，请核对。", drug=name, units=units, unit=unit)
            problems.append(told)
        elif without > free and (drug is None or drug.has_trace_code):
            packs = codes_for(without - free, batch.units_per_pack)
            problems.append(sentence(CodeFault.MISSING, "", name, units=packs))
    _refuse_any(problems, code)
    emptied = LEAVING.get(movement.kind, CodeState.LOST)
    packs_taken = []
    for each, quantity in zip(order, wanted, strict=True):
        row = rows[each]
        if row is None or quantity == 0:
            continue
        row.units_left -= quantity
        row.state = emptied.value if row.units_left == 0 else CodeState.HERE.value
        session.add(TraceScan(code=each, movement_id=movement.id, quantity=quantity))
        packs_taken.append(ScannedPack(each, batch.id, quantity, row.units_left))
    session.flush()
    return tuple(packs_taken)


def why_scans_stay(session: Session, movement_id: str) -> Message | None:
    """Why a movement can't be reversed because of its packs: units that came with it have left since, or a pack that went
    with it came back another way. None when it can."""
    movement = session.get_one(StockMovement, movement_id)
    if movement.quantity < 0:
        return _why_packs_stay_away(session, movement)
    for scan in session.scalars(select(TraceScan).where(TraceScan.movement_id == movement_id)):
        row = session.get(TraceCode, (scan.code, movement.organisation_id))
        if row is not None and (row.units_left < scan.quantity or row.state not in ON_SHELF):
            name = session.scalar(select(Drug.generic_name).where(Drug.code == row.drug_code)) or row.drug_code
            return msg(
                "{drug}的追溯码 {code} 这一盒已经发出过，不能冲销它的入库。没有记，请先冲销发出的那一笔。",
                drug=name, code=scan.code,
            )  # fmt: skip
    return None


def _why_packs_stay_away(session: Session, movement: StockMovement) -> Message | None:
    """A pack that was lost and received again must not hold its units twice."""
    size = session.get_one(StockBatch, movement.batch_id).units_per_pack
    for scan in session.scalars(select(TraceScan).where(TraceScan.movement_id == movement.id)):
        row = session.get(TraceCode, (scan.code, movement.organisation_id))
        if row is not None and (row.batch_id != movement.batch_id or row.units_left + scan.quantity > size):
            name = session.scalar(select(Drug.generic_name).where(Drug.code == row.drug_code)) or row.drug_code
            return msg(
                "{drug}的追溯码 {code} 这一盒后来又入过库，不能冲销它的出库。没有记，请先冲销后来入库的那一笔。",
                drug=name, code=scan.code,
            )  # fmt: skip
    return None


def undo_scans(session: Session, movement_id: str, reversal_id: str) -> None:
    """Put the packs of a movement that was reversed back to where they were before it.

    What it took is in the packs again, and they may be given again; what it brought is gone, and may be received again.
    """
    movement = session.get_one(StockMovement, movement_id)
    for scan in session.scalars(select(TraceScan).where(TraceScan.movement_id == movement_id)).all():
        row = session.get(TraceCode, (scan.code, movement.organisation_id))
        if row is None:
            continue
        if movement.quantity < 0:
            row.units_left += scan.quantity
            row.state = CodeState.HERE.value
        else:
            row.units_left -= scan.quantity
            row.state = CodeState.GONE.value if row.units_left == 0 else row.state
        session.add(TraceScan(code=scan.code, movement_id=reversal_id, quantity=scan.quantity))
    session.flush()


def uncoded_units(session: Session, desk: Desk, batch_id: str, *, before_units: int = 0) -> int:
    """Units of a batch that came without a code and are still here. `before_units` were booked out already."""
    batch = session.get_one(StockBatch, batch_id)
    session.refresh(batch)
    coded = session.scalar(
        select(func.coalesce(func.sum(TraceCode.units_left), 0)).where(
            TraceCode.batch_id == batch_id,
            TraceCode.organisation_id == desk.place.id,
            TraceCode.state.in_(ON_SHELF),
        )
    )
    return max(0, batch.on_hand + before_units - int(coded or 0))


def look_up(session: Session, desk: Desk, scanned: str, drug_code: str = "") -> CodeLookup:
    """What a scan at the counter means; `drug_code` "" when any drug may be meant. Nothing is changed."""
    code = clean_code(scanned)
    fault = form_fault(code, "")
    row = None if fault else session.get(TraceCode, (code, desk.place.id))
    known = _known(row)
    wanted = drug_code or (known.drug_code if known else "")
    name = session.scalar(select(Drug.generic_name).where(Drug.code == wanted)) or wanted or str(msg("这种药"))
    fault = fault or issue_fault(known, wanted, 1)
    problem = None if fault is None else sentence(fault, code, name, left=0, units=1)
    return CodeLookup(code, known, name, problem)


def arrival_problem(
    session: Session, desk: Desk, scanned: str, drug_code: str, before: Sequence[str]
) -> Message | None:
    """Why a pack of goods that arrive can't be taken as `drug_code`; `before` are the codes scanned so far."""
    code = clean_code(scanned)
    drug = session.scalar(select(Drug).where(Drug.code == drug_code))
    fault = _in_fault(session, desk, code, drug, drug_code, before)
    return None if fault is None else sentence(fault, code, drug.generic_name if drug else drug_code)


def codes_here(session: Session, desk: Desk, drug_code: str) -> tuple[KnownCode, ...]:
    """The packs of a drug that are here, opened ones first."""
    rows = session.scalars(
        select(TraceCode)
        .where(
            TraceCode.organisation_id == desk.place.id,
            TraceCode.drug_code == drug_code,
            TraceCode.state.in_(ON_SHELF),
        )
        .order_by(TraceCode.units_left, TraceCode.code)
    )
    return tuple(known for row in rows if (known := _known(row)) is not None)


def scans_of(session: Session, movement_ids: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """The codes and units that went with each movement, in the order of the codes."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for begin in range(0, len(movement_ids), 500):
        part = movement_ids[begin : begin + 500]
        rows = session.execute(
            select(TraceScan.movement_id, TraceScan.code, TraceScan.quantity)
            .where(TraceScan.movement_id.in_(part))
            .order_by(TraceScan.code)
        )
        for movement_id, code, quantity in rows:
            found[movement_id] = (*found.get(movement_id, ()), (code, quantity))
    return found


def _wanted(
    scanned: Sequence[str] | Mapping[str, int], order: Sequence[str], rows: Mapping[str, TraceCode | None], units: int
) -> list[int]:
    """Units to take from each scanned pack: as given, or as many as each has, in order."""
    if isinstance(scanned, Mapping):
        return [int(quantity) for quantity in scanned.values()]
    left = tuple(0 if (row := rows[each]) is None else row.units_left for each in order)
    taken = taken_from(units, left)
    return list(taken) if taken is not None else list(left)


def _in_fault(
    session: Session, desk: Desk, code: str, drug: Drug | None, drug_code: str, before: Sequence[str],
    *, is_listed: bool = False,
) -> CodeFault | None:
    fault = form_fault(code, "")
    if fault is None:
        fault = maker_fault(session, code, drug, drug_code)
        # What the delivery note lists as this drug is this drug, unless the digits are known to be another's.
        fault = None if is_listed and fault is CodeFault.UNKNOWN_MAKER else fault
    if fault is not None:
        return fault
    if code in before:
        return CodeFault.TWICE_HERE
    row = session.get(TraceCode, (code, desk.place.id))
    if row is not None and row.drug_code != drug_code:
        return CodeFault.OTHER_DRUG
    return receipt_fault(_known(row))


def _of_movement(session: Session, movement_id: str) -> tuple[StockMovement, StockBatch, Drug | None]:
    movement = session.get_one(StockMovement, movement_id)
    batch = session.get_one(StockBatch, movement.batch_id)
    return movement, batch, session.scalar(select(Drug).where(Drug.code == movement.drug_code))


def _known(row: TraceCode | None) -> KnownCode | None:
    if row is None:
        return None
    return KnownCode(row.code, row.drug_code, row.batch_id, row.units_left, CodeState(row.state))


def _refuse_any(problems: Sequence[Message], code: str) -> None:
    if problems:
        raise Refused(Problem(code, Level.REFUSE, problem) for problem in problems)
