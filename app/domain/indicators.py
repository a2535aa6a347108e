"""Work indicators (工作指标) of the calendar year, as rates over people.

国家基本公共卫生服务规范（第三版）, 工作指标 of each service; what the specification leaves open is decided here and can be
set in `IndicatorSettings`. The year is 1 January to 31 December, seen on a cut-off day: nothing after it counts.
A denominator of 0 gives no rate. These numbers are a preview; the county platform reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from app.domain.blood_pressure import read_blood_pressure
from app.domain.dates import age_on, two_weeks_after
from app.domain.glucose import CONTROL_BELOW, glucose_problem
from app.domain.quantities import Quantity, exact, half_up
from app.domain.tuberculosis import took_regularly

ELDERLY_FROM_YEARS = 65
NO_RATE = "—"


class IndicatorName(StrEnum):
    """The indicators by their official names; the last two are of 2011 and still asked by some counties."""

    RECORD = "健康档案建档率"
    ELECTRONIC_RECORD = "电子健康档案建档率"
    RECORD_USE = "健康档案使用率"
    ELDERLY = "老年人健康管理率"
    ELDERLY_TCM = "老年人中医药健康管理率"
    HYPERTENSION_STANDARD = "高血压患者规范管理率"
    PRESSURE_CONTROL = "管理人群血压控制率"
    DIABETES_STANDARD = "2型糖尿病患者规范管理率"
    GLUCOSE_CONTROL = "管理人群血糖控制率"
    MENTAL_STANDARD = "严重精神障碍患者规范管理率"
    TB_MANAGED = "肺结核患者管理率"
    TB_REGULAR = "肺结核患者规则服药率"
    HYPERTENSION_MANAGED = "高血压患者健康管理率"
    DIABETES_MANAGED = "2型糖尿病患者健康管理率"


@dataclass(frozen=True)
class Period:
    """The part of `year` that counts: 1 January to `cut_off`, both included."""

    year: int
    cut_off: date

    @property
    def start(self) -> date:
        """1 January."""
        return date(self.year, 1, 1)

    def holds(self, day: date | None) -> bool:
        """True when `day` is known and lies in the period."""
        return day is not None and self.start <= day <= self.cut_off


def whole_year(year: int) -> Period:
    """The year seen on its last day."""
    return Period(year, date(year, 12, 31))


@dataclass(frozen=True)
class IndicatorSettings:
    """What counties decide differently.

    `visits_per_year` face-to-face visits for a full year; `prorate_new`: people enrolled during the year need one
    for each full quarter left, at least 1; `count_ended`: the dead and those who moved away stay in the denominator
    when they were under management at any time of the year.
    """

    visits_per_year: int = 4
    prorate_new: bool = True
    count_ended: bool = True


DEFAULT_SETTINGS = IndicatorSettings()


@dataclass(frozen=True)
class IndicatorVisit:
    """A recorded follow-up visit; a telephone visit is a visit but not face to face. None = unknown or unusable."""

    day: date
    face_to_face: bool = True
    lost: bool = False
    sbp: Quantity | None = None
    dbp: Quantity | None = None
    fpg_mmol_l: Quantity | Fraction | None = None


@dataclass(frozen=True)
class RequiredCheck:
    """A 2-week check of a referral (转诊结果随访): last day, and the day it was done or None."""

    due: date
    done_on: date | None = None


@dataclass(frozen=True)
class ManagedPerson:
    """A patient under management (在管患者) of one programme.

    `enrolled_on` None = before the year; `ended_on` None = still under management. `exam_required` False: the yearly
    examination was declined (severe mental disorder needs consent).
    """

    id: str
    birth_date: date | None = None
    enrolled_on: date | None = None
    ended_on: date | None = None
    visits: tuple[IndicatorVisit, ...] = ()
    exam_dates: tuple[date, ...] = ()
    checks: tuple[RequiredCheck, ...] = ()
    exam_required: bool = True


@dataclass(frozen=True)
class ServiceRecord:
    """One yearly service to an elderly person: was the form complete, and was guidance given?"""

    day: date
    complete: bool
    guidance: bool


@dataclass(frozen=True)
class ResidentFacts:
    """A resident as far as the record indicators ask. `is_permanent` = 常住居民.

    `exams` are 健康体检表, `constitutions` 老年人中医药健康管理服务记录表; `dynamic_days` the days of medical or service
    records linked to the record.
    """

    id: str
    birth_date: date | None = None
    is_permanent: bool = True
    has_record: bool = False
    has_electronic_record: bool = False
    dynamic_days: tuple[date, ...] = ()
    exams: tuple[ServiceRecord, ...] = ()
    constitutions: tuple[ServiceRecord, ...] = ()


@dataclass(frozen=True)
class TuberculosisCase:
    """A case confirmed by the designated institution; None = not (yet)."""

    id: str
    notified_on: date | None = None
    managed_from: date | None = None
    completed_on: date | None = None
    doses_due: int | None = None
    doses_taken: int | None = None
    is_confirmed: bool = True


@dataclass(frozen=True)
class Rate:
    """Numerator and denominator, with the people behind them where they are known."""

    numerator: int
    denominator: int
    numerator_ids: tuple[str, ...] = ()
    denominator_ids: tuple[str, ...] = ()

    @property
    def percent(self) -> Decimal | None:
        """The rate with one decimal, half up; None when the denominator is 0."""
        if self.denominator == 0:
            return None
        return half_up(Fraction(100 * self.numerator, self.denominator), 1)

    @property
    def display(self) -> str:
        """The rate as printed: "62.5%", or "—" when the denominator is 0."""
        return NO_RATE if self.percent is None else f"{self.percent}%"


def required_visits(
    enrolled_on: date | None, period: Period, settings: IndicatorSettings = DEFAULT_SETTINGS
) -> int:
    """Face-to-face visits asked of a person in the year: all of them, or one per full quarter left, at least 1.

    A quarter counts when it starts on the day of enrolment or later.
    """
    if enrolled_on is None or enrolled_on <= period.start or not settings.prorate_new:
        return settings.visits_per_year
    quarter_starts = [date(period.year, month, 1) for month in (1, 4, 7, 10)]
    quarters_left = sum(start >= enrolled_on for start in quarter_starts)
    return max(1, settings.visits_per_year * quarters_left // 4)


def is_under_management(
    person: ManagedPerson, period: Period, settings: IndicatorSettings = DEFAULT_SETTINGS
) -> bool:
    """Under management at any time of the period; whether those who ended meanwhile count is a setting."""
    if person.enrolled_on is not None and person.enrolled_on > period.cut_off:
        return False
    if person.ended_on is None or person.ended_on > period.cut_off:
        return True
    return settings.count_ended and person.ended_on >= period.start


def is_managed_to_norm(
    person: ManagedPerson,
    period: Period,
    settings: IndicatorSettings = DEFAULT_SETTINGS,
    *,
    face_to_face_only: bool = True,
) -> bool:
    """规范管理: enough visits, the yearly examination, and every required 2-week check done in time."""
    visits = [
        visit
        for visit in person.visits
        if period.holds(visit.day) and not visit.lost and (visit.face_to_face or not face_to_face_only)
    ]
    if len(visits) < required_visits(person.enrolled_on, period, settings):
        return False
    if person.exam_required and not any(period.holds(day) for day in person.exam_dates):
        return False
    return all(
        check.done_on is not None and check.done_on <= check.due
        for check in person.checks
        if period.holds(check.due)
    )


def last_visit(person: ManagedPerson, period: Period) -> IndicatorVisit | None:
    """The last visit of the period by visit date (not by entry); of two on one day the one entered later."""
    visits = [visit for visit in person.visits if period.holds(visit.day)]
    return max(enumerate(visits), key=lambda pair: (pair[1].day, pair[0]))[1] if visits else None


def is_pressure_controlled(person: ManagedPerson, period: Period) -> bool:
    """The last visit of the period has a usable pressure below the limit for the age on that day.

    失访, no visit and no usable value are not controlled. Without a birth date the limit below 65 is used.
    """
    visit = last_visit(person, period)
    if visit is None or visit.lost:
        return False
    reading, _, _ = read_blood_pressure(visit.sbp, visit.dbp)
    if reading is None:
        return False
    born = person.birth_date
    return reading.is_controlled(age_on(born, visit.day) if born is not None and born <= visit.day else 0)


def is_glucose_controlled(person: ManagedPerson, period: Period) -> bool:
    """The last visit of the period has a usable fasting glucose below 7.0 mmol/L."""
    visit = last_visit(person, period)
    if visit is None or visit.lost or visit.fpg_mmol_l is None:
        return False
    entered = visit.fpg_mmol_l
    fasting = entered if isinstance(entered, Fraction) else Fraction(exact(entered))
    return glucose_problem("fpg_mmol_l", fasting) is None and fasting < CONTROL_BELOW


def standard_management_rate(
    people: Iterable[ManagedPerson],
    period: Period,
    settings: IndicatorSettings = DEFAULT_SETTINGS,
    *,
    face_to_face_only: bool = True,
) -> Rate:
    """规范管理率 over the people under management; for severe mental disorder every kind of visit counts."""
    return _rate(
        (person for person in people if is_under_management(person, period, settings)),
        lambda person: is_managed_to_norm(person, period, settings, face_to_face_only=face_to_face_only),
    )


def pressure_control_rate(
    people: Iterable[ManagedPerson], period: Period, settings: IndicatorSettings = DEFAULT_SETTINGS
) -> Rate:
    """管理人群血压控制率 over the people under management in the year."""
    managed = (person for person in people if is_under_management(person, period, settings))
    return _rate(managed, lambda person: is_pressure_controlled(person, period))


def glucose_control_rate(
    people: Iterable[ManagedPerson], period: Period, settings: IndicatorSettings = DEFAULT_SETTINGS
) -> Rate:
    """管理人群血糖控制率 over the people under management in the year."""
    managed = (person for person in people if is_under_management(person, period, settings))
    return _rate(managed, lambda person: is_glucose_controlled(person, period))


def management_rate(
    people: Iterable[ManagedPerson],
    period: Period,
    estimated_patients: int,
    settings: IndicatorSettings = DEFAULT_SETTINGS,
) -> Rate:
    """健康管理率 of 2011: people under management by the estimated number of patients in the area."""
    managed = tuple(person.id for person in people if is_under_management(person, period, settings))
    return Rate(len(managed), estimated_patients, managed)


def record_rate(
    residents: Iterable[ResidentFacts], *, electronic: bool = False, population: int | None = None
) -> Rate:
    """健康档案建档率, or 电子健康档案建档率: people with a record by 常住居民; `population` replaces the counted number."""
    permanent = [resident for resident in residents if resident.is_permanent]
    rate = _rate(permanent, lambda one: one.has_electronic_record if electronic else one.has_record)
    return _with_denominator(rate, population)


def record_use_rate(residents: Iterable[ResidentFacts], period: Period) -> Rate:
    """健康档案使用率: records with a dynamic entry in the period by all records."""
    records = [one for one in residents if one.has_record or one.has_electronic_record]
    return _rate(records, lambda one: any(period.holds(day) for day in one.dynamic_days))


def elderly_rate(
    residents: Iterable[ResidentFacts],
    period: Period,
    *,
    traditional_medicine: bool = False,
    population: int | None = None,
) -> Rate:
    """老年人健康管理率, or 老年人中医药健康管理率: 常住居民 of 65 and more on the cut-off day.

    A service counts with record, examination (or constitution), guidance and a complete form, all together.
    """
    old = [one for one in residents if one.is_permanent and _is_elderly(one, period)]
    rate = _rate(old, lambda one: _was_served(one, period, traditional_medicine=traditional_medicine))
    return _with_denominator(rate, population)


def tb_management_rate(cases: Iterable[TuberculosisCase], period: Period) -> Rate:
    """肺结核患者管理率: under management by confirmed and notified in the same period."""
    notified = [case for case in cases if case.is_confirmed and period.holds(case.notified_on)]
    return _rate(notified, lambda case: case.managed_from is not None and case.managed_from <= period.cut_off)


def tb_regular_rate(cases: Iterable[TuberculosisCase], period: Period) -> Rate:
    """肺结核患者规则服药率: at least 90 % of the doses taken, by those who completed treatment in the period."""
    completed = [case for case in cases if period.holds(case.completed_on)]
    return _rate(completed, lambda case: bool(took_regularly(case.doses_due, case.doses_taken)))


def check_after(referred_on: date, done_on: date | None) -> RequiredCheck:
    """The required check of a referral of that day: 14 days later at the latest."""
    return RequiredCheck(two_weeks_after(referred_on), done_on)


_Counted = TypeVar("_Counted", ManagedPerson, ResidentFacts, TuberculosisCase)


def _rate(people: Iterable[_Counted], counts: Callable[[_Counted], bool]) -> Rate:
    everyone: Sequence[_Counted] = list(people)
    counted = tuple(one.id for one in everyone if counts(one))
    return Rate(len(counted), len(everyone), counted, tuple(one.id for one in everyone))


def _with_denominator(rate: Rate, population: int | None) -> Rate:
    if population is None:
        return rate
    return Rate(rate.numerator, population, rate.numerator_ids, rate.denominator_ids)


def _is_elderly(resident: ResidentFacts, period: Period) -> bool:
    born = resident.birth_date
    return born is not None and born <= period.cut_off and age_on(born, period.cut_off) >= ELDERLY_FROM_YEARS


def _was_served(resident: ResidentFacts, period: Period, *, traditional_medicine: bool) -> bool:
    services = resident.constitutions if traditional_medicine else resident.exams
    return resident.has_record and any(
        service.complete and service.guidance and period.holds(service.day) for service in services
    )
