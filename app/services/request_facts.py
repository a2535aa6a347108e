"""What the transition table must know of a clinic's request: the period, its neighbours, and who may do what now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.request_checks import RequestLine
from app.domain.request_guards import RequestFacts
from app.domain.request_states import State
from app.domain.request_terms import Kind
from app.services.settings import stored_values
from db.models import DrugRequest, ExchangeMessage, Setting, UserAccount

AUTHORISE_SETTING = "request_authorise_step"
PROGRAMME = "普通用药"
"""The programme of a clinic whose township parts none off."""


def request_facts(
    session: Session,
    desk: Desk,
    request: DrugRequest,
    version: int | None = None,
    *,
    lines: Sequence[RequestLine] | None = None,
    comment: str = "",
) -> RequestFacts:
    """The facts of a stored request at the clinic."""
    users = session.scalar(select(func.count()).where(UserAccount.is_active.is_(True))) or 0
    newer = session.scalar(
        select(DrugRequest.id)
        .where(
            DrugRequest.kind == Kind.REGULAR.value,
            DrugRequest.clinic_id == request.clinic_id,
            DrugRequest.programme == request.programme,
            DrugRequest.period > request.period,
            DrugRequest.state.not_in([State.VOIDED.value]),
        )
        .limit(1)
    )
    return RequestFacts(
        state=State(request.state),
        kind=Kind(request.kind),
        authorise_step=setting_is_on(session, AUTHORISE_SETTING),
        lines=None if lines is None else tuple(lines),
        comment=comment,
        taken=_handed_over(session, request),
        shipments=0,
        single_user_clinic=users <= 1,
        submission_open=_opens_on(session, request.period) <= desk.today(),
        skip_allowed=True,
        later_request_submitted=newer is not None,
        newer_regular=newer is not None,
        version_sent=version,
        version_stored=request.version,
    )


def starting_facts(
    session: Session, desk: Desk, kind: Kind, period: str, reason: str, programme: str = PROGRAMME
) -> RequestFacts:
    """The facts before a request is started: one open regular request per clinic, programme and period, the oldest first."""
    here = [
        DrugRequest.clinic_id == desk.place.id,
        DrugRequest.state.not_in([State.VOIDED.value, State.CANCELLED.value, ""]),
    ]
    regular = [*here, DrugRequest.kind == Kind.REGULAR.value, DrugRequest.programme == programme]
    earlier = session.execute(
        select(DrugRequest.period, DrugRequest.state)
        .where(*regular, DrugRequest.period <= period)
        .order_by(DrugRequest.period.desc())
    ).all()
    before = [row for row in earlier if row.period < period]
    emergencies = session.scalar(
        select(func.count()).where(
            *here, DrugRequest.kind == Kind.EMERGENCY.value, DrugRequest.period == period
        )
    )
    this_month = f"{desk.today():%Y-%m}"
    is_missing = period > this_month and bool(before) and all(row.period != this_month for row in before)
    return RequestFacts(
        state=None,
        kind=kind,
        comment=reason,
        period_open=period in (this_month, following(desk.today())),
        existing_regular=len(before) < len(earlier),
        previous_state=State(before[0].state) if before else None,
        previous_missing=is_missing,
        emergencies=emergencies or 0,
        emergency_limit=int(stored_values(session)["emergency_requests"]),
    )


def setting_is_on(session: Session, name: str) -> bool:
    """Whether a yes/no setting is on."""
    return session.scalar(select(Setting.value).where(Setting.name == name)) in ("1", "true", "True")


def following(today: date) -> str:
    """The month after `today`, as YYYY-MM."""
    return f"{today.year + today.month // 12}-{today.month % 12 + 1:02d}"


def _opens_on(session: Session, period: str) -> date:
    """The first day on which a regular request of a period may be submitted (§2 no. 3)."""
    year, month = period.split("-")
    return date(int(year), int(month), 1) - timedelta(days=int(stored_values(session)["request_open_days"]))


def _handed_over(session: Session, request: DrugRequest) -> bool:
    query = select(ExchangeMessage.id).where(
        ExchangeMessage.direction == "sent",
        ExchangeMessage.subject_id == request.id,
        ExchangeMessage.state == "sent",
        ExchangeMessage.at >= (request.submitted_at or request.created_at),
    )
    return session.scalar(query.limit(1)) is not None
