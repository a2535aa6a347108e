"""What a roster is held against: residents found by number or name, their sheets, households. Core rows, in parts.

Reads uq_resident_id_number, uq_resident_record_no, ix_resident_name_key_birth_date,
ix_form_entry_resident_id_form_code_entry_date, ix_household_organisation_id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import AuditEntry, Enrolment, FormEntry, Household, Resident

IN_ONE_QUERY = 500


def in_parts(values: Collection[str]) -> Iterator[list[str]]:
    """The values in lists short enough for one query."""
    ordered = sorted(values)
    for start in range(0, len(ordered), IN_ONE_QUERY):
        yield ordered[start : start + IN_ONE_QUERY]


def residents_by(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[str]
) -> Iterator[Row[Any]]:
    """Residents whose `column` has one of the values."""
    table = Resident.__table__
    for part in in_parts(values):
        yield from session.execute(select(table).where(column.in_(part)))


def entries_of(
    session: Session, resident_ids: Collection[str], form_codes: Sequence[str]
) -> Iterator[Row[Any]]:
    """The cover and sheet of each resident, void ones left out."""
    table = FormEntry.__table__
    for part in in_parts(resident_ids):
        yield from session.execute(
            select(
                table.c.id,
                table.c.form_code,
                table.c.resident_id,
                table.c.answers,
                table.c.edition,
                table.c.state,
                table.c.revision,
            )
            .where(table.c.resident_id.in_(part), table.c.form_code.in_(form_codes), table.c.state != "void")
            .order_by(table.c.entry_date, table.c.id)
        )


def enrolments_of(session: Session, resident_ids: Collection[str]) -> Iterator[Row[Any]]:
    """The diseases under management of each resident."""
    for part in in_parts(resident_ids):
        yield from session.execute(
            select(Enrolment.resident_id, Enrolment.disease).where(
                Enrolment.resident_id.in_(part), Enrolment.ended_on.is_(None)
            )
        )


def households(session: Session, organisation_id: str) -> list[Row[Any]]:
    """Every household with the folded name of its head."""
    statement = (
        select(
            Household.id,
            Household.number,
            Household.group_name,
            Household.address,
            Household.head_id,
            Resident.name_key,
        )
        .outerjoin(Resident, Resident.id == Household.head_id)
        .where(Household.organisation_id == organisation_id)
    )
    return list(session.execute(statement))


def state_of_database(session: Session) -> tuple[int, str]:
    """The last link of the audit chain: as long as it is the same, no record has changed."""
    last = session.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).first()
    return (last.sequence, last.hash) if last else (0, "")


def highest_number(session: Session) -> int:
    """The highest local number of a resident; 0 when there is none."""
    return session.scalar(select(func.max(Resident.number))) or 0
