"""The vocabulary in which the printed sheet of a national form is laid out: what stands where, in millimetres.

A `Sheet` has leaves (pages), a leaf has a title, a head and blocks; a `Grid` has columns, rows and cells; a cell has
lines of inline items. Items name answers by a reference:

    "sbp"                       the answer `sbp`
    "drugs.0.name"              the cell `name` in the first row of the table `drugs`
    "disease_history[code=6].name"   the cell `name` of the rows whose `code` is 6
    "person.name"               the person at the head of the sheet (`name`, `record_no`)

It decides neither values (app/printing/resolve.py does) nor fonts, colours and page breaks (app/printing).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from app.forms.kinds import Choice, Choices, Option
from app.forms.vocabulary import NOTE, Field

ROW_MM = 6.0
NOTE_MM = 10.0
Condition = tuple[str, object]


@dataclass(frozen=True)
class Reference:
    """A parsed reference: answer `code`; of a table the `row`, or the rows whose `where` holds; the `column`."""

    code: str
    row: int | None = None
    where: tuple[str, str] | None = None
    column: str = ""


REFERENCE = re.compile(r"(?P<code>\w+)(?:\.(?P<row>\d+)|\[(?P<key>\w+)=(?P<value>\w+)\])?(?:\.(?P<column>\w+))?")


@lru_cache(maxsize=4096)
def reference(text: str) -> Reference:
    """The reference written as `text`; raises ValueError when it is not one."""
    match = REFERENCE.fullmatch(text)
    if match is None:
        raise ValueError(f"not a reference to an answer: {text!r}")
    row = int(match["row"]) if match["row"] else None
    where = (match["key"], match["value"]) if match["key"] else None
    return Reference(match["code"], row, where, match["column"] or "")


@dataclass(frozen=True)
class Text:
    """Printed words. `keep` holds them on one line where they fit on one."""

    words: str
    keep: bool = False
    bold: bool = False
    size: float | None = None


@dataclass(frozen=True)
class Gap:
    """Empty space of `mm` millimetres."""

    mm: float


@dataclass(frozen=True)
class Fill:
    """The filled-in value of `ref`, at least `mm` wide, on an underline when `line`.

    `noted` adds the text of its note (失访：外出务工). With `when`, it is shown only if each (reference, value) holds.
    `numbered` writes the number of the chosen option instead of its words.
    """

    ref: str
    mm: float = 0
    line: bool = False
    align: str = "left"
    noted: bool = False
    when: tuple[Condition, ...] = ()
    numbered: bool = False


@dataclass(frozen=True)
class Signature:
    """Space for the handwritten name of `ref`; the name is printed there only when it is asked for."""

    ref: str
    mm: float = 0
    line: bool = False


@dataclass(frozen=True)
class Box:
    """One box holding the number of the chosen option, written with at least `digits` digits."""

    ref: str
    digits: int = 1


@dataclass(frozen=True)
class Boxes:
    """`count` boxes for several options, parted by slashes; `per_line` of them to a line, 0 for as many as fit.

    The codes in `unnumbered` are those of options that the paper prints without a number: they get no box.
    """

    ref: str
    count: int
    per_line: int = 0
    unnumbered: tuple[int, ...] = ()


@dataclass(frozen=True)
class Digits:
    """One box per character in `groups` parted by `joint`; the last characters of the value when it is longer."""

    ref: str
    groups: tuple[int, ...]
    joint: str = "-"


@dataclass(frozen=True)
class DateFill:
    """A date: 年, 月 and 日 are printed, as far as they are among `parts`, and the numbers filled in before them."""

    ref: str
    parts: str = "ymd"


@dataclass(frozen=True)
class Ring:
    """Printed words that are circled when every (reference, value) of `when` holds."""

    words: str
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class Tick:
    """Printed words after a small box that is ticked when every (reference, value) of `when` holds."""

    words: str
    when: tuple[Condition, ...]


@dataclass(frozen=True)
class Cross:
    """A cross ┼ with one of `refs` in each quarter: upper left, upper right, lower left, lower right as printed."""

    refs: tuple[str, str, str, str]
    mm: float = 14


@dataclass(frozen=True)
class QrCode:
    """The value of `ref` as a QR code, `mm` wide with its quiet zone; the place stays empty without a value."""

    ref: str
    mm: float


Inline = Text | Gap | Fill | Signature | Box | Boxes | Digits | DateFill | Ring | Tick | Cross | QrCode


@dataclass(frozen=True)
class Line:
    """A paragraph that may wrap. `right` stands at the right edge of its last line.

    An `optional` line is left out when none of its answers is given.
    """

    items: tuple[Inline, ...]
    align: str = "left"
    right: tuple[Inline, ...] = ()
    optional: bool = False
    size: float | None = None


@dataclass(frozen=True)
class Cell:
    """Lines in `span` columns and `rowspan` rows. `rule` is "box", "under" (only a line below) or "" (none).

    `upright` stacks the characters of its only text, as the merged headings at the side do.
    """

    lines: tuple[Line, ...] = ()
    span: int = 1
    rowspan: int = 1
    upright: bool = False
    valign: str = "middle"
    rule: str = "box"


@dataclass(frozen=True)
class PerVisit:
    """`cell` repeated in the next columns, one for each visit of the sheet."""

    cell: Cell


@dataclass(frozen=True)
class Row:
    """One row of a grid, at least `mm` high. Columns covered from above by a rowspan are not repeated."""

    cells: tuple[Cell | PerVisit, ...]
    mm: float = ROW_MM


@dataclass(frozen=True)
class Grid:
    """Rows on columns of fixed widths (mm). The first `header_rows` are repeated on a continuation page."""

    columns: tuple[float, ...]
    rows: tuple[Row, ...]
    header_rows: int = 0
    indent: float = 0


@dataclass(frozen=True)
class Lines:
    """Lines outside any grid, with `before` and `after` mm of space."""

    lines: tuple[Line, ...]
    before: float = 0
    after: float = 0


@dataclass(frozen=True)
class CutLine:
    """A dashed line across the page, where the stub is cut off."""

    before: float = 6
    after: float = 6


Block = Grid | Lines | CutLine

PERSON_HEAD = Line(
    (Text("姓名："), Gap(1), Fill("person.name")), right=(Text("编号 "), Digits("person.record_no", (3, 5))), size=10,
)
THIRD_EDITION = "国家基本公共卫生服务规范（第三版）"
EXAMINED_ONLY = "带 * 的项目：已检查时填写"


@dataclass(frozen=True)
class Leaf:
    """One page of a printed form; what does not fit flows on to continuation pages with the same title and head.

    `margin_mm` replaces the usual margins at the sides and at the lower edge, where then no foot is printed.
    """

    title: str
    blocks: tuple[Block, ...]
    head: tuple[Line, ...] = (PERSON_HEAD,)
    foot_left: str = ""
    foot_right: str = THIRD_EDITION
    top_mm: float = 12
    margin_mm: float | None = None


@dataclass(frozen=True)
class Sheet:
    """The printed sheet of the form `form`, holding at most `visits` visits.

    Its pages are numbered where there are several, unless `paged` is false.
    """

    form: str
    leaves: tuple[Leaf, ...]
    visits: int = 1
    paper: str = "A4"
    paged: bool = True


def text(words: str, *, align: str = "left", size: float | None = None) -> tuple[Line, ...]:
    """Printed lines, one for each line of `words`."""
    return tuple(Line((Text(line),), align=align, size=size) for line in words.split("\n"))


def label(words: str, *, span: int = 1, rowspan: int = 1) -> Cell:
    """A centred label."""
    return Cell(text(words, align="center"), span=span, rowspan=rowspan)


def side(words: str, rowspan: int) -> Cell:
    """A merged heading at the side, its characters one below the other."""
    return Cell(text(words, align="center"), rowspan=rowspan, upright=True)


def cell(*items: Inline | Line, align: str = "left", span: int = 1, right: tuple[Inline, ...] = ()) -> Cell:
    """A cell of lines, or of one line of items."""
    lines = tuple(item for item in items if isinstance(item, Line))
    inline = tuple(item for item in items if not isinstance(item, Line))
    if inline:
        lines = (Line(inline, align=align, right=right), *lines)
    return Cell(lines, span=span)


def line(*items: Inline, align: str = "left", right: tuple[Inline, ...] = (), optional: bool = False) -> Line:
    """A line of items."""
    return Line(items, align=align, right=right, optional=optional)


def choices_of(field: Field) -> tuple[Option, ...]:
    """The options of a field that has some; raises TypeError otherwise."""
    if not isinstance(field.kind, (Choice, Choices)):
        raise TypeError(f"{field.code} has no options")
    return field.kind.options


def printed_option(option: Option, digits: int = 1) -> str:
    """The number and the words of an option as the paper prints them: 1门诊, 1 A型, 01汉族."""
    parted = " " if option.label[0].isascii() else ""
    return f"{option.code:0{digits}d}{parted}{option.label}"


def option_items(
    field: Field, *, only: Sequence[int] = (), digits: int = 1, notes: Mapping[int, Inline] | None = None,
    note_mm: float = NOTE_MM,
) -> tuple[Inline, ...]:
    """The options of `field` in printed order, each with its number; one that opens a line is followed by that line.

    `only` limits them to some codes; `notes` replaces the line after a code.
    """
    options = [option for option in choices_of(field) if not only or option.code in only]
    noted = [option.code for option in choices_of(field) if option.note]
    items: list[Inline] = []
    for position, option in enumerate(options):
        if position:
            items.append(Text(" "))
        items.append(Text(printed_option(option, digits), keep=True))
        if notes and option.code in notes:
            items.append(notes[option.code])
        elif option.note:
            only_this = ((field.code, option.code),) if len(noted) > 1 else ()
            items.append(Fill(field.code + NOTE, mm=note_mm, line=True, when=only_this))
    return tuple(items)


def choice(
    field: Field, *, span: int = 1, digits: int = 1, note_mm: float = NOTE_MM, size: float | None = None,
) -> Cell:
    """The options of `field` with its box, or its boxes, at the right."""
    boxes: Inline
    if isinstance(field.kind, Choices):
        boxes = Boxes(field.code, field.kind.boxes)
    else:
        boxes = Box(field.code, digits)
    options = option_items(field, digits=digits, note_mm=note_mm)
    return Cell((Line(options, right=(boxes,), size=size),), span=span)


def inline_items(block: Block | Leaf | Cell | Line) -> Iterator[Inline]:
    """Every inline item below `block`, in printed order."""
    if isinstance(block, Line):
        yield from block.items
        yield from block.right
    elif isinstance(block, Grid):
        for row in block.rows:
            for entry in row.cells:
                yield from inline_items(entry.cell if isinstance(entry, PerVisit) else entry)
    elif isinstance(block, Leaf):
        for part in (*block.head, *block.blocks):
            yield from inline_items(part)
    elif not isinstance(block, CutLine):
        for part in block.lines:
            yield from inline_items(part)


def references(item: Inline) -> tuple[str, ...]:
    """The references that `item` looks at."""
    conditions = tuple(ref for ref, _value in getattr(item, "when", ()))
    own = (item.ref,) if hasattr(item, "ref") else ()
    return own + getattr(item, "refs", ()) + conditions


def is_printed_only(part: Cell | Line) -> bool:
    """Whether nothing of `part` depends on answers, so that it is the same on every sheet."""
    return all(isinstance(item, (Text, Gap)) for item in inline_items(part))


def spanning(part: Cell, *, span: int = 1, rowspan: int = 1) -> Cell:
    """`part` over several columns or rows."""
    return replace(part, span=span, rowspan=rowspan)
