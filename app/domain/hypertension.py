"""Hypertension follow-up (高血压患者随访): emergencies, control, class, action and next date.

国家基本公共卫生服务规范（第三版）, 高血压患者健康管理服务规范 二（二）随访评估 and 二（三）分类干预, with the fill notes
of 高血压患者随访服务记录表. Pressure in mmHg, SBP 30–300, DBP 10–200, DBP below SBP. The class is a proposal: the
doctor decides. Guideline targets are hints and never change it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.blood_pressure import (
    CONTROL_DBP,
    OLDER_FROM_YEARS,
    RAISED_SBP,
    SBP_RANGE,
    URGENT_DBP,
    URGENT_SBP,
    BloodPressure,
    control_limit_sbp,
    read_blood_pressure,
)
from app.domain.chronic_followup import (
    VISIT_CLASS_LABELS,
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
    HYPERTENSION_EMERGENCIES,
    HYPERTENSION_SYMPTOMS_THAT_ASK,
    emergency_label,
    key_of,
    ticked,
)
from app.domain.guideline_targets import individual_target_remark, lower_target_remark, pressure_target_remark
from app.domain.message import Message, msg
from app.domain.quantities import Quantity, exact_or_none, plain
from app.domain.reasons import HOUSE_RULE, SPECIFICATION, FieldProblem, Reason

_BOOK = f"{SPECIFICATION}高血压患者健康管理服务规范"
CONTROL_CLAUSE = f"{_BOOK} 二（三）1 控制满意的标准"
SCOPE_FROM_YEARS = 35
CLAUSES = Clauses(
    emergencies=f"{_BOOK} 二（二）1",
    satisfactory=f"{_BOOK} 二（三）1",
    first_unsatisfactory=f"{_BOOK} 二（三）2",
    second_unsatisfactory=f"{_BOOK} 二（三）3",
    classes=f"{SPECIFICATION}高血压患者随访服务记录表 填表说明 此次随访分类",
)


@dataclass(frozen=True)
class PreviousHypertensionVisit:
    """An earlier recorded visit. It is judged from its values; `visit_class` counts only where values are missing.

    `adr` None = not known, then class 3 says it. `lost` = 失访, which counts as not controlled.
    """

    visit_date: date | None
    sbp: Quantity | None = None
    dbp: Quantity | None = None
    visit_class: int | None = None
    adr: bool | None = None
    lost: bool = False


@dataclass(frozen=True)
class HypertensionVisit:
    """One visit as entered. None = unknown; `previous` is oldest first.

    `emergency_checklist` None = the checklist was not asked, () = asked and nothing found.
    `symptoms` are the codes 1–9 of the form. `individual_target_*` (mmHg) only give a hint.
    """

    visit_date: date | None
    birth_date: date | None
    sbp: Quantity | None = None
    dbp: Quantity | None = None
    pregnant_or_lactating: bool = False
    emergency_checklist: tuple[str, ...] | None = None
    symptoms: tuple[int, ...] = ()
    other_untreatable_disease: bool = False
    adr: bool = False
    complication_new_or_worse: bool = False
    doctor_refers: bool = False
    lost: bool = False
    comorbidity: tuple[str, ...] = ()
    individual_target_sbp: Quantity | None = None
    individual_target_dbp: Quantity | None = None
    previous: tuple[PreviousHypertensionVisit, ...] = ()


@dataclass(frozen=True)
class HypertensionAssessment:
    """What the rules say of a visit. None = they cannot say.

    `valid` is False when a needed value is missing (`missing`) or refused (`problems`); then there is no class.
    `consecutive_unsatisfactory` counts this visit and those directly before it. `is_checklist_needed`: a symptom
    asks for the emergency checklist and it was not asked yet. `hints` are advice without effect.
    """

    valid: bool
    missing: tuple[str, ...]
    problems: tuple[FieldProblem, ...]
    age: int | None
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


def assess_hypertension(visit: HypertensionVisit) -> HypertensionAssessment:
    """Steps A to D for one visit. Values as entered; raises ValueError for a value that is no number.

    An emergency that is certain without the missing value (SBP 185 alone, a tick on the checklist) is still one.
    """
    reading, missing_values, value_problems = read_blood_pressure(visit.sbp, visit.dbp)
    age, date_problems = _age(visit)
    problems = (*date_problems, *value_problems)
    missing = (*_missing_dates(visit), *(() if visit.lost else missing_values))
    emergencies = _emergencies(visit, values_refused=bool(value_problems))
    controlled = reading.is_controlled(age) if reading is not None and age is not None else None
    urgent = True if emergencies else (None if reading is None else False)
    earlier = _visits_before(visit)
    plan, proposed = _plan(visit, controlled, urgent, earlier)
    unsatisfactory = None if controlled is None else not controlled
    streak = count_unsatisfactory_in_a_row(
        [unsatisfactory, *(is_unsatisfactory(old, visit.birth_date, age) for old in reversed(earlier))]
    )
    checklist_needed = visit.emergency_checklist is None and bool(
        HYPERTENSION_SYMPTOMS_THAT_ASK.intersection(visit.symptoms)
    )
    return HypertensionAssessment(
        valid=not missing and not problems and not visit.lost,
        missing=missing,
        problems=problems,
        age=age,
        controlled=False if visit.lost else controlled,
        proposed_class=proposed,
        urgent=urgent,
        priority=plan.priority,
        referral=plan.referral,
        next_visit_due=plan.next_visit_due,
        check_due=plan.check_due,
        consecutive_unsatisfactory=streak,
        is_checklist_needed=checklist_needed,
        in_programme_scope=None if age is None else age >= SCOPE_FROM_YEARS,
        reasons=(
            *emergencies,
            *_value_reasons(visit, reading, age),
            *class_reasons(proposed, urgent, controlled, CLAUSES),
            *plan.reasons,
        ),
        hints=_hints(visit, reading, age, checklist_needed),
    )


def is_unsatisfactory(
    old: PreviousHypertensionVisit, birth_date: date | None, age_without_date: int | None
) -> bool | None:
    """Was an earlier visit not controlled? Judged from its values with the age on its own day.

    None when neither its values nor its class 1 or 2 say so; 失访 counts as not controlled.
    """
    if old.lost:
        return True
    reading, _, _ = read_blood_pressure(old.sbp, old.dbp)
    age = age_without_date
    if old.visit_date is not None and birth_date is not None and old.visit_date >= birth_date:
        age = age_on(birth_date, old.visit_date)
    if reading is not None and age is not None:
        return not reading.is_controlled(age)
    return {VisitClass.CONTROLLED: False, VisitClass.UNSATISFACTORY: True}.get(old.visit_class)


def class_reasons(
    proposed: VisitClass | None, urgent: bool | None, controlled: bool | None, clauses: Clauses
) -> tuple[Reason, ...]:
    """The sentence that names the proposed class, or why none is proposed in an emergency."""
    if proposed is not None:
        sentence = msg("建议分类：{code} {label}", code=int(proposed), label=VISIT_CLASS_LABELS[proposed])
        return (Reason("proposed_class", clauses.classes, sentence),)
    if urgent and controlled:
        return (
            Reason(
                "no_class_in_emergency", HOUSE_RULE, msg("有危急情况，不建议填“控制满意”，请医生选择分类")
            ),
        )
    return ()


def _age(visit: HypertensionVisit) -> tuple[int | None, tuple[FieldProblem, ...]]:
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


def _missing_dates(visit: HypertensionVisit) -> tuple[str, ...]:
    dates = (("visit_date", visit.visit_date), ("birth_date", visit.birth_date))
    return tuple(key for key, value in dates if value is None)


def _visits_before(visit: HypertensionVisit) -> list[PreviousHypertensionVisit]:
    """The earlier visits, oldest first; one dated after this visit is not earlier (an old sheet typed in later)."""
    today = visit.visit_date
    earlier = [
        old for old in visit.previous if today is None or old.visit_date is None or old.visit_date <= today
    ]
    if all(old.visit_date is not None for old in earlier):
        earlier.sort(key=lambda old: old.visit_date or date.min)
    return earlier


def _emergencies(visit: HypertensionVisit, *, values_refused: bool) -> tuple[Reason, ...]:
    reasons = [] if values_refused else _urgent_values(visit)
    for name in ticked(visit.emergency_checklist or ()):
        label = emergency_label(key_of(name, HYPERTENSION_EMERGENCIES), HYPERTENSION_EMERGENCIES)
        reasons.append(Reason("emergency_sign", CLAUSES.emergencies, msg("危急情况：{sign}", sign=label)))
    if visit.other_untreatable_disease:
        reasons.append(Reason("other_disease", CLAUSES.emergencies, msg("存在本卫生室不能处理的其他疾病")))
    return tuple(reasons)


def _urgent_values(visit: HypertensionVisit) -> list[Reason]:
    """U1, U2 and U4; one known value is enough."""
    reasons = urgent_pressure_reasons(visit.sbp, visit.dbp, CLAUSES.emergencies)
    systolic, diastolic = exact_or_none(visit.sbp), exact_or_none(visit.dbp)
    is_raised = (systolic is not None and systolic >= RAISED_SBP) or (
        diastolic is not None and diastolic >= CONTROL_DBP
    )
    if visit.pregnant_or_lactating and is_raised:
        sentence = msg(
            "妊娠期或哺乳期，血压 {sbp}/{dbp} 高于正常（≥140 和/或 ≥90）",
            sbp="—" if systolic is None else plain(systolic),
            dbp="—" if diastolic is None else plain(diastolic),
        )
        reasons.append(Reason("pregnant_and_raised", CLAUSES.emergencies, sentence))
    return reasons


def urgent_pressure_reasons(sbp: Quantity | None, dbp: Quantity | None, clause: str) -> list[Reason]:
    """U1 and U2: SBP ≥ 180, DBP ≥ 110, each by itself so that one known value is enough."""
    systolic, diastolic = exact_or_none(sbp), exact_or_none(dbp)
    reasons = []
    if systolic is not None and URGENT_SBP <= systolic <= SBP_RANGE[1]:
        reasons.append(Reason("urgent_sbp", clause, msg("收缩压 {value} ≥ 180，危急", value=plain(systolic))))
    if diastolic is not None and diastolic >= URGENT_DBP:
        reasons.append(
            Reason("urgent_dbp", clause, msg("舒张压 {value} ≥ 110，危急", value=plain(diastolic)))
        )
    return reasons


def _plan(
    visit: HypertensionVisit,
    controlled: bool | None,
    urgent: bool | None,
    earlier: list[PreviousHypertensionVisit],
) -> tuple[FollowUpPlan, VisitClass | None]:
    if visit.visit_date is None:
        return FollowUpPlan(None, None, None, None, ()), None
    last = earlier[-1] if earlier else None
    last_reading = read_blood_pressure(last.sbp, last.dbp)[0] if last else None
    age_now = _age(visit)[0]
    findings = Findings(
        visit_date=visit.visit_date,
        urgent=urgent,
        complication=visit.complication_new_or_worse,
        unsatisfactory=None if controlled is None else not controlled,
        previous_unsatisfactory=last is not None and bool(is_unsatisfactory(last, visit.birth_date, age_now)),
        adverse_reaction=visit.adr,
        previous_adverse_reaction=last is not None and had_adverse_reaction(last.adr, last.visit_class),
        doctor_refers=visit.doctor_refers,
        previous_date=last.visit_date if last else None,
        previous_reading=str(last_reading) if last_reading else None,
    )
    return plan_follow_up(findings, CLAUSES), propose_class(findings)


def had_adverse_reaction(adr: bool | None, visit_class: int | None) -> bool:
    """Did an earlier visit have an adverse reaction? By its own answer, else by its class 3."""
    return adr if adr is not None else visit_class == VisitClass.ADVERSE_REACTION


def _value_reasons(
    visit: HypertensionVisit, reading: BloodPressure | None, age: int | None
) -> tuple[Reason, ...]:
    if visit.lost:
        return (Reason("lost", CLAUSES.classes, msg("失访：不作分类，按控制不满意统计")),)
    if reading is None or age is None:
        return ()
    limit = control_limit_sbp(age)
    if reading.is_controlled(age):
        sentence = msg(
            "血压 {reading} 达标：{age} 岁，收缩压 <{limit} 且舒张压 <90",
            reading=reading,
            age=age,
            limit=limit,
        )
        return (Reason("controlled", CONTROL_CLAUSE, sentence),)
    reasons = []
    if reading.sbp >= limit:
        value = plain(reading.sbp)
        sentence = (
            msg("收缩压 {value} ≥ {limit}（≥65 岁标准）", value=value, limit=limit)
            if age >= OLDER_FROM_YEARS
            else msg("收缩压 {value} ≥ {limit}（<65 岁标准）", value=value, limit=limit)
        )
        reasons.append(Reason("sbp_not_controlled", CONTROL_CLAUSE, sentence))
    if reading.dbp >= CONTROL_DBP:
        sentence = msg("舒张压 {value} ≥ 90", value=plain(reading.dbp))
        reasons.append(Reason("dbp_not_controlled", CONTROL_CLAUSE, sentence))
    return tuple(reasons)


def _hints(
    visit: HypertensionVisit, reading: BloodPressure | None, age: int | None, checklist_needed: bool
) -> tuple[Message, ...]:
    hints: list[Message | None] = []
    if checklist_needed:
        hints.append(msg("有需要警惕的症状，请先逐条问危急情况"))
    if age is not None and age < SCOPE_FROM_YEARS:
        hints.append(msg("{age} 岁，不到 35 岁，不属于高血压患者健康管理的服务对象", age=age))
    if reading is not None and age is not None:
        hints.append(lower_target_remark(visit.comorbidity))
        target_sbp = exact_or_none(visit.individual_target_sbp)
        target_dbp = exact_or_none(visit.individual_target_dbp)
        hints.append(individual_target_remark(reading, target_sbp, target_dbp))
        hints.append(pressure_target_remark(reading, age) if reading.is_controlled(age) else None)
    return tuple(hint for hint in hints if hint is not None)
