"""Type 2 diabetes follow-up (2型糖尿病患者随访): emergencies, control, class, action and next date.

国家基本公共卫生服务规范（第三版）, 2型糖尿病患者健康管理服务规范 二（二）随访评估 and 二（三）分类干预, with the fill
notes of 2型糖尿病患者随访服务记录表. Only the fasting value classifies; a random value serves the emergencies, HbA1c
a hint. Glucose 0.5–60 mmol/L, pressure as in blood_pressure.py. The class is a proposal: the doctor decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.blood_pressure import read_blood_pressure
from app.domain.chronic_followup import (
    Clauses,
    Findings,
    FollowUpPlan,
    Referral,
    VisitClass,
    count_unsatisfactory_in_a_row,
    plan_follow_up,
    propose_class,
)
from app.domain.dates import age_on
from app.domain.emergencies import (
    DIABETES_EMERGENCIES,
    DIABETES_SYMPTOMS_THAT_ASK,
    HYPERTENSION_EMERGENCIES,
    emergency_label,
    key_of,
    ticked,
)
from app.domain.glucose import (
    CONTROL_BELOW,
    PREGNANCY_ASK_FROM,
    URGENT_HIGH,
    URGENT_LOW,
    glucose_problem,
    glucose_text,
    mmol_l_from_mg_dl,
)
from app.domain.guideline_targets import hba1c_remark
from app.domain.hypertension import class_reasons, had_adverse_reaction, urgent_pressure_reasons
from app.domain.message import Message, msg
from app.domain.quantities import Quantity, exact, exact_or_none, plain
from app.domain.reasons import HOUSE_RULE, SPECIFICATION, FieldProblem, Reason

_BOOK = f"{SPECIFICATION}2型糖尿病患者健康管理服务规范"
CONTROL_CLAUSE = f"{_BOOK} 二（三）1 控制满意的标准"
SCOPE_CLAUSE = f"{_BOOK} 一 服务对象"
SCOPE_FROM_YEARS = 35
FAST_HEART_ABOVE = Decimal(100)
FEVER_ABOVE = Decimal(39)
HEART_RATE_RANGE = (Decimal(20), Decimal(300))
TEMPERATURE_RANGE = (Decimal(30), Decimal(45))
CLAUSES = Clauses(
    emergencies=f"{_BOOK} 二（二）1",
    satisfactory=f"{_BOOK} 二（三）1",
    first_unsatisfactory=f"{_BOOK} 二（三）2",
    second_unsatisfactory=f"{_BOOK} 二（三）3",
    classes=f"{SPECIFICATION}2型糖尿病患者随访服务记录表 填表说明 此次随访分类",
)


@dataclass(frozen=True)
class PreviousDiabetesVisit:
    """An earlier recorded visit, judged from its fasting value; its class counts only where that is missing."""

    visit_date: date | None
    fpg_mmol_l: Quantity | None = None
    visit_class: int | None = None
    adr: bool | None = None
    lost: bool = False
    fpg_mg_dl: Quantity | None = None


@dataclass(frozen=True)
class DiabetesVisit:
    """One visit as entered. None = unknown; `previous` is oldest first.

    Fasting glucose in mmol/L or in mg/dL (mmol/L wins when both are given). `heart_rate_sustained`: the fast pulse
    lasts (持续性心动过速). `low_glucose_from_drug`: a value ≤ 3.9 was caused by a drug. `is_type_2` None = not
    stated. Checklist and symptoms as in HypertensionVisit, with the codes of dm_followup.
    """

    visit_date: date | None
    birth_date: date | None
    fpg_mmol_l: Quantity | None = None
    fpg_mg_dl: Quantity | None = None
    random_glucose_mmol_l: Quantity | None = None
    hba1c_percent: Quantity | None = None
    sbp: Quantity | None = None
    dbp: Quantity | None = None
    heart_rate: Quantity | None = None
    heart_rate_sustained: bool = False
    temperature_c: Quantity | None = None
    pregnant_or_lactating: bool = False
    emergency_checklist: tuple[str, ...] | None = None
    symptoms: tuple[int, ...] = ()
    other_untreatable_disease: bool = False
    adr: bool = False
    complication_new_or_worse: bool = False
    low_glucose_from_drug: bool = False
    doctor_refers: bool = False
    lost: bool = False
    is_type_2: bool | None = None
    previous: tuple[PreviousDiabetesVisit, ...] = ()


@dataclass(frozen=True)
class DiabetesAssessment:
    """What the rules say of a visit; fields as in HypertensionAssessment.

    `fpg_mmol_l` is the exact fasting value used (mg/dL converted), None when unknown or refused.
    """

    valid: bool
    missing: tuple[str, ...]
    problems: tuple[FieldProblem, ...]
    age: int | None
    fpg_mmol_l: Fraction | None
    controlled: bool | None
    proposed_class: VisitClass | None
    urgent: bool | None
    priority: int | None
    referral: Referral | None
    next_visit_due: date | None
    check_due: date | None
    consecutive_unsatisfactory: int
    is_checklist_needed: bool
    in_programme_scope: bool | None
    reasons: tuple[Reason, ...]
    hints: tuple[Message, ...]


@dataclass(frozen=True)
class _Values:
    """The usable numbers of a visit; a refused one is None here and a problem there."""

    fasting: Fraction | None
    random: Fraction | None
    heart_rate: Decimal | None
    temperature: Decimal | None
    pressure_usable: bool


def assess_diabetes(visit: DiabetesVisit) -> DiabetesAssessment:
    """Steps A to D for one visit. Values as entered; raises ValueError for a value that is no number."""
    values, problems = _read_values(visit)
    age, date_problems = _age(visit)
    problems = (*date_problems, *problems)
    missing = _missing(visit)
    emergencies = _emergencies(visit, values)
    controlled = None if values.fasting is None else values.fasting < CONTROL_BELOW
    urgent = True if emergencies else (None if values.fasting is None else False)
    earlier = _visits_before(visit)
    valid = not missing and not problems and not visit.lost
    plan, proposed = _plan(visit, values, controlled if valid else None, urgent, earlier)
    streak = count_unsatisfactory_in_a_row(
        [
            None if controlled is None else not controlled,
            *(is_unsatisfactory(old) for old in reversed(earlier)),
        ]
    )
    checklist_needed = visit.emergency_checklist is None and bool(
        DIABETES_SYMPTOMS_THAT_ASK.intersection(visit.symptoms)
    )
    return DiabetesAssessment(
        valid=valid,
        missing=missing,
        problems=problems,
        age=age,
        fpg_mmol_l=values.fasting,
        controlled=False if visit.lost else controlled,
        proposed_class=proposed,
        urgent=urgent,
        priority=plan.priority,
        referral=plan.referral,
        next_visit_due=plan.next_visit_due,
        check_due=plan.check_due,
        consecutive_unsatisfactory=streak,
        is_checklist_needed=checklist_needed,
        in_programme_scope=is_in_scope(age, visit.is_type_2),
        reasons=(
            *emergencies,
            *_value_reasons(visit, values, controlled),
            *class_reasons(proposed, urgent, controlled, CLAUSES),
            *plan.reasons,
        ),
        hints=_hints(visit, values, age, checklist_needed),
    )


def is_unsatisfactory(old: PreviousDiabetesVisit) -> bool | None:
    """Was an earlier visit not controlled? From its fasting value (≥ 7.0), else from its class 1 or 2, else None."""
    if old.lost:
        return True
    fasting = _fasting(old.fpg_mmol_l, old.fpg_mg_dl)
    if fasting is not None and glucose_problem("", fasting) is None:
        return fasting >= CONTROL_BELOW
    return {VisitClass.CONTROLLED: False, VisitClass.UNSATISFACTORY: True}.get(old.visit_class)


def is_in_scope(age: int | None, is_type_2: bool | None) -> bool | None:
    """Type 2 and at least 35 years; a diagnosis not stated is taken as type 2. None = age unknown."""
    if is_type_2 is False:
        return False
    return None if age is None else age >= SCOPE_FROM_YEARS


def _fasting(mmol_l: Quantity | None, mg_dl: Quantity | None) -> Fraction | None:
    if mmol_l is not None:
        return Fraction(exact(mmol_l))
    return None if mg_dl is None else mmol_l_from_mg_dl(exact(mg_dl))


def _read_values(visit: DiabetesVisit) -> tuple[_Values, tuple[FieldProblem, ...]]:
    fasting = _fasting(visit.fpg_mmol_l, visit.fpg_mg_dl)
    random = _fasting(visit.random_glucose_mmol_l, None)
    fasting_key = "fpg_mmol_l" if visit.fpg_mmol_l is not None else "fpg_mg_dl"
    fasting_problem = glucose_problem(fasting_key, fasting)
    random_problem = glucose_problem("random_glucose_mmol_l", random)
    heart_rate, heart_problem = _within(visit.heart_rate, "heart_rate", HEART_RATE_RANGE)
    temperature, heat_problem = _within(visit.temperature_c, "temperature_c", TEMPERATURE_RANGE)
    _, _, pressure_problems = read_blood_pressure(visit.sbp, visit.dbp)
    values = _Values(
        fasting=None if fasting_problem else fasting,
        random=None if random_problem else random,
        heart_rate=heart_rate,
        temperature=temperature,
        pressure_usable=not pressure_problems,
    )
    found = (fasting_problem, random_problem, *pressure_problems, heart_problem, heat_problem)
    return values, tuple(problem for problem in found if problem is not None)


def _within(
    entered: Quantity | None, key: str, limits: tuple[Decimal, Decimal]
) -> tuple[Decimal | None, FieldProblem | None]:
    value = exact_or_none(entered)
    if value is None or limits[0] <= value <= limits[1]:
        return value, None
    names = {"heart_rate": msg("心率"), "temperature_c": msg("体温")}
    sentence = msg(
        "{name}请填 {low} 到 {high} 之间的数，您填的是 {value}。",
        name=names[key],
        low=limits[0],
        high=limits[1],
        value=plain(value),
    )
    return None, FieldProblem(key, sentence)


def _age(visit: DiabetesVisit) -> tuple[int | None, tuple[FieldProblem, ...]]:
    if visit.visit_date is None or visit.birth_date is None:
        return None, ()
    if visit.visit_date < visit.birth_date:
        sentence = msg(
            "随访日期 {visit} 早于出生日期 {birth}，请核对。",
            visit=visit.visit_date.isoformat(),
            birth=visit.birth_date.isoformat(),
        )
        return None, (FieldProblem("visit_date", sentence),)
    return age_on(visit.birth_date, visit.visit_date), ()


def _missing(visit: DiabetesVisit) -> tuple[str, ...]:
    """Without a birth date the visit can still be judged: no limit of glucose depends on age."""
    has_fasting = visit.fpg_mmol_l is not None or visit.fpg_mg_dl is not None or visit.lost
    needed = (("visit_date", visit.visit_date is not None), ("fpg_mmol_l", has_fasting))
    return tuple(key for key, is_there in needed if not is_there)


def _visits_before(visit: DiabetesVisit) -> list[PreviousDiabetesVisit]:
    today = visit.visit_date
    earlier = [
        old for old in visit.previous if today is None or old.visit_date is None or old.visit_date <= today
    ]
    if all(old.visit_date is not None for old in earlier):
        earlier.sort(key=lambda old: old.visit_date or date.min)
    return earlier


def _emergencies(visit: DiabetesVisit, values: _Values) -> tuple[Reason, ...]:
    clause = CLAUSES.emergencies
    reasons = _urgent_glucose(values)
    if values.pressure_usable:
        reasons += urgent_pressure_reasons(visit.sbp, visit.dbp, clause)
    for name in ticked(visit.emergency_checklist or ()):
        known = {**HYPERTENSION_EMERGENCIES, **DIABETES_EMERGENCIES}
        label = emergency_label(key_of(name, known), known)
        reasons.append(Reason("emergency_sign", clause, msg("危急情况：{sign}", sign=label)))
    rate = values.heart_rate
    if rate is not None and rate > FAST_HEART_ABOVE and visit.heart_rate_sustained:
        reasons.append(
            Reason("fast_heart", clause, msg("持续心动过速：心率 {value} > 100", value=plain(rate)))
        )
    heat = values.temperature
    if heat is not None and heat > FEVER_ABOVE:
        reasons.append(Reason("high_fever", clause, msg("体温 {value} > 39 ℃", value=plain(heat))))
    if visit.pregnant_or_lactating and values.fasting is not None and values.fasting >= CONTROL_BELOW:
        sentence = msg(
            "妊娠期或哺乳期，空腹血糖 {value} 高于正常（≥7.0）", value=glucose_text(values.fasting)
        )
        reasons.append(Reason("pregnant_and_raised", clause, sentence))
    if visit.other_untreatable_disease:
        reasons.append(Reason("other_disease", clause, msg("存在本卫生室不能处理的其他疾病")))
    return tuple(reasons)


def _urgent_glucose(values: _Values) -> list[Reason]:
    reasons = []
    for name, value in ((msg("空腹血糖"), values.fasting), (msg("随机血糖"), values.random)):
        if value is None:
            continue
        text = glucose_text(value)
        if value >= URGENT_HIGH:
            sentence = msg("{name} {value} ≥ 16.7，危急", name=name, value=text)
            reasons.append(Reason("urgent_high_glucose", CLAUSES.emergencies, sentence))
        if value <= URGENT_LOW:
            sentence = msg("{name} {value} ≤ 3.9，低血糖，危急", name=name, value=text)
            reasons.append(Reason("urgent_low_glucose", CLAUSES.emergencies, sentence))
    return reasons


def _plan(
    visit: DiabetesVisit,
    values: _Values,
    controlled: bool | None,
    urgent: bool | None,
    earlier: list[PreviousDiabetesVisit],
) -> tuple[FollowUpPlan, VisitClass | None]:
    if visit.visit_date is None:
        return FollowUpPlan(None, None, None, None, ()), None
    last = earlier[-1] if earlier else None
    last_fasting = _fasting(last.fpg_mmol_l, last.fpg_mg_dl) if last else None
    is_low = values.fasting is not None and values.fasting <= URGENT_LOW
    findings = Findings(
        visit_date=visit.visit_date,
        urgent=urgent,
        complication=visit.complication_new_or_worse,
        unsatisfactory=None if controlled is None else not controlled,
        previous_unsatisfactory=last is not None and bool(is_unsatisfactory(last)),
        adverse_reaction=visit.adr or (is_low and visit.low_glucose_from_drug),
        previous_adverse_reaction=last is not None and had_adverse_reaction(last.adr, last.visit_class),
        doctor_refers=visit.doctor_refers,
        otherwise_abnormal=is_low,
        previous_date=last.visit_date if last else None,
        previous_reading=f"{glucose_text(last_fasting)} mmol/L" if last_fasting is not None else None,
    )
    return plan_follow_up(findings, CLAUSES), propose_class(findings)


def _value_reasons(visit: DiabetesVisit, values: _Values, controlled: bool | None) -> tuple[Reason, ...]:
    if visit.lost:
        return (Reason("lost", CLAUSES.classes, msg("失访：不作分类，按控制不满意统计")),)
    if values.fasting is None:
        return ()
    text = glucose_text(values.fasting)
    if not controlled:
        return (Reason("fpg_not_controlled", CONTROL_CLAUSE, msg("空腹血糖 {value} ≥ 7.0", value=text)),)
    if values.fasting <= URGENT_LOW:
        sentence = msg("空腹血糖 {value} 虽低于 7.0，但 ≤ 3.9 是低血糖，不算控制满意", value=text)
        return (Reason("low_is_not_satisfactory", HOUSE_RULE, sentence),)
    return (Reason("controlled", CONTROL_CLAUSE, msg("空腹血糖 {value} < 7.0，达标", value=text)),)


def _hints(
    visit: DiabetesVisit, values: _Values, age: int | None, checklist_needed: bool
) -> tuple[Message, ...]:
    hints: list[Message | None] = []
    if checklist_needed:
        hints.append(msg("有需要警惕的症状，请先逐条问危急情况"))
    if visit.is_type_2 is False:
        hints.append(msg("不是 2 型糖尿病，不属于 2 型糖尿病患者健康管理的服务对象"))
    elif age is not None and age < SCOPE_FROM_YEARS:
        hints.append(msg("{age} 岁，不到 35 岁，不属于 2 型糖尿病患者健康管理的服务对象", age=age))
    fasting = values.fasting
    if visit.pregnant_or_lactating and fasting is not None and PREGNANCY_ASK_FROM <= fasting < CONTROL_BELOW:
        hints.append(
            msg(
                "妊娠期空腹血糖 {value} 在 5.1 到 6.9 之间，请医生判断是否紧急转诊",
                value=glucose_text(fasting),
            )
        )
    rate = values.heart_rate
    if rate is not None and rate > FAST_HEART_ABOVE and not visit.heart_rate_sustained:
        hints.append(msg("心率 {value} > 100，请休息后再测；如果一直这么快，属于危急情况", value=plain(rate)))
    hints.append(hba1c_remark(exact_or_none(visit.hba1c_percent)))
    return tuple(hint for hint in hints if hint is not None)
