"""Attachments, finding forms by kind and day, and referral checks of people under no programme."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Attachments, finding forms by kind and day, and referral checks of people under no programme."""
    op.create_table(
        "attachment",
        sa.Column("resident_id", sa.String(length=36), nullable=False),
        sa.Column("form_entry_id", sa.String(length=36), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=50), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.String(length=36), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_attachment_author_id")),
        sa.ForeignKeyConstraint(
            ["form_entry_id"], ["form_entry.id"], name=op.f("fk_attachment_form_entry_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_attachment_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_form_entry_id"), ["form_entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_resident_id"), ["resident_id"], unique=False)

    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index("ix_enrolment_resident_id", ["resident_id"], unique=False)

    with op.batch_alter_table("form_entry", schema=None) as batch_op:
        batch_op.create_index("ix_form_entry_form_code_entry_date", ["form_code", "entry_date"], unique=False)
        batch_op.create_index("ix_form_entry_visit_id", ["visit_id"], unique=False)

    with op.batch_alter_table("due_task", schema=None) as batch_op:
        batch_op.alter_column("enrolment_id", existing_type=sa.String(length=36), nullable=True)
