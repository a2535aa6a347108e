"""The mapping of the last file, so that the next one of the same source needs no corrections. It names headers only."""

from __future__ import annotations

import json
from pathlib import Path

from app.errors import CunyiError
from app.interchange.mapping import Mapping, guess_mapping, load_mapping, save_mapping
from app.interchange.tables import RawTable

REMEMBERED = "import-mapping.json"


def remembered_mapping(folder: Path, table: RawTable) -> Mapping:
    """What was said of the last file when this one has the very same headers; else what is guessed."""
    guessed = guess_mapping(table)
    headers = [column.header for column in guessed.columns]
    file = folder / REMEMBERED
    if not any(headers) or remembered_headers(file) != headers:
        return guessed
    try:
        return load_mapping(file, table)
    except CunyiError:
        return guessed  # edited or damaged: the guess is as good as without it


def remember_mapping(folder: Path, mapping: Mapping) -> None:
    """Keep a mapping for the next file. Raises EnvironmentFailure."""
    save_mapping(mapping, folder / REMEMBERED)


def remembered_headers(file: Path) -> list[str] | None:
    """The headers that a kept mapping is for; None when there is none that can be read."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        return [str(column["header"]) for column in kept["columns"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
