"""The printed 严重精神障碍患者个人信息补充表 (third edition, 2017, form list §6), one A4 page."""

from __future__ import annotations

from app.forms.layout import (
    Box,
    Cell,
    DateFill,
    Fill,
    Gap,
    Grid,
    Leaf,
    Row,
    Sheet,
    Signature,
    Text,
    cell,
    choice,
    label,
    line,
    option_items,
)
from app.forms.sheets.mental_rows import counted_acts
from app.forms.smi_info import FORM

FIELDS = FORM.fields
COLUMNS = (34.0, 14.0, 50.0, 30.0, 58.0)
ROW_MM = 8.5
TALL_MM = 20.0
TO_THE_RIGHT_EDGE = 4
BESIDE_A_SUBHEADING = 3


def row(*cells: Cell, mm: float = ROW_MM) -> Row:
    """A row of this sheet."""
    return Row(cells, mm=mm)


def wide(code: str) -> Row:
    """A labelled item whose options go up to the right edge."""
    return row(label(FIELDS[code].label), choice(FIELDS[code], span=TO_THE_RIGHT_EDGE, note_mm=16))


CONSENT = Cell((
    line(*option_items(FIELDS["consent"]), right=(Box("consent"),)),
    line(
        Text("签字："), Signature("consent_sign", 40, line=True), Gap(6), Text("签字时间"), Gap(1),
        DateFill("consent_date"),
    ),
), span=TO_THE_RIGHT_EDGE)

DIAGNOSIS = cell(
    Text("诊断"), Fill("diagnosis", 40, line=True, align="center"), Text(" 确诊医院"),
    Fill("diagnosis_hospital", 38, line=True, align="center"), Text(" 确诊日期 "),
    DateFill("diagnosis_date"), span=TO_THE_RIGHT_EDGE,
)

GRID = Grid(COLUMNS, (
    row(label("监护人姓名"), cell(Fill("guardian_name"), span=2), label("与患者关系"), cell(Fill("guardian_relation"))),
    row(label("监护人住址"), cell(Fill("guardian_address"), span=2), label("监护人电话"), cell(Fill("guardian_phone"))),
    row(label("辖区村（居）委会\n联系人、电话"), cell(Fill("village_contact"), span=TO_THE_RIGHT_EDGE)),
    wide("household_type"),
    wide("employment"),
    row(label("知情同意"), CONSENT, mm=14),
    row(label("初次发病时间"), cell(DateFill("onset_date"), span=TO_THE_RIGHT_EDGE)),
    wide("past_symptoms"),
    wide("past_locked"),
    row(label("既往治疗情况", rowspan=2), label("门诊"), Cell((
        line(*option_items(FIELDS["past_outpatient"]), right=(Box("past_outpatient"),)),
        line(Text("首次抗精神病药治疗时间 "), DateFill("first_drug_date")),
    ), span=BESIDE_A_SUBHEADING), mm=13),
    row(label("住院"), cell(
        Text("曾住精神专科医院/综合医院精神专科"), Fill("past_inpatient", 12, line=True, align="center"), Text("次"),
        span=BESIDE_A_SUBHEADING,
    )),
    row(label("目前诊断情况"), DIAGNOSIS, mm=12),
    wide("last_effect"),
    row(label("危险行为"), counted_acts(FIELDS["dangerous_acts"], span=TO_THE_RIGHT_EDGE), mm=12),
    wide("economy"),
    row(label("专科医生的意见\n（如果有请记录）"), cell(Fill("specialist_advice"), span=TO_THE_RIGHT_EDGE), mm=TALL_MM),
    row(
        label("填表日期"), cell(DateFill("form_date"), span=2), label("医生签字"), cell(Signature("doctor")),
        mm=9,
    ),
))

SHEET = Sheet(form=FORM.code, leaves=(Leaf(title=FORM.title, blocks=(GRID,)),))
