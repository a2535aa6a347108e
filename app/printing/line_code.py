"""The line code of a sheet as marks: a QR code of the smallest kind, and beside it what it says, for typing.

Coding a QR code by ReportLab takes 3 ms, nearly all of it to choose among eight masks the one that scanners like best.
So small a code is read well under each, therefore the first is taken: 1,000 sheets cost 0.3 s and not 3 s.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby

from app.domain.line_codes import grouped
from app.printing import fonts
from app.printing.marks import CodeMark, DrawnMark, TextMark
from app.printing.style import BLACK, MM, SMALLEST, Face

SIDE_MM = 12.0
VERSION = 1
MODULES = 21
MASK = 0
QUIET_MODULES = 4
MODULE = SIDE_MM * MM / MODULES
MOST_REMEMBERED = 1024


@lru_cache(maxsize=MOST_REMEMBERED)
def dark_runs(code: str) -> tuple[tuple[int, int, int], ...]:
    """The dark modules of a line code: (column, row, length) of those side by side. Level Q: a quarter may be spoilt."""
    from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel

    made = QRCode(VERSION, QRErrorCorrectLevel.Q)
    made.addData(code)
    made.makeImpl(False, MASK)
    runs = []
    for number, row in enumerate(made.modules):
        column = 0
        for is_dark, stretch in groupby(row, bool):
            length = len(list(stretch))
            if is_dark:
                runs.append((column, number, length))
            column += length
    return tuple(runs)


@lru_cache(maxsize=MOST_REMEMBERED)
def line_code_marks(code: str) -> tuple[DrawnMark, ...]:
    """The QR code to the left of and below the origin, and the code in words at the left of it, level with its top."""
    left = -SIDE_MM * MM
    words = grouped(code)
    wide = fonts.width(words, Face.PRINTED, SMALLEST)
    end = left - QUIET_MODULES * MODULE
    return (
        CodeMark(left, 0, MODULE, dark_runs(code)),
        *(
            TextMark(end - wide, -SMALLEST, part, font, SMALLEST, BLACK)
            for font, part in fonts.runs(words, Face.PRINTED)
        ),
    )
