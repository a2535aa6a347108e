"""个人基本信息表, personal basic information (third edition, 2017, form list §2).

Not filled for children aged 0–6. Facts that lists and other forms need have their home on the resident.

疾病 is a table here: each of its six boxes goes with a name and 确诊时间. A phone number that looks like none, and a
record number of another kind of village, are asked about where the record is kept (app.services.resident_checks).
"""

from __future__ import annotations

from datetime import date

from app.domain.message import Message, msg
from app.forms.kinds import ApproximateDate, Choice, Choices, Column, Option, Table, Text, first_day, options
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Context,
    Field,
    Form,
    Level,
    Section,
    When,
    equals,
    given,
)

EARLIEST_BIRTH = date(1880, 1, 1)
OLDEST_USUAL_AGE = 110
YOUNGEST_USUAL_MARRIAGE = 20

SEX = (Option(1, "男"), Option(2, "女"), Option(9, "未说明的性别"), Option(0, "未知的性别"))
ETHNIC = (Option(1, "汉族"), Option(99, "少数民族", note=True))
ABO = options("A型", "B型", "O型", "AB型", "不详")
RH = options("阴性", "阳性", "不详")
EDUCATION = options(
    "研究生",
    "大学本科",
    "大学专科和专科学校",
    "中等专业学校",
    "技工学校",
    "高中",
    "初中",
    "小学",
    "文盲或半文盲",
    "不详",
)
OCCUPATION = options(
    "国家机关、党群组织、企业、事业单位负责人",
    "专业技术人员",
    "办事人员和有关人员",
    "商业、服务业人员",
    "农、林、牧、渔、水利业生产人员",
    "生产、运输设备操作人员及有关人员",
    "军人",
    "不便分类的其他从业人员",
    "无职业",
    first=0,
)
MARRIAGE = options("未婚", "已婚", "丧偶", "离婚", "未说明的婚姻状况")
PAYMENT = options(
    "城镇职工基本医疗保险",
    "城镇居民基本医疗保险",
    "新型农村合作医疗",
    "贫困救助",
    "商业医疗保险",
    "全公费",
    "全自费",
    "其他",
    note=(8,),
)
ALLERGY = options("无", "青霉素", "磺胺", "链霉素", "其他", note=(5,), sole=(1,))
EXPOSURE = options("无", "化学品", "毒物", "射线", sole=(1,))
DISEASES = options(
    "无",
    "高血压",
    "糖尿病",
    "冠心病",
    "慢性阻塞性肺疾病",
    "恶性肿瘤",
    "脑卒中",
    "严重精神障碍",
    "结核病",
    "肝炎",
    "其他法定传染病",
    "职业病",
    "其他",
    note=(6, 12, 13),
    sole=(1,),
)
FAMILY_DISEASES = options(
    "无",
    "高血压",
    "糖尿病",
    "冠心病",
    "慢性阻塞性肺疾病",
    "恶性肿瘤",
    "脑卒中",
    "严重精神障碍",
    "结核病",
    "肝炎",
    "先天畸形",
    "其他",
    note=(12,),
    sole=(1,),
)
NO_OR_YES = options("无", "有")
DISABILITIES = options(
    "无残疾",
    "视力残疾",
    "听力残疾",
    "言语残疾",
    "肢体残疾",
    "智力残疾",
    "精神残疾",
    "其他残疾",
    note=(8,),
    sole=(1,),
)


def happened(code: str, label: str, what: str) -> tuple[Field, Field]:
    """手术, 外伤 and 输血: 1 无 2 有, with two slots of what and when."""
    slots = Table(
        (
            Column("name", what, Text(50), required=True, aliases=("reason",)),
            Column("date", "时间", ApproximateDate(), aliases=("time",)),
        ),
        rows=2,
    )
    return (
        Field(code=code, label=label, kind=Choice(NO_OR_YES)),
        Field(
            code=f"{code}_items",
            label=label,
            prompt=f"{label}的{what}和时间",
            kind=slots,
            required=equals(code, 2),
            applies=equals(code, 2),
        ),
    )


def relative(code: str, label: str) -> Field:
    """The diseases of one relative in 家族史."""
    return Field(code=code, label=label, kind=Choices(FAMILY_DISEASES, boxes=6))


def environment(code: str, label: str, *labels: str) -> Field:
    """One item of 生活环境, filled in rural areas; 其他 opens a line (form list §0, 3)."""
    opens = tuple(number for number, name in enumerate(labels, start=1) if name == "其他")
    return Field(
        code=code,
        label=label,
        kind=Choice(options(*labels, note=opens)),
        required=given(code) if opens else NEVER,
        starred=True,
    )


def birth_date_problem(answers: Answers, _context: Context) -> Message | None:
    """Refuse a birth before 1880."""
    if first_day(answers["birth_date"]) < EARLIEST_BIRTH:
        return msg("出生日期 {born} 早于 1880 年，请核对。", born=answers["birth_date"])
    return None


def unusual_age(answers: Answers, context: Context) -> Message | None:
    """Ask about an age over 110."""
    age = Context(today=context.today, birth_date=first_day(answers["birth_date"])).age_on(context.today)
    if age is not None and age > OLDEST_USUAL_AGE:
        return msg("按出生日期 {born} 已 {age} 岁，请确认无误。", born=answers["birth_date"], age=age)
    return None


def differs_from_id_number(answers: Answers, context: Context) -> Message | None:
    """Ask when the birth date or sex written differs from the ID number's."""
    from app.domain.id_number import parse_id_number

    parsed = parse_id_number(answers["id_number"], context.today)
    if parsed.valid and parsed.birth_date is not None:
        if not parsed.birth_date.isoformat().startswith(answers["birth_date"]):
            return msg("身份证号上的出生日期是 {born}，请核对。", born=parsed.birth_date)
        if parsed.sex is not None and answers.get("sex") in (1, 2) and parsed.sex != answers["sex"]:
            return msg("性别与身份证号第 17 位不一致，请核对。")
    return None


def id_number_problem(answers: Answers, context: Context) -> Message | None:
    """Refuse an ID number that fails GB 11643."""
    from app.domain.id_number import parse_id_number

    parsed = parse_id_number(answers["id_number"], context.today)
    return None if parsed.valid else parsed.reason


def married_young(answers: Answers, context: Context) -> Message | None:
    """Ask about 已婚, 丧偶 or 离婚 under 20."""
    age = Context(today=context.today, birth_date=first_day(answers["birth_date"])).age_on(context.today)
    if answers["marital_status"] in (2, 3, 4) and age is not None and age < YOUNGEST_USUAL_MARRIAGE:
        return msg(
            "{age} 岁填了“{status}”，请确认无误。",
            age=age,
            status=MARRIAGE[answers["marital_status"] - 1].label,
        )
    return None


def disease_dates_missing(answers: Answers, _context: Context) -> Message | None:
    """Each disease of 既往史 needs its 确诊时间; 无 stands alone; named diseases need a name."""
    rows = answers["disease_history"]
    if len(rows) > 1 and any(row.get("code") == 1 for row in rows):
        return msg("选了“{option}”就不能再选别的。", option="无")
    names = {option.code: option for option in DISEASES}
    for row in rows:
        if names[row["code"]].note and not row.get("name"):
            return msg("请写出{disease}的名称。", disease=names[row["code"]].label)
    return None


def disease_without_date(answers: Answers, _context: Context) -> Message | None:
    """确诊时间 is needed for every disease."""
    names = {option.code: option.label for option in DISEASES}
    for row in answers["disease_history"]:
        if row["code"] != 1 and not row.get("confirmed_ym"):
            return msg("请填写{disease}的确诊时间。", disease=names[row["code"]])
    return None


ADULT_NEEDS_NUMBER = When(
    ("no_id_reason",),
    lambda answers, _context: "no_id_reason" not in answers,
)

WITHOUT_NUMBER = When(("id_number",), lambda answers, _context: "id_number" not in answers)

DISEASE_TABLE = Table(
    (
        Column("code", "疾病", Choice(DISEASES), required=True, aliases=("disease", "option")),
        Column("name", "名称", Text(50), aliases=("note", "text")),
        Column(
            "confirmed_ym",
            "确诊时间",
            ApproximateDate(finest="month"),
            aliases=("confirmed", "confirmed_on", "date"),
        ),
    ),
    rows=6,
)

FORM = Form(
    code="personal_info",
    title="个人基本信息表",
    edition="2017",
    sections=(
        Section(
            "basic",
            "基本情况",
            (
                Field(code="sex", label="性别", kind=Choice(SEX), home="resident.sex"),
                Field(
                    code="birth_date", label="出生日期", kind=ApproximateDate(), home="resident.birth_date"
                ),
                Field(
                    code="id_number",
                    label="身份证号",
                    kind=Text(18),
                    required=ADULT_NEEDS_NUMBER,
                    home="resident.id_number",
                ),
                Field(
                    code="no_id_reason",
                    label="无身份证号原因",
                    kind=Text(20),
                    required=NEVER,
                    applies=WITHOUT_NUMBER,
                    home="resident.no_id_reason",
                ),
                Field(code="workplace", label="工作单位", kind=Text(100), required=NEVER),
                Field(code="own_phone", label="本人电话", kind=Text(20), home="resident.phone"),
                Field(code="contact_name", label="联系人姓名", kind=Text(50), home="resident.contact_name"),
                Field(code="contact_phone", label="联系人电话", kind=Text(20), home="resident.contact_phone"),
                Field(
                    code="residence_type",
                    label="常住类型",
                    kind=Choice(options("户籍", "非户籍")),
                    home="resident.residence_type",
                ),
                Field(code="ethnic_group", label="民族", kind=Choice(ETHNIC), home="resident.ethnic_group"),
                Field(code="blood_abo", label="血型", kind=Choice(ABO), home="resident.blood_abo"),
                Field(
                    code="blood_rh", label="RH", prompt="RH 血型", kind=Choice(RH), home="resident.blood_rh"
                ),
                Field(code="education", label="文化程度", kind=Choice(EDUCATION)),
                Field(code="occupation", label="职业", kind=Choice(OCCUPATION)),
                Field(code="marital_status", label="婚姻状况", kind=Choice(MARRIAGE)),
                Field(
                    code="payment_means",
                    label="医疗费用支付方式",
                    kind=Choices(PAYMENT, boxes=3),
                    hint="2 和 3 现已合并为城乡居民基本医疗保险",
                ),
            ),
        ),
        Section(
            "history",
            "过敏与暴露",
            (
                Field(
                    code="drug_allergy",
                    label="药物过敏史",
                    kind=Choices(ALLERGY, boxes=4),
                    home="resident.drug_allergy",
                ),
                Field(code="exposure", label="暴露史", kind=Choices(EXPOSURE, boxes=3)),
            ),
        ),
        Section(
            "past",
            "既往史",
            (
                Field(code="disease_history", label="疾病", prompt="既往疾病", kind=DISEASE_TABLE),
                *happened("surgery", "手术", "名称"),
                *happened("trauma", "外伤", "名称"),
                *happened("transfusion", "输血", "原因"),
            ),
        ),
        Section(
            "family",
            "家族史",
            (
                relative("family_father", "父亲"),
                relative("family_mother", "母亲"),
                relative("family_siblings", "兄弟姐妹"),
                relative("family_children", "子女"),
            ),
        ),
        Section(
            "other",
            "遗传与残疾",
            (
                Field(code="hereditary", label="遗传病史", kind=Choice(options("无", "有", note=(2,)))),
                Field(
                    code="disability",
                    label="残疾情况",
                    kind=Choices(DISABILITIES, boxes=6),
                    home="resident.disability",
                ),
            ),
        ),
        Section(
            "environment",
            "生活环境",
            (
                environment("kitchen_exhaust", "厨房排风设施", "无", "油烟机", "换气扇", "烟囱"),
                environment("fuel", "燃料类型", "液化气", "煤", "天然气", "沼气", "柴火", "其他"),
                environment("water", "饮水", "自来水", "经净化过滤的水", "井水", "河湖水", "塘水", "其他"),
                environment("toilet", "厕所", "卫生厕所", "一格或二格粪池式", "马桶", "露天粪坑", "简易棚厕"),
                environment("livestock_pen", "禽畜栏", "无", "单设", "室内", "室外"),
            ),
        ),
    ),
    checks=(
        Check(("birth_date",), birth_date_problem),
        Check(("birth_date",), unusual_age, Level.ASK),
        Check(("id_number",), id_number_problem),
        Check(("birth_date", "id_number"), differs_from_id_number, Level.ASK),
        Check(("birth_date", "marital_status"), married_young, Level.ASK),
        Check(("disease_history",), disease_dates_missing),
        Check(("disease_history",), disease_without_date, Level.MISSING),
    ),
)
