"""追溯码 of what the township sends: which packs go with which line, checked when picked and marked gone when shipped.

A drug of the list of 无码 items, and a batch that came without codes, need none. Nothing here books units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.trace_codes import ON_SHELF, CodeState, clean_code, codes_for, drug_digits, is_code
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from db.models import Drug, ShipmentLine, StockBatch, TraceCode, TraceScan


def checked_codes(
    session: Session, desk: Desk, lines: Sequence[ShipmentLine], scanned: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The cleaned codes of each line. Raises Refused: no code, twice, of another batch, never received, or too few."""
    problems: list[Problem] = []
    cleaned = {line.id: [clean_code(code) for code in scanned.get(line.id, ())] for line in lines}
    seen: set[str] = set()
    least = codes_wanted(session, desk, lines)
    for line in lines:
        for code in cleaned[line.id]:
            why = code_problem(session, desk, line, code, seen)
            if why is not None:
                problems.append(Problem(line.id, Level.REFUSE, why))
            seen.add(code)
        if not problems and _needs_codes(session, desk, line):
            wanted = least[line.id]
            if not wanted <= len(cleaned[line.id]) <= codes_for(line.shipped, line.units_per_pack):
                sentence = msg(
                    "{drug} 批号 {batch} 要扫 {wanted} 个追溯码，现在扫了 {count} 个。请逐盒扫描。",
                    drug=line.drug_name,
                    batch=line.batch_no,
                    wanted=wanted,
                    count=len(cleaned[line.id]),
                )
                problems.append(Problem(line.id, Level.REFUSE, sentence))
    if problems:
        raise Refused(problems)
    return cleaned


def codes_wanted(session: Session, desk: Desk, lines: Sequence[ShipmentLine]) -> dict[str, int]:
    """How many codes each line wants at least, by its id: units that came without a code may go without one."""
    ids = {line.batch_id for line in lines if line.batch_id}
    coded = dict.fromkeys(ids, 0)
    here = (
        select(TraceCode.batch_id, func.sum(TraceCode.units_left))
        .where(
            TraceCode.organisation_id == desk.place.id, TraceCode.batch_id.in_(ids), TraceCode.state.in_(ON_SHELF)
        )
        .group_by(TraceCode.batch_id)
    )  # fmt: skip
    with_codes = {batch_id: int(units or 0) for batch_id, units in session.execute(here)}
    coded.update(with_codes)
    shelf = session.execute(select(StockBatch.id, StockBatch.on_hand).where(StockBatch.id.in_(ids)))
    uncoded = {row.id: max(0, row.on_hand - coded[row.id]) for row in shelf}
    return {
        line.id: codes_for(line.shipped - uncoded.get(str(line.batch_id), 0), line.units_per_pack)
        if line.batch_id in with_codes
        else 0
        for line in lines
    }


def send_codes(session: Session, desk: Desk, line: ShipmentLine, movement_id: str) -> None:
    """Mark the packs of a line as gone with the movement that issued them."""
    left = line.shipped
    for code in line.codes:
        row = session.get(TraceCode, (code, desk.place.id))
        if row is None:
            continue
        units = min(row.units_left, left)
        row.units_left, left = row.units_left - units, left - units
        row.state = CodeState.GONE.value if row.units_left == 0 else CodeState.HERE.value
        session.add(TraceScan(code=code, movement_id=movement_id, quantity=units))


def take_back_codes(session: Session, desk: Desk, line: ShipmentLine, movement_id: str) -> None:
    """The packs of a line that came back in full stand here again."""
    left = line.shipped
    for code in line.codes:
        row = session.get(TraceCode, (code, desk.place.id))
        if row is None:
            continue
        units = min(line.units_per_pack - row.units_left, left)
        row.units_left, left = row.units_left + units, left - units
        row.state = CodeState.HERE.value
        session.add(TraceScan(code=code, movement_id=movement_id, quantity=units))


def _needs_codes(session: Session, desk: Desk, line: ShipmentLine) -> bool:
    known = select(TraceCode.code).where(
        TraceCode.batch_id == line.batch_id,
        TraceCode.organisation_id == desk.place.id,
        TraceCode.state.in_(ON_SHELF),
    )
    return session.scalar(known.limit(1)) is not None


def code_problem(session: Session, desk: Desk, line: ShipmentLine, code: str, seen: set[str]) -> Message | None:
    """Why a cleaned code can't go with a line; `seen` are the codes of this shipment so far. None when it can."""
    if not is_code(code):
        return msg("追溯码是 20 位数字，扫到的是“{code}”。请重新扫描。", code=code[:30])
    if code in seen:
        return msg("追溯码 {code} 在这张发货单里扫了两次。请去掉重复的一次。", code=code)
    row = session.get(TraceCode, (code, desk.place.id))
    if row is None:
        if _needs_codes(session, desk, line):
            return msg("追溯码 {code} 没有在本院入库，不能发出。请核对这一盒的来源。", code=code)
        drug = session.scalar(select(Drug).where(Drug.trace_prefix == drug_digits(code)))
        if drug is not None and drug.code != line.drug_code:
            return msg("追溯码 {code} 是 {other} 的，不是 {drug} 的。请换一盒。", code=code, other=drug.generic_name,
                       drug=line.drug_name)  # fmt: skip
        return None
    if row.batch_id != line.batch_id:
        return msg("追溯码 {code} 不是 {drug} 批号 {batch} 的。请换一盒。", code=code, drug=line.drug_name, batch=line.batch_no)
    if row.state not in ON_SHELF:
        return msg("追溯码 {code} 已经发出过，不能再发一次。请核对。", code=code)
    return None
