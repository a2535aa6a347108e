"""What stands in a table that a screen saved, for its tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl import load_workbook


def sheet_rows(file: Path) -> list[tuple[Any, ...]]:
    """The cells of the first sheet, row by row; None where a cell is empty."""
    return list(load_workbook(file).active.iter_rows(values_only=True))
