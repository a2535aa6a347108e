"""What a follow-up screen and the saving of a visit read, in SQLAlchemy Core. Rows, never ORM objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from db.models import DueTask, Enrolment, FollowUp, FormDraft, FormEntry, Household, Resident

_RESIDENT = Resident.__table__.c
_HOUSEHOLD = Household.__table__.c
_FOLLOW_UP = FollowUp.__table__.c
_ENTRY = FormEntry.__table__.c
_TASK = DueTask.__table__.c


# Built once: building a statement costs more than running it.
_BY_RESIDENT = bindparam("resident_id")
_PERSON = (
    select(
        _RESIDENT.id,
        _RESIDENT.organisation_id,
        _RESIDENT.name,
        _RESIDENT.sex,
        _RESIDENT.birth_date,
        _RESIDENT.birth_precision,
        _RESIDENT.id_number,
        _RESIDENT.record_no,
        _RESIDENT.phone,
        _RESIDENT.height_cm,
        _RESIDENT.weight_kg,
        _RESIDENT.weight_on,
        _RESIDENT.drug_allergy,
        _RESIDENT.drug_allergy_note,
        _RESIDENT.care_note,
        _RESIDENT.residence_type,
        _RESIDENT.state,
        _RESIDENT.state_on,
        _HOUSEHOLD.group_name,
        _HOUSEHOLD.note.label("household_note"),
    )
    .outerjoin_from(Resident.__table__, Household.__table__, _RESIDENT.household_id == _HOUSEHOLD.id)
    .where(_RESIDENT.id == _BY_RESIDENT)
)
_ENROLMENTS = (
    select(Enrolment.__table__)
    .where(Enrolment.__table__.c.resident_id == _BY_RESIDENT)
    .order_by(Enrolment.__table__.c.enrolled_on, Enrolment.__table__.c.id)
)
_OPEN_ENROLMENTS = _ENROLMENTS.where(Enrolment.__table__.c.ended_on.is_(None))
_FOLLOW_UPS = (
    select(
        _FOLLOW_UP.visit_id,
        _FOLLOW_UP.form_entry_id.label("entry_id"),
        _FOLLOW_UP.enrolment_id,
        _FOLLOW_UP.disease,
        _FOLLOW_UP.visit_date,
        _FOLLOW_UP.method,
        _FOLLOW_UP.not_seen,
        _FOLLOW_UP.sbp,
        _FOLLOW_UP.dbp,
        _FOLLOW_UP.fpg,
        _FOLLOW_UP.weight_kg,
        _FOLLOW_UP.adr,
        _FOLLOW_UP.is_controlled,
        _FOLLOW_UP.visit_class,
        _FOLLOW_UP.referral,
        _FOLLOW_UP.next_visit_on,
    )
    .where(_FOLLOW_UP.resident_id == _BY_RESIDENT)
    .order_by(_FOLLOW_UP.visit_date, _FOLLOW_UP.id)
)
_FOLLOW_UPS_SINCE = _FOLLOW_UPS.where(_FOLLOW_UP.visit_date >= bindparam("since"))
_OPEN_TASKS = (
    select(DueTask.__table__)
    .where(_TASK.resident_id == _BY_RESIDENT, _TASK.done_on.is_(None))
    .order_by(_TASK.due_on, _TASK.id)
)


def person(session: Session, resident_id: str) -> Row[Any] | None:
    """The facts of a resident that a visit shows and judges by, with the household. Primary keys."""
    return session.execute(_PERSON, {"resident_id": resident_id}).one_or_none()


def enrolments(session: Session, resident_id: str, *, ended_too: bool = False) -> Sequence[Row[Any]]:
    """The enrolments of a resident, oldest first. Index uq_enrolment_resident_id_disease for those not ended."""
    statement = _ENROLMENTS if ended_too else _OPEN_ENROLMENTS
    return session.execute(statement, {"resident_id": resident_id}).all()


def follow_ups(session: Session, resident_id: str, since: date | None = None) -> Sequence[Row[Any]]:
    """The recorded visits of a resident that are not void, oldest first; of one day the one written first.

    Index ix_follow_up_resident_id_disease_visit_date.
    """
    if since is None:
        return session.execute(_FOLLOW_UPS, {"resident_id": resident_id}).all()
    return session.execute(_FOLLOW_UPS_SINCE, {"resident_id": resident_id, "since": since}).all()


def newest_entries(
    session: Session, resident_id: str, form_codes: Sequence[str], limit: int
) -> Sequence[Row[Any]]:
    """The newest complete sheets of these forms. Index ix_form_entry_resident_id_form_code_entry_date."""
    statement = (
        select(_ENTRY.id, _ENTRY.form_code, _ENTRY.visit_id, _ENTRY.entry_date, _ENTRY.answers)
        .where(
            _ENTRY.resident_id == resident_id, _ENTRY.form_code.in_(form_codes), _ENTRY.state == "complete"
        )
        .order_by(_ENTRY.entry_date.desc(), _ENTRY.id.desc())
        .limit(limit)
    )
    return session.execute(statement).all()


def entries_of_visit(session: Session, visit_id: str, resident_id: str) -> Sequence[Row[Any]]:
    """The sheets of one visit, void ones too. Index ix_form_entry_resident_id_form_code_entry_date."""
    table = FormEntry.__table__
    statement = select(table).where(table.c.resident_id == resident_id, table.c.visit_id == visit_id)
    return session.execute(statement).all()


def entry(session: Session, entry_id: str) -> Row[Any] | None:
    """One sheet by its id. Primary key."""
    table = FormEntry.__table__
    return session.execute(select(table).where(table.c.id == entry_id)).one_or_none()


def open_tasks(session: Session, resident_id: str) -> Sequence[Row[Any]]:
    """What is still to be done for a resident. Index ix_due_task_resident_id."""
    return session.execute(_OPEN_TASKS, {"resident_id": resident_id}).all()


def open_checks(session: Session, organisation_id: str, due_by: date | None = None) -> Sequence[Row[Any]]:
    """Referral checks without a result, with the resident's name, the earliest first. Index ix_due_task_open."""
    statement = (
        select(DueTask.__table__, _RESIDENT.name, _RESIDENT.phone)
        .join_from(DueTask.__table__, Resident.__table__, _TASK.resident_id == _RESIDENT.id)
        .where(
            _TASK.organisation_id == organisation_id,
            _TASK.done_on.is_(None),
            _TASK.kind == "referral_check",
            _RESIDENT.state == "active",
        )
        .order_by(_TASK.due_on, _TASK.id)
    )
    if due_by is not None:
        statement = statement.where(_TASK.due_on <= due_by)
    return session.execute(statement).all()


def draft(session: Session, kind: str, subject_id: str) -> Row[Any] | None:
    """One draft. Primary key."""
    table = FormDraft.__table__
    statement = select(table).where(table.c.kind == kind, table.c.subject_id == subject_id)
    return session.execute(statement).one_or_none()


def sheets(session: Session, resident_id: str, form_code: str, year: int | None = None) -> Sequence[Row[Any]]:
    """The complete sheets of one form, oldest first. Index ix_form_entry_resident_id_form_code_entry_date."""
    table = FormEntry.__table__
    statement = (
        select(table)
        .where(
            table.c.resident_id == resident_id, table.c.form_code == form_code, table.c.state == "complete"
        )
        .order_by(table.c.entry_date, table.c.id)
    )
    if year is not None:
        statement = statement.where(table.c.entry_date.between(date(year, 1, 1), date(year, 12, 31)))
    return session.execute(statement).all()
