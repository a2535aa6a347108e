"""到货登记: one batch of a delivery, why it is refused, and where a scanned 追溯码 belongs. Nothing here books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.batches import last_day_of_expiry
from app.domain.message import Message, msg
from app.domain.movements import is_possible_quantity
from app.domain.receiving import check_receipt_line
from app.domain.request_checks import has_meaning
from app.domain.trace_codes import clean_code, is_code
from app.errors import UserError
from app.forms.vocabulary import Level, Problem
from app.services.problems import Refused, refuse
from app.services.stock_goods import fen_of
from app.services.stock_ledger import BatchKey, batch_problems
from app.services.trace_codes import arrival_problem
from app.services.trace_makers import owners_of
from db.models import Drug, PurchaseOrderLine


@dataclass(frozen=True)
class Arrival:
    """One batch of a delivery. `no_codes_reason` when its packs could not be scanned although they carry codes.

    `price_fen` of a pack as delivered, None as it was ordered. A refusal stands under `key`, or under the line's id.
    """

    line_id: str
    batch_no: str
    expiry: date | None
    accepted: int
    rejected: int = 0
    reason: str = ""
    manufacturer: str = ""
    codes: tuple[str, ...] = ()
    no_codes_reason: str = ""
    price_fen: int | None = None
    key: str = ""

    @property
    def code(self) -> str:
        """Under which a refusal stands."""
        return self.key or self.line_id


@dataclass(frozen=True)
class TypedArrival:
    """One batch of a delivery as it was typed. `price` yuan of a pack, empty as it was ordered."""

    line_id: str
    key: str
    batch_no: str = ""
    expiry: str = ""
    accepted: str = ""
    rejected: str = ""
    reason: str = ""
    price: str = ""
    manufacturer: str = ""
    no_codes_reason: str = ""
    codes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it came."""
        return not self.accepted.strip() and not self.rejected.strip()


def read_arrivals(typed: Sequence[TypedArrival]) -> list[Arrival]:
    """What was typed, understood. Raises Refused under the key of each that can't be."""
    problems: list[Problem] = []
    found = []
    for each in typed:
        sentence = None
        accepted, rejected = _units(each.accepted), _units(each.rejected)
        price = fen_of(each.price)
        expiry: date | None = None
        if each.expiry.strip():
            try:
                expiry = last_day_of_expiry(each.expiry)
            except ValueError:
                sentence = msg("有效期“{text}”看不懂，请写 2027-08 或 2027-08-31。", text=each.expiry.strip()[:20])
        if accepted is None or rejected is None:
            sentence = msg("数量请填 0 或正整数（最小发药单位）。")
        elif price == -1:
            sentence = msg("价格请填每包装多少元，最多两位小数；和订的一样就空着。")
        if sentence is not None:
            problems.append(Problem(each.key, Level.REFUSE, sentence))
            continue
        found.append(
            Arrival(
                each.line_id, each.batch_no.strip(), expiry, accepted or 0, rejected or 0, each.reason.strip(),
                each.manufacturer.strip(), each.codes, each.no_codes_reason.strip(), price, each.key,
            )
        )  # fmt: skip
    if problems:
        raise Refused(problems)
    return found


def _units(text: str) -> int | None:
    """A whole number of units; nothing typed is none. None for what is no number."""
    cleaned = text.strip()
    if not cleaned:
        return 0
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() else None


@dataclass(frozen=True)
class ArrivalScan:
    """Where a scanned code belongs: an order line, and the cleaned code."""

    line_id: str
    code: str


def batch_key(line: PurchaseOrderLine, each: Arrival) -> BatchKey:
    """The batch that comes onto the shelf."""
    price = line.price_fen if each.price_fen is None else each.price_fen
    return BatchKey(
        line.drug_code, each.batch_no, each.expiry, each.manufacturer.strip(), price, line.units_per_pack
    )


def refuse_arrivals(
    session: Session, arrivals: Sequence[Arrival], lines: Mapping[str, PurchaseOrderLine], today: date
) -> None:
    """Raise Refused for what can't be booked: each sentence under its arrival's key."""
    problems: list[Problem] = []
    coming: dict[str, int] = {}
    coded = {
        drug.code
        for drug in session.scalars(select(Drug).where(Drug.code.in_([line.drug_code for line in lines.values()])))
        if drug.has_trace_code
    }
    for each in arrivals:
        line = lines.get(each.line_id)
        if line is None:
            raise refuse("line", msg("到货里有一行不在这张采购单上，没有登记。请刷新后再试。"))
        whole = _are_whole(each)
        coming[line.id] = coming.get(line.id, 0) + (each.accepted if whole else 0)
        sentence = _sentence(each, line, coming[line.id], today, is_coded=line.drug_code in coded)
        if sentence is not None:
            problems.append(Problem(each.code, Level.REFUSE, sentence))
        elif each.accepted:
            wrong = batch_problems(session, batch_key(line, each))
            problems += [Problem(each.code, Level.REFUSE, problem.message) for problem in wrong]
    if problems:
        raise Refused(problems)


def _sentence(
    each: Arrival, line: PurchaseOrderLine, coming: int, today: date, *, is_coded: bool
) -> Message | None:
    if not _are_whole(each):
        return msg("数量请填 0 或正整数（最小发药单位）。")
    check = check_receipt_line(each.accepted + each.rejected, each.accepted, each.rejected, each.reason)
    if check.message is not None:
        return check.message
    if line.received + coming > line.quantity:
        return msg(
            "{drug} 订了 {ordered} {unit}，已到 {received}，这次最多再收 {rest}。多送的请拒收。",
            drug=line.drug_name, ordered=line.quantity, unit=line.unit, received=line.received,
            rest=line.quantity - line.received,
        )  # fmt: skip
    if each.accepted and each.expiry is not None and each.expiry < today:
        return msg("{drug} 批号 {batch} 已经过期，请拒收。", drug=line.drug_name, batch=each.batch_no)
    if each.accepted and is_coded and not each.codes and not has_meaning(each.no_codes_reason):
        return msg("{drug} 请逐盒扫描追溯码；扫不了请写明原因（至少 2 个字）。", drug=line.drug_name)
    return None


def rejected_words(arrivals: Sequence[Arrival], lines: Mapping[str, PurchaseOrderLine]) -> str:
    """What was rejected and why, as the order's history keeps it."""
    words = [f"{lines[each.line_id].drug_name} {each.rejected} {each.reason}" for each in arrivals if each.rejected]
    return "；".join(words)[:200]


def place_scan(
    session: Session, desk: Desk, lines: Sequence[PurchaseOrderLine], scanned: str, line_id: str, seen: Sequence[str]
) -> ArrivalScan:
    """The line that a scanned pack is of, by its first seven digits, else the line at which the reader stands.

    Raises Refused under the line's id: no code, twice, of a drug that was not ordered, here already.
    """
    code = clean_code(scanned)
    owners = owners_of(session, code) if is_code(code) else frozenset()
    here = next((each for each in lines if each.id == line_id), None)
    own = [each for each in lines if each.drug_code in owners]
    line = here if here in own else next(iter(own), here)
    if line is None:
        raise UserError(msg("请先选中这盒药在采购单上的那一行，再扫码。"))
    why = arrival_problem(session, desk, code, line.drug_code, seen)
    if why is not None:
        raise refuse(line.id, why)
    return ArrivalScan(line.id, code)


def _are_whole(each: Arrival) -> bool:
    return all(units == 0 or is_possible_quantity(units) for units in (each.accepted, each.rejected)) and not any(
        isinstance(units, bool) for units in (each.accepted, each.rejected)
    )
