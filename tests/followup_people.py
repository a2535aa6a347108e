"""Residents and answers for tests of follow-up; every person is fictitious."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from app.desk import Desk
from db.models import FormEntry, Household, Resident, new_id

_NUMBERS = count(1)

CALM: dict[str, Any] = {
    "visit_method": 1,
    "symptoms": [1],
    "sbp": 136,
    "dbp": 82,
    "heart_rate": 76,
    "weight": "63.5",
    "cigarettes": 0,
    "cigarettes_target": 0,
    "alcohol": 0,
    "alcohol_target": 0,
    "exercise_times": 3,
    "exercise_times_target": 5,
    "exercise_minutes": 20,
    "exercise_minutes_target": 30,
    "salt": 2,
    "salt_target": 1,
    "psych": 1,
    "compliance_behaviour": 1,
    "drug_adherence": 1,
    "adr": 1,
    "drugs": [{"name": "硝苯地平控释片 30mg", "times_per_day": 1, "dose": "1片"}],
}
"""A satisfactory hypertension visit; the date is set by the test."""

SWEET: dict[str, Any] = {
    **{key: value for key, value in CALM.items() if not key.startswith("salt")},
    "fpg": "6.4",
    "dorsalis_pedis": 1,
    "staple_food": 350,
    "staple_food_target": 300,
    "hypoglycaemia": 1,
    "drugs": [{"name": "二甲双胍片 0.5g", "times_per_day": 2, "dose": "1片"}],
}
"""A satisfactory diabetes visit."""

REFERRED = {"referral_reason": "连续两次控制不满意", "referral_to": "青石镇卫生院 内科"}


def htn_answers(on: date, **changes: Any) -> dict[str, Any]:
    """Answers of a hypertension visit with one sheet; None takes an answer away."""
    return _changed(CALM, on, changes)


def dm_answers(on: date, **changes: Any) -> dict[str, Any]:
    """Answers of a diabetes visit with one sheet."""
    return _changed(SWEET, on, changes)


def both_answers(on: date, **changes: Any) -> dict[str, Any]:
    """Answers of a visit with both sheets."""
    both = {**SWEET, **CALM}
    for name in ("symptoms", "adr", "drugs"):
        both[f"htn_followup.{name}"] = CALM[name]
        both[f"dm_followup.{name}"] = SWEET[name]
        del both[name]
    return _changed(both, on, {key.replace("__", "."): value for key, value in changes.items()})


def _changed(answers: dict[str, Any], on: date, changes: dict[str, Any]) -> dict[str, Any]:
    changed = {**answers, "visit_date": on.isoformat(), **changes}
    return {key: value for key, value in changed.items() if value is not None}


def add_resident(desk: Desk, name: str = "李桂兰", born: date | None = date(1955, 3, 8), **facts: Any) -> str:
    """A resident of the clinic in a household of group 3; `facts` are columns, `group` and `distance` the household's."""
    number = next(_NUMBERS)
    household_id, resident_id = new_id(), new_id()
    with desk.sessions.writing() as session:
        session.add(
            Household(
                id=household_id,
                organisation_id=desk.place.id,
                number=str(number),
                group_name=facts.pop("group", "3组"),
                distance_km=facts.pop("distance", Decimal("0.8")),
                note=facts.pop("household_note", ""),
                created_at=desk.now(),
            )
        )
        session.flush()
        values: dict[str, Any] = {
            "number": number,
            "sex": 2,
            "height_cm": Decimal("156"),
            "phone": "13800002716",
            "residence_type": 1,
            "record_no": f"{desk.place.record_prefix}{number:05d}",
            **facts,
        }
        session.add(
            Resident(
                id=resident_id,
                organisation_id=desk.place.id,
                household_id=household_id,
                name=name,
                name_key=name,
                birth_date=born,
                created_at=desk.now(),
                updated_at=desk.now(),
                **values,
            )
        )
    return resident_id


def add_entry(
    desk: Desk,
    person: str,
    form_code: str,
    day: date,
    answers: dict[str, Any],
    state: str = "complete",
    edition: str = "2017",
) -> str:
    """A form on file as it stands in the database, without what follows from saving it; its id."""
    entry_id = new_id()
    with desk.sessions.writing() as session:
        session.add(
            FormEntry(
                id=entry_id,
                form_code=form_code,
                edition=edition,
                resident_id=person,
                entry_date=day,
                author_id=desk.actor.user_id,
                answers=answers,
                state=state,
                created_at=desk.now(),
                updated_at=desk.now(),
            )
        )
    return entry_id
