"""All tables. Importing this package makes `Base.metadata` complete."""

from __future__ import annotations

from db.models.base import Base, UtcDateTime, new_id
from db.models.drugs import Drug, DrugRequest, DrugRequestLine, StatusChange
from db.models.exchange import ExchangeMessage
from db.models.forms import Attachment, DueTask, Enrolment, FollowUp, FormDraft, FormEntry
from db.models.history import AuditEntry, Revision
from db.models.organisations import Organisation, OwnKeys, Setting, UserAccount
from db.models.residents import Household, Resident, SearchKey

__all__ = [
    "Attachment",
    "AuditEntry",
    "Base",
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
    "Organisation",
    "OwnKeys",
    "Resident",
    "Revision",
    "SearchKey",
    "Setting",
    "StatusChange",
    "UserAccount",
    "UtcDateTime",
    "new_id",
]
