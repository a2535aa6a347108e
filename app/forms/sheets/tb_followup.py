"""The printed 肺结核患者随访服务记录表 (third edition, 2017, form list §9): one A4 page, four visits in columns, the end."""

from __future__ import annotations

from dataclasses import replace

from app.forms.layout import (
    Boxes,
    Cell,
    DateFill,
    Fill,
    Gap,
    Grid,
    Leaf,
    Line,
    PerVisit,
    Row,
    Sheet,
    Signature,
    Text,
    Tick,
    cell,
    choice,
    choices_of,
    label,
    line,
    option_items,
)
from app.forms.sheets import followup_rows as rows
from app.forms.tb_followup import FORM
from app.forms.vocabulary import NOTE

FIELDS = FORM.fields
LIFESTYLE_MM = 12.5


def symptoms() -> Row:
    """The numbered symptoms beside their boxes, and a line for others."""
    field = FIELDS["symptoms"]
    *numbered, other = choices_of(field)
    listed = Cell((
        line(Text("症状及体征：")),
        *(Line(option_items(field, only=(option.code,)), size=rows.SYMPTOM_SIZE) for option in numbered),
    ), span=2)
    boxes = Cell((
        line(Boxes(field.code, field.kind.boxes, per_line=5, unnumbered=(other.code,)), align="center"),
        line(),
        line(Text("其他："), Fill(field.code + NOTE)),
    ))
    return Row((listed, PerVisit(boxes)))


def reaction(code: str) -> Row:
    """1无 2有: what."""
    return rows.whole_label(FIELDS[code].label, PerVisit(choice(FIELDS[code], note_mm=14)))


def end_of_treatment() -> Cell:
    """When and why the treatment was stopped."""
    reasons = [
        Tick(option.label, (("stop_reason", option.code),)) for option in choices_of(FIELDS["stop_reason"])
    ]
    return Cell((
        line(Text("1 出现停止治疗时间 "), DateFill("stop_date")),
        line(Text("2 停止治疗原因："), *reasons),
    ), span=rows.VISITS)


def whole_course() -> Cell:
    """Visits and doses of the whole course, and the doctor who assessed it."""
    def number(code: str) -> Fill:
        return Fill(code, 12, line=True, align="center")

    return Cell((
        line(Text("应访视患者"), number("visits_due"), Text("次，实际访视"), number("visits_done"), Text("次；")),
        line(
            Text("患者在疗程中，应服药"), number("doses_due"), Text("次，实际服药"), number("doses_taken"),
            Text("次，服药率"), number("dose_rate"), Text("%"),
        ),
        line(Gap(80), Text("评估医生签名："), Signature("assessor", 36, line=True)),
    ), span=rows.VISITS)


GRID = Grid(rows.COLUMNS, (
    rows.whole_label("随访时间", PerVisit(cell(DateFill("visit_date")))),
    rows.whole_label("治疗月序", PerVisit(cell(Text("第"), Fill("treatment_month", 10, align="center"), Text("月")))),
    rows.whole_label("督导人员", PerVisit(choice(FIELDS["supervisor"]))),
    rows.whole_label("随访方式", PerVisit(choice(FIELDS["visit_method"]))),
    symptoms(),
    *rows.headed("生活方式指导", (
        replace(rows.labelled("吸烟（支/天）", rows.pair("cigarettes")), mm=LIFESTYLE_MM),
        replace(rows.labelled("饮酒（两/天）", rows.pair("alcohol")), mm=LIFESTYLE_MM),
    )),
    *rows.headed("用药", (
        rows.labelled("化疗方案", cell(Fill("regimen"))),
        rows.labelled("用法", choice(FIELDS["usage"])),
        rows.labelled("药品剂型", choice(FIELDS["dosage_form"])),
        rows.labelled("漏服药次数", cell(Fill("missed_doses", 12, align="center"), Text("次"))),
    )),
    reaction("adr"),
    reaction("complication"),
    *rows.headed("转诊", (
        rows.labelled("科别", cell(Fill("referral_dept"))),
        rows.labelled("原因", cell(Fill("referral_reason"))),
        rows.labelled("2周内随访，\n随访结果", cell(Fill("referral_result"))),
    )),
    rows.whole_label("处理意见", PerVisit(cell(Fill("handling"))), mm=10),
    rows.whole_label("下次随访时间", PerVisit(cell(DateFill("next_visit_date")))),
    rows.whole_label("随访医生签名", PerVisit(cell(Signature("doctor"))), mm=rows.SIGNATURE_MM),
    Row((label("停止治疗及原因", span=2), end_of_treatment()), mm=13),
    Row((label("全程管理情况", span=2), whole_course()), mm=18),
), header_rows=1)

SHEET = Sheet(form=FORM.code, visits=rows.VISITS, leaves=(Leaf(title=FORM.title, blocks=(GRID,)),))
