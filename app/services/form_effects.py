"""What a saved form changes elsewhere: programmes, due tasks, copied results, the resident's measures.

Everything here runs inside the unit of work of its caller (form_writing.py) and commits nothing.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import Message
from app.services.form_views import RecordedForm


def after_saving(session: Session, desk: Desk, resident_id: str, entry: RecordedForm) -> tuple[Message, ...]:
    """What follows from a form that has just been stored, told for SavedForm.notes; nothing from a partial one."""
    return ()


def after_revising(session: Session, desk: Desk, before: RecordedForm, after: RecordedForm) -> tuple[Message, ...]:
    """What follows when a form on file is corrected, or a partial one is completed; told for SavedForm.notes."""
    return ()


def after_voiding(session: Session, desk: Desk, entry: RecordedForm) -> None:
    """Take back what followed from `entry`, which has just become void."""
