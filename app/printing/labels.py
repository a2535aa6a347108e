"""药品标签: what stands on a bag of drugs: whose it is, what it is, how it is taken, batch and expiry.

One label on a roll of 60 × 40 mm, or many on an A4 sheet of labels, 3 × 7. The caller decides every word; a text that is
too long for its line becomes smaller, then breaks, and is shortened only when nothing else helps. Importing this module
loads neither ReportLab nor a font.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.i18n import tr
from app.printing import style
from app.printing.content import clean
from app.printing.style import MM, Face

if TYPE_CHECKING:
    from app.printing.pages import Placed

WIDTH_MM, HEIGHT_MM = 60.0, 40.0
PAD_MM = 2.5
SHEET_COLUMNS, SHEET_ROWS = 3, 7
LABELS_A_SHEET = SHEET_COLUMNS * SHEET_ROWS
NAME_SIZES = (10.0, 9.0, 8.0)
SIZES = ((11.0, 9.5, 12.0), (10.0, 9.0, 11.0), (9.0, 8.5, 10.0), (8.0, 8.0, 9.0))
"""Type sizes of drug, usage and times of the day, from the usual ones to the smallest that an old person reads."""
SMALL_SIZE = 8.0
PITCH_MM = 0.41
"""From line to line, in mm for each point of the type size."""
BAND_TOP_MM, BAND_BOTTOM_MM = 7.0, 29.8
"""The part of a label between the name and what stands at its foot."""
MOST_DRUG_LINES = 2
MOST_LINES = 12
ELLIPSIS = "…"


@dataclass(frozen=True)
class LabelContent:
    """Everything that one label says, as it should read. `times` such as 早、中、晚, "" when they are not certain."""

    clinic: str
    resident: str
    drug: str
    strength: str = ""
    quantity: str = ""
    usage: str = ""
    times: str = ""
    days: str = ""
    batch_no: str = ""
    expiry: str = ""
    given_on: str = ""
    phone: str = ""


@dataclass(frozen=True)
class LabelLine:
    """One line of a label: `left` and `right` with their size; the middle of the line is `top_mm` below the upper edge."""

    left: str
    top_mm: float
    size: float
    right: str = ""
    face: Face = Face.PRINTED


def labels_pdf(labels: Sequence[LabelContent]) -> bytes:
    """One label a page, 60 × 40 mm. Raises ValueError without any label."""
    from app.printing.engine import Writer
    from app.printing.pages import Page

    writer = Writer(tr("药品标签"))
    for label in _some(labels):
        placed = tuple(_placed(label, 0, HEIGHT_MM * MM))
        writer.add(Page(WIDTH_MM * MM, HEIGHT_MM * MM, (placed,), (), draft=False))
    return writer.finished()


def label_sheet_pdf(labels: Sequence[LabelContent], *, first: int = 1) -> bytes:
    """A4 sheets of labels, 3 × 7. `first` is the place of the first free label on a sheet that was begun, from 1.

    Raises ValueError without any label, or for a place that the sheet does not have.
    """
    from app.printing.engine import Writer
    from app.printing.marks import FrameMark
    from app.printing.pages import Page, Placed

    if not 1 <= first <= LABELS_A_SHEET:
        raise ValueError(f"a sheet has places 1 to {LABELS_A_SHEET}")
    paper_width, paper_height = (length * MM for length in style.PAPERS_MM["A4"])
    left = (paper_width - SHEET_COLUMNS * WIDTH_MM * MM) / 2
    top = (paper_height - SHEET_ROWS * HEIGHT_MM * MM) / 2
    places: list[LabelContent | None] = [*[None] * (first - 1), *_some(labels)]
    writer = Writer(tr("药品标签"))
    for begin in range(0, len(places), LABELS_A_SHEET):
        placed: list[Placed] = []
        for place, label in enumerate(places[begin : begin + LABELS_A_SHEET]):
            row, column = divmod(place, SHEET_COLUMNS)
            x, upper = left + column * WIDTH_MM * MM, paper_height - top - row * HEIGHT_MM * MM
            if label is not None:
                frame = FrameMark(0, 0, WIDTH_MM * MM, HEIGHT_MM * MM, 0.3, style.BLACK)
                placed.append(Placed((frame,), x, upper - HEIGHT_MM * MM))
                placed += _placed(label, x, upper)
        writer.add(Page(paper_width, paper_height, (tuple(placed),), (), draft=False))
    return writer.finished()


def label_lines(label: LabelContent) -> tuple[LabelLine, ...]:
    """The lines of a label from above: in the largest type in which drug, strength and usage stand there whole."""
    lines = [_whose(label)]
    for sizes in SIZES:
        middle = _what_and_how(label, sizes)
        if middle and middle[-1].top_mm + middle[-1].size * PITCH_MM / 2 <= BAND_BOTTOM_MM:
            break
    else:
        middle = _shortest(label, SIZES[-1])
    amount = "  ".join(part for part in (label.quantity, label.days) if part)
    batch = tr("批号 {batch}", batch=label.batch_no) if label.batch_no else ""
    expiry = tr("有效期至 {day}", day=label.expiry) if label.expiry else ""
    return (
        *lines, *middle, LabelLine(amount, 31.5, SMALL_SIZE, expiry), LabelLine(label.clinic, 34.8, SMALL_SIZE, label.phone),
        LabelLine(batch, 38.0, SMALL_SIZE, "" if lines[0].right else label.given_on),
    )  # fmt: skip


def _whose(label: LabelContent) -> LabelLine:
    """The name, smaller where it is long; the day goes to the foot of the label sooner than a part of the name."""
    from app.printing import fonts

    name, room = clean(label.resident), (WIDTH_MM - 2 * PAD_MM) * MM
    day = fonts.width(label.given_on, Face.BOLD, SMALL_SIZE) + 2 * MM
    for taken in (day, 0.0):
        for size in NAME_SIZES:
            if fonts.width(name, Face.BOLD, size) + taken <= room:
                return LabelLine(name, 4.5, size, label.given_on if taken else "", Face.BOLD)
    return LabelLine(name, 4.5, NAME_SIZES[-1], "", Face.BOLD)


def _what_and_how(label: LabelContent, sizes: tuple[float, float, float]) -> list[LabelLine]:
    """Drug and strength, usage and times of the day, one below the other in as many lines as they need."""
    room = (WIDTH_MM - 2 * PAD_MM) * MM
    drug_size, usage_size, times_size = sizes
    drug = " ".join(part for part in (label.drug, label.strength) if part)
    parts = [(part, drug_size, Face.BOLD) for part in _broken(drug, Face.BOLD, drug_size, room)]
    parts += [(part, usage_size, Face.PRINTED) for part in _broken(label.usage, Face.PRINTED, usage_size, room)]
    parts += [(part, times_size, Face.BOLD) for part in _broken(label.times, Face.BOLD, times_size, room)]
    return _stacked(parts)


def _shortest(label: LabelContent, sizes: tuple[float, float, float]) -> list[LabelLine]:
    """The same in the smallest type where even that is too much: the name of the drug gives way first, then the usage."""
    room = (WIDTH_MM - 2 * PAD_MM) * MM
    drug_size, usage_size, times_size = sizes
    last = [(label.times, times_size, Face.BOLD)] if label.times else []
    parts = [(part, drug_size, Face.BOLD) for part in _broken(label.drug, Face.BOLD, drug_size, room, MOST_DRUG_LINES)]
    parts += [(label.strength, drug_size, Face.BOLD)] if label.strength else []
    used = sum(size * PITCH_MM for _text, size, _face in (*parts, *last))
    most = max(1, int((BAND_BOTTOM_MM - BAND_TOP_MM - used) / (usage_size * PITCH_MM)))
    usage = _broken(label.usage, Face.PRINTED, usage_size, room, most)
    return _stacked([*parts, *((part, usage_size, Face.PRINTED) for part in usage), *last])


def _stacked(parts: Sequence[tuple[str, float, Face]]) -> list[LabelLine]:
    lines, top = [], BAND_TOP_MM
    for text, size, face in parts:
        lines.append(LabelLine(text, top + size * PITCH_MM / 2, size, face=face))
        top += size * PITCH_MM
    return lines


def _placed(label: LabelContent, x: float, upper: float) -> list[Placed]:
    from app.printing import fonts
    from app.printing.cells import Manner, text_marks
    from app.printing.pages import Placed

    room = (WIDTH_MM - 2 * PAD_MM) * MM
    placed: list[Placed] = []
    for line in label_lines(label):
        manner = Manner(line.face, line.size)
        right = clean(line.right)
        right_wide = fonts.width(right, line.face, SMALL_SIZE) if right else 0
        left = _shortened(clean(line.left), line.face, line.size, room - right_wide - (2 * MM if right else 0))
        marks = list(text_marks(0, left, manner))
        if right:
            marks += text_marks(room - right_wide, right, Manner(line.face, SMALL_SIZE))
        placed.append(Placed(tuple(marks), x + PAD_MM * MM, upper - line.top_mm * MM))
    return placed


def _broken(text: str, face: Face, size: float, room: float, most: int = MOST_LINES) -> list[str]:
    """`text` on at most `most` lines; the last is shortened where it is drawn."""
    from app.printing import fonts

    left = clean(text)
    lines: list[str] = []
    while left and len(lines) < most - 1 and fonts.width(left, face, size) > room:
        cut = next(n for n in range(len(left), 0, -1) if n == 1 or fonts.width(left[:n], face, size) <= room)
        lines.append(left[:cut])
        left = left[cut:].lstrip()
    return [*lines, left] if left else lines


def _shortened(text: str, face: Face, size: float, room: float) -> str:
    from app.printing import fonts

    if fonts.width(text, face, size) <= room:
        return text
    while text and fonts.width(text + ELLIPSIS, face, size) > room:
        text = text[:-1]
    return text + ELLIPSIS


def _some(labels: Sequence[LabelContent]) -> Sequence[LabelContent]:
    if not labels:
        raise ValueError("there is no label to print")
    return labels
