"""What the clinic's screen reads beside the open request: the list of requests, and what stands beside each line."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select

from app.desk import Desk
from app.domain.request_states import FINAL_STATES, State
from app.domain.request_terms import Kind
from app.services.request_figures import read_ahead
from app.services.request_list import RequestList, RequestSummary, request_summaries
from app.services.request_proposals import Proposal, keeps_ledger, proposals
from app.services.request_views import rows_of
from app.services.request_workings import (
    Delivery,
    LineMarks,
    LineWorking,
    delivery_of,
    is_delivered,
    marks_of,
    working,
)
from db.models import DrugRequest, DrugRequestLine, ShortageReport


class RequestReading(RequestList):
    """The reading half of `app.services.requests.Requests`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._found: dict[str, Proposal] = {}

    def remember(self, found: Mapping[str, Proposal]) -> None:
        """What the lines were just written from, so that their steps are told from the same figures."""
        self._found.update(found)

    def unfinished(self) -> list[RequestSummary]:
        """The clinic's requests that somebody still has to do something with, the oldest first.

        One of which all goods have arrived is none of them, though the township has not closed it yet.
        """
        final = [state.value for state in (*FINAL_STATES, State.SKIPPED)]
        with self.desk.sessions.reading() as session:
            own = (DrugRequest.clinic_id == self.desk.place.id) & DrugRequest.state.not_in([*final, ""])
            found = request_summaries(session, own, limit=200)[::-1]
            return [row for row in found if row.state is not State.RELEASED or not is_delivered(session, row.id)]

    def shortages(self, request_id: str) -> tuple[str, ...]:
        """The ids of the shortage reports that go with a request."""
        with self.desk.sessions.reading() as session:
            query = select(ShortageReport.id).where(ShortageReport.request_id == request_id)
            return tuple(session.scalars(query.order_by(ShortageReport.reported_at, ShortageReport.id)))

    def short_drugs(self, request_id: str) -> frozenset[str]:
        """The codes of the drugs of those reports."""
        with self.desk.sessions.reading() as session:
            query = select(ShortageReport.drug_code).where(ShortageReport.request_id == request_id)
            return frozenset(session.scalars(query))

    def read_ahead(self) -> None:
        """Work out what a new regular request would propose, so that beginning one need not wait; for a worker."""
        with self.desk.sessions.reading() as session:
            read_ahead(session, self.desk)

    def keeps_ledger(self) -> bool:
        """Whether stock and use come from the ledger; else they are typed."""
        with self.desk.sessions.reading() as session:
            return keeps_ledger(session, self.desk.place.id)

    def working(self, drug_code: str) -> LineWorking | None:
        """The steps of the suggestion of a drug; None for an unknown drug."""
        with self.desk.sessions.reading() as session:
            if drug_code not in self._found:
                self._found.update(proposals(session, self.desk, [drug_code]))
            proposal = self._found.get(drug_code)
            return None if proposal is None else working(session, self.desk, proposal)

    def marks(self, request_id: str) -> dict[str, LineMarks]:
        """Days out of stock last month and what expires soon, by drug code."""
        with self.desk.sessions.reading() as session:
            return marks_of(session, self.desk, rows_of(session, request_id))

    def delivery(self, request_id: str) -> Delivery:
        """How far the goods of a request are."""
        with self.desk.sessions.reading() as session:
            return delivery_of(session, self.desk, request_id)

    def use_history(self, drug_code: str, limit: int = 6) -> list[tuple[str, Decimal]]:
        """The monthly use written for a drug in the regular requests: (period, use), oldest first."""
        query = (
            select(DrugRequest.period, DrugRequestLine.monthly_use)
            .select_from(DrugRequestLine)
            .join(DrugRequest, DrugRequest.id == DrugRequestLine.request_id)
            .where(
                DrugRequestLine.drug_code == drug_code,
                DrugRequestLine.monthly_use.is_not(None),
                DrugRequest.kind == Kind.REGULAR.value,
                DrugRequest.clinic_id == self.desk.place.id,
                DrugRequest.state != State.VOIDED.value,
            )
            .order_by(DrugRequest.period.desc())
            .limit(limit)
        )
        with self.desk.sessions.reading() as session:
            return [(period, Decimal(use)) for period, use in session.execute(query)][::-1]
