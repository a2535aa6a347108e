"""给居民的单子: one A4 page in large type that a resident takes home, readable by somebody of 75.

The caller decides every word (`ResidentContent`); here they get their places. Nothing is smaller than 14 points. Where a
person has many medicines the type goes down step by step, and the chart gives way last of all to the one page.
"""

from __future__ import annotations

from dataclasses import replace

from app.forms.layout import Text
from app.i18n import tr
from app.printing import fonts, style
from app.printing.cells import SetCell, set_lines
from app.printing.content import LineContent, clean
from app.printing.marks import DrawnMark, FrameMark, OvalMark, StrokeMark
from app.printing.pages import Page, Placed
from app.printing.resident_chart import WHITE, chart, least_height, text
from app.printing.resident_content import TICK, MedicineLine, ResidentContent, Value
from app.printing.style import MM, Colour, Face

LEAST_TYPE = 14.0
WIDTH, HEIGHT = (side * MM for side in style.PAPERS_MM["A4"])
MARGIN = 15 * MM
INNER = WIDTH - 2 * MARGIN
MARK_COLUMN = 21 * MM
MOST_CHART = 78 * MM
SIZES = (19.0, 17.5, 16.0, 15.0, 14.0)
"""Sizes of the sentences, tried in turn until everything stands on the page."""
ENOUGH = 16.0
"""From this size down the chart gives way before the sentences do."""


def resident_pages(content: ResidentContent) -> list[Page]:
    """The sheet as one page; more only where somebody has more medicines than a page of 14 points holds."""
    for size in SIZES:
        paper = _Paper(content, size)
        if paper.fits:
            return [paper.page()]
    return _split(content)


def resident_pdf(content: ResidentContent) -> bytes:
    """The sheet as PDF."""
    from app.printing.engine import Writer

    writer = Writer(tr("给{name}的单子", name=clean(content.name)))
    for page in resident_pages(content):
        writer.add(page)
    return writer.finished()


def _split(content: ResidentContent) -> list[Page]:
    """The medicines that have no room, on further pages of their own."""
    here = len(content.medicines)
    first = _Paper(replace(content, charts=()), LEAST_TYPE)
    while here > 1 and not first.fits:
        here -= 1
        first = _Paper(replace(content, charts=(), medicines=content.medicines[:here]), LEAST_TYPE)
    if here == len(content.medicines):
        return [first.page()]
    rest = replace(content, values=(), more="", advice=(), charts=(), medicines=content.medicines[here:])
    return [first.page(), *resident_pages(rest)]


class _Paper:
    """The page in the making, from the top down; `top` is the distance from the upper edge that is used."""

    def __init__(self, content: ResidentContent, size: float) -> None:
        self._content, self._size = content, size
        self._small = max(LEAST_TYPE, size - 3)
        self._placed: list[Placed] = []
        self._top = 12 * MM
        self._head()
        self._values()
        self._advice()
        foot = self._foot_height()
        medicines = self._medicines_height()
        room = HEIGHT - 10 * MM - foot - medicines - self._top
        comfortable = size > ENOUGH
        wanted = max((least_height(each, comfortable=comfortable) for each in content.charts), default=0.0)
        self.fits = room >= wanted
        if content.charts and self.fits:
            self._charts(min(room - 4 * MM, MOST_CHART) if room > wanted + 4 * MM else wanted)
        self._medicines()
        self._foot()

    def page(self) -> Page:
        """The finished page."""
        return Page(width=WIDTH, height=HEIGHT, layers=(), written=tuple(self._placed), draft=False)

    # --- parts ------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        content = self._content
        self._text(MARGIN, self._top + 26, clean(content.name), 28, bold=True)
        beside = MARGIN + fonts.width(clean(content.name), Face.BOLD, 28) + 10
        self._text(beside, self._top + 26, content.person, 18)
        self._text(WIDTH - MARGIN, self._top + 26, content.date, 18, align="right")
        self._top += 36
        self._rule(self._top, 2)
        self._top += 4 * MM

    def _values(self) -> None:
        content = self._content
        if content.values:
            each = (INNER - (len(content.values) - 1) * 5 * MM) / len(content.values)
            for number, value in enumerate(content.values):
                self._value(value, MARGIN + number * (each + 5 * MM), each)
            self._top += 92
        if content.more:
            self._paragraph(content.more, 16)
        self._top += 2 * MM

    def _value(self, value: Value, left: float, width: float) -> None:
        top = self._top
        self._frame(left, top, width, 84, 1.2)
        self._text(left + 10, top + 23, tr("今天的{name}", name=value.name), 17)
        self._text(left + width - 10, top + 23, value.unit, LEAST_TYPE, align="right")
        number_size = 42 if width > 80 * MM else 36
        self._text(left + 10, top + 68, value.value, number_size, bold=True)
        verdict_size = 25 if len(value.verdict) <= 3 else 18
        wide = fonts.width(value.verdict, Face.BOLD, verdict_size) + 16
        box_left = left + width - wide - 10
        if value.is_good:
            self._frame(box_left, top + 34, wide, 38, 1.2)
        else:
            self._filled(box_left, top + 34, wide, 38)
        self._text(box_left + 8, top + 53 + verdict_size * 0.36, value.verdict, verdict_size, bold=True,
                   colour=style.BLACK if value.is_good else WHITE)

    def _advice(self) -> None:
        content = self._content
        if not content.advice:
            return
        self._heading(tr("请您记住三件事"))
        for number, sentence in enumerate(content.advice, start=1):
            self._numbered(number, sentence)
        self._top += 1.5 * MM

    def _numbered(self, number: int, sentence: str) -> None:
        side = self._size * 1.25
        middle = HEIGHT - self._top - self._size * style.LEADING / 2
        ring: list[DrawnMark] = [OvalMark(0, -side / 2, side, side, 1.2, style.BLACK)]
        ring += text(side / 2, -self._size * 0.36, str(number), self._size * 0.9 if self._size > 16 else LEAST_TYPE,
                     bold=True, align="center")
        self._placed.append(Placed(tuple(ring), MARGIN, middle))
        self._paragraph(sentence, self._size, left=MARGIN + side + 8, bold=True)
        self._top += 2

    def _charts(self, height: float) -> None:
        charts = self._content.charts
        gap = 8 * MM
        width = (INNER - gap * (len(charts) - 1)) / len(charts)
        for number, each in enumerate(charts):
            self._placed += chart(each, MARGIN + number * (width + gap), HEIGHT - self._top - height, width, height)
        self._top += height + 3 * MM

    def _medicines_height(self) -> float:
        if not self._content.medicines:
            return 0.0
        rows = sum(self._medicine_height(line) for line in self._content.medicines)
        note = 0.0 if all(line.marks for line in self._content.medicines) else LEAST_TYPE * 1.6
        return self._size * 1.7 + rows + note + 3 * MM

    def _medicine_height(self, line: MedicineLine) -> float:
        return self._medicine_cell(line).height + 7

    def _medicine_cell(self, line: MedicineLine) -> SetCell:
        lines = [LineContent((Text(clean(line.name), bold=True),), size=self._small)]
        if line.usage:
            lines.append(LineContent((Text(clean(line.usage)),), size=LEAST_TYPE))
        return set_lines(tuple(lines), INNER - 4 * MARK_COLUMN - 14)

    def _medicines(self) -> None:
        content = self._content
        if not content.medicines:
            return
        top, head = self._top, self._size * 1.7
        columns = [MARGIN + INNER - (4 - number) * MARK_COLUMN for number in range(4)]
        self._filled(MARGIN, top, INNER, head, (0.9, 0.9, 0.9))
        baseline = top + head / 2 + self._small * 0.36
        self._text(MARGIN + 7, baseline, tr("吃的药"), self._small, bold=True)
        for left, words in zip(columns, (tr("早"), tr("中"), tr("晚"), tr("睡前")), strict=True):
            self._text(left + MARK_COLUMN / 2, baseline, words, self._small, bold=True, align="center")
        at = top + head
        for line in content.medicines:
            at = self._medicine(line, at, columns)
        self._frame(MARGIN, top, INNER, at - top, 1)
        for left in columns:
            self._stroke(left, top, left, at)
        self._top = at
        if not all(line.marks for line in content.medicines):
            self._text(MARGIN, at + LEAST_TYPE * 1.2, tr("没有打勾的药，请医生在格子里写上。"), LEAST_TYPE)
            self._top += LEAST_TYPE * 1.6
        self._top += 3 * MM

    def _medicine(self, line: MedicineLine, top: float, columns: list[float]) -> float:
        cell = self._medicine_cell(line)
        height = cell.height + 7
        at = top + 3.5
        for row in cell.lines:
            self._placed.append(Placed((*row.printed, *row.written), MARGIN + 7, HEIGHT - at - row.height / 2))
            at += row.height
        for left, words in zip(columns, line.marks or ("",) * 4, strict=True):
            size = 26 if words == TICK else LEAST_TYPE
            self._text(left + MARK_COLUMN / 2, top + height / 2 + size * 0.36, clean(words), size, bold=True,
                       align="center")
        self._stroke(MARGIN, top, MARGIN + INNER, top)
        return top + height

    def _foot_height(self) -> float:
        return 64 + 40

    def _foot(self) -> None:
        content = self._content
        top = HEIGHT - 10 * MM - self._foot_height()
        self._frame(MARGIN, top, INNER, 58, 2.2)
        if content.next_date:
            self._text(MARGIN + 12, top + 38, tr("下次来："), 21, bold=True)
            beside = MARGIN + 12 + fonts.width(tr("下次来："), Face.BOLD, 21) + 4
            self._text(beside, top + 40, content.next_date, 31, bold=True)
            self._text(WIDTH - MARGIN - 12, top + 40, content.next_weekday, 27, bold=True, align="right")
        else:
            self._text(MARGIN + 12, top + 38, tr("下次来：　　　年　　　月　　　日　　星期　　　"), 21, bold=True)
        says = [part for part in (clean(content.clinic), clean(content.doctor)) if part]
        self._text(MARGIN, top + 86, "　".join(says), 17)
        if content.phone:
            self._text(WIDTH - MARGIN, top + 86, tr("电话 {phone}", phone=clean(content.phone)), 20, bold=True, align="right")

    # --- marks ------------------------------------------------------------------------------------------------

    def _heading(self, words: str) -> None:
        size = max(self._size - 1, LEAST_TYPE)
        self._text(MARGIN, self._top + size, words, size, bold=True)
        self._top += size * 1.5

    def _paragraph(self, words: str, size: float, *, left: float = MARGIN, bold: bool = False) -> None:
        cell = set_lines((LineContent((Text(clean(words), bold=bold),), size=size),), WIDTH - MARGIN - left)
        for row in cell.lines:
            middle = HEIGHT - self._top - row.height / 2
            self._placed.append(Placed((*row.printed, *row.written), left, middle))
            self._top += row.height

    def _text(self, x: float, top: float, words: str, size: float, *, bold: bool = False, align: str = "left",
              colour: Colour = style.BLACK) -> None:
        """Words whose baseline is `top` below the upper edge."""
        if words:
            marks = text(x, HEIGHT - top, words, size, bold=bold, align=align, colour=colour)
            self._placed.append(Placed(tuple(marks), 0, 0))

    def _rule(self, top: float, weight: float) -> None:
        self._placed.append(Placed((StrokeMark(MARGIN, HEIGHT - top, WIDTH - MARGIN, HEIGHT - top, weight),), 0, 0))

    def _stroke(self, x: float, top: float, to_x: float, to_top: float) -> None:
        self._placed.append(Placed((StrokeMark(x, HEIGHT - top, to_x, HEIGHT - to_top, 1.0),), 0, 0))

    def _frame(self, left: float, top: float, width: float, height: float, weight: float) -> None:
        mark = FrameMark(left, HEIGHT - top - height, width, height, weight)
        self._placed.append(Placed((mark,), 0, 0))

    def _filled(self, left: float, top: float, width: float, height: float, colour: Colour = style.BLACK) -> None:
        mark = FrameMark(left, HEIGHT - top - height, width, height, colour=colour, filled=True)
        self._placed.append(Placed((mark,), 0, 0))
