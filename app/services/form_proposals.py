"""What the rules say to the answers of a form that is kept for itself: headline, reasons, answers that follow.

Pure, and called at each key press. The rules are app.domain; forms whose answers only follow from others (scores, BMI)
declare them as computed, and what is told here comes from the same functions. The doctor decides: where he does
not follow a proposal, `problems` asks for his reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.adl import assess_self_care
from app.domain.chronic_followup import Referral
from app.domain.dates import short_date
from app.domain.message import Message, msg
from app.domain.referrals import is_tuberculosis_suspect, letter_check_due
from app.domain.tcm_constitution import QUESTION_COUNT, YES, identify_constitution
from app.forms.registry import form
from app.forms.tcm_elder import by_number
from app.forms.vocabulary import Context, Level, Problem
from app.services.examination_findings import REFER, advice_of, evaluation_of, findings_of
from app.services.form_views import Proposal, RecordedForm
from app.services.programme_rules import JUDGES, Before, Judgement, judge_visit, referral_was_made
from app.services.screening_judging import screening_proposals

ADL_TONES = {1: "good", 2: "warn", 3: "bad", 4: "bad"}
CONSENT_REFUSED = 0
EXAMINATION_NEEDS = ("bp_left_sbp", "bp_right_sbp", "weight")
"""Before any of these an examination has hardly begun and is not evaluated; the height stands there from the record."""


def proposals(
    form_code: str, answers: Mapping[str, Any], context: Context, history: tuple[RecordedForm, ...]
) -> tuple[Proposal, ...]:
    """What follows from `answers` (canonical); `history` the complete forms of the same kind, newest first.

    Empty for a form without a rule, and before there is anything to judge.
    """
    if form_code in JUDGES:
        return _of_visit(form_code, answers, context, history)
    if form_code == "screening":
        return screening_proposals(answers, context, history)
    told = TOLD.get(form_code)
    return () if told is None else told(answers, context)


def problems(
    form_code: str, answers: Mapping[str, Any], context: Context, history: tuple[RecordedForm, ...]
) -> tuple[Problem, ...]:
    """The reasons that the doctor owes where he decides otherwise than the rules propose (rules §3.3, §10)."""
    if form_code not in JUDGES:
        return ()
    judged = judge_visit(form_code, answers, context, before(answers, history))
    fields = form(form_code).fields
    owed = []
    chosen = answers.get("visit_class")
    overruled = judged.proposed_class is not None and chosen not in (None, judged.proposed_class)
    if overruled and "class_reason" not in answers:
        owed.append(Problem("class_reason", Level.MISSING, msg("分类与建议不同，请写明原因。")))
    if judged.referral != Referral.NO and not referral_was_made(form_code, answers):
        if "no_referral_reason" in fields and "no_referral_reason" not in answers:
            sentence = msg("建议转诊：请填转诊，或写明不转诊的原因。")
            owed.append(Problem("no_referral_reason", Level.MISSING, sentence))
        elif "no_referral_reason" not in fields:
            owed.append(Problem("referral_reason", Level.ASK, msg("建议转诊，但没有填转诊，请确认。")))
    due, agreed = judged.next_due, answers.get("next_visit_date")
    if due is not None and agreed is not None and agreed > due and "next_visit_reason" not in answers:
        sentence = msg("按规范最迟应在 {latest} 前随访，您填的是 {date}，请确认。", latest=due, date=agreed)
        owed.append(Problem("next_visit_date", Level.ASK, sentence))
    return tuple(owed)


def before(answers: Mapping[str, Any], history: tuple[RecordedForm, ...]) -> Before:
    """What the visits before this one found; one entered later for an earlier day counts by its day."""
    day = answers.get("visit_date")
    for entry in history:
        if (day is None or entry.entry_date <= day) and "visit_class" in entry.answers:
            return Before(entry.answers["visit_class"])
    return Before()


def _of_visit(
    form_code: str, answers: Mapping[str, Any], context: Context, history: tuple[RecordedForm, ...]
) -> tuple[Proposal, ...]:
    judged = judge_visit(form_code, answers, context, before(answers, history))
    is_referred = judged.referral != Referral.NO or referral_was_made(form_code, answers)
    check_due = judged.check_due if is_referred else None
    return (
        Proposal(
            headline=judged.headline,
            reasons=_with_check(judged, answers, check_due),
            answers=dict(judged.answers or {}),
            tone=judged.tone,
            referral=str(judged.referral),
            check_due=check_due,
        ),
    )


def _with_check(judged: Judgement, answers: Mapping[str, Any], check_due: object) -> tuple[Message, ...]:
    """The reasons; a referral that the doctor makes by himself is asked after like a proposed one."""
    if check_due is None or judged.referral != Referral.NO or judged.check_due is None:
        return judged.reasons
    due = short_date(judged.check_due, seen_from=answers["visit_date"])
    return (*judged.reasons, msg("2 周内（{due} 前）随访转诊结果", due=due))


def _self_care(answers: Mapping[str, Any], _context: Context) -> tuple[Proposal, ...]:
    found = assess_self_care(answers)
    if found.level is None or found.label is None:
        return ()
    headline = msg("生活自理能力：{total} 分，{label}", total=found.total, label=found.label)
    reasons = [reason.message for reason in found.reasons]
    return (Proposal(headline, tuple(reasons), {"total": found.total, "result": found.level}, ADL_TONES[found.level]),)


def _constitution(answers: Mapping[str, Any], _context: Context) -> tuple[Proposal, ...]:
    given = by_number(answers)
    count = sum(answer is not None for answer in given.values())
    if count == 0:
        return ()
    if count < QUESTION_COUNT:
        return (Proposal(msg("已答 {count} 题，共 {all} 题", count=count, all=QUESTION_COUNT)),)
    found = identify_constitution(given)
    reasons = tuple(reason.message for reason in found.reasons)
    if found.hint is not None:
        return (Proposal(msg("没有辨识出体质"), (found.hint,), tone="warn"),)
    if found.main is None:
        return (Proposal(msg("没有“是”的体质，只有倾向"), reasons),)
    certain = [name for name, result in found.results.items() if result == YES]
    if len(certain) > 1:
        return (Proposal(msg("主要体质：{name}（共 {count} 种）", name=found.main, count=len(certain)), reasons, tone="good"),)
    return (Proposal(msg("体质：{name}", name=found.main), reasons, tone="good"),)


def _examination(answers: Mapping[str, Any], context: Context) -> tuple[Proposal, ...]:
    findings = findings_of(answers, context)
    advice = tuple(advice_of(answers).values())
    if not findings and not advice and not any(code in answers for code in EXAMINATION_NEEDS):
        return ()
    reasons = (*(finding.text for finding in findings), *advice)
    follows = evaluation_of(answers, context)
    if not findings:
        return (Proposal(msg("体检还没有发现异常"), reasons, follows, "good"),)
    is_urgent = any(finding.guidance == REFER for finding in findings)
    return (
        Proposal(
            msg("体检有异常 {count} 项", count=len(findings)),
            reasons,
            follows,
            "bad" if is_urgent else "warn",
            str(Referral.URGENT if is_urgent else Referral.NO),
        ),
    )


def _supplement(answers: Mapping[str, Any], _context: Context) -> tuple[Proposal, ...]:
    if answers.get("consent") != CONSENT_REFUSED:
        return ()
    reason = msg("年度体检要征得同意，不同意的不计入未体检")
    return (Proposal(msg("不同意参加管理"), (reason,), tone="warn"),)


def _referral_out(answers: Mapping[str, Any], _context: Context) -> tuple[Proposal, ...]:
    day = answers.get("transfer_date")
    if day is None:
        return ()
    words = [str(answers.get(code, "")) for code in ("impression", "present_illness")]
    due = letter_check_due(day, *words)
    shown = short_date(due, seen_from=day)
    reason = msg("2 周内（{due} 前）随访转诊结果", due=shown)
    if is_tuberculosis_suspect(*words):
        reason = msg("疑似肺结核：1 周内（{due} 前）电话随访到位情况", due=shown)
    return (Proposal(msg("转出后要随访结果"), (reason,), check_due=due),)


TOLD: dict[str, Callable[[Mapping[str, Any], Context], tuple[Proposal, ...]]] = {
    "elder_adl": _self_care,
    "tcm_elder": _constitution,
    "health_exam": _examination,
    "smi_info": _supplement,
    "referral_out": _referral_out,
}
