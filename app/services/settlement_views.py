"""结算单 as screens, sheets and files see it: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.document_states import StepError, judge
from app.domain.message import Message, msg
from app.domain.request_terms import Role
from app.domain.settlement import Difference, DifferenceKind
from app.domain.settlement_states import SETTLEMENT_STEPS, SettlementAction, SettlementState
from app.errors import UserError
from app.pinyin import reading_order
from app.services.document_steps import own_actions, steps_of, steps_offered
from db.models import Distributor, Organisation, Settlement, SettlementLine

ENTITY = "settlement"
CLINIC, DISTRIBUTOR = "clinic", "distributor"
_LINES = SettlementLine.__table__


@dataclass(frozen=True)
class SettlementLineView:
    """One drug at one price, or a correction (`drug_code` empty). Units; `amount_fen` what is owed, None unknown."""

    id: str
    drug_code: str
    drug_name: str
    strength: str
    unit: str
    units_per_pack: int
    price_fen: int | None
    opening: int
    received: int
    returned: int
    dispensed: int
    lost: int
    counted: int
    closing: int
    charged: int
    amount_fen: int | None
    note: str


@dataclass(frozen=True)
class ExplainedDifference:
    """A difference and why it stands; an empty explanation is still open."""

    difference: Difference
    explanation: str


@dataclass(frozen=True)
class SettlementStepView:
    """One line of a statement's history, oldest first."""

    action: SettlementAction
    to_state: SettlementState
    user_name: str
    at: datetime
    comment: str


@dataclass(frozen=True)
class NextStep:
    """A step that the state allows. `obstacle` tells this user who does it instead, None when he may do it himself."""

    action: SettlementAction
    reason_needed: bool
    obstacle: Message | None


@dataclass(frozen=True)
class SettlementView:
    """A whole statement. `totals` in fen by name, None where a price is missing. `late_days` beyond the day agreed."""

    id: str
    party: str
    party_id: str
    party_name: str
    township_name: str
    month: str
    state: SettlementState
    version: int
    created_by_name: str
    created_at: datetime
    confirmed_by_name: str
    totals: dict[str, int | None]
    due_on: date | None
    late_days: int
    lines: tuple[SettlementLineView, ...]
    differences: tuple[ExplainedDifference, ...]
    history: tuple[SettlementStepView, ...]
    actions: tuple[SettlementAction, ...]
    steps: tuple[NextStep, ...] = ()

    @property
    def open_differences(self) -> int:
        """How many differences are not explained."""
        return sum(1 for each in self.differences if not each.explanation)

    @property
    def payable_fen(self) -> int | None:
        """What is to be paid: by the clinic for what it used, or to the distributor."""
        return self.totals.get("payable")


@dataclass(frozen=True)
class SettlementSummary:
    """A statement in a list; `open_differences` still to be explained."""

    id: str
    party: str
    party_id: str
    party_name: str
    month: str
    state: SettlementState
    version: int
    payable_fen: int | None
    open_differences: int
    due_on: date | None


@dataclass(frozen=True)
class SettlementResult:
    """What an action did; `message_id` the file to hand over, if any."""

    settlement: SettlementView
    message: Message
    message_id: str | None = None


@dataclass(frozen=True)
class Prepared:
    """The statements that were drawn up, and the clinics whose report has not come."""

    settlement_ids: tuple[str, ...]
    missing: tuple[str, ...]


def load_settlement(session: Session, settlement_id: str) -> Settlement:
    """The stored statement; raises UserError when there is none."""
    row = session.get(Settlement, settlement_id)
    if row is None:
        raise UserError(msg("找不到这张结算单，没有改动任何内容。请刷新后再试。"))
    return row


def statement_lines(session: Session, settlement_id: str) -> list[SettlementLine]:
    """The stored lines in their order, corrections last."""
    query = select(SettlementLine).where(SettlementLine.settlement_id == settlement_id)
    return list(session.scalars(query.order_by(SettlementLine.drug_code == "", SettlementLine.position)))


def statement_rows(session: Session, settlement_id: str) -> Sequence[Row[Any]]:
    """The same as plain rows of what the screens show, to be read only; what is not flushed is not in them."""
    shown = [_LINES.c[name] for name in SettlementLineView.__dataclass_fields__]
    query = select(*shown).where(_LINES.c.settlement_id == settlement_id)
    return session.execute(query.order_by(_LINES.c.drug_code == "", _LINES.c.position)).all()


def settlement_view(session: Session, desk: Desk, row: Settlement) -> SettlementView:
    """The whole statement as the signed-in user sees it."""
    session.flush()
    state = SettlementState(row.state)
    names = settlement_names(session)
    due = _day(row.totals.get("due_on"))
    paid = _day(row.totals.get("paid_on"))
    late = max(0, ((paid or desk.today()) - due).days) if due else 0
    return SettlementView(
        id=row.id,
        party=row.party,
        party_id=row.party_id,
        party_name=names.get(row.party_id, ""),
        township_name=names.get(row.organisation_id, ""),
        month=row.month,
        state=state,
        version=row.version,
        created_by_name=row.created_by_name,
        created_at=row.created_at,
        confirmed_by_name=row.confirmed_by_name,
        totals={
            key: value for key, value in row.totals.items() if key not in ("differences", "due_on", "paid_on")
        },
        due_on=due,
        late_days=late,
        lines=tuple(sorted((SettlementLineView(*line) for line in statement_rows(session, row.id)), key=_order)),
        differences=kept_differences(row),
        history=tuple(
            SettlementStepView(
                SettlementAction(step.action), SettlementState(step.to_state), step.user_name, step.at, step.comment
            )
            for step in steps_of(session, ENTITY, row.id)
        ),
        actions=steps_offered(session, desk, SETTLEMENT_STEPS, ENTITY, row, state),  # type: ignore[arg-type]
        steps=_next_steps(session, desk, row, state),
    )


def is_ready(session: Session, desk: Desk, row: Settlement, action: SettlementAction) -> bool:
    """Whether this user may bring a statement on now: no difference is open, and he had no hand in what forbids it."""
    state = SettlementState(row.state)
    if action is SettlementAction.CHECK and any(not each.explanation for each in kept_differences(row)):
        return False
    return action in steps_offered(session, desk, SETTLEMENT_STEPS, ENTITY, row, state)  # type: ignore[arg-type]


def kept_differences(row: Settlement) -> tuple[ExplainedDifference, ...]:
    """The differences of a statement in their order."""
    return tuple(
        ExplainedDifference(
            Difference(
                DifferenceKind(each["kind"]), each["drug_code"], each["drug_name"], each["expected"], each["found"]
            ),
            each.get("explanation", ""),
        )
        for each in row.totals.get("differences", [])
    )


def _next_steps(session: Session, desk: Desk, row: Settlement, state: SettlementState) -> tuple[NextStep, ...]:
    """What the state allows, with the sentence for a person who may not do it: nobody settles what he made himself."""
    own, role = own_actions(session, desk, ENTITY, row.id), Role(desk.actor.role)
    found = []
    for step in SETTLEMENT_STEPS:
        if state not in step.sources:
            continue
        error = judge(SETTLEMENT_STEPS, state, step.action, role, own=own, reason="说明原因").error
        obstacle = None
        if error is StepError.OWN_WORK:
            obstacle = msg("“{step}”要由另一个人办理：前面的步骤是您自己办的。", step=step.action.label)
        elif error is not None:
            who = msg("卫生院药师或院长") if Role.TOWNSHIP_PHARMACIST in step.roles else msg("卫生院院长")
            obstacle = msg("“{step}”由{who}办理。", step=step.action.label, who=who)
        found.append(NextStep(SettlementAction(step.action), step.reason_needed, obstacle))
    return tuple(found)


def settlement_summaries(
    session: Session, desk: Desk, month: str | None, party: str | None
) -> list[SettlementSummary]:
    """Statements in a list."""
    query = select(Settlement)
    if month is not None:
        query = query.where(Settlement.month == month)
    if party is not None:
        query = query.where(Settlement.party == party)
    names = settlement_names(session)
    rows = [
        SettlementSummary(
            row.id, row.party, row.party_id, names.get(row.party_id, ""), row.month, SettlementState(row.state),
            row.version, row.totals.get("payable"),
            sum(1 for each in row.totals.get("differences", []) if not each.get("explanation")),
            _day(row.totals.get("due_on")),
        )
        for row in session.scalars(query)
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.party, reading_order(row.party_name), row.party_name))
    return sorted(rows, key=lambda row: row.month, reverse=True)


def settlement_names(session: Session) -> dict[str, str]:
    """The names of all places and distributors by their ids."""
    places = session.execute(select(Organisation.id, Organisation.name))
    return {row.id: row.name for row in places} | {
        row.id: row.name for row in session.execute(select(Distributor.id, Distributor.name))
    }


def _order(line: SettlementLineView) -> tuple[object, ...]:
    """By the drug's reading, as everybody looks it up; corrections last, as they were entered."""
    if not line.drug_code:
        return (1,)
    price = -1 if line.price_fen is None else line.price_fen
    return 0, reading_order(line.drug_name), line.drug_name, line.strength, line.drug_code, price, line.units_per_pack


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None
