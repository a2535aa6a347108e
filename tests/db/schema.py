"""What a database looks like, in words that do not depend on how it was made."""

from __future__ import annotations

import re

from sqlalchemy import Connection


def shape(connection: Connection) -> dict[str, object]:
    """Tables with their columns, keys, options, and indexes with what they cover and leave out."""

    def rows(statement: str) -> list[tuple]:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def condition(index: str) -> str:
        [(statement,)] = rows(f"SELECT sql FROM sqlite_master WHERE name = '{index}'")
        return re.split(r"\bWHERE\b", statement)[1].strip()

    found: dict[str, object] = {}
    for name, sql in rows("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"):
        if name == "alembic_version":
            continue
        found[f"table {name}"] = {
            "columns": sorted(row[1:] for row in rows(f"PRAGMA table_xinfo('{name}')")),
            "foreign keys": sorted(row[2:] for row in rows(f"PRAGMA foreign_key_list('{name}')")),
            "without rowid": "WITHOUT ROWID" in sql,
        }
        for _, index, unique, _, partial in rows(f"PRAGMA index_list('{name}')"):
            found[f"index {name} {index}"] = {
                "columns": [row[2] for row in rows(f"PRAGMA index_info('{index}')")],
                "unique": unique,
                "where": condition(index) if partial else None,
            }
    return found
