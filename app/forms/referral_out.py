"""双向转诊（转出）单, referral out (third edition, 2017, form list §15)."""

from __future__ import annotations

from app.forms import referral_parts as parts
from app.forms.kinds import Date, Text
from app.forms.record_cover import record_number_problem
from app.forms.vocabulary import NEVER, Check, Field, Form, Section

FORM = Form(
    code="referral_out",
    title="双向转诊（转出）单",
    edition="2017",
    date_code="transfer_date",
    sections=(
        Section(
            "stub",
            "存根",
            (
                *parts.patient(
                    "transfer_date",
                    Field(code="record_no", label="档案编号", kind=Text(17), home="resident.record_no"),
                ),
                Field(code="transfer_date", label="转出日期", kind=Date(), carries=False),
                Field(code="to_org", label="转入单位", kind=Text(100)),
                Field(code="to_dept", label="科室", prompt="转入科室", kind=Text(50)),
                Field(code="to_doctor", label="接诊医生", kind=Text(50), required=NEVER),
                *parts.sender("transfer_date"),
            ),
        ),
        Section(
            "letter",
            "转出单",
            (
                Field(code="impression", label="初步印象", kind=Text(200), carries=False),
                Field(code="present_illness", label="主要现病史（转出原因）", kind=Text(500), carries=False),
                Field(code="past_history", label="主要既往史", kind=Text(300)),
                Field(code="treatment", label="治疗经过", kind=Text(500), carries=False),
                *parts.letter_foot("transfer_date", from_here=True),
            ),
        ),
    ),
    checks=(Check(("record_no",), record_number_problem),),
)
