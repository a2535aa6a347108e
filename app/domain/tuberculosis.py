"""Pulmonary tuberculosis (肺结核): first home visit, referral, interval of visits, and the rate of doses taken.

国家基本公共卫生服务规范（第三版）肺结核患者健康管理服务规范 二（二）第一次入户随访, 二（三）督导服药和随访管理, 二（四）结案评估.
Phases of the standard first treatment 2HRZE/4HR: months 1–2 intensive, 3–6 continuation; other regimens pass their
own length. It does not judge the outcome of the treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from app.domain.chronic_followup import Referral
from app.domain.dates import add_months, short_date, two_weeks_after
from app.domain.message import msg
from app.domain.quantities import half_up
from app.domain.reasons import SPECIFICATION, FieldProblem, Reason

_BOOK = f"{SPECIFICATION}肺结核患者健康管理服务规范"
FIRST_VISIT_CLAUSE = f"{_BOOK} 二（二）"
FOLLOW_UP_CLAUSE = f"{_BOOK} 二（三）"
CLOSING_CLAUSE = f"{_BOOK} 二（四）"
FIRST_VISIT_WITHIN = timedelta(hours=72)
SUSPECT_CHECK_WITHIN = timedelta(days=7)
FAMILY_INTENSIVE_INTERVAL = timedelta(days=10)
MISSED_DAYS_TO_REPORT = 7
STANDARD_INTENSIVE_MONTHS = 2
REGULAR_FROM_PERCENT = 90
SUPERVISOR_DOCTOR, SUPERVISOR_FAMILY = 1, 2


@dataclass(frozen=True)
class TuberculosisVisit:
    """One visit as entered; None = unknown. `supervisor` 1 医生, 2 家属, 3 自服药, 4 其他; `treatment_month` from 1."""

    notice_at: datetime | date | None = None
    visit_date: date | None = None
    adr: bool = False
    complication: bool = False
    doses_due: int | None = None
    doses_taken: int | None = None
    missed_days: int | None = None
    supervisor: int | None = None
    treatment_month: int | None = None
    intensive_months: int = STANDARD_INTENSIVE_MONTHS


@dataclass(frozen=True)
class TuberculosisAssessment:
    """None = cannot be said. `first_visit_due` is a date when the notice was only dated.

    `dose_rate_percent` has one decimal, half up; `took_regularly` (规则服药) compares the exact rate with 90 %.
    """

    first_visit_due: datetime | date | None
    referral: Referral
    check_due: date | None
    next_visit_due: date | None
    dose_rate_percent: Decimal | None
    took_regularly: bool | None
    report_missed_doses: bool
    problems: tuple[FieldProblem, ...]
    reasons: tuple[Reason, ...]


def assess_tuberculosis(visit: TuberculosisVisit) -> TuberculosisAssessment:
    """Everything the rules say of a notice, a visit or a finished course, from the values that are known."""
    problems = _problems(visit)
    rate = None if problems else dose_rate(visit.doses_due, visit.doses_taken)
    first_due = None if visit.notice_at is None else visit.notice_at + FIRST_VISIT_WITHIN
    refer = visit.adr or visit.complication
    check_due = two_weeks_after(visit.visit_date) if refer and visit.visit_date is not None else None
    report = visit.missed_days is not None and visit.missed_days >= MISSED_DAYS_TO_REPORT
    return TuberculosisAssessment(
        first_visit_due=first_due,
        referral=Referral.URGENT if refer else Referral.NO,
        check_due=check_due,
        next_visit_due=_next_visit(visit),
        dose_rate_percent=None if rate is None else half_up(rate, 1),
        took_regularly=None if rate is None else rate >= REGULAR_FROM_PERCENT,
        report_missed_doses=report,
        problems=problems,
        reasons=_reasons(visit, first_due, check_due, rate, refer=refer, report=report),
    )


def dose_rate(doses_due: int | None, doses_taken: int | None) -> Fraction | None:
    """Doses taken of 100 due (服药率), exact; None when a number is unknown or nothing was due."""
    if doses_due is None or doses_taken is None or doses_due == 0:
        return None
    return Fraction(100 * doses_taken, doses_due)


def took_regularly(doses_due: int | None, doses_taken: int | None) -> bool | None:
    """规则服药: at least 90 % over the whole course; None when it cannot be said."""
    rate = dose_rate(doses_due, doses_taken)
    return None if rate is None else rate >= REGULAR_FROM_PERCENT


def next_visit_due(
    visit_date: date,
    *,
    supervisor: int,
    treatment_month: int,
    intensive_months: int = STANDARD_INTENSIVE_MONTHS,
) -> date:
    """Latest next visit: every 10 days in the intensive phase when the family supervises, otherwise one month."""
    if supervisor == SUPERVISOR_FAMILY and treatment_month <= intensive_months:
        return visit_date + FAMILY_INTENSIVE_INTERVAL
    return add_months(visit_date, 1)


def _next_visit(visit: TuberculosisVisit) -> date | None:
    if visit.visit_date is None or visit.supervisor is None or visit.treatment_month is None:
        return None
    return next_visit_due(
        visit.visit_date,
        supervisor=visit.supervisor,
        treatment_month=visit.treatment_month,
        intensive_months=visit.intensive_months,
    )


def _problems(visit: TuberculosisVisit) -> tuple[FieldProblem, ...]:
    problems = []
    for key, value in (("doses_due", visit.doses_due), ("doses_taken", visit.doses_taken)):
        if value is not None and value < 0:
            problems.append(FieldProblem(key, msg("服药次数不能是负数，您填的是 {value}。", value=value)))
    due, taken = visit.doses_due, visit.doses_taken
    if due is not None and taken is not None and taken > due:
        sentence = msg("实际服药 {taken} 次多于应服药 {due} 次，请核对。", taken=taken, due=due)
        problems.append(FieldProblem("doses_taken", sentence))
    return tuple(problems)


def _reasons(
    visit: TuberculosisVisit,
    first_due: datetime | date | None,
    check_due: date | None,
    rate: Fraction | None,
    *,
    refer: bool,
    report: bool,
) -> tuple[Reason, ...]:
    reasons = []
    if first_due is not None:
        text = f"{first_due:%Y-%m-%d %H:%M}" if isinstance(first_due, datetime) else first_due.isoformat()
        reasons.append(
            Reason(
                "first_visit", FIRST_VISIT_CLAUSE, msg("接到通知后 72 小时内（{due} 前）入户随访", due=text)
            )
        )
    if refer:
        reasons.append(
            Reason("refer_at_once", FOLLOW_UP_CLAUSE, msg("出现药物不良反应、并发症或合并症，立即转诊"))
        )
    if check_due is not None and visit.visit_date is not None:
        due = short_date(check_due, seen_from=visit.visit_date)
        reasons.append(
            Reason("check_referral", FOLLOW_UP_CLAUSE, msg("2 周内（{due} 前）随访转诊结果", due=due))
        )
    if report:
        sentence = msg("漏服药 {days} 天（≥ 7 天），要报告上级专业机构", days=visit.missed_days)
        reasons.append(Reason("report_missed", FOLLOW_UP_CLAUSE, sentence))
    if rate is not None:
        sentence = msg(
            "应服药 {due} 次，实际服药 {taken} 次，服药率 {rate}%",
            due=visit.doses_due,
            taken=visit.doses_taken,
            rate=half_up(rate, 1),
        )
        reasons.append(Reason("dose_rate", CLOSING_CLAUSE, sentence))
    return tuple(reasons)
