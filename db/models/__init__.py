"""All tables. Importing this package makes `Base.metadata` complete."""

from __future__ import annotations

from db.models.base import Base, UtcDateTime, new_id
from db.models.drugs import Drug, DrugRequest, DrugRequestLine, StatusChange
from db.models.exchange import ExchangeMessage
from db.models.forms import Attachment, DueTask, Enrolment, FollowUp, FormDraft, FormEntry
from db.models.history import AuditEntry, Revision
from db.models.organisations import Organisation, OwnKeys, Setting, UserAccount
from db.models.residents import Household, Resident, SearchKey
from db.models.stock import (
    ColdReading,
    Dispensing,
    DispensingLine,
    OpenedItem,
    StockBatch,
    StockMovement,
    Stocktake,
    StocktakeLine,
    TraceCode,
    TracePrefix,
    TraceScan,
)
from db.models.supply import (
    ClosedMonth,
    Distributor,
    LedgerReport,
    PurchaseOrder,
    PurchaseOrderLine,
    Settlement,
    SettlementLine,
    Shipment,
    ShipmentLine,
    ShortageReport,
)

__all__ = [
    "Attachment",
    "AuditEntry",
    "Base",
    "ClosedMonth",
    "ColdReading",
    "Dispensing",
    "DispensingLine",
    "Distributor",
    "Drug",
    "DrugRequest",
    "DrugRequestLine",
    "DueTask",
    "Enrolment",
    "ExchangeMessage",
    "FollowUp",
    "FormDraft",
    "FormEntry",
    "Household",
    "LedgerReport",
    "OpenedItem",
    "Organisation",
    "OwnKeys",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Resident",
    "Revision",
    "SearchKey",
    "Setting",
    "Settlement",
    "SettlementLine",
    "Shipment",
    "ShipmentLine",
    "ShortageReport",
    "StatusChange",
    "StockBatch",
    "StockMovement",
    "Stocktake",
    "StocktakeLine",
    "TraceCode",
    "TracePrefix",
    "TraceScan",
    "UserAccount",
    "UtcDateTime",
    "new_id",
]
