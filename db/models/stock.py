"""库存台账: batches, the movements that are never changed, trace codes, dispensing, counts and cold-chain readings.

A quantity is an integer of the drug's smallest dispensing unit. `StockBatch.on_hand` is a running total of the batch's
movements, kept in the same transaction; a check rebuilds it. `organisation_id` is whose shelf it is: a clinic's own, or
the township's own; the township's copies of its clinics' movements carry the clinic's id.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId, partial_index


class StockBatch(WithId, Base):
    """批次: what makes goods the same: drug, batch number, expiry, maker, price, owner (drug requests §6.3).

    `batch_no` is text with its leading zeros. `expiry` the last day on which it may be used, None without one.
    `price_fen` of one pack of `units_per_pack` units. `hold` is why it may not be used: "", expired, cold_chain,
    quality, returned.
    """

    __tablename__ = "stock_batch"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    drug_code: Mapped[str] = mapped_column(String(30))
    batch_no: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[date | None]
    manufacturer: Mapped[str] = mapped_column(String(100), default="")
    price_fen: Mapped[int | None]
    units_per_pack: Mapped[int]
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    hold: Mapped[str] = mapped_column(String(20), default="")
    received_on: Mapped[date]

    __table_args__ = (
        UniqueConstraint(
            "organisation_id",
            "drug_code",
            "batch_no",
            "expiry",
            "manufacturer",
            "price_fen",
            "hold",
            name="uq_stock_batch_identity",
        ),
        partial_index("ix_stock_batch_in_stock", "organisation_id", "drug_code", where="on_hand > 0"),
    )


class StockMovement(WithId, Base):
    """出入库流水: one signed change of one batch. Never changed; a mistake is put right by a reversing one.

    `kind` is one of app.domain.movements. `occurred_at` when it happened, `entered_at` when it was written.
    `document` and `document_id` name what it belongs to (dispensing, shipment, stocktake …).
    """

    __tablename__ = "stock_movement"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    batch_id: Mapped[str] = mapped_column(ForeignKey("stock_batch.id"))
    drug_code: Mapped[str] = mapped_column(String(30))
    quantity: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    occurred_on: Mapped[date]
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    user_id: Mapped[str] = mapped_column(String(36))
    user_name: Mapped[str] = mapped_column(String(50))
    document: Mapped[str] = mapped_column(String(20), default="")
    document_id: Mapped[str | None] = mapped_column(String(36))
    resident_id: Mapped[str | None] = mapped_column(ForeignKey("resident.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    bearer: Mapped[str] = mapped_column(String(20), default="")
    """Who bears a loss: township, clinic or distributor."""
    reverses_id: Mapped[str | None] = mapped_column(String(36), unique=True)

    __table_args__ = (
        Index(
            "ix_stock_movement_organisation_id_drug_code", "organisation_id", "drug_code", "occurred_at", "id"
        ),
        Index("ix_stock_movement_batch_id", "batch_id", "occurred_at", "id"),
        Index("ix_stock_movement_document_id", "document_id"),
        Index("ix_stock_movement_organisation_id_occurred_on", "organisation_id", "occurred_on"),
    )


class TraceCode(Base):
    """药品追溯码: one pack with its 20-digit code, and how many of its units are still here.

    `state`: here, uncertain (a count could not tell whether it is here), used, returned, lost, gone (handed to another
    organisation).
    """

    __tablename__ = "trace_code"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    drug_code: Mapped[str] = mapped_column(String(30))
    batch_id: Mapped[str] = mapped_column(ForeignKey("stock_batch.id"), index=True)
    units_left: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="here")
    received_by_id: Mapped[str] = mapped_column(String(36))
    """The movement with which it came."""


class TracePrefix(Base):
    """追溯码前 7 位 of a further maker of a drug, beside `Drug.trace_prefix`: who said when that it is this drug."""

    __tablename__ = "trace_prefix"

    prefix: Mapped[str] = mapped_column(String(7), primary_key=True)
    drug_code: Mapped[str] = mapped_column(String(30), index=True)
    confirmed_by_id: Mapped[str] = mapped_column(String(36))
    confirmed_by_name: Mapped[str] = mapped_column(String(50))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TraceScan(WithId, Base):
    """扫码记录: which units of which pack went with which movement."""

    __tablename__ = "trace_scan"

    code: Mapped[str] = mapped_column(String(20), index=True)
    movement_id: Mapped[str] = mapped_column(ForeignKey("stock_movement.id"), index=True)
    quantity: Mapped[int]


class Dispensing(WithId, Base):
    """发药单: what one resident was given at one time. `form_entry_id` the visit or encounter that prescribed it.

    `state` given, returned or reversed. `warnings` are those shown, with the doctor's reason for each that he overrode.
    """

    __tablename__ = "dispensing"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    form_entry_id: Mapped[str | None] = mapped_column(ForeignKey("form_entry.id"))
    given_on: Mapped[date]
    diagnosis: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(20), default="ordinary")
    """ordinary, emergency or long (长期处方)."""
    user_id: Mapped[str] = mapped_column(String(36))
    user_name: Mapped[str] = mapped_column(String(50))
    state: Mapped[str] = mapped_column(String(10), default="given")
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_dispensing_organisation_id_given_on", "organisation_id", "given_on"),)


class DispensingLine(WithId, Base):
    """发药单的一行: drug, quantity in its unit, how it is taken, for how many days. Its batches are movements."""

    __tablename__ = "dispensing_line"

    dispensing_id: Mapped[str] = mapped_column(ForeignKey("dispensing.id"), index=True)
    position: Mapped[int]
    drug_code: Mapped[str] = mapped_column(String(30))
    drug_name: Mapped[str] = mapped_column(String(100))
    strength: Mapped[str] = mapped_column(String(50), default="")
    unit: Mapped[str] = mapped_column(String(10))
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)
    dose: Mapped[str] = mapped_column(String(30), default="")
    times_per_day: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    days: Mapped[int | None]
    usage: Mapped[str] = mapped_column(String(100), default="")
    amount_fen: Mapped[int | None]


class Stocktake(WithId, Base):
    """盘点: a full count or a random check (抽查). States as in app.domain.stocktake.

    `seed` makes the draw of a random check repeatable; `is_blind` hides the book while counting.
    """

    __tablename__ = "stocktake"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    is_blind: Mapped[bool] = mapped_column(default=True)
    seed: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[str] = mapped_column(String(36))
    opened_by_name: Mapped[str] = mapped_column(String(50))
    counter_name: Mapped[str] = mapped_column(String(50), default="")
    finalised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finalised_by_id: Mapped[str | None] = mapped_column(String(36))
    finalised_by_name: Mapped[str] = mapped_column(String(50), default="")
    result: Mapped[str] = mapped_column(String(20), default="")
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_stocktake_organisation_id_opened_at", "organisation_id", "opened_at"),)


class StocktakeLine(WithId, Base):
    """盘点的一行: one batch. `snapshot` the book when the count was opened, `book` at `counted_at`; None not counted."""

    __tablename__ = "stocktake_line"

    stocktake_id: Mapped[str] = mapped_column(ForeignKey("stocktake.id"), index=True)
    position: Mapped[int]
    batch_id: Mapped[str] = mapped_column(String(36), index=True)
    drug_code: Mapped[str] = mapped_column(String(30))
    drug_name: Mapped[str] = mapped_column(String(100))
    batch_no: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[date | None]
    unit: Mapped[str] = mapped_column(String(10))
    snapshot: Mapped[int]
    counted: Mapped[int | None]
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    book: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(50), default="")
    is_as_book: Mapped[bool] = mapped_column(default=False)
    """按账面（未盘）: chosen at finalising for a line that nobody counted."""
    drawn_for: Mapped[str] = mapped_column(String(12), default="")
    """Why a random check drew it, "" for a line of a stock-take."""


class ColdReading(WithId, Base):
    """冷链温度: one reading of one device, in ℃."""

    __tablename__ = "cold_reading"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    device: Mapped[str] = mapped_column(String(30))
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    celsius: Mapped[Decimal] = mapped_column(Numeric(4, 1))
    user_id: Mapped[str] = mapped_column(String(36))
    user_name: Mapped[str] = mapped_column(String(50))
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (Index("ix_cold_reading_organisation_id_read_at", "organisation_id", "read_at"),)


class OpenedItem(WithId, Base):
    """开封登记: one unit of a batch (an insulin pen, a vial) that was opened, and the day from which it is thrown away.

    `closed_as` "" while it is in use, used, or discarded (with a loss in the ledger, `movement_id`).
    """

    __tablename__ = "opened_item"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    batch_id: Mapped[str] = mapped_column(ForeignKey("stock_batch.id"), index=True)
    drug_code: Mapped[str] = mapped_column(String(30))
    opened_on: Mapped[date]
    discard_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200), default="")
    user_id: Mapped[str] = mapped_column(String(36))
    user_name: Mapped[str] = mapped_column(String(50))
    closed_on: Mapped[date | None]
    closed_as: Mapped[str] = mapped_column(String(10), default="")
    movement_id: Mapped[str | None] = mapped_column(String(36))

    __table_args__ = (Index("ix_opened_item_organisation_id_closed_on", "organisation_id", "closed_on"),)
