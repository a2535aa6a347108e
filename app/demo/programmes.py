"""The three residents of the sample with a severe mental disorder, tuberculosis and COPD: their forms, as a doctor writes them.

Unlike the rest of the sample these go through the services, day by day, so that enrolments, tasks and results are those
that the program itself makes. The people are the first grown-up residents who have no other disease.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.demo.records import Registered
from app.desk import Desk
from app.domain.dates import add_months, age_on
from app.forms.registry import form
from app.services import form_writing

YOUNGEST, OLDEST = 45, 64
NOON = time(12)
LIFE: dict[str, Any] = {"cigarettes": 0, "cigarettes_target": 0, "alcohol": 0, "alcohol_target": 0}
WALKS: dict[str, Any] = {
    "exercise_times": 3,
    "exercise_times_target": 5,
    "exercise_minutes": 20,
    "exercise_minutes_target": 30,
}


def programme_patients(session: Session, desk: Desk, registered: Sequence[Registered]) -> int:
    """Write the forms of the three, in the caller's unit of work; returns how many forms."""
    today = desk.today()
    found = [one for one in registered if _may_be(one, today)]
    written = 0
    for one, course in zip(found, (_mental, _tuberculosis, _copd), strict=False):
        for day, form_code, answers in course(one, today):
            if day >= one.registered_on:
                _save(session, desk, one, day, form_code, answers)
                written += 1
    return written


def _may_be(one: Registered, today: date) -> bool:
    person = one.person
    is_free = not person.diagnosed and person.role is None and person.birth_precision == "day" and not person.care_note
    return is_free and bool(person.id_number) and YOUNGEST <= age_on(person.born, today) <= OLDEST


def _save(
    session: Session, desk: Desk, one: Registered, day: date, form_code: str, answers: Mapping[str, Any]
) -> None:
    moment = min(datetime.combine(day, NOON).astimezone(UTC), desk.now())
    asked = frozenset(form(form_code).fields)
    then = replace(desk, clock=lambda: moment)
    signed = {
        code: desk.actor.name for code in ("doctor", "assessor") if code in form(form_code).fields and code not in answers
    }
    form_writing.save(session, then, one.resident_id, form_code, {**answers, **signed}, confirmed=asked)


Course = Iterable[tuple[date, str, Mapping[str, Any]]]


def _mental(one: Registered, today: date) -> Course:
    """Stable for years: supplement eight months ago, then visits three months apart."""
    yield (
        add_months(today, -8),
        "smi_info",
        {
            "form_date": add_months(today, -8), "guardian_name": "王秀兰", "guardian_relation": "母亲",
            "guardian_address": "柳庄村", "guardian_phone": "13803940001", "village_contact": "刘主任 13803940002",
            "household_type": 2, "employment": 3, "consent": 1, "consent_sign": "王秀兰",
            "consent_date": add_months(today, -8), "onset_date": "2009", "past_symptoms": [1, 3], "past_locked": 1,
            "past_outpatient": 3, "past_inpatient": 1, "first_drug_date": "2009", "diagnosis": "精神分裂症",
            "diagnosis_hospital": "周口市第三人民医院", "diagnosis_date": "2009-09-10", "last_effect": 2,
            "dangerous_acts": [7], "economy": 2,
        },
    )  # fmt: skip
    for months in (-8, -5, -2):
        day = add_months(today, months)
        yield (
            day,
            "smi_followup",
            {
                "visit_date": day, "visit_method": 2, "risk_level": 0, "symptoms": [], "insight": 1, "sleep": 1, "diet": 1,
                "self_care": 1, "housework": 1, "work": 1, "learning": 2, "social": 2, "dangerous_acts": [7],
                "locked": 1, "hospitalised": 0, "lab": 1, "drug_adherence": 1, "adr": 1, "effect": 1, "referral": 1,
                "drugs": [{"name": "奥氮平片", "period": 1, "times": 1, "dose_mg": "10"}],
                "drug_advice": [{"name": "奥氮平片", "period": 1, "times": 1, "dose_mg": "10"}], "rehab": [1, 4],
                "visit_class": 3, "next_visit_date": add_months(day, 3), "interviewee": 1,
            },
        )  # fmt: skip


def _tuberculosis(one: Registered, today: date) -> Course:
    """Notified three months ago; the continuation phase has begun."""
    first = today - timedelta(days=80)
    regimen = {"regimen": "2HRZE/4HR", "usage": 1, "dosage_form": [1]}
    yield (
        first,
        "tb_first_visit",
        {
            "visit_date": first, "visit_method": 2, "patient_type": 1, "sputum": 1, "resistance": 2, "symptoms": [1],
            **regimen, **LIFE, "supervisor": 2, "single_room": 1, "ventilation": 1,
            "edu_place_time_place": "柳庄村卫生室", "edu_place_time_date": first,
            **{f"edu_{what}": 1 for what in (
                "card", "method", "course", "irregular", "adr", "recheck", "travel", "lifestyle", "contacts")},
            "next_visit_date": first + timedelta(days=10),
        },
    )  # fmt: skip
    for days, month in ((70, 1), (48, 2), (20, 3)):
        day = today - timedelta(days=days)
        yield (
            day,
            "tb_followup",
            {
                "visit_date": day, "treatment_month": month, "supervisor": 2, "visit_method": 2, "symptoms": [0], **LIFE,
                **regimen, "missed_doses": 0, "adr": 1, "complication": 1, "handling": "继续治疗，按时复查",
                "next_visit_date": day + timedelta(days=20 if month < 3 else 26),
            },
        )  # fmt: skip


def _copd(one: Registered, today: date) -> Course:
    """On an inhaler, visits three months apart; the next is due this week."""
    for months in (-9, -6, -3):
        day = add_months(today, months) + timedelta(days=3)
        yield (
            day,
            "copd_followup",
            {
                "visit_date": day, "visit_method": 1, "symptoms": [2, 3], "cyanosis": 1, "peripheral_edema": 1,
                "respiration": 18, "heart_rate": 76, "height": one.person.height_cm, "weight": one.person.weight_kg,
                "comorbidity": [1], **WALKS, "cigarettes": 5, "cigarettes_target": 0, "psych": 1,
                "compliance_behaviour": 1, "vaccines": [2], "spo2": 96,
                "drugs": [{"name": "噻托溴铵粉吸入剂", "times_per_day": 1, "dose": "18μg"}], "drug_adherence": 1, "adr": 1,
                "home_oxygen": 1, "niv": 1, "visit_class": 1, "next_visit_date": add_months(day, 3),
            },
        )  # fmt: skip
