"""信封: every message sent or received, and what was refused and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime


class ExchangeMessage(Base):
    """One envelope. `direction` sent or received, `state` sent, accepted or refused; a refused one is kept aside.

    `sequence` counts the sender's envelopes to this recipient; a gap is noticed. `sealed` is the file as it went or came.
    """

    __tablename__ = "exchange_message"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    direction: Mapped[str] = mapped_column(String(10))
    sender_id: Mapped[str] = mapped_column(String(36))
    recipient_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(30))
    sequence: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300), default="")
    subject_id: Mapped[str | None] = mapped_column(String(36), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        Index(
            "ix_exchange_message_direction_sender_id_sequence",
            "direction",
            "sender_id",
            "recipient_id",
            "sequence",
        ),
    )
