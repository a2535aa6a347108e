"""短缺登记的建议: reports that the program itself drafts, to be looked at and sent by a person (mechanisms §10).

Runs in the caller's unit of work. A drug for which a clinic has an open report is not proposed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.desk import Desk
from app.domain.message import Message, msg
from app.domain.movements import MovementKind
from app.domain.quantities import round_half_up_to_int
from app.domain.request_guards import NO_SOURCE
from app.domain.request_terms import Kind, State
from app.domain.shortage_states import OPEN, ShortageAction, ShortageKind, ShortageState
from app.services.document_steps import add_step
from app.services.request_views import lines_of
from app.services.supply_balance import sent_of_lines
from db.models import DrugRequest, DrugRequestLine, ShortageReport, StockMovement, new_id

ARRIVALS = (MovementKind.RECEIPT, MovementKind.TRANSFER_IN, MovementKind.DONATION_IN)


def propose_for_unfilled(session: Session, desk: Desk, request: DrugRequest) -> list[str]:
    """Draft a report for every approved line of `request` that was not sent in full; gives their ids."""
    lines = [line for line in lines_of(session, request.id) if line.approved and not line.is_skipped]
    sent = sent_of_lines(session, [line.id for line in lines])
    made = []
    for line in lines:
        units = sent[line.id].units - sent[line.id].returned if line.id in sent else 0
        if units >= (line.approved or 0):
            continue
        kind = ShortageKind.CUT_OFF if units == 0 or line.source == NO_SOURCE else ShortageKind.TOO_LITTLE
        why = msg("批准 {approved}，只发了 {sent}，其余已关闭。", approved=line.approved, sent=units)
        report_id = draft_report(
            session, desk, request.clinic_id, line.drug_code, line.drug_name, kind, why,
            needed_a_month=None if line.monthly_use is None else round_half_up_to_int(Decimal(line.monthly_use)),
            stock_now=line.on_hand, request_id=request.id,
        )  # fmt: skip
        if report_id is not None:
            made.append(report_id)
    return made


def last_received(session: Session, organisation_id: str, drug_code: str) -> date | None:
    """When a drug last came to an organisation with a receipt that stands; None while its ledger knows of none."""
    undone = aliased(StockMovement)
    query = select(func.max(StockMovement.occurred_on)).where(
        StockMovement.organisation_id == organisation_id, StockMovement.drug_code == drug_code,
        StockMovement.kind.in_([kind.value for kind in ARRIVALS]), StockMovement.quantity > 0,
        ~select(undone.id).where(undone.reverses_id == StockMovement.id).exists(),
    )  # fmt: skip
    return session.scalar(query)


def draft_report(
    session: Session,
    desk: Desk,
    organisation_id: str,
    drug_code: str,
    drug_text: str,
    kind: ShortageKind,
    why: Message,
    *,
    needed_a_month: int | None = None,
    stock_now: int | None = None,
    request_id: str | None = None,
) -> str | None:
    """A draft of a report, with the day of the last receipt in the ledger; None when this organisation has an open one."""
    open_one = select(ShortageReport.id).where(
        ShortageReport.organisation_id == organisation_id,
        ShortageReport.drug_code == drug_code,
        ShortageReport.drug_text == drug_text,
        ShortageReport.state.in_([state.value for state in OPEN]),
    )
    if session.scalar(open_one.limit(1)) is not None:
        return None
    report = ShortageReport(
        id=new_id(), organisation_id=organisation_id, drug_code=drug_code, drug_text=drug_text, kind=kind.value,
        needed_a_month=needed_a_month, stock_now=stock_now, request_id=request_id, level=desk.place.kind,
        last_received_on=last_received(session, organisation_id, drug_code),
        state=ShortageState.DRAFT.value, reported_at=desk.now(), reported_by_id=desk.actor.user_id,
        reported_by_name=desk.actor.name, version=1,
    )  # fmt: skip
    session.add(report)
    session.flush()
    add_step(
        session, "shortage", report.id, "", ShortageState.DRAFT.value, ShortageAction.DRAFT.value,
        user_id=desk.actor.user_id, user_name=desk.actor.name, at=desk.now(), comment=str(why),
    )  # fmt: skip
    return report.id


def told_since(session: Session, desk: Desk, days: Mapping[str, int]) -> set[str]:
    """The drugs that somebody wrote a report of since they ran out."""
    rows = session.execute(
        select(ShortageReport.drug_code, ShortageReport.reported_at).where(
            ShortageReport.organisation_id == desk.place.id, ShortageReport.drug_code.in_(list(days))
        )
    )
    return {
        code for code, at in rows if (desk.today() - at.astimezone().date()).days <= days[code]
    }


Fills = list[tuple[int, int]]


def last_fills(session: Session) -> Mapping[tuple[str, str], tuple[str, Fills, DrugRequestLine]]:
    """(asked, given) of each drug in each clinic's decided regular requests, the newest last."""
    decided = [state.value for state in (State.RELEASED, State.CLOSED)]
    query = (
        select(DrugRequestLine, DrugRequest)
        .join(DrugRequest, DrugRequest.id == DrugRequestLine.request_id)
        .where(
            DrugRequest.state.in_(decided), DrugRequest.kind == Kind.REGULAR.value,
            DrugRequestLine.is_skipped.is_(False), DrugRequestLine.requested > 0,
        )
        .order_by(DrugRequest.period)
    )  # fmt: skip
    rows = session.execute(query).all()
    sent = sent_of_lines(session, [line.id for line, _request in rows])
    found: dict[tuple[str, str], tuple[str, Fills, DrugRequestLine]] = {}
    for line, request in rows:
        on_the_way = sent.get(line.id)
        given = on_the_way.units - on_the_way.returned if on_the_way else 0
        if request.state == State.RELEASED.value and line.approved and given < line.approved:
            continue  # it may still be sent in full
        key = (request.clinic_id, line.drug_code)
        fills = found[key][1] if key in found else []
        found[key] = (line.drug_name, [*fills, (line.requested or 0, min(given, line.approved or 0))], line)
    return found
