"""严重精神障碍患者随访服务记录表, follow-up of severe mental disorder (third edition, 2017, form list §7); one visit a sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.domain.mental_disorder import RISK_LEVELS
from app.domain.message import Message, msg
from app.forms import followup_parts, mental_parts
from app.forms.kinds import (
    ApproximateDate,
    Choice,
    Choices,
    Column,
    Date,
    Number,
    Option,
    Sign,
    Table,
    Text,
    Whole,
    first_day,
    options,
)
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Context,
    Field,
    Form,
    Level,
    Section,
    When,
    equals,
    given,
)

# `required=given(code)` of the item itself: it may stay empty, but 其他 then needs its words.
SEEN = When(
    ("lost_reason", "death_date"),
    lambda answers, _context: "lost_reason" not in answers and "death_date" not in answers,
)
LOST = options("外出打工", "迁居他处", "走失", "连续3次未到访", "其他", note=(5,))
DEATH_CAUSES = options("躯体疾病", "自杀", "他杀", "意外", "精神疾病相关并发症", "其他", note=(6,))
DEATH_DISEASES = options(
    "传染病和寄生虫病", "肿瘤", "心脏病", "脑血管病", "呼吸系统疾病", "消化系统疾病", "其他疾病", "不详"
)
RISKS = tuple(Option(level, f"（{level}级）") for level in range(len(RISK_LEVELS)))
GRADES = options("良好", "一般", "较差")
DOES_NOT_APPLY = Option(9, "此项不适用")
PERIODS = options("每日", "每月")
DAILY, MONTHLY = 1, 2
MOST_TIMES = {DAILY: 24, MONTHLY: 31}

DRUG_COLUMNS = (
    Column("name", "药物名称", Text(50), required=True, aliases=("drug", "药名", "名称")),
    Column("period", "每日或每月", Choice(PERIODS), aliases=("per",)),
    Column("times", "次数", Whole(), aliases=("times_per_day", "frequency", "每日次数"), words="{}次"),
    Column("dose_mg", "每次剂量（mg）", Number(3), aliases=("dose", "每次剂量", "每次用量", "剂量"), words="每次{}mg"),
)


def unfold_usage(row: Mapping[str, object]) -> Mapping[str, object]:
    """A row with the usage in one cell ("每月1次，每次剂量50mg") as its cells, and a dose without its mg."""
    written = " ".join(str(row[name]) for name in followup_parts.USAGE if row.get(name))
    read = {name: cell for name, cell in row.items() if name not in followup_parts.USAGE}
    often = re.search(r"每\s*([日天月])\s*(\d+)\s*次", written)
    dose = re.search(r"每次(?:剂量)?\s*(\d+(?:\.\d+)?)", written)
    if often:
        read |= {"period": MONTHLY if often[1] == "月" else DAILY, "times": often[2]}
    if dose:
        read["dose_mg"] = dose[1]
    if "period" not in read and any(name in read for name in ("times_per_day", "每日次数")):
        read["period"] = DAILY
    return {
        name: re.sub(r"\s*(mg|毫克)$", "", cell, flags=re.IGNORECASE) if isinstance(cell, str) else cell
        for name, cell in read.items()
    }


def drug_table(code: str, label: str, *aliases: str) -> Field:
    """用药情况 or 用药指导: three medicines."""
    return Field(
        code=code,
        label=label,
        kind=Table(DRUG_COLUMNS, rows=3, unfold=unfold_usage),
        required=NEVER,
        aliases=aliases,
    )


def graded(code: str, label: str, *more: Option, prompt: str = "") -> Field:
    """An item answered 1 良好 2 一般 3 较差."""
    return Field(code=code, label=label, prompt=prompt, kind=Choice((*GRADES, *more)), required=SEEN)


def dose_problem(code: str) -> Check:
    """Refuse medicines taken impossibly often, or in no amount."""

    def problem(answers: Answers, _context: Context) -> Message | None:
        for drug in answers[code]:
            most = MOST_TIMES[drug.get("period", MONTHLY)]
            times, dose = drug.get("times"), drug.get("dose_mg")
            if times is not None and not 1 <= times <= most:
                return msg(
                    "{drug}的次数请填 1 到 {most}，您填的是 {times}。",
                    drug=drug["name"],
                    most=most,
                    times=times,
                )
            if dose is not None and dose <= 0:
                return msg("{drug}的每次剂量应大于 0 mg，请核对。", drug=drug["name"])
        return None

    return Check((code,), problem)


def lost_and_dead(answers: Answers, _context: Context) -> Message | None:
    """Ask when both a reason for the loss and a date of death are given."""
    return msg("既填了失访原因，又填了死亡日期，请确认。")


def discharged_after_visit(answers: Answers, _context: Context) -> Message | None:
    """末次出院时间 lies not after the visit."""
    if first_day(answers["hospitalised_date"]) > answers["visit_date"]:
        return msg("末次出院时间 {date} 晚于随访日期，请核对。", date=answers["hospitalised_date"])
    return None


HEAD = Section(
    "head",
    "随访",
    (
        Field(code="visit_date", label="随访日期", kind=Date(), carries=False),
        Field(
            code="visit_method",
            label="本次随访形式",
            kind=Choice(options("门诊", "家庭访视", "电话")),
            required=SEEN,
        ),
        Field(
            code="lost_reason",
            label="若失访，原因",
            prompt="失访原因",
            kind=Choice(LOST),
            required=given("lost_reason"),
            carries=False,
        ),
        Field(code="death_date", label="死亡日期", kind=Date(), required=given("death_cause"), carries=False),
        Field(
            code="death_cause",
            label="死亡原因",
            kind=Choice(DEATH_CAUSES),
            required=given("death_date"),
            carries=False,
        ),
        Field(
            code="death_cause_disease",
            label="躯体疾病",
            prompt="致死的躯体疾病",
            kind=Choice(DEATH_DISEASES),
            required=equals("death_cause", 1),
            applies=equals("death_cause", 1),
            carries=False,
        ),
    ),
)

STATE = Section(
    "state",
    "病情",
    (
        Field(
            code="risk_level",
            label="危险性评估",
            kind=Choice(RISKS),
            required=SEEN,
            carries=False,
            hint="4 级包括自伤、自杀；5 级是持械伤人、纵火、爆炸",
        ),
        Field(
            code="symptoms",
            label="目前症状",
            kind=Choices(mental_parts.SYMPTOMS, boxes=12),
            required=given("symptoms"),
            carries=False,
            hint="没有症状就不填",
        ),
        Field(
            code="insight",
            label="自知力",
            kind=Choice(options("自知力完全", "自知力不全", "自知力缺失")),
            required=SEEN,
            carries=False,
        ),
        graded("sleep", "睡眠情况"),
        graded("diet", "饮食情况"),
    ),
)

SOCIAL = Section(
    "social",
    "社会功能情况",
    (
        graded("self_care", "个人生活料理"),
        graded("housework", "家务劳动"),
        graded("work", "生产劳动及工作", DOES_NOT_APPLY),
        graded("learning", "学习能力"),
        graded("social", "社会人际交往"),
    ),
)

SINCE_LAST_VISIT = Section(
    "since_last_visit",
    "两次随访期间",
    (
        *mental_parts.dangerous_acts(required=SEEN),
        Field(
            code="locked",
            label="两次随访期间关锁情况",
            kind=Choice(mental_parts.LOCKED),
            required=SEEN,
        ),
        Field(
            code="hospitalised",
            label="两次随访期间住院情况",
            kind=Choice(options("未住院", "目前正在住院", "曾住院，现未住院", first=0)),
            required=SEEN,
            carries=False,
        ),
        Field(
            code="hospitalised_date",
            label="末次出院时间",
            kind=ApproximateDate(),
            required=equals("hospitalised", 2),
            applies=equals("hospitalised", 2),
            carries=False,
        ),
    ),
)

TREATMENT = Section(
    "treatment",
    "检查与治疗",
    (
        Field(
            code="lab",
            label="实验室检查",
            kind=Choice(options("无", "有", note=(2,))),
            required=SEEN,
            carries=False,
        ),
        Field(
            code="drug_adherence",
            label="用药依从性",
            kind=Choice(options("按医嘱规律用药", "间断用药", "不用药", "医嘱勿需用药")),
            required=SEEN,
        ),
        Field(
            code="adr",
            label="药物不良反应",
            kind=Choice((*options("无", "有", note=(2,)), DOES_NOT_APPLY)),
            required=SEEN,
        ),
        Field(
            code="effect",
            label="治疗效果",
            kind=Choice((*options("痊愈", "好转", "无变化", "加重"), DOES_NOT_APPLY)),
            required=SEEN,
            carries=False,
        ),
        Field(
            code="referral",
            label="是否转诊",
            kind=Choice(options("否", "是")),
            required=SEEN,
            carries=False,
        ),
        Field(
            code="referral_reason",
            label="转诊原因",
            kind=Text(100),
            required=equals("referral", 2),
            applies=equals("referral", 2),
            carries=False,
        ),
        Field(
            code="referral_to",
            label="转诊至机构及科室",
            kind=Text(100),
            required=equals("referral", 2),
            applies=equals("referral", 2),
            carries=False,
        ),
        drug_table("drugs", "用药情况", "drug1", "drug2", "drug3"),
        drug_table("drug_advice", "用药指导", "drug_advice1", "drug_advice2", "drug_advice3"),
        Field(
            code="rehab",
            label="康复措施",
            kind=Choices(
                options("生活劳动能力", "职业训练", "学习能力", "社会交往", "其他", note=(5,)), boxes=5
            ),
            required=given("rehab"),
        ),
    ),
)

FOOT = Section(
    "foot",
    "分类与下次随访",
    (
        Field(
            code="visit_class",
            label="本次随访分类",
            kind=Choice(options("不稳定", "基本稳定", "稳定")),
            required=SEEN,
            carries=False,
        ),
        Field(
            code="next_visit_date",
            label="下次随访日期",
            kind=Date(),
            may_come=True,
            required=SEEN,
            carries=False,
        ),
        Field(code="doctor", label="随访医生签名", kind=Sign()),
    ),
)


def yes_or_no(code: str, label: str) -> Field:
    """A question of the rules that the paper does not ask."""
    return Field(code=code, label=label, kind=Choice(options("否", "是")), required=NEVER, carries=False)


JUDGEMENT = Section(
    "judgement",
    "判断",
    (
        Field(
            code="interviewee",
            label="本次随访对象",
            kind=Choice(options("患者本人", "患者家属", "知情人")),
            required=NEVER,
            hint="2018 年版工作规范的项目，2017 年的表上没有这一栏",
        ),
        yes_or_no("symptoms_obvious", "精神病症状明显"),
        yes_or_no("severe_adr", "有严重药物不良反应"),
        yes_or_no("severe_physical_disease", "有严重躯体疾病"),
        yes_or_no("otherwise_abnormal", "有其他异常"),
        *followup_parts.overruling(),
    ),
)
"""What the rules ask beyond the printed form (rules §5). 本次随访对象 is in a later variant of the form only."""

FORM = Form(
    code="smi_followup",
    title="严重精神障碍患者随访服务记录表",
    edition="2017",
    date_code="visit_date",
    after_death=given("death_date"),
    sections=(HEAD, STATE, SOCIAL, SINCE_LAST_VISIT, TREATMENT, FOOT, JUDGEMENT),
    checks=(
        *followup_parts.VISIT_CHECKS,
        Check(("lost_reason", "death_date"), lost_and_dead, Level.ASK),
        Check(("visit_date", "hospitalised_date"), discharged_after_visit),
        dose_problem("drugs"),
        dose_problem("drug_advice"),
    ),
)
