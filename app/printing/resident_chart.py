"""A small chart of a resident's own readings: a line through the values, each with its number, and the limit, dashed.

Made of the marks of a page like everything that is printed; no reading is drawn smaller than it can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from app.printing import fonts, style
from app.printing.cells import Manner, text_marks
from app.printing.marks import DrawnMark, FrameMark, OvalMark, StrokeMark, TextMark
from app.printing.pages import Placed
from app.printing.resident_content import Chart, Series
from app.printing.style import MM, Colour, Face

LABEL = 14.0
GREY: Colour = (0.35, 0.35, 0.35)
WHITE: Colour = (1.0, 1.0, 1.0)
LINE = 1.6
LIMIT_LINE = 1.2
DOT = 2.6
DAY_GAP = 10.0
LEAST_SPAN = 0.3
"""The values take up at least this part of their height, so that a small change does not look like a great one."""


def chart(drawn: Chart, left: float, bottom: float, width: float, height: float) -> list[Placed]:
    """The chart in a rectangle of points measured from the lower left corner of the page."""
    return [Placed(tuple(_marks(drawn, width, height)), left, bottom)]


def text(x: float, y: float, words: str, size: float, *, bold: bool = False, align: str = "left",
         colour: Colour = style.BLACK) -> list[DrawnMark]:
    """Words with their baseline at `y`; `align` says what `x` is."""
    face = Face.BOLD if bold else Face.PRINTED
    wide = fonts.width(words, face, size)
    start = {"left": x, "center": x - wide / 2, "right": x - wide}[align]
    return [
        mark._replace(dy=y) if isinstance(mark, TextMark) else mark._replace(dy=y, to_dy=y)
        for mark in text_marks(start, words, Manner(face, size, colour))
        if isinstance(mark, (TextMark, StrokeMark))
    ]


def _marks(drawn: Chart, width: float, height: float) -> list[DrawnMark]:
    right = max(_right_words(each) for each in drawn.series) + 6
    plot_left, plot_right = 12.0, width - right
    count = len(drawn.days)
    step = (plot_right - plot_left) / max(count, 1)
    xs = [plot_left + step * (number + 0.5) for number in range(count)]
    low_edge = LABEL * 1.5
    top_edge = height - LABEL * 1.6
    marks: list[DrawnMark] = [StrokeMark(0, low_edge, plot_right, low_edge, style.RULE, GREY)]
    marks += text(0, height - LABEL, drawn.title, LABEL, bold=True)
    marks += _days(drawn.days, xs, low_edge - LABEL * 1.2, step)
    band = (top_edge - low_edge) / len(drawn.series)
    for number, series in enumerate(drawn.series):
        bottom = low_edge + band * (len(drawn.series) - 1 - number)
        marks += _line(series, xs, bottom + 4, band - LABEL * 1.3, plot_right)
    return marks


def _right_words(series: Series) -> float:
    """The room that the words beside a limit need."""
    return max(fonts.width(series.limit_words, Face.PRINTED, LABEL), fonts.width(series.label, Face.BOLD, LABEL))


def _days(days: Sequence[str], xs: Sequence[float], y: float, step: float) -> list[DrawnMark]:
    """The days below, as many as have room; the last always."""
    widest = max((fonts.width(day, Face.PRINTED, LABEL) for day in days), default=0.0)
    every = max(1, -(-int(widest + DAY_GAP) // max(int(step), 1)))
    marks: list[DrawnMark] = []
    for number, (day, x) in enumerate(zip(days, xs, strict=True)):
        if (len(days) - 1 - number) % every == 0:
            marks += text(x, y, day, LABEL, align="center")
    return marks


def _line(series: Series, xs: Sequence[float], bottom: float, height: float, plot_right: float) -> list[DrawnMark]:
    known = [value for value in series.values if value is not None]
    low, high = min(*known, series.limit), max(*known, series.limit)
    least = series.limit * LEAST_SPAN
    if high - low < least:
        low, high = low - (least - (high - low)) / 2, high + (least - (high - low)) / 2

    def y(value: float) -> float:
        return bottom + (value - low) / (high - low) * height

    limit = y(series.limit)
    marks: list[DrawnMark] = [StrokeMark(0, limit, plot_right, limit, LIMIT_LINE, GREY, dashed=True)]
    marks += text(plot_right + 4, limit - LABEL * 0.35, series.limit_words, LABEL, colour=GREY)
    marks += text(plot_right + 4, limit + LABEL * 0.9, series.label, LABEL, bold=True)
    points = [(x, y(value)) for x, value in zip(xs, series.values, strict=True) if value is not None]
    for (x, here), (to_x, there) in pairwise(points):
        marks.append(StrokeMark(x, here, to_x, there, LINE))
    shown = [words for words, value in zip(series.shown, series.values, strict=True) if value is not None]
    for (x, here), words in zip(points, shown, strict=True):
        marks.append(OvalMark(x - DOT / 2, here - DOT / 2, DOT, DOT, DOT, style.BLACK))
        wide = fonts.width(words, Face.PRINTED, LABEL) + 3
        marks.append(FrameMark(x - wide / 2, here + DOT + 1.5, wide, LABEL * 0.85, colour=WHITE, filled=True))
        marks += text(x, here + DOT + 3, words, LABEL, align="center")
    return marks


def least_height(drawn: Chart, *, comfortable: bool = False) -> float:
    """Below this height a chart cannot be read, or not comfortably."""
    return ((22 + 19 * len(drawn.series)) if comfortable else (18 + 13 * len(drawn.series))) * MM
