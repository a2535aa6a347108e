"""Write it once: every fact that more than one form shows, its home, and how each form writes it.

A field that is not named here is asked by one form only, or means something else on each form that has it (`NOT_SHARED`).
`docs/facts.md` is made from this table; app/services/facts.py offers the values and carries changes through.
"""

from __future__ import annotations

from app.forms.fact_parts import Fact, FactIndex
from app.forms.facts_of_visits import HABITS, MEASURED, TREATMENT, VISIT
from app.forms.facts_standing import HISTORY, ORGANISATION, PERSON

FACTS: tuple[Fact, ...] = (*PERSON, *ORGANISATION, *HISTORY, *MEASURED, *VISIT, *HABITS, *TREATMENT)
INDEX = FactIndex(FACTS)

_OWN_JUDGEMENT = "judges one disease and its treatment; each sheet has its own"
_OWN_DAY = "dates or signs the sheet itself"
_OWN_TIME = "asks about another span of time"

NOT_SHARED: dict[str, str] = {
    "adr": _OWN_JUDGEMENT,
    "complication": _OWN_JUDGEMENT,
    "visit_class": _OWN_JUDGEMENT,
    "class_reason": _OWN_JUDGEMENT,
    "emergency_signs": _OWN_JUDGEMENT,
    "no_referral_reason": _OWN_JUDGEMENT,
    "referral_result": _OWN_JUDGEMENT,
    "visit_date": _OWN_DAY,
    "form_date": _OWN_DAY,
    "stub_date": _OWN_DAY,
    "date": _OWN_DAY,
    "next_visit_date": "the next visit of one programme",
    "next_visit_reason": "the next visit of one programme",
    "doctor": _OWN_DAY,
    "responsible_doctor": "who signs the examination and the consultation; the cover's is its own fact",
    "assessor": _OWN_DAY,
    "not_seen": "whether one visit took place; who died or left is known from the record's state",
    "bmi_target": "computed on each sheet from the shared weight and its aim",
    "dangerous_acts": _OWN_TIME,
    "symptoms": "the lists of mental disorder and tuberculosis name other complaints, or join them otherwise",
    "exam_other": "other findings of an examination, other tests of a visit",
    "diagnosis": "of a mental disorder, which is a diagnosis of the record; of a hospital, in its own words",
    "diet": "what is eaten, and how well",
    "age": "computed on each letter from the birth date and its own day",
    "to_doctor": "the letters go opposite ways",
    "from_org": "the letters go opposite ways",
    "from_phone": "the letters go opposite ways",
    "from_doctor": "the letters go opposite ways",
}
"""Codes that several forms have and that are no fact for all of them, with the reason."""
