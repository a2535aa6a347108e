"""今天要做的事: who is due, a person a row, in one statement for a page, by the partial index ix_due_task_open.

People are found and ordered in an inner select (one row for each, the earliest open task first), cut off after
`limit`, and only then joined with their tasks, enrolments and households. Paging is by key: the next page begins after
the last row's order values, so that it costs the same on every page and skips nobody when rows disappear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, String, and_, case, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from db.models import DueTask, Enrolment, Household, Resident, SearchKey

_TASK = DueTask.__table__.c
_ENROLMENT = Enrolment.__table__.c
_RESIDENT = Resident.__table__.c
_HOUSEHOLD = Household.__table__.c
_KEY = SearchKey.__table__.c

FAR = Decimal("9999")
"""People whose distance is not known come after all whose is."""
NOT_BORN = date(9999, 12, 31)
AFTER_ALL = "\U0010ffff"

OrderKey = tuple[object, ...]


@dataclass(frozen=True)
class Wanted:
    """Which people: of one clinic, due until `until` (None = any day), and narrowed by what is given.

    `name_ranges` are beginnings of search keys; `name_part` must be in the folded name.
    """

    organisation_id: str
    until: date | None = None
    group_name: str | None = None
    disease: str | None = None
    kind: str | None = None
    distance_max: Decimal | None = None
    name_ranges: tuple[str, ...] = ()
    name_part: str = ""


def page(
    session: Session, wanted: Wanted, order: str, after: OrderKey | None, limit: int
) -> Sequence[Row[Any]]:
    """The open tasks of at most `limit` people, in order; columns k0, k1 … are the order key of the person."""
    found, keys = _ordered(wanted, order, after)
    people = found.limit(limit).cte("people")
    columns = [people.c[f"k{number}"] for number in range(len(keys))]
    statement = (
        select(
            *columns,
            _TASK.id.label("task_id"),
            _TASK.kind,
            _TASK.due_on,
            _TASK.enrolment_id,
            _TASK.disease,
            _ENROLMENT.last_visit_on,
            _ENROLMENT.last_class,
            _ENROLMENT.last_sbp,
            _ENROLMENT.last_dbp,
            _ENROLMENT.last_fpg,
            _ENROLMENT.unsatisfactory_in_a_row,
            _ENROLMENT.risk,
            _RESIDENT.id.label("resident_id"),
            _RESIDENT.name,
            _RESIDENT.sex,
            _RESIDENT.birth_date,
            _RESIDENT.phone,
            cast(_RESIDENT.disability, String).label("disability"),
            _RESIDENT.care_note,
            _HOUSEHOLD.group_name,
            _HOUSEHOLD.note.label("household_note"),
            _HOUSEHOLD.distance_km,
        )
        .join_from(people, DueTask.__table__, _TASK.resident_id == people.c.resident_id)
        .outerjoin(Enrolment.__table__, _ENROLMENT.id == _TASK.enrolment_id)
        .join(Resident.__table__, _RESIDENT.id == people.c.resident_id)
        .outerjoin(Household.__table__, _HOUSEHOLD.id == _RESIDENT.household_id)
        .where(_TASK.done_on.is_(None))
        .order_by(*columns, _TASK.due_on, _TASK.disease.desc())
    )
    return session.execute(statement).all()


def counts(session: Session, wanted: Wanted, today: date, week_end: date) -> tuple[int, int, int]:
    """How many people are overdue, due today, and due from today to `week_end`."""
    people = _people(wanted).subquery()
    due = people.c.due
    statement = select(
        func.count(case((due < today, 1))),
        func.count(case((due == today, 1))),
        func.count(case((and_(due >= today, due <= week_end), 1))),
    )
    overdue, now, week = session.execute(statement).one()
    return overdue, now, week


def groups(session: Session, organisation_id: str) -> Sequence[str]:
    """The names of the groups that have households."""
    statement = (
        select(_HOUSEHOLD.group_name)
        .where(_HOUSEHOLD.organisation_id == organisation_id, _HOUSEHOLD.group_name != "")
        .group_by(_HOUSEHOLD.group_name)
        .order_by(func.length(_HOUSEHOLD.group_name), _HOUSEHOLD.group_name)
    )
    return session.scalars(statement).all()


def open_count(session: Session, organisation_id: str, kind: str, until: date) -> int:
    """How many people have an open task of a kind due until a day. Index ix_due_task_open."""
    statement = (
        select(func.count(func.distinct(_TASK.resident_id)))
        .join_from(DueTask.__table__, Resident.__table__, _RESIDENT.id == _TASK.resident_id)
        .where(
            _TASK.organisation_id == organisation_id,
            _TASK.done_on.is_(None),
            _TASK.kind == kind,
            _TASK.due_on <= until,
            _RESIDENT.state == "active",
        )
    )
    return session.scalar(statement) or 0


def _people(wanted: Wanted) -> Select[Any]:
    """One row for each person with an open task that is wanted: the id and the earliest day."""
    statement = (
        select(_TASK.resident_id, func.min(_TASK.due_on).label("due"))
        .join_from(DueTask.__table__, Resident.__table__, _RESIDENT.id == _TASK.resident_id)
        .where(
            _TASK.organisation_id == wanted.organisation_id,
            _TASK.done_on.is_(None),
            _RESIDENT.state == "active",
        )
        .group_by(_TASK.resident_id)
    )
    if wanted.until is not None:
        statement = statement.where(_TASK.due_on <= wanted.until)
    if wanted.disease is not None:
        statement = statement.where(_TASK.disease == wanted.disease)
    if wanted.kind is not None:
        statement = statement.where(_TASK.kind == wanted.kind)
    if wanted.group_name is not None or wanted.distance_max is not None:
        statement = statement.join(Household.__table__, _HOUSEHOLD.id == _RESIDENT.household_id)
    if wanted.group_name is not None:
        statement = statement.where(_HOUSEHOLD.group_name == wanted.group_name)
    if wanted.distance_max is not None:
        statement = statement.where(_HOUSEHOLD.distance_km <= wanted.distance_max)
    if wanted.name_ranges:
        ranges = [and_(_KEY.k >= low, _KEY.k < low + AFTER_ALL) for low in wanted.name_ranges]
        statement = statement.where(_RESIDENT.number.in_(select(_KEY.resident_number).where(or_(*ranges))))
    if wanted.name_part:
        statement = statement.where(_RESIDENT.name_key.contains(wanted.name_part, autoescape=True))
    return statement


def _ordered(
    wanted: Wanted, order: str, after: OrderKey | None
) -> tuple[Select[Any], list[ColumnElement[Any]]]:
    """The people in order from the one after the key `after`, with their order keys as columns."""
    base = _people(wanted).subquery()
    keys = _order_keys(order, base)
    columns = (base.c.resident_id, *(key.label(f"k{number}") for number, key in enumerate(keys)))
    statement = select(*columns).order_by(*keys)
    if order != "due":  # whose keys are in `base`
        statement = statement.join_from(base, Resident.__table__, _RESIDENT.id == base.c.resident_id).outerjoin(
            Household.__table__, _HOUSEHOLD.id == _RESIDENT.household_id
        )
    if after is not None:
        last = [literal(value, key.type) for value, key in zip(after, keys, strict=True)]
        statement = statement.where(tuple_(*keys) > tuple_(*last))
    return statement, keys


def _order_keys(order: str, base: Any) -> list[ColumnElement[Any]]:
    due, who = base.c.due, base.c.resident_id
    if order == "risk":
        return [-_risk(who), func.coalesce(_RESIDENT.birth_date, NOT_BORN), who]
    if order == "distance":
        return [func.coalesce(_HOUSEHOLD.distance_km, FAR), due, who]
    if order == "group":
        group = func.coalesce(_HOUSEHOLD.group_name, AFTER_ALL)
        number = func.coalesce(cast(_HOUSEHOLD.number, String), "")
        return [func.length(group), group, func.length(number), number, who]
    return [due, who]


def _risk(resident_id: ColumnElement[str]) -> ColumnElement[int]:
    """The greatest risk of a person's enrolments. Index uq_enrolment_resident_id_disease."""
    greatest = (
        select(func.coalesce(func.max(_ENROLMENT.risk), 0))
        .where(_ENROLMENT.resident_id == resident_id, _ENROLMENT.ended_on.is_(None))
        .scalar_subquery()
    )
    return greatest
