"""What the ledger says of a request's lines: stock, use, stock-out days, suggestion and sentence, and what is checked with it.

Where the clinic keeps its ledger here, stock is that of the ledger and is never typed (drug_requests §3 no. 6); a line
keeps the figures of the moment at which it was shown, and a submission is refused when they are no longer true.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Row, case, func, insert, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.consumption import previous_months
from app.domain.message import msg
from app.domain.movements import MovementKind
from app.domain.request_checks import Ledger, RequestContext
from app.domain.request_terms import Kind
from app.services.problems import refuse
from app.services.request_proposals import Proposal, all_proposals, keeps_ledger, proposals
from app.services.request_views import StoredDrug, StoredLine
from app.services.stock_positions import LOOK_BACK_MONTHS
from app.services.stocktakes import last_full_count_on
from db.models import DrugRequest, DrugRequestLine, StockBatch, StockMovement, new_id

_BATCHES, _MOVEMENTS = StockBatch.__table__, StockMovement.__table__
_RECEIVED = [kind.value for kind in (MovementKind.OPENING, MovementKind.RECEIPT)]
_USED = [kind.value for kind in MovementKind if kind.is_consumption]
_LOST = [kind.value for kind in MovementKind if kind.is_loss]


@dataclass(frozen=True)
class LineFacts:
    """What is known of a line beside what stands in it."""

    ledger: Ledger | None = None
    unusable_units: int = 0
    same_product: tuple[str, str, str] | None = None


def is_of_ledger(line: StoredLine) -> bool:
    """Whether the line's figures come from the ledger; then they are not typed."""
    return bool(line.basis)


def figures_of(proposal: Proposal) -> dict[str, object]:
    """What a line keeps of the ledger."""
    position, suggestion = proposal.position, proposal.suggestion
    return {
        "on_hand": position.usable, "in_transit": position.in_transit, "monthly_use": proposal.monthly_use,
        "stockout_days": position.stockout_days, "suggested": suggestion.suggested, "basis": suggestion.basis.value,
        "arithmetic": proposal.sentence,
    }  # fmt: skip


def write_figures(line: DrugRequestLine, proposal: Proposal) -> bool:
    """Keep with the line what the ledger says now; whether that is something else than before."""
    changed = _differing(line, proposal)
    for name, value in changed.items():
        setattr(line, name, value)
    return bool(changed)


def _differing(line: StoredLine, proposal: Proposal) -> dict[str, object]:
    return {name: value for name, value in figures_of(proposal).items() if getattr(line, name) != value}


def _codes_for(request: DrugRequest, lines: Sequence[StoredLine]) -> list[str] | None:
    """The drugs to look at: for a regular request the whole catalogue."""
    return None if request.kind == Kind.REGULAR.value else [line.drug_code for line in lines]


Found = Mapping[str, Proposal]


def read_ahead(session: Session, desk: Desk) -> Found | None:
    """What a regular request that is begun now would propose; kept until anything is written. None without a ledger."""
    if not keeps_ledger(session, desk.place.id):
        return None
    found = all_proposals(session, desk)
    for proposal in found.values():
        if proposal.is_in_use:
            figures_of(proposal)
    return found


def open_lines(session: Session, request: DrugRequest, found: Found, also: Collection[str] = ()) -> None:
    """Give a new request its line for every drug in use of `found`, and for the listed ones of `also`."""
    _add_lines(session, request, found, also, present=())


def refresh_lines(
    session: Session, desk: Desk, request: DrugRequest, lines: Sequence[DrugRequestLine]
) -> tuple[Found, bool]:
    """Read the ledger anew into the lines, and add those of a regular request that came into use since.

    Gives what was read, and whether anything in the lines is different now.
    """
    if not keeps_ledger(session, desk.place.id):
        return {}, False
    found = proposals(session, desk, _codes_for(request, lines))
    changed = [write_figures(line, found[line.drug_code]) for line in lines if line.drug_code in found]
    added = 0
    if request.kind == Kind.REGULAR.value:
        added = _add_lines(session, request, found, (), present=[line.drug_code for line in lines])
    return found, any(changed) or added > 0


def found_as_shown(
    session: Session, desk: Desk, request: DrugRequest, lines: Sequence[StoredLine]
) -> Found | None:
    """What the ledger says, where refreshing would change nothing in the lines; None where it would. Reads only."""
    if not keeps_ledger(session, desk.place.id):
        return {}
    codes = _codes_for(request, lines)
    found = all_proposals(session, desk) if codes is None else proposals(session, desk, codes)
    for line in lines:
        if line.drug_code in found and _differing(line, found[line.drug_code]):
            return None
    is_missing = request.kind == Kind.REGULAR.value and _missing_codes(found, (), [line.drug_code for line in lines])
    return None if is_missing else found


def write_figures_of_one(session: Session, desk: Desk, line: DrugRequestLine) -> Found:
    """The same for one line; nothing without a ledger."""
    if not keeps_ledger(session, desk.place.id):
        return {}
    found = proposals(session, desk, [line.drug_code])
    write_figures(line, found[line.drug_code])
    return found


def refuse_typed_figures(line: DrugRequestLine, values: dict[str, object]) -> None:
    """Take typed stock and use out of `values` of a ledger line. Raises Refused where they are others than the ledger's."""
    on_hand, use = values.pop("on_hand"), values.pop("monthly_use")
    if on_hand is not None and on_hand != line.on_hand:
        sentence = msg(
            "账面库存是 {stock}，不能在申领单里改：实物不符请先盘点。", stock="—" if line.on_hand is None else line.on_hand
        )
        raise refuse("on_hand", sentence)
    if use is not None and (line.monthly_use is None or Decimal(str(use)) != Decimal(line.monthly_use)):
        sentence = msg("月均用量由发药记录算出（{use}），不能在申领单里改。", use=line.monthly_use or "—")
        raise refuse("monthly_use", sentence)


def request_context(session: Session, desk: Desk, request: DrugRequest) -> RequestContext:
    """What the checks need to know of the whole request; the age of the last full count where there is a ledger (V9)."""
    if not keeps_ledger(session, desk.place.id):
        return RequestContext(kind=Kind(request.kind), today=desk.today())
    last = last_full_count_on(session, desk.place.id)
    return RequestContext(
        kind=Kind(request.kind), today=desk.today(), last_full_count_on=last, never_counted=last is None
    )


def line_facts(
    session: Session,
    desk: Desk,
    lines: Sequence[StoredLine],
    drugs: Mapping[str, StoredDrug],
    *,
    for_submission: bool = False,
) -> dict[str, LineFacts]:
    """What is checked beside the lines themselves, by line id (V6-V8, V10, V12, V13).

    `for_submission` compares with the ledger of this moment, which a draft that is only shown does not.
    """
    of_ledger = [line for line in lines if is_of_ledger(line)]
    unusable = _unusable_units(session, desk) if of_ledger else {}
    now = _ledgers(session, desk, of_ledger) if for_submission and of_ledger else {}
    return {
        line.id: LineFacts(
            ledger=now.get(line.id) or _shown_ledger(line) if is_of_ledger(line) else None,
            unusable_units=unusable.get(line.drug_code, 0),
            same_product=_same_product(drugs.get(line.drug_code)),
        )
        for line in lines
    }


def _add_lines(
    session: Session,
    request: DrugRequest,
    found: Mapping[str, Proposal],
    also: Collection[str],
    present: Collection[str],
) -> int:
    wanted = _missing_codes(found, also, present)
    rows = [
        {"id": new_id(), "request_id": request.id, "position": position, **_named(found[code]), **figures_of(found[code])}
        for position, code in enumerate(wanted, start=len(present))
    ]
    if rows:
        session.flush()
        session.execute(insert(DrugRequestLine.__table__), rows)
    return len(rows)


def _missing_codes(found: Found, also: Collection[str], present: Collection[str]) -> list[str]:
    """The drugs in use, and the listed ones of `also`, that have no line."""
    known = set(present)
    return [
        code
        for code, proposal in found.items()
        if code not in known and (proposal.is_in_use or (code in also and proposal.position.is_listed))
    ]


def _named(proposal: Proposal) -> dict[str, object]:
    """What a new line keeps of its drug."""
    drug = proposal.position
    return {
        "drug_code": drug.drug_code, "drug_name": drug.name, "strength": drug.strength, "unit": drug.unit,
        "pack_unit": drug.pack_unit, "units_per_pack": drug.units_per_pack, "price_fen": proposal.price_fen,
    }  # fmt: skip


def _shown_ledger(line: StoredLine) -> Ledger | None:
    """V12 from what stands in the line: no average means that there was no day in stock, or no card at all."""
    if line.monthly_use is not None or line.basis != "consumption":
        return None
    return Ledger(consumed=0, stockout_days=0, days=0)


def _ledgers(session: Session, desk: Desk, lines: Sequence[StoredLine]) -> dict[str, Ledger]:
    """The look-back of each line as it is now, beside the stock that the line shows."""
    found = proposals(session, desk, [line.drug_code for line in lines])
    amounts = _amounts(session, desk)
    ledgers = {}
    for line in lines:
        proposal = found.get(line.drug_code)
        if proposal is None:
            continue
        consumption = proposal.position.consumption
        without = _shown_ledger(line) is not None
        ledgers[line.id] = _ledger(
            amounts.get(line.drug_code),
            shown=line.on_hand,
            usable=proposal.position.usable,
            stockout_days=0 if without else consumption.stockout_days,
            days=0 if without else None if consumption.days is None else int(consumption.days),
            is_unknown=without,
        )
    return ledgers


def _ledger(
    row: Row | None, *, shown: int | None, usable: int, stockout_days: int | None, days: int | None, is_unknown: bool
) -> Ledger:
    """Beginning, received, consumed and losses are at least 0; what a correction of an earlier time takes is an adjustment."""
    if row is None:
        return Ledger(
            consumed=0 if is_unknown else None, stockout_days=stockout_days, days=days, shown_on_hand=shown,
            ledger_on_hand=usable,
        )  # fmt: skip
    received, consumed = max(0, row.received), max(0, -row.used)
    changed = row.received + row.used + row.other
    return Ledger(
        beginning=row.beginning,
        received=received,
        consumed=0 if is_unknown else consumed,
        losses=max(0, -row.lost),
        adjustments=None if is_unknown else changed - received + consumed,
        ending=row.ending,
        stockout_days=stockout_days,
        days=days,
        shown_on_hand=shown,
        ledger_on_hand=usable,
    )


def _amounts(session: Session, desk: Desk) -> dict[str, Row]:
    """The movements of each drug since the look-back began, and the totals of its batches as its ending."""
    start, _end = previous_months(desk.today(), LOOK_BACK_MONTHS)
    since, units = _MOVEMENTS.c.occurred_on >= start, _MOVEMENTS.c.quantity
    kind = _MOVEMENTS.c.kind

    def total(condition: object) -> object:
        return func.coalesce(func.sum(case((condition, units), else_=0)), 0)

    ending = (
        select(func.coalesce(func.sum(_BATCHES.c.on_hand), 0))
        .where(_BATCHES.c.organisation_id == desk.place.id, _BATCHES.c.drug_code == _MOVEMENTS.c.drug_code)
        .correlate(_MOVEMENTS)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            _MOVEMENTS.c.drug_code,
            total(~since).label("beginning"),
            total(since & kind.in_(_RECEIVED)).label("received"),
            total(since & kind.in_(_USED)).label("used"),
            total(since & kind.in_(_LOST)).label("lost"),
            total(since & kind.not_in([*_RECEIVED, *_USED])).label("other"),
            ending.label("ending"),
        )
        .where(_MOVEMENTS.c.organisation_id == desk.place.id)
        .group_by(_MOVEMENTS.c.drug_code)
    )
    return {row.drug_code: row for row in rows}


def _unusable_units(session: Session, desk: Desk) -> dict[str, int]:
    """Expired or held units on the shelf, by drug (V10)."""
    bad = (_BATCHES.c.hold != "") | (_BATCHES.c.expiry < desk.today())
    rows = session.execute(
        select(_BATCHES.c.drug_code, func.sum(_BATCHES.c.on_hand))
        .where(_BATCHES.c.organisation_id == desk.place.id, _BATCHES.c.on_hand > 0, bad)
        .group_by(_BATCHES.c.drug_code)
    )
    return {code: int(units) for code, units in rows}


def _same_product(drug: StoredDrug | None) -> tuple[str, str, str] | None:
    if drug is None or not drug.ingredients:
        return None
    return drug.ingredients, drug.dosage_form, drug.strength
