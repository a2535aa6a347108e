"""The marks that a page consists of: text, lines, boxes and rings at exact places.

`x` grows to the right from the left edge of a line, `dy` upwards from the line's middle. Marks are plain values, so
that what two pages have in common can be recognised and drawn once.
"""

from __future__ import annotations

from typing import NamedTuple

from app.printing.style import BLACK, BOX_LINE, Colour


class TextMark(NamedTuple):
    """Text in one font from (x, dy) on its baseline, `spacing` points added after each character."""

    x: float
    dy: float
    text: str
    font: str
    size: float
    colour: Colour = BLACK
    spacing: float = 0


class StrokeMark(NamedTuple):
    """A straight line."""

    x: float
    dy: float
    to_x: float
    to_dy: float
    weight: float
    colour: Colour = BLACK
    dashed: bool = False


class FrameMark(NamedTuple):
    """An empty rectangle from its lower left corner; `filled` paints it instead of drawing its edge."""

    x: float
    dy: float
    width: float
    height: float
    weight: float = BOX_LINE
    colour: Colour = BLACK
    filled: bool = False


class OvalMark(NamedTuple):
    """A ring within a rectangle."""

    x: float
    dy: float
    width: float
    height: float
    weight: float
    colour: Colour


class CodeMark(NamedTuple):
    """The dark modules of a QR code without its quiet zone, `module` points wide each, from its upper left corner.

    `runs` are (column, row, length) of dark modules side by side.
    """

    x: float
    dy: float
    module: float
    runs: tuple[tuple[int, int, int], ...]


DrawnMark = TextMark | StrokeMark | FrameMark | OvalMark | CodeMark
