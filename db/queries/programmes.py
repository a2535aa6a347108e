"""What the programmes and the yearly examinations ask of the forms on file. Rows, never ORM objects."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.models import FollowUp, FormEntry

WEIGHING_FORMS = ("health_exam",)
"""Forms with a weight that are no follow-up; follow-ups have theirs in a column."""

_ENTRY = FormEntry.__table__.c
_FOLLOW_UP = FollowUp.__table__.c
_VISIT_WEIGHT = (
    select(_FOLLOW_UP.weight_kg, _FOLLOW_UP.visit_date)
    .where(
        _FOLLOW_UP.resident_id == bindparam("resident_id"),
        _FOLLOW_UP.form_entry_id != bindparam("without"),
        _FOLLOW_UP.weight_kg.is_not(None),
    )
    .order_by(_FOLLOW_UP.visit_date.desc(), _FOLLOW_UP.id.desc())
    .limit(1)
)
_EXAMINED = (
    select(_ENTRY.answers, _ENTRY.entry_date)
    .where(
        _ENTRY.resident_id == bindparam("resident_id"),
        _ENTRY.form_code.in_(WEIGHING_FORMS),
        _ENTRY.state == "complete",
        _ENTRY.id != bindparam("without"),
    )
    .order_by(_ENTRY.entry_date.desc(), _ENTRY.id.desc())
    .limit(1)
)


def newest_weight(session: Session, resident_id: str, *, without: str) -> tuple[Decimal, date] | None:
    """The newest weight (kg) with its day in any form but `without`.

    Indexes ix_follow_up_resident_id_disease_visit_date and ix_form_entry_resident_id_form_code_entry_date.
    """
    values = {"resident_id": resident_id, "without": without}
    found: list[tuple[Decimal, date]] = []
    visited = session.execute(_VISIT_WEIGHT, values).first()
    if visited is not None:
        found.append((visited.weight_kg, visited.visit_date))
    examined = session.execute(_EXAMINED, values).first()
    if examined is not None and "weight" in examined.answers:
        found.append((Decimal(str(examined.answers["weight"])), examined.entry_date))
    return max(found, key=lambda one: one[1], default=None)
