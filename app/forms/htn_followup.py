"""高血压患者随访服务记录表, hypertension follow-up (third edition, 2017, form list §4); four visits to a sheet."""

from __future__ import annotations

from app.forms import followup_parts as parts
from app.forms.kinds import Choice, Choices, Option, Text, options
from app.forms.vocabulary import NEVER, Field, Form, Section

SYMPTOMS = (
    *options(
        "无症状",
        "头痛头晕",
        "恶心呕吐",
        "眼花耳鸣",
        "呼吸困难",
        "心悸胸闷",
        "鼻衄出血不止",
        "四肢发麻",
        "下肢水肿",
        sole=(1,),
    ),
    Option(10, "其他", note=True),
)
"""The paper prints 其他 without a number; 10 keeps it here."""

FORM = Form(
    code="htn_followup",
    title="高血压患者随访服务记录表",
    edition="2017",
    date_code="visit_date",
    after_death=parts.TELLS_OF_DEATH,
    visits_per_sheet=4,
    joined=("exercise",),
    sections=(
        parts.head(),
        Section(
            "symptoms",
            "症状",
            (
                Field(
                    code="symptoms",
                    label="症状",
                    kind=Choices(SYMPTOMS, boxes=8),
                    required=parts.SEEN,
                    carries=False,
                ),
            ),
        ),
        Section(
            "signs",
            "体征",
            (
                *parts.blood_pressure(),
                *parts.body_size(),
                parts.heart_rate(required=parts.SEEN_IN_PERSON),
                Field(
                    code="sign_other",
                    label="其他",
                    prompt="其他体征",
                    kind=Text(100),
                    required=NEVER,
                    carries=False,
                ),
            ),
        ),
        parts.lifestyle(
            Field(
                code="salt",
                label="摄盐情况（咸淡）",
                kind=Choice(parts.SALT),
                required=parts.SEEN,
                paired=True,
            ),
        ),
        Section(
            "exams",
            "辅助检查",
            (
                Field(
                    code="aux_exam",
                    label="辅助检查",
                    kind=Text(200),
                    required=NEVER,
                    starred=True,
                    carries=False,
                ),
            ),
        ),
        Section("assessment", "用药与分类", (*parts.adherence_and_reaction(), parts.visit_class())),
        Section("medication", "用药情况", (parts.drugs(rows=4),)),
        parts.referral(),
        parts.foot(),
        parts.judgement(
            "意识改变",
            "剧烈头痛或头晕",
            "恶心呕吐",
            "视力模糊",
            "眼痛",
            "心悸",
            "胸闷",
            "喘憋不能平卧",
        ),
    ),
    checks=parts.CHECKS,
)
