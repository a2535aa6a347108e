"""接诊记录表, outpatient encounter (third edition, 2017, form list §13)."""

from __future__ import annotations

from app.forms.kinds import Date, Sign, Text
from app.forms.vocabulary import Field, Form, Section

FORM = Form(
    code="encounter",
    title="接诊记录表",
    edition="2017",
    date_code="encounter_date",
    sections=(
        Section(
            "record",
            "接诊记录",
            (
                Field(
                    code="subjective",
                    label="就诊者的主观资料",
                    kind=Text(1000),
                    carries=False,
                    hint="主诉、病史、生活习惯、社会背景",
                ),
                Field(
                    code="objective",
                    label="就诊者的客观资料",
                    kind=Text(1000),
                    carries=False,
                    hint="体格检查、实验室检查、影像检查",
                ),
                Field(code="assessment", label="评估", kind=Text(500), carries=False, hint="诊断和问题"),
                Field(
                    code="plan",
                    label="处置计划",
                    kind=Text(1000),
                    carries=False,
                    hint="检查、治疗、健康教育、预防、转诊",
                ),
            ),
        ),
        Section(
            "foot",
            "签字",
            (
                Field(code="doctor", label="医生签字", kind=Sign()),
                Field(code="encounter_date", label="接诊日期", kind=Date(), carries=False),
            ),
        ),
    ),
)
