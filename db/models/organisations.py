"""机构, 用户 and 设置: the desk itself, the desks that it deals with, its users, its settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId


class Organisation(WithId, Base):
    """机构: a village clinic (kind "clinic") or a township health centre (kind "township").

    The row with `is_self` is this desk; the others became known by pairing. `record_prefix` holds the first twelve
    digits of the 17-digit record numbers given here, whose village part differs from the statistical code.
    """

    __tablename__ = "organisation"

    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    division_code: Mapped[str] = mapped_column(String(12))
    record_prefix: Mapped[str | None] = mapped_column(String(12))
    province: Mapped[str] = mapped_column(String(50), default="")
    city: Mapped[str] = mapped_column(String(50), default="")
    county: Mapped[str] = mapped_column(String(50), default="")
    township: Mapped[str] = mapped_column(String(50), default="")
    village: Mapped[str] = mapped_column(String(50), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    is_self: Mapped[bool] = mapped_column(default=False)
    signing_public_key: Mapped[str | None] = mapped_column(String(64))
    sealing_public_key: Mapped[str | None] = mapped_column(String(64))
    paired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    population: Mapped[int | None]


class OwnKeys(Base):
    """This desk's private keys, kept only inside the encrypted database (hex)."""

    __tablename__ = "own_keys"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    signing_private_key: Mapped[str] = mapped_column(String(64))
    sealing_private_key: Mapped[str] = mapped_column(String(64))


class UserAccount(WithId, Base):
    """用户: a person who signs in with a PIN. `role` as in the list of actors (village_doctor, clinic_lead …)."""

    __tablename__ = "user_account"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(50))
    role: Mapped[str] = mapped_column(String(30))
    pin_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    failed_attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Setting(Base):
    """设置: one value by its declared name."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(500))
