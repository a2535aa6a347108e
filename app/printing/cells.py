"""Lines of content set in type: wrapped to the width of their cell, each with its height and its marks.

Printed marks (words, boxes, underlines) and written ones (what was filled in) are kept apart: the printed ones are
the same on many sheets, and a later overprint on the official paper needs only the written ones. Everything that was
set once is remembered, since most cells of a form are alike from person to person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from app.forms.layout import Gap, Text
from app.printing import chinese_lines, fonts, style
from app.printing.content import Crossed, Digit, Entry, Item, LineBreak, LineContent, Mark, Qr, Ringed, Ticked
from app.printing.marks import DrawnMark, FrameMark, OvalMark, StrokeMark, TextMark
from app.printing.style import BLACK, BLUE, MM, PALE, Colour, Face

MIDDLE = 0.38
"""From the baseline to the middle of a Chinese character, in ems."""

RING_SIDE = 1.3
SLOT_SIDE = 1.0
UNDERLINE_DROP = 0.22
TICK = "√"
QR_LEVEL = "M"
"""How much of a QR code may be spoilt and still be read: 15 %, for a card that is carried about."""
CROSS_SIZE = 8.0
CROSS_HEIGHT = 2.7
"""Of a cross with its four quarters, in ems of what is written there."""


@dataclass(frozen=True)
class Manner:
    """How a text is set."""

    face: Face
    size: float
    colour: Colour = BLACK
    underlined: bool = False
    spacing: float = 0


@dataclass(frozen=True)
class Piece:
    """Something set that is not broken: text when it has `text`, else drawn from its marks, x from its own left edge."""

    width: float
    space: float = 0
    sticks_left: bool = False
    sticks_right: bool = False
    ends_line: bool = False
    text: str = ""
    manner: Manner | None = None
    printed: tuple[DrawnMark, ...] = ()
    written: tuple[DrawnMark, ...] = ()
    height: float = 0


@dataclass(frozen=True, eq=False)
class SetLine:
    """One line set: its height, and its marks from the left edge of the cell and the middle of the line."""

    height: float
    printed: tuple[DrawnMark, ...]
    written: tuple[DrawnMark, ...]


@dataclass(frozen=True, eq=False)
class SetCell:
    """All lines of a cell."""

    lines: tuple[SetLine, ...]
    height: float = field(default=0)


def text_piece(text: str, manner: Manner) -> Piece:
    """A text that stays on one line; its trailing spaces may vanish there."""
    bare = text.rstrip(" \u3000")
    wide = fonts.width(bare, manner.face, manner.size) + manner.spacing * len(bare)
    space = fonts.width(text[len(bare):], manner.face, manner.size)
    return Piece(
        wide, space, chinese_lines.sticks_to_left(text), chinese_lines.sticks_to_right(bare), text=text, manner=manner,
    )


def split_text(piece: Piece) -> Sequence[Piece]:
    """A text that is wider than its line, in segments or else in characters."""
    if not piece.text or piece.manner is None:
        return (piece,)
    parts: Sequence[str] = chinese_lines.segments(piece.text)
    if len(parts) == 1:
        parts = tuple(piece.text)
    if len(parts) == 1:
        return (piece,)
    return tuple(text_piece(part, piece.manner) for part in parts)


def baseline(size: float) -> float:
    """The baseline of text whose Chinese characters stand in the middle of the line."""
    return -MIDDLE * size


def text_marks(x: float, text: str, manner: Manner) -> tuple[DrawnMark, ...]:
    """The marks of a text from `x`, in as many fonts as it needs; a missing character is an underlined gap."""
    marks: list[DrawnMark] = []
    dy = baseline(manner.size)
    for font, part in fonts.runs(text, manner.face):
        wide = fonts.width(part, manner.face, manner.size) + manner.spacing * len(part)
        if font == fonts.GAP:
            low = dy - UNDERLINE_DROP * manner.size
            marks.append(StrokeMark(x, low, x + wide, low, style.UNDERLINE))
        else:
            marks.append(TextMark(x, dy, part, font, manner.size, manner.colour, manner.spacing))
        x += wide
    return tuple(marks)


def box_frame(x: float, width: float) -> FrameMark:
    """A box standing in the middle of the line."""
    return FrameMark(x, -style.BOX_SIDE / 2, width, style.BOX_SIDE)


def centred_digits(text: str, x: float, width: float, *, pale: bool = False) -> tuple[DrawnMark, ...]:
    """The number in a box: blue, in the middle, drawn closer where it would not fit."""
    if not text:
        return ()
    size = style.DIGIT_SIZE if fonts.width(text, Face.FILLED, style.DIGIT_SIZE) + 2 <= width else style.SMALLEST
    manner = Manner(Face.FILLED, size, PALE if pale else BLUE)
    wide = fonts.width(text, manner.face, manner.size)
    marks = text_marks(x + (width - wide) / 2, text, manner)
    return tuple(mark._replace(dy=-size * 0.36) if isinstance(mark, TextMark) else mark for mark in marks)


def mark_piece(item: Mark) -> Piece:
    """A box; a number of two digits is set a little smaller, so that it stands where printed paper has its box."""
    wide = fonts.width(item.text, Face.FILLED, style.SMALLEST)
    side = max(style.BOX_SIDE, wide + 2 * style.BOX_LINE / 2)
    return Piece(
        side, printed=(box_frame(0, side),), written=centred_digits(item.text, 0, side, pale=item.pale),
        height=style.BOX_SIDE + 2 * style.BOX_LINE,
    )


def digit_piece(item: Digit) -> Piece:
    """One box of several side by side: the edge between two is shared."""
    wide = style.DIGIT_WIDTH
    return Piece(
        wide, sticks_left=not item.first, printed=(box_frame(0, wide),),
        written=centred_digits(item.text, 0, wide, pale=item.pale),
        height=style.BOX_SIDE + 2 * style.BOX_LINE,
    )


def ring_piece(item: Ringed, size: float) -> Piece:
    """Words with room for a ring around them."""
    manner = Manner(Face.PRINTED, size)
    wide = fonts.width(item.words, manner.face, size) + 2 * RING_SIDE
    high = size * 1.22
    across = max(wide, high)
    colour = PALE if item.pale else BLUE
    ring = (OvalMark((wide - across) / 2, -high / 2, across, high, style.RING_LINE, colour),) if item.on else ()
    return Piece(wide, printed=text_marks(RING_SIDE, item.words, manner), written=ring)


def tick_piece(item: Ticked, size: float) -> Piece:
    """Words after a box that may be ticked."""
    side = style.BOX_SIDE
    words = text_marks(side + 1.5, item.words, Manner(Face.PRINTED, size))
    tick_wide = fonts.width(TICK, Face.FILLED, size)
    manner = Manner(Face.FILLED, size, PALE if item.pale else BLUE)
    tick = text_marks((side - tick_wide) / 2, TICK, manner) if item.on else ()
    return Piece(
        side + 1.5 + fonts.width(item.words, Face.PRINTED, size), space=size / 2,
        printed=(box_frame(0, side), *words), written=tick,
        height=side + 2 * style.BOX_LINE,
    )


def cross_piece(item: Crossed) -> Piece:
    """A cross whose quarters hold texts written towards its middle; wider than usual when they are."""
    manner = Manner(Face.FILLED, CROSS_SIZE, PALE if item.pale else BLUE)
    widths = [fonts.width(text, manner.face, CROSS_SIZE) for text in item.texts]
    half = max(item.mm * MM / 2, *(wide + 2 * SLOT_SIDE for wide in widths))
    high = CROSS_HEIGHT * CROSS_SIZE
    written: list[DrawnMark] = []
    for number, (text, wide) in enumerate(zip(item.texts, widths, strict=True)):
        is_left, is_upper = number % 2 == 0, number < 2
        start = half - SLOT_SIDE - wide if is_left else half + SLOT_SIDE
        rise = high / 4 if is_upper else -high / 4
        written += [
            mark._replace(dy=mark.dy + rise) if isinstance(mark, TextMark)
            else mark._replace(dy=mark.dy + rise, to_dy=mark.to_dy + rise)
            for mark in text_marks(start, text, manner) if isinstance(mark, (TextMark, StrokeMark))
        ]
    lines = (
        StrokeMark(0, 0, 2 * half, 0, style.RULE),
        StrokeMark(half, -high / 2, half, high / 2, style.RULE),
    )
    return Piece(2 * half, printed=lines, written=tuple(written), height=high + 2)


@lru_cache(maxsize=256)
def qr_marks(text: str, side: float) -> tuple[DrawnMark, ...]:
    """The dark parts of ReportLab's QR code of `text` in a square of `side` points in the middle of the line."""
    from reportlab.graphics.barcode.qr import QrCodeWidget

    _background, *dark = QrCodeWidget(text, barWidth=side, barHeight=side, barLevel=QR_LEVEL).draw().contents
    return tuple(
        FrameMark(part.x, part.y - side / 2, part.width, part.height, filled=True) for part in dark
    )


def qr_piece(item: Qr) -> Piece:
    """A QR code, or the empty place for one."""
    side = item.mm * MM
    return Piece(side, written=qr_marks(item.text, side) if item.text else (), height=side)


def entry_pieces(item: Entry, size: float) -> list[Piece]:
    """A filled-in text: in a slot of fixed width while it fits, else as text that wraps."""
    manner = Manner(Face.FILLED, size, PALE if item.pale else BLUE, item.line)
    slot = item.mm * MM
    wide = fonts.width(item.text, manner.face, size)
    if slot and wide + 2 * SLOT_SIDE <= slot:
        return [_slot(item, slot, wide, manner)]
    if not item.text:
        return []
    pieces = [text_piece(part, manner) for part in chinese_lines.segments(item.text)]
    if slot:
        edge = text_piece(" ", manner) if item.line else Piece(SLOT_SIDE)
        pieces = [replace(edge, sticks_right=True), *pieces, replace(edge, sticks_left=True)]
    return pieces


def _slot(item: Entry, slot: float, wide: float, manner: Manner) -> Piece:
    spare = slot - wide
    left = {"left": SLOT_SIDE, "center": spare / 2, "right": spare - SLOT_SIDE}[item.align]
    low = baseline(manner.size) - UNDERLINE_DROP * manner.size
    rule = (StrokeMark(0, low, slot, low, style.UNDERLINE),) if item.line else ()
    return Piece(slot, sticks_left=item.line, printed=rule, written=text_marks(left, item.text, manner))


def pieces_of(item: Item, size: float, spacing: float = 0) -> list[Piece]:
    """The pieces of one item of a line whose type size is `size`."""
    if isinstance(item, Text):
        manner = Manner(Face.BOLD if item.bold else Face.PRINTED, item.size or size, spacing=spacing)
        parts = (item.words,) if item.keep else chinese_lines.segments(item.words)
        return [text_piece(part, manner) for part in parts]
    if isinstance(item, Entry):
        return entry_pieces(item, size)
    if isinstance(item, Gap):
        return [Piece(item.mm * MM, sticks_left=True, sticks_right=True)]
    if isinstance(item, Mark):
        return [mark_piece(item)]
    if isinstance(item, Digit):
        return [digit_piece(item)]
    if isinstance(item, Ringed):
        return [ring_piece(item, size)]
    if isinstance(item, Ticked):
        return [tick_piece(item, size)]
    if isinstance(item, Qr):
        return [qr_piece(item)]
    if isinstance(item, Crossed):
        return [cross_piece(item)]
    assert isinstance(item, LineBreak)
    hanging = text_marks(0, item.words, Manner(Face.PRINTED, size))
    return [Piece(0, sticks_left=True, ends_line=True, printed=hanging, height=item.height_mm * MM)]


def line_width(pieces: Sequence[Piece]) -> float:
    """The width of a line without the blank at its end."""
    return sum(piece.width + piece.space for piece in pieces) - (pieces[-1].space if pieces else 0)


def shift(mark: DrawnMark, x: float) -> DrawnMark:
    """`mark` moved right by `x`."""
    if isinstance(mark, StrokeMark):
        return mark._replace(x=mark.x + x, to_x=mark.to_x + x)
    return mark._replace(x=mark.x + x)


def place(pieces: Sequence[Piece], x: float) -> tuple[list[DrawnMark], list[DrawnMark]]:
    """Printed and written marks of `pieces` from `x` on; neighbouring texts of one manner become one mark."""
    printed: list[DrawnMark] = []
    written: list[DrawnMark] = []
    position = 0
    while position < len(pieces):
        piece = pieces[position]
        if piece.manner is None:
            printed += [shift(mark, x) for mark in piece.printed]
            written += [shift(mark, x) for mark in piece.written]
            x += piece.width + piece.space
            position += 1
            continue
        end = position
        while end < len(pieces) and pieces[end].manner == piece.manner:
            end += 1
        group = pieces[position:end]
        wide = sum(part.width + part.space for part in group)
        is_written = piece.manner.face is Face.FILLED
        text = "".join(part.text for part in group)
        (written if is_written else printed).extend(text_marks(x, text, piece.manner))
        if piece.manner.underlined:
            low = baseline(piece.manner.size) - UNDERLINE_DROP * piece.manner.size
            printed.append(StrokeMark(x, low, x + wide, low, style.UNDERLINE))
        x += wide
        position = end
    return printed, written


def make_room(pieces: Sequence[Piece], width: float, count: int, room: float) -> list[list[Piece]]:
    """`pieces` in `count` lines of like length, so that `room` is free at the end of the last; else a line for that."""
    narrow, wide = 0.0, width
    while wide - narrow > 1:
        middle = (narrow + wide) / 2
        narrow, wide = (narrow, middle) if len(chinese_lines.lines(pieces, middle, split_text)) <= count else (middle, wide)
    rows = chinese_lines.lines(pieces, wide, split_text)
    if len(rows) <= count and line_width(rows[-1]) + room <= width:
        return rows
    return [*chinese_lines.lines(pieces, width, split_text), []]


def set_line(content: LineContent, width: float) -> list[SetLine]:
    """A paragraph as lines of at most `width` points."""
    size = content.size or style.BODY
    pieces = [piece for item in content.items for piece in pieces_of(item, size, content.spacing)]
    right = [piece for item in content.right for piece in pieces_of(item, size)]
    right_wide = line_width(right)
    rows = chinese_lines.lines(pieces, width, split_text)
    if right and rows[-1] and line_width(rows[-1]) + right_wide + 1 > width:
        rows = make_room(pieces, width, len(rows) + 1, right_wide + 1)
    sizes = [item.size or size for item in content.items if isinstance(item, Text)]
    least = style.LEADING * max((size, *sizes))
    done = []
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        start = {"left": 0.0, "center": (width - line_width(row)) / 2, "right": width - line_width(row)}[content.align]
        printed, written = place(row, start)
        if last and right:
            more_printed, more_written = place(right, width - right_wide)
            printed += more_printed
            written += more_written
        height = max((least, *(piece.height for piece in row), *(piece.height for piece in right if last)))
        done.append(SetLine(height, tuple(printed), tuple(written)))
    return done


@lru_cache(maxsize=8192)
def set_lines(lines: tuple[LineContent, ...], width: float) -> SetCell:
    """The lines of a cell that is `width` points wide inside its padding. Remembered by content."""
    done = tuple(row for line in lines for row in set_line(line, width))
    return SetCell(done, sum(row.height for row in done))


@lru_cache(maxsize=1024)
def set_upright(lines: tuple[LineContent, ...], width: float) -> SetCell:
    """The characters of a side heading one below the other, in the middle of `width` points."""
    done: list[SetLine] = []
    for line in lines:
        size = line.size or style.BODY
        words = "".join(item.words for item in line.items if isinstance(item, Text))
        for character in words:
            manner = Manner(Face.PRINTED, size)
            x = (width - fonts.width(character, Face.PRINTED, size)) / 2
            done.append(SetLine(size * style.UPRIGHT_LEADING, text_marks(x, character, manner), ()))
    return SetCell(tuple(done), sum(row.height for row in done))
