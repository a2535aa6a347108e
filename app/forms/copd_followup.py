"""慢阻肺病患者随访服务记录表, COPD follow-up (国卫办基层函〔2024〕336号, form list §12), on trial (试行).

The names of the items are confirmed, the numbers of most options and some cells are not. What is unconfirmed stands
below as named constants; answers are kept with the edition `EDITION`, so that they can be carried over when the
official annex is at hand. Nothing is classified: the doctor chooses the class.
"""

from __future__ import annotations

from decimal import Decimal

from app.domain.message import Message, msg
from app.domain.quantities import half_up
from app.forms import followup_parts as parts
from app.forms.kinds import Choice, Choices, Number, Option, Sign, Table, Text, Whole, options
from app.forms.vocabulary import (
    NEVER,
    Answers,
    Check,
    Computed,
    Context,
    Field,
    Form,
    Level,
    Section,
    When,
    equals,
    given,
    limits,
)

EDITION = "2024试行"

# 试行: the numbers of these options, and whether the lists are whole, are not confirmed.
TRIAL_SYMPTOMS = (
    *options("无症状", "咳嗽", "咳痰", "呼吸困难", "喘息", "胸闷", "发热", sole=(1,)),
    Option(8, "其他", note=True),
)
TRIAL_SIGN = options("无", "有", note=(2,))
TRIAL_COMORBIDITIES = options("无", "肺癌", "感染", "其他", note=(4,), sole=(1,))
TRIAL_VACCINES = options("无", "流感疫苗", "肺炎疫苗", "新冠病毒疫苗", "其他", note=(5,), sole=(1,))
TRIAL_USED = options("无", "有")
TRIAL_CLASSES = parts.VISIT_CLASSES
TRIAL_NEXT_STEPS = options("常规随访", "第1次控制不满意2周随访", "两次控制不满意转诊随访", "紧急转诊")
TRIAL_REFERRAL_RESULTS = options("到位", "不到位")

# 试行: as many boxes and columns of visits as on the other follow-up forms.
TRIAL_SYMPTOM_BOXES = 8
TRIAL_COMORBIDITY_BOXES = 4
TRIAL_VACCINE_BOXES = 4
TRIAL_VISITS_PER_SHEET = 4

LOWEST_USUAL_SPO2 = 93
USUAL_RATIO_DIFFERENCE = Decimal(1)
"""Percentage points by which FEV1/FVC may differ from the two volumes before it is asked about."""


def ratio_of_volumes(answers: Answers, _context: Context) -> object:
    """FEV1/FVC in % with one decimal, or None without both volumes (L)."""
    fev1, fvc = answers.get("fev1"), answers.get("fvc")
    return half_up(100 * fev1 / fvc, 1) if fev1 and fvc else None


def fev1_above_fvc(answers: Answers, _context: Context) -> Message | None:
    """FEV1 is part of FVC."""
    if answers["fev1"] > answers["fvc"]:
        return msg("FEV1 {fev1} 不应大于 FVC {fvc}，请核对。", fev1=answers["fev1"], fvc=answers["fvc"])
    return None


def ratio_differs(answers: Answers, context: Context) -> Message | None:
    """Ask about a FEV1/FVC that does not follow from the two volumes."""
    follows = ratio_of_volumes(answers, context)
    if isinstance(follows, Decimal) and abs(answers["fev1_fvc"] - follows) > USUAL_RATIO_DIFFERENCE:
        return msg("按 FEV1 和 FVC 算出 FEV1/FVC 是 {ratio}%，请确认。", ratio=follows)
    return None


def used(code: str, label: str, *amounts: Field) -> tuple[Field, ...]:
    """家庭氧疗 and 无创呼吸机: whether it is used, how much, and with what reaction (试行: the cells)."""
    return (
        Field(code=code, label=label, kind=Choice(TRIAL_USED), required=NEVER),
        *amounts,
        Field(
            code=f"{code}_reaction",
            label="不良反应",
            prompt=f"{label}的不良反应",
            kind=Choice(TRIAL_SIGN),
            required=NEVER,
            applies=equals(code, 2),
            carries=False,
        ),
    )


def hours(code: str, label: str) -> Field:
    """How long a day an apparatus is used."""
    return Field(
        code=f"{code}_hours",
        label="使用时间",
        prompt=f"{label}每日使用时间",
        kind=Number(1),
        unit="小时/天",
        required=NEVER,
        applies=equals(code, 2),
        hard=limits(0, 24),
    )


def lung_function(code: str, label: str, places: int, unit: str, low: str, high: str) -> Field:
    """One value of 肺通气功能检测; advised once a year, may stay empty."""
    return Field(
        code=code,
        label=label,
        kind=Number(places),
        unit=unit,
        required=NEVER,
        hard=limits(low, high),
        carries=False,
        computed=Computed(("fev1", "fvc"), ratio_of_volumes, proposed=True) if code == "fev1_fvc" else None,
    )


def sign(code: str, label: str, hint: str = "") -> Field:
    """A sign that is there or not."""
    return Field(
        code=code,
        label=label,
        kind=Choice(TRIAL_SIGN),
        required=parts.SEEN_IN_PERSON,
        carries=False,
        hint=hint,
    )


HEIGHT, WEIGHT, BMI, _TARGET = parts.body_size()

SIGNS = Section(
    "signs",
    "体征",
    (
        sign("cyanosis", "口唇紫绀"),
        sign("peripheral_edema", "外周水肿", "指球结膜水肿和双下肢水肿"),
        Field(
            code="respiration",
            label="呼吸频率",
            kind=Whole(),
            unit="次/分钟",
            required=parts.SEEN_IN_PERSON,
            hard=limits(4, 80),
            soft=limits(None, 24),
            carries=False,
        ),
        parts.heart_rate(required=parts.SEEN_IN_PERSON),
        HEIGHT,
        Field(
            code="weight",
            label="体重",
            kind=WEIGHT.kind,
            unit="kg",
            required=NEVER,
            hard=WEIGHT.hard,
            soft=WEIGHT.soft,
            hint="有身高和体重就算出体质指数",
        ),
        Field(
            code="bmi",
            label="体质指数",
            kind=BMI.kind,
            unit="kg/m²",
            required=parts.SEEN_IN_PERSON,
            computed=BMI.computed,
            soft=BMI.soft,
            carries=False,
        ),
        Field(
            code="sign_other",
            label="其他",
            prompt="其他体征",
            kind=Text(100),
            required=NEVER,
            carries=False,
        ),
    ),
)

HABITS = Section(
    "lifestyle",
    "生活方式指导",
    (
        *(item for item in parts.lifestyle(HEIGHT).fields if item.code not in ("alcohol", "height")),
        Field(
            code="vaccines",
            label="疫苗免疫史",
            kind=Choices(TRIAL_VACCINES, boxes=TRIAL_VACCINE_BOXES),
            required=parts.SEEN,
        ),
    ),
)

EXAMS = Section(
    "exams",
    "辅助检查",
    (
        Field(
            code="spo2",
            label="脉搏氧饱和度（SpO2）",
            prompt="脉搏氧饱和度",
            kind=Whole(),
            unit="%",
            required=parts.SEEN,
            hard=limits(30, 100),
            soft=limits(LOWEST_USUAL_SPO2, None),
            carries=False,
        ),
        lung_function("fev1", "FEV1", 2, "L", "0.1", "8"),
        lung_function("fvc", "FVC", 2, "L", "0.1", "10"),
        lung_function("fev1_fvc", "FEV1/FVC", 1, "%", "10", "100"),
        lung_function("fev1_pred", "FEV1占预计值百分比", 1, "%", "5", "200"),
    ),
)

CARE = Section(
    "care",
    "治疗",
    (
        *used(
            "home_oxygen",
            "家庭氧疗",
            Field(
                code="home_oxygen_flow",
                label="氧流量",
                prompt="家庭氧疗氧流量",
                kind=Number(1),
                unit="L/分钟",
                required=NEVER,
                applies=equals("home_oxygen", 2),
                hard=limits("0.1", 15),
                soft=limits("0.5", 5),
            ),
            hours("home_oxygen", "家庭氧疗"),
        ),
        *used("niv", "无创呼吸机使用", hours("niv", "无创呼吸机")),
    ),
)

REFERRED = given("referral_reason", "referral_to", "referral_contact", "referral_result")


def referral_item(code: str, label: str, prompt: str, needed: When = REFERRED) -> Field:
    """A written item of 转诊."""
    return Field(code=code, label=label, prompt=prompt, kind=Text(100), required=needed, carries=False)


DECISION = Section(
    "decision",
    "分类与转诊",
    (
        Field(
            code="visit_class",
            label="此次随访分类",
            kind=Choice(TRIAL_CLASSES),
            required=parts.SEEN,
            carries=False,
        ),
        Field(
            code="next_step",
            label="下一步管理措施",
            kind=Choice(TRIAL_NEXT_STEPS),
            required=NEVER,
            carries=False,
        ),
        Field(
            code="drug_change",
            label="用药调整意见",
            kind=Table(parts.DRUG_COLUMNS, 3, unfold=parts.unfold_usage),
            required=NEVER,
            carries=False,
            aliases=("drug_change1", "drug_change2", "drug_change3"),
        ),
        referral_item("referral_reason", "原因", "转诊原因"),
        referral_item("referral_to", "机构及科室", "转诊机构及科室"),
        referral_item("referral_contact", "联系人及电话", "转诊联系人及电话", NEVER),
        Field(
            code="referral_result",
            label="结果",
            prompt="转诊结果",
            kind=Choice(TRIAL_REFERRAL_RESULTS),
            required=NEVER,
            carries=False,
        ),
    ),
)

FOOT = Section(
    "foot",
    "下次随访",
    (
        Field(code="remark", label="备注", kind=Text(200), required=NEVER, carries=False),
        *parts.foot().fields,
        Field(code="resident_sign", label="居民签字", kind=Sign(), required=NEVER, carries=False),
    ),
)


def extra(code: str, label: str, high: int) -> Field:
    """A useful number that the national form does not ask."""
    return Field(code=code, label=label, kind=Whole(), required=NEVER, hard=limits(0, high), carries=False)


JUDGEMENT = Section(
    "judgement",
    "判断",
    (
        extra("mmrc", "呼吸困难分级（mMRC）", 4),
        extra("cat", "慢阻肺病评估测试（CAT）", 40),
        extra("exacerbations", "近一年急性加重次数", 50),
        *parts.overruling(),
    ),
)

FORM = Form(
    code="copd_followup",
    title="慢阻肺病患者随访服务记录表",
    edition=EDITION,
    date_code="visit_date",
    after_death=parts.TELLS_OF_DEATH,
    visits_per_sheet=TRIAL_VISITS_PER_SHEET,
    joined=("exercise",),
    sections=(
        parts.head(),
        Section(
            "symptoms",
            "症状",
            (
                Field(
                    code="symptoms",
                    label="症状",
                    kind=Choices(TRIAL_SYMPTOMS, boxes=TRIAL_SYMPTOM_BOXES),
                    required=parts.SEEN,
                    carries=False,
                ),
            ),
        ),
        SIGNS,
        Section(
            "comorbidity",
            "合并症",
            (
                Field(
                    code="comorbidity",
                    label="合并症",
                    kind=Choices(TRIAL_COMORBIDITIES, boxes=TRIAL_COMORBIDITY_BOXES),
                    required=parts.SEEN,
                ),
            ),
        ),
        HABITS,
        EXAMS,
        Section("medication", "用药情况", (parts.drugs(rows=3), *parts.adherence_and_reaction())),
        CARE,
        DECISION,
        FOOT,
        JUDGEMENT,
    ),
    checks=(
        *parts.CHECKS,
        parts.dose_times("drug_change"),
        Check(("fev1", "fvc"), fev1_above_fvc),
        Check(("fev1", "fvc", "fev1_fvc"), ratio_differs, Level.ASK),
    ),
)
