"""Writes docs/data-dictionary.md from the models and the declared forms, so that it cannot lie.

    python docs/make_data_dictionary.py
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "data-dictionary.md"


def dictionary() -> str:
    """The whole page."""
    from sqlalchemy import Table

    from app.forms.registry import forms
    from app.services.form_files import describe
    from db.models import Base

    parts = [
        "# Data dictionary",
        "Made by `python docs/make_data_dictionary.py` from `db/models` and `app/forms`; do not edit by hand. "
        "Ids are UUIDv7 as text, times UTC, money fen, quantities the drug's smallest dispensing unit; an empty value "
        "is unknown, never zero.",
        "## Tables",
    ]
    for mapper in sorted(Base.registry.mappers, key=lambda mapper: str(mapper.local_table.name)):
        table = mapper.local_table
        assert isinstance(table, Table)
        parts += [f"### {table.name}", inspect.getdoc(mapper.class_) or "", "\n".join(_table_rows(table))]
    parts.append("## Forms")
    for declared in forms():
        parts += [f"### {declared.code} — {declared.title}（{declared.edition}）", "\n".join(_form_rows(describe(declared)))]
    return "\n\n".join(parts) + "\n"


def _table_rows(table: object) -> list[str]:
    rows = ["| column | type | empty allowed | key or reference |", "| --- | --- | --- | --- |"]
    for column in table.columns:  # type: ignore[attr-defined]
        notes = ["primary key"] * column.primary_key + ["unique"] * bool(column.unique)
        notes += [f"→ {key.target_fullname}" for key in column.foreign_keys]
        rows.append(f"| {column.name} | {column.type!s} | {'yes' if column.nullable else ''} | {', '.join(notes)} |")
    for index in sorted(table.indexes, key=lambda index: index.name or ""):  # type: ignore[attr-defined]
        columns = ", ".join(column.name for column in index.columns)
        where = index.dialect_options["sqlite"]["where"]
        kind = "unique index" if index.unique else "index"
        rows.append(f"| *{index.name}* | {kind} | | ({columns}){f' where {where}' if where is not None else ''} |")
    return rows


def _form_rows(form: dict) -> list[str]:
    rows = ["| section | code | label | type | unit | options | required | hard | soft |", "| --- " * 9 + "|"]
    for section in form["sections"]:
        for item in section["fields"]:
            options = " · ".join(f"{option['code']} {option['label']}" for option in item.get("options", ()))
            hard, soft = ("–".join("" if end is None else end for end in item.get(name, ())) for name in ("hard", "soft"))
            cells = (
                section["title"], item["code"], item["name"], item["type"], item.get("unit", ""), options,
                item["required"], hard, soft,
            )  # fmt: skip
            rows.append("| " + " | ".join(cells) + " |")
    return rows


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    TARGET.write_text(dictionary(), encoding="utf-8")
