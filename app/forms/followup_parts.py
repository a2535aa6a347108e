"""What the follow-up forms of the chronic diseases share (form list §4 and §5), declared once.

A code that two follow-up forms share means the same measured value: one visit of a person with both diseases asks it
once and puts it on both sheets.

Otherwise than the list of forms says, on purpose: 体质指数 is not asked for by itself, because it follows from weight and
height, and a sheet without a height is still a whole visit; the weight aimed at may stay empty; what is measured is not
owed by a visit on the telephone; a weight is doubted as at the examination. The block that some provinces add (下一步管理
措施, 用药调整意见, 联系人及电话, 备注, 居民签字) is on no national sheet of these two diseases and is not here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.domain.body import body_mass_index as bmi
from app.domain.message import Message, msg
from app.forms.kinds import Choice, Choices, Column, Date, Number, Option, Sign, Table, Text, Whole, options
from app.forms.vocabulary import (
    NEVER,
    TARGET,
    Answers,
    Check,
    Computed,
    Context,
    Field,
    Level,
    Section,
    When,
    given,
    limits,
)

METHODS = options("门诊", "家庭", "电话")
PHONE = 3
ADHERENCE = options("规律", "间断", "不服药")
THREE_GRADES = options("良好", "一般", "差")
VISIT_CLASSES = options("控制满意", "控制不满意", "不良反应", "并发症")
NOT_SEEN = (Option(1, "失访", note=True), Option(2, "死亡", note=True), Option(3, "迁出", note=True))
SALT = options("轻", "中", "重")
MOST_TIMES_A_DAY = 24

TELLS_OF_DEATH = When(("not_seen",), lambda answers, _context: answers.get("not_seen") == 2)
SEEN = When(("not_seen",), lambda answers, _context: "not_seen" not in answers)
SEEN_IN_PERSON = When(
    ("not_seen", "visit_method"),
    lambda answers, _context: "not_seen" not in answers and answers.get("visit_method") != PHONE,
)

DRUG_COLUMNS = (
    Column("name", "药物名称", Text(50), required=True, aliases=("drug", "药名", "名称")),
    Column(
        "times_per_day",
        "每日次数",
        Whole(),
        aliases=("times", "per_day", "daily", "frequency", "每日", "每日__次"),
        words="每日{}次",
    ),
    Column("dose", "每次用量", Text(20), aliases=("per_time", "each", "each_time", "每次", "每次__"), words="每次{}"),
)
USAGE = ("usage", "用法用量", "用法")


def unfold_usage(row: Mapping[str, object]) -> Mapping[str, object]:
    """A row with 用法用量 in one cell ("每日1次，每次5mg") as 每日次数 and 每次用量; other words go to 每次用量."""
    written = next((str(row[name]) for name in USAGE if row.get(name)), None)
    if written is None:
        return row
    times, dose = re.search(r"每[日天]\s*(\d+)\s*次", written), re.search(r"每次\s*(.+)", written)
    read: dict[str, object] = {name: cell for name, cell in row.items() if name not in USAGE}
    if times:
        read["times_per_day"] = times[1]
    if dose or not times:
        read["dose"] = dose[1] if dose else written
    return read


def body_mass_index(weight_code: str) -> Computed:
    """BMI from the answer `weight_code` (kg) and the height of this visit or of the record (cm); rules §9."""

    def by(answers: Answers, context: Context) -> object:
        height = answers.get("height", context.height_cm)
        weight = answers.get(weight_code)
        return bmi(weight_kg=weight, height_cm=height) if height and weight else None

    return Computed((weight_code, "height"), by)


def head() -> Section:
    """随访日期 and 随访方式; a lost, dead or departed person is written into the date cell (form list §0, 6)."""
    return Section(
        "head",
        "随访",
        (
            Field(code="visit_date", label="随访日期", kind=Date(), carries=False),
            Field(code="visit_method", label="随访方式", kind=Choice(METHODS), required=SEEN),
            Field(code="not_seen", label="未访到", kind=Choice(NOT_SEEN), required=NEVER, carries=False),
        ),
    )


def blood_pressure() -> tuple[Field, Field]:
    """血压; a phone visit may leave it out."""
    return (
        Field(
            code="sbp",
            label="血压",
            prompt="收缩压",
            kind=Whole(),
            unit="mmHg",
            required=SEEN_IN_PERSON,
            carries=False,
            hard=limits(30, 300),
            soft=limits(90, 179),
        ),
        Field(
            code="dbp",
            label="血压",
            prompt="舒张压",
            kind=Whole(),
            unit="mmHg",
            required=SEEN_IN_PERSON,
            carries=False,
            hard=limits(10, 200),
            soft=limits(50, 109),
        ),
    )


def body_size() -> tuple[Field, ...]:
    """身高 (kept with the record, not printed), 体重 and 体质指数."""
    return (
        Field(
            code="height",
            label="身高",
            kind=Number(1),
            unit="cm",
            required=NEVER,
            hard=limits(30, 250),
            soft=limits(130, 200),
            home="resident.height_cm",
        ),
        Field(
            code="weight",
            label="体重",
            kind=Number(1),
            unit="kg",
            required=SEEN_IN_PERSON,
            paired=True,
            target_required=False,
            hard=limits(1, 300),
            soft=limits(30, 150),
        ),
        Field(
            code="bmi",
            label="体质指数",
            kind=Number(2),
            unit="kg/m²",
            required=NEVER,
            computed=body_mass_index("weight"),
            soft=limits(14, 45),
            carries=False,
        ),
        Field(
            code="bmi_target",
            label="体质指数",
            prompt="体质指数（目标）",
            kind=Number(2),
            unit="kg/m²",
            required=NEVER,
            computed=body_mass_index("weight" + TARGET),
            carries=False,
        ),
    )


def heart_rate(*, required: When) -> Field:
    """心率 in beats a minute."""
    return Field(
        code="heart_rate",
        label="心率",
        kind=Whole(),
        unit="次/分钟",
        required=required,
        hard=limits(20, 300),
        soft=limits(50, 120),
        carries=False,
    )


def lifestyle(extra: Field) -> Section:
    """生活方式指导; `extra` is 摄盐情况 for hypertension and 主食 for diabetes."""
    return Section(
        "lifestyle",
        "生活方式指导",
        (
            Field(
                code="cigarettes",
                label="日吸烟量",
                kind=Whole(),
                unit="支",
                required=SEEN,
                paired=True,
                hard=limits(0, 200),
                soft=limits(0, 60),
            ),
            Field(
                code="alcohol",
                label="日饮酒量",
                kind=Number(1),
                unit="两",
                required=SEEN,
                paired=True,
                hard=limits(0, 100),
                soft=limits(0, 10),
            ),
            Field(
                code="exercise_times",
                label="运动",
                prompt="每周运动次数",
                kind=Whole(),
                unit="次/周",
                required=SEEN,
                paired=True,
                hard=limits(0, 50),
                soft=limits(0, 14),
            ),
            Field(
                code="exercise_minutes",
                label="运动",
                prompt="每次运动分钟数",
                kind=Whole(),
                unit="分钟/次",
                required=SEEN,
                paired=True,
                hard=limits(0, 600),
                soft=limits(0, 180),
            ),
            extra,
            Field(code="psych", label="心理调整", kind=Choice(THREE_GRADES), required=SEEN),
            Field(code="compliance_behaviour", label="遵医行为", kind=Choice(THREE_GRADES), required=SEEN),
        ),
    )


def adherence_and_reaction() -> tuple[Field, Field]:
    """服药依从性 and 药物不良反应."""
    return (
        Field(code="drug_adherence", label="服药依从性", kind=Choice(ADHERENCE), required=SEEN),
        Field(code="adr", label="药物不良反应", kind=Choice(options("无", "有", note=(2,))), required=SEEN),
    )


def visit_class() -> Field:
    """此次随访分类: the program proposes, the doctor decides (rules §3.3)."""
    return Field(
        code="visit_class",
        label="此次随访分类",
        kind=Choice(VISIT_CLASSES),
        required=SEEN_IN_PERSON,
        carries=False,
    )


def drugs(rows: int) -> Field:
    """用药情况: at most `rows` medicines; also those prescribed elsewhere."""
    return Field(
        code="drugs",
        label="用药情况",
        kind=Table(DRUG_COLUMNS, rows, unfold=unfold_usage),
        required=NEVER,
        aliases=("drug1", "drug2", "drug3", "drug_other"),
    )


def referral() -> Section:
    """转诊, filled when the person was referred."""
    referred = given("referral_reason", "referral_to")
    return Section(
        "referral",
        "转诊",
        (
            Field(
                code="referral_reason",
                label="原因",
                prompt="转诊原因",
                kind=Text(100),
                required=referred,
                carries=False,
            ),
            Field(code="referral_to", label="机构及科别", kind=Text(100), required=referred, carries=False),
        ),
    )


def foot() -> Section:
    """下次随访日期 and 随访医生签名."""
    return Section(
        "foot",
        "下次随访",
        (
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


def overruling() -> tuple[Field, Field, Field]:
    """The doctor's reasons when he does not follow what the rules propose."""
    return (
        Field(
            code="class_reason",
            label="不按建议分类的原因",
            kind=Text(100),
            required=NEVER,
            carries=False,
        ),
        Field(
            code="no_referral_reason",
            label="建议转诊而未转诊的原因",
            kind=Text(100),
            required=NEVER,
            carries=False,
        ),
        Field(
            code="next_visit_reason",
            label="不按建议日期随访的原因",
            kind=Text(100),
            required=NEVER,
            carries=False,
        ),
    )


def judgement(*signs: str, extra: tuple[Field, ...] = ()) -> Section:
    """What the rules ask beyond the printed form, and the doctor's reasons when he overrules them. Not printed.

    `signs` are the danger signs of the emergency checklist of the disease (rules §3.1 U3, §4.1 U4 and U7).
    """
    return Section(
        "judgement",
        "危急情况与判断",
        (
            Field(
                code="emergency_signs",
                label="危急情况",
                kind=Choices(options(*signs), boxes=len(signs)),
                required=NEVER,
                carries=False,
            ),
            *extra,
            Field(
                code="pregnant_or_lactating",
                label="妊娠或哺乳期",
                kind=Choice(options("否", "是")),
                required=NEVER,
            ),
            Field(
                code="other_untreatable_disease",
                label="有本室不能处理的其他疾病",
                kind=Choice(options("否", "是")),
                required=NEVER,
                carries=False,
            ),
            Field(
                code="complication",
                label="出现新的并发症或原有并发症加重",
                kind=Choice(options("否", "是", note=(2,))),
                required=NEVER,
                carries=False,
            ),
            *overruling(),
        ),
    )


def _pressure_order(answers: Answers, _context: Context) -> Message | None:
    if answers["dbp"] >= answers["sbp"]:
        return msg("舒张压 {dbp} 应低于收缩压 {sbp}，请核对。", dbp=answers["dbp"], sbp=answers["sbp"])
    return None


def _before_diagnosis(answers: Answers, context: Context) -> Message | None:
    if context.diagnosed_on is not None and answers["visit_date"] < context.diagnosed_on:
        return msg(
            "随访日期 {visit} 早于确诊日期 {diagnosed}，请核对。",
            visit=answers["visit_date"],
            diagnosed=context.diagnosed_on,
        )
    return None


def _next_not_after(answers: Answers, _context: Context) -> Message | None:
    if answers["next_visit_date"] <= answers["visit_date"]:
        return msg("下次随访日期应在本次随访 {visit} 之后。", visit=answers["visit_date"])
    return None


def _next_too_late(answers: Answers, context: Context) -> Message | None:
    latest = context.latest_next_visit
    if latest is not None and answers["next_visit_date"] > latest:
        return msg(
            "按规范最迟应在 {latest} 前随访，您填的是 {date}，请确认。",
            latest=latest,
            date=answers["next_visit_date"],
        )
    return None


def dose_times(code: str) -> Check:
    """Refuse a medicine of the table `code` that is taken impossibly often."""

    def problem(answers: Answers, _context: Context) -> Message | None:
        for drug in answers[code]:
            times = drug.get("times_per_day")
            if times is not None and not 1 <= times <= MOST_TIMES_A_DAY:
                return msg("{drug}每日次数请填 1 到 24，您填的是 {times}。", drug=drug["name"], times=times)
        return None

    return Check((code,), problem)


VISIT_CHECKS = (
    Check(("visit_date",), _before_diagnosis),
    Check(("visit_date", "next_visit_date"), _next_not_after),
    Check(("next_visit_date",), _next_too_late, Level.ASK),
)
"""What holds for the dates of every follow-up visit."""

CHECKS = (
    Check(("sbp", "dbp"), _pressure_order),
    *VISIT_CHECKS,
    dose_times("drugs"),
)
