"""双向转诊（回转）单, referral back (third edition, 2017, form list §15).

The hospital usually writes it; the clinic enters what it says.
"""

from __future__ import annotations

from app.forms import referral_parts as parts
from app.forms.kinds import Date, Text
from app.forms.vocabulary import NEVER, Field, Form, Section

FORM = Form(
    code="referral_back",
    title="双向转诊（回转）单",
    edition="2017",
    date_code="back_date",
    sections=(
        Section(
            "stub",
            "存根",
            (
                *parts.patient(
                    "back_date", Field(code="case_no", label="病案号", kind=Text(30), carries=False)
                ),
                Field(code="back_date", label="转回日期", kind=Date(), carries=False),
                Field(code="to_org", label="转回单位", kind=Text(100), home="organisation.name"),
                Field(code="to_doctor", label="接诊医生", kind=Text(50)),
                *parts.sender("back_date"),
            ),
        ),
        Section(
            "letter",
            "回转单",
            (
                Field(code="diagnosis", label="诊断结果", kind=Text(200), carries=False),
                Field(
                    code="inpatient_no", label="住院病案号", kind=Text(30), required=NEVER, carries=False
                ),
                Field(code="main_findings", label="主要检查结果", kind=Text(500), carries=False),
                Field(
                    code="treatment_advice",
                    label="治疗经过、下一步治疗方案及康复建议",
                    kind=Text(1000),
                    carries=False,
                ),
                *parts.letter_foot("back_date", from_here=False),
            ),
        ),
    ),
)
