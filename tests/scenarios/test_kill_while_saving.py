"""kill -9 at random moments while visits and examinations are saved: nothing that was confirmed is lost, nothing is half-done."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Iterator
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from app.services.enrolments import Enrolments
from app.services.history import broken_links
from db.models import Enrolment, FollowUp, FormEntry, Revision
from tests.desks import Clock, make_clinic, reopen
from tests.followup_people import add_resident
from tests.scenarios.saving_child import READY, save_for_ever

PROCESSES = multiprocessing.get_context("forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn")
"""Every kill wants a fresh program; where there is a fork server it does not read its modules anew each time."""
KILLS = 200
MOST_CONFIRMED_IN_A_LIFE = 4
LAST_MOMENT_SECONDS = 0.02
"""Some programs are killed before their first visit is confirmed, the others at a random moment of a later one."""
THOROUGH_EVERY = 20
"""Walking the whole audit chain after every kill would take longer than all the killing."""
FIRST_DAY = date(2021, 1, 1)


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing_that_was_confirmed(tmp_path):
    desk = make_clinic(tmp_path, Clock())
    resident_id = add_resident(desk)
    Enrolments(desk).enrol(resident_id, "htn", date(2019, 4, 1), date(2019, 4, 2))
    desk.sessions.engine.dispose()
    chance = random.Random(20261122)
    confirmed: set[str] = set()
    if PROCESSES.get_start_method() == "forkserver":
        PROCESSES.set_forkserver_preload(["tests.scenarios.saving_child"])
    for kill in range(1, KILLS + 1):
        confirmed |= save_until_killed(tmp_path, resident_id, chance)
        check(tmp_path, confirmed, thoroughly=kill % THOROUGH_EVERY == 0)
    assert len(confirmed) > KILLS


def save_until_killed(folder: Path, resident_id: str, chance: random.Random) -> set[str]:
    """Let a program save for a random moment, kill it, and give the entries that it had confirmed."""
    first_day = FIRST_DAY + timedelta(days=chance.randrange(2000))
    heard, said = PROCESSES.Pipe(duplex=False)
    child = PROCESSES.Process(target=save_for_ever, args=(folder, resident_id, first_day, said))
    child.start()
    said.close()
    assert heard.recv() == READY
    confirmed = {heard.recv() for _visit in range(chance.randint(0, MOST_CONFIRMED_IN_A_LIFE))}
    child.join(timeout=chance.uniform(0, LAST_MOMENT_SECONDS))
    assert child.is_alive()
    child.kill()
    confirmed.update(everything_from(heard))
    child.join()
    child.close()
    heard.close()
    return confirmed


def everything_from(heard: Connection) -> Iterator[str]:
    """What the killed program had said; a word cut in the middle was not said."""
    while True:
        try:
            yield heard.recv()
        except (EOFError, OSError):
            return


def check(folder: Path, confirmed: set[str], *, thoroughly: bool) -> None:
    """Open the file as the next start would: whole, and with everything that was confirmed."""
    desk = reopen(folder)
    with desk.sessions.reading() as session:
        entries = set(session.scalars(select(FormEntry.id)))
        assert confirmed <= entries
        visits = set(session.scalars(select(FormEntry.id).where(FormEntry.form_code == "htn_followup")))
        assert set(session.scalars(select(FollowUp.form_entry_id))) == visits
        revisions = session.execute(select(FormEntry.id, FormEntry.revision)).all()
        written = session.execute(select(Revision.entity_id, func.max(Revision.number)).group_by(Revision.entity_id))
        assert {(each.id, each.revision) for each in revisions} <= {tuple(row) for row in written}
        revised = set(session.scalars(select(Revision.entity_id).where(Revision.entity == "form_entry")))
        assert revised == entries
        latest = session.scalar(select(FollowUp.visit_date).order_by(FollowUp.visit_date.desc()).limit(1))
        assert session.scalar(select(Enrolment.last_visit_on)) == latest
        if thoroughly:
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
            assert broken_links(session) == []
    desk.sessions.engine.dispose()
