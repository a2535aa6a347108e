"""肺结核患者随访服务记录表, tuberculosis follow-up (third edition, 2017, form list §9); four visits to a sheet.

The closing assessment at its foot is written once, at the visit that ends the treatment. More visits than were due are
asked about and not refused, because there may have been extra ones; more doses than were due are refused.
"""

from __future__ import annotations

from app.domain.message import Message, msg
from app.domain.quantities import half_up
from app.domain.tuberculosis import dose_rate
from app.forms import followup_parts
from app.forms import tuberculosis_parts as parts
from app.forms.kinds import Choice, Date, Number, Sign, Text, Whole, options
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Computed,
    Context,
    Field,
    Form,
    Level,
    Section,
    When,
    equals,
    given,
    limits,
)

SYMPTOMS = parts.symptom_list(
    "咳嗽咳痰",
    "低热盗汗",
    "咯血或血痰",
    "胸痛消瘦",
    "恶心纳差",
    "关节疼痛",
    "头痛失眠",
    "视物模糊",
    "皮肤瘙痒、皮疹",
    "耳鸣、听力下降",
)
STOP_REASONS = options("完成疗程", "死亡", "丢失", "转入耐多药治疗")
"""The paper has boxes to tick; these numbers keep them."""

DIED, LOST = 2, 3
USUAL_MONTHS = 12
MOST_MONTHS = 36
MOST_DOSES = 9999

SEEN = When(("stop_reason",), lambda answers, _context: answers.get("stop_reason") not in (DIED, LOST))
CLOSED = given("stop_date", "stop_reason", "visits_due", "visits_done", "doses_due", "doses_taken")
REFERRED = given("referral_dept", "referral_reason")


def rate_of_doses(answers: Answers, _context: Context) -> object:
    """服药率 in % with one decimal, or None while it cannot be said (rules §6)."""
    due, taken = answers.get("doses_due"), answers.get("doses_taken")
    rate = dose_rate(due, taken)
    return None if rate is None or taken > due else half_up(rate, 1)


def more_doses_than_due(answers: Answers, _context: Context) -> Message | None:
    """No more doses can have been taken than were due."""
    due, taken = answers["doses_due"], answers["doses_taken"]
    if taken > due:
        return msg("实际服药 {taken} 次多于应服药 {due} 次，请核对。", taken=taken, due=due)
    return None


def more_visits_than_due(answers: Answers, _context: Context) -> Message | None:
    """Ask about more visits than were due: there may have been extra ones."""
    due, done = answers["visits_due"], answers["visits_done"]
    if done > due:
        return msg("实际访视 {done} 次多于应访视 {due} 次，请确认。", done=done, due=due)
    return None


def count(code: str, label: str, prompt: str) -> Field:
    """A number of visits or doses of the whole course."""
    return Field(
        code=code,
        label=label,
        prompt=prompt,
        kind=Whole(),
        unit="次",
        required=CLOSED,
        hard=limits(0, MOST_DOSES),
        carries=False,
    )


VISIT = Section(
    "head",
    "随访",
    (
        Field(code="visit_date", label="随访时间", kind=Date(), carries=False),
        Field(
            code="treatment_month",
            label="治疗月序",
            kind=Whole(),
            required=SEEN,
            hard=limits(1, MOST_MONTHS),
            soft=limits(1, USUAL_MONTHS),
            carries=False,
        ),
        parts.supervisor("督导人员", required=SEEN),
        Field(
            code="visit_method",
            label="随访方式",
            kind=Choice(followup_parts.METHODS),
            required=SEEN,
        ),
    ),
)

REACTIONS = Section(
    "reactions",
    "不良反应与并发症",
    (
        Field(
            code="adr",
            label="药物不良反应",
            kind=Choice(options("无", "有", note=(2,))),
            required=SEEN,
        ),
        Field(
            code="complication",
            label="并发症或合并症",
            kind=Choice(options("无", "有", note=(2,))),
            required=SEEN,
        ),
    ),
)

REFERRAL = Section(
    "referral",
    "转诊",
    (
        Field(
            code="referral_dept",
            label="科别",
            prompt="转诊科别",
            kind=Text(50),
            required=REFERRED,
            carries=False,
        ),
        Field(
            code="referral_reason",
            label="原因",
            prompt="转诊原因",
            kind=Text(100),
            required=REFERRED,
            carries=False,
        ),
        Field(
            code="referral_result",
            label="2周内随访，随访结果",
            prompt="转诊后 2 周内随访的结果",
            kind=Text(200),
            required=NEVER,
            carries=False,
        ),
    ),
)
"""The result is known only up to two weeks after the visit, so that a visit is whole without it."""

CLOSING = Section(
    "closing",
    "停止治疗与全程管理",
    (
        Field(code="stop_date", label="出现停止治疗时间", kind=Date(), required=CLOSED, carries=False),
        Field(
            code="stop_reason",
            label="停止治疗原因",
            kind=Choice(STOP_REASONS),
            required=CLOSED,
            carries=False,
        ),
        count("visits_due", "应访视患者", "应访视次数"),
        count("visits_done", "实际访视", "实际访视次数"),
        count("doses_due", "应服药", "应服药次数"),
        count("doses_taken", "实际服药", "实际服药次数"),
        Field(
            code="dose_rate",
            label="服药率",
            kind=Number(1),
            unit="%",
            required=NEVER,
            computed=Computed(("doses_due", "doses_taken"), rate_of_doses, strict=True),
            hard=limits(0, 100),
            carries=False,
        ),
        Field(code="assessor", label="评估医生签名", kind=Sign(), required=CLOSED, carries=False),
    ),
)

FORM = Form(
    code="tb_followup",
    title="肺结核患者随访服务记录表",
    edition="2017",
    date_code="visit_date",
    after_death=equals("stop_reason", DIED),
    visits_per_sheet=4,
    sections=(
        VISIT,
        Section("symptoms", "症状及体征", (parts.symptoms(SYMPTOMS, boxes=10, required=SEEN),)),
        Section("lifestyle", "生活方式指导", parts.smoking_and_drinking(required=SEEN)),
        Section(
            "medication",
            "用药",
            (
                *parts.medication(required=SEEN),
                Field(
                    code="missed_doses",
                    label="漏服药次数",
                    kind=Whole(),
                    unit="次",
                    required=SEEN,
                    hard=limits(0, 999),
                    carries=False,
                ),
            ),
        ),
        REACTIONS,
        REFERRAL,
        Section(
            "handling",
            "处理意见",
            (
                Field(
                    code="handling",
                    label="处理意见",
                    kind=Text(300),
                    required=NEVER,
                    carries=False,
                ),
            ),
        ),
        Section(
            "foot",
            "下次随访",
            (
                Field(
                    code="next_visit_date",
                    label="下次随访时间",
                    kind=Date(),
                    may_come=True,
                    required=When(
                        CLOSED.codes,
                        lambda answers, context: not CLOSED.holds(answers, context),
                    ),
                    carries=False,
                ),
                Field(code="doctor", label="随访医生签名", kind=Sign()),
            ),
        ),
        CLOSING,
    ),
    checks=(
        *followup_parts.VISIT_CHECKS,
        Check(("visits_due", "visits_done"), more_visits_than_due, Level.ASK),
        Check(("doses_due", "doses_taken"), more_doses_than_due),
    ),
)
