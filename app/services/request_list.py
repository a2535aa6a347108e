"""The drug requests as a list: what 今日 and the lists of both desks tell of each without reading its lines one by one.

Apart from `app.services.requests`, which brings the whole supply: the first screen of the day needs no more than this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.request_terms import Kind, State
from db.models import DrugRequest, DrugRequestLine, Organisation


@dataclass(frozen=True)
class RequestSummary:
    """A request in a list. `kinds_of_drugs` is how many lines ask for something; of these something was approved for
    `given`, and less than was asked for `adjusted`."""

    id: str
    clinic_id: str
    clinic_name: str
    kind: Kind
    period: str
    state: State
    version: int
    kinds_of_drugs: int
    submitted_at: datetime | None
    created_at: datetime
    given: int = 0
    adjusted: int = 0


class RequestList:
    """The clinic's requests, to be read only."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def summaries(self, limit: int = 60) -> list[RequestSummary]:
        """The clinic's requests, newest first, without voided ones."""
        with self.desk.sessions.reading() as session:
            return request_summaries(session, DrugRequest.state != State.VOIDED.value, limit=limit)

    def newest(self) -> RequestSummary | None:
        """The first of them; None before there is any."""
        return next(iter(self.summaries(limit=1)), None)


def request_summaries(session: Session, *conditions: object, limit: int) -> list[RequestSummary]:
    """Requests in a list, newest first."""
    query = (
        select(DrugRequest, Organisation.name)
        .join(Organisation, Organisation.id == DrugRequest.clinic_id)
        .where(*conditions)  # type: ignore[arg-type]
        .order_by(DrugRequest.period.desc(), DrugRequest.created_at.desc())
        .limit(limit)
    )
    found = session.execute(query).all()
    counts = _counts(session, [row.id for row, _name in found])
    return [
        RequestSummary(
            row.id, row.clinic_id, name, Kind(row.kind), row.period, State(row.state), row.version,
            kinds_of_drugs=kinds, given=given, adjusted=adjusted, submitted_at=row.submitted_at, created_at=row.created_at,
        )
        for row, name in found
        for kinds, given, adjusted in [counts.get(row.id, (0, 0, 0))]
    ]  # fmt: skip


def _counts(session: Session, request_ids: list[str]) -> dict[str, tuple[int, int, int]]:
    """By request: the lines that ask for something, those of them for which something was approved, and those cut."""
    lines = DrugRequestLine.__table__.c

    def number(condition: object) -> object:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(lines.request_id, func.count(), number(lines.approved > 0), number(lines.approved < lines.requested))
        .where(lines.request_id.in_(request_ids), lines.is_skipped.is_(False), lines.requested > 0)
        .group_by(lines.request_id)
    )
    return {request_id: (kinds, given, cut) for request_id, kinds, given, cut in session.execute(query)}
