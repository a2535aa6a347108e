"""Forms on file under an earlier edition are read, corrected and compared in the right words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert

from app.desk import Desk
from app.forms.editions import of_edition
from app.forms.registry import form
from app.services.form_records import FormRecords
from app.services.history import record_change
from db.models import FormEntry, new_id
from tests.followup_people import add_resident
from tests.samples.form_answers import FILLED

OLD = "2011"
UNKNOWN_ECONOMY = 3
"""经济状况 3 不详, which the third edition no longer has."""


@pytest.fixture
def records(clinic_desk: Desk) -> FormRecords:
    return FormRecords(clinic_desk)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    return add_resident(clinic_desk)


def keep(desk: Desk, resident_id: str, edition: str, day: str, **changes: Any) -> str:
    """Put a supplement of an edition on file, as a program of that time had."""
    declared = of_edition("smi_info", OLD) if edition == OLD else form("smi_info")
    raw = FILLED["smi_info"] | {"form_date": day, "consent_date": day} | changes
    kept = declared.keep(declared.read(raw).answers)
    entry_id = new_id()
    with desk.sessions.writing() as session:
        session.execute(
            insert(FormEntry),
            {
                "id": entry_id,
                "form_code": "smi_info",
                "edition": edition,
                "resident_id": resident_id,
                "entry_date": date.fromisoformat(day),
                "author_id": desk.actor.user_id,
                "answers": kept,
                "state": "complete",
                "created_at": desk.now(),
                "updated_at": desk.now(),
            },
        )
        record_change(session, desk, "form.save", "form_entry", entry_id, before=None, after=kept)
    return entry_id


def test_an_earlier_form_is_read_in_its_own_words(clinic_desk, records, person):
    entry_id = keep(clinic_desk, person, OLD, "2016-05-04", economy=UNKNOWN_ECONOMY)
    recorded = records.recorded(entry_id)
    assert (recorded.edition, recorded.answers["economy"]) == (OLD, UNKNOWN_ECONOMY)
    first = records.history(entry_id)[0]
    assert ("经济状况", "", "不详") in [(each.label, each.before, each.after) for each in first.answers]


def test_an_earlier_form_is_corrected_in_its_edition(clinic_desk, records, person):
    entry_id = keep(clinic_desk, person, OLD, "2016-05-04", economy=1)
    opened = records.open_recorded(entry_id)
    assert opened.form is of_edition("smi_info", OLD)
    saved = records.revise(entry_id, opened.starting | {"economy": UNKNOWN_ECONOMY}, 1, "抄错")
    recorded = records.recorded(saved.entry_id)
    assert (recorded.edition, recorded.answers["economy"]) == (OLD, UNKNOWN_ECONOMY)


@pytest.mark.parametrize(("before", "now"), [(1, 1), (2, 2), (UNKNOWN_ECONOMY, None)])
def test_a_new_form_is_compared_with_an_earlier_one_in_the_words_of_today(
    clinic_desk, records, person, before, now
):
    entry_id = keep(clinic_desk, person, OLD, "2016-05-04", economy=before)
    previous = records.open(person, "smi_info").previous
    assert (previous.entry_id, previous.edition) == (entry_id, form("smi_info").edition)
    assert previous.answers.get("economy") == now
    assert previous.answers["guardian_name"] == "李大山"


def test_an_edition_that_this_program_does_not_know_is_read_in_todays_words(clinic_desk, records, person):
    entry_id = keep(clinic_desk, person, "2099", "2026-05-04")
    assert records.recorded(entry_id).answers["economy"] == 1
    assert records.open(person, "smi_info").previous.answers["economy"] == 1
    assert records.open_recorded(entry_id).form is form("smi_info")


def test_a_form_that_this_program_does_not_know_stands_in_the_list_by_its_code(clinic_desk, records, person):
    with clinic_desk.sessions.writing() as session:
        session.execute(
            insert(FormEntry),
            {
                "id": new_id(),
                "form_code": "of_next_year",
                "edition": "2027",
                "resident_id": person,
                "entry_date": date(2026, 11, 1),
                "author_id": clinic_desk.actor.user_id,
                "answers": {"something": 1},
                "state": "complete",
                "created_at": clinic_desk.now(),
                "updated_at": clinic_desk.now(),
            },
        )
    (listed,) = records.of_resident(person)
    assert (listed.title, listed.answers, listed.state) == ("of_next_year", {}, "complete")


def test_judging_needs_no_database(clinic_desk, records, person):
    opened = records.open(person, "elder_adl")
    clinic_desk.sessions.close()
    clinic_desk.sessions.file.rename(clinic_desk.sessions.file.with_suffix(".away"))
    assert records.judge(opened, FILLED["elder_adl"]).problems == ()
