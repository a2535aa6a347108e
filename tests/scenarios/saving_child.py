"""A program that saves one follow-up after another and says which were confirmed, until it is killed."""

from __future__ import annotations

from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from app.services.drafts import Drafts
from app.services.follow_ups import FollowUps
from tests.desks import reopen
from tests.followup_people import htn_answers

READY = "ready"


def save_for_ever(folder: Path, resident_id: str, first_day: date, said: Connection) -> None:
    """Save a visit a day from `first_day` on; each entry's id is said only after `save_visit` returned."""
    desk = reopen(folder)
    follow_ups, drafts = FollowUps(desk), Drafts(desk)
    said.send(READY)
    day = first_day
    while True:
        answers = htn_answers(day)
        drafts.save("follow_up", resident_id, answers)
        saved = follow_ups.save_visit(resident_id, answers, confirmed=frozenset({"visit_date"}))
        said.send(saved.sheets[0].entry_id)
        day += timedelta(days=1)
