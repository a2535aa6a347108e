"""Whether a database file is whole: every page's signature, SQLite's own structures, and references between tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlcipher3.dbapi2 as sqlcipher

if TYPE_CHECKING:
    from sqlcipher3.dbapi2 import Connection

MOST = 20
"""How many findings are named; a damaged file can have one for every page."""


def damage(connection: Connection) -> list[str]:
    """What is broken in pages and structures, in SQLite's words; empty when the file is whole."""
    return [*page_damage(connection), *structure_damage(connection)][:MOST]


def page_damage(connection: Connection) -> list[str]:
    """Pages whose signature does not fit: altered or overwritten since they were written."""
    return findings(connection, "PRAGMA cipher_integrity_check")


def structure_damage(connection: Connection) -> list[str]:
    """Broken trees and indexes that do not agree with their tables."""
    return [each for each in findings(connection, f"PRAGMA integrity_check({MOST})") if each != "ok"]


def broken_references(connection: Connection) -> list[str]:
    """Tables with rows that point to nothing, each with how many, such as "enrolment 2"."""
    found: dict[str, int] = {}
    for row in connection.execute("PRAGMA foreign_key_check"):
        found[row[0]] = found.get(row[0], 0) + 1
    return [f"{table} {count}" for table, count in sorted(found.items())]


def findings(connection: Connection, statement: str) -> list[str]:
    """The lines that a check answers; a check that cannot be finished is a finding too."""
    try:
        return [str(row[0]) for row in connection.execute(statement)]
    except sqlcipher.DatabaseError as error:
        return [str(error)]
