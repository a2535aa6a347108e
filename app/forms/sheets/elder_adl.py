"""The printed 老年人生活自理能力评估表 (third edition, 2017, form list §10), one A4 page."""

from __future__ import annotations

from app.forms.elder_adl import DESCRIPTIONS, FORM, GRADES, ITEMS, SCORES
from app.forms.layout import (
    PERSON_HEAD,
    Cell,
    DateFill,
    Fill,
    Grid,
    Leaf,
    Line,
    Lines,
    Ring,
    Row,
    Sheet,
    Signature,
    Text,
    cell,
    choice,
    label,
    text,
)

FIELDS = FORM.fields
COLUMNS = (44.0, 25.0, 34.0, 34.0, 29.0, 20.0)
NONE = "—"
WORDS_MM, SCORE_MM = 22.0, 8.0
GUIDE = (
    "该表为自评表，根据下表中5个方面进行评估，将各方面判断评分汇总后，0～3分者为可自理；4～8分者为轻度依赖；"
    "9～18分者为中度依赖；≥19分者为不能自理。"
)


def scores(code: str) -> tuple[Cell, ...]:
    """The scores of an item, the chosen one circled; a dash where a grade has none."""
    return tuple(
        label(NONE) if score is None else cell(Ring(str(score), ((code, score),)), align="center")
        for score in SCORES[code]
    )


def item_rows(number: int, code: str) -> tuple[Row, Row]:
    """What the grades of an item mean, and their scores; the score that counts stands at the right."""
    name, what = ITEMS[code]
    words = tuple(Cell(text(each)) if each else label(NONE) for each in DESCRIPTIONS[code])
    chosen = Cell((Line((Fill(code, numbered=True),), align="center", size=12),), rowspan=2)
    return (
        Row((Cell(text(f"（{number}）{name}：{what}")), *words, chosen), mm=WORDS_MM),
        Row((label("评分"), *scores(code)), mm=SCORE_MM),
    )


GRID = Grid(COLUMNS, (
    Row((label("评估事项、内容与评分", rowspan=2), label("程度等级", span=4), label("判断评分", rowspan=2)), mm=7),
    Row(tuple(label(grade) for grade in GRADES), mm=7),
    *(row for number, code in enumerate(ITEMS, start=1) for row in item_rows(number, code)),
    Row((label("总评分", span=5), Cell((Line((Fill("total"),), align="center", size=12),))), mm=9),
    Row((label("评估结果"), choice(FIELDS["result"], span=5)), mm=9),
    Row((
        label("评估日期"), cell(DateFill("assessment_date"), span=2), label("评估人"), cell(Signature("assessor"), span=2),
    ), mm=9),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(
    title=FORM.title, head=(PERSON_HEAD,), blocks=(Lines((Line((Text(GUIDE),), size=10),), after=2), GRID),
),))
