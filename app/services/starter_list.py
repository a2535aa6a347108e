"""The list of drugs that the program brings along, written into a catalogue that has none: so the first medicine of a visit
and the first box on the shelf are found by their initials, before any township has sent its list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from db.engine import Sessions


def fill_empty_catalogue(sessions: Sessions) -> bool:
    """Write the starter list where no drug is known; whether it did. Cheap where there is one, as at every sign-in."""
    with sessions.reading() as session:
        if session.scalar(text("SELECT 1 FROM drug LIMIT 1")) is not None:
            return False
    from app.services.catalogue import add_starter

    with sessions.writing() as session:
        add_starter(session)
    return True
