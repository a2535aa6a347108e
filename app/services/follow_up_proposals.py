"""What the rules propose for a visit while it is being written: class, referral, next date, and every problem.

`propose` is pure and is called at each key press; it must stay within 2 ms. It joins the declared forms (validation)
with the rules of app.domain (judgement). The doctor decides: a class, a referral or a date that differs from the
proposal needs his reason. It reads no database and stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.body import BMI_LABELS, bmi_category
from app.domain.chronic_followup import Referral, VisitClass
from app.domain.dates import earliest, three_months_after, two_weeks_after
from app.domain.diabetes import DiabetesAssessment, DiabetesVisit, PreviousDiabetesVisit, assess_diabetes
from app.domain.hypertension import (
    HypertensionAssessment,
    HypertensionVisit,
    PreviousHypertensionVisit,
    assess_hypertension,
)
from app.domain.message import Message, msg
from app.domain.reasons import HOUSE_RULE, Reason
from app.forms.registry import form
from app.forms.vocabulary import Context, Level, Problem
from app.services.diseases import DIABETES, HYPERTENSION, NAMES
from app.services.follow_up_views import LOST, ManagedDisease, PastVisit, VisitSheet
from app.services.medicines import MedicineChange, medicine_changes, medicines_of
from app.services.visit_answers import answer_key, split_answers

YES = 2
"""The code of 是 and of 有 where a form asks no or yes."""

JUDGED_VISITS = 12
"""So many earlier visits are enough to judge the one at hand and to count the unsatisfactory ones in a row."""

Assessment = HypertensionAssessment | DiabetesAssessment


@dataclass(frozen=True)
class DiseaseProposal:
    """What the rules say for one disease. `next_visit_due` and `check_due` are the latest days, inclusive.

    `proposed_class` None when it cannot be proposed. `referral` no, yes or urgent. `consecutive` counts the visits
    not controlled in a row with this one. `tone` is the colour of the panel: good, warn, bad or none.
    """

    disease: str
    form_code: str
    headline: Message
    tone: str
    proposed_class: int | None
    controlled: bool | None
    urgent: bool
    referral: str
    consecutive: int
    next_visit_due: date | None
    check_due: date | None
    is_checklist_needed: bool
    in_scope: bool | None
    reasons: tuple[Reason, ...]
    hints: tuple[Message, ...]


@dataclass(frozen=True)
class Proposal:
    """The rules' answer to what stands on the screen.

    `answers` are the canonical answers of each sheet with what the rules fill in; `problems` name the keys of the
    visit's answers. `next_visit_due` is the earlier of the diseases'. `changes` are the medicines of each sheet.
    """

    diseases: tuple[DiseaseProposal, ...]
    answers: Mapping[str, dict[str, Any]]
    problems: tuple[Problem, ...]
    bmi: Decimal | None
    bmi_label: Message | None
    next_visit_due: date | None
    referral: str
    check_due: date | None
    changes: Mapping[str, tuple[MedicineChange, ...]]

    def of(self, disease: str) -> DiseaseProposal:
        """The proposal for one disease of the visit; raises KeyError when the visit has no sheet for it."""
        for proposal in self.diseases:
            if proposal.disease == disease:
                return proposal
        raise KeyError(disease)

    @property
    def is_complete(self) -> bool:
        """Whether nothing but questions stands against saving."""
        return all(problem.level is Level.ASK for problem in self.problems)


def propose(sheet: VisitSheet, raw: Mapping[str, object]) -> Proposal:
    """The proposal for the answers `raw` (by key, as typed) on `sheet`. Raises nothing for bad answers."""
    asked = _checklists_asked(sheet, raw)
    problems: list[Problem] = []
    answers: dict[str, dict[str, Any]] = {}
    proposals = []
    for managed, of_sheet in zip(sheet.diseases, split_answers(sheet.form_codes, raw).values(), strict=True):
        reading = form(managed.form_code).read(of_sheet)
        problems += _keyed(sheet, managed.form_code, reading.problems)
        given = form(managed.form_code).complete(reading.answers, _context(sheet, managed))
        given.setdefault("doctor", sheet.doctor)
        answers[managed.form_code] = given
        proposals.append(_propose_disease(sheet, managed, given, asked[managed.form_code]))
    due = earliest(proposal.next_visit_due for proposal in proposals)
    for managed, proposal in zip(sheet.diseases, proposals, strict=True):
        given = _with_defaults(answers[managed.form_code], proposal, due)
        answers[managed.form_code] = given
        problems += _problems(sheet, managed, proposal, given, due)
    body_mass = next((given["bmi"] for given in answers.values() if "bmi" in given), None)
    return Proposal(
        diseases=tuple(proposals),
        answers=answers,
        problems=_to_the_point(problems),
        bmi=body_mass,
        bmi_label=None if body_mass is None else BMI_LABELS[bmi_category(body_mass)],
        next_visit_due=due,
        referral=_strongest(proposal.referral for proposal in proposals),
        check_due=earliest(proposal.check_due for proposal in proposals),
        changes={
            code: medicine_changes(sheet.medicines.get(code, ()), medicines_of(given))
            for code, given in answers.items()
        },
    )


def _checklists_asked(sheet: VisitSheet, raw: Mapping[str, object]) -> dict[str, bool]:
    """Whether the emergency checklist of each sheet was gone through; an empty list says: asked, nothing found."""
    keys = {code: answer_key(sheet.form_codes, code, "emergency_signs") for code in sheet.form_codes}
    return {code: raw.get(key) is not None and raw.get(key) != "" for code, key in keys.items()}


def _context(sheet: VisitSheet, managed: ManagedDisease, latest: date | None = None) -> Context:
    return Context(
        today=sheet.today,
        birth_date=sheet.person.birth_date,
        sex=sheet.person.sex,
        height_cm=sheet.person.height_cm,
        diagnosed_on=managed.diagnosed_on,
        latest_next_visit=latest,
        diseases=frozenset({*(each.disease for each in sheet.diseases), *sheet.other_diseases}),
        died_on=sheet.person.state_on if sheet.person.state == "dead" else None,
    )


def _propose_disease(
    sheet: VisitSheet, managed: ManagedDisease, given: Mapping[str, Any], asked: bool
) -> DiseaseProposal:
    facts = _assess(sheet, managed, given, asked, doctors_class=None)
    chosen = given.get("visit_class")
    plan = facts
    if chosen in (VisitClass.ADVERSE_REACTION, VisitClass.COMPLICATION) and chosen != facts.proposed_class:
        plan = _assess(sheet, managed, given, asked, doctors_class=chosen)
    due, reasons = plan.next_visit_due, plan.reasons
    visit_date = given.get("visit_date")
    if chosen == VisitClass.UNSATISFACTORY and facts.priority == 7 and visit_date is not None:
        due = two_weeks_after(visit_date)
        reasons = (*reasons, Reason("doctors_class", HOUSE_RULE, msg("医生判为控制不满意：2 周内再随访一次")))
    if given.get("not_seen") == LOST and due is None and visit_date is not None:
        due = three_months_after(visit_date)
    return DiseaseProposal(
        disease=managed.disease,
        form_code=managed.form_code,
        headline=_headline(managed.disease, plan),
        tone=_tone(plan),
        proposed_class=None if facts.proposed_class is None else int(facts.proposed_class),
        controlled=facts.controlled,
        urgent=bool(facts.urgent),
        referral=str(plan.referral or Referral.NO),
        consecutive=facts.consecutive_unsatisfactory,
        next_visit_due=due,
        check_due=plan.check_due,
        is_checklist_needed=facts.is_checklist_needed,
        in_scope=facts.in_programme_scope,
        reasons=reasons,
        hints=facts.hints,
    )


def _assess(
    sheet: VisitSheet,
    managed: ManagedDisease,
    given: Mapping[str, Any],
    asked: bool,
    doctors_class: int | None,
) -> Assessment:
    kind = form(managed.form_code).fields["emergency_signs"].kind
    ticked = [kind.show([code]) for code in given.get("emergency_signs", ())]
    shared: dict[str, Any] = {
        "visit_date": given.get("visit_date"),
        "birth_date": sheet.person.birth_date,
        "sbp": given.get("sbp"),
        "dbp": given.get("dbp"),
        "pregnant_or_lactating": given.get("pregnant_or_lactating") == YES,
        "emergency_checklist": tuple(ticked) if asked else None,
        "symptoms": tuple(given.get("symptoms", ())),
        "other_untreatable_disease": given.get("other_untreatable_disease") == YES,
        "adr": given.get("adr") == YES or doctors_class == VisitClass.ADVERSE_REACTION,
        "complication_new_or_worse": given.get("complication") == YES
        or doctors_class == VisitClass.COMPLICATION,
        "doctor_refers": "referral_reason" in given or "referral_to" in given,
        "lost": "not_seen" in given,
    }
    earlier = _judged(sheet.history, managed.disease, given.get("visit_date"))
    if managed.disease == HYPERTENSION:
        previous = tuple(_previous_pressure(visit) for visit in earlier)
        return assess_hypertension(
            HypertensionVisit(**shared, comorbidity=_comorbidity(sheet), previous=previous)
        )
    drugs_taken = bool(medicines_of(given))
    return assess_diabetes(
        DiabetesVisit(
            **shared,
            fpg_mmol_l=given.get("fpg"),
            random_glucose_mmol_l=given.get("random_glucose"),
            hba1c_percent=given.get("hba1c"),
            heart_rate=given.get("heart_rate"),
            heart_rate_sustained=given.get("heart_rate_sustained") == YES,
            temperature_c=given.get("temperature"),
            # A hypoglycaemic reaction in somebody who takes glucose-lowering drugs is counted as the drug's.
            low_glucose_from_drug=drugs_taken and given.get("hypoglycaemia", 1) > 1,
            previous=tuple(_previous_glucose(visit) for visit in earlier),
        )
    )


def _judged(history: Sequence[PastVisit], disease: str, visit_date: date | None) -> list[PastVisit]:
    """The visits directly before `visit_date`, oldest first; one entered later for an earlier day counts by its day."""
    earlier = [
        visit
        for visit in history
        if visit.disease == disease and (visit_date is None or visit.visit_date <= visit_date)
    ]
    return earlier[-JUDGED_VISITS:]


def _previous_pressure(visit: PastVisit) -> PreviousHypertensionVisit:
    return PreviousHypertensionVisit(
        visit.visit_date, visit.sbp, visit.dbp, visit.visit_class, visit.adr, visit.not_seen is not None
    )


def _previous_glucose(visit: PastVisit) -> PreviousDiabetesVisit:
    return PreviousDiabetesVisit(
        visit.visit_date, visit.fpg, visit.visit_class, visit.adr, visit.not_seen is not None
    )


def _comorbidity(sheet: VisitSheet) -> tuple[str, ...]:
    diseases = {managed.disease for managed in sheet.diseases} | set(sheet.other_diseases)
    return ("糖尿病",) if DIABETES in diseases else ()


def _headline(disease: str, plan: Assessment) -> Message:
    measured = msg("血压") if disease == HYPERTENSION else msg("血糖")
    if plan.urgent:
        return msg("{measured}：危急情况，紧急转诊", measured=measured)
    if plan.proposed_class == VisitClass.COMPLICATION:
        return msg("{disease}：有新的或加重的并发症", disease=NAMES[disease])
    if plan.controlled is False and not plan.valid:
        return msg("{disease}：本次未访到", disease=NAMES[disease])
    if plan.controlled is False:
        return msg(
            "{measured}控制不满意　第 {times} 次", measured=measured, times=plan.consecutive_unsatisfactory
        )
    if plan.proposed_class == VisitClass.ADVERSE_REACTION:
        return msg("{disease}：有药物不良反应", disease=NAMES[disease])
    if plan.controlled and plan.proposed_class == VisitClass.CONTROLLED:
        return msg("{measured}控制满意", measured=measured)
    return msg("{measured}还不能判断", measured=measured)


def _tone(plan: Assessment) -> str:
    if plan.referral in (Referral.YES, Referral.URGENT):
        return "bad"
    if plan.controlled is False or plan.proposed_class == VisitClass.ADVERSE_REACTION:
        return "warn"
    return "good" if plan.proposed_class == VisitClass.CONTROLLED else "none"


def _with_defaults(given: Mapping[str, Any], proposal: DiseaseProposal, due: date | None) -> dict[str, Any]:
    """The answers with the proposed class and date where the doctor wrote none."""
    filled = dict(given)
    if "not_seen" not in filled and proposal.proposed_class is not None:
        filled.setdefault("visit_class", proposal.proposed_class)
    if due is not None and filled.get("not_seen") in (None, LOST):
        filled.setdefault("next_visit_date", due)
    return filled


def _problems(
    sheet: VisitSheet,
    managed: ManagedDisease,
    proposal: DiseaseProposal,
    given: Mapping[str, Any],
    due: date | None,
) -> list[Problem]:
    """What stands against keeping one sheet."""
    found = form(managed.form_code).problems(given, _context(sheet, managed, due))
    if "next_visit_reason" in given:
        found = [p for p in found if p.code != "next_visit_date" or p.level is not Level.ASK]
    found += _reasons_owed(proposal, given)
    found += _same_day(sheet, managed, given)
    return _keyed(sheet, managed.form_code, found)


def _reasons_owed(proposal: DiseaseProposal, given: Mapping[str, Any]) -> list[Problem]:
    """The reasons that the doctor owes when he decides otherwise than proposed."""
    owed = []
    chosen = given.get("visit_class")
    overruled = proposal.proposed_class is not None and chosen != proposal.proposed_class
    despite_emergency = proposal.urgent and chosen == VisitClass.CONTROLLED
    if chosen is not None and (overruled or despite_emergency) and "class_reason" not in given:
        sentence = msg("分类与建议不同，请写明原因。")
        owed.append(Problem("class_reason", Level.MISSING, sentence))
    referred = "referral_reason" in given or "referral_to" in given
    if proposal.referral != Referral.NO and not referred and "no_referral_reason" not in given:
        sentence = msg("{disease}建议转诊：请开转诊单，或写明不转诊的原因。", disease=NAMES[proposal.disease])
        owed.append(Problem("no_referral_reason", Level.MISSING, sentence))
    if proposal.is_checklist_needed:
        sentence = msg("有需要警惕的症状，请先逐条问危急情况，没有也请确认。")
        owed.append(Problem("emergency_signs", Level.ASK, sentence))
    return owed


def _same_day(sheet: VisitSheet, managed: ManagedDisease, given: Mapping[str, Any]) -> list[Problem]:
    day = given.get("visit_date")
    if not any(visit.visit_date == day and visit.disease == managed.disease for visit in sheet.history):
        return []
    return [Problem("visit_date", Level.ASK, msg("{date} 已经有一次随访，请确认不是重复填写。", date=day))]


def _keyed(sheet: VisitSheet, form_code: str, problems: Iterable[Problem]) -> list[Problem]:
    return [replace(p, code=answer_key(sheet.form_codes, form_code, p.code)) for p in problems]


def _to_the_point(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each thing once: what both sheets say of a shared answer, no question beside a refusal, and no call for the
    class or the next date, which the rules will give, while something else is wrong."""
    refused = {problem.code for problem in problems if problem.level is Level.REFUSE}
    kept: list[Problem] = []
    for problem in problems:
        if problem not in kept and (problem.level is Level.REFUSE or problem.code not in refused):
            kept.append(problem)
    others = [
        problem
        for problem in kept
        if problem.level is not Level.ASK
        and not _comes_from_the_rules(problem)
        and not problem.code.endswith("_reason")
    ]
    return tuple(problem for problem in kept if not (others and _comes_from_the_rules(problem)))


def _comes_from_the_rules(problem: Problem) -> bool:
    answer = problem.code.rpartition(".")[2]
    return problem.level is Level.MISSING and answer in ("visit_class", "next_visit_date")


def _strongest(referrals: Iterable[str]) -> str:
    found = set(referrals)
    return next((str(r) for r in (Referral.URGENT, Referral.YES) if r in found), str(Referral.NO))
