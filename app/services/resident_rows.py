"""A resident's rows: the columns and the two forms, written with their revisions and keys inside the caller's unit of work.

A sheet that lacks answers is kept with state "partial": it counts nowhere as a filled-in form, and becomes complete when
the rest is written. Commits nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.forms.vocabulary import Form
from app.services.history import record_change
from app.services.households import household_brief
from app.services.resident_facts import homes
from app.services.resident_views import EnrolmentBrief, ResidentView, age_of
from db.models import Enrolment, FormEntry, Resident, new_id

ENTITY, ENTRY = "resident", "form_entry"
COMPLETE, PARTIAL = "complete", "partial"
KEPT_COLUMNS = (
    "record_no",
    "name",
    "sex",
    "birth_date",
    "birth_precision",
    "id_number",
    "id_number_state",
    "no_id_reason",
    "mother_id_number",
    "phone",
    "contact_name",
    "contact_phone",
    "current_address",
    "registered_address",
    "residence_type",
    "ethnic_code",
    "blood_abo",
    "blood_rh",
    "drug_allergy",
    "drug_allergy_note",
    "disability",
    "care_note",
    "household_id",
    "relation",
    "state",
    "state_on",
    "state_reason",
)
"""The columns that a revision of a resident keeps."""


def get_resident(session: Session, resident_id: str) -> Resident:
    """One resident. Raises UserError when there is none."""
    resident = session.get(Resident, resident_id)
    if resident is None:
        raise UserError(msg("没有找到这位居民，可能已被移到别处。请重新查找。"))
    return resident


def kept_columns(resident: Resident) -> dict[str, Any]:
    """The columns of a resident as JSON keeps them."""
    return {name: _kept(getattr(resident, name)) for name in KEPT_COLUMNS}


def _kept(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def columns_of(resident: Resident) -> dict[str, Any]:
    """The columns that the forms show, as values."""
    return {name: getattr(resident, name) for name in KEPT_COLUMNS}


def record_resident(
    session: Session,
    desk: Desk,
    resident: Resident,
    before: Mapping[str, Any] | None,
    action: str,
    reason: str = "",
) -> None:
    """The next revision of a resident, whose changes are already made; `before` from `kept_columns`."""
    if before is not None:
        resident.revision += 1
        resident.updated_at = desk.now()
    record_change(
        session,
        desk,
        action,
        ENTITY,
        resident.id,
        before=before,
        after=kept_columns(resident),
        number=resident.revision,
        reason=reason,
    )


def form_entry(session: Session, resident_id: str, form_code: str) -> FormEntry | None:
    """The cover or the 个人基本信息表 of a resident, complete or partial; None when nothing of it is kept."""
    statement = (
        select(FormEntry)
        .where(
            FormEntry.resident_id == resident_id, FormEntry.form_code == form_code, FormEntry.state != "void"
        )
        .order_by(FormEntry.entry_date.desc(), FormEntry.id.desc())
        .limit(1)
    )
    return session.scalars(statement).first()


def save_form(
    session: Session,
    desk: Desk,
    resident_id: str,
    form: Form,
    answers: Mapping[str, Any],
    *,
    state: str,
    reason: str = "",
) -> FormEntry | None:
    """Keep the answers of one form as its first or next revision; None when there is nothing to keep of it.

    A partial sheet that holds nothing but facts of the resident is not kept: they stand in the columns.
    """
    entry = form_entry(session, resident_id, form.code)
    kept = form.keep(answers)
    if (
        entry is None
        and state == PARTIAL
        and not set(kept) - {*homes(form.code), "drug_allergy_note", "ethnic_group_note"}
    ):
        return None
    if entry is None:
        return _insert_form(session, desk, resident_id, form, kept, state)
    before = {**entry.answers, **_state(entry.state)}
    after = {**kept, **_state(state)}
    if before != after:
        entry.answers, entry.state, entry.edition = kept, state, form.edition
        entry.revision += 1
        entry.updated_at = desk.now()
        record_change(
            session,
            desk,
            "record.revise",
            ENTRY,
            entry.id,
            before=before,
            after=after,
            number=entry.revision,
            reason=reason,
        )
    return entry


def _insert_form(
    session: Session, desk: Desk, resident_id: str, form: Form, kept: dict[str, Any], state: str
) -> FormEntry:
    now = desk.now()
    written_on = kept.get(form.date_code) if form.date_code else None
    entry = FormEntry(
        id=new_id(),
        form_code=form.code,
        edition=form.edition,
        resident_id=resident_id,
        entry_date=date.fromisoformat(written_on) if written_on else desk.today(),
        author_id=desk.actor.user_id,
        answers=kept,
        state=state,
        created_at=now,
        updated_at=now,
    )
    session.add(entry)
    session.flush()
    record_change(
        session, desk, "record.create", ENTRY, entry.id, before=None, after={**kept, **_state(state)}
    )
    return entry


def _state(state: str) -> dict[str, str]:
    return {} if state == COMPLETE else {"_state": state}


def resident_view(session: Session, resident: Resident, today: date) -> ResidentView:
    """Everything that the banner and the forms need of one resident."""
    enrolments = session.scalars(
        select(Enrolment)
        .where(Enrolment.resident_id == resident.id, Enrolment.ended_on.is_(None))
        .order_by(Enrolment.disease.desc())
    )
    names = (name for name in KEPT_COLUMNS if name not in ("household_id", "drug_allergy", "disability"))
    columns = {name: getattr(resident, name) for name in names}
    return ResidentView(
        **columns,
        id=resident.id,
        age=age_of(resident.birth_date, today),
        height_cm=resident.height_cm,
        weight_kg=resident.weight_kg,
        weight_on=resident.weight_on,
        drug_allergy=tuple(resident.drug_allergy or ()),
        disability=tuple(resident.disability or ()),
        household=household_brief(session, resident.household_id),
        enrolments=tuple(
            EnrolmentBrief(e.id, e.disease, e.diagnosed_on, e.enrolled_on, e.last_visit_on, e.last_class)
            for e in enrolments
        ),
        created_at=resident.created_at,
        updated_at=resident.updated_at,
        revision=resident.revision,
    )
