"""The printed 接诊记录表 (third edition, 2017, form list §13), one A4 page with four boxes to write in."""

from __future__ import annotations

from app.forms.encounter import FORM
from app.forms.layout import Cell, DateFill, Grid, Leaf, Row, Sheet, Signature, Text
from app.forms.sheets.boxes import at_the_right, written

FIELDS = FORM.fields
HEIGHTS_MM = {"subjective": 62.0, "objective": 62.0, "assessment": 42.0, "plan": 56.0}
SIGNATURE_MM = 34.0

FOOT = Cell((
    at_the_right(Text("医生签字："), Signature("doctor", SIGNATURE_MM)),
    at_the_right(Text("接诊日期："), DateFill("encounter_date")),
))
GRID = Grid((186.0,), (
    *(written(FIELDS[code].label, code, mm) for code, mm in HEIGHTS_MM.items()), Row((FOOT,), mm=18),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(title=FORM.title, blocks=(GRID,)),))
