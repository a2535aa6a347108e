"""The printed 严重精神障碍患者随访服务记录表 (third edition, 2017, form list §7): one A4 page for each visit."""

from __future__ import annotations

from app.forms.layout import (
    Box,
    Cell,
    DateFill,
    Fill,
    Gap,
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
    choice,
    choices_of,
    label,
    line,
    option_items,
    printed_option,
)
from app.forms.sheets.mental_rows import counted_acts
from app.forms.smi_followup import DAILY, FORM, MONTHLY

FIELDS = FORM.fields
COLUMNS = (38.0, 28.0, 42.0, 32.0, 46.0)
ROW_MM = 6.8
SIGNATURE_MM = 7.0
TO_THE_RIGHT_EDGE = 4
BESIDE_A_SUBHEADING = 3
CIRCLED = "①②③④⑤⑥⑦⑧"


def row(*cells: Cell, mm: float = ROW_MM) -> Row:
    """A row of this sheet."""
    return Row(cells, mm=mm)


def wide(code: str) -> Row:
    """A labelled item whose options go up to the right edge."""
    return row(label(FIELDS[code].label), choice(FIELDS[code], span=TO_THE_RIGHT_EDGE, note_mm=22))


def headed(heading: str, *rows: Row) -> tuple[Row, ...]:
    """`rows` beside one merged heading."""
    first, *others = rows
    return (Row((label(heading, rowspan=len(rows)), *first.cells), mm=ROW_MM), *others)


def below(code: str) -> Row:
    """An item below a merged heading."""
    return row(label(FIELDS[code].label), choice(FIELDS[code], span=BESIDE_A_SUBHEADING))


def causes_of_death() -> Cell:
    """死亡原因: with 躯体疾病 which one, in a second box."""
    bodily, *others = choices_of(FIELDS["death_cause"])
    items: list[Inline] = [Text(printed_option(bodily) + "：")]
    for sign, disease in zip(CIRCLED, choices_of(FIELDS["death_cause_disease"]), strict=True):
        items += [Text(sign + disease.label, keep=True), Text(" ")]
    lines = (
        Line(tuple(items), right=(Box("death_cause_disease"),)),
        line(
            *option_items(FIELDS["death_cause"], only=[option.code for option in others], note_mm=16),
            right=(Box("death_cause"),),
        ),
    )
    return Cell(lines, span=BESIDE_A_SUBHEADING)


def hospital_stay() -> Cell:
    """两次随访期间住院情况: who was in hospital and is out again, since when."""
    *others, was_there = choices_of(FIELDS["hospitalised"])
    return cell(
        *option_items(FIELDS["hospitalised"], only=[option.code for option in others]), Text(" "),
        Text(printed_option(was_there) + "（末次出院时间"), DateFill("hospitalised_date"), Text("）"),
        right=(Box("hospitalised"),), span=TO_THE_RIGHT_EDGE,
    )


def referral() -> Cell:
    """是否转诊: why, and where to."""
    return Cell((
        line(*option_items(FIELDS["referral"]), right=(Box("referral"),)),
        line(Text("转诊原因："), Fill("referral_reason", 110, line=True)),
        line(Text("转诊至机构及科室："), Fill("referral_to", 96, line=True)),
    ), span=TO_THE_RIGHT_EDGE)


def drug(code: str, number: int) -> Row:
    """A medicine: 每日（月） 次 每次剂量 mg; day or month is circled."""
    here = f"{code}.{number}."
    usage = cell(
        Text("用法：每"), Ring("日", ((here + "period", DAILY),)), Text("（"),
        Ring("月", ((here + "period", MONTHLY),)), Text("）"), Fill(here + "times", 10, line=True, align="center"),
        Text("次"), Gap(3), Text("每次剂量"), Fill(here + "dose_mg", 14, line=True, align="center"), Text("mg"), span=2,
    )
    return row(label(f"药物{number + 1}"), cell(Fill(here + "name")), usage)


GRID = Grid(COLUMNS, (
    row(
        label("随访日期"), cell(DateFill("visit_date"), span=2), label("本次随访形式"),
        choice(FIELDS["visit_method"]),
    ),
    wide("lost_reason"),
    *headed(
        "如死亡，日期和原因",
        row(label("死亡日期"), cell(DateFill("death_date"), span=BESIDE_A_SUBHEADING)),
        row(label("死亡原因"), causes_of_death()),
    ),
    wide("risk_level"),
    wide("symptoms"),
    wide("insight"),
    wide("sleep"),
    wide("diet"),
    *headed("社会功能情况", below("self_care"), below("housework"), below("work"), below("learning"), below("social")),
    row(label("危险行为"), counted_acts(FIELDS["dangerous_acts"], span=TO_THE_RIGHT_EDGE)),
    wide("locked"),
    row(label("两次随访期间住院情况"), hospital_stay()),
    wide("lab"),
    wide("drug_adherence"),
    wide("adr"),
    wide("effect"),
    row(label("是否转诊"), referral()),
    *headed("用药情况", *(drug("drugs", number) for number in range(3))),
    *headed("用药指导", *(drug("drug_advice", number) for number in range(3))),
    wide("rehab"),
    wide("visit_class"),
    row(
        label("下次随访日期"), cell(DateFill("next_visit_date"), span=2), label("随访医生签名"),
        cell(Signature("doctor")), mm=SIGNATURE_MM,
    ),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(title=FORM.title, blocks=(GRID,)),))
