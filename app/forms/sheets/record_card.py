"""The printed 居民健康档案信息卡 (third edition, 2017, form list §16): two sides of the size of a bank card.

The QR code of the record number lets a desk with a scanner open the record; it is no part of the national form.
"""

from __future__ import annotations

from app.forms.layout import (
    Block,
    Cell,
    DateFill,
    Digits,
    Fill,
    Grid,
    Inline,
    Leaf,
    Line,
    Lines,
    QrCode,
    Row,
    Sheet,
    Text,
    Tick,
    choices_of,
)
from app.forms.record_card import FORM
from app.forms.vocabulary import NOTE

FIELDS = FORM.fields
MARGIN_MM, TOP_MM = 4.0, 2.8
WIDTH_MM = 77.6
TITLE_SIZE = 10.5
SIZE = 8.0
QR_MM = 16.5
LINE_MM = 5.0
BACK_LINE_MM = 6.2
ABO_WORDS = {1: "A", 2: "B", 3: "O", 4: "AB"}
RH_WORDS = {1: "Rh阴性", 2: "Rh阳性", 3: "不详"}


def line(*items: Inline | str) -> Line:
    """A line of the card."""
    return Line(tuple(Text(item, keep=True) if isinstance(item, str) else item for item in items), size=SIZE)


def row(*items: Inline | str, span: int = 1, right: Cell | None = None, mm: float = LINE_MM) -> Row:
    """One line, with `right` beside it."""
    return Row((Cell((line(*items),), rule="", span=span), *([right] if right else [])), mm=mm)


def ticks(code: str, words: dict[int, str]) -> tuple[Inline, ...]:
    """Words to be ticked, by the code of their option."""
    return tuple(Tick(shown, ((code, option),)) for option, shown in words.items())


def value(code: str, mm: float) -> tuple[Inline, ...]:
    """A label and the line behind it."""
    return Text(FIELDS[code].label + "：", keep=True), Fill(code, mm, line=True)


def back_row(*items: Inline | str) -> Row:
    """A line of the back, which has more room."""
    return row(*items, mm=BACK_LINE_MM)


TITLE = Lines((Line((Text(FORM.title, bold=True, size=TITLE_SIZE),), align="center"),), after=0.2)
PICTURE = Cell((Line((QrCode("record_no", QR_MM),), align="right"),), rule="", rowspan=4, valign="top")
CHRONIC = {option.code: option.label for option in choices_of(FIELDS["chronic"])}

FRONT: tuple[Block, ...] = (TITLE, Grid((58.6, 19.0), (
    row(*value("name", 20), " 性别：", Fill("sex", 10, line=True), right=PICTURE),
    row("出生日期：", DateFill("birth_date")),
    row("健康档案编号：", Digits("record_no", (3, 5))),
    row("ABO血型：", *ticks("blood_abo", ABO_WORDS)),
    row("RH血型：", *ticks("blood_rh", RH_WORDS), span=2),
    row("慢性病患病情况：", *ticks("chronic", {code: CHRONIC[code] for code in (1, 2, 3, 4)}), span=2),
    row(*ticks("chronic", {code: CHRONIC[code] for code in (5, 6, 7, 8)}), Fill("chronic" + NOTE, 16, line=True), span=2),
    row(*value("allergy", 63.3), span=2),
)))

BACK: tuple[Block, ...] = (Grid((WIDTH_MM,), (
    back_row(*value("home_address", 60.5)),
    back_row(*value("home_phone", 60.5)),
    back_row(*value("emergency_contact", 17), " ", *value("emergency_phone", 17.3)),
    back_row(*value("org_name", 54.8)),
    back_row(*value("org_phone", 60.5)),
    back_row(*value("doctor_or_nurse", 17), " ", *value("doctor_phone", 20.1)),
    back_row(*value("other", 60.5)),
)),)


def card_side(blocks: tuple[Block, ...], *, top_mm: float = TOP_MM) -> Leaf:
    """One side of the card."""
    return Leaf(title="", head=(), blocks=blocks, foot_right="", top_mm=top_mm, margin_mm=MARGIN_MM)


SHEET = Sheet(form=FORM.code, paper="card", paged=False, leaves=(card_side(FRONT), card_side(BACK, top_mm=6)))
