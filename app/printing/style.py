"""The one place for paper sizes, margins, fonts, type sizes, line weights and colours of everything that is printed.

Lengths are PDF points unless the name says mm. Colours are red, green, blue from 0 to 1.
"""

from __future__ import annotations

from enum import StrEnum

MM = 72 / 25.4

PAPERS_MM = {"A4": (210.0, 297.0), "A4-landscape": (297.0, 210.0), "card": (85.6, 54.0)}
MARGIN_MM = 12.0
BOTTOM_MM = 7.0
FOOT_MM = 5.0


class Face(StrEnum):
    """What a text is on the paper: printed words, printed heavily, or filled in."""

    PRINTED = "printed"
    BOLD = "bold"
    FILLED = "filled"


FONT_FILES = {
    "serif": "NotoSerifSC-Regular.ttf",
    "serif-bold": "NotoSerifSC-Bold.ttf",
    "kai": "LXGWWenKai-Regular.ttf",
    "hana": "HanaMinB.ttf",
    "sans": "NotoSansSC-Regular.ttf",
}
"""The bundled fonts by the short name used here."""

FALLBACKS = {
    Face.PRINTED: ("serif", "kai", "hana", "sans"),
    Face.BOLD: ("serif-bold", "serif", "kai", "hana", "sans"),
    Face.FILLED: ("kai", "serif", "hana", "sans"),
}
"""For each face the fonts in which a character is looked for; a later one is loaded only when it is needed."""

BODY = 9.0
TITLE = 15.0
TITLE_SPACING = 1.0
FOOT = 8.0
SMALLEST = 8.0
"""Nothing that must be read is printed smaller."""

LEADING = 1.36
"""Height of a line as a multiple of its type size."""

UPRIGHT_LEADING = 1.25
"""The same where the characters of a side heading stand one below the other."""

PADDING_X = 1.2 * MM
PADDING_Y = 0.6 * MM
PADDING_Y_TIGHT = 0.3 * MM
PADDING_ABOVE_UNDERLINED = 3.0 * MM

RULE = 0.6
UNDERLINE = 0.5
BOX_SIDE = 3.5 * MM
BOX_LINE = 0.6
DIGIT_SIZE = 8.5
DIGIT_WIDTH = 3.2 * MM
RING_LINE = 0.8

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
BLUE: Colour = (0.09, 0.21, 0.46)
PALE: Colour = (0.62, 0.62, 0.62)
WATERMARK: Colour = (0.9, 0.9, 0.9)
SHADE: Colour = (0.94, 0.94, 0.94)
WATERMARK_SIZE = 120.0
