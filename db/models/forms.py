"""填表: filled-in national forms, their drafts, and what lists need of a follow-up."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, UtcDateTime, WithId, partial_index


class FormEntry(WithId, Base):
    """一张填好的表: the answers under the edition in which they were given. Corrected by revision, never overwritten.

    `state` is complete, partial (a sheet of the health record that still lacks answers; counts nowhere) or void; drafts
    live in FormDraft and count nowhere. `visit_id` joins the sheets of one visit.
    """

    __tablename__ = "form_entry"

    form_code: Mapped[str] = mapped_column(String(40))
    edition: Mapped[str] = mapped_column(String(20))
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"))
    visit_id: Mapped[str | None] = mapped_column(String(36))
    entry_date: Mapped[date]
    author_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="complete")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("ix_form_entry_resident_id_form_code_entry_date", "resident_id", "form_code", "entry_date"),
        Index("ix_form_entry_form_code_entry_date", "form_code", "entry_date"),
        Index("ix_form_entry_visit_id", "visit_id"),
    )


class Attachment(WithId, Base):
    """附件: a photographed slip or a scanned page, scaled, beside a filled-in form or in the record itself.

    `content` is the picture (JPEG or PNG) or the PDF, at most 5 MB; it lies in the encrypted file like everything else.
    `state` is kept or void: nothing medical is deleted.
    """

    __tablename__ = "attachment"

    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    form_entry_id: Mapped[str | None] = mapped_column(ForeignKey("form_entry.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    media_type: Mapped[str] = mapped_column(String(50))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="kept")
    revision: Mapped[int] = mapped_column(default=1)


class FormDraft(Base):
    """草稿: what stands in an open screen, saved while it is written so that a crash loses nothing.

    One draft for a resident and a screen (`kind`, such as follow_up or registration); `payload` is as typed.
    """

    __tablename__ = "form_draft"

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    subject_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Enrolment(WithId, Base):
    """纳入管理: a resident under management for a disease ("htn" or "dm"); at most one that has not ended.

    The last visit's result stands here, copied in the same transaction, so that the work list needs no join.
    """

    __tablename__ = "enrolment"

    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    disease: Mapped[str] = mapped_column(String(10))
    diagnosed_on: Mapped[date | None]
    enrolled_on: Mapped[date]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(String(50), default="")
    risk: Mapped[int] = mapped_column(default=0)
    last_visit_on: Mapped[date | None]
    last_class: Mapped[int | None]
    last_sbp: Mapped[int | None]
    last_dbp: Mapped[int | None]
    last_fpg: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    unsatisfactory_in_a_row: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        partial_index(
            "uq_enrolment_resident_id_disease",
            "resident_id",
            "disease",
            unique=True,
            where="ended_on IS NULL",
        ),
        Index("ix_enrolment_organisation_id_disease", "organisation_id", "disease"),
        Index("ix_enrolment_resident_id", "resident_id"),
    )


class FollowUp(WithId, Base):
    """随访: the measured values and the result of one disease's sheet; one row for one FormEntry.

    `sbp`, `dbp` mmHg, `fpg` mmol/L, `weight_kg`, `bmi` kg/m². `is_controlled` None when it cannot be judged.
    `method` 1 门诊, 2 家庭, 3 电话; `not_seen` 1 失访, 2 死亡, 3 迁出.
    """

    __tablename__ = "follow_up"

    form_entry_id: Mapped[str] = mapped_column(ForeignKey("form_entry.id"), unique=True)
    visit_id: Mapped[str] = mapped_column(String(36), index=True)
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"))
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id"))
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    disease: Mapped[str] = mapped_column(String(10))
    visit_date: Mapped[date]
    method: Mapped[int | None]
    not_seen: Mapped[int | None]
    sbp: Mapped[int | None]
    dbp: Mapped[int | None]
    fpg: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    heart_rate: Mapped[int | None]
    weight_kg: Mapped[Decimal | None] = mapped_column(Numeric(5, 1))
    bmi: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    adr: Mapped[bool] = mapped_column(default=False)
    is_controlled: Mapped[bool | None]
    proposed_class: Mapped[int | None]
    visit_class: Mapped[int | None]
    is_urgent: Mapped[bool] = mapped_column(default=False)
    referral: Mapped[str] = mapped_column(String(10), default="no")
    next_visit_on: Mapped[date | None]

    __table_args__ = (
        Index("ix_follow_up_resident_id_disease_visit_date", "resident_id", "disease", "visit_date"),
        Index("ix_follow_up_organisation_id_disease_visit_date", "organisation_id", "disease", "visit_date"),
    )


class DueTask(WithId, Base):
    """要做的事: a follow-up ("follow_up") or the check of a referral's result ("referral_check") that is due by a day.

    A referral check stays open until a result is entered, even when an ordinary visit happened in between. The check of
    a letter (双向转诊单) that no visit of its day accounts for belongs to no enrolment and has no disease ("").
    """

    __tablename__ = "due_task"

    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisation.id"))
    resident_id: Mapped[str] = mapped_column(ForeignKey("resident.id"), index=True)
    enrolment_id: Mapped[str | None] = mapped_column(ForeignKey("enrolment.id"))
    kind: Mapped[str] = mapped_column(String(20))
    disease: Mapped[str] = mapped_column(String(10))
    due_on: Mapped[date]
    caused_by_id: Mapped[str | None] = mapped_column(String(36))
    done_on: Mapped[date | None]
    done_by_id: Mapped[str | None] = mapped_column(String(36))
    result: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        partial_index("ix_due_task_open", "organisation_id", "due_on", where="done_on IS NULL"),
        Index("ix_due_task_enrolment_id", "enrolment_id"),
    )
