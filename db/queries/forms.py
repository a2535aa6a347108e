"""Filled-in forms of residents, read in SQLAlchemy Core. Rows, never ORM objects; statements are built once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from db.models import FormDraft, FormEntry, UserAccount

_ENTRY = FormEntry.__table__.c
_DRAFT = FormDraft.__table__
_USER = UserAccount.__table__.c
EARLIEST, LATEST = date.min, date.max

_ENTRIES = select(FormEntry.__table__, _USER.name.label("author")).outerjoin_from(
    FormEntry.__table__, UserAccount.__table__, _ENTRY.author_id == _USER.id
)
_ONE = _ENTRIES.where(_ENTRY.id == bindparam("entry_id"))
_OF_RESIDENT = _ENTRIES.where(
    _ENTRY.resident_id == bindparam("resident_id"),
    _ENTRY.entry_date.between(bindparam("first"), bindparam("last")),
).order_by(_ENTRY.entry_date.desc(), _ENTRY.id.desc())
_OF_KIND = _OF_RESIDENT.where(_ENTRY.form_code == bindparam("form_code"))
_COMPLETE = _OF_KIND.where(_ENTRY.state == "complete").limit(bindparam("most"))
_DAYS = select(_ENTRY.id, _ENTRY.entry_date).where(
    _ENTRY.resident_id == bindparam("resident_id"),
    _ENTRY.form_code == bindparam("form_code"),
    _ENTRY.state != "void",
)
_DRAFT_OF = select(_DRAFT).where(
    _DRAFT.c.kind == bindparam("kind"), _DRAFT.c.subject_id == bindparam("subject_id")
)


def entry(session: Session, entry_id: str) -> Row[Any] | None:
    """One form on file with its author's name, void or not. Primary key."""
    return session.execute(_ONE, {"entry_id": entry_id}).one_or_none()


def of_resident(
    session: Session,
    resident_id: str,
    form_code: str | None = None,
    *,
    first: date = EARLIEST,
    last: date = LATEST,
    with_void: bool = False,
) -> Sequence[Row[Any]]:
    """The forms of a resident dated from `first` to `last`, of one kind or all, newest first.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    values = {"resident_id": resident_id, "first": first, "last": last}
    if form_code is None:
        rows = session.execute(_OF_RESIDENT, values).all()
    else:
        rows = session.execute(_OF_KIND, {**values, "form_code": form_code}).all()
    return [row for row in rows if with_void or row.state != "void"]


def newest_complete(
    session: Session,
    resident_id: str,
    form_code: str,
    most: int,
    *,
    first: date = EARLIEST,
    last: date = LATEST,
) -> Sequence[Row[Any]]:
    """The newest complete forms of one kind, at most `most`, newest first. Index as `of_resident`."""
    values = {"resident_id": resident_id, "form_code": form_code, "first": first, "last": last, "most": most}
    return session.execute(_COMPLETE, values).all()


def days(session: Session, resident_id: str, form_code: str) -> Sequence[Row[Any]]:
    """Ids and days of the forms of one kind that are not void. Index as `of_resident`."""
    return session.execute(_DAYS, {"resident_id": resident_id, "form_code": form_code}).all()


def draft(session: Session, kind: str, subject_id: str) -> Row[Any] | None:
    """One draft. Primary key."""
    return session.execute(_DRAFT_OF, {"kind": kind, "subject_id": subject_id}).one_or_none()
