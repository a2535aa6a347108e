"""追溯码 of what the township sends: which packs go with which line, checked when picked and marked gone when shipped.

A drug of the list of 无码 items, and a batch that came without codes, need none. Nothing here books units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.trace_codes import ON_SHELF, CodeState, clean_code, codes_for, drug_digits, is_code
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from app.services.trace_codes import uncoded_units
from db.models import Drug, ShipmentLine, TraceCode, TraceScan


def checked_codes(
    session: Session, desk: Desk, lines: Sequence[ShipmentLine], scanned: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The cleaned codes of each line. Raises Refused: no code, twice, of another batch, never received, or too few."""
    problems: list[Problem] = []
    cleaned = {line.id: [clean_code(code) for code in scanned.get(line.id, ())] for line in lines}
    seen: set[str] = set()
    for line in lines:
        for code in cleaned[line.id]:
            why = code_problem(session, desk, line, code, seen)
            if why is not None:
                problems.append(Problem(line.id, Level.REFUSE, why))
            seen.add(code)
        if not problems and _needs_codes(session, desk, line):
            wanted = codes_wanted(session, desk, line)
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


def codes_wanted(session: Session, desk: Desk, line: ShipmentLine) -> int:
    """How many codes a line wants at least: units that came without a code may go without one."""
    if not _needs_codes(session, desk, line):
        return 0
    return codes_for(line.shipped - uncoded_units(session, desk, str(line.batch_id)), line.units_per_pack)


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
