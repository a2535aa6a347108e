"""What is printed, decided before anything is drawn: every word, number and date of a document as frozen values.

A document kept as its content prints the same again, whatever has changed since. These objects know the place of
things (columns, rows, lines) but no font and no page break; app/printing/pages.py breaks them into pages. User text
passes `clean` on its way in, the one border where it is made fit for paper.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from app.forms.layout import CutLine, Gap, Text

DRAFT_MARK = "草稿"
VOID_MARK = "作废"
IGNORABLE = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
"""Code points without a picture of their own: joiners and variation selectors."""


def clean(text: object) -> str:
    """`text` without control characters and invisible marks; line ends and tabs become one space."""
    written = str(text)
    if written.isascii() and written.isprintable():
        return written
    spaced = "".join(" " if character in "\r\n\t\u2028\u2029" else character for character in written)
    return "".join(
        character for character in spaced
        if ord(character) not in IGNORABLE and unicodedata.category(character) not in ("Cc", "Cf", "Cs")
    )


@dataclass(frozen=True)
class Entry:
    """A filled-in text, at least `mm` wide, on an underline when `line`; `pale` for a hint from last time.

    `about` names what it answers, for the report of characters that no font has.
    """

    text: str
    mm: float = 0
    line: bool = False
    align: str = "left"
    pale: bool = False
    about: str = ""


@dataclass(frozen=True)
class Mark:
    """A box with `text` written in it; `pale` for a hint from last time, as below."""

    text: str
    pale: bool = False


@dataclass(frozen=True)
class LineBreak:
    """The line ends here, at least `height_mm` high; `words` hang over its end and do not count in centring it."""

    words: str = ""
    height_mm: float = 0


@dataclass(frozen=True)
class Digit:
    """One of several boxes side by side, holding one character; `first` when a group begins with it."""

    text: str
    first: bool
    pale: bool = False


@dataclass(frozen=True)
class Ringed:
    """Printed words, circled when `on`."""

    words: str
    on: bool
    pale: bool = False


@dataclass(frozen=True)
class Ticked:
    """Printed words after a small box, ticked when `on`."""

    words: str
    on: bool
    pale: bool = False


@dataclass(frozen=True)
class Crossed:
    """A cross at least `mm` wide with a text in each quarter: upper left, upper right, lower left, lower right."""

    texts: tuple[str, str, str, str]
    mm: float
    pale: bool = False


@dataclass(frozen=True)
class Qr:
    """`text` as a QR code in a square of `mm`, its quiet zone included; an empty square without text."""

    text: str
    mm: float


Item = Text | Gap | Entry | Mark | LineBreak | Digit | Ringed | Ticked | Crossed | Qr


@dataclass(frozen=True)
class LineContent:
    """A paragraph that may wrap; `right` stands at the right edge of its last line. `size` in points, None for body."""

    items: tuple[Item, ...]
    align: str = "left"
    right: tuple[Item, ...] = ()
    size: float | None = None
    spacing: float = 0


@dataclass(frozen=True)
class CellContent:
    """A cell from `column` on. `layer` 0 belongs to the frame, n to the n-th visit. Rules as in app/forms/layout."""

    lines: tuple[LineContent, ...]
    column: int
    span: int = 1
    rowspan: int = 1
    upright: bool = False
    valign: str = "middle"
    rule: str = "box"
    layer: int = 0
    shaded: bool = False


@dataclass(frozen=True)
class RowContent:
    """A row at least `mm` high."""

    cells: tuple[CellContent, ...]
    mm: float


@dataclass(frozen=True)
class CarriedContent:
    """The sums so far: `out` stands at the foot of a page that ends here, `into` at the head of the next one."""

    out: RowContent
    into: RowContent


@dataclass(frozen=True)
class GridContent:
    """Rows on columns of fixed widths in mm; the first `header_rows` are repeated on a continuation page.

    `carried` are the sums after each row, where a page that ends there hands them on. The last `kept_rows` stay on the
    page of what follows the grid, where the leaf keeps its end together.
    """

    columns: tuple[float, ...]
    rows: tuple[RowContent, ...]
    header_rows: int = 0
    indent: float = 0
    carried: tuple[CarriedContent, ...] = ()
    kept_rows: int = 0


@dataclass(frozen=True)
class LinesContent:
    """Lines outside any grid, with `before` and `after` mm of space."""

    lines: tuple[LineContent, ...]
    before: float = 0
    after: float = 0


BlockContent = GridContent | LinesContent | CutLine


@dataclass(frozen=True)
class LeafContent:
    """A page, or as many as its blocks need: title and head are repeated on each.

    `line_code` stands as a QR code in the upper right corner of each, where there is one. `later_head` stands under the
    title of every page but the first. `keeps_end`: what ends the leaf, such as its signatures, never stands alone on a page.
    """

    title: str
    head: tuple[LineContent, ...]
    blocks: tuple[BlockContent, ...]
    foot_left: str = ""
    foot_middle: str = ""
    foot_right: str = ""
    top_mm: float = 12
    paper: str = "A4"
    margin_mm: float | None = None
    line_code: str = ""
    later_head: tuple[LineContent, ...] = ()
    keeps_end: bool = False


@dataclass(frozen=True)
class SheetContent:
    """One sheet: its pages are numbered where there is more than one, or always when `numbered`.

    Without `page_words` no number is printed. Across a `draft` stands 草稿, across a `void` sheet 作废. An `overprint`
    is laid out like any other, but only what was filled in is drawn, onto paper that has the rest already.
    """

    leaves: tuple[LeafContent, ...]
    draft: bool = False
    numbered: bool = False
    page_words: str = "第 {page} 页 / 共 {pages} 页"
    void: bool = False
    overprint: bool = False


@dataclass(frozen=True)
class DocumentContent:
    """All sheets of one file, and the title that a viewer shows for it."""

    title: str
    sheets: tuple[SheetContent, ...]


def words_of(document: DocumentContent) -> str:
    """Every filled-in text of `document`, to be looked through for characters without a glyph."""
    return "".join(text for text, _about in texts_of(document))


def texts_of(document: DocumentContent) -> Iterator[tuple[str, str]]:
    """Every text of `document` that somebody wrote, with what it answers ("" where that is not known)."""
    for sheet in document.sheets:
        for leaf in sheet.leaves:
            yield leaf.title, ""
            lines = list(leaf.head)
            for block in leaf.blocks:
                if isinstance(block, LinesContent):
                    lines.extend(block.lines)
                elif isinstance(block, GridContent):
                    lines.extend(line for row in block.rows for cell in row.cells for line in cell.lines)
            for line in lines:
                for item in (*line.items, *line.right):
                    yield _written(item), item.about if isinstance(item, Entry) else ""


def _written(item: Item) -> str:
    if isinstance(item, (Entry, Mark, Digit)):
        return item.text
    if isinstance(item, Crossed):
        return "".join(item.texts)
    return item.words if isinstance(item, Text) else ""
