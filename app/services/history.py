"""Writing and reading the history of records: revisions, and the audit chain, in the transaction of the change.

Every service that changes a record calls `record_change` inside its unit of work. An audit entry's hash covers its own
content and the hash before it; `broken_links` finds the first entry that was altered or removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.desk import Desk
from db.models import AuditEntry, Revision, new_id

FIRST_HASH = "0" * 64

_AUDIT = AuditEntry.__table__
# Core, and built once: every change that is saved writes both rows, and a unit of work writes several.
_ADD_REVISION, _ADD_LINK = insert(Revision.__table__), insert(_AUDIT)
_LAST_LINK = select(_AUDIT.c.sequence, _AUDIT.c.hash).order_by(_AUDIT.c.sequence.desc()).limit(1)


@dataclass(frozen=True)
class Change:
    """One revision as the window shows it: only what changed; `before` None for the first."""

    number: int
    at: datetime
    user_name: str
    reason: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]


def canonical(content: object) -> str:
    """`content` as JSON that is the same for the same values."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def record_change(
    session: Session,
    desk: Desk,
    action: str,
    entity: str,
    entity_id: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    number: int | None = 1,
    reason: str = "",
) -> None:
    """Add the revision `number` of a record and its audit entry; `before` and `after` as JSON keeps them.

    `number` None is the one after its last: for documents whose version also counts what leaves no revision.
    """
    if number is None:
        number = revision_count(session, entity, entity_id) + 1
    if before is not None:
        changed = {key for key in {*before, *after} if before.get(key) != after.get(key)}
        before = {key: before.get(key) for key in sorted(changed)}
        after = {key: after.get(key) for key in sorted(changed)}
    now = desk.now()
    session.execute(
        _ADD_REVISION,
        {
            "id": new_id(),
            "entity": entity,
            "entity_id": entity_id,
            "number": number,
            "at": now,
            "user_id": desk.actor.user_id,
            "user_name": desk.actor.name,
            "reason": reason,
            "before": before,
            "after": dict(after),
        },
    )
    content = hashlib.sha256(canonical([before, after, reason]).encode()).hexdigest()
    add_audit(session, desk, action, entity, entity_id, content_hash=content)


def add_audit(
    session: Session, desk: Desk, action: str, entity: str, entity_id: str, *, content_hash: str = ""
) -> None:
    """Add one link to the audit chain; used alone for actions that change no record (sign-in, print, export)."""
    session.flush()
    last = session.execute(_LAST_LINK).first()
    entry: dict[str, Any] = {
        "sequence": (last.sequence if last else 0) + 1,
        "at": desk.now(),
        "user_id": desk.actor.user_id,
        "action": action,
        "entity": entity,
        "entity_id": entity_id,
        "content_hash": content_hash,
        "previous_hash": last.hash if last else FIRST_HASH,
    }
    session.execute(_ADD_LINK, {**entry, "hash": link_hash(AuditEntry(**entry))})


def link_hash(entry: AuditEntry) -> str:
    """The hash of an audit entry over its content and the hash of the entry before."""
    content = [
        entry.sequence,
        entry.at.isoformat(),
        entry.user_id,
        entry.action,
        entry.entity,
        entry.entity_id,
        entry.content_hash,
        entry.previous_hash,
    ]
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def changes_of(session: Session, entity: str, entity_id: str) -> list[Change]:
    """Every revision of a record, the newest first."""
    rows = session.scalars(
        select(Revision)
        .where(Revision.entity == entity, Revision.entity_id == entity_id)
        .order_by(Revision.number.desc())
    )
    return [Change(row.number, row.at, row.user_name, row.reason, row.before, row.after) for row in rows]


def broken_links(session: Session) -> list[int]:
    """The sequence numbers at which the audit chain does not hold; empty when it is whole."""
    broken, previous, expected = [], FIRST_HASH, 1
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)).yield_per(1000):
        if entry.sequence != expected or entry.previous_hash != previous or entry.hash != link_hash(entry):
            broken.append(entry.sequence)
        previous, expected = entry.hash, entry.sequence + 1
    return broken


def chain_length(session: Session) -> int:
    """How many entries the audit chain has."""
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def revision_count(session: Session, entity: str, entity_id: str) -> int:
    """How many revisions a record has."""
    counted = select(func.count()).where(Revision.entity == entity, Revision.entity_id == entity_id)
    return session.scalar(counted) or 0
