"""健康体检表, health examination (third edition, 2017, form list §3), four pages.

The yearly examination of people of 65 or older and of those with hypertension, type 2 diabetes or a severe mental
disorder; not used for tuberculosis patients, pregnant women and children of 0–6. Items with * are filled where they
were examined.
"""

from __future__ import annotations

from app.domain.message import Message, msg
from app.forms import health_exam_body as body
from app.forms import health_exam_findings as findings
from app.forms import health_exam_habits as habits
from app.forms import health_exam_laboratory as laboratory
from app.forms.health_exam_parts import age, some_of
from app.forms.kinds import Date, Sign
from app.forms.vocabulary import Answers, Check, Context, Field, Form, Level, Section

OLDEST_CHILD = 6


def _for_a_child(answers: Answers, context: Context) -> Message | None:
    years = age(answers, context)
    if years is not None and 0 <= years <= OLDEST_CHILD:
        return msg("健康体检表不用于 0～6 岁儿童，体检时 {age} 岁，请确认。", age=years)
    return None


SYMPTOMS = some_of(
    "symptoms",
    "症状",
    "无症状",
    "头痛",
    "头晕",
    "心悸",
    "胸闷",
    "胸痛",
    "慢性咳嗽",
    "咳痰",
    "呼吸困难",
    "多饮",
    "多尿",
    "体重下降",
    "乏力",
    "关节肿痛",
    "视力模糊",
    "手脚麻木",
    "尿急",
    "尿痛",
    "便秘",
    "腹泻",
    "恶心呕吐",
    "眼花",
    "耳鸣",
    "乳房胀痛",
    "其他",
    boxes=10,
    note=(25,),
    sole=(1,),
)

FORM = Form(
    code="health_exam",
    title="健康体检表",
    edition="2017",
    date_code="exam_date",
    joined=("bp_left", "bp_right"),
    sections=(
        Section(
            "head",
            "体检",
            (
                Field(code="exam_date", label="体检日期", kind=Date(), carries=False),
                Field(code="responsible_doctor", label="责任医生", kind=Sign()),
            ),
        ),
        Section("symptoms", "症状", (SYMPTOMS,)),
        body.CONDITION,
        habits.LIFESTYLE,
        body.ORGANS,
        body.EXAMINATION,
        laboratory.TESTS,
        findings.PROBLEMS,
        findings.TREATMENT,
        findings.EVALUATION,
    ),
    checks=(
        Check(("exam_date",), _for_a_child, Level.ASK),
        *body.CHECKS,
        *habits.CHECKS,
        *laboratory.CHECKS,
        *findings.CHECKS,
    ),
)
