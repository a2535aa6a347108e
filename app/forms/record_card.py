"""居民健康档案信息卡, the card that a resident carries (third edition, 2017, form list §16).

Ticks have no printed numbers; 哮喘 stands only here and not among the past diseases of the 个人基本信息表.
An unknown ABO group is an answer that the card has no tick for: all four stay empty.
"""

from __future__ import annotations

from app.forms.kinds import ApproximateDate, Choice, Choices, Text, options
from app.forms.personal_info import ABO, RH, SEX
from app.forms.record_cover import record_number_problem
from app.forms.vocabulary import NEVER, Check, Field, Form, Section

CHRONIC = options(
    "无",
    "高血压",
    "糖尿病",
    "脑卒中",
    "冠心病",
    "哮喘",
    "职业病",
    "其他疾病",
    note=(8,),
    sole=(1,),
)


def text(code: str, label: str, longest: int, *, home: str = "", prompt: str = "") -> Field:
    """A line of the card."""
    return Field(code=code, label=label, kind=Text(longest), home=home, prompt=prompt)


FORM = Form(
    code="record_card",
    title="居民健康档案信息卡",
    edition="2017",
    sections=(
        Section(
            "front",
            "正面",
            (
                text("name", "姓名", 50, home="resident.name"),
                Field(code="sex", label="性别", kind=Choice(SEX), home="resident.sex"),
                Field(
                    code="birth_date",
                    label="出生日期",
                    kind=ApproximateDate(),
                    home="resident.birth_date",
                ),
                text("record_no", "健康档案编号", 17, home="resident.record_no"),
                Field(code="blood_abo", label="ABO血型", kind=Choice(ABO), home="resident.blood_abo"),
                Field(code="blood_rh", label="RH血型", kind=Choice(RH), home="resident.blood_rh"),
                Field(code="chronic", label="慢性病患病情况", kind=Choices(CHRONIC, boxes=8)),
                text("allergy", "过敏史", 100),
            ),
        ),
        Section(
            "back",
            "反面",
            (
                text("home_address", "家庭住址", 100, home="resident.current_address"),
                text("home_phone", "家庭电话", 20, home="resident.phone"),
                text("emergency_contact", "紧急情况联系人", 50, home="resident.contact_name"),
                text("emergency_phone", "联系人电话", 20, home="resident.contact_phone"),
                text("org_name", "建档机构名称", 100, home="organisation.name"),
                text("org_phone", "联系电话", 20, prompt="建档机构联系电话"),
                text("doctor_or_nurse", "责任医生或护士", 50),
                text("doctor_phone", "联系电话", 20, prompt="责任医生或护士联系电话"),
                Field(code="other", label="其他说明", kind=Text(100), required=NEVER),
            ),
        ),
    ),
    checks=(Check(("record_no",), record_number_problem),),
)
