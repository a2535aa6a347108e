"""Severe mental disorder (严重精神障碍): class of a follow-up visit, action and next date.

国家基本公共卫生服务规范（第三版）严重精神障碍患者管理服务规范 二（二）随访评估 and 二（三）分类干预. The step of one month for a
patient who is still 基本稳定 is the project's reading. Reporting to the national system is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from app.domain.chronic_followup import Referral
from app.domain.dates import add_months, short_date, three_months_after, two_weeks_after
from app.domain.message import Message, msg
from app.domain.reasons import SPECIFICATION, FieldProblem, Reason

_BOOK = f"{SPECIFICATION}严重精神障碍患者管理服务规范"
LEVEL_CLAUSE = f"{_BOOK} 二（二）危险性评估"
CLAUSES = {1: f"{_BOOK} 二（三）1", 2: f"{_BOOK} 二（三）2", 3: f"{_BOOK} 二（三）3"}
DISEASES = (
    "精神分裂症",
    "分裂情感性障碍",
    "偏执性精神病",
    "双相（情感）障碍",
    "癫痫所致精神障碍",
    "精神发育迟滞伴发精神障碍",
)
RISK_LEVELS: tuple[Message, ...] = (
    msg("0 级：没有以下 1–5 级中的任何一种行为"),
    msg("1 级：口头威胁，喊叫，但没有打砸行为"),
    msg("2 级：打砸行为，局限在家里，针对财物，能被劝说制止"),
    msg("3 级：明显打砸行为，不分场合，针对财物，不能接受劝说而停止"),
    msg("4 级：持续的打砸行为，不分场合，针对财物或人，不能接受劝说而停止（包括自伤、自杀）"),
    msg("5 级：持械针对人的任何暴力行为，或者纵火、爆炸等行为，无论在家里还是公共场合"),
)
INSIGHT_FULL, INSIGHT_PARTIAL, INSIGHT_ABSENT = 1, 2, 3
SOCIAL_GOOD, SOCIAL_FAIR, SOCIAL_POOR = 1, 2, 3


class StabilityClass(IntEnum):
    """本次随访分类 with the code of the form."""

    UNSTABLE = 1
    MOSTLY_STABLE = 2
    STABLE = 3


STABILITY_LABELS: dict[StabilityClass, Message] = {
    StabilityClass.UNSTABLE: msg("不稳定"),
    StabilityClass.MOSTLY_STABLE: msg("基本稳定"),
    StabilityClass.STABLE: msg("稳定"),
}


@dataclass(frozen=True)
class MentalDisorderVisit:
    """One visit as entered; codes of smi_followup, None = unknown.

    `risk_level` 0–5; `insight` 1 完全, 2 不全, 3 缺失; `social_function_worst` 1 良好, 2 一般, 3 较差, the worst of the
    rows that apply. `symptoms_obvious`: clear psychotic symptoms; `symptoms_present`: some are still there, so that
    they are not 基本消失. `admitted`: in hospital after the referral. `previous_class` is that of the visit before.
    """

    visit_date: date | None
    risk_level: int | None = None
    symptoms_obvious: bool = False
    symptoms_present: bool = False
    insight: int | None = None
    social_function_worst: int | None = None
    severe_adr: bool = False
    severe_physical_disease: bool = False
    otherwise_abnormal: bool = False
    admitted: bool = False
    previous_class: int | None = None


@dataclass(frozen=True)
class MentalDisorderAssessment:
    """None = cannot be said. `missing` are the keys without which a class is not certain."""

    valid: bool
    missing: tuple[str, ...]
    problems: tuple[FieldProblem, ...]
    proposed_class: StabilityClass | None
    referral: Referral | None
    next_visit_due: date | None
    check_due: date | None
    reasons: tuple[Reason, ...]


def assess_mental_disorder(visit: MentalDisorderVisit) -> MentalDisorderAssessment:
    """The class by the worst finding, with action and latest date.

    A finding of class 1 decides even when other answers are missing, one of class 2 too (the missing ones are
    named); class 3 needs every answer.
    """
    problems = _problems(visit)
    missing = _missing(visit)
    if problems:
        return MentalDisorderAssessment(False, missing, problems, None, None, None, None, ())
    unstable, mostly = _unstable_signs(visit), _mostly_stable_signs(visit)
    proposed: StabilityClass | None = None
    if unstable:
        proposed = StabilityClass.UNSTABLE
    elif mostly:
        proposed = StabilityClass.MOSTLY_STABLE
    elif not [key for key in missing if key != "visit_date"]:
        proposed = StabilityClass.STABLE
    if proposed is None:
        return MentalDisorderAssessment(False, missing, (), None, None, None, None, ())
    due, check_due, actions = plan_for(visit, proposed)
    signs = {StabilityClass.UNSTABLE: unstable, StabilityClass.MOSTLY_STABLE: mostly}.get(proposed, ())
    sentence = msg("建议分类：{code} {label}", code=int(proposed), label=STABILITY_LABELS[proposed])
    return MentalDisorderAssessment(
        valid=not missing,
        missing=missing,
        problems=(),
        proposed_class=proposed,
        referral=Referral.URGENT if proposed is StabilityClass.UNSTABLE else Referral.NO,
        next_visit_due=due,
        check_due=check_due,
        reasons=(
            *(Reason("sign", CLAUSES[proposed], sign) for sign in signs),
            Reason("proposed_class", CLAUSES[proposed], sentence),
            *(Reason("action", CLAUSES[proposed], action) for action in actions),
        ),
    )


def _missing(visit: MentalDisorderVisit) -> tuple[str, ...]:
    needed = (
        ("visit_date", visit.visit_date),
        ("risk_level", visit.risk_level),
        ("insight", visit.insight),
        ("social_function_worst", visit.social_function_worst),
    )
    return tuple(key for key, value in needed if value is None)


def _problems(visit: MentalDisorderVisit) -> tuple[FieldProblem, ...]:
    problems = []
    if visit.risk_level is not None and visit.risk_level not in range(6):
        sentence = msg("危险性评估只能填 0 到 5 级，您填的是 {value}。", value=visit.risk_level)
        problems.append(FieldProblem("risk_level", sentence))
    if visit.insight is not None and visit.insight not in (1, 2, 3):
        sentence = msg("自知力只能填 1 到 3，您填的是 {value}。", value=visit.insight)
        problems.append(FieldProblem("insight", sentence))
    if visit.social_function_worst is not None and visit.social_function_worst not in (1, 2, 3):
        sentence = msg("社会功能只能填 1 到 3，您填的是 {value}。", value=visit.social_function_worst)
        problems.append(FieldProblem("social_function_worst", sentence))
    return tuple(problems)


def _unstable_signs(visit: MentalDisorderVisit) -> tuple[Message, ...]:
    signs: list[Message] = []
    if visit.risk_level is not None and visit.risk_level >= 3:
        signs.append(msg("危险性为 {level} 级（3–5 级）", level=visit.risk_level))
    if visit.symptoms_obvious:
        signs.append(msg("精神病症状明显"))
    if visit.insight == INSIGHT_ABSENT:
        signs.append(msg("自知力缺失"))
    if visit.severe_adr:
        signs.append(msg("有严重药物不良反应"))
    if visit.severe_physical_disease:
        signs.append(msg("有严重躯体疾病"))
    return tuple(signs)


def _mostly_stable_signs(visit: MentalDisorderVisit) -> tuple[Message, ...]:
    signs: list[Message] = []
    if visit.risk_level in (1, 2):
        signs.append(msg("危险性为 {level} 级（1–2 级）", level=visit.risk_level))
    if visit.symptoms_present:
        signs.append(msg("精神病症状还没有基本消失"))
    if visit.insight == INSIGHT_PARTIAL:
        signs.append(msg("自知力不全"))
    if visit.social_function_worst == SOCIAL_POOR:
        signs.append(msg("社会功能较差"))
    if visit.otherwise_abnormal:
        signs.append(msg("有其他异常"))
    return tuple(signs)


def plan_for(
    visit: MentalDisorderVisit, chosen: StabilityClass
) -> tuple[date | None, date | None, tuple[Message, ...]]:
    """Next visit due, check of the referral due, and what to do for the class that was chosen."""
    day = visit.visit_date
    if chosen is StabilityClass.UNSTABLE:
        refer = msg("对症处理后立即转诊到上级医院，必要时报告当地公安机关")
        if day is None:
            return None, None, (refer,)
        if visit.admitted:
            return None, None, (refer, msg("已住院：出院后再约下次随访"))
        soon = two_weeks_after(day)
        due = short_date(soon, seen_from=day)
        again = msg("没有住院的，2 周内（{due} 前）会同精神专科医师、居委会人员、民警共同随访", due=due)
        return soon, soon, (refer, again)
    if day is None:
        return None, None, ()
    if chosen is StabilityClass.STABLE:
        later = three_months_after(day)
        due = short_date(later, seen_from=day)
        return later, None, (msg("继续执行原治疗方案，3 个月时（{due} 前）随访", due=due),)
    if visit.previous_class == StabilityClass.MOSTLY_STABLE:
        later = add_months(day, 1)
        due = short_date(later, seen_from=day)
        return (
            later,
            None,
            (msg("处理后仍为基本稳定：请精神专科医师指导，1 个月时（{due} 前）随访", due=due),),
        )
    soon = two_weeks_after(day)
    due = short_date(soon, seen_from=day)
    return soon, None, (msg("查找原因，在规定剂量范围内调整用药，2 周时（{due} 前）随访", due=due),)
