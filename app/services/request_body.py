"""What a clinic's request tells the township in its envelope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.request_terms import Kind
from app.services.request_views import lines_of, state_change
from db.models import DrugRequest, Enrolment, Organisation, Resident, StatusChange

if TYPE_CHECKING:
    from app.exchange.bodies import DrugRequestBody  # pydantic is no part of the window's start


def clinic_figures(session: Session) -> tuple[int | None, int | None]:
    """How many residents the clinic has, and how many of them are under chronic-disease management.

    A clinic that has entered nobody yet serves as many as its own entry says, and its chronic cases are not known.
    """
    people = session.scalar(select(func.count()).where(Resident.state == "active")) or 0
    if not people:
        return session.scalar(select(Organisation.population).where(Organisation.is_self)), None
    chronic = session.scalar(
        select(func.count(func.distinct(Enrolment.resident_id))).where(Enrolment.ended_on.is_(None))
    )
    return people, chronic or 0


def request_body(session: Session, request: DrugRequest) -> DrugRequestBody:
    """The request with its lines and its history, as the township gets it."""
    from app.exchange.bodies import DrugRequestBody, RequestedLine

    history = session.scalars(
        select(StatusChange)
        .where(StatusChange.entity == "drug_request", StatusChange.entity_id == request.id)
        .order_by(StatusChange.position)
    )
    return DrugRequestBody(
        request_id=request.id,
        version=request.version,
        kind=Kind(request.kind).value,  # type: ignore[arg-type]
        programme=request.programme,
        period=request.period,
        reason=request.reason,
        created_by_id=request.created_by_id,
        created_by_name=request.created_by_name,
        created_at=request.created_at,
        submitted_by_id=request.submitted_by_id or "",
        submitted_by_name=request.submitted_by_name,
        submitted_at=request.submitted_at or request.created_at,
        population=request.clinic_population,
        chronic=request.clinic_chronic,
        lines=tuple(
            RequestedLine.model_validate({name: getattr(line, name) for name in RequestedLine.model_fields})
            for line in lines_of(session, request.id)
        ),
        history=tuple(state_change(row) for row in history),
    )
