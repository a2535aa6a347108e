"""The printed 健康体检表 (third edition, 2017, form list §3): four A4 pages, two sheets of paper printed on both sides."""

from __future__ import annotations

from dataclasses import replace

from app.forms.health_exam import FORM
from app.forms.health_exam_habits import HAZARDS
from app.forms.layout import (
    EXAMINED_ONLY,
    Box,
    Boxes,
    Cell,
    Cross,
    DateFill,
    Fill,
    Gap,
    Grid,
    Inline,
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
    printed_option,
    side,
)
from app.forms.vocabulary import NOTE

FIELDS = FORM.fields
FRONT = (10.0, 22.0, 25.0, 39.0, 16.0, 14.0, 60.0)
"""Columns of the first two pages: side heading, label, label below it, value, label in two parts, value."""

LABORATORY = (10.0, 34.0, 142.0)
STAYS = (24.0, 22.0, 38.0, 38.0, 38.0, 26.0)
MEDICATIONS = (24.0, 48.0, 28.0, 26.0, 26.0, 34.0)
VACCINATIONS = (24.0, 58.0, 40.0, 64.0)
CONCLUSION = (24.0, 62.0, 100.0)
ROW_MM = 7.5
BODY_MM = 9.2
LABORATORY_MM = 10.0
TREATED_MM = 9.5
STAY_MM = 12.0
HAZARDS_MM = 29.0
CONCLUSION_MM = 35.0
NOTE_MM = 24.0
CHARACTER_MM = 3.175
HAZARD_INDENT_MM = 4 * CHARACTER_MM + 0.7
"""As wide as 毒物种类 and a space."""

WIDE = 5
"""Columns of the first pages from the second label on."""


def row(*cells: Cell, mm: float = ROW_MM) -> Row:
    """A row of this sheet."""
    return Row(cells, mm=mm)


def at_least(mm: float, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """`rows` with room to write by hand."""
    return tuple(replace(each, mm=max(mm, each.mm)) for each in rows)


def headed(heading: Cell, *rows: Row) -> tuple[Row, ...]:
    """`rows` beside or below one merged heading."""
    first, *others = rows
    return (Row((heading, *first.cells), mm=first.mm), *others)


def measured(code: str, words: str, span: int = 1) -> Cell:
    """A value with its unit at the right."""
    return cell(Fill(code), right=(Text(words),), span=span)


def named(code: str, *, note_mm: float = NOTE_MM) -> Line:
    """An item within a cell: its label, its options and its box."""
    field = FIELDS[code]
    return line(Text(field.label + "："), *option_items(field, note_mm=note_mm), right=(Box(code),))


def result(code: str, unit: str) -> tuple[Inline, ...]:
    """A result of the laboratory: its label, a line and its unit."""
    return (Text(FIELDS[code].label, keep=True), Fill(code, 16, line=True, align="center"), Text(unit, keep=True))


def parted(*groups: tuple[Inline, ...]) -> Line:
    """Groups of items with room between them."""
    items: list[Inline] = []
    for group in groups:
        items += [Gap(3)] * bool(items) + [*group]
    return line(*items)


def pressure(side_code: str) -> Cell:
    """血压 of one arm."""
    return cell(
        Fill(f"bp_{side_code}_sbp", 14, align="right"), Text(" / "), Fill(f"bp_{side_code}_dbp", 14),
        right=(Text("mmHg"),),
    )


def elderly(words: str, content: Cell) -> Row:
    """One of the four items asked of the elderly."""
    return row(label(words, span=2), content)


def screening(code: str, test: str) -> Cell:
    """1粗筛阴性, and 2粗筛阳性 with the total of the test."""
    negative, positive = (printed_option(option) for option in choices_of(FIELDS[code]))
    return Cell((
        line(Text(negative)),
        line(
            Text(f"{positive}，{test}，总分"), Fill(code + "_score", 16, line=True, align="center"), right=(Box(code),),
        ),
    ), span=4)


def hazards() -> Cell:
    """职业病危害因素接触史: the work and how long, then the five kinds with 防护措施."""
    none, some = (printed_option(option) for option in choices_of(FIELDS["occ_exposure"]))
    lines = [line(
        Text(f"{none} {some}（工种"), Fill("occ_exposure_job", 28, line=True), Text("从业时间"),
        Fill("occ_exposure_years", 12, line=True, align="center"), Text("年）"), right=(Box("occ_exposure"),),
    )]
    for number, (code, words) in enumerate(HAZARDS.items()):
        begin: Inline = Text("毒物种类 ", keep=True) if not number else Gap(HAZARD_INDENT_MM)
        lines.append(line(
            begin, Text(words, keep=True), Gap((4 - len(words)) * CHARACTER_MM),
            Fill(code, 34, line=True), Gap(2), Text("防护措施", keep=True),
            *option_items(FIELDS[code + "_protection"], note_mm=26), right=(Box(code + "_protection"),),
        ))
    return Cell(tuple(lines), span=WIDE)


HEAD = Grid(FRONT, (
    row(
        label("体检日期", span=2), cell(DateFill("exam_date"), span=2), label("责任医生", span=2),
        cell(Signature("responsible_doctor")),
    ),
    row(label("内容"), label("检查项目", span=6)),
    row(side("症状", 1), choice(FIELDS["symptoms"], span=6, note_mm=NOTE_MM)),
    *headed(
        side("一般状况", 9),
        row(label("体温", span=2), measured("temperature", "℃"), label("脉率", span=2), measured("pulse", "次/分钟")),
        row(
            label("呼吸频率", span=2, rowspan=2),
            Cell((line(Fill("respiration"), right=(Text("次/分钟"),)),), rowspan=2),
            label("血压", rowspan=2), label("左侧"), pressure("left"),
        ),
        row(label("右侧"), pressure("right")),
        row(label("身高", span=2), measured("height", "cm"), label("体重", span=2), measured("weight", "kg")),
        row(
            label("腰围", span=2), measured("waist", "cm"), label("体质指数（BMI）", span=2),
            measured("bmi", "kg/m²"),
        ),
        elderly("老年人健康状态\n自我评估*", choice(FIELDS["elder_self_health"], span=4)),
        elderly("老年人生活自理能力\n自我评估*", choice(FIELDS["elder_self_care"], span=4)),
        elderly("老年人认知功能*", screening("elder_cognition", "简易智力状态检查")),
        elderly("老年人情感状态*", screening("elder_emotion", "老年人抑郁评分检查")),
    ),
    *headed(
        side("生活方式", 13),
        row(label("体育锻炼", rowspan=3), label("锻炼频率"), choice(FIELDS["exercise_freq"], span=4)),
        row(
            label("每次锻炼时间"), measured("exercise_minutes", "分钟"), label("坚持锻炼时间", span=2),
            measured("exercise_years", "年"),
        ),
        row(label("锻炼方式"), cell(Fill("exercise_kind"), span=4)),
        row(label("饮食习惯"), choice(FIELDS["diet"], span=WIDE)),
        row(label("吸烟情况", rowspan=3), label("吸烟状况"), choice(FIELDS["smoking"], span=4)),
        row(label("日吸烟量"), cell(
            Text("平均"), Fill("cigarettes_per_day", 16, align="center"), Text("支"), span=4,
        )),
        row(
            label("开始吸烟年龄"), measured("smoking_start_age", "岁"), label("戒烟年龄", span=2),
            measured("smoking_quit_age", "岁"),
        ),
        row(label("饮酒情况", rowspan=5), label("饮酒频率"), choice(FIELDS["drinking_freq"], span=4)),
        row(label("日饮酒量"), cell(Text("平均"), Fill("alcohol_per_day", 16, align="center"), Text("两"), span=4)),
        row(label("是否戒酒"), cell(
            *option_items(FIELDS["drinking_quit"]), Text("，戒酒年龄："),
            Fill("drinking_quit_age", 14, line=True, align="center"), Text("岁"), right=(Box("drinking_quit"),), span=4,
        )),
        row(
            label("开始饮酒年龄"), measured("drinking_start_age", "岁"), label("近一年内是否\n曾醉酒", span=2),
            choice(FIELDS["drunk_last_year"]),
        ),
        row(label("饮酒种类"), choice(FIELDS["alcohol_kinds"], span=4, note_mm=NOTE_MM)),
        row(label("职业病危害\n因素接触史"), hazards(), mm=HAZARDS_MM),
    ),
))


def teeth() -> Line:
    """齿列: a cross behind each kind of teeth for their places."""
    crosses = {2: "teeth_missing", 3: "teeth_caries", 4: "teeth_denture"}
    quarters = ("upper_right", "upper_left", "lower_right", "lower_left")
    items: list[Inline] = [Text("齿列：")]
    for option in choices_of(FIELDS["teeth"]):
        items += [Text(printed_option(option), keep=True), Gap(1)]
        if option.code in crosses:
            ref = crosses[option.code]
            first, second, third, fourth = (f"{ref}.0.{quarter}" for quarter in quarters)
            items += [Cross((first, second, third, fourth)), Gap(2)]
        else:
            items += [Gap(1)]
    return line(*items, right=(Boxes("teeth", 4),))


def found(words: str, code: str) -> Row:
    """One item of 查体 in a row."""
    return row(label(words), choice(FIELDS[code], span=WIDE, note_mm=NOTE_MM))


def eye(side_code: str, words: str) -> tuple[Inline, ...]:
    """视力 of one eye."""
    return (Text(words), Fill(side_code, 14, line=True, align="center"))


BODY = Grid(FRONT, at_least(BODY_MM, (
    *headed(
        side("脏器功能", 4),
        row(label("口腔"), Cell((named("lips"), teeth(), named("throat")), span=WIDE)),
        row(label("视力"), cell(
            *eye("vision_left", "左眼"), Gap(2), *eye("vision_right", "右眼"), Gap(2), Text("（矫正视力："),
            *eye("vision_left_corr", "左眼"), Gap(2), *eye("vision_right_corr", "右眼"), Text("）"), span=WIDE,
        )),
        row(label("听力"), choice(FIELDS["hearing"], span=WIDE)),
        row(label("运动功能"), choice(FIELDS["motor"], span=WIDE)),
    ),
    *headed(
        side("查体", 17),
        found("眼底*", "fundus"),
        found("皮肤", "skin"),
        found("巩膜", "sclera"),
        found("淋巴结", "lymph_nodes"),
        row(label("肺"), Cell((named("barrel_chest"), named("breath_sounds"), named("rales")), span=WIDE)),
        row(label("心脏"), Cell((
            line(
                Text("心率："), Fill("heart_rate", 14, line=True, align="center"), Text("次/分钟"), Gap(4),
                Text("心律："), *option_items(FIELDS["heart_rhythm"]), right=(Box("heart_rhythm"),),
            ),
            named("heart_murmur"),
        ), span=WIDE)),
        row(label("腹部"), Cell(tuple(named(code) for code in (
            "abd_tenderness", "abd_mass", "abd_liver", "abd_spleen", "abd_dullness",
        )), span=WIDE)),
        found("下肢水肿", "leg_edema"),
        found("足背动脉\n搏动*", "dorsalis_pedis"),
        found("肛门指诊*", "rectal"),
        found("乳腺*", "breast"),
        *headed(label("妇科*", rowspan=5), *(
            row(label(FIELDS[code].label), choice(FIELDS[code], span=4, note_mm=NOTE_MM))
            for code in ("gyn_vulva", "gyn_vagina", "gyn_cervix", "gyn_uterus", "gyn_adnexa")
        )),
        row(label("其他*"), cell(Fill("exam_other"), span=WIDE)),
    ),
)))


def examined(words: str, *content: Inline | Line, right: tuple[Inline, ...] = ()) -> Row:
    """One item of 辅助检查."""
    return row(label(words), cell(*content, right=right))


def read(words: str, code: str) -> Row:
    """One item of 辅助检查 with options."""
    return row(label(words), choice(FIELDS[code], note_mm=40))


TESTS = Grid(LABORATORY, at_least(LABORATORY_MM, (
    *headed(
        side("辅助检查", 15),
        examined(
            "血常规*",
            parted(result("hb", "g/L"), result("wbc", "×10⁹/L"), result("plt", "×10⁹/L")),
            line(Text("其他"), Fill("cbc_other", 60, line=True)),
        ),
        examined(
            "尿常规*",
            parted(result("u_protein", ""), result("u_glucose", ""), result("u_ketone", ""), result("u_blood", "")),
            line(Text("其他"), Fill("u_other", 60, line=True)),
        ),
        examined(
            "空腹血糖*", Fill("fpg", 18, line=True, align="center"), Text("mmol/L"), Gap(3), Text("或"), Gap(3),
            Fill("fpg_mg_dl", 18, line=True, align="center"), Text("mg/dL"),
        ),
        read("心电图*", "ecg"),
        examined("尿微量白蛋白*", Fill("u_microalbumin", 18, line=True, align="center"), Text("mg/dL")),
        read("大便潜血*", "fobt"),
        examined("糖化血红蛋白*", Fill("hba1c", 18, line=True, align="center"), Text("%")),
        read("乙型肝炎\n表面抗原*", "hbsag"),
        examined(
            "肝功能*",
            parted(result("alt", "U/L"), result("ast", "U/L")),
            parted(result("albumin", "g/L"), result("tbil", "μmol/L")),
            parted(result("dbil", "μmol/L")),
        ),
        examined(
            "肾功能*",
            parted(result("creatinine", "μmol/L"), result("urea", "mmol/L")),
            parted(result("potassium", "mmol/L"), result("sodium", "mmol/L")),
        ),
        examined(
            "血脂*",
            parted(result("tc", "mmol/L"), result("tg", "mmol/L")),
            parted(result("ldl", "mmol/L")),
            parted(result("hdl", "mmol/L")),
        ),
        read("胸部X线片*", "chest_xray"),
        row(label("B超*"), Cell((named("us_abdomen", note_mm=40), named("us_other", note_mm=40)))),
        read("宫颈涂片*", "cervical_smear"),
        examined("其他*", Fill("lab_other")),
    ),
    *headed(side("现存主要健康问题", 7), *(
        read(FIELDS[code].label, code) for code in (
            "prob_cerebrovascular", "prob_kidney", "prob_heart", "prob_vessel", "prob_eye", "prob_neuro", "prob_other",
        )
    )),
)))


def stay_rows(code: str, words: str, dates: str) -> tuple[Row, ...]:
    """住院史 or 家庭病床史: its head and two rows."""
    filled = tuple(
        Row((
            cell(
                Fill(f"{code}.{number}.start", 16.5, align="right"), Text("/"), Fill(f"{code}.{number}.end", 16.5),
                align="center",
            ),
            *(cell(Fill(f"{code}.{number}.{column}")) for column in ("reason", "org", "case_no")),
        ), mm=STAY_MM)
        for number in range(FIELDS[code].kind.rows)  # type: ignore[attr-defined]
    )
    return headed(
        label(words, rowspan=3), row(label(dates), label("原因"), label("医疗机构名称"), label("病案号")), *filled,
    )


def numbered(number: int, ref: str) -> Cell:
    """The first cell of a numbered row."""
    return cell(Text(f"{number + 1} "), Fill(ref))


ADHERENCE = Cell((
    line(Text("服药依从性"), align="center"), line(Text("1规律 2间断 3不服药"), align="center"),
))

TREATED = (
    Grid(STAYS, headed(
        label("住院治疗情况", rowspan=6),
        *stay_rows("hospital_stays", "住院史", "入/出院日期"),
        *stay_rows("home_beds", "家庭病床史", "建/撤床日期"),
    )),
    Grid(MEDICATIONS, at_least(TREATED_MM, headed(
        label("主要用药情况", rowspan=7),
        row(label("药物名称"), label("用法"), label("用量"), label("用药时间"), ADHERENCE),
        *(
            row(
                numbered(number, f"medications.{number}.name"),
                *(cell(Fill(f"medications.{number}.{column}")) for column in ("usage", "dose", "duration")),
                cell(Box(f"medications.{number}.adherence"), align="center"),
            )
            for number in range(6)
        ),
    ))),
    Grid(VACCINATIONS, at_least(TREATED_MM, headed(
        label("非免疫规划\n预防接种史", rowspan=4),
        row(label("名称"), label("接种日期"), label("接种机构")),
        *(
            row(
                numbered(number, f"vaccinations.{number}.name"), cell(DateFill(f"vaccinations.{number}.date")),
                cell(Fill(f"vaccinations.{number}.org")),
            )
            for number in range(3)
        ),
    ))),
)

RISKS = choices_of(FIELDS["risk_control"])


def risk(number: int) -> str:
    """A risk factor with its number."""
    return printed_option(RISKS[number - 1])


CONCLUDED = Grid(CONCLUSION, at_least(CONCLUSION_MM, (
    row(label("健康评价"), Cell((
        line(*option_items(FIELDS["evaluation"]), right=(Box("evaluation"),)),
        *(
            line(Text(FIELDS[code].label), Fill(code, 130, line=True))
            for code in ("abnormal_1", "abnormal_2", "abnormal_3", "abnormal_4")
        ),
    ), span=2)),
    row(
        label("健康指导"),
        Cell((
            *(line(Text(printed_option(option))) for option in choices_of(FIELDS["guidance"])),
            line(right=(Boxes("guidance", 3),)),
        )),
        Cell((
            line(Text("危险因素控制："), right=(Boxes("risk_control", 7),)),
            line(Text("  ".join(risk(number) for number in range(1, 5)))),
            line(Text(risk(5) + "（目标"), Fill("target_weight", 16, line=True, align="center"), Text("kg）")),
            line(Text(risk(6)), Fill("vaccine_advised", 50, line=True)),
            line(Text(risk(7)), Fill("risk_control" + NOTE, 50, line=True)),
        )),
    ),
)))

TOP_MM = 20.0
"""The upper edge of the pages without a title: below the line code."""

SHEET = Sheet(form=FORM.code, leaves=(
    Leaf(title=FORM.title, blocks=(HEAD,), foot_left=EXAMINED_ONLY),
    Leaf(title="", blocks=(BODY,), foot_left=EXAMINED_ONLY, top_mm=TOP_MM),
    Leaf(title="", blocks=(TESTS,), foot_left=EXAMINED_ONLY, top_mm=TOP_MM),
    Leaf(title="", blocks=(*TREATED, CONCLUDED), top_mm=TOP_MM),
))
