"""Enrolments, visits and tasks of invented patients: planned by courses.py, judged by the same rules as real visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.demo.courses import ARRIVED, REFERRED_TO, Planned, answers_of, change_treatment, habits_of, plan_days
from app.demo.ledger import Ledger
from app.demo.records import Registered
from app.desk import Desk
from app.domain.chronic_followup import Referral, VisitClass
from app.domain.dates import age_on
from app.forms.vocabulary import Level
from app.services.diseases import FORM_OF, in_order
from app.services.due_tasks import CHECK_TASK, FOLLOW_UP_TASK, task_row
from app.services.enrolments import FIRST_VISIT_WITHIN
from app.services.follow_up_proposals import Proposal, propose
from app.services.follow_up_views import ManagedDisease, PastVisit, Targets, VisitPerson, VisitSheet
from app.services.referral_checks import ARRIVED as ARRIVED_WORDS
from app.services.referral_checks import NOT_ARRIVED
from app.services.visit_records import SheetRecord, entry_row, last_result, with_height
from db.models import DueTask, Enrolment, FollowUp, FormEntry

HISTORY_KEPT = 16
"""The rules look back a few visits only; a longer history in memory would only cost time."""


@dataclass
class Patient:
    """A patient while the sample is being made."""

    registered: Registered
    managed: dict[str, ManagedDisease]
    tasks: dict[str, dict[str, Any]]
    history: list[PastVisit]


def follow_patient(ledger: Ledger, registered: Registered, first_day: date) -> int:
    """Write the whole course of one patient from `first_day` on; returns the number of visits."""
    random, today, person = ledger.random, ledger.desk.today(), registered.person
    patient = Patient(registered, {}, {}, [])
    since = max(first_day, registered.registered_on, min(person.diagnosed.values()))
    habits = habits_of(random, person)
    visits = plan_days(random, person, since, today)
    if not visits:
        _enrol_all(ledger, patient, max(since, today - timedelta(days=3)))
    for visit in visits:
        _enrol_due(ledger, patient, visit.day, first_day)
        diseases = in_order(patient.managed)
        answers = answers_of(random, person, habits, visit, diseases)
        proposal = _visit(ledger, patient, visit, answers)
        for judged in proposal.diseases:
            if judged.proposed_class == VisitClass.UNSATISFACTORY:
                change_treatment(random, habits, judged.disease)
    for task in patient.tasks.values():
        ledger.add(DueTask.__table__, task)
    _write_enrolments(ledger, patient)
    return len(visits)


def _enrol_due(ledger: Ledger, patient: Patient, visit_day: date, first_day: date) -> None:
    """Put the patient under management for what was diagnosed by the day of the visit."""
    for disease, diagnosed in patient.registered.person.diagnosed.items():
        is_known = diagnosed <= visit_day or len(patient.registered.person.diagnosed) == 1
        if is_known and disease not in patient.managed:
            on = max(diagnosed, first_day, patient.registered.registered_on, visit_day - timedelta(days=7))
            _enrol(ledger, patient, disease, min(on, visit_day))


def _enrol_all(ledger: Ledger, patient: Patient, on: date) -> None:
    for disease in patient.registered.person.diagnosed:
        _enrol(ledger, patient, disease, min(max(on, patient.registered.registered_on), ledger.desk.today()))


def _enrol(ledger: Ledger, patient: Patient, disease: str, on: date) -> None:
    moment = ledger.moment(on)
    diagnosed = min(patient.registered.person.diagnosed[disease], on)
    enrolment_id = ledger.id_at(moment)
    managed = ManagedDisease(disease, FORM_OF[disease], enrolment_id, diagnosed, on, None, 0)
    patient.managed[disease] = managed
    due = on + FIRST_VISIT_WITHIN
    patient.tasks[disease] = _task(ledger, patient, managed, FOLLOW_UP_TASK, due, enrolment_id, on)
    after = {"disease": disease, "diagnosed_on": diagnosed.isoformat(), "enrolled_on": on.isoformat()}
    ledger.record(moment, "enrolment.enrol", "enrolment", enrolment_id, after)


def _visit(ledger: Ledger, patient: Patient, visit: Planned, answers: dict[str, Any]) -> Proposal:
    sheet = _sheet(ledger.desk, patient, visit.day)
    proposal = propose(sheet, answers)
    referring = [judged for judged in proposal.diseases if judged.referral != Referral.NO]
    if referring:
        for judged in referring:
            answers[sheet.key(judged.form_code, "referral_reason")] = "连续两次控制不满意"
            answers[sheet.key(judged.form_code, "referral_to")] = REFERRED_TO
        proposal = propose(sheet, answers)
    wrong = [problem for problem in proposal.problems if problem.level is not Level.ASK]
    assert not wrong, f"the sample's own visit is refused: {[problem.code for problem in wrong]}"
    moment = ledger.moment(visit.day)
    visit_id = ledger.id_at(moment)
    for managed, judged in zip(sheet.diseases, proposal.diseases, strict=True):
        given = with_height(sheet, proposal, managed.form_code)
        record = SheetRecord(ledger.id_at(moment), visit_id, managed, given, judged)
        row = entry_row(ledger.desk, patient.registered.resident_id, record, moment)
        ledger.add(FormEntry.__table__, {**row, "revision": 1})
        ledger.add(FollowUp.__table__, _follow_up_row(ledger, patient, record, moment))
        ledger.record(
            moment, "follow_up.save", "form_entry", record.entry_id, {**row["answers"], "_state": "complete"}
        )
        patient.history.append(record.as_past())
        _move_on(ledger, patient, record)
    del patient.history[:-HISTORY_KEPT]
    return proposal


def _sheet(desk: Desk, patient: Patient, day: date) -> VisitSheet:
    person = patient.registered.person
    diseases = tuple(patient.managed[disease] for disease in in_order(patient.managed))
    return VisitSheet(
        person=VisitPerson(
            resident_id=patient.registered.resident_id,
            name=person.name,
            sex=person.sex,
            birth_date=person.born,
            birth_precision=person.birth_precision,
            age=age_on(person.born, day),
            record_no=None,
            id_number_masked="",
            phone_masked="",
            group_name="",
            household_note="",
            care_note="",
            drug_allergy=(),
            height_cm=person.height_cm,
            weight_kg=None,
            weight_on=None,
            state="active",
        ),
        diseases=diseases,
        other_diseases=(),
        today=desk.today(),
        doctor=desk.actor.name,
        starting={},
        previous={},
        medicines={},
        draft=None,
        history=tuple(patient.history),
        readings=(),
        targets=NO_TARGETS,
        visit_number=0,
        open_checks=(),
        form_codes=tuple(managed.form_code for managed in diseases),
    )


def _follow_up_row(ledger: Ledger, patient: Patient, record: SheetRecord, moment: Any) -> dict[str, Any]:
    return {
        "id": ledger.id_at(moment),
        "form_entry_id": record.entry_id,
        "visit_id": record.visit_id,
        "resident_id": patient.registered.resident_id,
        "enrolment_id": record.managed.enrolment_id,
        "organisation_id": ledger.desk.place.id,
        "disease": record.managed.disease,
        **record.follow_up_values(),
    }


def _move_on(ledger: Ledger, patient: Patient, record: SheetRecord) -> None:
    """Close the task that this visit did, open the next one, and ask after a referral."""
    disease, day = record.managed.disease, record.visit_date
    done = patient.tasks.pop(disease)
    ledger.add(DueTask.__table__, {**done, "done_on": day, "done_by_id": record.entry_id})
    due = record.answers["next_visit_date"]
    patient.tasks[disease] = _task(ledger, patient, record.managed, FOLLOW_UP_TASK, due, record.entry_id, day)
    check_due = record.proposal.check_due
    if check_due is None or record.proposal.referral == Referral.NO:
        return
    check = _task(ledger, patient, record.managed, CHECK_TASK, check_due, record.entry_id, day)
    if check_due >= ledger.desk.today():
        ledger.add(DueTask.__table__, check)
        return
    arrived = ledger.random.random() < ARRIVED
    result = f"{ARRIVED_WORDS}：已调整用药" if arrived else f"{NOT_ARRIVED}：本人说好转了没去"
    ledger.add(DueTask.__table__, {**check, "done_on": check_due - timedelta(days=1), "result": result})


def _task(
    ledger: Ledger, patient: Patient, managed: ManagedDisease, kind: str, due: date, cause: str, made_on: date
) -> dict[str, Any]:
    row = task_row(ledger.desk, patient.registered.resident_id, managed, kind, due, cause)
    return {
        **row,
        "id": ledger.id_at(ledger.moment(made_on)),
        "done_on": None,
        "done_by_id": None,
        "result": "",
    }


def _write_enrolments(ledger: Ledger, patient: Patient) -> None:
    for managed in patient.managed.values():
        copied = last_result(managed, patient.history)
        del copied["of_enrolment"]
        ledger.add(
            Enrolment.__table__,
            {
                "id": managed.enrolment_id,
                "resident_id": patient.registered.resident_id,
                "organisation_id": ledger.desk.place.id,
                "disease": managed.disease,
                "diagnosed_on": managed.diagnosed_on,
                "enrolled_on": managed.enrolled_on,
                "ended_on": None,
                "end_reason": "",
                **copied,
            },
        )


NO_TARGETS = Targets(0, 0, Decimal(0))
"""Nothing is drawn of a sheet that nobody looks at."""
