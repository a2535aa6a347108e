"""Printing the sheets of many people at once."""

from __future__ import annotations

from app.desk import Desk


class BatchPrints:
    """Batches of sheets of the residents of this desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
