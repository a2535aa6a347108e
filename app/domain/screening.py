"""Screening for hypertension (高血压筛查) and the people at high risk (高危人群).

国家基本公共卫生服务规范（第三版）高血压患者健康管理服务规范 二（一）筛查. Readings of one day count as their mean; a
preliminary diagnosis needs three measured days one after the other, all raised. It does not diagnose: the result
is a referral for confirmation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.blood_pressure import BloodPressure, read_blood_pressure
from app.domain.body import OVERWEIGHT_FROM, has_abdominal_obesity
from app.domain.chronic_followup import Referral
from app.domain.dates import age_on, short_date, two_weeks_after
from app.domain.message import Message, msg
from app.domain.quantities import Quantity, exact_or_none, plain
from app.domain.reasons import SPECIFICATION, FieldProblem, Reason

_BOOK = f"{SPECIFICATION}高血压患者健康管理服务规范"
YEARLY_CLAUSE = f"{_BOOK} 二（一）1"
RAISED_CLAUSE = f"{_BOOK} 二（一）2"
HIGH_RISK_CLAUSE = f"{_BOOK} 二（一）3"
YEARLY_FROM_YEARS = 35
HIGH_RISK_FROM_YEARS = 55
HIGH_NORMAL_SBP_FROM = Decimal(130)
HIGH_NORMAL_DBP_FROM = Decimal(85)
HEAVY_SPIRIT_ML_PER_DAY = Decimal(100)
DAYS_FOR_A_DIAGNOSIS = 3
HALF_YEAR_MONTHS = 6
YEAR_MONTHS = 12


class ScreeningAction(StrEnum):
    """What to do after a reading."""

    REFER = "refer"
    REPEAT = "repeat_measurement"
    HALF_YEARLY = "half_yearly_check"
    YEARLY = "yearly_check"
    NONE = "none"


@dataclass(frozen=True)
class DayReading:
    """One reading of one day, mmHg, as entered."""

    day: date
    sbp: Quantity
    dbp: Quantity


@dataclass(frozen=True)
class ScreeningInput:
    """A person who was measured; None = unknown. `sex` 1 male, 2 female; `readings` are those of other days too.

    `family_history_degree`: nearest relative with hypertension, 1 or 2 count (一级、二级亲属), 0 none.
    """

    birth_date: date | None
    day: date | None
    sex: int | None = None
    sbp: Quantity | None = None
    dbp: Quantity | None = None
    readings: tuple[DayReading, ...] = ()
    bmi: Quantity | None = None
    waist_cm: Quantity | None = None
    family_history_degree: int | None = None
    high_salt: bool = False
    spirit_ml_per_day: Quantity | None = None
    suspected_secondary: bool = False


@dataclass(frozen=True)
class ScreeningResult:
    """None = cannot be said. `high_risk_items` are the numbers 1–6 of the list of the specification.

    `check_due`: last day to ask for the result of the referral; `recheck_months`: advised interval.
    """

    age: int | None
    in_scope_yearly_bp: bool | None
    preliminary_hypertension: bool
    action: ScreeningAction
    referral: Referral
    check_due: date | None
    high_risk: bool
    high_risk_items: tuple[int, ...]
    recheck_months: int | None
    problems: tuple[FieldProblem, ...]
    reasons: tuple[Reason, ...]


def screen_hypertension(person: ScreeningInput) -> ScreeningResult:
    """The action after this reading. Raises ValueError for a value that is no number."""
    now, _, problems = read_blood_pressure(person.sbp, person.dbp)
    by_day = _means_by_day(person, now)
    current = now or (by_day[-1][1] if by_day else None)
    preliminary = _three_raised_days(by_day)
    age = None
    if person.birth_date is not None and person.day is not None and person.day >= person.birth_date:
        age = age_on(person.birth_date, person.day)
    risks = () if preliminary else _high_risk(person, current, age)
    action = _action(person, current, age, preliminary=preliminary, at_risk=bool(risks))
    last_day = person.day or (by_day[-1][0] if by_day else None)
    check_due = two_weeks_after(last_day) if preliminary and last_day is not None else None
    return ScreeningResult(
        age=age,
        in_scope_yearly_bp=None if age is None else age >= YEARLY_FROM_YEARS,
        preliminary_hypertension=preliminary,
        action=action,
        referral=Referral.YES if action is ScreeningAction.REFER else Referral.NO,
        check_due=check_due,
        high_risk=bool(risks),
        high_risk_items=tuple(number for number, _ in risks),
        recheck_months={
            ScreeningAction.HALF_YEARLY: HALF_YEAR_MONTHS,
            ScreeningAction.YEARLY: YEAR_MONTHS,
        }.get(action),
        problems=problems,
        reasons=(
            *_action_reasons(person, current, action, check_due),
            *(Reason(f"high_risk_{number}", HIGH_RISK_CLAUSE, sentence) for number, sentence in risks),
        ),
    )


def _means_by_day(person: ScreeningInput, now: BloodPressure | None) -> list[tuple[date, BloodPressure]]:
    """One mean per measured day, oldest first; readings that cannot be are left out."""
    days: dict[date, list[BloodPressure]] = {}
    for entry in person.readings:
        reading, _, _ = read_blood_pressure(entry.sbp, entry.dbp)
        if reading is not None and (person.day is None or entry.day <= person.day):
            days.setdefault(entry.day, []).append(reading)
    if now is not None and person.day is not None and now not in days.get(person.day, []):
        days.setdefault(person.day, []).append(now)
    return [(day, _mean(days[day])) for day in sorted(days)]


def _mean(readings: list[BloodPressure]) -> BloodPressure:
    count = len(readings)
    return BloodPressure(
        sum(r.sbp for r in readings) / Decimal(count), sum(r.dbp for r in readings) / Decimal(count)
    )


def _three_raised_days(by_day: list[tuple[date, BloodPressure]]) -> bool:
    in_a_row = 0
    for _, reading in by_day:
        in_a_row = in_a_row + 1 if reading.is_raised else 0
        if in_a_row == DAYS_FOR_A_DIAGNOSIS:
            return True
    return False


def _high_risk(
    person: ScreeningInput, reading: BloodPressure | None, age: int | None
) -> tuple[tuple[int, Message], ...]:
    """The items of the list that apply, with their numbers 1–6."""
    bmi, waist = exact_or_none(person.bmi), exact_or_none(person.waist_cm)
    spirit = exact_or_none(person.spirit_ml_per_day)
    found: list[tuple[int, Message]] = []
    if reading is not None and not reading.is_raised and _is_high_normal(reading):
        found.append((1, msg("血压 {reading} 偏高（130–139 和/或 85–89）", reading=reading)))
    if bmi is not None and bmi >= OVERWEIGHT_FROM:
        found.append((2, msg("体质指数 {bmi} ≥ 24，超重或肥胖", bmi=plain(bmi))))
    elif waist is not None and has_abdominal_obesity(waist, person.sex):
        found.append((2, msg("腰围 {waist} 厘米，腹型肥胖（男 ≥90，女 ≥85）", waist=plain(waist))))
    if person.family_history_degree in (1, 2):
        found.append((3, msg("一级或二级亲属有高血压")))
    if person.high_salt:
        found.append((4, msg("长期吃得咸")))
    if spirit is not None and spirit >= HEAVY_SPIRIT_ML_PER_DAY:
        found.append((5, msg("长期过量饮酒：每天白酒 {amount} 毫升（≥100）", amount=plain(spirit))))
    if age is not None and age >= HIGH_RISK_FROM_YEARS:
        found.append((6, msg("年龄 {age} 岁（≥55 岁）", age=age)))
    return tuple(found)


def _is_high_normal(reading: BloodPressure) -> bool:
    return reading.sbp >= HIGH_NORMAL_SBP_FROM or reading.dbp >= HIGH_NORMAL_DBP_FROM


def _action(
    person: ScreeningInput,
    current: BloodPressure | None,
    age: int | None,
    *,
    preliminary: bool,
    at_risk: bool,
) -> ScreeningAction:
    if preliminary or person.suspected_secondary:
        return ScreeningAction.REFER
    if current is not None and current.is_raised:
        return ScreeningAction.REPEAT
    if at_risk:
        return ScreeningAction.HALF_YEARLY
    return ScreeningAction.YEARLY if age is not None and age >= YEARLY_FROM_YEARS else ScreeningAction.NONE


def _action_reasons(
    person: ScreeningInput, current: BloodPressure | None, action: ScreeningAction, check_due: date | None
) -> tuple[Reason, ...]:
    if action is ScreeningAction.REFER:
        return _referral_reasons(person, check_due)
    sentences: dict[ScreeningAction, tuple[str, Message]] = {
        ScreeningAction.REPEAT: (
            RAISED_CLAUSE,
            msg("血压 {reading} 高于正常：去除引起血压升高的原因，预约改天复查", reading=current or "—"),
        ),
        ScreeningAction.HALF_YEARLY: (
            HIGH_RISK_CLAUSE,
            msg("高危人群：至少每半年测一次血压，接受生活方式指导"),
        ),
        ScreeningAction.YEARLY: (YEARLY_CLAUSE, msg("35 岁及以上：每年免费测一次血压")),
    }
    if action not in sentences:
        return ()
    clause, sentence = sentences[action]
    return (Reason(action.value, clause, sentence),)


def _referral_reasons(person: ScreeningInput, check_due: date | None) -> tuple[Reason, ...]:
    reasons = []
    if check_due is not None:
        reasons.append(
            Reason(
                "preliminary",
                RAISED_CLAUSE,
                msg("非同日 3 次血压都高于正常，可初步诊断为高血压，建议转诊确诊"),
            )
        )
        due = short_date(check_due, seen_from=person.day or check_due)
        reasons.append(
            Reason("check_referral", RAISED_CLAUSE, msg("2 周内（{due} 前）随访转诊结果", due=due))
        )
    if person.suspected_secondary:
        reasons.append(Reason("secondary", RAISED_CLAUSE, msg("可疑继发性高血压，及时转诊")))
    return tuple(reasons)
