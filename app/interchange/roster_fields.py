"""What a roster of residents may hold: each target of a column, its names in the wild, and how it is recognised.

Labels come from the declarations of the cover and the 个人基本信息表; what registers, county platforms and hand-made
lists call the same thing is added here. Nothing is converted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from app.domain.message import Message, msg
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER

COVER_TARGETS = (
    "name",
    "record_no",
    "phone",
    "current_address",
    "registered_address",
    "created_date",
    "created_by",
    "responsible_doctor",
)
INFO_TARGETS = (
    "id_number",
    "sex",
    "birth_date",
    "no_id_reason",
    "workplace",
    "contact_name",
    "contact_phone",
    "residence_type",
    "ethnic_group",
    "blood_abo",
    "blood_rh",
    "education",
    "occupation",
    "marital_status",
    "payment_means",
    "drug_allergy",
    "exposure",
    "disability",
    "kitchen_exhaust",
    "fuel",
    "water",
    "toilet",
    "livestock_pen",
)
HOUSEHOLD_TARGETS = (
    "household_number",
    "group_name",
    "head_name",
    "head_id_number",
    "relation",
    "distance_km",
)
DISEASE_TARGETS = ("htn", "dm", "diseases")
OTHER_TARGETS = ("care_note",)
TARGETS = (*COVER_TARGETS, *INFO_TARGETS, *HOUSEHOLD_TARGETS, *DISEASE_TARGETS, *OTHER_TARGETS)

CODED = (
    "blood_rh",
    "education",
    "occupation",
    "marital_status",
    "payment_means",
    "disability",
    "livestock_pen",
)
"""Targets of which lists in use number the same answers differently (identifiers §6.2, §6.3)."""

_OWN_LABELS: dict[str, Message] = {
    "household_number": msg("户编号"),
    "group_name": msg("组"),
    "head_name": msg("户主姓名"),
    "head_id_number": msg("户主身份证号"),
    "relation": msg("与户主关系"),
    "distance_km": msg("离卫生室（公里）"),
    "htn": msg("高血压"),
    "dm": msg("糖尿病"),
    "diseases": msg("慢病"),
    "care_note": msg("备注"),
}

_SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": ("居民姓名", "姓 名", "名字", "患者姓名", "成员姓名", "人员姓名", "本人姓名", "名称"),
    "record_no": (
        "健康档案编码",
        "健康档案号",
        "档案号",
        "个人档案编号",
        "健康档案编号",
        "档案编码",
        "建档编号",
    ),
    "phone": (
        "电话",
        "手机",
        "手机号",
        "手机号码",
        "联系方式",
        "电话号码",
        "本人电话",
        "本人联系电话",
        "本人手机",
        "移动电话",
        "联系手机",
    ),
    "current_address": (
        "住址",
        "家庭住址",
        "家庭地址",
        "居住地址",
        "现居住地",
        "现居住地址",
        "地址",
        "详细地址",
        "常住地址",
    ),
    "registered_address": ("户口地址", "户籍所在地", "户籍住址", "户口所在地", "身份证地址"),
    "created_date": ("建档时间", "建卡日期", "登记日期"),
    "created_by": ("建档医生", "录入人", "登记人"),
    "responsible_doctor": ("家庭医生", "管理医生", "签约医生", "责任医师"),
    "id_number": (
        "身份证",
        "身份证号码",
        "公民身份号码",
        "公民身份证号",
        "证件号码",
        "证件号",
        "身份证件号码",
        "居民身份证号",
        "有效证件号码",
        "身份号码",
    ),
    "sex": ("男女",),
    "birth_date": ("出生年月", "出生年月日", "生日", "出生时间", "出生"),
    "no_id_reason": ("无证原因", "没有身份证原因"),
    "workplace": ("单位", "工作单位名称", "单位名称"),
    "contact_name": ("联系人", "紧急联系人", "监护人", "监护人姓名", "亲属姓名"),
    "contact_phone": ("紧急联系电话", "紧急联系人电话", "监护人电话", "亲属电话", "联系人手机"),
    "residence_type": ("户籍类型", "居住类型", "户口性质", "是否户籍", "常住类别"),
    "ethnic_group": ("族别", "民 族"),
    "blood_abo": ("ABO血型", "血型ABO"),
    "blood_rh": ("RH", "RH血型", "RH阴性", "血型RH", "Rh因子"),
    "education": ("学历", "文化", "教育程度", "受教育程度"),
    "occupation": ("职业类别", "职业类型"),
    "marital_status": ("婚姻", "婚否", "婚姻情况"),
    "payment_means": (
        "医保类型",
        "付费方式",
        "医疗付费方式",
        "支付方式",
        "参保类型",
        "医疗费用负担方式",
        "医保类别",
    ),
    "drug_allergy": ("过敏史", "过敏药物", "药物过敏", "过敏"),
    "exposure": ("暴露",),
    "disability": ("残疾", "残疾类别", "残疾类型"),
    "household_number": (
        "家庭编号",
        "户号",
        "家庭档案号",
        "户口簿号",
        "家庭号",
        "户编码",
        "门牌号",
        "户档案号",
    ),
    "group_name": ("村组", "组别", "小组", "村民小组", "所属组", "自然村", "队", "屯", "所在组"),
    "head_name": ("户主", "户主名", "家长姓名"),
    "head_id_number": ("户主身份证", "户主身份证号码", "户主证件号码"),
    "relation": ("与户主的关系", "户主关系", "家庭关系", "关系", "和户主关系", "与户主之关系"),
    "distance_km": ("距离", "离卫生室距离"),
    "htn": ("高血压患者", "是否高血压", "高血压病", "高血压确诊时间", "高血压确诊日期"),
    "dm": (
        "糖尿病患者",
        "是否糖尿病",
        "2型糖尿病",
        "Ⅱ型糖尿病",
        "II型糖尿病",
        "糖尿病确诊时间",
        "糖尿病确诊日期",
    ),
    "diseases": (
        "疾病",
        "慢病类型",
        "慢性病",
        "慢病病种",
        "既往史",
        "既往疾病",
        "病史",
        "人群分类",
        "重点人群",
        "人群类别",
    ),
    "care_note": ("说明", "其他", "备 注"),
}


@dataclass(frozen=True)
class Target:
    """One thing that a column may hold: its code, its name for the user, and how headers call it."""

    code: str
    label: Message | str
    synonyms: tuple[str, ...]


@cache
def targets() -> dict[str, Target]:
    """Every target by its code, in the order in which they are offered."""
    return {
        code: Target(code, label_of(code), (str(label_of(code)), *_SYNONYMS.get(code, ())))
        for code in TARGETS
    }


def label_of(code: str) -> Message | str:
    """What a target is called: the label of its form, or our own word."""
    for form in (COVER, INFO):
        if code in form.fields:
            return form.fields[code].name
    return _OWN_LABELS[code]


def plain_header(header: str) -> str:
    """A header as it is compared: half width, without spaces, signs and what stands in brackets."""
    text = unicodedata.normalize("NFKC", header).casefold()
    text = re.sub(r"[（(\[【].*?[)）\]】]", "", text)
    return re.sub(r"[\s*＊★:：、.。,，;；/\\_\-—“”\"'？?]", "", text)


@cache
def _by_header() -> dict[str, str]:
    found: dict[str, str] = {}
    for target in targets().values():
        for synonym in target.synonyms:
            found.setdefault(plain_header(synonym), target.code)
    return found


def target_of_header(header: str) -> str | None:
    """The target that a header names; None for one that is not known."""
    plain = plain_header(header)
    return _by_header().get(plain) if plain else None
