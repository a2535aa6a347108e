"""Overprinting onto printed paper: how far a printer is out, and the page on which that is measured.

Every printer draws the paper in a little differently. What it is out by is measured once on the calibration page with a
ruler and kept as a setting; from then on every overprint is moved and stretched by as much. Importing this module loads
neither ReportLab nor a font.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.printing.style import MM

if TYPE_CHECKING:
    from app.printing.marks import DrawnMark
    from app.printing.pages import Page, Placed

CROSS_FROM_EDGE_MM = 20.0
CROSS_ARM_MM = 10.0
RULER_MM = 30
TICK_MM, LONG_TICK_MM = 1.6, 3.0
LINE = 0.3
WORDS_SIZE = 10.5
WORDS_LEFT_MM, WORDS_TOP_MM = 20.0, 54.0
SMALL_SIZE = 8.0


@dataclass(frozen=True)
class Calibration:
    """What corrects a printer: everything is moved right by `dx_mm` and down by `dy_mm`, and stretched by the scales.

    The scales are factors (1 leaves the size) and stretch from the upper left corner of the paper.
    """

    dx_mm: float = 0.0
    dy_mm: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0

    @property
    def is_neutral(self) -> bool:
        """Whether it leaves everything in its place."""
        return (self.dx_mm, self.dy_mm, self.scale_x, self.scale_y) == (0, 0, 1, 1)

    def matrix(self, page_height: float) -> tuple[float, float, float, float, float, float]:
        """The PDF transformation (a, b, c, d, e, f) for a page of that height in points."""
        return (
            self.scale_x, 0, 0, self.scale_y,
            self.dx_mm * MM, page_height * (1 - self.scale_y) - self.dy_mm * MM,
        )

    def moved(self, x: float, y: float, page_height: float) -> tuple[float, float]:
        """Where a point of the page comes to lie, in points from the lower left corner."""
        a, _b, _c, d, e, f = self.matrix(page_height)
        return a * x + e, d * y + f


WORDS = (
    "套打校准页",
    "怎样量：",
    "1. 打印时选“实际大小”（100%），不要选“适合纸张”；用平时套打的打印机和纸盒。",
    "2. 用尺量左上角的十字：中心到纸的左边、到纸的上边，都应是 20 毫米。",
    "3. 在“设置 → 打印”里填差多少。偏右，横向填负数；偏左填正数。偏下，纵向填负数；偏上填正数。",
    "    例：到左边量得 21.5 毫米、到上边量得 19 毫米，横向填 -1.5，纵向填 1。",
    "4. 再量左右两个十字的距离（应为 170 毫米）和上下两个十字的距离（应为 257 毫米）。",
    "    例：左右只有 169 毫米，横向比例填 170 ÷ 169 × 100 = 100.6；上下同样，填纵向比例。",
    "5. 填好后再打一张本页，四角和正中的十字应都差不到 1 毫米。放纸的方向每次要一样。",
)


def calibration_page(calibration: Calibration) -> Page:
    """Crosses with rulers at the four corners and in the middle of an A4 page, and how to measure."""
    from app.printing.pages import Page
    from app.printing.style import PAPERS_MM

    width, height = (side * MM for side in PAPERS_MM["A4"])
    edge = CROSS_FROM_EDGE_MM * MM
    centres = [(x, y) for x in (edge, width - edge) for y in (edge, height - edge)]
    placed = [
        *(_cross(x, y, 1 if x < width / 2 else -1, 1 if y < height / 2 else -1) for x, y in centres),
        _cross(width / 2, height / 2, 1, -1),
        *_words(width, height, calibration),
    ]
    return Page(width, height, (), tuple(placed), draft=False, overprint=True)


def _cross(x: float, y: float, right: int, up: int) -> Placed:
    """A cross at (x, y) with rulers that run towards the middle of the page, marked every 1, 5 and 10 mm."""
    from app.printing.marks import StrokeMark
    from app.printing.pages import Placed

    arm = CROSS_ARM_MM * MM
    marks: list[DrawnMark] = [
        StrokeMark(-arm if right > 0 else -RULER_MM * MM, 0, RULER_MM * MM if right > 0 else arm, 0, LINE),
        StrokeMark(0, -arm if up > 0 else -RULER_MM * MM, 0, RULER_MM * MM if up > 0 else arm, LINE),
    ]
    for mm in range(1, RULER_MM + 1):
        long = LONG_TICK_MM if mm % 10 == 0 else (TICK_MM + LONG_TICK_MM) / 2 if mm % 5 == 0 else TICK_MM
        along, across = mm * MM, long * MM
        marks.append(StrokeMark(right * along, 0, right * along, up * across, LINE))
        marks.append(StrokeMark(0, up * along, right * across, up * along, LINE))
        if mm % 10 == 0:
            marks += _text(str(mm), right * along - 4, up * (across + 4) - 3, SMALL_SIZE)
            marks += _text(str(mm), right * (across + 6) - 4, up * along - 3, SMALL_SIZE)
    return Placed(tuple(marks), x, y)


def _text(words: str, x: float, dy: float, size: float) -> list[DrawnMark]:
    from app.printing import fonts
    from app.printing.marks import TextMark
    from app.printing.style import Face

    marks: list[DrawnMark] = []
    for font, part in fonts.runs(words, Face.PRINTED):
        marks.append(TextMark(x, dy, part, font, size))
        x += fonts.width(part, Face.PRINTED, size)
    return marks


def _words(width: float, height: float, calibration: Calibration) -> list[Placed]:
    from app.forms.layout import Text
    from app.printing.cells import set_lines
    from app.printing.content import LineContent
    from app.printing.pages import Placed

    in_force = (
        f"本页已按现在的设置校准：横向 {calibration.dx_mm:+.1f} 毫米，纵向 {calibration.dy_mm:+.1f} 毫米，"
        f"横向比例 {calibration.scale_x * 100:.1f}%，纵向比例 {calibration.scale_y * 100:.1f}%。"
    )
    title, *rest = WORDS
    lines = (
        LineContent((Text(title, bold=True, size=15.0),), align="center"),
        *(LineContent((Text(words),), size=WORDS_SIZE) for words in (*rest, in_force)),
    )
    left, top = WORDS_LEFT_MM * MM, WORDS_TOP_MM * MM
    placed = []
    for line in set_lines(lines, width - 2 * left).lines:
        placed.append(Placed(line.printed, left, height - top - line.height / 2))
        top += line.height + 2
    return placed


def calibration_pdf(calibration: Calibration | None = None) -> bytes:
    """The calibration page as PDF, itself printed with `calibration`, so that a second print shows whether it is right."""
    from app.printing.engine import Writer

    writer = Writer("套打校准页", calibration)
    writer.add(calibration_page(calibration or Calibration()))
    return writer.finished()
