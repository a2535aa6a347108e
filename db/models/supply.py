"""供应: distributors, purchase orders, shipments, settlements and shortage reports. Owned by the township.

At the clinic a shipment and a statement are copies that came by envelope. Money is integer fen, quantities are integers
of the drug's dispensing unit.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId


class Distributor(WithId, Base):
    """配送企业. Orders are settled monthly on `payment_day` of the following month; `lead_days` were agreed."""

    __tablename__ = "distributor"

    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    licence_no: Mapped[str] = mapped_column(String(40), default="")
    licence_valid_to: Mapped[date | None]
    credit_grade: Mapped[str] = mapped_column(String(5), default="")
    delivers_to_village: Mapped[bool] = mapped_column(default=False)
    lead_days: Mapped[int] = mapped_column(default=7)
    payment_day: Mapped[int] = mapped_column(default=10)
    contact: Mapped[str] = mapped_column(String(50), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")
    is_active: Mapped[bool] = mapped_column(default=True)


class PurchaseOrder(WithId, Base):
    """采购单: draft → ordered → received in parts → closed, or cancelled."""

    __tablename__ = "purchase_order"

    number: Mapped[str] = mapped_column(String(30), unique=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    distributor_id: Mapped[str] = mapped_column(ForeignKey("distributor.id"), index=True)
    state: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[str] = mapped_column(String(36))
    created_by_name: Mapped[str] = mapped_column(String(50))
    ordered_on: Mapped[date | None]
    expected_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    remark: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)


class PurchaseOrderLine(WithId, Base):
    """采购单的一行. `received` counts accepted units of all deliveries."""

    __tablename__ = "purchase_order_line"

    order_id: Mapped[str] = mapped_column(ForeignKey("purchase_order.id"), index=True)
    position: Mapped[int]
    drug_code: Mapped[str] = mapped_column(String(30))
    drug_name: Mapped[str] = mapped_column(String(100))
    unit: Mapped[str] = mapped_column(String(10))
    units_per_pack: Mapped[int]
    price_fen: Mapped[int | None]
    quantity: Mapped[int]
    received: Mapped[int] = mapped_column(default=0)
    is_volume_procured: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(200), default="")


class Shipment(WithId, Base):
    """发货单: draft → allocated → picked → shipped → received → verified (drug requests §6.1).

    `route` groups the clinics of one drive. `dispatch_celsius` and `hand_over_celsius` the temperatures of cold lines when
    they left and when they were handed over, in tenths.
    """

    __tablename__ = "shipment"

    number: Mapped[str] = mapped_column(String(30), unique=True)
    township_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    clinic_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    request_id: Mapped[str | None] = mapped_column(ForeignKey("drug_request.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    route: Mapped[str] = mapped_column(String(50), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[str] = mapped_column(String(36))
    created_by_name: Mapped[str] = mapped_column(String(50))
    shipped_on: Mapped[date | None]
    shipped_by_id: Mapped[str | None] = mapped_column(String(36))
    shipped_by_name: Mapped[str] = mapped_column(String(50), default="")
    delivered_by: Mapped[str] = mapped_column(String(50), default="")
    dispatch_celsius: Mapped[int | None]
    received_on: Mapped[date | None]
    received_by_id: Mapped[str | None] = mapped_column(String(36))
    received_by_name: Mapped[str] = mapped_column(String(50), default="")
    verified_by_id: Mapped[str | None] = mapped_column(String(36))
    verified_by_name: Mapped[str] = mapped_column(String(50), default="")
    hand_over_celsius: Mapped[int | None]
    remark: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_shipment_clinic_id_state", "clinic_id", "state"),)


class ShipmentLine(WithId, Base):
    """发货单的一行: one batch. `accepted` and `rejected` None until it was received; `codes` its 追溯码.

    A line that was delivered beyond what was sent has `shipped` 0 and waits for the pharmacist (`is_pending`).
    """

    __tablename__ = "shipment_line"

    shipment_id: Mapped[str] = mapped_column(ForeignKey("shipment.id"), index=True)
    request_line_id: Mapped[str | None] = mapped_column(String(36), index=True)
    position: Mapped[int]
    batch_id: Mapped[str | None] = mapped_column(String(36))
    drug_code: Mapped[str] = mapped_column(String(30))
    drug_name: Mapped[str] = mapped_column(String(100))
    strength: Mapped[str] = mapped_column(String(50), default="")
    unit: Mapped[str] = mapped_column(String(10))
    pack_unit: Mapped[str] = mapped_column(String(10))
    units_per_pack: Mapped[int]
    price_fen: Mapped[int | None]
    manufacturer: Mapped[str] = mapped_column(String(100), default="")
    batch_no: Mapped[str] = mapped_column(String(40))
    expiry: Mapped[date | None]
    shipped: Mapped[int]
    accepted: Mapped[int | None]
    rejected: Mapped[int | None]
    reject_reason: Mapped[str] = mapped_column(String(50), default="")
    is_pending: Mapped[bool] = mapped_column(default=False)
    resolution: Mapped[str] = mapped_column(String(12), default="")
    """restocked, quarantined or lost: what the pharmacist decided about rejected units."""
    bearer: Mapped[str] = mapped_column(String(20), default="")
    """Who bears units lost on the way: township, clinic or distributor."""
    put_back: Mapped[int] = mapped_column(default=0)
    """Rejected units that may be shipped again for the request."""
    codes: Mapped[list[str]] = mapped_column(JSON, default=list)


class Settlement(WithId, Base):
    """月度结算单 of one clinic or one distributor. `totals` in fen by name; frozen once it is confirmed.

    `party` clinic or distributor, `party_id` its id. States: draft, checked, confirmed, approved, paid, disputed.
    """

    __tablename__ = "settlement"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    party: Mapped[str] = mapped_column(String(12))
    party_id: Mapped[str] = mapped_column(String(36))
    month: Mapped[str] = mapped_column(String(7))
    state: Mapped[str] = mapped_column(String(12))
    totals: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[str] = mapped_column(String(36))
    created_by_name: Mapped[str] = mapped_column(String(50))
    confirmed_by_id: Mapped[str | None] = mapped_column(String(36))
    confirmed_by_name: Mapped[str] = mapped_column(String(50), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remark: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("organisation_id", "party", "party_id", "month", name="uq_settlement_month"),)


class SettlementLine(WithId, Base):
    """结算单的一行: one drug at one price. Opening + received − returned − dispensed − lost ± counted = closing."""

    __tablename__ = "settlement_line"

    settlement_id: Mapped[str] = mapped_column(ForeignKey("settlement.id"), index=True)
    position: Mapped[int]
    drug_code: Mapped[str] = mapped_column(String(30))
    drug_name: Mapped[str] = mapped_column(String(100))
    strength: Mapped[str] = mapped_column(String(50), default="")
    unit: Mapped[str] = mapped_column(String(10))
    units_per_pack: Mapped[int]
    price_fen: Mapped[int | None]
    opening: Mapped[int]
    received: Mapped[int]
    returned: Mapped[int]
    dispensed: Mapped[int]
    lost: Mapped[int]
    counted: Mapped[int]
    closing: Mapped[int]
    charged: Mapped[int] = mapped_column(default=0)
    """Units lost or missing that the clinic itself bears; part of `lost` and `counted`."""
    amount_fen: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    """Why a price was put in, or what a correction of an earlier month is about."""


class LedgerReport(WithId, Base):
    """月度出入库报表 that a clinic sent: what its ledger says of one month. `lines` and `stock` as they travelled.

    `number` counts the reports of one month from 1; only the newest counts, and none is ever changed.
    """

    __tablename__ = "ledger_report"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[str] = mapped_column(String(7))
    number: Mapped[int] = mapped_column(default=1)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by_name: Mapped[str] = mapped_column(String(50))
    taken_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    stock: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("organisation_id", "month", "number", name="uq_ledger_report_number"),)


class ClosedMonth(Base):
    """已结账月份: movements dated in it are refused; corrections are later entries."""

    __tablename__ = "closed_month"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by_name: Mapped[str] = mapped_column(String(50))


class ShortageReport(WithId, Base):
    """短缺药品报告. States as in mechanisms §10."""

    __tablename__ = "shortage_report"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    drug_code: Mapped[str] = mapped_column(String(30), default="")
    drug_text: Mapped[str] = mapped_column(String(100))
    strength: Mapped[str] = mapped_column(String(50), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    """Strength and reason of a 新品种 that a clinic wants; of other kinds empty."""
    kind: Mapped[str] = mapped_column(String(20))
    needed_a_month: Mapped[int | None]
    residents_affected: Mapped[int | None]
    stock_now: Mapped[int | None]
    last_received_on: Mapped[date | None]
    alternatives_tried: Mapped[str] = mapped_column(String(200), default="")
    distributor_answer: Mapped[str] = mapped_column(String(200), default="")
    request_id: Mapped[str | None] = mapped_column(ForeignKey("drug_request.id"))
    level: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[str] = mapped_column(String(36))
    reported_by_name: Mapped[str] = mapped_column(String(50))
    outcome: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (Index("ix_shortage_report_organisation_id_state", "organisation_id", "state"),)
