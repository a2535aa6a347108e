"""Write it once: what stands elsewhere is offered to a form, and a change goes through when the doctor agrees.

The facts are declared in app/forms/facts.py. The functions work within the caller's session and commit nothing; `Facts`
is for screens whose forms are saved by a service of their own (the chronic visit).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.domain.message import msg
from app.errors import UserError
from app.services import fact_writing, referral_returns
from app.services.fact_offers import offers, starting_facts
from app.services.fact_sources import answers_now
from app.services.form_views import FactChange
from db.queries import follow_ups

__all__ = ["Facts", "carry_through", "changes", "offers", "starting_facts"]


def changes(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    answers: Mapping[str, Any],
    *,
    entry_id: str | None = None,
) -> tuple[FactChange, ...]:
    """What the canonical `answers` say otherwise than other places do; nothing changes there by itself."""
    found = fact_writing.changes(session, desk, resident_id, form_code, answers, entry_id=entry_id)
    if form_code != referral_returns.RETURN:
        return found
    return (*found, *referral_returns.check_changes(session, resident_id, answers))


def carry_through(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    answers: Mapping[str, Any],
    keys: Collection[str],
    *,
    entry_id: str,
) -> None:
    """Write the changes named by `keys` to their places. Raises Refused naming the place that refuses."""
    fact_writing.carry_through(session, desk, resident_id, form_code, answers, keys, entry_id=entry_id)
    if form_code == referral_returns.RETURN:
        referral_returns.close_checks(session, desk, resident_id, answers, keys, entry_id)


class Facts:
    """What the forms of one visit on file say otherwise than other places do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def changes(self, *entry_ids: str) -> tuple[FactChange, ...]:
        """The changes that could go through from complete forms on file, each once; none from other forms."""
        told: dict[str, FactChange] = {}
        with self._desk.sessions.reading() as session:
            for entry_id in entry_ids:
                said = _said(session, entry_id)
                found = () if said is None else changes(session, self._desk, *said, entry_id=entry_id)
                told |= {change.key: change for change in found if change.key not in told}
        return tuple(told.values())

    def carry_through(self, entry_ids: Iterable[str], keys: Collection[str]) -> None:
        """Write those of the changes that the doctor agreed to, all or none. Raises Refused naming the place."""
        with self._desk.sessions.writing() as session:
            for entry_id in entry_ids:
                said = _said(session, entry_id)
                if said is not None:
                    carry_through(session, self._desk, *said, keys, entry_id=entry_id)


def _said(session: Session, entry_id: str) -> tuple[str, str, Mapping[str, Any]] | None:
    row = follow_ups.entry(session, entry_id)
    if row is None:
        raise UserError(msg("没有找到这张表，可能已被移到别处。请重新打开居民的档案。"))
    if row.state != "complete":
        return None
    return row.resident_id, row.form_code, answers_now(row.form_code, row.edition, row.answers)
