"""Writing a corrected health record: the columns, both forms, their revisions and the search keys.

Used where the doctor corrects the record itself and where a fact goes through to it from another form; everything happens
in the unit of work of the caller.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.desk import Desk
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.services.record_numbers import note_given
from app.services.resident_checks import Examined
from app.services.resident_keys import refresh_keys
from app.services.resident_rows import COMPLETE, PARTIAL, kept_columns, record_resident, save_form
from db.models import Resident


def write_correction(session: Session, desk: Desk, resident: Resident, found: Examined, reason: str) -> None:
    """Write what was examined and may be saved as the next revision of a resident and of the forms that changed."""
    before = kept_columns(resident)
    for name, value in found.columns.items():
        setattr(resident, name, value)
    record_resident(session, desk, resident, before, "resident.revise", reason)
    if found.columns["record_no"] != before["record_no"]:
        note_given(
            session,
            [number for number in (before["record_no"], found.columns["record_no"]) if number],
        )
    save_forms(session, desk, resident.id, found, reason)
    refresh_keys(session, [resident.id])


def save_forms(session: Session, desk: Desk, resident_id: str, found: Examined, reason: str = "") -> None:
    """Keep both forms, each complete or partial by what is still missing of it."""
    for form, answers in ((COVER, found.cover), (INFO, found.info)):
        is_partial = found.missing(form.code) or (form is INFO and found.is_child)
        state = PARTIAL if is_partial else COMPLETE
        save_form(session, desk, resident_id, form, answers, state=state, reason=reason)
