"""盘点 and 追溯码: which packs are missing, or were found, where a count differs from the book.

A shortage leaves more units in the codes of its batch than there are on the shelf. Whoever counted names the packs that
are missing (or short); where he can't say, every pack of the batch is uncertain until its next scan proves that it is here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.trace_codes import ON_SHELF, CodeFault, CodeState, clean_code, sentence, taken_from
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from app.services.trace_codes import scan_in
from db.models import StockBatch, StockMovement, StocktakeLine, TraceCode, TraceScan


@dataclass(frozen=True)
class PackOnShelf:
    """A pack of a counted batch as the codes have it. `is_uncertain`: an earlier count could not tell whether it is here."""

    code: str
    units_left: int
    is_uncertain: bool


def packs_of_batch(session: Session, desk: Desk, batch_id: str) -> tuple[PackOnShelf, ...]:
    """The packs of a batch that should be on the shelf: uncertain ones first, then opened ones."""
    rows = session.scalars(
        select(TraceCode)
        .where(
            TraceCode.organisation_id == desk.place.id, TraceCode.batch_id == batch_id, TraceCode.state.in_(ON_SHELF)
        )
        .order_by(TraceCode.state.desc(), TraceCode.units_left, TraceCode.code)
    )
    return tuple(PackOnShelf(row.code, row.units_left, row.state == CodeState.UNCERTAIN.value) for row in rows)


def coded_units(session: Session, desk: Desk, batch_ids: Collection[str]) -> dict[str, int]:
    """The units in packs with a code that should be on the shelf, by batch; batches without codes are left out."""
    found: dict[str, int] = {}
    ordered = sorted(batch_ids)
    for begin in range(0, len(ordered), 500):
        rows = session.execute(
            select(TraceCode.batch_id, func.sum(TraceCode.units_left))
            .where(
                TraceCode.organisation_id == desk.place.id,
                TraceCode.batch_id.in_(ordered[begin : begin + 500]),
                TraceCode.state.in_(ON_SHELF),
            )
            .group_by(TraceCode.batch_id)
        )
        found.update({batch_id: int(units or 0) for batch_id, units in rows})
    return found


def settle_codes(
    session: Session, desk: Desk, line: StocktakeLine, movement_id: str, named: Sequence[str] | None
) -> None:
    """Put the codes right with a booked difference. `named` are the packs missing at a shortage, or found at a surplus;
    None when nobody could say.

    Raises Refused beside the line for packs that can't be the missing or found ones.
    """
    movement = session.get_one(StockMovement, movement_id)
    if movement.quantity > 0:
        scan_in(session, desk, movement_id, named or (), complete=False, code=line.id)
        return
    batch = session.get_one(StockBatch, movement.batch_id)
    session.refresh(batch)
    query = select(TraceCode).where(
        TraceCode.organisation_id == desk.place.id, TraceCode.batch_id == batch.id, TraceCode.state.in_(ON_SHELF)
    )
    packs = {row.code: row for row in session.scalars(query.order_by(TraceCode.code))}
    too_many = sum(row.units_left for row in packs.values()) - batch.on_hand
    if named is None and too_many <= 0:
        return
    if named is None and batch.on_hand and len(packs) > 1:  # otherwise it can only be these
        for row in packs.values():
            row.state = CodeState.UNCERTAIN.value
        session.flush()
        return
    missing = too_many if named is None else -movement.quantity
    _take(session, line, movement_id, packs, [clean_code(code) for code in named or packs], missing, max(0, too_many))


def shortage_problem(
    line: StocktakeLine, packs: Mapping[str, int], named: Sequence[str], missing: int, too_many: int
) -> Message | None:
    """What stands against these packs being the missing ones. `packs` units by code, `missing` units short in all,
    `too_many` units that the codes hold beyond the shelf."""
    strange = next((code for code in named if code not in packs), None)
    if strange is not None:
        return msg(
            "追溯码 {code} 不在{drug} 批号 {batch} 的在库名单里。请核对是不是别的批次。",
            code=strange[:24], drug=line.drug_name, batch=line.batch_no,
        )  # fmt: skip
    if len(set(named)) != len(named):
        twice = next(code for code in named if named.count(code) > 1)
        return sentence(CodeFault.TWICE_HERE, twice, line.drug_name)
    taken = _units_from(packs, named, missing)
    if any(units == 0 for units in taken):
        return msg(
            "{drug} 批号 {batch} 少了 {units} {unit}，指明的盒装的比这多。请去掉多指的盒。",
            drug=line.drug_name, batch=line.batch_no, units=missing, unit=line.unit,
        )  # fmt: skip
    if sum(taken) < too_many:
        return msg(
            "{drug} 批号 {batch} 还有 {units} {unit}没有指明是哪一盒少的。请再指一盒，或选“说不清是哪一盒”。",
            drug=line.drug_name, batch=line.batch_no, units=too_many - sum(taken), unit=line.unit,
        )  # fmt: skip
    return None


def _take(
    session: Session,
    line: StocktakeLine,
    movement_id: str,
    packs: Mapping[str, TraceCode],
    named: Sequence[str],
    missing: int,
    too_many: int,
) -> None:
    lefts = {code: row.units_left for code, row in packs.items()}
    problem = shortage_problem(line, lefts, named, missing, too_many)
    if problem is not None:
        raise Refused([Problem(line.id, Level.REFUSE, problem)])
    for code, units in zip(named, _units_from(lefts, named, missing), strict=True):
        row = packs[code]
        row.units_left -= units
        row.state = CodeState.LOST.value if row.units_left == 0 else CodeState.HERE.value
        session.add(TraceScan(code=code, movement_id=movement_id, quantity=units))
    session.flush()


def _units_from(lefts: Mapping[str, int], named: Sequence[str], missing: int) -> tuple[int, ...]:
    """How many units of `missing` come from each named pack, in their order."""
    held = tuple(lefts[code] for code in named)
    return taken_from(min(missing, sum(held)), held) or ()
