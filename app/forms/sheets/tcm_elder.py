"""The printed 老年人中医药健康管理服务记录表 (third edition, 2017, form list §11), two A4 pages."""

from __future__ import annotations

from app.domain.tcm_constitution import QUESTION_COUNT
from app.forms.kinds import Option
from app.forms.layout import (
    Cell,
    DateFill,
    Fill,
    Grid,
    Inline,
    Leaf,
    Line,
    Ring,
    Row,
    Sheet,
    Signature,
    Text,
    cell,
    choices_of,
    label,
    text,
)
from app.forms.tcm_elder import CONSTITUTIONS, FORM, OWN_SCALES, SCALE, question_code, scale
from app.forms.vocabulary import NOTE

FIELDS = FORM.fields
QUESTION_COLUMNS = (76.0, *(22.0,) * 5)
RESULT_COLUMNS = (15.0, *(19.0,) * 9)
ON_FIRST_PAGE = 20
QUESTION_MM = 11.0
SIZE = 8.5


def question_head() -> Row:
    """The heading of the questions: what the scores mean in general."""
    return Row((label(FORM.sections[0].title), *(label(words.replace("（", "\n（")) for words in SCALE)), mm=12)


def question_row(number: int) -> Row:
    """One item, and its five scores to be circled; with their own words where it has some."""
    code = question_code(number)
    scores = []
    for value, words in enumerate(scale(number), start=1):
        ring = Line((Ring(str(value), ((code, value),)),), align="center")
        own = (Line((Text(f"（{words}）"),), align="center", size=8),) if number in OWN_SCALES else ()
        scores.append(Cell((ring, *own)))
    return Row((Cell(text(FIELDS[code].label)), *scores), mm=QUESTION_MM)


def questions(numbers: range) -> Grid:
    """The items of one page."""
    return Grid(QUESTION_COLUMNS, (question_head(), *map(question_row, numbers)), header_rows=1)


def ringed(code: str, option: Option) -> tuple[Inline, ...]:
    """An option whose number is circled when it is chosen."""
    return Ring(str(option.code), ((code, option.code),)), Text(f".{option.label}")


def result_cell(code: str) -> Cell:
    """1.得分, and the results to be circled."""
    results = choices_of(FIELDS[f"result_{code}"])
    return Cell((
        Line((Text("1.得分"), Fill(f"score_{code}", 6.5, line=True, align="center")), size=SIZE),
        *(Line(ringed(f"result_{code}", option), size=SIZE) for option in results),
    ))


def guidance_cell(code: str) -> Cell:
    """What was advised, to be circled."""
    field = FIELDS[f"guidance_{code}"]
    *others, other = choices_of(field)
    return Cell((
        *(Line(ringed(field.code, option), size=SIZE) for option in others),
        Line((*ringed(field.code, other), Text("：")), size=SIZE),
        Line((Fill(field.code + NOTE, 15, line=True),), size=SIZE),
    ))


RESULTS = Grid(RESULT_COLUMNS, (
    Row((label("体质\n类型"), *(label(name) for name in CONSTITUTIONS.values())), mm=9),
    Row((label("体质\n辨识"), *(result_cell(code) for code in CONSTITUTIONS)), mm=20),
    Row((label("中医\n药保\n健指\n导"), *(guidance_cell(code) for code in CONSTITUTIONS)), mm=34),
    Row((
        label("填表日期", span=2), cell(DateFill("form_date"), span=3), label("医生签名", span=2),
        cell(Signature("doctor"), span=3),
    ), mm=9),
))

SHEET = Sheet(form=FORM.code, leaves=(
    Leaf(title=FORM.title, blocks=(questions(range(1, ON_FIRST_PAGE + 1)),)),
    Leaf(title=FORM.title, blocks=(questions(range(ON_FIRST_PAGE + 1, QUESTION_COUNT + 1)), RESULTS)),
))
