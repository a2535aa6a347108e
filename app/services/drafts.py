"""草稿: what stands in an open screen, kept while it is written, so that a crash or a power cut loses nothing.

Each save is a small transaction of its own, on the disk before it returns. A screen calls it after a short pause in
typing, not at each key. One draft for a screen (`kind`) and what it is about (`subject_id`, a resident's id or ""); the
newest wins. A draft is no record: it has no history, counts nowhere, and goes when the record is saved.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.desk import Desk
from app.services.follow_up_views import DraftView
from app.services.visit_sheets import draft_view
from db.models import FormDraft
from db.queries import follow_ups as queries

_DRAFTS = FormDraft.__table__


def keep_draft(
    session: Session, desk: Desk, kind: str, subject_id: str, payload: Mapping[str, Any]
) -> None:
    """Keep `payload` as typed, in the unit of work of the caller; dates and decimals come back as text."""
    values = {
        "user_id": desk.actor.user_id,
        "payload": json.loads(json.dumps(payload, default=str)),
        "updated_at": desk.now(),
    }
    changed = session.execute(
        update(_DRAFTS).where(_DRAFTS.c.kind == kind, _DRAFTS.c.subject_id == subject_id).values(**values)
    )
    if changed.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(_DRAFTS).values(kind=kind, subject_id=subject_id, **values))


class Drafts:
    """The drafts of this desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def save(self, kind: str, subject_id: str, payload: Mapping[str, Any]) -> None:
        """Keep `payload` as typed; dates and decimals come back as text."""
        with self._desk.sessions.writing() as session:
            keep_draft(session, self._desk, kind, subject_id, payload)

    def get(self, kind: str, subject_id: str) -> DraftView | None:
        """One draft, or None."""
        with self._desk.sessions.reading() as session:
            row = queries.draft(session, kind, subject_id)
            return None if row is None else draft_view(row)

    def latest(self, kind: str | None = None) -> DraftView | None:
        """The draft written last, of one screen or of any; None when there is none."""
        statement = select(_DRAFTS).order_by(_DRAFTS.c.updated_at.desc()).limit(1)
        if kind is not None:
            statement = statement.where(_DRAFTS.c.kind == kind)
        with self._desk.sessions.reading() as session:
            row = session.execute(statement).one_or_none()
            return None if row is None else draft_view(row)

    def discard(self, kind: str, subject_id: str) -> bool:
        """Throw a draft away; whether there was one."""
        with self._desk.sessions.writing() as session:
            gone = session.execute(
                delete(_DRAFTS).where(_DRAFTS.c.kind == kind, _DRAFTS.c.subject_id == subject_id)
            )
            return bool(gone.rowcount)  # type: ignore[attr-defined]
