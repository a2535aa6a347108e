"""The steps from each version of the database to the next (Alembic). Revisions count up: "0001", "0002" …

This module is read at every start, so it knows the newest revision without importing Alembic.
"""

from __future__ import annotations

from pathlib import Path

HEAD = "0003"
VERSIONS = Path(__file__).resolve().parent / "versions"
