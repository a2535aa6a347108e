"""A drug request as screens, sheets and the command line see it: plain values, with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.consumption import Consumption
from app.domain.message import Message, msg
from app.domain.packs import packs_for
from app.domain.request_checks import LineProblem, RequestLine
from app.domain.request_terms import Action, Kind, State
from app.domain.stock import DEFAULT_MAX_MONTHS
from app.domain.suggested_quantity import (
    Basis,
    OrderPolicy,
    PackRule,
    StockPosition,
    Suggestion,
    suggest,
    suggested_units,
)
from db.models import Drug, DrugRequest, DrugRequestLine, Organisation, StatusChange

if TYPE_CHECKING:
    from app.exchange.bodies import StateChange  # pydantic is no part of the window's start
    from app.services.request_figures import LineFacts

DAYS_PER_MONTH = 30
FEW_DRUGS = 100
"""For the drugs of more lines the whole catalogue is read, which takes less time than to look for them."""
_LINES, _DRUGS = DrugRequestLine.__table__, Drug.__table__
_OF_DRUG = (
    "code", "insurance_class", "volume_procured", "antibiotic_tier", "cold_chain", "valid_from", "valid_to",
    "ingredients", "dosage_form", "strength",
)  # fmt: skip

StoredLine = DrugRequestLine | Row[Any]
StoredDrug = Drug | Row[Any]
"""To be read only: an object of the session, or a plain row of the table, which is read several times as fast."""


@dataclass(frozen=True)
class LineView:
    """One line. Quantities in dispensing units; None is unknown. `days_left` is what the stock lasts at this use.

    `suggested` is what the arithmetic suggests, None when it cannot be known. `problems` are the findings of this line
    alone, given when it was just changed.
    """

    id: str
    drug_code: str
    name: str
    strength: str
    unit: str
    pack_unit: str
    units_per_pack: int
    price_fen: int | None
    insurance_class: str
    volume_procured: bool
    antibiotic_tier: str
    cold_chain: bool
    on_hand: int | None
    monthly_use: Decimal | None
    days_left: int | None
    suggested: int | None
    requested: int | None
    packs: int | None
    units_after_packs: int | None
    cost_fen: int | None
    explanation: str
    is_skipped: bool
    approved: int | None
    decision: str
    decision_reason: str
    in_transit: int | None = None
    stockout_days: int | None = None
    basis: str = ""
    arithmetic: str = ""
    problems: tuple[LineProblem, ...] = ()

    @cached_property
    def suggestion(self) -> Suggestion:
        """How the suggestion comes about, with its sentence (drug_requests §4.5, §4.10); worked out when asked for.

        That of a line whose figures are the ledger's was kept with it.
        """
        if self.basis:
            return self._kept_suggestion()
        use = None if self.monthly_use is None else Fraction(self.monthly_use)
        consumption = Consumption(amc=use, days=None, stockout_days=None, consumed=None, low_confidence=False)
        pack = PackRule(size=self.units_per_pack, unit=self.unit, pack_unit=self.pack_unit)
        return suggest(consumption, StockPosition(self.on_hand), policy=OrderPolicy(), pack=pack)

    def _kept_suggestion(self) -> Suggestion:
        packs = packs_for(self.suggested, self.units_per_pack)
        return Suggestion(
            target=None,
            available=None,
            suggested=self.suggested,
            packs=packs,
            units_after_packs=None if packs is None else packs * self.units_per_pack,
            basis=Basis(self.basis),
            sentence=msg("{sentence}", sentence=self.arithmetic),
        )


@dataclass(frozen=True)
class StateView:
    """One change of the state, oldest first."""

    from_state: State | None
    to_state: State
    action: Action
    user_name: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class RequestView:
    """A request with its lines, its history and what the signed-in user may do now.

    `holder_name` is who has taken it for review, empty when nobody has.
    """

    id: str
    clinic_id: str
    clinic_name: str
    township_name: str
    kind: Kind
    programme: str
    period: str
    reason: str
    state: State
    version: int
    created_by_id: str
    created_by_name: str
    created_at: datetime
    submitted_by_name: str
    submitted_at: datetime | None
    decided_by_name: str
    decided_at: datetime | None
    comment: str
    population: int | None
    chronic: int | None
    lines: tuple[LineView, ...]
    history: tuple[StateView, ...]
    actions: tuple[Action, ...] = ()
    problems: tuple[LineProblem, ...] = ()
    holder_name: str = ""
    is_held_by_me: bool = False

    @property
    def wanted_lines(self) -> tuple[LineView, ...]:
        """The lines that ask for something."""
        return tuple(line for line in self.lines if not line.is_skipped and line.requested)

    @property
    def total_fen(self) -> int:
        """The value of the known prices of what is asked for, or approved once that is decided."""
        return sum(line.cost_fen or 0 for line in self.lines)


def suggested_of(line: StoredLine) -> int | None:
    """The suggested quantity: that of the ledger, or from the stock and monthly use typed in (drug_requests §4.5)."""
    if line.basis:
        return line.suggested
    return suggested_units(exact_use(line), line.on_hand)


def exact_use(line: StoredLine) -> Fraction | None:
    """The monthly use that a line keeps; None is unknown."""
    return _exact(line.monthly_use)


@lru_cache(maxsize=4096)
def _exact(written: str | None) -> Fraction | None:
    """A stored number; parsed once, however often its line is read."""
    return None if written is None else Fraction(written)


def line_view(line: StoredLine, drug: StoredDrug | None, problems: tuple[LineProblem, ...] = ()) -> LineView:
    """One stored line with what the catalogue knows of its drug."""
    quantity = line.approved if line.decision else line.requested
    packs = packs_for(quantity, line.units_per_pack)
    use = None if line.monthly_use is None else Decimal(line.monthly_use)
    days_left = None
    if line.on_hand is not None and use:
        days_left = int(Decimal(line.on_hand * DAYS_PER_MONTH) // use)
    return LineView(
        id=line.id,
        drug_code=line.drug_code,
        name=line.drug_name,
        strength=line.strength,
        unit=line.unit,
        pack_unit=line.pack_unit,
        units_per_pack=line.units_per_pack,
        price_fen=line.price_fen,
        insurance_class=drug.insurance_class if drug else "?",
        volume_procured=bool(drug and drug.volume_procured),
        antibiotic_tier=drug.antibiotic_tier if drug else "",
        cold_chain=bool(drug and drug.cold_chain),
        on_hand=line.on_hand,
        monthly_use=use,
        days_left=days_left,
        suggested=suggested_of(line),
        requested=line.requested,
        packs=packs,
        units_after_packs=None if packs is None else packs * line.units_per_pack,
        cost_fen=None
        if packs is None or line.price_fen is None or line.is_skipped
        else packs * line.price_fen,
        explanation=line.explanation,
        is_skipped=line.is_skipped,
        approved=line.approved,
        decision=line.decision,
        decision_reason=line.decision_reason,
        in_transit=line.in_transit,
        stockout_days=line.stockout_days,
        basis=line.basis,
        arithmetic=line.arithmetic,
        problems=problems,
    )


def checked_line(
    line: StoredLine,
    listed: bool | None,
    *,
    confirmed: bool = False,
    facts: LineFacts | None = None,
    acknowledged: bool = False,
) -> RequestLine:
    """A stored line as the checks and the state machine see it; `facts` what the ledger adds at the clinic."""
    use = exact_use(line)
    return RequestLine(
        key=line.id,
        drug=line.drug_code,
        requested=line.requested,
        suggested=suggested_of(line),
        pack=line.units_per_pack,
        skipped=line.is_skipped,
        explanation=line.explanation,
        listed=listed,
        amc=use,
        ledger=None if facts is None else facts.ledger,
        unusable_units=0 if facts is None else facts.unusable_units,
        unusable_acknowledged=acknowledged,
        in_transit_previous=line.in_transit or 0,
        unit=line.unit,
        pack_unit=line.pack_unit,
        same_product=None if facts is None else facts.same_product,
        confirmed=confirmed,
        approved=line.approved,
        reason=line.decision_reason,
        max_stock=None if use is None else use * DEFAULT_MAX_MONTHS,
        source="own_stock" if line.approved else None,
    )


def lines_of(session: Session, request_id: str) -> list[DrugRequestLine]:
    """The stored lines of a request in their order, to be written."""
    query = select(DrugRequestLine).where(DrugRequestLine.request_id == request_id)
    return list(session.scalars(query.order_by(DrugRequestLine.position)))


def rows_of(session: Session, request_id: str) -> Sequence[Row[Any]]:
    """The same to be read only, several times as fast; what the session has not flushed is not in them."""
    query = select(_LINES).where(_LINES.c.request_id == request_id)
    return session.execute(query.order_by(_LINES.c.position)).all()


def drugs_of(session: Session, lines: Sequence[StoredLine]) -> dict[str, StoredDrug]:
    """What the catalogue says of the drugs of these lines, by code; to be read only."""
    codes = {line.drug_code for line in lines}
    query = select(*(_DRUGS.c[name] for name in _OF_DRUG))
    if len(codes) <= FEW_DRUGS:
        query = query.where(_DRUGS.c.code.in_(codes))
    return {drug.code: drug for drug in session.execute(query) if drug.code in codes}


def history_of(session: Session, request_id: str) -> tuple[StateView, ...]:
    """Every change of the request's state, oldest first."""
    query = select(StatusChange).where(
        StatusChange.entity == "drug_request", StatusChange.entity_id == request_id
    )
    return tuple(
        StateView(
            from_state=State(row.from_state) if row.from_state else None,
            to_state=State(row.to_state),
            action=Action(row.action),
            user_name=row.user_name,
            at=row.at,
            comment=row.comment,
        )
        for row in session.scalars(query.order_by(StatusChange.position))
    )


def request_view(
    session: Session,
    request: DrugRequest,
    *,
    actions: tuple[Action, ...] = (),
    problems: Sequence[LineProblem] = (),
    reader_id: str = "",
    lines: Sequence[StoredLine] | None = None,
    drugs: Mapping[str, StoredDrug] | None = None,
) -> RequestView:
    """The whole request, as the user `reader_id` sees it. `lines` and their `drugs` where they are at hand."""
    lines = rows_of(session, request.id) if lines is None else lines
    drugs = drugs_of(session, lines) if drugs is None else drugs
    known = {org.id: org for org in session.scalars(select(Organisation))}
    names = {org.id: org.name for org in known.values()}
    clinic = known.get(request.clinic_id)
    township_id = request.township_id or (clinic.parent_id if clinic else None)
    history = history_of(session, request.id)
    takers = [step.user_name for step in history if step.action is Action.TAKE]
    return RequestView(
        id=request.id,
        clinic_id=request.clinic_id,
        clinic_name=names.get(request.clinic_id, ""),
        township_name=names.get(township_id or "", ""),
        kind=Kind(request.kind),
        programme=request.programme,
        period=request.period,
        reason=request.reason,
        state=State(request.state),
        version=request.version,
        created_by_id=request.created_by_id,
        created_by_name=request.created_by_name,
        created_at=request.created_at,
        submitted_by_name=request.submitted_by_name,
        submitted_at=request.submitted_at,
        decided_by_name=request.decided_by_name,
        decided_at=request.decided_at,
        comment=request.comment,
        population=request.clinic_population,
        chronic=request.clinic_chronic,
        lines=tuple(line_view(line, drugs.get(line.drug_code)) for line in lines),
        history=history,
        actions=actions,
        problems=tuple(problems),
        holder_name=takers[-1] if takers and request.taken_by_id else "",
        is_held_by_me=bool(reader_id) and request.taken_by_id == reader_id,
    )


@dataclass(frozen=True)
class ActionResult:
    """What an action did: the request as it is now, the sentence for the user, and the file to hand over, if any."""

    request: RequestView
    message: Message
    message_id: str | None = None


def state_change(row: StatusChange) -> StateChange:
    """A stored change of state as it travels."""
    from app.exchange.bodies import StateChange

    return StateChange(
        from_state=row.from_state, to_state=row.to_state, action=row.action, user_name=row.user_name, at=row.at,
        comment=row.comment,
    )  # fmt: skip
