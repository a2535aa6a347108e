"""The list of residents, page by page, and counts. Rows, never ORM objects.

The order stands in the search keys ("/" by household, "=" by pinyin), so that a page is a range of the primary key of
search_key from where the last one ended; residents come by the unique index of resident.number, households and heads by
primary key. A filter is tried on each row of the range. Counts read resident by ix_resident_organisation_id_state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from db.models import Enrolment, Household, Resident, SearchKey

_HEAD = aliased(Resident)
_PAGE = (
    select(
        SearchKey.k,
        Resident.number,
        Resident.id,
        Resident.name,
        Resident.sex,
        Resident.birth_date,
        Resident.birth_precision,
        Resident.phone,
        Resident.record_no,
        Resident.relation,
        Resident.state,
        Household.group_name,
        Household.number.label("household_number"),
        _HEAD.name.label("head_name"),
    )
    .select_from(SearchKey)
    # The + 0 keeps SQLite, after ANALYZE, from reading every resident and sorting instead of following the keys.
    .join(Resident, Resident.number == SearchKey.resident_number + 0)
    .outerjoin(Household, Household.id == Resident.household_id)
    .outerjoin(_HEAD, _HEAD.id == Household.head_id)
    .order_by(SearchKey.k, SearchKey.resident_number)
)


def conditions(
    *,
    group_name: str | None,
    state: str | None,
    born_by: date | None,
    disease: str | None,
    id_states: Sequence[str] = (),
) -> list[ColumnElement[bool]]:
    """What a resident of the list satisfies; None and () restrict nothing. `born_by` is the latest birth date."""
    found: list[ColumnElement[bool]] = []
    if group_name is not None:
        found.append(func.coalesce(Household.group_name, "") == group_name)
    if state is not None:
        found.append(Resident.state == state)
    if born_by is not None:
        found.append(Resident.birth_date <= born_by)
    if disease is not None:
        managed = and_(
            Enrolment.resident_id == Resident.id, Enrolment.disease == disease, Enrolment.ended_on.is_(None)
        )
        found.append(exists().where(managed))
    if id_states:
        found.append(Resident.id_number_state.in_(id_states))
    return found


def page(
    session: Session,
    low: str,
    high: str,
    after: tuple[str, int] | None,
    wanted: Sequence[ColumnElement[bool]],
    limit: int,
) -> Sequence[Row[Any]]:
    """The next rows whose order key lies from `low` up to but not including `high`, after the key and number `after`."""
    statement = _PAGE.where(SearchKey.k >= low, SearchKey.k < high, *wanted).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(SearchKey.k, SearchKey.resident_number) > tuple_(*after))
    return session.execute(statement).all()


def count(session: Session, wanted: Sequence[ColumnElement[bool]]) -> int:
    """How many residents satisfy the conditions."""
    statement = (
        select(func.count())
        .select_from(Resident)
        .outerjoin(Household, Household.id == Resident.household_id)
        .where(*wanted)
    )
    return session.scalar(statement) or 0


def diseases_of(session: Session, resident_ids: Sequence[str]) -> dict[str, list[str]]:
    """The diseases under management of each resident. Index uq_enrolment_resident_id_disease."""
    statement = (
        select(Enrolment.resident_id, Enrolment.disease)
        .where(Enrolment.resident_id.in_(resident_ids), Enrolment.ended_on.is_(None))
        .order_by(Enrolment.disease.desc())
    )
    found: dict[str, list[str]] = {}
    for resident_id, disease in session.execute(statement):
        found.setdefault(resident_id, []).append(disease)
    return found
