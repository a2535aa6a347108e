"""Cells that the two printed sheets of severe mental disorder share."""

from __future__ import annotations

from app.forms.layout import Boxes, Cell, Fill, Inline, Line, Text, choices_of, printed_option
from app.forms.vocabulary import Field

TIMES_MM = 8.0


def counted_acts(field: Field, *, span: int = 1) -> Cell:
    """危险行为: each act followed by how many times, and 无."""
    items: list[Inline] = []
    for option in choices_of(field):
        items += [Text(" ")] * bool(items)
        items.append(Text(printed_option(option), keep=True))
        if not option.excludes_others:
            slot = Fill(f"{field.code}_times_{option.code}", TIMES_MM, line=True, align="center")
            items += [slot, Text("次")]
    boxes = Boxes(field.code, len(choices_of(field)) - 1)
    return Cell((Line(tuple(items), right=(boxes,)),), span=span)
