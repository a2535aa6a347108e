"""The printed 会诊记录表 (third edition, 2017, form list §14), one A4 page."""

from __future__ import annotations

from app.forms.consultation import CONSULTANTS, FORM
from app.forms.layout import Cell, DateFill, Fill, Grid, Leaf, Line, Row, Sheet, Signature, Text
from app.forms.sheets.boxes import SIZE, at_the_right, written

FIELDS = FORM.fields
SIGNATURE_MM = 34.0
INSTITUTION, SIGNATURES = CONSULTANTS.columns


def column_head(words: str) -> Cell:
    """The heading of a column of institutions or signatures."""
    return Cell((Line((Text(words),), align="center", size=SIZE),))


def consultant(number: int) -> Row:
    """The row of one institution, with room for several signatures."""
    here = f"consultants.{number}."
    return Row((
        Cell((Line((Fill(here + INSTITUTION.code),), align="center", size=SIZE),)),
        Cell((Line((Signature(here + SIGNATURES.code),), size=SIZE),)),
    ), mm=11)


FOOT = Cell((
    at_the_right(Text("责任医生："), Signature("responsible_doctor", SIGNATURE_MM)),
    at_the_right(Text("会诊日期："), DateFill("consult_date")),
), span=2)
GRID = Grid((93.0, 93.0), (
    written(FIELDS["reason"].label, "reason", 56, span=2),
    written(FIELDS["opinion"].label, "opinion", 84, span=2),
    Row((Cell((Line((Text(FIELDS["consultants"].label + "："),), size=SIZE),), span=2),), mm=8),
    Row((column_head(INSTITUTION.label), column_head(SIGNATURES.label)), mm=8),
    *(consultant(number) for number in range(CONSULTANTS.rows)),
    Row((FOOT,), mm=18),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(title=FORM.title, blocks=(GRID,)),))
