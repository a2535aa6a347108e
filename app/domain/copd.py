"""COPD follow-up (慢阻肺病患者随访), on trial (试行): scope, intervals, and when to think of a referral.

国家卫生健康委 国卫办基层函〔2024〕336号. Numbers of visits, thresholds and classes are not confirmed, so they are settings
with defaults here, and nothing is classified: the doctor chooses the class. That two visits 控制不满意 one after the other
are referred follows the hypertension specification and is seen in one system only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.chronic_followup import VisitClass
from app.domain.dates import add_months, age_on, short_date, two_weeks_after
from app.domain.message import Message, msg
from app.domain.reasons import FieldProblem, Reason

SCOPE_FROM_YEARS = 35
SATISFACTORY = "控制满意"
BOOK = "慢性阻塞性肺疾病患者健康服务规范（试行）"
EDITION = "慢性阻塞性肺疾病患者健康服务规范（试行，2024 年）"
LOW_SPO2_BELOW = 93
"""试行: from here down the oxygen saturation is pointed out; the annex names no number."""

ROUTINE, FIRST_UNSATISFACTORY, SECOND_UNSATISFACTORY = 1, 2, 3
"""下一步管理措施 with the number of the form."""


@dataclass(frozen=True)
class CopdSettings:
    """Editable intervals: `months_when_satisfactory` calendar months, `days_otherwise` days."""

    months_when_satisfactory: int = 3
    days_otherwise: int = 14


@dataclass(frozen=True)
class CopdVisit:
    """One visit as entered; None = unknown. `chosen_class` and `previous_class` 1–4 as on the form, `spo2` in %."""

    visit_date: date | None = None
    birth_date: date | None = None
    chosen_class: int | None = None
    previous_class: int | None = None
    spo2: int | None = None


@dataclass(frozen=True)
class CopdAssessment:
    """None = cannot be said. `refer`: think of a referral; `check_due` is then the last day to ask for its result."""

    in_scope: bool | None
    next_visit_due: date | None
    refer: bool
    check_due: date | None
    next_step: int | None
    is_spo2_low: bool
    problems: tuple[FieldProblem, ...]
    reasons: tuple[Reason, ...]


def next_copd_visit_due(visit_date: date, chosen_class: str, settings: CopdSettings | None = None) -> date:
    """Latest next visit for the class the doctor chose."""
    rules = settings or CopdSettings()
    if chosen_class == SATISFACTORY:
        return add_months(visit_date, rules.months_when_satisfactory)
    return visit_date + timedelta(days=rules.days_otherwise)


def assess_copd(visit: CopdVisit, settings: CopdSettings | None = None) -> CopdAssessment:
    """What follows from the class that the doctor chose; before that only scope and oxygen are judged."""
    problems = _problems(visit)
    day, born = visit.visit_date, visit.birth_date
    age = age_on(born, day) if born is not None and day is not None and born <= day else None
    in_scope = None if age is None else age >= SCOPE_FROM_YEARS
    is_low = visit.spo2 is not None and visit.spo2 < LOW_SPO2_BELOW
    chosen = None if problems or visit.chosen_class is None else VisitClass(visit.chosen_class)
    refer = chosen is VisitClass.UNSATISFACTORY and visit.previous_class == VisitClass.UNSATISFACTORY
    due = None
    if chosen is not None and day is not None:
        due = next_copd_visit_due(day, SATISFACTORY if chosen is VisitClass.CONTROLLED else "", settings)
    check_due = two_weeks_after(day) if refer and day is not None else None
    reasons: list[tuple[str, Message]] = []
    if in_scope is False:
        reasons.append(("scope", msg("{age} 岁，不到 35 岁，不属于服务对象", age=age)))
    if is_low:
        sentence = msg("脉搏氧饱和度 {spo2}% 低于 {limit}%", spo2=visit.spo2, limit=LOW_SPO2_BELOW)
        reasons.append(("spo2", sentence))
    if refer:
        reasons.append(("unsatisfactory_again", msg("上次也不满意：连续两次控制不满意，建议转诊")))
    elif chosen is VisitClass.UNSATISFACTORY:
        reasons.append(("first_unsatisfactory", msg("第一次控制不满意：查找原因，调整用药")))
    if due is not None and day is not None:
        reasons.append(("next_visit", msg("下次随访不晚于 {due}", due=short_date(due, seen_from=day))))
    if check_due is not None and day is not None:
        sentence = msg("转诊的，2 周内（{due} 前）随访转诊结果", due=short_date(check_due, seen_from=day))
        reasons.append(("check_referral", sentence))
    return CopdAssessment(
        in_scope=in_scope,
        next_visit_due=due,
        refer=refer,
        check_due=check_due,
        next_step=_next_step(chosen, refer=refer),
        is_spo2_low=is_low,
        problems=problems,
        reasons=tuple(Reason(code, BOOK, sentence) for code, sentence in reasons),
    )


def _next_step(chosen: VisitClass | None, *, refer: bool) -> int | None:
    if refer:
        return SECOND_UNSATISFACTORY
    steps = {VisitClass.CONTROLLED: ROUTINE, VisitClass.UNSATISFACTORY: FIRST_UNSATISFACTORY}
    return steps.get(chosen) if chosen is not None else None


def _problems(visit: CopdVisit) -> tuple[FieldProblem, ...]:
    if visit.chosen_class is None or visit.chosen_class in tuple(VisitClass):
        return ()
    return (FieldProblem("chosen_class", msg("分类只能填 1 到 4，您填的是 {value}。", value=visit.chosen_class)),)
