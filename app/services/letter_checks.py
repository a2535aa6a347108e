"""转诊复核 of referral letters: a 双向转诊（转出）单 makes the result be asked for, once for each referral.

A visit that refers opens the check of its own disease (due_tasks.py); the letter of the same day belongs to that
referral. Any other letter, also of somebody under no programme, has a check of its own. Which is which follows from what
is on file, so it is settled anew whenever a letter or a visit changes. Runs inside the unit of work of its caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.chronic_followup import Referral
from app.domain.dates import short_date
from app.domain.message import Message, msg
from app.domain.referrals import letter_check_due
from app.services.due_tasks import CHECK_TASK
from app.services.form_views import RecordedForm
from db.models import DueTask, FollowUp, FormEntry, Resident, new_id

LETTER = "referral_out"
NO_DISEASE = ""

_TASKS, _ENTRIES, _FOLLOW_UPS = DueTask.__table__, FormEntry.__table__, FollowUp.__table__


def due_of(answers: Mapping[str, Any], day: date) -> date:
    """Until when the result of a letter of `day` is asked for."""
    return letter_check_due(day, *(str(answers.get(code, "")) for code in ("impression", "present_illness")))


def settle(session: Session, desk: Desk, resident_id: str) -> None:
    """Every letter of the resident has the check that it needs, and no other."""
    letters = _letters(session, resident_id)
    tasks = _own_checks(session, resident_id)
    if not letters and not tasks:
        return
    referred_on = _days_referred_on(session, resident_id)
    standing = {row.id: row for row in letters if row.entry_date not in referred_on}
    for task in tasks:
        if task.caused_by_id not in standing and task.done_on is None:
            session.execute(delete(_TASKS).where(_TASKS.c.id == task.id))
    known = {task.caused_by_id: task for task in tasks}
    for entry_id, letter in standing.items():
        due = due_of(letter.answers, letter.entry_date)
        task = known.get(entry_id)
        if task is None:
            _open(session, desk, resident_id, entry_id, due)
        elif task.done_on is None and task.due_on != due:
            session.execute(update(_TASKS).where(_TASKS.c.id == task.id).values(due_on=due))


def told(session: Session, letter: RecordedForm) -> tuple[Message, ...]:
    """Until when the result of this letter is asked for, for the doctor who has just saved it."""
    due = session.scalar(
        select(_TASKS.c.due_on).where(
            _TASKS.c.caused_by_id == letter.entry_id, _TASKS.c.kind == CHECK_TASK, _TASKS.c.done_on.is_(None)
        )
    )
    if due is not None:
        return (msg("已列入转诊复核，{due} 前问结果。", due=short_date(due, seen_from=letter.entry_date)),)
    if letter.entry_date in _days_referred_on(session, letter.resident_id):
        return (msg("与当天随访的转诊一起复核。"),)
    return ()


def _letters(session: Session, resident_id: str) -> Sequence[Row[Any]]:
    """The complete letters. Index ix_form_entry_resident_id_form_code_entry_date."""
    statement = select(_ENTRIES.c.id, _ENTRIES.c.entry_date, _ENTRIES.c.answers).where(
        _ENTRIES.c.resident_id == resident_id, _ENTRIES.c.form_code == LETTER, _ENTRIES.c.state == "complete"
    )
    return session.execute(statement).all()


def _own_checks(session: Session, resident_id: str) -> Sequence[Row[Any]]:
    """The checks of letters, answered ones too. Index ix_due_task_resident_id."""
    statement = select(_TASKS).where(
        _TASKS.c.resident_id == resident_id, _TASKS.c.kind == CHECK_TASK, _TASKS.c.enrolment_id.is_(None)
    )
    return session.execute(statement).all()


def _days_referred_on(session: Session, resident_id: str) -> set[date]:
    """The days of the visits that referred. Index ix_follow_up_resident_id_disease_visit_date."""
    statement = select(_FOLLOW_UPS.c.visit_date).where(
        _FOLLOW_UPS.c.resident_id == resident_id, _FOLLOW_UPS.c.referral != str(Referral.NO)
    )
    return set(session.scalars(statement))


def _open(session: Session, desk: Desk, resident_id: str, entry_id: str, due: date) -> None:
    """A check of whoever is under care; nobody asks after those who died or moved away."""
    resident = Resident.__table__.c
    if session.scalar(select(resident.state).where(resident.id == resident_id)) != "active":
        return
    values = {
        "id": new_id(),
        "organisation_id": desk.place.id,
        "resident_id": resident_id,
        "enrolment_id": None,
        "kind": CHECK_TASK,
        "disease": NO_DISEASE,
        "due_on": due,
        "caused_by_id": entry_id,
    }
    session.execute(insert(_TASKS), [values])
