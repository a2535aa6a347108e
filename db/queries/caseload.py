"""What the caseload asks the database in its own words: the newest sheet of each patient, the newest long supply of a drug.

Of all rows with one key SQLite gives the values of that with the greatest `max()`, so that a year is searched without
giving out more than what counts. Whether a patient is still there is asked last, of the few that are left.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_SHEETS = text("""
    WITH newest AS (
        SELECT visit.resident_id AS resident_id, visit.enrolment_id AS enrolment_id, visit.form_entry_id AS entry_id,
               max(visit.visit_date || visit.id)
        FROM follow_up AS visit
        WHERE visit.organisation_id = :place AND visit.visit_date > :after AND visit.visit_date <= :today
          AND visit.not_seen IS NULL
        GROUP BY visit.enrolment_id
    )
    SELECT newest.entry_id, newest.resident_id, json_extract(entry.answers, '$.drugs') AS drugs,
           json_extract(entry.answers, '$.insulin_kind') AS insulin_kind,
           json_extract(entry.answers, '$.insulin_usage') AS insulin_usage
    FROM newest
    JOIN enrolment ON enrolment.id = newest.enrolment_id
    JOIN resident ON resident.id = newest.resident_id
    JOIN form_entry AS entry ON entry.id = newest.entry_id
    WHERE entry.state = 'complete' AND enrolment.ended_on IS NULL AND resident.state = 'active'
""")
_SUPPLIES = text("""
    WITH newest AS (
        SELECT given.resident_id AS resident_id, line.drug_code AS drug_code, line.quantity - line.returned AS units,
               line.days AS days, given.given_on AS given_on, max(given.given_on || given.id || (10000 + line.position))
        FROM dispensing AS given
        JOIN dispensing_line AS line ON line.dispensing_id = given.id
        WHERE given.organisation_id = :place AND given.given_on > :after AND given.kind = 'long'
          AND given.state = 'given' AND line.days IS NOT NULL
        GROUP BY given.resident_id, line.drug_code
    )
    SELECT newest.drug_code, newest.units, newest.days, newest.given_on
    FROM newest JOIN resident ON resident.id = newest.resident_id
    WHERE resident.state = 'active'
""")


def newest_sheets(session: Session, place_id: str, after: date, today: date) -> Sequence[Row[Any]]:
    """(entry_id, resident_id, drugs, insulin_kind, insulin_usage) of the newest visit of each open enrolment behind `after`
    at which an active resident was seen; `drugs` is JSON text or None."""
    values = {"place": place_id, "after": after.isoformat(), "today": today.isoformat()}
    return session.execute(_SHEETS, values).all()


def newest_supplies(session: Session, place_id: str, after: date) -> Sequence[Row[Any]]:
    """(drug_code, units, days, given_on as text) of the newest long prescription of each active resident and drug."""
    return session.execute(_SUPPLIES, {"place": place_id, "after": after.isoformat()}).all()
