"""Write it once: what stands elsewhere is offered to a form, and a change goes through when the doctor agrees.

Everything happens within the caller's session; nothing is committed here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.desk import Desk
from app.services.form_views import FactChange, Offer


def starting_facts(session: Session, desk: Desk, resident_id: str, form_code: str) -> dict[str, Any]:
    """The answers with which a form begins because their home is the resident or the organisation (Field.home)."""
    return {}


def offers(
    session: Session,
    desk: Desk,
    resident_id: str,
    form_code: str,
    on: date,
    *,
    without_entry: str | None = None,
) -> dict[str, Offer]:
    """By code what other forms of the resident say of the same facts; measurements only from the day `on`."""
    return {}


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
    return ()


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
    """Write the changes named by `keys` as revisions of their places. Raises Refused naming the place that refuses."""
