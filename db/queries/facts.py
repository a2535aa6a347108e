"""What other forms of a resident say, in SQLAlchemy Core. Rows, never ORM objects; statements are built once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from db.models import FormEntry

_ENTRY = FormEntry.__table__.c
_SHEETS = (
    select(
        _ENTRY.id,
        _ENTRY.form_code,
        _ENTRY.edition,
        _ENTRY.visit_id,
        _ENTRY.entry_date,
        _ENTRY.answers,
    )
    .where(
        _ENTRY.resident_id == bindparam("resident_id"),
        _ENTRY.form_code.in_(bindparam("form_codes", expanding=True)),
        _ENTRY.entry_date.between(bindparam("first"), bindparam("last")),
        _ENTRY.state == "complete",
    )
    .order_by(_ENTRY.entry_date.desc(), _ENTRY.id.desc())
    .limit(bindparam("most"))
)


def sheets(
    session: Session, resident_id: str, form_codes: Sequence[str], first: date, last: date, most: int
) -> Sequence[Row[Any]]:
    """The newest complete sheets of these forms dated from `first` to `last`, at most `most`, newest first.

    Index ix_form_entry_resident_id_form_code_entry_date.
    """
    values = {
        "resident_id": resident_id,
        "form_codes": list(form_codes),
        "first": first,
        "last": last,
        "most": most,
    }
    return session.execute(_SHEETS, values).all()
