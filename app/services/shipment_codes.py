"""追溯码 of what the township sends: which packs go with which line, checked when picked and marked gone when shipped.

A drug of the list of 无码 items, and a batch that came without codes, need none. Nothing here books units.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.trace_codes import ON_SHELF, CodeState, clean_code, codes_for, is_code
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused
from app.services.trace_makers import owners_of
from db.models import Drug, ShipmentLine, StockBatch, TraceCode, TraceScan

_CHUNK = 500

def checked_codes(
    session: Session, desk: Desk, lines: Sequence[ShipmentLine], scanned: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The cleaned codes of each line. Raises Refused: no code, twice, of another batch, never received, or too few."""
    problems: list[Problem] = []
    cleaned = {line.id: [clean_code(code) for code in scanned.get(line.id, ())] for line in lines}
    seen: set[str] = set()
    least = codes_wanted(session, desk, lines)
    known = _known(session, desk, {code for codes in cleaned.values() for code in codes})
    coded = _coded(session, desk, lines)
    for line in lines:
        for code in cleaned[line.id]:
            why = _code_problem(session, line, code, seen, known.get(code), needs=line.batch_id in coded)
            if why is not None:
                problems.append(Problem(line.id, Level.REFUSE, why))
            seen.add(code)
        if not problems and line.batch_id in coded:
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


def send_codes(session: Session, desk: Desk, issued: Sequence[tuple[ShipmentLine, str]]) -> None:
    """Mark the packs of lines as gone, each with the id of the movement that issued it."""
    rows = _known(session, desk, {code for line, _movement in issued for code in line.codes})
    for line, movement_id in issued:
        left = line.shipped
        for code in line.codes:
            row = rows.get(code)
            if row is None:
                continue
            units = min(row.units_left, left)
            row.units_left, left = row.units_left - units, left - units
            row.state = CodeState.GONE.value if row.units_left == 0 else CodeState.HERE.value
            session.add(TraceScan(code=code, movement_id=movement_id, quantity=units))


def _known(session: Session, desk: Desk, codes: Collection[str]) -> dict[str, TraceCode]:
    """The stored packs of these codes at this desk, read together."""
    found: dict[str, TraceCode] = {}
    ordered = sorted(codes)
    for start in range(0, len(ordered), _CHUNK):
        query = select(TraceCode).where(
            TraceCode.organisation_id == desk.place.id, TraceCode.code.in_(ordered[start : start + _CHUNK])
        )
        found.update((row.code, row) for row in session.scalars(query))
    return found


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


def _coded(session: Session, desk: Desk, lines: Sequence[ShipmentLine]) -> frozenset[str]:
    """The batches of these lines of which packs with codes stand here."""
    query = select(TraceCode.batch_id).where(
        TraceCode.batch_id.in_({line.batch_id for line in lines if line.batch_id}),
        TraceCode.organisation_id == desk.place.id,
        TraceCode.state.in_(ON_SHELF),
    )
    return frozenset(session.scalars(query.distinct()))


def code_problem(session: Session, desk: Desk, line: ShipmentLine, code: str, seen: set[str]) -> Message | None:
    """Why a cleaned code can't go with a line; `seen` are the codes of this shipment so far. None when it can."""
    needs = line.batch_id in _coded(session, desk, [line])
    return _code_problem(session, line, code, seen, session.get(TraceCode, (code, desk.place.id)), needs=needs)


def _code_problem(
    session: Session, line: ShipmentLine, code: str, seen: set[str], row: TraceCode | None, *, needs: bool
) -> Message | None:
    """The same with what is stored of the code (`row`), and whether packs with codes stand here of the line's batch."""
    if not is_code(code):
        return msg("追溯码是 20 位数字，扫到的是“{code}”。请重新扫描。", code=code[:30])
    if code in seen:
        return msg("追溯码 {code} 在这张发货单里扫了两次。请去掉重复的一次。", code=code)
    if row is None:
        if needs:
            return msg("追溯码 {code} 没有在本院入库，不能发出。请核对这一盒的来源。", code=code)
        owners = owners_of(session, code)
        if owners and line.drug_code not in owners:
            other = session.scalar(select(Drug.generic_name).where(Drug.code.in_(owners)).order_by(Drug.code).limit(1))
            return msg("追溯码 {code} 是 {other} 的，不是 {drug} 的。请换一盒。", code=code, other=other or "—",
                       drug=line.drug_name)  # fmt: skip
        return None
    if row.batch_id != line.batch_id:
        return msg("追溯码 {code} 不是 {drug} 批号 {batch} 的。请换一盒。", code=code, drug=line.drug_name, batch=line.batch_no)
    if row.state not in ON_SHELF:
        return msg("追溯码 {code} 已经发出过，不能再发一次。请核对。", code=code)
    return None
