"""Content broken into pages: row heights, page breaks, rules, feet. The result only needs to be drawn.

Rows grow with what they hold. A leaf that is just too long for its page is first set with lower empty rows; what
still does not fit flows on to a continuation page, and a row longer than a page is broken between its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from app.forms.layout import CutLine, Text
from app.printing import style
from app.printing.cells import SetCell, SetLine, set_lines, set_upright
from app.printing.content import (
    BlockContent,
    CellContent,
    GridContent,
    LeafContent,
    LineContent,
    LinesContent,
    RowContent,
    SheetContent,
)
from app.printing.line_code import line_code_marks
from app.printing.marks import DrawnMark, FrameMark, StrokeMark
from app.printing.style import MM

TIGHT = 0.84
"""How much of its usual height an empty row keeps on a leaf that is just too long for its page."""

TITLE_AFTER_MM = 3.0
HEAD_AFTER_MM = 1.2
FOOT_BEFORE_MM = 1.6
CONTINUED = "（续）"

LINE_CODE_TOP_MM = 6.0
"""The upper edge of a line code: below what most printers leave white, above the title and the head of a form."""

MOST_ROWS = 400
"""More rows than any page can hold: as many are looked at to find where a page ends."""

LEAST_PART_MM = 25.0
"""The least height of the first part of a row that is broken because it is higher than a page."""

MOST_KEPT = 0.45
"""The part of a page that the end of a leaf may take and still be kept in one piece; of a longer one, its first lines."""

KEPT_LINES = 2
"""So many lines of a paragraph stay with what follows it."""


class Placed(NamedTuple):
    """Marks at a place of the page: x of their left edge, y of their line's middle from the bottom edge."""

    marks: tuple[DrawnMark, ...]
    x: float
    y: float


@dataclass(frozen=True)
class Page:
    """One page. `layers` are the printed marks: the frame first, then each visit's; `written` what was filled in.

    Of an `overprint` only `written` is drawn.
    """

    width: float
    height: float
    layers: tuple[tuple[Placed, ...], ...]
    written: tuple[Placed, ...]
    draft: bool
    void: bool = False
    overprint: bool = False


@dataclass(frozen=True)
class SetRow:
    """A row of cells with their set lines, at least `least` points high."""

    cells: tuple[tuple[CellContent, SetCell], ...]
    least: float


@dataclass
class _Sheet:
    """A page in the making; `top` is the distance from the upper edge that is used."""

    width: float
    height: float
    top: float
    layers: dict[int, list[Placed]] = field(default_factory=dict)
    written: list[Placed] = field(default_factory=list)

    def put(self, line: SetLine, x: float, top: float, layer: int = 0) -> None:
        """Place a line with its upper edge at `top`."""
        middle = self.height - top - line.height / 2
        if line.printed:
            self.layers.setdefault(layer, []).append(Placed(line.printed, x, middle))
        if line.written:
            self.written.append(Placed(line.written, x, middle))

    def draw(self, marks: tuple[DrawnMark, ...]) -> None:
        """Place marks of the frame that are measured from the page's lower left corner."""
        self.layers.setdefault(0, []).append(Placed(marks, 0, 0))


class Room(NamedTuple):
    """The page that a block stands on, the height left on it, that of a whole page, and whether nothing is on it yet."""

    page: _Sheet
    left: float
    whole: float
    is_fresh: bool


def pages_of(content: SheetContent) -> list[Page]:
    """The pages of one sheet."""
    made: list[tuple[LeafContent, _Sheet]] = []
    for leaf in content.leaves:
        pages = _Leaf(leaf, 1.0, content.numbered).pages()
        if len(pages) > 1 and not content.numbered:
            tighter = _Leaf(leaf, TIGHT, content.numbered).pages()
            pages = tighter if len(tighter) < len(pages) else pages
        made.extend((leaf, page) for page in pages)
    finished = []
    for number, (leaf, page) in enumerate(made, start=1):
        numbering = ""
        if len(made) > 1 or content.numbered:
            numbering = content.page_words.format(page=number, pages=len(made))
        _foot(leaf, page, numbering, at_bottom=content.numbered)
        if leaf.line_code:
            page.written.append(line_code_at(leaf.line_code, page.width - _margin(leaf), page.height))
        layers = tuple(tuple(page.layers[layer]) for layer in sorted(page.layers))
        finished.append(Page(
            page.width, page.height, layers, tuple(page.written), content.draft, content.void, content.overprint,
        ))
    return finished


def line_code_at(code: str, right: float, page_height: float) -> Placed:
    """The line code of a page with its right edge at `right`, in the corner above the head of the form."""
    return Placed(line_code_marks(code), right, page_height - LINE_CODE_TOP_MM * MM)


def _margin(leaf: LeafContent) -> float:
    """The margin at the sides, in points."""
    return (style.MARGIN_MM if leaf.margin_mm is None else leaf.margin_mm) * MM


def _foot(leaf: LeafContent, page: _Sheet, numbering: str, *, at_bottom: bool) -> None:
    margin = _margin(leaf)
    top = page.top + FOOT_BEFORE_MM * MM
    if at_bottom:
        top = page.height - (style.BOTTOM_MM + style.FOOT_MM - FOOT_BEFORE_MM) * MM
    middle = leaf.foot_middle
    if numbering:
        middle = f"{middle} {numbering}" if middle else numbering
    for words, align in ((leaf.foot_left, "left"), (middle, "center"), (leaf.foot_right, "right")):
        if words:
            line = LineContent((Text(words),), align=align, size=style.FOOT)
            page.put(set_lines((line,), page.width - 2 * margin).lines[0], margin, top)


class _Leaf:
    """Lays out one leaf; `tight` is the part of their usual height that rows keep."""

    def __init__(self, leaf: LeafContent, tight: float, numbered: bool) -> None:
        self._leaf = leaf
        self._tight = tight
        self._numbered = numbered
        paper_width, paper_height = style.PAPERS_MM[leaf.paper]
        self._width, self._height = paper_width * MM, paper_height * MM
        below = style.BOTTOM_MM + style.FOOT_MM if leaf.margin_mm is None else leaf.margin_mm
        self._bottom = self._height - below * MM
        self._margin = _margin(leaf)
        self._pages: list[_Sheet] = []
        self._start = 0.0

    def pages(self) -> list[_Sheet]:
        """The pages of the leaf, at least one."""
        self._turn()
        for number, block in enumerate(self._leaf.blocks):
            self._block(block, self._after(number) if self._leaf.keeps_end else 0)
        return self._pages

    def _after(self, number: int) -> float:
        """The height of the lines behind block `number` that must not stand on a page without its end; 0 for none."""
        following = self._leaf.blocks[number + 1 :]
        blocks = [block for block in following if isinstance(block, LinesContent)]
        if not blocks or len(blocks) < len(following):
            return 0
        wide = self._width - 2 * self._margin
        high = sum((block.before + block.after) * MM + set_lines(block.lines, wide).height for block in blocks)
        if high <= MOST_KEPT * (self._bottom - self._start):
            return high
        first = set_lines(blocks[0].lines, wide).lines[:KEPT_LINES]
        return blocks[0].before * MM + sum(line.height for line in first)

    @property
    def _page(self) -> _Sheet:
        return self._pages[-1]

    def _turn(self) -> None:
        page = _Sheet(self._width, self._height, self._leaf.top_mm * MM)
        title = self._leaf.title
        if title and self._pages and not self._numbered:
            title += CONTINUED
        self._pages.append(page)
        if title:
            line = LineContent(
                (Text(title, bold=True, size=style.TITLE),), align="center", spacing=style.TITLE_SPACING,
            )
            self._lines((line,))
            page.top += TITLE_AFTER_MM * MM
        head = self._leaf.head + (self._leaf.later_head if len(self._pages) > 1 else ())
        if head:
            self._lines(head)
            page.top += HEAD_AFTER_MM * MM
        self._start = page.top

    def _lines(self, lines: tuple[LineContent, ...], after: float = 0) -> None:
        """Place lines, the last of them on the page that has room for `after` points of what follows them."""
        made = set_lines(lines, self._width - 2 * self._margin).lines
        kept = max(0, len(made) - KEPT_LINES)
        for number, line in enumerate(made):
            needed = line.height
            if after and number == kept:
                needed = sum(each.height for each in made[kept:]) + after
            if self._page.top + needed > self._bottom and self._page.top > self._start:
                self._turn()
            self._page.put(line, self._margin, self._page.top)
            self._page.top += line.height

    def _block(self, block: BlockContent, after: float) -> None:
        if isinstance(block, GridContent):
            _Grid(block, self._tight, self._margin).lay(self._room, self._turn, after)
        elif isinstance(block, LinesContent):
            self._page.top += block.before * MM
            self._lines(block.lines, after)
            self._page.top += block.after * MM
        else:
            self._cut(block)

    def _room(self) -> Room:
        page = self._page
        return Room(page, self._bottom - page.top, self._bottom - self._start, page.top <= self._start)

    def _cut(self, block: CutLine) -> None:
        page = self._page
        page.top += block.before * MM
        y = page.height - page.top
        page.draw((StrokeMark(self._margin / 2, y, page.width - self._margin / 2, y, style.RULE, dashed=True),))
        page.top += block.after * MM


class _Grid:
    """Lays the rows of a grid on as many pages as they need."""

    def __init__(self, grid: GridContent, tight: float, margin: float) -> None:
        self._edges = _column_edges(grid.columns, margin + grid.indent * MM)
        self._padding = style.PADDING_Y if tight == 1 else style.PADDING_Y_TIGHT
        rows = [self._set(row, tight) for row in grid.rows]
        self._header, self._rows = rows[:grid.header_rows], rows[grid.header_rows:]
        self._carried = [(self._set(each.out, tight), self._set(each.into, tight)) for each in grid.carried]
        self._sums = sum(self._heights([self._carried[0][0]])) if self._carried else 0.0
        self._kept = grid.kept_rows
        self._is_plain = all(cell.rowspan == 1 for row in grid.rows for cell in row.cells)

    def _set(self, row: RowContent, tight: float) -> SetRow:
        cells = []
        for cell in row.cells:
            wide = self._edges[cell.column + cell.span] - self._edges[cell.column] - 2 * style.PADDING_X
            cells.append((cell, set_upright(cell.lines, wide) if cell.upright else set_lines(cell.lines, wide)))
        return SetRow(tuple(cells), row.mm * MM * tight)

    def lay(self, room: Callable[[], Room], turn: Callable[[], None], after: float = 0) -> None:
        """Place the rows; `room()` tells of the page and what is left on it, `turn()` begins a new page.

        The last rows stay with the `after` points that follow the grid.
        """
        rest = list(self._rows)
        if not rest and self._header:
            self._place(room().page, self._header, self._heights(self._header))
        above = self._header
        while rest:
            here = room()
            count, heights = self._on_this_page(above, rest, here, after)
            if count == 0:
                taken = sum(self._heights(above)) + self._sums
                if self._is_worth_breaking(rest[0], here, taken):
                    rest[0:1] = self._broken(rest[0], here.left - taken)
                elif not here.is_fresh:
                    turn()
                    continue
                count, heights = 1, self._heights([*above, rest[0]])
            rows = [*above, *self._part(rest, 0, count)]
            rest = self._part(rest, count, len(rest))
            carried = self._carried_before(rest)
            if carried is not None:
                rows.append(carried[0])
                heights = [*heights, *self._heights([carried[0]])]
            self._place(here.page, rows, heights)
            above = [*self._header, carried[1]] if carried is not None else self._header
            if rest:
                turn()

    def _on_this_page(
        self, above: Sequence[SetRow], rest: Sequence[SetRow], here: Room, after: float
    ) -> tuple[int, list[float]]:
        """How many of the rows this page takes, and the heights of `above` and of them."""
        count, heights = self._fitting(above, rest, here.left)
        if count == len(rest) and (sum(heights) + after <= here.left or (here.is_fresh and count <= self._kept)):
            return count, heights
        is_whole = len(rest) == len(self._rows) and len(rest) <= self._kept
        most = len(rest) if is_whole else len(rest) - self._kept
        return self._fitting(above, rest[: max(most, 0)], here.left - (0 if is_whole else self._sums))

    def _carried_before(self, rest: Sequence[SetRow]) -> tuple[SetRow, SetRow] | None:
        """The sums of the rows above `rest`, for a page that ends there; None for the last page."""
        done = len(self._rows) - len(rest)
        return self._carried[done - 1] if rest and 0 < done <= len(self._carried) else None

    def _is_worth_breaking(self, row: SetRow, here: Room, taken: float) -> bool:
        """Whether `row` is higher than a whole page without what is `taken`, and at least a few of its lines fit here."""
        higher = taken + self._heights([row])[0] > here.whole
        return higher and here.left - taken > (0 if here.is_fresh else LEAST_PART_MM * MM)

    def _part(self, rows: Sequence[SetRow], start: int, end: int) -> list[SetRow]:
        return list(rows[start:end]) if self._is_plain else sliced(rows, start, end)

    def _heights(self, rows: Sequence[SetRow]) -> list[float]:
        heights = [
            max([row.least, *(self._needed(cell, made) for cell, made in row.cells if cell.rowspan == 1)])
            for row in rows
        ]
        for number, row in enumerate(rows):
            for cell, made in row.cells:
                if cell.rowspan > 1:
                    last = min(number + cell.rowspan, len(rows))
                    lacking = self._needed(cell, made) - sum(heights[number:last])
                    heights[last - 1] += max(lacking, 0.0)
        return heights

    def _needed(self, cell: CellContent, made: SetCell) -> float:
        above = style.PADDING_ABOVE_UNDERLINED if cell.rule == "under" else self._padding
        return above + made.height + self._padding

    def _fitting(
        self, above: Sequence[SetRow], rows: Sequence[SetRow], room: float
    ) -> tuple[int, list[float]]:
        rows = self._part(rows, 0, min(MOST_ROWS, len(rows)))
        heights = self._heights([*above, *rows])
        if sum(heights) <= room:
            return len(rows), heights
        count = 0
        used = sum(heights[:len(above)])
        for height in heights[len(above):]:
            if used + height > room:
                break
            used += height
            count += 1
        while count:
            heights = self._heights([*above, *self._part(rows, 0, count)])
            if sum(heights) <= room:
                return count, heights
            count -= 1
        return 0, []

    def _broken(self, row: SetRow, room: float) -> list[SetRow]:
        """A row that is higher than a whole page, as one that fits and one with the rest of its lines."""
        room -= 2 * self._padding
        upper, lower = [], []
        for cell, made in row.cells:
            taken, used = 0, 0.0
            while taken < len(made.lines) and (not taken or used + made.lines[taken].height <= room):
                used += made.lines[taken].height
                taken += 1
            rest = made.lines if cell.upright else made.lines[taken:]
            upper.append((cell, SetCell(made.lines[:taken], used)))
            lower.append((cell, SetCell(rest, sum(line.height for line in rest))))
        return [SetRow(tuple(upper), 0), SetRow(tuple(lower), 0)]

    def _place(self, page: _Sheet, rows: Sequence[SetRow], heights: Sequence[float]) -> None:
        tops = [page.top]
        for height in heights:
            tops.append(tops[-1] + height)
        shape = []
        for number, row in enumerate(rows):
            for cell, made in row.cells:
                last = min(number + cell.rowspan, len(rows))
                left, right = self._edges[cell.column], self._edges[cell.column + cell.span]
                shape.append((left, tops[number], right, tops[last], cell.rule, cell.shaded))
                self._put_cell(page, cell, made, left, tops[number], tops[last])
        page.layers.setdefault(0, []).insert(0, Placed(rules(tuple(shape), page.height), 0, 0))
        page.top = tops[-1]

    def _put_cell(
        self, page: _Sheet, cell: CellContent, made: SetCell, left: float, top: float, bottom: float,
    ) -> None:
        y = top + self._padding
        if cell.valign == "middle":
            y = top + (bottom - top - made.height) / 2
        elif cell.valign == "bottom":
            y = bottom - self._padding - made.height
        for line in made.lines:
            page.put(line, left + style.PADDING_X, y, cell.layer)
            y += line.height


@lru_cache(maxsize=256)
def _column_edges(columns: tuple[float, ...], left: float) -> tuple[float, ...]:
    edges = [left]
    for wide in columns:
        edges.append(edges[-1] + wide * MM)
    return tuple(edges)


def sliced(rows: Sequence[SetRow], start: int, end: int) -> list[SetRow]:
    """Rows `start` to `end` as a grid of their own: headings that span a cut are repeated on its other side."""
    if start == 0 and end == len(rows):
        return list(rows)
    part: list[SetRow] = []
    for number in range(start, end):
        row = rows[number]
        cells = [
            (replace(cell, rowspan=min(cell.rowspan, end - number)) if number + cell.rowspan > end else cell, made)
            for cell, made in row.cells
        ]
        if number == start:
            cells += list(_reaching(rows, start, end))
            cells.sort(key=lambda entry: entry[0].column)
        part.append(SetRow(tuple(cells), row.least))
    return part


def _reaching(rows: Sequence[SetRow], start: int, end: int) -> Iterator[tuple[CellContent, SetCell]]:
    """The cells that begin above row `start` and reach into it, shortened to what lies below."""
    for number in range(start):
        for cell, made in rows[number].cells:
            if number + cell.rowspan > start:
                yield replace(cell, rowspan=min(number + cell.rowspan, end) - start), made


Area = tuple[float, float, float, float, str, bool]


@lru_cache(maxsize=512)
def rules(areas: tuple[Area, ...], page_height: float) -> tuple[DrawnMark, ...]:
    """The rules around `areas` (left, top, right, bottom, rule, shaded), each stretch drawn once."""
    across: dict[float, list[tuple[float, float]]] = {}
    down: dict[float, list[tuple[float, float]]] = {}
    marks: list[DrawnMark] = []
    for left, top, right, bottom, rule, shaded in areas:
        if shaded:
            marks.append(FrameMark(
                left, page_height - bottom, right - left, bottom - top, colour=style.SHADE, filled=True,
            ))
        if rule == "box":
            across.setdefault(round(top, 2), []).append((left, right))
            down.setdefault(round(left, 2), []).append((top, bottom))
            down.setdefault(round(right, 2), []).append((top, bottom))
        if rule in ("box", "under"):
            across.setdefault(round(bottom, 2), []).append((left, right))
    for y, stretches in sorted(across.items()):
        for start, end in joined(stretches):
            marks.append(StrokeMark(start, page_height - y, end, page_height - y, style.RULE))
    for x, stretches in sorted(down.items()):
        for start, end in joined(stretches):
            marks.append(StrokeMark(x, page_height - start, x, page_height - end, style.RULE))
    return tuple(marks)


def joined(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Stretches of one line with those that touch or overlap made one."""
    done: list[tuple[float, float]] = []
    for start, end in sorted(stretches):
        if done and start <= done[-1][1] + 0.05:
            done[-1] = (done[-1][0], max(done[-1][1], end))
        else:
            done.append((start, end))
    return done
