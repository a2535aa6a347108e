"""发药 in a resident's record: one row of the timeline for everything that was given here."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.message import msg
from app.services.dispensing_views import REVERSED, drugs_in_words
from app.services.form_views import COMPLETE, VOID
from app.services.record_folder import DISPENSING
from app.services.resident_views import Chip, TimelineRow
from db.models import Dispensing, DispensingLine


def dispensing_rows(session: Session, resident_id: str) -> list[TimelineRow]:
    """What was given here, the newest first; what was reversed stands as void."""
    lines: dict[str, list[tuple[str, int, str]]] = {}
    of_resident = select(Dispensing.id).where(Dispensing.resident_id == resident_id)
    query = select(DispensingLine).where(DispensingLine.dispensing_id.in_(of_resident)).order_by(DispensingLine.position)
    for line in session.scalars(query):
        lines.setdefault(line.dispensing_id, []).append((line.drug_name, line.quantity, line.unit))
    given = session.scalars(
        select(Dispensing).where(Dispensing.resident_id == resident_id).order_by(Dispensing.created_at.desc())
    )
    return [
        TimelineRow(
            each.given_on, DISPENSING, (Chip(msg("发药"), "info"),), drugs_in_words(lines.get(each.id, [])), each.user_name,
            state=VOID if each.state == REVERSED else COMPLETE, dispensing_id=each.id,
        )
        for each in given
    ]  # fmt: skip
