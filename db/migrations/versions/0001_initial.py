"""The first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The first version."""
    op.create_table(
        "audit_entry",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("entity", sa.String(length=30), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_entity_entity_id", "audit_entry", ["entity", "entity_id"], unique=False)
    op.create_table(
        "drug",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("generic_name", sa.String(length=100), nullable=False),
        sa.Column("dosage_form", sa.String(length=30), nullable=False),
        sa.Column("strength", sa.String(length=50), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("pack_unit", sa.String(length=10), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("therapeutic_group", sa.String(length=50), nullable=False),
        sa.Column("essential", sa.String(length=1), nullable=False),
        sa.Column("insurance_class", sa.String(length=2), nullable=False),
        sa.Column("volume_procured", sa.Boolean(), nullable=False),
        sa.Column("antibiotic_tier", sa.String(length=10), nullable=False),
        sa.Column("cold_chain", sa.Boolean(), nullable=False),
        sa.Column("programme", sa.String(length=20), nullable=False),
        sa.Column("pinyin", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drug")),
        sa.UniqueConstraint("code", name=op.f("uq_drug_code")),
    )
    op.create_table(
        "exchange_message",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("direction", sa.String(length=10), nullable=False),
        sa.Column("sender_id", sa.String(length=36), nullable=False),
        sa.Column("recipient_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_message")),
    )
    op.create_index(
        "ix_exchange_message_direction_sender_id_sequence",
        "exchange_message",
        ["direction", "sender_id", "recipient_id", "sequence"],
        unique=False,
    )
    op.create_index(op.f("ix_exchange_message_subject_id"), "exchange_message", ["subject_id"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("record_prefix", sa.String(length=12), nullable=True),
        sa.Column("province", sa.String(length=50), nullable=False),
        sa.Column("city", sa.String(length=50), nullable=False),
        sa.Column("county", sa.String(length=50), nullable=False),
        sa.Column("township", sa.String(length=50), nullable=False),
        sa.Column("village", sa.String(length=50), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("parent_id", sa.String(length=36), nullable=True),
        sa.Column("is_self", sa.Boolean(), nullable=False),
        sa.Column("signing_public_key", sa.String(length=64), nullable=True),
        sa.Column("sealing_public_key", sa.String(length=64), nullable=True),
        sa.Column("paired_at", sa.DateTime(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["organisation.id"], name=op.f("fk_organisation_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "revision",
        sa.Column("entity", sa.String(length=30), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name", sa.String(length=50), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_index(
        "uq_revision_entity_entity_id_number", "revision", ["entity", "entity_id", "number"], unique=True
    )
    op.create_table(
        "search_key",
        sa.Column("k", sa.String(length=60), nullable=False),
        sa.Column("resident_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("k", "resident_number", name=op.f("pk_search_key")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_key_resident_number", "search_key", ["resident_number"], unique=False)
    op.create_table(
        "setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "status_change",
        sa.Column("entity", sa.String(length=30), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=False),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name", sa.String(length=50), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
        sa.UniqueConstraint("key", name=op.f("uq_status_change_key")),
    )
    op.create_index(op.f("ix_status_change_entity_id"), "status_change", ["entity_id"], unique=False)
    op.create_table(
        "drug_request",
        sa.Column("clinic_id", sa.String(length=36), nullable=False),
        sa.Column("township_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("programme", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by_id", sa.String(length=36), nullable=False),
        sa.Column("created_by_name", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("submitted_by_id", sa.String(length=36), nullable=True),
        sa.Column("submitted_by_name", sa.String(length=50), nullable=False),
        sa.Column("submitted_at", sa.DateTime(), nullable=True),
        sa.Column("submitted_version", sa.Integer(), nullable=True),
        sa.Column("taken_by_id", sa.String(length=36), nullable=True),
        sa.Column("decided_by_id", sa.String(length=36), nullable=True),
        sa.Column("decided_by_name", sa.String(length=50), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("comment", sa.String(length=200), nullable=False),
        sa.Column("clinic_population", sa.Integer(), nullable=True),
        sa.Column("clinic_chronic", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["organisation.id"], name=op.f("fk_drug_request_clinic_id")),
        sa.ForeignKeyConstraint(
            ["township_id"], ["organisation.id"], name=op.f("fk_drug_request_township_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drug_request")),
    )
    op.create_index("ix_drug_request_clinic_id_period", "drug_request", ["clinic_id", "period"], unique=False)
    op.create_table(
        "household",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("group_name", sa.String(length=30), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("head_id", sa.String(length=36), nullable=True),
        sa.Column("distance_km", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_household_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index(op.f("ix_household_organisation_id"), "household", ["organisation_id"], unique=False)
    op.create_table(
        "own_keys",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("signing_private_key", sa.String(length=64), nullable=False),
        sa.Column("sealing_private_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_own_keys_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_own_keys")),
    )
    op.create_table(
        "user_account",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_user_account_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
    )
    op.create_table(
        "drug_request_line",
        sa.Column("request_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_name", sa.String(length=100), nullable=False),
        sa.Column("strength", sa.String(length=50), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("pack_unit", sa.String(length=10), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("on_hand", sa.Integer(), nullable=True),
        sa.Column("monthly_use", sa.String(length=20), nullable=True),
        sa.Column("suggested", sa.Integer(), nullable=True),
        sa.Column("requested", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.String(length=200), nullable=False),
        sa.Column("is_skipped", sa.Boolean(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decision_reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["drug_request.id"], name=op.f("fk_drug_request_line_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drug_request_line")),
    )
    op.create_index(
        op.f("ix_drug_request_line_request_id"), "drug_request_line", ["request_id"], unique=False
    )
    op.create_table(
        "form_draft",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_form_draft_user_id")),
        sa.PrimaryKeyConstraint("kind", "subject_id", name=op.f("pk_form_draft")),
    )
    op.create_table(
        "resident",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("household_id", sa.String(length=36), nullable=True),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("name_key", sa.String(length=50), nullable=False),
        sa.Column("sex", sa.Integer(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("birth_precision", sa.String(length=5), nullable=False),
        sa.Column("id_number", sa.String(length=30), nullable=True),
        sa.Column("id_number_state", sa.String(length=20), nullable=False),
        sa.Column("no_id_reason", sa.String(length=20), nullable=False),
        sa.Column("mother_id_number", sa.String(length=18), nullable=True),
        sa.Column("record_no", sa.String(length=17), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("contact_name", sa.String(length=50), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("current_address", sa.String(length=100), nullable=False),
        sa.Column("registered_address", sa.String(length=100), nullable=False),
        sa.Column("residence_type", sa.Integer(), nullable=True),
        sa.Column("ethnic_code", sa.String(length=2), nullable=False),
        sa.Column("blood_abo", sa.Integer(), nullable=True),
        sa.Column("blood_rh", sa.Integer(), nullable=True),
        sa.Column("height_cm", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("weight_kg", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("weight_on", sa.Date(), nullable=True),
        sa.Column("drug_allergy", sa.JSON(), nullable=True),
        sa.Column("drug_allergy_note", sa.String(length=100), nullable=False),
        sa.Column("disability", sa.JSON(), nullable=True),
        sa.Column("care_note", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_on", sa.Date(), nullable=True),
        sa.Column("state_reason", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_resident_household_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_resident_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("number", name=op.f("uq_resident_number")),
        sa.UniqueConstraint("record_no", name=op.f("uq_resident_record_no")),
    )
    op.create_index(op.f("ix_resident_household_id"), "resident", ["household_id"], unique=False)
    op.create_index("ix_resident_name_key_birth_date", "resident", ["name_key", "birth_date"], unique=False)
    op.create_index(
        "ix_resident_organisation_id_state", "resident", ["organisation_id", "state"], unique=False
    )
    op.create_index(
        "uq_resident_id_number",
        "resident",
        ["id_number"],
        unique=True,
        sqlite_where=sa.text("id_number IS NOT NULL"),
        postgresql_where=sa.text("id_number IS NOT NULL"),
    )
    op.create_table(
        "enrolment",
        sa.Column("resident_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("disease", sa.String(length=10), nullable=False),
        sa.Column("diagnosed_on", sa.Date(), nullable=True),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=50), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("last_visit_on", sa.Date(), nullable=True),
        sa.Column("last_class", sa.Integer(), nullable=True),
        sa.Column("last_sbp", sa.Integer(), nullable=True),
        sa.Column("last_dbp", sa.Integer(), nullable=True),
        sa.Column("last_fpg", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("unsatisfactory_in_a_row", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_enrolment_organisation_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_enrolment_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index(
        "ix_enrolment_organisation_id_disease", "enrolment", ["organisation_id", "disease"], unique=False
    )
    op.create_index(
        "uq_enrolment_resident_id_disease",
        "enrolment",
        ["resident_id", "disease"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "form_entry",
        sa.Column("form_code", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("resident_id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=True),
        sa.Column("entry_date", sa.Date(), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_form_entry_author_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_form_entry_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_entry")),
    )
    op.create_index(
        "ix_form_entry_resident_id_form_code_entry_date",
        "form_entry",
        ["resident_id", "form_code", "entry_date"],
        unique=False,
    )
    op.create_table(
        "due_task",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("resident_id", sa.String(length=36), nullable=False),
        sa.Column("enrolment_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("disease", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("caused_by_id", sa.String(length=36), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by_id", sa.String(length=36), nullable=True),
        sa.Column("result", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_due_task_enrolment_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_due_task_organisation_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_due_task_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_task")),
    )
    op.create_index("ix_due_task_enrolment_id", "due_task", ["enrolment_id"], unique=False)
    op.create_index(
        "ix_due_task_open",
        "due_task",
        ["organisation_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("done_on IS NULL"),
        postgresql_where=sa.text("done_on IS NULL"),
    )
    op.create_index(op.f("ix_due_task_resident_id"), "due_task", ["resident_id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("form_entry_id", sa.String(length=36), nullable=False),
        sa.Column("visit_id", sa.String(length=36), nullable=False),
        sa.Column("resident_id", sa.String(length=36), nullable=False),
        sa.Column("enrolment_id", sa.String(length=36), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("disease", sa.String(length=10), nullable=False),
        sa.Column("visit_date", sa.Date(), nullable=False),
        sa.Column("method", sa.Integer(), nullable=True),
        sa.Column("not_seen", sa.Integer(), nullable=True),
        sa.Column("sbp", sa.Integer(), nullable=True),
        sa.Column("dbp", sa.Integer(), nullable=True),
        sa.Column("fpg", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("heart_rate", sa.Integer(), nullable=True),
        sa.Column("weight_kg", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("bmi", sa.Numeric(precision=5, scale=2), nullable=True),
        sa.Column("adr", sa.Boolean(), nullable=False),
        sa.Column("is_controlled", sa.Boolean(), nullable=True),
        sa.Column("proposed_class", sa.Integer(), nullable=True),
        sa.Column("visit_class", sa.Integer(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("referral", sa.String(length=10), nullable=False),
        sa.Column("next_visit_on", sa.Date(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_follow_up_enrolment_id")),
        sa.ForeignKeyConstraint(
            ["form_entry_id"], ["form_entry.id"], name=op.f("fk_follow_up_form_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_follow_up_organisation_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_follow_up_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("form_entry_id", name=op.f("uq_follow_up_form_entry_id")),
    )
    op.create_index(
        "ix_follow_up_organisation_id_disease_visit_date",
        "follow_up",
        ["organisation_id", "disease", "visit_date"],
        unique=False,
    )
    op.create_index(
        "ix_follow_up_resident_id_disease_visit_date",
        "follow_up",
        ["resident_id", "disease", "visit_date"],
        unique=False,
    )
    op.create_index(op.f("ix_follow_up_visit_id"), "follow_up", ["visit_id"], unique=False)
