"""Copies of the database file: made by SQLite's own backup call under the same key, opened and checked before use.

A copy stands alone (no log beside it), so it can be carried on a stick. A plain copy of an open file would lose rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import sqlcipher3.dbapi2 as sqlcipher

from db.checks import damage
from db.cipher import COPY_CACHE_KIB, connect, has_table, schema_version

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

PAGES_AT_ONCE = 1024
COUNTED = ("resident", "form_entry", "drug_request", "audit_entry")

Step = Callable[[int, int], None]


class UnsoundCopy(Exception):
    """A copy that may not be used: damaged, of another key, or not one of ours."""


def copy_database(source: Path, target: Path, key: bytes, step: Step) -> dict[str, int]:
    """Copy `source` to the new file `target`; returns how many rows of each counted table the copy must have.

    `step(pages done, pages in all)` may raise to stop. The copy is of one moment, whatever others write meanwhile.
    """
    origin = connect(source, key, "ro", cache_kib=COPY_CACHE_KIB)
    try:
        origin.execute("BEGIN")
        counts = row_counts(origin)
        goal = connect(target, key, "rwc", cache_kib=COPY_CACHE_KIB)
        try:
            origin.backup(goal, pages=PAGES_AT_ONCE, progress=lambda _status, left, total: step(total - left, total))
            goal.execute("PRAGMA journal_mode = DELETE")
        finally:
            goal.close()
    finally:
        origin.close()
    return counts


def inspect(file: Path, key: bytes, counts: Mapping[str, int] | None = None) -> str:
    """Read every page of a copy; returns its schema version. Raises UnsoundCopy, also for another key.

    `counts` are the rows that it must have.
    """
    try:
        connection = connect(file, key, "ro", cache_kib=COPY_CACHE_KIB)
    except sqlcipher.DatabaseError as error:
        raise UnsoundCopy(str(error)) from error
    try:
        found = damage(connection)
        version = None if found else schema_version(connection)
        if version is None:
            raise UnsoundCopy("; ".join(found) or "not one of ours")
        if counts is not None and row_counts(connection) != counts:
            raise UnsoundCopy("rows are missing")
        return version
    finally:
        connection.close()


def row_counts(connection: Connection) -> dict[str, int]:
    """How many rows the counted tables have."""
    return {
        name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in COUNTED
        if has_table(connection, name)
    }


def rows_missing_in(copy: Path, database: Path, key: bytes) -> dict[str, int]:
    """For each counted table, how many rows of `database` the `copy` has not: what restoring it would lose.

    Of the audit entries only those of changes count; signing in or making a backup is no loss.
    """
    connection = connect(database, key, "ro")
    try:
        address = f"{copy.resolve().as_uri()}?mode=ro"
        connection.execute(f"ATTACH DATABASE ? AS copy KEY \"x'{key.hex()}'\"", (address,))
        missing = {}
        for name in COUNTED:
            id, condition = ("hash", " AND content_hash <> ''") if name == "audit_entry" else ("id", "")
            lost = f"SELECT count(*) FROM main.{name} WHERE {id} NOT IN (SELECT {id} FROM copy.{name}){condition}"
            missing[name] = connection.execute(lost).fetchone()[0]
        return missing
    finally:
        connection.close()
