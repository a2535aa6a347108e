"""What a screening round reads, in SQLAlchemy Core. Rows, never ORM objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from db.models import Enrolment, FormEntry, Household, Resident

SCREENING = "screening"
AT_ONCE = 500
"""So many ids go into one statement."""

_R, _H, _E = Resident.__table__.c, Household.__table__.c, FormEntry.__table__.c
_PEOPLE = select(
    _R.id, _R.number, _R.name, _R.sex, _R.birth_date, _R.height_cm, _R.phone, _R.state, _H.group_name,
    _H.number.label("household_number"),
).select_from(Resident.__table__.outerjoin(Household.__table__, _H.id == _R.household_id))  # fmt: skip


def people(session: Session, resident_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The facts of these residents by id. Primary keys."""
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(resident_ids), AT_ONCE):
        part = resident_ids[start : start + AT_ONCE]
        found |= {row.id: row for row in session.execute(_PEOPLE.where(_R.id.in_(part)))}
    return found


def candidates(
    session: Session, organisation_id: str, group_name: str | None, born_by: date | None, without: str | None, limit: int
) -> list[str]:
    """Ids of active residents of a group (None: of all), born by a day, not managed for the disease `without`.

    By group, household and number. Index ix_resident_organisation_id_state.
    """
    statement = (
        select(_R.id)
        .select_from(Resident.__table__.outerjoin(Household.__table__, _H.id == _R.household_id))
        .where(_R.organisation_id == organisation_id, _R.state == "active")
        .order_by(_H.group_name, func.length(_H.number), _H.number, _R.number)
        .limit(limit)
    )
    if group_name is not None:
        statement = statement.where(_H.group_name == group_name)
    if born_by is not None:
        statement = statement.where(_R.birth_date <= born_by)
    if without is not None:
        of = Enrolment.__table__.c
        statement = statement.where(
            ~exists().where(of.resident_id == _R.id, of.disease == without, of.ended_on.is_(None))
        )
    return list(session.scalars(statement))


def entries(session: Session, resident_ids: Sequence[str], since: date) -> dict[str, list[Row[Any]]]:
    """The complete screening entries of these residents since a day, oldest first.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    found: dict[str, list[Row[Any]]] = {}
    for start in range(0, len(resident_ids), AT_ONCE):
        statement = (
            select(_E.id, _E.resident_id, _E.entry_date, _E.answers)
            .where(
                _E.resident_id.in_(resident_ids[start : start + AT_ONCE]),
                _E.form_code == SCREENING,
                _E.state == "complete",
                _E.entry_date >= since,
            )
            .order_by(_E.entry_date, _E.id)
        )
        for row in session.execute(statement):
            found.setdefault(row.resident_id, []).append(row)
    return found


def screened_between(session: Session, since: date, until: date) -> list[str]:
    """Ids of the residents with a complete screening entry in these days. Index ix_form_entry_form_code_entry_date."""
    statement = (
        select(_E.resident_id)
        .where(_E.form_code == SCREENING, _E.state == "complete", _E.entry_date.between(since, until))
        .distinct()
    )
    return list(session.scalars(statement))
