"""What the programmes and the yearly examinations ask of the forms on file. Rows, never ORM objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, String, bindparam, cast, func, or_, select
from sqlalchemy.orm import Session

from db.models import Enrolment, FollowUp, FormEntry, Household, Resident

WEIGHING_FORMS = ("health_exam",)
"""Forms with a weight that are no follow-up; follow-ups have theirs in a column."""

EXAMINATION, TUBERCULOSIS = "health_exam", "tb"
AFTER_ALL = "\U0010ffff"

_ENTRY = FormEntry.__table__.c
_ENROLMENT = Enrolment.__table__.c
_RESIDENT = Resident.__table__.c
_HOUSEHOLD = Household.__table__.c
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


def examinations_due(organisation_id: str, year: int, born_by: date, diseases: Sequence[str]) -> Select[Any]:
    """The residents under care who have no complete 健康体检表 in `year` and for whom one is due every year.

    Due for those born by `born_by` and those under management for one of `diseases`; nobody under management for
    tuberculosis. Indexes ix_resident_organisation_id_state, ix_enrolment_organisation_id_disease and
    ix_form_entry_form_code_entry_date.
    """
    examined = select(_ENTRY.resident_id).where(
        _ENTRY.form_code == EXAMINATION,
        _ENTRY.entry_date.between(date(year, 1, 1), date(year, 12, 31)),
        _ENTRY.state == "complete",
    )
    return select(_RESIDENT.id).where(
        _RESIDENT.organisation_id == organisation_id,
        _RESIDENT.state == "active",
        or_(_RESIDENT.birth_date <= born_by, _RESIDENT.id.in_(_under_management(organisation_id, diseases))),
        _RESIDENT.id.not_in(examined),
        _RESIDENT.id.not_in(_under_management(organisation_id, [TUBERCULOSIS])),
    )


def examinations_due_count(
    session: Session, organisation_id: str, year: int, born_by: date, diseases: Sequence[str]
) -> int:
    """How many people `examinations_due` finds."""
    due = examinations_due(organisation_id, year, born_by, diseases).subquery()
    return session.scalar(select(func.count()).select_from(due)) or 0


def examination_is_due(
    session: Session, resident_id: str, organisation_id: str, year: int, born_by: date, diseases: Sequence[str]
) -> bool:
    """Whether `examinations_due` finds this resident."""
    due = examinations_due(organisation_id, year, born_by, diseases).where(_RESIDENT.id == resident_id)
    return session.scalar(due) is not None


def examinations_due_people(
    session: Session, organisation_id: str, year: int, born_by: date, diseases: Sequence[str], limit: int
) -> Sequence[Row[Any]]:
    """Those people with what a list shows, by group and household; at most `limit`."""
    last = (
        select(func.max(_ENTRY.entry_date))
        .where(
            _ENTRY.resident_id == _RESIDENT.id, _ENTRY.form_code == EXAMINATION, _ENTRY.state == "complete"
        )
        .scalar_subquery()
    )
    due = examinations_due(organisation_id, year, born_by, diseases).subquery()
    group = func.coalesce(_HOUSEHOLD.group_name, AFTER_ALL)
    number = func.coalesce(cast(_HOUSEHOLD.number, String), "")
    statement = (
        select(
            _RESIDENT.id,
            _RESIDENT.name,
            _RESIDENT.sex,
            _RESIDENT.birth_date,
            _RESIDENT.phone,
            _HOUSEHOLD.group_name,
            last.label("last_on"),
        )
        .join_from(due, Resident.__table__, _RESIDENT.id == due.c.id)
        .outerjoin(Household.__table__, _HOUSEHOLD.id == _RESIDENT.household_id)
        .order_by(func.length(group), group, func.length(number), number, _RESIDENT.id)
        .limit(limit)
    )
    return session.execute(statement).all()


def open_diseases(session: Session, resident_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """resident_id and disease of what they are under management for. Index uq_enrolment_resident_id_disease."""
    statement = select(_ENROLMENT.resident_id, _ENROLMENT.disease).where(
        _ENROLMENT.resident_id.in_(resident_ids), _ENROLMENT.ended_on.is_(None)
    )
    return session.execute(statement).all()


def _under_management(organisation_id: str, diseases: Sequence[str]) -> Select[tuple[str]]:
    return select(_ENROLMENT.resident_id).where(
        _ENROLMENT.organisation_id == organisation_id,
        _ENROLMENT.disease.in_(diseases),
        _ENROLMENT.ended_on.is_(None),
    )
