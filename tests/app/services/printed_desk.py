"""People with forms on file, and PDFs read back, for the tests of printing from the database. Everybody is made up."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pypdf

from app.desk import Desk
from app.forms.registry import form
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from db.models import FormEntry, new_id
from tests.followup_people import add_resident, both_answers, dm_answers, htn_answers

ENROLLED = date(2019, 6, 1)
TODAY = date(2026, 11, 22)
ANSWERS = {("htn",): htn_answers, ("dm",): dm_answers, ("htn", "dm"): both_answers}


def managed(desk: Desk, *diseases: str, days: tuple[date, ...] = (), **facts: Any) -> str:
    """A resident under management, seen on these days."""
    person = add_resident(desk, **facts)
    for disease in diseases:
        Enrolments(desk).enrol(person, disease, ENROLLED, ENROLLED)
    for day in days:
        answers = ANSWERS[diseases](day)
        FollowUps(desk).save_visit(person, answers, confirmed=frozenset(answers))
    return person


def keep(
    desk: Desk, resident_id: str, form_code: str, on: date, answers: dict[str, Any], *, state: str = "complete",
    edition: str = "",
) -> str:
    """A form on file as saving it leaves it; its entry id."""
    declared = form(form_code)
    reading = declared.read(answers)
    assert not reading.problems
    entry_id = new_id()
    with desk.sessions.writing() as session:
        session.add(
            FormEntry(
                id=entry_id, form_code=form_code, edition=edition or declared.edition, resident_id=resident_id,
                entry_date=on, author_id=desk.actor.user_id, answers=declared.keep(reading.answers),
                state=state, created_at=desk.now(), updated_at=desk.now(),
            )
        )  # fmt: skip
    return entry_id


def encounter(on: date, subjective: str = "咳嗽三天") -> dict[str, Any]:
    """An encounter."""
    return {"subjective": subjective, "objective": "咽部充血", "assessment": "上呼吸道感染", "plan": "多饮水", "doctor": "王明",
            "encounter_date": on.isoformat()}  # fmt: skip


def self_care(on: date) -> dict[str, Any]:
    """An assessment of self-care without any need of help."""
    items = dict.fromkeys(("eating", "grooming", "dressing", "toileting", "mobility"), 0)
    return {**items, "total": 0, "result": 1, "assessment_date": on.isoformat(), "assessor": "王明"}


def pages(pdf: bytes) -> list[str]:
    """The text of each page without white space."""
    return ["".join(page.extract_text().split()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]
