"""The printed 肺结核患者第一次入户随访记录表 (third edition, 2017, form list §8), one A4 page."""

from __future__ import annotations

from app.forms.layout import (
    Box,
    Boxes,
    Cell,
    DateFill,
    Fill,
    Grid,
    Leaf,
    Line,
    Row,
    Sheet,
    Signature,
    Text,
    cell,
    choice,
    choices_of,
    label,
    line,
    option_items,
)
from app.forms.tb_first_visit import FORM, LESSONS
from app.forms.vocabulary import NOTE, TARGET

FIELDS = FORM.fields
COLUMNS = (34.0, 40.0, 28.0, 26.0, 24.0, 34.0)
ROW_MM = 8.2
SIGNATURE_MM = 9.0
TO_THE_RIGHT_EDGE = 5
BESIDE_A_SUBHEADING = 4


def row(*cells: Cell, mm: float = ROW_MM) -> Row:
    """A row of this sheet."""
    return Row(cells, mm=mm)


def wide(code: str) -> Row:
    """A labelled item whose options go up to the right edge."""
    return row(label(FIELDS[code].label), choice(FIELDS[code], span=TO_THE_RIGHT_EDGE, note_mm=24))


def headed(heading: str, *rows: Row) -> tuple[Row, ...]:
    """`rows` beside one merged heading."""
    first, *others = rows
    return (Row((label(heading, rowspan=len(rows)), *first.cells), mm=first.mm), *others)


def below(code: str) -> Row:
    """An item below a merged heading."""
    return row(label(FIELDS[code].label), choice(FIELDS[code], span=BESIDE_A_SUBHEADING))


def amount(code: str) -> Row:
    """吸烟 and 饮酒: now / aimed at, in their unit."""
    return row(label(FIELDS[code].label), cell(
        Fill(code, 12, align="right"), Text(" / "), Fill(code + TARGET, 12), Text(FIELDS[code].unit),
        span=BESIDE_A_SUBHEADING,
    ))


def symptoms() -> Cell:
    """症状及体征: numbered ones in boxes, others on a line."""
    field = FIELDS["symptoms"]
    *numbered, other = choices_of(field)
    return Cell((
        Line(option_items(field, only=[option.code for option in numbered])),
        line(
            Text("其他"), Fill(field.code + NOTE, 60, line=True),
            right=(Boxes(field.code, field.kind.boxes, unnumbered=(other.code,)),),
        ),
    ), span=TO_THE_RIGHT_EDGE)


def place_and_time() -> Cell:
    """取药地点、时间."""
    return cell(
        Text("地点："), Fill("edu_place_time_place", 30, line=True), Text("时间："),
        DateFill("edu_place_time_date"), span=BESIDE_A_SUBHEADING - 1,
    )


def lesson(code: str) -> Row:
    """A subject of the teaching and whether it was understood."""
    return row(
        Cell((line(Text(LESSONS[code])),), span=2), choice(FIELDS[code], span=BESIDE_A_SUBHEADING - 1),
    )


GRID = Grid(COLUMNS, (
    row(
        label("随访时间"), cell(DateFill("visit_date"), span=2), label("随访方式"),
        cell(*option_items(FIELDS["visit_method"]), right=(Box("visit_method"),), span=2),
    ),
    wide("patient_type"),
    row(label("痰菌情况"), choice(FIELDS["sputum"], span=2), label("耐药情况"), choice(FIELDS["resistance"], span=2)),
    row(label("症状及体征"), symptoms(), mm=16),
    *headed(
        "用药",
        row(label("化疗方案"), cell(Fill("regimen"), span=BESIDE_A_SUBHEADING)),
        below("usage"),
        below("dosage_form"),
    ),
    wide("supervisor"),
    *headed("家庭居住\n环境评估", below("single_room"), below("ventilation")),
    *headed("生活方式评估", amount("cigarettes"), amount("alcohol")),
    *headed(
        "健康教育及培训", row(Cell((line(Text("取药地点、时间")),), span=2), place_and_time()),
        *(lesson(code) for code in LESSONS),
    ),
    row(
        label("下次随访时间"), cell(DateFill("next_visit_date"), span=2), label("评估医生签名"),
        cell(Signature("assessor"), span=2), mm=SIGNATURE_MM,
    ),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(title=FORM.title, blocks=(GRID,)),))
