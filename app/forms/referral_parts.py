"""What the two sheets of the 双向转诊单 share (third edition, 2017, form list §15).

Each has a stub (存根) kept by the sender and a part handed to the patient. What both say is asked once.
"""

from __future__ import annotations

from app.forms.kinds import Choice, Date, Sign, Text, Whole
from app.forms.personal_info import SEX
from app.forms.vocabulary import Answers, Computed, Context, Field, limits

OLDEST_USUAL_AGE = 110


def patient(date_code: str, number: Field) -> tuple[Field, ...]:
    """患者姓名, 性别, 年龄 on the day `date_code`, the number of the record or case, 家庭住址 and 联系电话."""

    def age(answers: Answers, context: Context) -> object:
        return context.age_on(answers[date_code]) if date_code in answers else None

    return (
        Field(code="patient_name", label="患者姓名", kind=Text(50), home="resident.name"),
        Field(code="sex", label="性别", kind=Choice(SEX), home="resident.sex"),
        Field(
            code="age",
            label="年龄",
            kind=Whole(),
            unit="岁",
            hard=limits(0, 150),
            soft=limits(0, OLDEST_USUAL_AGE),
            computed=Computed((date_code,), age, proposed=True),
            carries=False,
        ),
        number,
        Field(code="address", label="家庭住址", kind=Text(100), home="resident.current_address"),
        Field(code="phone", label="联系电话", prompt="患者联系电话", kind=Text(20), home="resident.phone"),
    )


def same_day(code: str) -> Computed:
    """The day of another answer, unless the doctor says otherwise."""
    return Computed((code,), lambda answers, _context: answers.get(code), proposed=True)


def sender(date_code: str) -> tuple[Field, ...]:
    """转诊医生（签字） of both parts, and the date of the stub."""
    return (
        Field(code="from_doctor", label="转诊医生（签字）", kind=Sign()),
        Field(
            code="stub_date",
            label="日期",
            prompt="存根日期",
            kind=Date(),
            computed=same_day(date_code),
            carries=False,
        ),
    )


def letter_foot(date_code: str, *, from_here: bool) -> tuple[Field, ...]:
    """联系电话 of the doctor, （机构名称） and the date of the part handed out; `from_here` when we are the sender."""
    return (
        Field(code="from_phone", label="联系电话", prompt="转诊医生联系电话", kind=Text(20)),
        Field(
            code="from_org",
            label="机构名称",
            prompt="转诊机构名称",
            kind=Text(100),
            home="organisation.name" if from_here else "",
        ),
        Field(
            code="date",
            label="日期",
            prompt="转诊单日期",
            kind=Date(),
            computed=same_day(date_code),
            carries=False,
        ),
    )
