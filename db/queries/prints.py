"""Which filled-in forms are printed, for one person or for many. Rows, never ORM objects.

Lists of ids are given in pieces of at most MOST_IDS, far below SQLite's limit of parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from db.models import FormEntry, Resident

MOST_IDS = 400
_ENTRY = FormEntry.__table__.c
_KEPT = (_ENTRY.id, _ENTRY.resident_id, _ENTRY.form_code, _ENTRY.edition, _ENTRY.entry_date, _ENTRY.state)


def people(session: Session, resident_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Name and record number of these residents by id. Primary keys."""
    statement = select(Resident.id, Resident.name, Resident.record_no).where(Resident.id.in_(resident_ids))
    return {row.id: row for row in session.execute(statement)}


def entries_of_people(
    session: Session,
    resident_ids: Sequence[str],
    form_codes: Sequence[str] | None = None,
    first: date = date.min,
    last: date = date.max,
) -> Sequence[Row[Any]]:
    """The forms of these residents that are not void, without their answers, oldest first.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    statement = (
        select(*_KEPT)
        .where(
            _ENTRY.resident_id.in_(resident_ids), _ENTRY.state != "void", _ENTRY.entry_date.between(first, last)
        )
        .order_by(_ENTRY.entry_date, _ENTRY.id)
    )
    if form_codes is not None:
        statement = statement.where(_ENTRY.form_code.in_(form_codes))
    return session.execute(statement).all()


def entries_of_day(
    session: Session, organisation_id: str, form_codes: Sequence[str], day: date, since: datetime, until: datetime
) -> Sequence[Row[Any]]:
    """The forms dated on `day` or written from `since` up to `until`, that are not void, in the order of writing.

    Index ix_form_entry_form_code_entry_date for the day; those written on the day are read through.
    """
    mine = (Resident.organisation_id == organisation_id, _ENTRY.state != "void", _ENTRY.form_code.in_(form_codes))
    base = select(*_KEPT, _ENTRY.created_at).join_from(
        FormEntry.__table__, Resident, Resident.id == _ENTRY.resident_id
    )
    dated = session.execute(base.where(_ENTRY.entry_date == day, *mine)).all()
    written = session.execute(
        base.where(_ENTRY.created_at >= since, _ENTRY.created_at < until, *mine)
    ).all()
    found = {row.id: row for row in (*dated, *written)}
    return sorted(found.values(), key=lambda row: (row.created_at, row.id))


def entries(session: Session, entry_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """These forms with their answers by id, void or not. Primary keys."""
    statement = select(*_KEPT, _ENTRY.answers).where(_ENTRY.id.in_(entry_ids))
    return {row.id: row for row in session.execute(statement)}
