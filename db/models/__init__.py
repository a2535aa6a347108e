"""All tables.

Those of the drugs' ledger and supply are mapped at their first use: the first screen of the day needs none of them, and
mapping them takes 3 MB. Asking this package for `Base` maps every table, so that `Base.metadata` is complete.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from db.models.base import UtcDateTime, new_id
from db.models.drugs import Drug, DrugRequest, DrugRequestLine, StatusChange
from db.models.exchange import ExchangeMessage
from db.models.forms import Attachment, DueTask, Enrolment, FollowUp, FormDraft, FormEntry
from db.models.history import AuditEntry, Revision
from db.models.organisations import Organisation, OwnKeys, Setting, UserAccount
from db.models.residents import Household, Resident, SearchKey

if TYPE_CHECKING:
    from db.models.base import Base
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

_LATER = ("stock", "supply")


def __getattr__(name: str) -> object:
    """A table of the ledger or the supply, or `Base` with all of them. Raises AttributeError for anything else."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for module in [import_module(f"{__name__}.{each}") for each in _LATER]:
        globals().update({key: value for key, value in vars(module).items() if key in __all__})
    return globals()[name]
