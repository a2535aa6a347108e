"""What stands in a resident's record: every sheet of every form, and what was attached. Rows, never ORM objects.

Statements are built once: building one costs more than running it on a folder of two hundred sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.orm import Session

from db.models import Attachment, Enrolment, FormEntry, Revision, UserAccount

_ENTRY = FormEntry.__table__.c
_ATTACHMENT = Attachment.__table__.c
_USER = UserAccount.__table__.c
_BY_RESIDENT = bindparam("resident_id")

_ENTRIES = (
    select(
        _ENTRY.id,
        _ENTRY.form_code,
        _ENTRY.edition,
        _ENTRY.visit_id,
        _ENTRY.entry_date,
        _ENTRY.answers,
        _ENTRY.state,
        _ENTRY.revision,
        _USER.name.label("author"),
    )
    .outerjoin_from(FormEntry.__table__, UserAccount.__table__, _USER.id == _ENTRY.author_id)
    .where(_ENTRY.resident_id == _BY_RESIDENT)
    .order_by(_ENTRY.entry_date.desc(), _ENTRY.id.desc())
)
_ATTACHMENTS = (
    select(
        _ATTACHMENT.id,
        _ATTACHMENT.resident_id,
        _ATTACHMENT.form_entry_id,
        _ATTACHMENT.title,
        _ATTACHMENT.media_type,
        _ATTACHMENT.size,
        _ATTACHMENT.added_at,
        _ATTACHMENT.state,
        _ATTACHMENT.revision,
        _USER.name.label("author"),
    )
    .outerjoin_from(Attachment.__table__, UserAccount.__table__, _USER.id == _ATTACHMENT.author_id)
    .order_by(_ATTACHMENT.added_at.desc(), _ATTACHMENT.id.desc())
)
_ATTACHMENTS_OF_RESIDENT = _ATTACHMENTS.where(_ATTACHMENT.resident_id == _BY_RESIDENT)
_ATTACHMENT_BY_ID = _ATTACHMENTS.where(_ATTACHMENT.id == bindparam("attachment_id"))
_CONTENT = select(_ATTACHMENT.content).where(_ATTACHMENT.id == bindparam("attachment_id"))
_ENTRY_CHANGES = (
    select(Revision)
    .where(
        Revision.entity == bindparam("entity"),
        Revision.entity_id.in_(select(_ENTRY.id).where(_ENTRY.resident_id == _BY_RESIDENT)),
    )
    .order_by(Revision.number.desc())
)
_ENROLMENT_CHANGES = (
    select(Revision)
    .where(
        Revision.entity == bindparam("entity"),
        Revision.entity_id.in_(
            select(Enrolment.__table__.c.id).where(Enrolment.__table__.c.resident_id == _BY_RESIDENT)
        ),
    )
    .order_by(Revision.number.desc())
)

_ATTACHMENT_CHANGES = (
    select(Revision, _ATTACHMENT.title)
    .join_from(Revision, Attachment.__table__, _ATTACHMENT.id == Revision.entity_id)
    .where(
        Revision.entity == bindparam("entity"), Revision.number > 1, _ATTACHMENT.resident_id == _BY_RESIDENT
    )
    .order_by(Revision.number.desc())
)


def entries(session: Session, resident_id: str) -> Sequence[Row[Any]]:
    """Every sheet of a resident, void and partial ones too, the newest first, with the name of its author.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    return session.execute(_ENTRIES, {"resident_id": resident_id}).all()


def attachments(session: Session, resident_id: str) -> Sequence[Row[Any]]:
    """What is attached to a record and its sheets, void ones too, without the contents. Index ix_attachment_resident_id."""
    return session.execute(_ATTACHMENTS_OF_RESIDENT, {"resident_id": resident_id}).all()


def attachment(session: Session, attachment_id: str) -> Row[Any] | None:
    """One attachment without its contents. Primary key."""
    return session.execute(_ATTACHMENT_BY_ID, {"attachment_id": attachment_id}).one_or_none()


def attachment_content(session: Session, attachment_id: str) -> bytes | None:
    """The contents of an attachment. Primary key."""
    return session.scalar(_CONTENT, {"attachment_id": attachment_id})


def attachment_sums(session: Session) -> Sequence[Row[Any]]:
    """Id, size and SHA-256 of every attachment, to be held against the contents one by one."""
    return session.execute(select(_ATTACHMENT.id, _ATTACHMENT.size, _ATTACHMENT.sha256)).all()


def count_attachments(session: Session, resident_id: str) -> int:
    """How many attachments of a resident are kept. Index ix_attachment_resident_id."""
    counted = select(func.count()).where(
        _ATTACHMENT.resident_id == resident_id, _ATTACHMENT.state == "kept"
    )
    return session.scalar(counted) or 0


def entry_changes(session: Session, resident_id: str, entity: str) -> Sequence[Revision]:
    """Every revision of every sheet of a resident, the newest of each first. Index uq_revision_entity_entity_id_number."""
    return session.scalars(_ENTRY_CHANGES, {"resident_id": resident_id, "entity": entity}).all()


def enrolment_changes(session: Session, resident_id: str, entity: str) -> Sequence[Revision]:
    """Every revision of every enrolment of a resident. Index uq_revision_entity_entity_id_number."""
    return session.scalars(_ENROLMENT_CHANGES, {"resident_id": resident_id, "entity": entity}).all()


def attachment_changes(session: Session, resident_id: str, entity: str) -> Sequence[Row[Any]]:
    """What became of the attachments of a resident after they were added, each with its title.

    Indexes ix_attachment_resident_id and uq_revision_entity_entity_id_number.
    """
    return session.execute(_ATTACHMENT_CHANGES, {"resident_id": resident_id, "entity": entity}).all()
