"""The printed 高血压患者随访服务记录表 (third edition, 2017, form list §4): one A4 page with four visits in columns."""

from __future__ import annotations

from app.forms.htn_followup import FORM
from app.forms.layout import EXAMINED_ONLY, Fill, Grid, Leaf, PerVisit, Sheet, cell, choice
from app.forms.sheets import followup_rows as rows

FIELDS = FORM.fields

GRID = Grid(rows.COLUMNS, (
    *rows.head_rows(FORM),
    rows.symptom_row(FIELDS["symptoms"]),
    *rows.headed("体征", (
        rows.labelled("血压（mmHg）", rows.pair("sbp", "dbp")),
        rows.labelled("体重（kg）", rows.pair("weight")),
        rows.labelled("体质指数（BMI）\n（kg/m²）", rows.pair("bmi")),
        rows.labelled("心率（次/分钟）", cell(Fill("heart_rate"), align="center")),
        rows.labelled("其他", cell(Fill("sign_other"))),
    )),
    *rows.headed("生活方式指导", (
        rows.labelled("日吸烟量（支）", rows.pair("cigarettes")),
        rows.labelled("日饮酒量（两）", rows.pair("alcohol")),
        rows.labelled("运动", rows.exercise()),
        rows.labelled("摄盐情况\n（咸淡）", rows.rings(FIELDS["salt"])),
        rows.labelled("心理调整", choice(FIELDS["psych"])),
        rows.labelled("遵医行为", choice(FIELDS["compliance_behaviour"])),
    )),
    rows.whole_label("辅助检查*", PerVisit(cell(Fill("aux_exam")))),
    rows.whole_label("服药依从性", PerVisit(choice(FIELDS["drug_adherence"]))),
    rows.whole_label("药物不良反应", PerVisit(choice(FIELDS["adr"]))),
    rows.whole_label("此次随访分类", PerVisit(choice(FIELDS["visit_class"]))),
    *rows.headed("用药情况", (
        *rows.drug_rows(0, "药物名称1"), *rows.drug_rows(1, "药物名称2"), *rows.drug_rows(2, "药物名称3"),
        *rows.drug_rows(3, "其他药物"),
    )),
    *rows.referral_rows(),
    *rows.foot_rows(),
), header_rows=1)

SHEET = Sheet(
    form=FORM.code, visits=rows.VISITS, leaves=(Leaf(title=FORM.title, blocks=(GRID,), foot_left=EXAMINED_ONLY),),
)
