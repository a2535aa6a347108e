"""居民, 家庭 and the keys by which they are found."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId, partial_index


class Household(WithId, Base):
    """家庭 (户): `number` within the group, `group_name` such as 3组, `distance_km` from the clinic."""

    __tablename__ = "household"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(20), default="")
    group_name: Mapped[str] = mapped_column(String(30), default="")
    address: Mapped[str] = mapped_column(String(100), default="")
    head_id: Mapped[str | None] = mapped_column(String(36))
    distance_km: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Resident(WithId, Base):
    """居民. Typed columns are those that lists, search and other forms need; the filled-in forms hold the rest.

    `number` is a small local integer for the search keys. `birth_date` is the first day that the (possibly
    approximate) birth can mean, `birth_precision` is day, month or year. `name_key` is the folded name.
    `mother_id_number` links a newborn without a number of its own (新生儿未上户) to its mother. A resident
    is never deleted: `state` is active, moved, dead, lost or cancelled. `revision` counts the changes.
    """

    __tablename__ = "resident"

    number: Mapped[int] = mapped_column(unique=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    household_id: Mapped[str | None] = mapped_column(ForeignKey("household.id"), index=True)
    relation: Mapped[str] = mapped_column(String(20), default="")
    name: Mapped[str] = mapped_column(String(50))
    name_key: Mapped[str] = mapped_column(String(50))
    sex: Mapped[int]
    birth_date: Mapped[date | None]
    birth_precision: Mapped[str] = mapped_column(String(5), default="day")
    id_number: Mapped[str | None] = mapped_column(String(30))
    id_number_state: Mapped[str] = mapped_column(String(20), default="")
    no_id_reason: Mapped[str] = mapped_column(String(20), default="")
    mother_id_number: Mapped[str | None] = mapped_column(String(18))
    record_no: Mapped[str | None] = mapped_column(String(17), unique=True)
    phone: Mapped[str] = mapped_column(String(20), default="")
    contact_name: Mapped[str] = mapped_column(String(50), default="")
    contact_phone: Mapped[str] = mapped_column(String(20), default="")
    current_address: Mapped[str] = mapped_column(String(100), default="")
    registered_address: Mapped[str] = mapped_column(String(100), default="")
    residence_type: Mapped[int | None]
    ethnic_code: Mapped[str] = mapped_column(String(2), default="")
    blood_abo: Mapped[int | None]
    blood_rh: Mapped[int | None]
    height_cm: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    weight_on: Mapped[date | None]
    drug_allergy: Mapped[list[int] | None] = mapped_column(JSON)
    drug_allergy_note: Mapped[str] = mapped_column(String(100), default="")
    disability: Mapped[list[int] | None] = mapped_column(JSON)
    care_note: Mapped[str] = mapped_column(String(100), default="")
    state: Mapped[str] = mapped_column(String(10), default="active")
    state_on: Mapped[date | None]
    state_reason: Mapped[str] = mapped_column(String(100), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        partial_index("uq_resident_id_number", "id_number", unique=True, where="id_number IS NOT NULL"),
        Index("ix_resident_name_key_birth_date", "name_key", "birth_date"),
        Index("ix_resident_organisation_id_state", "organisation_id", "state"),
    )


class SearchKey(Base):
    """One key by which a resident is found: a suffix of the name or of its pinyin, or a marked reversed tail of a number.

    The range `k >= q AND k < q || U+10FFFF` finds every resident one of whose keys begins with q.
    """

    __tablename__ = "search_key"

    k: Mapped[str] = mapped_column(String(60), primary_key=True)
    resident_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

    __table_args__ = (
        Index("ix_search_key_resident_number", "resident_number"),
        {"sqlite_with_rowid": False},
    )
