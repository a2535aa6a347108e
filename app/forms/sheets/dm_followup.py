"""The printed 2型糖尿病患者随访服务记录表 (third edition, 2017, form list §5): one A4 page, four visits in columns."""

from __future__ import annotations

from app.forms.dm_followup import FORM
from app.forms.layout import (
    EXAMINED_ONLY,
    Box,
    Cell,
    DateFill,
    Fill,
    Gap,
    Grid,
    Inline,
    Leaf,
    Line,
    PerVisit,
    Ring,
    Sheet,
    Text,
    cell,
    choice,
    choices_of,
    line,
    printed_option,
)
from app.forms.sheets import followup_rows as rows

FIELDS = FORM.fields
PULSE_SIZE = 8.0


def pulse() -> Cell:
    """足背动脉搏动: the sides stand behind 减弱 and behind 消失; the one found is circled where it was found."""
    field, sides = FIELDS["dorsalis_pedis"], choices_of(FIELDS["dorsalis_pedis_side"])
    felt, *abnormal = choices_of(field)
    lines = [Line((Text(printed_option(felt), keep=True),), right=(Box(field.code),), size=PULSE_SIZE)]
    for option in abnormal:
        items: list[Inline] = [Text(printed_option(option) + "（")]
        for position, side in enumerate(sides):
            found = ((field.code, option.code), ("dorsalis_pedis_side", side.code))
            items += [Text(" ")] * bool(position) + [Ring(side.label, found)]
        lines.append(Line((*items, Text("）")), size=PULSE_SIZE))
    return Cell(tuple(lines))


def other_exams() -> Cell:
    """其他检查: glycated haemoglobin with its date, and whatever else was examined."""
    return Cell((
        line(Text("糖化血红蛋白"), Fill("hba1c", 10, line=True, align="center"), Text("％")),
        line(Text("检查日期："), DateFill("hba1c_date", parts="md")),
        line(Text("随机血糖 "), Fill("random_glucose"), Text(" mmol/L"), optional=True),
        line(Text("其他："), Fill("exam_other")),
    ))


def insulin() -> Cell:
    """胰岛素: its kind, and how it is used."""
    return Cell((
        line(Text("种类："), Gap(0.5), Fill("insulin_kind")), line(Text("用法和用量："), Gap(0.5), Fill("insulin_usage")),
    ))


GRID = Grid(rows.COLUMNS, (
    *rows.head_rows(FORM),
    rows.symptom_row(FIELDS["symptoms"]),
    *rows.headed("体征", (
        rows.labelled("血压（mmHg）", rows.pair("sbp", "dbp")),
        rows.labelled("体重（kg）", rows.pair("weight")),
        rows.labelled("体质指数（BMI）\n（kg/m²）", rows.pair("bmi")),
        rows.labelled("足背动脉搏动", pulse()),
        rows.labelled("其他", cell(Fill("sign_other"))),
    )),
    *rows.headed("生活方式指导", (
        rows.labelled("日吸烟量（支）", rows.pair("cigarettes")),
        rows.labelled("日饮酒量（两）", rows.pair("alcohol")),
        rows.labelled("运动", rows.exercise()),
        rows.labelled("主食（克/天）", rows.pair("staple_food")),
        rows.labelled("心理调整", choice(FIELDS["psych"])),
        rows.labelled("遵医行为", choice(FIELDS["compliance_behaviour"])),
    )),
    *rows.headed("辅助检查", (
        rows.labelled("空腹血糖值", cell(Fill("fpg", 14, line=True, align="center"), Text(" mmol/L"), align="center")),
        rows.labelled("其他检查*", other_exams()),
    )),
    rows.whole_label("服药依从性", PerVisit(choice(FIELDS["drug_adherence"]))),
    rows.whole_label("药物不良反应", PerVisit(choice(FIELDS["adr"]))),
    rows.whole_label("低血糖反应", PerVisit(choice(FIELDS["hypoglycaemia"]))),
    rows.whole_label("此次随访分类", PerVisit(choice(FIELDS["visit_class"]))),
    *rows.headed("用药情况", (
        *rows.drug_rows(0, "药物名称1"), *rows.drug_rows(1, "药物名称2"), *rows.drug_rows(2, "药物名称3"),
        rows.labelled("胰岛素", insulin()),
    )),
    *rows.referral_rows(),
    *rows.foot_rows(),
), header_rows=1)

SHEET = Sheet(
    form=FORM.code, visits=rows.VISITS, leaves=(Leaf(title=FORM.title, blocks=(GRID,), foot_left=EXAMINED_ONLY),),
)
