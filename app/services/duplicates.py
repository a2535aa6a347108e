"""Residents who may be the same person: shown before a second record is made.

The same ID number, or the same folded name with a birth that can mean the same day ("1955" agrees with 1955-03-08).
Reads uq_resident_id_number and ix_resident_name_key_birth_date.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.domain.dates import add_months
from app.domain.names import fold_name
from app.forms.kinds import first_day
from app.services.masks import masked_id_number
from app.services.resident_facts import written_birth
from app.services.resident_views import DuplicateHint, age_of
from db.models import Household, Resident


def likely_duplicates(
    session: Session,
    today: date,
    *,
    name: str,
    birth_date: str,
    id_number: str | None,
    except_id: str | None = None,
) -> list[DuplicateHint]:
    """Who on file may be the same person, the one with the same ID number first. `birth_date` as written, may be ""."""
    hints = (
        [_hint(row, "id_number", today) for row in _rows(session, Resident.id_number == id_number)]
        if id_number
        else []
    )
    key = fold_name(name)
    if key and birth_date:
        rows = _rows(session, Resident.name_key == key)
        hints += [
            _hint(row, "name_and_birth", today) for row in rows if may_be_one_day(birth_date, _birth(row[0]))
        ]
    seen = {except_id}
    return [hint for hint in hints if not (hint.resident_id in seen or seen.add(hint.resident_id))]


def may_be_one_day(one: str, other: str) -> bool:
    """Whether two births as written ("1955", "1955-03-08") can mean the same day; "" is no birth and agrees with none."""
    return bool(one and other) and first_day(one) < _after(other) and first_day(other) < _after(one)


def _after(written: str) -> date:
    """The first day that an approximate date cannot mean any more."""
    months = {4: 12, 7: 1}.get(len(written))
    start = first_day(written)
    return add_months(start, months) if months else date.fromordinal(start.toordinal() + 1)


def _birth(resident: Resident) -> str:
    return written_birth(resident.birth_date, resident.birth_precision)


_HEAD = aliased(Resident)
_FOUND = (
    select(Resident, Household.group_name, _HEAD.name)
    .outerjoin(Household, Household.id == Resident.household_id)
    .outerjoin(_HEAD, _HEAD.id == Household.head_id)
    .order_by(Resident.number)
)


def _rows(session: Session, condition: ColumnElement[bool]) -> list[tuple[Resident, str | None, str | None]]:
    return [(row[0], row[1], row[2]) for row in session.execute(_FOUND.where(condition))]


def _hint(row: tuple[Resident, str | None, str | None], same: str, today: date) -> DuplicateHint:
    resident, group_name, head_name = row
    return DuplicateHint(
        resident_id=resident.id,
        name=resident.name,
        sex=resident.sex,
        birth_text=_birth(resident),
        age=age_of(resident.birth_date, today),
        group_name=group_name or "",
        head_name=head_name or "",
        record_no=resident.record_no or "",
        id_number_masked=masked_id_number(resident.id_number),
        state=resident.state,
        same=same,
    )
