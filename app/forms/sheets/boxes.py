"""Sheets that are a column of boxes to write in: a heading, and room for what is written below it."""

from __future__ import annotations

from app.forms.layout import Cell, Fill, Inline, Line, Row, Text

SIZE = 11.0


def written(label: str, ref: str, mm: float, *, span: int = 1) -> Row:
    """A box with its heading, and the text of `ref` below it."""
    lines = (Line((Text(label + "："),), size=SIZE), Line((Text("    "), Fill(ref)), size=SIZE))
    return Row((Cell(lines, span=span, valign="top"),), mm=mm)


def at_the_right(*items: Inline) -> Line:
    """A line for who signs or for the date, at the right edge."""
    return Line(items, align="right", size=SIZE)
