"""What the work indicators are computed from: who was under management, their visits, examinations and checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from db.models import DueTask, Enrolment, FollowUp, FormEntry, Resident

FACE_TO_FACE = (1, 2)
"""随访方式 门诊 and 家庭."""

EXAMINATION = "health_exam"
"""健康体检表 in the list of national forms."""

_TASK = DueTask.__table__.c
_ENROLMENT = Enrolment.__table__.c
_RESIDENT = Resident.__table__.c
_FOLLOW_UP = FollowUp.__table__.c
_ENTRY = FormEntry.__table__.c


def managed(
    session: Session, organisation_id: str, disease: str, start: date, end: date
) -> Sequence[Row[Any]]:
    """Enrolments of a disease that were open on any day of the period.

    Index ix_enrolment_organisation_id_disease.
    """
    statement = (
        select(
            _ENROLMENT.id,
            _ENROLMENT.resident_id,
            _ENROLMENT.diagnosed_on,
            _ENROLMENT.enrolled_on,
            _ENROLMENT.ended_on,
            _RESIDENT.birth_date,
        )
        .join_from(Enrolment.__table__, Resident.__table__, _RESIDENT.id == _ENROLMENT.resident_id)
        .where(
            _ENROLMENT.organisation_id == organisation_id,
            _ENROLMENT.disease == disease,
            _ENROLMENT.enrolled_on <= end,
            or_(_ENROLMENT.ended_on.is_(None), _ENROLMENT.ended_on >= start),
        )
        .order_by(_ENROLMENT.enrolled_on, _ENROLMENT.id)
    )
    return session.execute(statement).all()


def visits(
    session: Session, organisation_id: str, disease: str, start: date, end: date
) -> Sequence[Row[Any]]:
    """The visits of a disease in the period, oldest first. Index ix_follow_up_organisation_id_disease_visit_date."""
    statement = (
        select(
            _FOLLOW_UP.resident_id,
            _FOLLOW_UP.visit_date,
            _FOLLOW_UP.method,
            _FOLLOW_UP.not_seen,
            _FOLLOW_UP.sbp,
            _FOLLOW_UP.dbp,
            _FOLLOW_UP.fpg,
        )
        .where(
            _FOLLOW_UP.organisation_id == organisation_id,
            _FOLLOW_UP.disease == disease,
            _FOLLOW_UP.visit_date.between(start, end),
        )
        .order_by(_FOLLOW_UP.visit_date, _FOLLOW_UP.id)
    )
    return session.execute(statement).all()


def checks(
    session: Session, organisation_id: str, disease: str, start: date, end: date
) -> Sequence[Row[Any]]:
    """The referral checks of a disease that were due in the period. Index ix_due_task_enrolment_id."""
    statement = select(_TASK.resident_id, _TASK.due_on, _TASK.done_on).where(
        _TASK.enrolment_id.in_(_enrolled(organisation_id, disease, _ENROLMENT.id)),
        _TASK.kind == "referral_check",
        _TASK.due_on.between(start, end),
    )
    return session.execute(statement).all()


def examinations(
    session: Session, organisation_id: str, disease: str, start: date, end: date
) -> Sequence[Row[Any]]:
    """The days of complete yearly examinations in the period.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    statement = select(_ENTRY.resident_id, _ENTRY.entry_date).where(
        _ENTRY.resident_id.in_(_enrolled(organisation_id, disease, _ENROLMENT.resident_id)),
        _ENTRY.form_code == EXAMINATION,
        _ENTRY.state == "complete",
        _ENTRY.entry_date.between(start, end),
    )
    return session.execute(statement).all()


def visit_counts(
    session: Session,
    organisation_id: str,
    disease: str,
    start: date,
    end: date,
    methods: Sequence[int] | None = FACE_TO_FACE,
) -> Sequence[Row[Any]]:
    """For each enrolment under management today: enrolled_on, and its visits of these methods (None: all) in the period.

    Indexes ix_enrolment_organisation_id_disease and ix_follow_up_organisation_id_disease_visit_date.
    """
    counted = (
        select(_FOLLOW_UP.resident_id, func.count().label("visits"))
        .where(
            _FOLLOW_UP.organisation_id == organisation_id,
            _FOLLOW_UP.disease == disease,
            _FOLLOW_UP.visit_date.between(start, end),
            _FOLLOW_UP.not_seen.is_(None),
            true() if methods is None else _FOLLOW_UP.method.in_(methods),
        )
        .group_by(_FOLLOW_UP.resident_id)
        .subquery()
    )
    statement = (
        select(
            _ENROLMENT.resident_id,
            _ENROLMENT.enrolled_on,
            func.coalesce(counted.c.visits, 0).label("visits"),
        )
        .join_from(Enrolment.__table__, Resident.__table__, _RESIDENT.id == _ENROLMENT.resident_id)
        .outerjoin(counted, counted.c.resident_id == _ENROLMENT.resident_id)
        .where(
            and_(
                _ENROLMENT.organisation_id == organisation_id,
                _ENROLMENT.disease == disease,
                _ENROLMENT.ended_on.is_(None),
                _RESIDENT.state == "active",
            )
        )
    )
    return session.execute(statement).all()


def forms_of_managed(
    session: Session, organisation_id: str, disease: str, form_code: str
) -> Sequence[Row[Any]]:
    """The complete forms of one kind of everybody enrolled for a disease, oldest first.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    statement = (
        select(_ENTRY.resident_id, _ENTRY.entry_date, _ENTRY.answers)
        .where(
            _ENTRY.resident_id.in_(_enrolled(organisation_id, disease, _ENROLMENT.resident_id)),
            _ENTRY.form_code == form_code,
            _ENTRY.state == "complete",
        )
        .order_by(_ENTRY.entry_date, _ENTRY.id)
    )
    return session.execute(statement).all()


def residents(session: Session, organisation_id: str) -> Sequence[Row[Any]]:
    """Everybody under care: id, birth_date, residence_type. Index ix_resident_organisation_id_state."""
    statement = select(_RESIDENT.id, _RESIDENT.birth_date, _RESIDENT.residence_type).where(
        _RESIDENT.organisation_id == organisation_id, _RESIDENT.state == "active"
    )
    return session.execute(statement).all()


def with_complete(session: Session, form_code: str) -> set[str]:
    """The residents who have a complete form of a kind. Index ix_form_entry_form_code_entry_date."""
    statement = (
        select(_ENTRY.resident_id).where(_ENTRY.form_code == form_code, _ENTRY.state == "complete").distinct()
    )
    return set(session.scalars(statement))


def served(session: Session, form_codes: Sequence[str], start: date, end: date) -> set[str]:
    """The residents with a complete form of these kinds in the period. Index ix_form_entry_form_code_entry_date."""
    statement = (
        select(_ENTRY.resident_id)
        .where(
            _ENTRY.form_code.in_(form_codes),
            _ENTRY.entry_date.between(start, end),
            _ENTRY.state == "complete",
        )
        .distinct()
    )
    return set(session.scalars(statement))


def services(
    session: Session, form_code: str, start: date, end: date, guidance: Sequence[str]
) -> Sequence[Row[Any]]:
    """The complete forms of a kind in the period: resident_id, entry_date, is_guided (one of the answers is given).

    Index ix_form_entry_form_code_entry_date.
    """
    given = [func.json_extract(_ENTRY.answers, f"$.{code}").is_not(None) for code in guidance]
    statement = select(_ENTRY.resident_id, _ENTRY.entry_date, or_(*given).label("is_guided")).where(
        _ENTRY.form_code == form_code, _ENTRY.entry_date.between(start, end), _ENTRY.state == "complete"
    )
    return session.execute(statement).all()


def _enrolled(organisation_id: str, disease: str, column: ColumnElement[str]) -> Select[tuple[str]]:
    """A column of every enrolment of a disease."""
    return select(column).where(_ENROLMENT.organisation_id == organisation_id, _ENROLMENT.disease == disease)
