"""A program that saves one visit and one examination after another and says which were confirmed, until it is killed."""

from __future__ import annotations

from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from app.services.drafts import Drafts
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from tests.desks import reopen
from tests.followup_people import htn_answers
from tests.samples.form_answers import FILLED

READY = "ready"
EXAMINATION = {
    **FILLED["health_exam"],
    **{code: [] for code in ("vaccinations", "hospital_stays", "home_beds")},
    "bp_left": [128, 78],
    "bp_right": [130, 78],
    "drinking_quit_age": 62,
}


def save_for_ever(folder: Path, resident_id: str, first_day: date, said: Connection) -> None:
    """Save a visit and an examination a day from `first_day` on; an entry's id is said only after saving returned.

    The pressure of the examination differs from that of the visit and goes through to it, which is one more revision.
    """
    desk = reopen(folder)
    follow_ups, records, drafts = FollowUps(desk), FormRecords(desk), Drafts(desk)
    said.send(READY)
    day = first_day
    while True:
        answers = htn_answers(day)
        drafts.save("follow_up", resident_id, answers)
        saved = follow_ups.save_visit(resident_id, answers, confirmed=frozenset({"visit_date"}))
        said.send(saved.sheets[0].entry_id)
        exam = {**EXAMINATION, "exam_date": day}
        opened = records.open(resident_id, "health_exam", on=day)
        through = frozenset(change.key for change in records.changes(opened, exam))
        drafts.save("form:health_exam", resident_id, exam)
        kept = records.save(resident_id, "health_exam", exam, confirmed=frozenset(opened.form.fields), through=through)
        said.send(kept.entry_id)
        day += timedelta(days=1)
