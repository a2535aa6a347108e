"""The stock ledger and the supply of drugs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The stock ledger and the supply of drugs."""
    op.create_table(
        "distributor",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("licence_no", sa.String(length=40), nullable=False),
        sa.Column("licence_valid_to", sa.Date(), nullable=True),
        sa.Column("credit_grade", sa.String(length=5), nullable=False),
        sa.Column("delivers_to_village", sa.Boolean(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=False),
        sa.Column("payment_day", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(length=50), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_distributor")),
        sa.UniqueConstraint("code", name=op.f("uq_distributor_code")),
    )
    op.create_table(
        "closed_month",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("closed_by_name", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_closed_month_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "cold_reading",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("device", sa.String(length=30), nullable=False),
        sa.Column("read_at", sa.DateTime(), nullable=False),
        sa.Column("celsius", sa.Numeric(precision=4, scale=1), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name", sa.String(length=50), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cold_reading_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cold_reading")),
    )
    with op.batch_alter_table("cold_reading", schema=None) as batch_op:
        batch_op.create_index(
            "ix_cold_reading_organisation_id_read_at", ["organisation_id", "read_at"], unique=False
        )

    op.create_table(
        "purchase_order",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("distributor_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.String(length=36), nullable=False),
        sa.Column("created_by_name", sa.String(length=50), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["distributor_id"], ["distributor.id"], name=op.f("fk_purchase_order_distributor_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_purchase_order_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
    )
    with op.batch_alter_table("purchase_order", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_purchase_order_distributor_id"), ["distributor_id"], unique=False
        )

    op.create_table(
        "ledger_report",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by_name", sa.String(length=50), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(), nullable=True),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("stock", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_report_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_report")),
        sa.UniqueConstraint("organisation_id", "month", "number", name="uq_ledger_report_number"),
    )
    op.create_table(
        "settlement",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.String(length=12), nullable=False),
        sa.Column("party_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.String(length=36), nullable=False),
        sa.Column("created_by_name", sa.String(length=50), nullable=False),
        sa.Column("confirmed_by_id", sa.String(length=36), nullable=True),
        sa.Column("confirmed_by_name", sa.String(length=50), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_settlement_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("organisation_id", "party", "party_id", "month", name="uq_settlement_month"),
    )
    op.create_table(
        "stock_batch",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("batch_no", sa.String(length=40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("manufacturer", sa.String(length=100), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("hold", sa.String(length=20), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stock_batch_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_batch")),
        sa.UniqueConstraint(
            "organisation_id",
            "drug_code",
            "batch_no",
            "expiry",
            "manufacturer",
            "price_fen",
            "hold",
            name="uq_stock_batch_identity",
        ),
    )
    with op.batch_alter_table("stock_batch", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stock_batch_in_stock",
            ["organisation_id", "drug_code"],
            unique=False,
            sqlite_where=sa.text("on_hand > 0"),
        )

    op.create_table(
        "stocktake",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_blind", sa.Boolean(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by_id", sa.String(length=36), nullable=False),
        sa.Column("opened_by_name", sa.String(length=50), nullable=False),
        sa.Column("counter_name", sa.String(length=50), nullable=False),
        sa.Column("finalised_at", sa.DateTime(), nullable=True),
        sa.Column("finalised_by_id", sa.String(length=36), nullable=True),
        sa.Column("finalised_by_name", sa.String(length=50), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stocktake_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
    )
    with op.batch_alter_table("stocktake", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stocktake_organisation_id_opened_at", ["organisation_id", "opened_at"], unique=False
        )

    op.create_table(
        "purchase_order_line",
        sa.Column("order_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_name", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("is_volume_procured", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["purchase_order.id"], name=op.f("fk_purchase_order_line_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_order_line")),
    )
    with op.batch_alter_table("purchase_order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_order_line_order_id"), ["order_id"], unique=False)

    op.create_table(
        "settlement_line",
        sa.Column("settlement_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_name", sa.String(length=100), nullable=False),
        sa.Column("strength", sa.String(length=50), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("dispensed", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("charged", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["settlement_id"], ["settlement.id"], name=op.f("fk_settlement_line_settlement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_line")),
    )
    with op.batch_alter_table("settlement_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_settlement_line_settlement_id"), ["settlement_id"], unique=False)

    op.create_table(
        "shipment",
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("township_id", sa.String(length=36), nullable=False),
        sa.Column("clinic_id", sa.String(length=36), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("route", sa.String(length=50), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by_id", sa.String(length=36), nullable=False),
        sa.Column("created_by_name", sa.String(length=50), nullable=False),
        sa.Column("shipped_on", sa.Date(), nullable=True),
        sa.Column("shipped_by_id", sa.String(length=36), nullable=True),
        sa.Column("shipped_by_name", sa.String(length=50), nullable=False),
        sa.Column("delivered_by", sa.String(length=50), nullable=False),
        sa.Column("dispatch_celsius", sa.Integer(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_by_id", sa.String(length=36), nullable=True),
        sa.Column("received_by_name", sa.String(length=50), nullable=False),
        sa.Column("verified_by_id", sa.String(length=36), nullable=True),
        sa.Column("verified_by_name", sa.String(length=50), nullable=False),
        sa.Column("hand_over_celsius", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["organisation.id"], name=op.f("fk_shipment_clinic_id")),
        sa.ForeignKeyConstraint(["request_id"], ["drug_request.id"], name=op.f("fk_shipment_request_id")),
        sa.ForeignKeyConstraint(["township_id"], ["organisation.id"], name=op.f("fk_shipment_township_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
    )
    with op.batch_alter_table("shipment", schema=None) as batch_op:
        batch_op.create_index("ix_shipment_clinic_id_state", ["clinic_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_shipment_request_id"), ["request_id"], unique=False)

    op.create_table(
        "shortage_report",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_text", sa.String(length=100), nullable=False),
        sa.Column("strength", sa.String(length=50), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("needed_a_month", sa.Integer(), nullable=True),
        sa.Column("residents_affected", sa.Integer(), nullable=True),
        sa.Column("stock_now", sa.Integer(), nullable=True),
        sa.Column("last_received_on", sa.Date(), nullable=True),
        sa.Column("alternatives_tried", sa.String(length=200), nullable=False),
        sa.Column("distributor_answer", sa.String(length=200), nullable=False),
        sa.Column("request_id", sa.String(length=36), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reported_at", sa.DateTime(), nullable=False),
        sa.Column("reported_by_id", sa.String(length=36), nullable=False),
        sa.Column("reported_by_name", sa.String(length=50), nullable=False),
        sa.Column("outcome", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_shortage_report_organisation_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["drug_request.id"], name=op.f("fk_shortage_report_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage_report")),
    )
    with op.batch_alter_table("shortage_report", schema=None) as batch_op:
        batch_op.create_index(
            "ix_shortage_report_organisation_id_state", ["organisation_id", "state"], unique=False
        )

    op.create_table(
        "stocktake_line",
        sa.Column("stocktake_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_name", sa.String(length=100), nullable=False),
        sa.Column("batch_no", sa.String(length=40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("snapshot", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(), nullable=True),
        sa.Column("book", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=50), nullable=False),
        sa.Column("is_as_book", sa.Boolean(), nullable=False),
        sa.Column("drawn_for", sa.String(length=12), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_line_stocktake_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_line")),
    )
    with op.batch_alter_table("stocktake_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stocktake_line_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stocktake_line_stocktake_id"), ["stocktake_id"], unique=False)

    op.create_table(
        "trace_code",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("units_left", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("received_by_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_trace_code_batch_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_trace_code_organisation_id")
        ),
        sa.PrimaryKeyConstraint("code", "organisation_id", name=op.f("pk_trace_code")),
    )
    with op.batch_alter_table("trace_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trace_code_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "opened_item",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("discard_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name", sa.String(length=50), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_as", sa.String(length=10), nullable=False),
        sa.Column("movement_id", sa.String(length=36), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_opened_item_batch_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_opened_item_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_item")),
    )
    with op.batch_alter_table("opened_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opened_item_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            "ix_opened_item_organisation_id_closed_on", ["organisation_id", "closed_on"], unique=False
        )

    op.create_table(
        "shipment_line",
        sa.Column("shipment_id", sa.String(length=36), nullable=False),
        sa.Column("request_line_id", sa.String(length=36), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=True),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_name", sa.String(length=100), nullable=False),
        sa.Column("strength", sa.String(length=50), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("pack_unit", sa.String(length=10), nullable=False),
        sa.Column("units_per_pack", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=True),
        sa.Column("manufacturer", sa.String(length=100), nullable=False),
        sa.Column("batch_no", sa.String(length=40), nullable=False),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.Column("shipped", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=True),
        sa.Column("rejected", sa.Integer(), nullable=True),
        sa.Column("reject_reason", sa.String(length=50), nullable=False),
        sa.Column("is_pending", sa.Boolean(), nullable=False),
        sa.Column("resolution", sa.String(length=12), nullable=False),
        sa.Column("bearer", sa.String(length=20), nullable=False),
        sa.Column("put_back", sa.Integer(), nullable=False),
        sa.Column("codes", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], name=op.f("fk_shipment_line_shipment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_line")),
    )
    with op.batch_alter_table("shipment_line", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_shipment_line_request_line_id"), ["request_line_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_shipment_line_shipment_id"), ["shipment_id"], unique=False)

    op.create_table(
        "stock_movement",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("batch_id", sa.String(length=36), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name", sa.String(length=50), nullable=False),
        sa.Column("document", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("resident_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("bearer", sa.String(length=20), nullable=False),
        sa.Column("reverses_id", sa.String(length=36), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["stock_batch.id"], name=op.f("fk_stock_movement_batch_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stock_movement_organisation_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_stock_movement_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_stock_movement_reverses_id")),
    )
    with op.batch_alter_table("stock_movement", schema=None) as batch_op:
        batch_op.create_index("ix_stock_movement_batch_id", ["batch_id", "occurred_at", "id"], unique=False)
        batch_op.create_index("ix_stock_movement_document_id", ["document_id"], unique=False)
        batch_op.create_index(
            "ix_stock_movement_organisation_id_drug_code",
            ["organisation_id", "drug_code", "occurred_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_stock_movement_organisation_id_occurred_on", ["organisation_id", "occurred_on"], unique=False
        )

    op.create_table(
        "dispensing",
        sa.Column("organisation_id", sa.String(length=36), nullable=False),
        sa.Column("resident_id", sa.String(length=36), nullable=False),
        sa.Column("form_entry_id", sa.String(length=36), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("diagnosis", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("user_name", sa.String(length=50), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("weight_kg", sa.Numeric(precision=5, scale=1), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_entry_id"], ["form_entry.id"], name=op.f("fk_dispensing_form_entry_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_dispensing_organisation_id")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_dispensing_resident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispensing")),
    )
    with op.batch_alter_table("dispensing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_dispensing_organisation_id_given_on", ["organisation_id", "given_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_dispensing_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "trace_prefix",
        sa.Column("prefix", sa.String(length=7), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("confirmed_by_id", sa.String(length=36), nullable=False),
        sa.Column("confirmed_by_name", sa.String(length=50), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_trace_prefix")),
    )
    with op.batch_alter_table("trace_prefix", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trace_prefix_drug_code"), ["drug_code"], unique=False)

    op.create_table(
        "trace_scan",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("movement_id", sa.String(length=36), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["stock_movement.id"], name=op.f("fk_trace_scan_movement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace_scan")),
    )
    with op.batch_alter_table("trace_scan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trace_scan_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_trace_scan_movement_id"), ["movement_id"], unique=False)

    op.create_table(
        "dispensing_line",
        sa.Column("dispensing_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("drug_code", sa.String(length=30), nullable=False),
        sa.Column("drug_name", sa.String(length=100), nullable=False),
        sa.Column("strength", sa.String(length=50), nullable=False),
        sa.Column("unit", sa.String(length=10), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("dose", sa.String(length=30), nullable=False),
        sa.Column("times_per_day", sa.Numeric(precision=4, scale=2), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("usage", sa.String(length=100), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["dispensing_id"], ["dispensing.id"], name=op.f("fk_dispensing_line_dispensing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispensing_line")),
    )
    with op.batch_alter_table("dispensing_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dispensing_line_dispensing_id"), ["dispensing_id"], unique=False)

    with op.batch_alter_table("drug", schema=None) as batch_op:
        batch_op.add_column(sa.Column("barcode", sa.String(length=14), server_default="", nullable=False))
        batch_op.add_column(sa.Column("trace_prefix", sa.String(length=7), server_default="", nullable=False))
        batch_op.add_column(sa.Column("has_trace_code", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("is_splittable", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(
            sa.Column("ingredients", sa.String(length=300), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("atc_code", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("route", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("usual_dose", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("dose_unit", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("max_daily_dose", sa.String(length=20), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("times_per_day", sa.String(length=10), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("diagnoses", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("min_age_years", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pregnancy", sa.String(length=1), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("special_control", sa.String(length=30), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("long_rx_allowed", sa.Boolean(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("storage", sa.String(length=30), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("origin", sa.String(length=10), server_default="starter", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_drug_barcode"), ["barcode"], unique=False)

    with op.batch_alter_table("drug_request_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("in_transit", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stockout_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("basis", sa.String(length=12), server_default="", nullable=False))
        batch_op.add_column(sa.Column("arithmetic", sa.String(length=500), server_default="", nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=15), server_default="", nullable=False))
