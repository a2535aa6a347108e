"""The stock ledger and the supply of drugs.

The tables stand in the order in which they are made. This step is frozen: it imports nothing of ours, and the few
words below are its own, so that it makes the same tables when the models have moved on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """The stock ledger and the supply of drugs."""
    make_registers_and_documents()
    make_their_lines_and_the_goods()
    make_movements_and_dispensing()
    widen_drugs_and_request_lines()


def make_registers_and_documents() -> None:
    """What stands alone at an organisation: distributors, orders, closed months, settlements, batches, stock-takes."""
    table(
        "distributor",
        text("code", 30),
        text("name", 100),
        text("licence_no", 40),
        day("licence_valid_to", null=True),
        text("credit_grade", 5),
        flag("delivers_to_village"),
        whole("lead_days"),
        whole("payment_day"),
        text("contact", 50),
        text("phone", 20),
        flag("is_active"),
        unique={"uq_distributor_code": ["code"]},
    )
    table(
        "closed_month",
        owner(),
        text("month", 7),
        moment("closed_at"),
        text("closed_by_name", 50),
        key=("organisation_id", "month"),
    )
    table(
        "cold_reading",
        owner(),
        text("device", 30),
        moment("read_at"),
        decimal("celsius", 4, 1),
        *person("user"),
        text("note", 200),
    )
    index("cold_reading", "organisation_id", "read_at")
    table(
        "purchase_order",
        text("number", 30),
        owner(),
        ident("distributor_id", "distributor"),
        text("state", 12),
        moment("created_at"),
        *person("created_by"),
        day("ordered_on", null=True),
        day("expected_on", null=True),
        day("closed_on", null=True),
        text("remark", 200),
        whole("version"),
        unique={"uq_purchase_order_number": ["number"]},
    )
    index("purchase_order", "distributor_id")
    table(
        "ledger_report",
        owner(),
        text("month", 7),
        whole("number"),
        moment("made_at"),
        text("made_by_name", 50),
        moment("taken_in_at", null=True),
        json("lines"),
        json("stock"),
        unique={"uq_ledger_report_number": ["organisation_id", "month", "number"]},
    )
    table(
        "settlement",
        owner(),
        text("party", 12),
        ident("party_id"),
        text("month", 7),
        text("state", 12),
        json("totals"),
        moment("created_at"),
        *person("created_by"),
        *person("confirmed_by", null=True),
        moment("confirmed_at", null=True),
        text("remark", 200),
        whole("version"),
        unique={"uq_settlement_month": ["organisation_id", "party", "party_id", "month"]},
    )
    table(
        "stock_batch",
        owner(),
        text("drug_code", 30),
        text("batch_no", 40),
        day("expiry", null=True),
        text("manufacturer", 100),
        whole("price_fen", null=True),
        whole("units_per_pack"),
        whole("on_hand"),
        whole("reserved"),
        text("hold", 20),
        day("received_on"),
        unique={
            "uq_stock_batch_identity": [
                "organisation_id", "drug_code", "batch_no", "expiry", "manufacturer", "price_fen", "hold",
            ]
        },
    )
    index("stock_batch", "organisation_id", "drug_code", name="ix_stock_batch_in_stock", where="on_hand > 0")
    table(
        "stocktake",
        owner(),
        text("kind", 10),
        text("state", 10),
        flag("is_blind"),
        whole("seed", null=True),
        moment("opened_at"),
        *person("opened_by"),
        text("counter_name", 50),
        moment("finalised_at", null=True),
        *person("finalised_by", null=True),
        text("result", 20),
        whole("version"),
    )
    index("stocktake", "organisation_id", "opened_at")


def make_their_lines_and_the_goods() -> None:
    """The lines of orders, settlements and stock-takes; shipments, shortages, trace codes, opened packs."""
    table(
        "purchase_order_line",
        ident("order_id", "purchase_order"),
        whole("position"),
        text("drug_code", 30),
        text("drug_name", 100),
        text("unit", 10),
        whole("units_per_pack"),
        whole("price_fen", null=True),
        whole("quantity"),
        whole("received"),
        flag("is_volume_procured"),
        text("reason", 200),
    )
    index("purchase_order_line", "order_id")
    table(
        "settlement_line",
        ident("settlement_id", "settlement"),
        whole("position"),
        *goods(),
        whole("units_per_pack"),
        whole("price_fen", null=True),
        whole("opening"),
        whole("received"),
        whole("returned"),
        whole("dispensed"),
        whole("lost"),
        whole("counted"),
        whole("closing"),
        whole("charged"),
        whole("amount_fen", null=True),
        text("note", 200),
    )
    index("settlement_line", "settlement_id")
    table(
        "shipment",
        text("number", 30),
        ident("township_id", "organisation"),
        ident("clinic_id", "organisation"),
        ident("request_id", "drug_request", null=True),
        text("state", 20),
        text("route", 50),
        moment("created_at"),
        *person("created_by"),
        day("shipped_on", null=True),
        *person("shipped_by", null=True),
        text("delivered_by", 50),
        whole("dispatch_celsius", null=True),
        day("received_on", null=True),
        *person("received_by", null=True),
        *person("verified_by", null=True),
        whole("hand_over_celsius", null=True),
        text("remark", 200),
        whole("version"),
        unique={"uq_shipment_number": ["number"]},
    )
    index("shipment", "clinic_id", "state")
    index("shipment", "request_id")
    table(
        "shortage_report",
        owner(),
        text("drug_code", 30),
        text("drug_text", 100),
        text("strength", 50),
        text("reason", 200),
        text("kind", 20),
        whole("needed_a_month", null=True),
        whole("residents_affected", null=True),
        whole("stock_now", null=True),
        day("last_received_on", null=True),
        text("alternatives_tried", 200),
        text("distributor_answer", 200),
        ident("request_id", "drug_request", null=True),
        text("level", 10),
        text("state", 20),
        moment("reported_at"),
        *person("reported_by"),
        text("outcome", 200),
        whole("version"),
    )
    index("shortage_report", "organisation_id", "state")
    table(
        "stocktake_line",
        ident("stocktake_id", "stocktake"),
        whole("position"),
        ident("batch_id"),
        text("drug_code", 30),
        text("drug_name", 100),
        text("batch_no", 40),
        day("expiry", null=True),
        text("unit", 10),
        whole("snapshot"),
        whole("counted", null=True),
        moment("counted_at", null=True),
        whole("book", null=True),
        text("reason", 50),
        flag("is_as_book"),
        text("drawn_for", 12),
    )
    index("stocktake_line", "batch_id")
    index("stocktake_line", "stocktake_id")
    table(
        "trace_code",
        text("code", 20),
        owner(),
        text("drug_code", 30),
        ident("batch_id", "stock_batch"),
        whole("units_left"),
        text("state", 10),
        ident("received_by_id"),
        key=("code", "organisation_id"),
    )
    index("trace_code", "batch_id")
    table(
        "opened_item",
        owner(),
        ident("batch_id", "stock_batch"),
        text("drug_code", 30),
        day("opened_on"),
        day("discard_on"),
        text("note", 200),
        *person("user"),
        day("closed_on", null=True),
        text("closed_as", 10),
        ident("movement_id", null=True),
    )
    index("opened_item", "batch_id")
    index("opened_item", "organisation_id", "closed_on")
    table(
        "shipment_line",
        ident("shipment_id", "shipment"),
        ident("request_line_id", null=True),
        whole("position"),
        ident("batch_id", null=True),
        *goods(),
        text("pack_unit", 10),
        whole("units_per_pack"),
        whole("price_fen", null=True),
        text("manufacturer", 100),
        text("batch_no", 40),
        day("expiry", null=True),
        whole("shipped"),
        whole("accepted", null=True),
        whole("rejected", null=True),
        text("reject_reason", 50),
        flag("is_pending"),
        text("resolution", 12),
        text("bearer", 20),
        whole("put_back"),
        json("codes"),
    )
    index("shipment_line", "request_line_id")
    index("shipment_line", "shipment_id")


def make_movements_and_dispensing() -> None:
    """The ledger itself, what was dispensed, and the scans of both."""
    table(
        "stock_movement",
        owner(),
        ident("batch_id", "stock_batch"),
        text("drug_code", 30),
        whole("quantity"),
        text("kind", 30),
        day("occurred_on"),
        moment("occurred_at"),
        moment("entered_at"),
        *person("user"),
        text("document", 20),
        ident("document_id", null=True),
        ident("resident_id", "resident", null=True),
        text("reason", 200),
        text("bearer", 20),
        ident("reverses_id", null=True),
        unique={"uq_stock_movement_reverses_id": ["reverses_id"]},
    )
    index("stock_movement", "batch_id", "occurred_at", "id", name="ix_stock_movement_batch_id")
    index("stock_movement", "document_id")
    index(
        "stock_movement", "organisation_id", "drug_code", "occurred_at", "id",
        name="ix_stock_movement_organisation_id_drug_code",
    )  # fmt: skip
    index("stock_movement", "organisation_id", "occurred_on")
    table(
        "dispensing",
        owner(),
        ident("resident_id", "resident"),
        ident("form_entry_id", "form_entry", null=True),
        day("given_on"),
        text("diagnosis", 200),
        text("kind", 20),
        *person("user"),
        text("state", 10),
        decimal("weight_kg", 5, 1, null=True),
        json("warnings"),
        moment("created_at"),
        whole("revision"),
    )
    index("dispensing", "organisation_id", "given_on")
    index("dispensing", "resident_id")
    table(
        "trace_prefix",
        text("prefix", 7),
        text("drug_code", 30),
        *person("confirmed_by"),
        moment("confirmed_at"),
        key=("prefix",),
    )
    index("trace_prefix", "drug_code")
    table("trace_scan", text("code", 20), ident("movement_id", "stock_movement"), whole("quantity"))
    index("trace_scan", "code")
    index("trace_scan", "movement_id")
    table(
        "dispensing_line",
        ident("dispensing_id", "dispensing"),
        whole("position"),
        *goods(),
        whole("quantity"),
        whole("returned"),
        text("dose", 30),
        decimal("times_per_day", 4, 2, null=True),
        whole("days", null=True),
        text("usage", 100),
        whole("amount_fen", null=True),
    )
    index("dispensing_line", "dispensing_id")


def widen_drugs_and_request_lines() -> None:
    """More about every drug; how the suggestion of a request line came to be."""
    widen(
        "drug",
        text("barcode", 14, default=""),
        text("trace_prefix", 7, default=""),
        flag("has_trace_code", default="1"),
        flag("is_splittable", default="1"),
        text("ingredients", 300, default=""),
        text("atc_code", 10, default=""),
        text("route", 20, default=""),
        text("usual_dose", 20, default=""),
        text("dose_unit", 10, default=""),
        text("max_daily_dose", 20, default=""),
        text("times_per_day", 10, default=""),
        text("diagnoses", 300, default=""),
        whole("min_age_years", null=True),
        text("pregnancy", 1, default=""),
        text("special_control", 30, default=""),
        flag("long_rx_allowed", default="1"),
        text("storage", 30, default=""),
        text("origin", 10, default="starter"),
    )
    index("drug", "barcode")
    widen(
        "drug_request_line",
        whole("in_transit", null=True),
        whole("stockout_days", null=True),
        text("basis", 12, default=""),
        text("arithmetic", 500, default=""),
        text("source", 15, default=""),
    )


# -- the words of this step --------------------------------------------------------------------------------------------


def table(
    name: str, *columns: sa.Column, key: Sequence[str] = (), unique: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> None:
    """A table with its references; its key is an `id` of its own, made here, unless `key` names columns."""
    own_id = () if key else (ident("id"),)
    references = sorted((column.name, column.info["of"]) for column in columns if "of" in column.info)
    op.create_table(
        name,
        *columns,
        *own_id,
        *(sa.ForeignKeyConstraint([own], [f"{of}.id"], name=f"fk_{name}_{own}") for own, of in references),
        sa.PrimaryKeyConstraint(*(key or ("id",)), name=f"pk_{name}"),
        *(sa.UniqueConstraint(*together, name=rule) for rule, together in unique.items()),
    )


def index(table_name: str, *columns: str, name: str = "", where: str = "") -> None:
    """An index, named by its columns unless `name` says otherwise; `where` makes it a partial one."""
    partial = {"sqlite_where": sa.text(where)} if where else {}
    op.create_index(name or f"ix_{table_name}_{'_'.join(columns)}", table_name, list(columns), **partial)


def widen(table_name: str, *columns: sa.Column) -> None:
    """More columns for a table that has rows."""
    with op.batch_alter_table(table_name) as rows:
        for column in columns:
            rows.add_column(column)


def text(name: str, length: int, default: str | None = None) -> sa.Column:
    """Words, "" when there are none."""
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=default)


def whole(name: str, null: bool = False) -> sa.Column:
    """A whole number: units, fen, days."""
    return sa.Column(name, sa.Integer(), nullable=null)


def decimal(name: str, precision: int, scale: int, null: bool = False) -> sa.Column:
    """A number with `scale` digits behind the point."""
    return sa.Column(name, sa.Numeric(precision=precision, scale=scale), nullable=null)


def flag(name: str, default: str | None = None) -> sa.Column:
    """Yes or no."""
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=default)


def day(name: str, null: bool = False) -> sa.Column:
    """A date."""
    return sa.Column(name, sa.Date(), nullable=null)


def moment(name: str, null: bool = False) -> sa.Column:
    """A time in UTC."""
    return sa.Column(name, sa.DateTime(), nullable=null)


def json(name: str) -> sa.Column:
    """Lists and figures as they stood."""
    return sa.Column(name, sa.JSON(), nullable=False)


def ident(name: str, of: str = "", null: bool = False) -> sa.Column:
    """An id; a reference when `of` names the table whose row it is, else kept without one."""
    return sa.Column(name, sa.String(length=36), nullable=null, info={"of": of} if of else None)


def owner() -> sa.Column:
    """The organisation whose row it is."""
    return ident("organisation_id", "organisation")


def goods() -> tuple[sa.Column, ...]:
    """A drug by its code, and what it was called then."""
    return text("drug_code", 30), text("drug_name", 100), text("strength", 50), text("unit", 10)


def person(did: str, null: bool = False) -> tuple[sa.Column, sa.Column]:
    """Who did it, as `created_by`: the id, without a value where `null` allows it, and the name as it was then."""
    return ident(f"{did}_id", null=null), text(f"{did}_name", 50)
