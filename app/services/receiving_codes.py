"""收货扫码: which line of a shipment a scanned 追溯码 belongs to, or why it is refused, before anything is booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.trace_codes import (
    CodeFault,
    CodeState,
    KnownCode,
    clean_code,
    codes_for,
    form_fault,
    receipt_fault,
    sentence,
)
from app.services.trace_makers import is_unknown_maker, owners_of
from db.models import ShipmentLine, TraceCode


@dataclass(frozen=True)
class PlacedCode:
    """A scan with its line. `problem` is why it was not taken; then `line_id` is the line that it was meant for, or "".

    `is_new_maker`: it would be taken if somebody confirmed that packs with these digits are the drug of the line.
    """

    code: str
    line_id: str
    problem: Message | None = None
    is_new_maker: bool = False


def place_code(
    session: Session,
    desk: Desk,
    lines: Sequence[ShipmentLine],
    scanned: str,
    taken: Mapping[str, Sequence[str]],
    chosen: str,
) -> PlacedCode:
    """The line of a scan: the one that lists it, else the one of its drug, else the `chosen` one. `taken` by line id."""
    code = clean_code(scanned)
    by_id = {line.id: line for line in lines}
    line = next((each for each in lines if code in each.codes), None) or _line_of_drug(session, lines, code, taken, chosen)
    meant = line.id if line is not None else chosen if chosen in by_id else ""
    name = by_id[meant].drug_name if meant else str(msg("这种药"))
    fault = form_fault(code, "")
    if fault is not None:
        return PlacedCode(code, "", sentence(fault, code, name))
    before = next((line_id for line_id, codes in taken.items() if code in codes), None)
    if before is not None:
        return PlacedCode(code, before, msg("追溯码 {code} 扫了两次。这一盒只记了一次，数量没有变，请接着扫下一盒。", code=code))
    if line is None or (line.codes and code not in line.codes):
        told = msg("追溯码 {code} 不在这张发货单里。没有记，数量没有变。请核对这一盒是不是别的货，多到的按 F7 另记。", code=code)
        return PlacedCode(code, "" if line is None or line.id == chosen else line.id, told)
    row = session.get(TraceCode, (code, desk.place.id))
    owners = owners_of(session, code)
    if (row is not None and row.drug_code != line.drug_code) or (owners and line.drug_code not in owners):
        return PlacedCode(code, line.id, sentence(CodeFault.OTHER_DRUG, code, name))
    known = None if row is None else KnownCode(code, row.drug_code, row.batch_id, row.units_left, CodeState(row.state))
    fault = receipt_fault(known)
    if fault is not None:
        return PlacedCode(code, line.id, sentence(fault, code, name))
    if code not in line.codes and is_unknown_maker(session, code, line.drug_code):
        return PlacedCode(code, line.id, sentence(CodeFault.UNKNOWN_MAKER, code, name), is_new_maker=True)
    return PlacedCode(code, line.id)


def _line_of_drug(
    session: Session, lines: Sequence[ShipmentLine], code: str, taken: Mapping[str, Sequence[str]], chosen: str
) -> ShipmentLine | None:
    """The line of the drug whose digits these are, of several the chosen one, else the first with room; where nobody has
    said yet whose they are, the chosen line."""
    owners = owners_of(session, code)
    if not owners:
        return next((each for each in lines if each.id == chosen), None)
    own = [line for line in lines if line.drug_code in owners]
    room = [line for line in own if len(taken.get(line.id, ())) < codes_for(line.shipped, line.units_per_pack)]
    return next((line for line in own if line.id == chosen), None) or next(iter(room or own), None)
