"""血压血糖筛查登记: the clinic's own form for one reading of one person in a screening round; not a national form.

It keeps what the rule of the screening asks (rules §2): readings of different days, high-risk items, and the
conclusion. The edition is this program's own.
"""

from __future__ import annotations

from app.domain.message import Message, msg
from app.forms.followup_parts import body_mass_index
from app.forms.kinds import Choices, Date, Number, Option, Sign, Text, Whole, options
from app.forms.vocabulary import NEVER, Answers, Check, Context, Field, Form, Section, When, includes, limits

NORMAL, REPEAT, SUSPECTED, HIGH_RISK, GLUCOSE, URGENT, MANAGED = 1, 2, 3, 4, 5, 6, 7
CONCLUSIONS = (
    Option(NORMAL, "未见异常", excludes_others=True),
    Option(REPEAT, "血压偏高，改天复测"),
    Option(SUSPECTED, "三次不同日血压偏高，转诊确诊"),
    Option(HIGH_RISK, "高血压高危，半年测一次"),
    Option(GLUCOSE, "血糖偏高，转诊确诊"),
    Option(URGENT, "危急，立即转诊"),
    Option(MANAGED, "已纳入管理，记到随访"),
)
RELATIVES, SALT, DRINKING = 2, 3, 4
RISK_FACTORS = options("无", "一级或二级亲属有高血压", "长期吃得咸", "长期过量饮酒", sole=(1,))
GLUCOSE_CODES = ("fasting_glucose", "random_glucose")

PRESSURE_NEEDED = When(
    ("sbp", "dbp", *GLUCOSE_CODES),
    lambda answers, _context: "sbp" in answers or "dbp" in answers
    or not any(code in answers for code in GLUCOSE_CODES),
)  # fmt: skip


def _pressure_order(answers: Answers, _context: Context) -> Message | None:
    if answers["dbp"] >= answers["sbp"]:
        return msg("舒张压 {dbp} 应低于收缩压 {sbp}，请核对。", dbp=answers["dbp"], sbp=answers["sbp"])
    return None


def _repeat_after(answers: Answers, _context: Context) -> Message | None:
    if answers["repeat_on"] <= answers["screen_date"]:
        return msg("复测日期应在本次筛查 {day} 之后。", day=answers["screen_date"])
    return None


def _glucose(code: str, label: str) -> Field:
    return Field(
        code=code, label=label, kind=Number(2), unit="mmol/L", required=NEVER, carries=False,
        hard=limits("0.5", 60), soft=limits("3.91", "16.69"),
    )  # fmt: skip


FORM = Form(
    code="screening",
    title="血压血糖筛查登记（本室自用）",
    edition="1",
    date_code="screen_date",
    sections=(
        Section(
            "head",
            "筛查",
            (
                Field(code="screen_date", label="筛查日期", kind=Date(), carries=False),
                Field(code="place", label="地点", kind=Text(50), required=NEVER),
            ),
        ),
        Section(
            "readings",
            "血压和血糖",
            (
                Field(
                    code="sbp", label="血压", prompt="收缩压", kind=Whole(), unit="mmHg", required=PRESSURE_NEEDED,
                    carries=False, hard=limits(30, 300), soft=limits(90, 179),
                ),
                Field(
                    code="dbp", label="血压", prompt="舒张压", kind=Whole(), unit="mmHg", required=PRESSURE_NEEDED,
                    carries=False, hard=limits(10, 200), soft=limits(50, 109),
                ),
                Field(
                    code="heart_rate", label="心率", kind=Whole(), unit="次/分钟", required=NEVER, carries=False,
                    hard=limits(20, 300), soft=limits(50, 120),
                ),
                _glucose("fasting_glucose", "空腹血糖"),
                _glucose("random_glucose", "随机血糖"),
            ),
        ),
        Section(
            "body",
            "体格和高危因素",
            (
                Field(
                    code="height", label="身高", kind=Number(1), unit="cm", required=NEVER, hard=limits(30, 250),
                    soft=limits(130, 200), home="resident.height_cm",
                ),
                Field(
                    code="weight", label="体重", kind=Number(1), unit="kg", required=NEVER, hard=limits(1, 300),
                    soft=limits(30, 150), carries=False,
                ),
                Field(
                    code="bmi", label="体质指数", kind=Number(2), unit="kg/m²", required=NEVER,
                    computed=body_mass_index("weight"), soft=limits(14, 45), carries=False,
                ),
                Field(
                    code="waist", label="腰围", kind=Number(1), unit="cm", required=NEVER, hard=limits(30, 200),
                    soft=limits(50, 140), carries=False,
                ),
                Field(code="risk_factors", label="高危因素", kind=Choices(RISK_FACTORS, boxes=3), required=NEVER),
            ),
        ),
        Section(
            "result",
            "结论",
            (
                Field(code="conclusion", label="结论", kind=Choices(CONCLUSIONS, boxes=3), carries=False),
                Field(
                    code="repeat_on", label="复测日期", kind=Date(), may_come=True, carries=False,
                    required=includes("conclusion", REPEAT), applies=includes("conclusion", REPEAT),
                ),
                Field(code="advice", label="告知和指导", kind=Text(200), required=NEVER, carries=False),
                Field(code="doctor", label="筛查人签名", kind=Sign()),
            ),
        ),
    ),
    checks=(Check(("sbp", "dbp"), _pressure_order), Check(("screen_date", "repeat_on"), _repeat_after)),
)  # fmt: skip
