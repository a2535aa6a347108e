"""Draws pages into a PDF with ReportLab. It decides nothing: every mark comes with its place, font and colour.

What many pages have in common (rules, headings, printed options, empty boxes) is drawn into a form XObject the second
time it is seen, and only referred to from then on.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas

from app.printing import fonts, style
from app.printing.calibration import Calibration
from app.printing.content import DRAFT_MARK, VOID_MARK
from app.printing.marks import CodeMark, FrameMark, OvalMark, StrokeMark, TextMark
from app.printing.pages import Page, Placed
from app.printing.style import Colour, Face

SUBSETTING = threading.Lock()
"""ReportLab cuts font subsets with one reading position per font; two documents must not do it at once."""

rl_config.useA85 = 0
"""Compressed streams stay binary: text encoding would add a quarter to every file."""

SQUARE_CAP = 2
DASHES = (3, 3)
MOST_REMEMBERED = 4000


class Writer:
    """One PDF in the making: `add` pages, then take the `finished` bytes. Not for use by two threads at once.

    `calibration` moves what is printed onto printed paper to its place there; other pages stay as they are.
    """

    def __init__(self, title: str, calibration: Calibration | None = None) -> None:
        fonts.load("serif")
        self._out = BytesIO()
        self._canvas = Canvas(
            self._out, pageCompression=1, initialFontName="serif", initialFontSize=style.BODY, lang="zh-CN",
        )
        self._canvas.setTitle(title)
        self._canvas.setCreator("村医工作站")
        self._canvas.setProducer("村医工作站")
        self._known: dict[tuple[Placed, ...], str] = {}
        self._forms = 0
        self._calibration = calibration or Calibration()
        self.page_count = 0

    def add(self, page: Page) -> None:
        """Draw one page."""
        canvas = self._canvas
        canvas.setPageSize((page.width, page.height))
        canvas.setLineCap(SQUARE_CAP)
        if page.overprint and not self._calibration.is_neutral:
            canvas.transform(*self._calibration.matrix(page.height))
        if page.void:
            self._watermark(VOID_MARK, page)
        elif page.draft:
            self._watermark(DRAFT_MARK, page)
        for layer in () if page.overprint else page.layers:
            self._layer(layer)
        draw(canvas, page.written)
        canvas.showPage()
        self.page_count += 1

    def finished(self) -> bytes:
        """The whole PDF."""
        with SUBSETTING:
            self._canvas.save()
        return self._out.getvalue()

    def _layer(self, layer: tuple[Placed, ...]) -> None:
        name = self._known.get(layer)
        if name is None:
            if len(self._known) < MOST_REMEMBERED:
                self._known[layer] = ""
            draw(self._canvas, layer)
            return
        if not name:
            self._forms += 1
            name = f"printed{self._forms}"
            self._known[layer] = name
            self._canvas.beginForm(name)
            self._canvas.setLineCap(SQUARE_CAP)
            draw(self._canvas, layer)
            self._canvas.endForm()
        self._canvas.doForm(name)

    def _watermark(self, mark: str, page: Page) -> None:
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(page.width / 2, page.height / 2)
        canvas.rotate(40)
        canvas.setFillColorRGB(*style.WATERMARK)
        [(font, words)] = fonts.runs(mark, Face.BOLD)
        canvas.setFont(font, style.WATERMARK_SIZE)
        wide = fonts.width(words, Face.BOLD, style.WATERMARK_SIZE)
        canvas.drawString(-wide / 2, -style.WATERMARK_SIZE * 0.38, words)
        canvas.restoreState()


def draw(canvas: Any, placed: Sequence[Placed]) -> None:
    """Draw marks: areas, lines and boxes first, then all text in one text object."""
    pen = _Pen(canvas)
    texts: list[tuple[float, float, TextMark]] = []
    for marks, x, y in placed:
        for mark in marks:
            if isinstance(mark, TextMark):
                texts.append((x + mark.x, y + mark.dy, mark))
            else:
                pen.shape(mark, x, y)
    if texts:
        _write(canvas, texts)


class _Pen:
    """Draws shapes, changing colour and weight only when they differ from the last."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self._weight = 0.0
        self._colour: Colour | None = None

    def shape(self, mark: StrokeMark | FrameMark | OvalMark | CodeMark, x: float, y: float) -> None:
        """Draw one line, rectangle, ring or QR code."""
        canvas = self._canvas
        if isinstance(mark, CodeMark):
            self._code(mark, x + mark.x, y + mark.dy)
            return
        if isinstance(mark, FrameMark) and mark.filled:
            canvas.setFillColorRGB(*mark.colour)
            canvas.rect(x + mark.x, y + mark.dy, mark.width, mark.height, stroke=0, fill=1)
            return
        if mark.weight != self._weight:
            canvas.setLineWidth(mark.weight)
            self._weight = mark.weight
        if mark.colour != self._colour:
            canvas.setStrokeColorRGB(*mark.colour)
            self._colour = mark.colour
        if isinstance(mark, StrokeMark):
            if mark.dashed:
                canvas.setDash(*DASHES)
            canvas.line(x + mark.x, y + mark.dy, x + mark.to_x, y + mark.to_dy)
            if mark.dashed:
                canvas.setDash()
        elif isinstance(mark, FrameMark):
            canvas.rect(x + mark.x, y + mark.dy, mark.width, mark.height, stroke=1, fill=0)
        else:
            left, low = x + mark.x, y + mark.dy
            canvas.ellipse(left, low, left + mark.width, low + mark.height, stroke=1, fill=0)


    def _code(self, mark: CodeMark, left: float, top: float) -> None:
        """All dark modules as one path: so many fills of their own would cost as much as the page."""
        path = self._canvas.beginPath()
        for column, row, length in mark.runs:
            path.rect(left + column * mark.module, top - (row + 1) * mark.module, length * mark.module, mark.module)
        self._canvas.setFillColorRGB(*style.BLACK)
        self._canvas.drawPath(path, stroke=0, fill=1)


def _write(canvas: Any, texts: Sequence[tuple[float, float, TextMark]]) -> None:
    out = canvas.beginText()
    manner: tuple[str, float] | None = None
    colour: Colour | None = None
    spacing = 0.0
    for x, y, mark in texts:
        if (mark.font, mark.size) != manner:
            manner = (mark.font, mark.size)
            out.setFont(*manner)
        if mark.colour != colour:
            colour = mark.colour
            out.setFillColorRGB(*colour)
        if mark.spacing != spacing:
            spacing = mark.spacing
            out.setCharSpace(spacing)
        out.setTextOrigin(x, y)
        out.textOut(mark.text)
    if spacing:
        out.setCharSpace(0)
    canvas.drawText(out)
