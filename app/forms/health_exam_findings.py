"""健康体检表: 现存主要健康问题, what was treated and taken, 健康评价 and 健康指导 (2017, form list §3.7–3.9)."""

from __future__ import annotations

from datetime import date

from app.domain.message import Message, msg
from app.forms.followup_parts import ADHERENCE
from app.forms.health_exam_parts import WHEN_EXAMINED, some_of
from app.forms.kinds import (
    ApproximateDate,
    Choice,
    Choices,
    Column,
    Kind,
    Number,
    Table,
    Text,
    certainly_before,
    options,
)
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Context,
    Field,
    Level,
    Section,
    When,
    equals,
    includes,
    limits,
    unless,
)

ABNORMAL = 2
ABNORMALITIES = ("abnormal_1", "abnormal_2", "abnormal_3", "abnormal_4")
LOSE_WEIGHT, VACCINATE = 5, 6


def problems_of(code: str, label: str, *labels: str, boxes: int) -> Field:
    """Diseases of one organ: 1 未发现, the last one 其他__."""
    return some_of(
        code,
        label,
        "未发现",
        *labels,
        "其他",
        boxes=boxes,
        note=(len(labels) + 2,),
        sole=(1,),
        carries=True,
    )


def other_problems(code: str, label: str) -> Field:
    """1 未发现 2 有__."""
    return Field(code=code, label=label, kind=Choice(options("未发现", "有", note=(2,))), normal=1)


PROBLEMS = Section(
    "problems",
    "现存主要健康问题",
    (
        problems_of(
            "prob_cerebrovascular",
            "脑血管疾病",
            "缺血性卒中",
            "脑出血",
            "蛛网膜下腔出血",
            "短暂性脑缺血发作",
            boxes=5,
        ),
        problems_of("prob_kidney", "肾脏疾病", "糖尿病肾病", "肾功能衰竭", "急性肾炎", "慢性肾炎", boxes=5),
        problems_of(
            "prob_heart",
            "心脏疾病",
            "心肌梗死",
            "心绞痛",
            "冠状动脉血运重建",
            "充血性心力衰竭",
            "心前区疼痛",
            boxes=5,
        ),
        problems_of("prob_vessel", "血管疾病", "夹层动脉瘤", "动脉闭塞性疾病", boxes=3),
        problems_of("prob_eye", "眼部疾病", "视网膜出血或渗出", "视乳头水肿", "白内障", boxes=3),
        other_problems("prob_neuro", "神经系统疾病"),
        other_problems("prob_other", "其他系统疾病"),
    ),
)


def stays(code: str, label: str, begins: str, ends: str) -> Field:
    """Two stays in a hospital or in a bed at home."""
    when: Kind = ApproximateDate()
    columns = (
        Column("start", begins, when, required=True, aliases=("from", "in", "in_date", "begin", "start_date")),
        Column("end", ends, when, aliases=("to", "out", "out_date", "end_date")),
        Column("reason", "原因", Text(100)),
        Column("org", "医疗机构名称", Text(50), aliases=("hospital", "organization", "institution")),
        Column("case_no", "病案号", Text(30), aliases=("record_no", "number")),
    )
    return Field(code=code, label=label, kind=Table(columns, rows=2), required=NEVER, carries=False)


MEDICATION_COLUMNS = (
    Column("name", "药物名称", Text(50), required=True, aliases=("drug", "药名", "名称")),
    Column("usage", "用法", Text(30)),
    Column("dose", "用量", Text(30)),
    Column("duration", "用药时间", Text(30), aliases=("time", "since")),
    Column("adherence", "服药依从性", Choice(ADHERENCE)),
)
VACCINATION_COLUMNS = (
    Column("name", "名称", Text(50), required=True, aliases=("vaccine",)),
    Column("date", "接种日期", ApproximateDate()),
    Column("org", "接种机构", Text(50), aliases=("organization", "institution")),
)

TREATMENT = Section(
    "treatment",
    "住院、用药与接种",
    (
        stays("hospital_stays", "住院史", "入院日期", "出院日期"),
        stays("home_beds", "家庭病床史", "建床日期", "撤床日期"),
        Field(
            code="medications",
            label="主要用药情况",
            kind=Table(MEDICATION_COLUMNS, rows=6),
            required=NEVER,
            aliases=tuple(f"medication{number}" for number in range(1, 7)),
        ),
        Field(
            code="vaccinations",
            label="非免疫规划预防接种史",
            kind=Table(VACCINATION_COLUMNS, rows=3),
            required=NEVER,
            carries=False,
        ),
    ),
)


def abnormality(number: int) -> Field:
    """One of 异常1–异常4; the first is needed when none of the others is given."""
    code = ABNORMALITIES[number - 1]
    others = tuple(other for other in ABNORMALITIES if other != code)

    def none_given(answers: Answers, _context: Context) -> bool:
        return answers.get("evaluation") == ABNORMAL and not any(other in answers for other in others)

    return Field(
        code=code,
        label=f"异常{number}",
        kind=Text(100),
        required=When(("evaluation", *others), none_given) if number == 1 else NEVER,
        applies=unless("evaluation", 1),
        carries=False,
    )


EVALUATION = Section(
    "evaluation",
    "健康评价与指导",
    (
        Field(
            code="evaluation",
            label="健康评价",
            kind=Choice(options("体检无异常", "有异常")),
            carries=False,
        ),
        *(abnormality(number) for number in range(1, 5)),
        Field(
            code="guidance",
            label="健康指导",
            kind=Choices(options("纳入慢性病患者健康管理", "建议复查", "建议转诊"), boxes=3),
            required=equals("evaluation", ABNORMAL),
            carries=False,
        ),
        some_of(
            "risk_control",
            "危险因素控制",
            "戒烟",
            "健康饮酒",
            "饮食",
            "锻炼",
            "减体重",
            "建议接种疫苗",
            "其他",
            boxes=7,
            note=(7,),
            required=WHEN_EXAMINED,
        ),
        Field(
            code="target_weight",
            label="目标",
            prompt="减体重目标",
            kind=Number(1),
            unit="kg",
            required=includes("risk_control", LOSE_WEIGHT),
            applies=includes("risk_control", LOSE_WEIGHT),
            hard=limits(20, 300),
            carries=False,
        ),
        Field(
            code="vaccine_advised",
            label="建议接种疫苗",
            prompt="建议接种的疫苗",
            kind=Text(50),
            required=includes("risk_control", VACCINATE),
            applies=includes("risk_control", VACCINATE),
            carries=False,
        ),
    ),
)


def stays_in_order(code: str, label: str) -> Check:
    """Refuse a stay that ends before it begins."""

    def problem(answers: Answers, _context: Context) -> Message | None:
        for row in answers[code]:
            if "end" in row and certainly_before(row["end"], row["start"]):
                return msg(
                    "{field}的结束日期 {end} 早于开始日期 {start}，请核对。",
                    field=label,
                    end=row["end"],
                    start=row["start"],
                )
        return None

    return Check((code,), problem)


def not_after_examination(code: str, label: str, *cells: str) -> Check:
    """Refuse a date that lies after the examination."""

    def problem(answers: Answers, _context: Context) -> Message | None:
        examined: date = answers["exam_date"]
        for row in answers[code]:
            for cell in cells:
                if cell in row and certainly_before(examined.isoformat(), row[cell]):
                    return msg(
                        "{field}里的 {date} 晚于体检日期 {examined}，请核对。",
                        field=label,
                        date=row[cell],
                        examined=examined,
                    )
        return None

    return Check(("exam_date", code), problem)


def within_last_year(code: str, label: str, cell: str) -> Check:
    """Ask about a row that lies more than a year before the examination."""

    def problem(answers: Answers, _context: Context) -> Message | None:
        examined: date = answers["exam_date"]
        day = min(examined.day, 28) if examined.month == 2 else examined.day
        year_ago = date(examined.year - 1, examined.month, day).isoformat()
        for row in answers[code]:
            if cell in row and certainly_before(row[cell], year_ago):
                return msg("{field}只填近一年内的，{date} 已超过一年，请确认。", field=label, date=row[cell])
        return None

    return Check(("exam_date", code), problem, Level.ASK)


def _target_not_lower(answers: Answers, _context: Context) -> Message | None:
    if answers["target_weight"] >= answers["weight"]:
        return msg(
            "减体重目标 {target} kg 不低于现在的体重 {weight} kg，请确认。",
            target=answers["target_weight"],
            weight=answers["weight"],
        )
    return None


CHECKS = (
    stays_in_order("hospital_stays", "住院史"),
    not_after_examination("hospital_stays", "住院史", "start", "end"),
    within_last_year("hospital_stays", "住院史", "end"),
    stays_in_order("home_beds", "家庭病床史"),
    not_after_examination("home_beds", "家庭病床史", "start", "end"),
    within_last_year("home_beds", "家庭病床史", "end"),
    not_after_examination("vaccinations", "非免疫规划预防接种史", "date"),
    within_last_year("vaccinations", "非免疫规划预防接种史", "date"),
    Check(("weight", "target_weight"), _target_not_lower, Level.ASK),
)
