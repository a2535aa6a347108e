"""会诊记录表, consultation (third edition, 2017, form list §14)."""

from __future__ import annotations

from app.forms.kinds import Column, Date, Sign, Table, Text
from app.forms.vocabulary import Field, Form, Section

CONSULTANTS = Table(
    (
        Column("institution", "医疗机构名称", Text(100), required=True, aliases=("org", "organisation", "name")),
        Column("signatures", "会诊医生签字", Sign(100), aliases=("doctors", "doctor", "signature")),
    ),
    rows=5,
)
"""One row for each institution; several doctors of it sign in the same row."""

FORM = Form(
    code="consultation",
    title="会诊记录表",
    edition="2017",
    date_code="consult_date",
    sections=(
        Section(
            "record",
            "会诊记录",
            (
                Field(
                    code="reason",
                    label="会诊原因",
                    kind=Text(500),
                    carries=False,
                    hint="主要情况和会诊要解决的问题",
                ),
                Field(code="opinion", label="会诊意见", kind=Text(1000), carries=False),
                Field(
                    code="consultants",
                    label="会诊医生及其所在医疗机构",
                    kind=CONSULTANTS,
                    carries=False,
                ),
            ),
        ),
        Section(
            "foot",
            "签字",
            (
                Field(code="responsible_doctor", label="责任医生", kind=Sign()),
                Field(code="consult_date", label="会诊日期", kind=Date(), carries=False),
            ),
        ),
    ),
)
