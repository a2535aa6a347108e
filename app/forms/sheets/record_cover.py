"""The printed 居民健康档案封面 (third edition, 2017, form list §1), one A4 page without a table."""

from __future__ import annotations

from app.forms.layout import (
    Cell,
    DateFill,
    Digits,
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
    line,
)
from app.forms.record_cover import FORM

FIELDS = FORM.fields
SIZE = 13.0
TITLE_SIZE = 34.0
ROW_MM = 13.5
COLUMNS = (47.0, 88.0)
INDENT_MM = 22.0


def written_on(code: str, content: Inline) -> Row:
    """The label of `code`, and its value on a line."""
    words = Cell((Line((Text(FIELDS[code].label + "："),), align="right", size=SIZE),), rule="", valign="bottom")
    value = Cell((Line((content,), size=SIZE),), rule="under", valign="bottom")
    return Row((words, value), mm=ROW_MM)


NUMBER = line(Text("编号 ", size=SIZE), Digits("record_no", (6, 3, 3, 5)), align="right")
TITLE = Line((Text(FORM.title, bold=True, size=TITLE_SIZE),), align="center")
RESIDENT = Grid(COLUMNS, tuple(
    written_on(code, Fill(code))
    for code in ("name", "current_address", "registered_address", "phone", "township_name", "village_name")
), indent=INDENT_MM)
KEEPER = Grid(COLUMNS, (
    written_on("created_org", Fill("created_org")),
    written_on("created_by", Signature("created_by")),
    written_on("responsible_doctor", Signature("responsible_doctor")),
    written_on("created_date", DateFill("created_date")),
), indent=INDENT_MM)

SHEET = Sheet(form=FORM.code, leaves=(Leaf(
    title="", head=(), top_mm=20, foot_right="",
    blocks=(
        Lines((NUMBER,)), Lines((TITLE,), before=26, after=18), RESIDENT, Lines((), before=22), KEEPER,
    ),
),))
