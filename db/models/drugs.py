"""药品目录 and 申领单: the catalogue, the requests with their lines, and every change of a request's state."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId


class Drug(WithId, Base):
    """药品 (品规): a product of the catalogue. Quantities are integers of `unit`, the smallest dispensing unit.

    `code` is the catalogue's own code, by which two desks mean the same product. `valid_from` and `valid_to` date the
    catalogue that lists it. `price_fen` for one pack of `units_per_pack` units; None is unknown.
    """

    __tablename__ = "drug"

    code: Mapped[str] = mapped_column(String(30), unique=True)
    generic_name: Mapped[str] = mapped_column(String(100))
    dosage_form: Mapped[str] = mapped_column(String(30), default="")
    strength: Mapped[str] = mapped_column(String(50), default="")
    unit: Mapped[str] = mapped_column(String(10))
    pack_unit: Mapped[str] = mapped_column(String(10))
    units_per_pack: Mapped[int]
    price_fen: Mapped[int | None]
    therapeutic_group: Mapped[str] = mapped_column(String(50), default="")
    essential: Mapped[str] = mapped_column(String(1), default="?")
    insurance_class: Mapped[str] = mapped_column(String(2), default="?")
    volume_procured: Mapped[bool] = mapped_column(default=False)
    antibiotic_tier: Mapped[str] = mapped_column(String(10), default="")
    cold_chain: Mapped[bool] = mapped_column(default=False)
    programme: Mapped[str] = mapped_column(String(20), default="")
    pinyin: Mapped[str] = mapped_column(String(120), default="")
    barcode: Mapped[str] = mapped_column(String(14), default="", server_default="", index=True)
    trace_prefix: Mapped[str] = mapped_column(String(7), default="", server_default="")
    """The first seven digits of its 药品追溯码 (drug identification); "" is unknown, then any code is taken."""
    has_trace_code: Mapped[bool] = mapped_column(default=True, server_default="1")
    """False for those on the list of 无码 items."""
    is_splittable: Mapped[bool] = mapped_column(default=True, server_default="1")
    ingredients: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Keys of the ingredients, parted by ";", by which interactions and duplicates are found."""
    atc_code: Mapped[str] = mapped_column(String(10), default="", server_default="")
    route: Mapped[str] = mapped_column(String(20), default="", server_default="")
    usual_dose: Mapped[str] = mapped_column(String(20), default="", server_default="")
    dose_unit: Mapped[str] = mapped_column(String(10), default="", server_default="")
    max_daily_dose: Mapped[str] = mapped_column(String(20), default="", server_default="")
    times_per_day: Mapped[str] = mapped_column(String(10), default="", server_default="")
    diagnoses: Mapped[str] = mapped_column(String(300), default="", server_default="")
    """Prefixes of ICD-10 codes for which it is plausible, parted by ";"."""
    min_age_years: Mapped[int | None]
    pregnancy: Mapped[str] = mapped_column(String(1), default="", server_default="")
    special_control: Mapped[str] = mapped_column(String(30), default="", server_default="")
    long_rx_allowed: Mapped[bool] = mapped_column(default=True, server_default="1")
    storage: Mapped[str] = mapped_column(String(30), default="", server_default="")
    origin: Mapped[str] = mapped_column(String(10), default="starter", server_default="starter")
    """starter, township (came by its catalogue) or own (the desk's own, which no catalogue of the township touches)."""
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class DrugRequest(WithId, Base):
    """申领单. Owned by the clinic while it is written, decided by the township; `version` guards against stale saves.

    `kind` regular or emergency, `period` YYYY-MM, `state` and its transitions as in app.domain.request_states.
    At the township the same id stands for the copy that came by envelope; `submitted_version` is the clinic's version
    when it submitted, by which a decision and a resubmission are told apart.
    """

    __tablename__ = "drug_request"

    clinic_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    township_id: Mapped[str | None] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(10))
    programme: Mapped[str] = mapped_column(String(20), default="普通用药")
    period: Mapped[str] = mapped_column(String(7))
    reason: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column(default=1)
    created_by_id: Mapped[str] = mapped_column(String(36))
    created_by_name: Mapped[str] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[str | None] = mapped_column(String(36))
    submitted_by_name: Mapped[str] = mapped_column(String(50), default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_version: Mapped[int | None]
    taken_by_id: Mapped[str | None] = mapped_column(String(36))
    decided_by_id: Mapped[str | None] = mapped_column(String(36))
    decided_by_name: Mapped[str] = mapped_column(String(50), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    comment: Mapped[str] = mapped_column(String(200), default="")
    clinic_population: Mapped[int | None]
    clinic_chronic: Mapped[int | None]

    __table_args__ = (Index("ix_drug_request_clinic_id_period", "clinic_id", "period"),)


class DrugRequestLine(WithId, Base):
    """申领单的一行. Quantities in the drug's dispensing unit; None is unknown, never 0.

    What the drug was called when the line was written is kept with it, so that a later catalogue changes nothing.
    `monthly_use` is text of a decimal with two places.
    """

    __tablename__ = "drug_request_line"

    request_id: Mapped[str] = mapped_column(ForeignKey("drug_request.id"), index=True)
    position: Mapped[int]
    drug_code: Mapped[str] = mapped_column(String(30))
    drug_name: Mapped[str] = mapped_column(String(100))
    strength: Mapped[str] = mapped_column(String(50), default="")
    unit: Mapped[str] = mapped_column(String(10))
    pack_unit: Mapped[str] = mapped_column(String(10))
    units_per_pack: Mapped[int]
    price_fen: Mapped[int | None]
    on_hand: Mapped[int | None]
    monthly_use: Mapped[str | None] = mapped_column(String(20))
    suggested: Mapped[int | None]
    in_transit: Mapped[int | None]
    stockout_days: Mapped[int | None]
    basis: Mapped[str] = mapped_column(String(12), default="", server_default="")
    """consumption, caseload or committed: what the suggestion rests on."""
    arithmetic: Mapped[str] = mapped_column(String(500), default="", server_default="")
    """The sentence that explains the suggestion, as it was shown when the request was submitted."""
    requested: Mapped[int | None]
    explanation: Mapped[str] = mapped_column(String(200), default="")
    is_skipped: Mapped[bool] = mapped_column(default=False)
    approved: Mapped[int | None]
    decision: Mapped[str] = mapped_column(String(10), default="")
    decision_reason: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(15), default="", server_default="")
    """own_stock, purchase, central_pharmacy or not_supplied: chosen when an approved request is converted."""


class StatusChange(WithId, Base):
    """状态变化: who brought what from which state into which, when, with what comment. `key` makes a repeat harmless."""

    __tablename__ = "status_change"

    entity: Mapped[str] = mapped_column(String(30))
    entity_id: Mapped[str] = mapped_column(String(36), index=True)
    from_state: Mapped[str] = mapped_column(String(12), default="")
    to_state: Mapped[str] = mapped_column(String(12))
    action: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str] = mapped_column(String(36))
    user_name: Mapped[str] = mapped_column(String(50))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    position: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(String(200), default="")
    key: Mapped[str | None] = mapped_column(String(80), unique=True)
