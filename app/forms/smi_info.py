"""严重精神障碍患者个人信息补充表, supplement on a patient with a severe mental disorder (third edition, 2017, form list §6)."""

from __future__ import annotations

from app.domain.mental_disorder import DISEASES
from app.domain.message import Message, msg
from app.domain.phones import PhoneKind, check_phone
from app.forms import mental_parts as parts
from app.forms.kinds import (
    ApproximateDate,
    Choice,
    Choices,
    Date,
    Sign,
    Text,
    Whole,
    certainly_before,
    options,
)
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
    limits,
)

NEVER_TREATED = 1
EMPLOYMENT = options(
    "在岗工人",
    "在岗管理者",
    "农民",
    "下岗或无业",
    "在校学生",
    "退休",
    "专业技术人员",
    "其他",
    "不详",
    note=(8,),
)
CONSENT = options("同意参加管理", first=1) + options("不同意参加管理", first=0)

TREATED = When(
    ("past_outpatient", "past_inpatient"),
    lambda answers, _context: (
        answers.get("past_outpatient", NEVER_TREATED) != NEVER_TREATED or answers.get("past_inpatient", 0) > 0
    ),
)
MAY_BE_TREATED = When(
    TREATED.codes,
    lambda answers, context: "past_outpatient" not in answers or TREATED.holds(answers, context),
)


def drug_before_onset(answers: Answers, _context: Context) -> Message | None:
    """首次抗精神病药治疗时间 lies not before 初次发病时间."""
    if certainly_before(answers["first_drug_date"], answers["onset_date"]):
        return msg("首次抗精神病药治疗时间早于初次发病时间 {onset}，请核对。", onset=answers["onset_date"])
    return None


def diagnosed_before_onset(answers: Answers, _context: Context) -> Message | None:
    """Ask about a 确诊日期 before 初次发病时间."""
    if certainly_before(answers["diagnosis_date"], answers["onset_date"]):
        return msg("确诊日期早于初次发病时间 {onset}，请确认。", onset=answers["onset_date"])
    return None


def unknown_disease(answers: Answers, _context: Context) -> Message | None:
    """Ask about a diagnosis that is none of the six diseases (rules §5); brackets do not count."""

    def bare(words: str) -> str:
        return words.translate(dict.fromkeys(map(ord, "（）()")))

    if any(bare(disease) in bare(answers["diagnosis"]) for disease in DISEASES):
        return None
    return msg("诊断不是六种严重精神障碍之一（{diseases}），请确认。", diseases="、".join(DISEASES))


def doubtful_phone(answers: Answers, _context: Context) -> Message | None:
    """Ask about a guardian's phone number that looks like none."""
    found = check_phone(answers["guardian_phone"])
    return None if found.kind is PhoneKind.NONE else found.warning


FORM = Form(
    code="smi_info",
    title="严重精神障碍患者个人信息补充表",
    edition="2017",
    date_code="form_date",
    sections=(
        Section(
            "guardian",
            "监护人与联系人",
            (
                Field(code="guardian_name", label="监护人姓名", kind=Text(50)),
                Field(code="guardian_relation", label="与患者关系", kind=Text(20)),
                Field(code="guardian_address", label="监护人住址", kind=Text(100)),
                Field(code="guardian_phone", label="监护人电话", kind=Text(20)),
                Field(code="village_contact", label="辖区村（居）委会联系人、电话", kind=Text(80)),
                Field(code="household_type", label="户别", kind=Choice(options("城镇", "农村"))),
                Field(code="employment", label="就业情况", kind=Choice(EMPLOYMENT)),
            ),
        ),
        Section(
            "consent",
            "知情同意",
            (
                Field(code="consent", label="知情同意", kind=Choice(CONSENT)),
                Field(
                    code="consent_sign",
                    label="签字",
                    prompt="知情同意签字",
                    kind=Sign(),
                    hint="由患者或监护人签字",
                ),
                Field(code="consent_date", label="签字时间", prompt="知情同意签字时间", kind=Date()),
            ),
        ),
        Section(
            "history",
            "既往情况",
            (
                Field(
                    code="onset_date",
                    label="初次发病时间",
                    kind=ApproximateDate(),
                    hint="至少写出哪一年",
                ),
                Field(
                    code="past_symptoms",
                    label="既往主要症状",
                    kind=Choices(parts.SYMPTOMS, boxes=12),
                ),
                Field(code="past_locked", label="既往关锁情况", kind=Choice(parts.LOCKED)),
                Field(
                    code="past_outpatient",
                    label="门诊",
                    prompt="既往门诊治疗情况",
                    kind=Choice(options("未治", "间断门诊治疗", "连续门诊治疗")),
                ),
                Field(
                    code="past_inpatient",
                    label="住院",
                    prompt="曾住精神专科医院/综合医院精神专科次数",
                    kind=Whole(),
                    unit="次",
                    hard=limits(0, 200),
                ),
                Field(
                    code="first_drug_date",
                    label="首次抗精神病药治疗时间",
                    kind=ApproximateDate(),
                    required=TREATED,
                    applies=MAY_BE_TREATED,
                ),
            ),
        ),
        Section(
            "diagnosis",
            "目前诊断情况",
            (
                Field(code="diagnosis", label="诊断", kind=Text(50)),
                Field(code="diagnosis_hospital", label="确诊医院", kind=Text(50)),
                Field(code="diagnosis_date", label="确诊日期", kind=ApproximateDate()),
                Field(
                    code="last_effect",
                    label="最近一次治疗效果",
                    kind=Choice(options("临床痊愈", "好转", "无变化", "加重")),
                ),
            ),
        ),
        Section("danger", "危险行为", parts.dangerous_acts()),
        Section(
            "economy",
            "经济状况与专科意见",
            (
                Field(
                    code="economy",
                    label="经济状况",
                    kind=Choice(options("贫困，在当地贫困线标准以下", "非贫困")),
                ),
                Field(
                    code="specialist_advice",
                    label="专科医生的意见（如果有请记录）",
                    prompt="专科医生的意见",
                    kind=Text(300),
                    required=NEVER,
                ),
            ),
        ),
        Section(
            "foot",
            "填表",
            (
                Field(code="form_date", label="填表日期", kind=Date(), carries=False),
                Field(code="doctor", label="医生签字", kind=Sign()),
            ),
        ),
    ),
    checks=(
        Check(("onset_date", "first_drug_date"), drug_before_onset),
        Check(("onset_date", "diagnosis_date"), diagnosed_before_onset, Level.ASK),
        Check(("diagnosis",), unknown_disease, Level.ASK),
        Check(("guardian_phone",), doubtful_phone, Level.ASK),
    ),
)
