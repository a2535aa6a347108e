"""What hypertension and type 2 diabetes have in common: the class of a visit, the action and the next date.

国家基本公共卫生服务规范（第三版）, 高血压患者健康管理服务规范 and 2型糖尿病患者健康管理服务规范, 二（三）分类干预.
It does not judge pressure or glucose (hypertension.py, diabetes.py) and keeps no task: the due days it returns
are the latest days (最迟日期).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from app.domain.dates import earliest, short_date, three_months_after, two_weeks_after
from app.domain.message import Message, msg
from app.domain.reasons import HOUSE_RULE, Reason


class VisitClass(IntEnum):
    """此次随访分类 with the code of the form."""

    CONTROLLED = 1
    UNSATISFACTORY = 2
    ADVERSE_REACTION = 3
    COMPLICATION = 4


VISIT_CLASS_LABELS: dict[VisitClass, Message] = {
    VisitClass.CONTROLLED: msg("控制满意"),
    VisitClass.UNSATISFACTORY: msg("控制不满意"),
    VisitClass.ADVERSE_REACTION: msg("不良反应"),
    VisitClass.COMPLICATION: msg("并发症"),
}


class Referral(StrEnum):
    """Whether to refer (转诊): no, yes, or at once (紧急转诊)."""

    NO = "no"
    YES = "yes"
    URGENT = "urgent"


@dataclass(frozen=True)
class Clauses:
    """The clauses of one disease's specification, as printed in reasons."""

    emergencies: str
    satisfactory: str
    first_unsatisfactory: str
    second_unsatisfactory: str
    classes: str


@dataclass(frozen=True)
class Findings:
    """What a visit found, in the words both diseases share; None = not known.

    `unsatisfactory` and `previous_unsatisfactory` say "not controlled" (控制不满意) at this and at the directly
    preceding recorded visit. `previous_reading` is what was measured then, as read aloud ("162/94").
    """

    visit_date: date
    urgent: bool | None
    complication: bool
    unsatisfactory: bool | None
    previous_unsatisfactory: bool
    adverse_reaction: bool
    previous_adverse_reaction: bool
    doctor_refers: bool = False
    otherwise_abnormal: bool = False
    previous_date: date | None = None
    previous_reading: str | None = None


@dataclass(frozen=True)
class FollowUpPlan:
    """Action and latest dates after a visit; everything None when the values do not allow a decision.

    `priority` is the row of the table of actions, 1 urgent to 7 satisfactory. `next_visit_due` and `check_due`
    (转诊结果随访) include the day itself.
    """

    priority: int | None
    referral: Referral | None
    next_visit_due: date | None
    check_due: date | None
    reasons: tuple[Reason, ...]


def propose_class(findings: Findings) -> VisitClass | None:
    """The class to propose: the most severe that applies, 4 > 3 > 2 > 1; never 1 in an emergency.

    None when nothing below 1 applies but an emergency forbids 1, or when the value that decides is not known.
    """
    if findings.unsatisfactory is None:
        return None
    if findings.complication:
        return VisitClass.COMPLICATION
    if findings.adverse_reaction:
        return VisitClass.ADVERSE_REACTION
    if findings.unsatisfactory or findings.otherwise_abnormal:
        return VisitClass.UNSATISFACTORY
    return None if findings.urgent else VisitClass.CONTROLLED


def plan_follow_up(findings: Findings, clauses: Clauses) -> FollowUpPlan:
    """Rows 1 to 7 of the table of actions (分类干预), top down, the first that applies.

    Rows 1, 2 and 4 need no measured value; without one and without such a finding the plan is empty.
    """
    soon = two_weeks_after(findings.visit_date)
    due_text = short_date(soon, seen_from=findings.visit_date)
    for priority, applies, referral, reasons in _referral_rows(findings, clauses):
        if applies:
            clause = clauses.emergencies if referral is Referral.URGENT else clauses.second_unsatisfactory
            check = Reason("check_referral", clause, msg("2 周内（{due} 前）主动随访转诊结果", due=due_text))
            return FollowUpPlan(priority, referral, soon, soon, (*reasons, check))
    if findings.unsatisfactory is None:
        return FollowUpPlan(None, None, None, None, ())
    if findings.unsatisfactory or findings.adverse_reaction:
        again = Reason(
            "visit_again", clauses.first_unsatisfactory, msg("2 周内（{due} 前）再随访一次", due=due_text)
        )
        first = _first_time_reasons(findings, clauses)
        return FollowUpPlan(5 if findings.unsatisfactory else 6, Referral.NO, soon, None, (*first, again))
    later = three_months_after(findings.visit_date)
    keep = Reason(
        "keep_plan",
        clauses.satisfactory,
        msg("继续原方案，下次随访不晚于 {due}", due=short_date(later, seen_from=findings.visit_date)),
    )
    return FollowUpPlan(7, Referral.NO, later, None, (keep,))


def combined_next_due(hypertension: date | None, diabetes: date | None) -> date | None:
    """One next visit for a person with both diseases: the earlier of the two (project decision); None = unknown."""
    return earliest((hypertension, diabetes))


def count_unsatisfactory_in_a_row(newest_first: list[bool | None]) -> int:
    """Visits not controlled one after the other, counted back from the newest; a controlled or unknown one ends it."""
    count = 0
    for unsatisfactory in newest_first:
        if not unsatisfactory:
            break
        count += 1
    return count


def _referral_rows(
    findings: Findings, clauses: Clauses
) -> list[tuple[int, bool, Referral, tuple[Reason, ...]]]:
    advise = Reason("refer", clauses.second_unsatisfactory, msg("建议转诊到卫生院"))
    return [
        (
            1,
            bool(findings.urgent),
            Referral.URGENT,
            (Reason("refer_at_once", clauses.emergencies, msg("处理后立即紧急转诊")),),
        ),
        (
            2,
            findings.complication,
            Referral.YES,
            (
                Reason("complication", clauses.second_unsatisfactory, msg("出现新的并发症或原有并发症加重")),
                advise,
            ),
        ),
        (
            3,
            bool(findings.unsatisfactory) and findings.previous_unsatisfactory,
            Referral.YES,
            (_second_time(findings, clauses), advise),
        ),
        (
            4,
            findings.adverse_reaction and findings.previous_adverse_reaction,
            Referral.YES,
            (
                Reason(
                    "adverse_reaction_again",
                    clauses.second_unsatisfactory,
                    msg("连续两次有药物不良反应，难以控制"),
                ),
                advise,
            ),
        ),
        (
            4,
            findings.doctor_refers,
            Referral.YES,
            (Reason("doctor_refers", HOUSE_RULE, msg("医生认为需要转诊")), advise),
        ),
    ]


def _second_time(findings: Findings, clauses: Clauses) -> Reason:
    if findings.previous_date is None or findings.previous_reading is None:
        return Reason("unsatisfactory_again", clauses.second_unsatisfactory, msg("上次也不满意"))
    sentence = msg(
        "上次 {date} 也不满意：{reading}",
        date=short_date(findings.previous_date, seen_from=findings.visit_date),
        reading=findings.previous_reading,
    )
    return Reason("unsatisfactory_again", clauses.second_unsatisfactory, sentence)


def _first_time_reasons(findings: Findings, clauses: Clauses) -> tuple[Reason, ...]:
    reasons = []
    if findings.unsatisfactory:
        reasons.append(
            Reason(
                "first_unsatisfactory",
                clauses.first_unsatisfactory,
                msg("第一次控制不满意：先问服药是否规律，必要时加量、换药或加药"),
            )
        )
    if findings.adverse_reaction:
        reasons.append(
            Reason(
                "first_adverse_reaction", clauses.first_unsatisfactory, msg("第一次有药物不良反应：请换药")
            )
        )
    return tuple(reasons)
