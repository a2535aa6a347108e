"""The printed 慢阻肺病患者随访服务记录表 (2024, on trial, form list §12): two A4 pages, four visits in columns.

The official layout is not known; rows stand in the order of the confirmed items, as on the other follow-up forms.
"""

from __future__ import annotations

from dataclasses import replace

from app.forms.copd_followup import FORM
from app.forms.layout import (
    Box,
    Boxes,
    Cell,
    Fill,
    Grid,
    Leaf,
    Line,
    PerVisit,
    Row,
    Sheet,
    Signature,
    Text,
    cell,
    choice,
    choices_of,
    line,
    option_items,
    side,
)
from app.forms.sheets import followup_rows as rows
from app.forms.vocabulary import NOTE

FIELDS = FORM.fields
TRIAL_MARK = "国卫办基层函〔2024〕336号（试行）"
TRIAL_NOTE = "试行：选项编号和版式以国家正式表样为准"
SMALL = 8.0


def number(code: str, unit: str = "") -> Cell:
    """A number in the middle of its cell."""
    return cell(Fill(code, 14, align="center"), *([Text(unit)] if unit else ()), align="center")


def symptoms() -> Row:
    """The symptoms beside their boxes, and a line for others."""
    field = FIELDS["symptoms"]
    listed = Cell(tuple(
        Line((Text(f"{option.code}{option.label}"),), size=rows.SYMPTOM_SIZE) for option in choices_of(field)
    ))
    boxes = Cell((
        line(Boxes(field.code, field.kind.boxes, per_line=4), align="center"),
        line(),
        line(Text("其他："), Fill(field.code + NOTE)),
    ))
    return Row((side("症状", 1), listed, PerVisit(boxes)))


def several(code: str) -> Cell:
    """Options above their boxes."""
    field = FIELDS[code]
    return Cell((
        Line(option_items(field), size=SMALL), line(Boxes(code, field.kind.boxes), align="right"),
    ))


def body_mass() -> Cell:
    """体质指数, and the weight where it was measured."""
    return Cell((
        line(Fill("bmi", 14, align="center"), align="center"),
        line(Text("体重 "), Fill("weight"), Text(" kg"), align="center", optional=True),
    ))


def used(code: str, *amounts: tuple[str, str]) -> Cell:
    """Whether an apparatus is used, how much, and with what reaction."""
    return Cell((
        line(*option_items(FIELDS[code]), right=(Box(code),)),
        *(
            Line((Text(words), Fill(ref, 10, line=True, align="center"), Text(FIELDS[ref].unit)), size=SMALL)
            for words, ref in amounts
        ),
        Line(
            (Text("不良反应 "), *option_items(FIELDS[code + "_reaction"], note_mm=8)),
            right=(Box(code + "_reaction"),), size=SMALL,
        ),
    ))


def drug_rows(table: str, place: int) -> tuple[Row, Row]:
    """The name of a medicine, and 每日 次 每次."""
    here = f"{table}.{place}."
    usage = cell(Text("每日"), Fill(here + "times_per_day", 6, align="center"), Text("次 每次"), Fill(here + "dose", 8))
    return rows.labelled(f"药物名称{place + 1}", cell(Fill(here + "name"))), rows.labelled("用法用量", usage)


FIRST = Grid(rows.COLUMNS, (
    *rows.head_rows(FORM),
    symptoms(),
    *rows.headed("体征", (
        rows.labelled("口唇紫绀", choice(FIELDS["cyanosis"])),
        rows.labelled("外周水肿", choice(FIELDS["peripheral_edema"])),
        rows.labelled("呼吸频率\n（次/分钟）", number("respiration")),
        rows.labelled("心率（次/分钟）", number("heart_rate")),
        rows.labelled("体质指数（BMI）\n（kg/m²）", body_mass()),
        rows.labelled("其他", cell(Fill("sign_other"))),
    )),
    rows.whole_label("合并症", PerVisit(several("comorbidity"))),
    *rows.headed("生活方式指导", (
        rows.labelled("日吸烟量（支）", rows.pair("cigarettes")),
        rows.labelled("运动", rows.exercise()),
        rows.labelled("心理调整", choice(FIELDS["psych"])),
        rows.labelled("遵医行为", choice(FIELDS["compliance_behaviour"])),
        rows.labelled("疫苗免疫史", several("vaccines")),
    )),
    *rows.headed("辅助检查", (
        rows.labelled("脉搏氧饱和度\n（SpO2）", number("spo2", "%")),
        rows.labelled("肺通气功能检测\nFEV1", number("fev1", "L")),
        rows.labelled("FVC", number("fvc", "L")),
        rows.labelled("FEV1/FVC", number("fev1_fvc", "%")),
        rows.labelled("FEV1占\n预计值百分比", number("fev1_pred", "%")),
    )),
), header_rows=1)

SECOND = Grid(rows.COLUMNS, (
    rows.head_rows(FORM)[0],
    *rows.headed("用药情况", tuple(row for place in range(3) for row in drug_rows("drugs", place))),
    rows.whole_label("服药依从性", PerVisit(choice(FIELDS["drug_adherence"]))),
    rows.whole_label("药物不良反应", PerVisit(choice(FIELDS["adr"]))),
    rows.whole_label("家庭氧疗", PerVisit(used(
        "home_oxygen", ("氧流量", "home_oxygen_flow"), ("使用时间", "home_oxygen_hours"),
    ))),
    rows.whole_label("无创呼吸机使用", PerVisit(used("niv", ("使用时间", "niv_hours")))),
    rows.whole_label("此次随访分类", PerVisit(choice(FIELDS["visit_class"]))),
    rows.whole_label("下一步管理措施", PerVisit(choice(FIELDS["next_step"], size=SMALL))),
    *rows.headed("用药调整意见", tuple(row for place in range(3) for row in drug_rows("drug_change", place))),
    *rows.headed("转诊", (
        rows.labelled("原因", cell(Fill("referral_reason"))),
        rows.labelled("机构及科室", cell(Fill("referral_to"))),
        rows.labelled("联系人及电话", cell(Fill("referral_contact"))),
        rows.labelled("结果", choice(FIELDS["referral_result"])),
    )),
    rows.whole_label("备注", PerVisit(cell(Fill("remark"))), mm=10),
    *rows.foot_rows(),
    rows.whole_label("居民签字", PerVisit(cell(Signature("resident_sign"))), mm=rows.SIGNATURE_MM),
), header_rows=1)

PAGE = Leaf(title=FORM.title, blocks=(FIRST,), foot_left=TRIAL_NOTE, foot_right=TRIAL_MARK)

SHEET = Sheet(form=FORM.code, visits=rows.VISITS, leaves=(PAGE, replace(PAGE, blocks=(SECOND,))))
