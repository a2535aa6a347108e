"""健康体检表: 生活方式 with its skip rules (third edition, 2017, form list §3.3)."""

from __future__ import annotations

from app.domain.message import Message, msg
from app.forms.health_exam_parts import age
from app.forms.kinds import Choice, Choices, Number, Text, Whole, options
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Context,
    Field,
    Level,
    Section,
    differs,
    equals,
    given,
    grouped,
    limits,
    unless,
)

NO_EXERCISE = 4
NEVER_SMOKED, HAS_QUIT = 1, 2
NEVER_DRINKS = 1
MEAT_OR_VEGETABLES = {1, 2, 3}
HAZARDS = {
    "occ_dust": "粉尘",
    "occ_radiation": "放射物质",
    "occ_physical": "物理因素",
    "occ_chemical": "化学物质",
    "occ_other": "其他",
}


def years_of_age(code: str, label: str, *, asked_by: str, skipped_at: int) -> Field:
    """An age in years, asked unless the answer `asked_by` is `skipped_at`."""
    return Field(
        code=code,
        label=label,
        kind=Whole(),
        unit="岁",
        required=differs(asked_by, skipped_at),
        applies=unless(asked_by, skipped_at),
        hard=limits(1, None),
    )


def hazard(code: str, label: str) -> tuple[Field, Field]:
    """One kind of 毒物种类 with 防护措施."""
    exposed = unless("occ_exposure", 1)
    name = f"职业病危害因素（{label}）"
    return (
        Field(code=code, label=label, prompt=name, kind=Text(50), required=NEVER, applies=exposed),
        Field(
            code=code + "_protection",
            label="防护措施",
            prompt=label + "防护措施",
            kind=Choice(options("无", "有", note=(2,))),
            required=given(code),
            applies=given(code),
        ),
    )


EXERCISE = (
    Field(
        code="exercise_freq",
        label="锻炼频率",
        kind=Choice(options("每天", "每周一次以上", "偶尔", "不锻炼")),
    ),
    Field(
        code="exercise_minutes",
        label="每次锻炼时间",
        kind=Whole(),
        unit="分钟",
        required=differs("exercise_freq", NO_EXERCISE),
        applies=unless("exercise_freq", NO_EXERCISE),
        hard=limits(1, 600),
        soft=limits(1, 180),
    ),
    Field(
        code="exercise_years",
        label="坚持锻炼时间",
        kind=Number(1),
        unit="年",
        required=differs("exercise_freq", NO_EXERCISE),
        applies=unless("exercise_freq", NO_EXERCISE),
        hard=limits(0, None),
        carries=False,
    ),
    Field(
        code="exercise_kind",
        label="锻炼方式",
        kind=Text(50),
        required=differs("exercise_freq", NO_EXERCISE),
        applies=unless("exercise_freq", NO_EXERCISE),
    ),
)

DIET = Field(
    code="diet",
    label="饮食习惯",
    kind=Choices(options("荤素均衡", "荤食为主", "素食为主", "嗜盐", "嗜油", "嗜糖"), boxes=3),
)

SMOKING = (
    Field(code="smoking", label="吸烟状况", kind=Choice(options("从不吸烟", "已戒烟", "吸烟"))),
    Field(
        code="cigarettes_per_day",
        label="日吸烟量",
        kind=Whole(),
        unit="支",
        required=differs("smoking", NEVER_SMOKED),
        applies=unless("smoking", NEVER_SMOKED),
        hard=limits(0, 200),
        soft=limits(0, 60),
        hint="已戒烟的填戒烟前的日吸烟量",
    ),
    years_of_age("smoking_start_age", "开始吸烟年龄", asked_by="smoking", skipped_at=NEVER_SMOKED),
    Field(
        code="smoking_quit_age",
        label="戒烟年龄",
        kind=Whole(),
        unit="岁",
        required=equals("smoking", HAS_QUIT),
        applies=unless("smoking", NEVER_SMOKED, 3),
        hard=limits(1, None),
    ),
)

DRINKING = (
    Field(code="drinking_freq", label="饮酒频率", kind=Choice(options("从不", "偶尔", "经常", "每天"))),
    Field(
        code="alcohol_per_day",
        label="日饮酒量",
        kind=Number(1),
        unit="两",
        required=differs("drinking_freq", NEVER_DRINKS),
        applies=unless("drinking_freq", NEVER_DRINKS),
        hard=limits(0, 100),
        soft=limits(0, 10),
        hint="折合成白酒：啤酒÷10，红酒÷4，黄酒÷5",
    ),
    Field(
        code="drinking_quit",
        label="是否戒酒",
        kind=Choice(options("未戒酒", "已戒酒")),
        required=differs("drinking_freq", NEVER_DRINKS),
        applies=unless("drinking_freq", NEVER_DRINKS),
    ),
    Field(
        code="drinking_quit_age",
        label="戒酒年龄",
        kind=Whole(),
        unit="岁",
        required=equals("drinking_quit", HAS_QUIT),
        applies=equals("drinking_quit", HAS_QUIT),
        hard=limits(1, None),
    ),
    years_of_age("drinking_start_age", "开始饮酒年龄", asked_by="drinking_freq", skipped_at=NEVER_DRINKS),
    Field(
        code="drunk_last_year",
        label="近一年内是否曾醉酒",
        kind=Choice(options("是", "否")),
        required=differs("drinking_freq", NEVER_DRINKS),
        applies=unless("drinking_freq", NEVER_DRINKS),
        carries=False,
    ),
    Field(
        code="alcohol_kinds",
        label="饮酒种类",
        kind=Choices(options("白酒", "啤酒", "红酒", "黄酒", "其他", note=(5,)), boxes=4),
        required=differs("drinking_freq", NEVER_DRINKS),
        applies=unless("drinking_freq", NEVER_DRINKS),
    ),
)

OCCUPATION = (
    Field(code="occ_exposure", label="职业病危害因素接触史", kind=Choice(options("无", "有"))),
    Field(
        code="occ_exposure_job",
        label="工种",
        kind=Text(50),
        required=equals("occ_exposure", 2),
        applies=unless("occ_exposure", 1),
        aliases=("occ_job",),
    ),
    Field(
        code="occ_exposure_years",
        label="从业时间",
        kind=Number(1),
        unit="年",
        required=equals("occ_exposure", 2),
        applies=unless("occ_exposure", 1),
        hard=limits(0, None),
        aliases=("occ_years",),
    ),
    *(field for code, label in HAZARDS.items() for field in hazard(code, label)),
)

LIFESTYLE = Section(
    "lifestyle",
    "生活方式",
    (
        *grouped("体育锻炼", *EXERCISE),
        *grouped("饮食习惯", DIET),
        *grouped("吸烟情况", *SMOKING),
        *grouped("饮酒情况", *DRINKING),
        *grouped("职业病危害因素接触史", *OCCUPATION),
    ),
)


def at_most_age(code: str, label: str) -> Check:
    """Refuse more years than the person has lived on the day of the examination."""

    def problem(answers: Answers, context: Context) -> Message | None:
        years = age(answers, context)
        if years is not None and answers[code] > years:
            return msg(
                "{field}不能大于体检时的年龄 {age} 岁，您填的是 {value}。",
                field=label,
                age=years,
                value=answers[code],
            )
        return None

    return Check((code,), problem)


def quit_before_start(start: str, quit_: str, label: str) -> Check:
    """Refuse an end that lies before the beginning."""

    def problem(answers: Answers, _context: Context) -> Message | None:
        if answers[quit_] < answers[start]:
            return msg(
                "{field} {quit} 岁早于开始年龄 {start} 岁，请核对。",
                field=label,
                quit=answers[quit_],
                start=answers[start],
            )
        return None

    return Check((start, quit_), problem)


def _one_main_diet(answers: Answers, _context: Context) -> Message | None:
    if len(MEAT_OR_VEGETABLES.intersection(answers["diet"])) > 1:
        return msg("荤素均衡、荤食为主、素食为主只能选一项。")
    return None


def _no_hazard_named(answers: Answers, _context: Context) -> Message | None:
    if answers["occ_exposure"] == 2 and not any(code in answers for code in HAZARDS):
        return msg("请写出接触的毒物种类。")
    return None


CHECKS = (
    at_most_age("exercise_years", "坚持锻炼时间"),
    Check(("diet",), _one_main_diet),
    at_most_age("smoking_start_age", "开始吸烟年龄"),
    at_most_age("smoking_quit_age", "戒烟年龄"),
    quit_before_start("smoking_start_age", "smoking_quit_age", "戒烟年龄"),
    at_most_age("drinking_start_age", "开始饮酒年龄"),
    at_most_age("drinking_quit_age", "戒酒年龄"),
    quit_before_start("drinking_start_age", "drinking_quit_age", "戒酒年龄"),
    at_most_age("occ_exposure_years", "从业时间"),
    Check(("occ_exposure",), _no_hazard_named, Level.MISSING),
)
