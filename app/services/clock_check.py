"""Whether the computer's clock was put back: everything written then would get a wrong day."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from app.desk import Desk
from db.models import AuditEntry

AHEAD = timedelta(days=1)
"""How far the last record may lie ahead: less is a clock that was set right, or another time zone."""

BY_ITSELF = ("user_account", "backup")
"""Signing in and the backup of the day are noted with the clock as it is: they say nothing of what was written before."""


def last_day_ahead(desk: Desk) -> date | None:
    """The day of the last record when it lies ahead of the clock by more than a day; else None."""
    last = select(AuditEntry.at).where(AuditEntry.entity.not_in(BY_ITSELF)).order_by(AuditEntry.sequence.desc()).limit(1)
    with desk.sessions.reading() as session:
        at = session.scalar(last)
    return at.astimezone().date() if at is not None and at - desk.now() > AHEAD else None
