"""居民健康档案封面, the cover of a resident's health record (third edition, 2017, form list §1).

Every item is a fact of the resident or of the organisation that keeps the record; nothing is typed twice.
"""

from __future__ import annotations

from app.domain.message import Message
from app.domain.record_number import parse_record_number
from app.forms.kinds import Date, Sign, Text
from app.forms.vocabulary import Answers, Check, Context, Field, Form, Section


def record_number_problem(answers: Answers, _context: Context) -> Message | None:
    """The 17 digits of the record number (form list §1, identifiers §3)."""
    return parse_record_number(answers["record_no"]).reason


FORM = Form(
    code="record_cover",
    title="居民健康档案",
    edition="2017",
    date_code="created_date",
    sections=(
        Section(
            "head",
            "编号",
            (
                Field(
                    code="record_no",
                    label="编号",
                    prompt="档案编号",
                    kind=Text(17),
                    home="resident.record_no",
                ),
            ),
        ),
        Section(
            "body",
            "居民",
            (
                Field(code="name", label="姓名", kind=Text(50), home="resident.name"),
                Field(
                    code="current_address", label="现住址", kind=Text(100), home="resident.current_address"
                ),
                Field(
                    code="registered_address",
                    label="户籍地址",
                    kind=Text(100),
                    home="resident.registered_address",
                ),
                Field(code="phone", label="联系电话", kind=Text(20), home="resident.phone"),
                Field(
                    code="township_name",
                    label="乡镇（街道）名称",
                    kind=Text(50),
                    home="organisation.township_name",
                ),
                Field(
                    code="village_name",
                    label="村（居）委会名称",
                    kind=Text(50),
                    home="organisation.village_name",
                ),
            ),
        ),
        Section(
            "foot",
            "建档",
            (
                Field(code="created_org", label="建档单位", kind=Text(100), home="organisation.name"),
                Field(code="created_by", label="建档人", kind=Sign()),
                Field(code="responsible_doctor", label="责任医生", kind=Sign()),
                Field(code="created_date", label="建档日期", kind=Date(), carries=False),
            ),
        ),
    ),
    checks=(Check(("record_no",), record_number_problem),),
)
