"""What the rules say to one visit of a programme that is written on a form of its own: 严重精神障碍, 肺结核, 慢阻肺病.

The rules themselves are app.domain (rules §5–7); here the answers of a form become their input, and their result becomes
one Judgement, from which the screen's proposal (form_proposals.py) and what follows from saving (form_effects.py) are
taken. Pure. The doctor decides: a class that he chose gives the dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.chronic_followup import VISIT_CLASS_LABELS, Referral, VisitClass
from app.domain.copd import CopdSettings, CopdVisit, assess_copd
from app.domain.dates import add_months, short_date, three_months_after, two_weeks_after
from app.domain.mental_disorder import (
    STABILITY_LABELS,
    MentalDisorderAssessment,
    MentalDisorderVisit,
    StabilityClass,
    assess_mental_disorder,
    plan_for,
)
from app.domain.message import Message, msg
from app.domain.tuberculosis import (
    FIRST_VISIT_WITHIN,
    STANDARD_INTENSIVE_MONTHS,
    TuberculosisVisit,
    assess_tuberculosis,
)
from app.forms.registry import form
from app.forms.vocabulary import NOTE, Context
from app.services.follow_up_views import DEAD, LOST, MOVED

YES = 2
"""The code of 是 and of 有 where a form asks no or yes."""

SOCIAL_ITEMS = ("self_care", "housework", "work", "learning", "social")
DOES_NOT_APPLY = 9
IN_HOSPITAL = 1
SMI_MOVED = 2
"""失访原因 迁居他处."""

LOST_AGAIN_MONTHS = 1
"""House rule: a patient with a mental disorder who was not met is looked for again within a month."""

USAGE_EVERY_OTHER_DAY = 2
DAYS_PER_DOSE = {1: 1, USAGE_EVERY_OTHER_DAY: 2}
"""Treatment days of one missed dose by 用法; 间歇 is every other day."""

MOST_INTENSIVE_MONTHS = 12
COMPLETED, DIED, WAS_LOST, TO_RESISTANT = 1, 2, 3, 4
"""停止治疗原因."""

LONGEST_REASON = 100
NO_CLASS_NOT_SEEN = msg("本次未访到")


@dataclass(frozen=True)
class Absence:
    """Why the person was not seen: `how` as in not_seen (1 失访, 2 死亡, 3 迁出), on which day, in the doctor's words."""

    how: int
    day: date
    note: str


@dataclass(frozen=True)
class Closing:
    """The end of a treatment and with it of the management, with the words that the record keeps."""

    day: date
    reason: str


@dataclass(frozen=True)
class Judgement:
    """The rules' answer to one visit. `next_due` and `check_due` are the latest days, `answers` what follows from them.

    `check_due` is the day by which the result of a referral, if it is made, is asked for. `controlled` None = not judged.
    """

    headline: Message
    tone: str
    reasons: tuple[Message, ...] = ()
    answers: Mapping[str, Any] | None = None
    proposed_class: int | None = None
    controlled: bool | None = None
    referral: str = Referral.NO
    next_due: date | None = None
    check_due: date | None = None


@dataclass(frozen=True)
class Before:
    """What the visits before found: the class of the last one that has a class."""

    visit_class: int | None = None


def judge_visit(form_code: str, answers: Mapping[str, Any], context: Context, before: Before) -> Judgement:
    """The judgement of canonical `answers` of a form of a programme. Raises KeyError for another form."""
    return JUDGES[form_code](answers, context, before)


def absence_of(form_code: str, answers: Mapping[str, Any]) -> Absence | None:
    """Why the person was not seen, as the form has it; None when he was."""
    day = answers.get("visit_date")
    if day is None:
        return None
    if form_code == "smi_followup":
        return _mental_absence(answers, day)
    if form_code == "copd_followup" and "not_seen" in answers:
        return Absence(answers["not_seen"], day, str(answers.get("not_seen" + NOTE, "")))
    stopped = answers.get("stop_reason") if form_code == "tb_followup" else None
    if stopped in (DIED, WAS_LOST):
        shown = form(form_code).fields["stop_reason"].kind.show(stopped)
        return Absence(DEAD if stopped == DIED else LOST, answers.get("stop_date", day), shown)
    return None


def closing_of(form_code: str, answers: Mapping[str, Any]) -> Closing | None:
    """The end of the treatment that the form records, whoever was not seen; None while it goes on."""
    if form_code != "tb_followup" or "stop_reason" not in answers:
        return None
    shown = form(form_code).fields["stop_reason"].kind.show(answers["stop_reason"])
    return Closing(answers.get("stop_date", answers["visit_date"]), shown)


def referral_was_made(form_code: str, answers: Mapping[str, Any]) -> bool:
    """Whether the form says that the person was referred."""
    if form_code == "smi_followup":
        return answers.get("referral") == YES
    return any(code in answers for code in ("referral_reason", "referral_to", "referral_dept"))


def referral_outcome(form_code: str, answers: Mapping[str, Any]) -> str:
    """What became of the referral where the form itself has a place for it, as read; "" while it is not known."""
    if "referral_result" not in answers:
        return ""
    return form(form_code).fields["referral_result"].kind.show(answers["referral_result"])


def _mental_absence(answers: Mapping[str, Any], day: date) -> Absence | None:
    fields = form("smi_followup").fields
    if "death_date" in answers or "death_cause" in answers:
        cause = answers.get("death_cause")
        note = answers.get("death_cause" + NOTE) or ("" if cause is None else fields["death_cause"].kind.show(cause))
        return Absence(DEAD, answers.get("death_date", day), str(note))
    if "lost_reason" not in answers:
        return None
    reason = answers["lost_reason"]
    note = answers.get("lost_reason" + NOTE) or fields["lost_reason"].kind.show(reason)
    return Absence(MOVED if reason == SMI_MOVED else LOST, day, str(note))


def _mental_disorder(answers: Mapping[str, Any], context: Context, before: Before) -> Judgement:
    day = answers.get("visit_date")
    absence = _mental_absence(answers, day or context.today)
    if absence is not None:
        due = add_months(day, LOST_AGAIN_MONTHS) if absence.how == LOST and day is not None else None
        return _not_seen(due)
    visit = _mental_visit(answers, before)
    found = assess_mental_disorder(visit)
    if found.proposed_class is None and "visit_class" not in answers:
        return Judgement(msg("严重精神障碍：还不能判断"), "none", tuple(problem.message for problem in found.problems))
    return _mental_judgement(answers, visit, found)


def _mental_visit(answers: Mapping[str, Any], before: Before) -> MentalDisorderVisit:
    graded = [answers[code] for code in SOCIAL_ITEMS if answers.get(code, DOES_NOT_APPLY) != DOES_NOT_APPLY]
    # 较差 in one item decides at once; otherwise every item must be known.
    is_known = all(code in answers for code in SOCIAL_ITEMS) or 3 in graded
    return MentalDisorderVisit(
        visit_date=answers.get("visit_date"),
        risk_level=answers.get("risk_level"),
        symptoms_obvious=answers.get("symptoms_obvious") == YES,
        symptoms_present=bool(answers.get("symptoms")),
        insight=answers.get("insight"),
        social_function_worst=max(graded) if graded and is_known else None,
        severe_adr=answers.get("severe_adr") == YES,
        severe_physical_disease=answers.get("severe_physical_disease") == YES,
        otherwise_abnormal=answers.get("otherwise_abnormal") == YES,
        admitted=answers.get("hospitalised") == IN_HOSPITAL,
        previous_class=before.visit_class,
    )


def _mental_judgement(
    answers: Mapping[str, Any], visit: MentalDisorderVisit, found: MentalDisorderAssessment
) -> Judgement:
    proposed = found.proposed_class
    chosen = StabilityClass(answers["visit_class"]) if "visit_class" in answers else proposed
    assert chosen is not None
    due, check_due, actions = plan_for(visit, chosen)
    signs = [reason.message for reason in found.reasons if reason.code == "sign"]
    reasons = tuple(reason.message for reason in found.reasons if reason.code != "action")
    is_urgent = chosen is StabilityClass.UNSTABLE and not visit.admitted
    follows: dict[str, Any] = {} if proposed is None else {"visit_class": int(proposed)}
    if due is not None:
        follows["next_visit_date"] = due
    if is_urgent:
        words = "；".join(str(sign) for sign in signs) or str(STABILITY_LABELS[chosen])
        follows |= {"referral": YES, "referral_reason": words[:LONGEST_REASON]}
    day = visit.visit_date
    return Judgement(
        headline=msg("严重精神障碍：{label}", label=STABILITY_LABELS[chosen]),
        tone={1: "bad", 2: "warn", 3: "good"}[int(chosen)],
        reasons=(*reasons, *actions),
        answers=follows,
        proposed_class=None if proposed is None else int(proposed),
        controlled=chosen is StabilityClass.STABLE,
        referral=Referral.URGENT if is_urgent else Referral.NO,
        next_due=due,
        check_due=check_due or (two_weeks_after(day) if day is not None and not visit.admitted else None),
    )


def _tuberculosis_first(answers: Mapping[str, Any], context: Context, _before: Before) -> Judgement:
    day = answers.get("visit_date")
    found = assess_tuberculosis(
        TuberculosisVisit(
            notice_at=context.diagnosed_on,
            visit_date=day,
            supervisor=answers.get("supervisor"),
            treatment_month=1,
            intensive_months=intensive_months(answers.get("regimen")),
        )
    )
    reasons = [reason.message for reason in found.reasons]
    due = found.next_visit_due
    if due is not None and day is not None:
        reasons.append(msg("下次随访不晚于 {due}", due=short_date(due, seen_from=day)))
    notice = context.diagnosed_on
    is_late = notice is not None and day is not None and day > notice + FIRST_VISIT_WITHIN
    return Judgement(
        headline=msg("第一次入户随访超过了 72 小时") if is_late else msg("肺结核：第一次入户随访"),
        tone="warn" if is_late else "none",
        reasons=tuple(reasons),
        answers={} if due is None else {"next_visit_date": due},
        next_due=due,
    )


def _tuberculosis(answers: Mapping[str, Any], context: Context, _before: Before) -> Judgement:
    day = answers.get("visit_date")
    found = assess_tuberculosis(
        TuberculosisVisit(
            visit_date=day,
            adr=answers.get("adr") == YES,
            complication=answers.get("complication") == YES,
            doses_due=answers.get("doses_due"),
            doses_taken=answers.get("doses_taken"),
            missed_days=_missed_days(answers),
            supervisor=answers.get("supervisor"),
            treatment_month=answers.get("treatment_month"),
            intensive_months=intensive_months(answers.get("regimen")),
        )
    )
    reasons = [reason.message for reason in found.reasons]
    closing = closing_of("tb_followup", answers) if day is not None else None
    due = None if closing is not None else found.next_visit_due
    is_completed = closing is not None and answers["stop_reason"] == COMPLETED
    if due is not None and day is not None:
        reasons.append(msg("下次随访不晚于 {due}", due=short_date(due, seen_from=day)))
    if is_completed:
        reasons.append(msg("疗程结束：转诊到定点医疗机构做治疗转归评估，2 周内电话随访"))
    check_due = found.check_due or (two_weeks_after(day) if day is not None else None)
    follows: dict[str, Any] = {} if due is None else {"next_visit_date": due}
    if found.referral == Referral.URGENT:
        follows["referral_reason"] = _reaction_words(answers)
    elif is_completed:
        follows["referral_reason"] = "治疗转归评估"
    headline, tone = _tuberculosis_headline(answers, found.took_regularly, closing, report=found.report_missed_doses)
    return Judgement(
        headline=headline,
        tone=tone,
        reasons=tuple(reasons),
        answers=follows,
        referral=Referral.URGENT if found.referral == Referral.URGENT else Referral.YES if is_completed else Referral.NO,
        next_due=due,
        check_due=check_due,
    )


def _tuberculosis_headline(
    answers: Mapping[str, Any], regular: bool | None, closing: Closing | None, *, report: bool
) -> tuple[Message, str]:
    if YES in (answers.get("adr"), answers.get("complication")):
        return msg("肺结核：立即转诊"), "bad"
    if closing is not None:
        if regular is None:
            return msg("肺结核：停止治疗（{reason}）", reason=closing.reason), "none"
        if regular:
            return msg("肺结核：停止治疗（{reason}），规则服药", reason=closing.reason), "good"
        return msg("肺结核：停止治疗（{reason}），服药不规则", reason=closing.reason), "warn"
    if report:
        return msg("肺结核：漏服药一周以上，要报告"), "bad"
    if answers.get("missed_doses"):
        return msg("肺结核：有漏服药，查明原因，加强教育"), "warn"
    if answers.get("adr") == 1 and answers.get("complication") == 1:
        return msg("肺结核：继续督导服药"), "good"
    return msg("肺结核：还不能判断"), "none"


def _missed_days(answers: Mapping[str, Any]) -> int | None:
    doses = answers.get("missed_doses")
    return None if doses is None else doses * DAYS_PER_DOSE.get(answers.get("usage", 1), 1)


def _reaction_words(answers: Mapping[str, Any]) -> str:
    fields = form("tb_followup").fields
    found = []
    for code in ("adr", "complication"):
        if answers.get(code) == YES:
            note = answers.get(code + NOTE)
            found.append(f"{fields[code].label}：{note}" if note else fields[code].label)
    return "；".join(found)[:LONGEST_REASON]


def intensive_months(regimen: str | None) -> int:
    """强化期 of a regimen as written: 2 of 2HRZE/4HR, 3 of 3HRZES/6HRE; the standard 2 where no number stands first."""
    written = re.match(r"\s*(\d{1,2})", regimen or "")
    months = int(written[1]) if written else STANDARD_INTENSIVE_MONTHS
    return months if 1 <= months <= MOST_INTENSIVE_MONTHS else STANDARD_INTENSIVE_MONTHS


def copd_settings(context: Context) -> CopdSettings:
    """The intervals that the clinic has set; the trial's own where it has not."""
    usual = CopdSettings()
    return CopdSettings(
        context.settings.get("copd_months_satisfactory", usual.months_when_satisfactory),
        context.settings.get("copd_days_otherwise", usual.days_otherwise),
    )


def _copd(answers: Mapping[str, Any], context: Context, before: Before) -> Judgement:
    day = answers.get("visit_date")
    if "not_seen" in answers:
        return _not_seen(three_months_after(day) if answers["not_seen"] == LOST and day is not None else None)
    chosen = answers.get("visit_class")
    found = assess_copd(
        CopdVisit(day, context.birth_date, chosen, before.visit_class, answers.get("spo2")), copd_settings(context)
    )
    reasons = tuple(reason.message for reason in found.reasons)
    if chosen is None:
        return Judgement(msg("慢阻肺病（试行）：分类由医生判断"), "warn" if found.is_spo2_low else "none", reasons)
    follows: dict[str, Any] = {}
    if found.next_visit_due is not None:
        follows["next_visit_date"] = found.next_visit_due
    if found.next_step is not None:
        follows["next_step"] = found.next_step
    if found.refer:
        follows["referral_reason"] = "连续两次控制不满意"
    return Judgement(
        headline=msg("慢阻肺病（试行）：{label}", label=VISIT_CLASS_LABELS[VisitClass(chosen)]),
        tone="bad" if found.refer else "good" if chosen == VisitClass.CONTROLLED else "warn",
        reasons=reasons,
        answers=follows,
        controlled=chosen == VisitClass.CONTROLLED,
        referral=Referral.YES if found.refer else Referral.NO,
        next_due=found.next_visit_due,
        check_due=found.check_due or (two_weeks_after(day) if day is not None else None),
    )


def _not_seen(due: date | None) -> Judgement:
    return Judgement(
        NO_CLASS_NOT_SEEN, "warn", answers={} if due is None else {"next_visit_date": due}, next_due=due
    )


JUDGES = {
    "smi_followup": _mental_disorder,
    "tb_first_visit": _tuberculosis_first,
    "tb_followup": _tuberculosis,
    "copd_followup": _copd,
}
"""The forms that are visits of a programme."""
