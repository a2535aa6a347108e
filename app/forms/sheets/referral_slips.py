"""What the two printed sheets of the 双向转诊单 share: the stub, the cut line, the part handed out."""

from __future__ import annotations

from app.forms.layout import (
    Block,
    Cell,
    CutLine,
    DateFill,
    Fill,
    Grid,
    Inline,
    Leaf,
    Line,
    Lines,
    Row,
    Sheet,
    Signature,
    Text,
)
from app.forms.vocabulary import Form

SIZE = 11.0
TITLE_SIZE = 15.0
STUB_SIZE = 13.0
LINE_AFTER_MM = 3.2
SIGNATURE_MM = 40.0
WRITTEN_MM = 184.0
PADDING_MM = 1.2
"""A cell begins so much to the left that its text stands below that of the lines."""



def blank(ref: str, mm: float) -> Fill:
    """A line to be filled in."""
    return Fill(ref, mm, line=True, align="center")


def printed(*items: Inline | str, align: str = "left") -> Lines:
    """A line of the slip, with room below it."""
    inline = tuple(Text(item) if isinstance(item, str) else item for item in items)
    return Lines((Line(inline, align=align, size=SIZE),), after=LINE_AFTER_MM)


def written(label: str, ref: str, mm: float) -> Row:
    """A heading, and room below it for the text of `ref`."""
    lines = (Line((Text(label + "："),), size=SIZE), Line((Text("    "), Fill(ref)), size=SIZE))
    return Row((Cell(lines, rule="", valign="top"),), mm=mm)


def texts(*rows: Row) -> Grid:
    """Texts one below the other, without rules."""
    return Grid((WRITTEN_MM,), rows, indent=-PADDING_MM)


def patient_lines(form: Form, number: str) -> tuple[Block, ...]:
    """Who is referred; `number` is the code of the number of the record or case."""
    fields = form.fields
    return (
        printed(
            "患者姓名", blank("patient_name", 34), " 性别", blank("sex", 16), " 年龄", blank("age", 16),
            f" {fields[number].label}", blank(number, 56),
        ),
        printed("家庭住址", blank("address", 94), " 联系电话", blank("phone", 52)),
    )


def signed_at_the_right(*lines: tuple[Inline, ...]) -> tuple[Block, ...]:
    """Who signs and the date, at the right edge."""
    return tuple(printed(*items, align="right") for items in lines)


def slip(form: Form, stub: tuple[Block, ...], letter: tuple[Block, ...]) -> Sheet:
    """One A4 page: the stub, a dashed line to cut along, and the part handed to the patient."""
    stub_head = Lines((Line((Text("存    根", bold=True, size=STUB_SIZE),), align="center"),), after=3)
    title = Lines((Line((Text(form.title, bold=True, size=TITLE_SIZE),), align="center"),), after=4)
    stub_foot = signed_at_the_right(
        (Text("转诊医生（签字）："), Signature("from_doctor", SIGNATURE_MM, line=True)), (DateFill("stub_date"),),
    )
    letter_foot = signed_at_the_right(
        (Text("转诊医生（签字）："), Signature("from_doctor", SIGNATURE_MM, line=True)),
        (Text("联系电话："), blank("from_phone", SIGNATURE_MM)),
        (blank("from_org", 60), Text("（机构名称）")),
        (DateFill("date"),),
    )
    blocks = (stub_head, *stub, *stub_foot, CutLine(before=4, after=7), title, *letter, *letter_foot)
    return Sheet(form=form.code, leaves=(Leaf(title=form.title, head=(), blocks=blocks),))
