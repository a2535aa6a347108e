"""A county's own list of townships and villages with their codes, read from a spreadsheet, to choose from while typing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.domain.message import msg
from app.errors import UserError

CODE = re.compile(r"[1-9][0-9]{8}(?:[0-9]{3})?")


@dataclass(frozen=True)
class ListedPlace:
    """A township (its last three digits are 000) or a village, by its twelve digits."""

    code: str
    name: str

    @property
    def is_township(self) -> bool:
        """Whether this is a township and no village."""
        return self.code.endswith("000")


def read_places(file: Path) -> tuple[ListedPlace, ...]:
    """Every line with a code of nine or twelve digits and a name. Raises UserError, EnvironmentFailure."""
    from app.interchange.tables import read_table

    places = tuple(places_in(row.cells for row in read_table(file).rows))
    if not places:
        raise UserError(
            msg("“{name}”里没有找到乡镇或村的代码，什么也没有改动。每行要有 9 位或 12 位区划代码和名称。", name=file.name)
        )
    return places


def places_in(rows: Iterable[Iterable[object]]) -> Iterable[ListedPlace]:
    """The places among lines of cells; lines without a code or a name are passed over."""
    for cells in rows:
        texts = [str(int(cell)) if isinstance(cell, float) else str(cell).strip() for cell in cells if cell is not None]
        code = next((text for text in texts if CODE.fullmatch(text)), "")
        name = next((text for text in texts if text and not any(character.isdigit() for character in text)), "")
        if code and name:
            yield ListedPlace(code.ljust(12, "0"), name)
