"""修订 and 审计: what a record was before, and a chain of who did what.

Both are written in the transaction of the change itself and are never changed afterwards.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId


class Revision(WithId, Base):
    """修订: one change of one record (`entity`, `entity_id`): who, when, why, and only the values that changed.

    The first revision has no `before`. Values are as JSON keeps them.
    """

    __tablename__ = "revision"

    entity: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[str] = mapped_column(String(36))
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[str] = mapped_column(String(36))
    user_name: Mapped[str] = mapped_column(String(50))
    reason: Mapped[str] = mapped_column(String(200), default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        Index("uq_revision_entity_entity_id_number", "entity", "entity_id", "number", unique=True),
    )


class AuditEntry(Base):
    """审计: one action. `hash` is SHA-256 over the entry and the `hash` of the one before, so a removed or altered
    entry breaks the chain. Holds ids and the name of the action, never a resident's data."""

    __tablename__ = "audit_entry"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[str] = mapped_column(String(36))
    action: Mapped[str] = mapped_column(String(60))
    entity: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[str] = mapped_column(String(36))
    content_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_audit_entry_entity_entity_id", "entity", "entity_id"),)
