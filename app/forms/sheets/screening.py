"""The printed 血压血糖筛查登记, the clinic's own form on half of an A4 page; it is no sheet of the specification."""

from __future__ import annotations

from app.forms.layout import (
    PERSON_HEAD,
    Cell,
    DateFill,
    Fill,
    Grid,
    Leaf,
    Row,
    Sheet,
    Signature,
    Text,
    cell,
    choice,
    label,
    text,
)
from app.forms.screening import FORM

FIELDS = FORM.fields
COLUMNS = (28.0, 65.0, 28.0, 65.0)
OWN = "本室自用的登记，不是国家规范的表格"


def measured(name: str, *codes: str) -> tuple[Cell, Cell]:
    """A label and the values of `codes`, parted by strokes, with their unit."""
    items: list[Text | Fill] = []
    for number, code in enumerate(codes):
        items += [Text("／")] * bool(number) + [Fill(code, mm=14, line=True)]
    return label(name), cell(*items, Text(" " + FIELDS[codes[0]].unit))


GRID = Grid(COLUMNS, (
    Row((label("筛查日期"), cell(DateFill("screen_date")), label("地点"), cell(Fill("place"))), mm=9),
    Row((*measured("血压", "sbp", "dbp"), *measured("心率", "heart_rate")), mm=9),
    Row((*measured("空腹血糖", "fasting_glucose"), *measured("随机血糖", "random_glucose")), mm=9),
    Row((*measured("身高", "height"), *measured("体重", "weight")), mm=9),
    Row((*measured("体质指数", "bmi"), *measured("腰围", "waist")), mm=9),
    Row((label("高危因素"), choice(FIELDS["risk_factors"], span=3)), mm=9),
    Row((label("结论"), choice(FIELDS["conclusion"], span=3)), mm=14),
    Row((label("复测日期"), cell(DateFill("repeat_on"), span=3)), mm=9),
    Row((label("告知和指导"), Cell((*text(""), *cell(Fill("advice")).lines), span=3, valign="top")), mm=22),
    Row((label("筛查人签名"), cell(Signature("doctor", 40), span=3)), mm=9),
))

SHEET = Sheet(form=FORM.code, leaves=(
    Leaf(title=FORM.title, head=(PERSON_HEAD,), blocks=(GRID,), foot_right=OWN),
))
