"""A visit for one disease as lists, tasks and indicators count it, of the combined visit or on a form of its own.

The form (FormEntry) is the medical record; its FollowUp row and the past visit of later ones are copies that follow from
it, and are the same whichever way it was written.
"""

from __future__ import annotations

from typing import Any, Protocol

from app.desk import Desk
from app.services.follow_up_views import ManagedDisease, PastVisit
from db.models import new_id

LOOKED_BACK_AT = (
    "visit_date",
    "method",
    "not_seen",
    "sbp",
    "dbp",
    "fpg",
    "weight_kg",
    "adr",
    "is_controlled",
    "visit_class",
    "referral",
    "next_visit_on",
)
"""The columns of FollowUp that later visits ask for."""


class CountedVisit(Protocol):
    """What a visit says of itself; `follow_up_values` are the columns that follow from its answers and the rules."""

    @property
    def entry_id(self) -> str: ...

    @property
    def visit_id(self) -> str: ...

    @property
    def managed(self) -> ManagedDisease: ...

    def follow_up_values(self) -> dict[str, Any]: ...


def past_visit(visit: CountedVisit) -> PastVisit:
    """The visit as later ones look back at it."""
    values = visit.follow_up_values()
    return PastVisit(
        visit_id=visit.visit_id,
        entry_id=visit.entry_id,
        enrolment_id=visit.managed.enrolment_id,
        disease=visit.managed.disease,
        **{name: values[name] for name in LOOKED_BACK_AT},
    )


def follow_up_row(desk: Desk, resident_id: str, visit: CountedVisit) -> dict[str, Any]:
    """The FollowUp row of a new visit, with an id of its own."""
    return {
        "id": new_id(),
        "form_entry_id": visit.entry_id,
        "visit_id": visit.visit_id,
        "resident_id": resident_id,
        "enrolment_id": visit.managed.enrolment_id,
        "organisation_id": desk.place.id,
        "disease": visit.managed.disease,
        **visit.follow_up_values(),
    }
