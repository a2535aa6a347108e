"""What a saved form changes with the resident: height and weight, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.services.form_records import FormRecords
from app.services.residents import Residents
from db.models import DueTask, Enrolment, FollowUp
from tests.followup_people import add_resident
from tests.saved_forms import ASKED, answers, saved

ON = date(2026, 11, 20)
EARLIER = date(2026, 6, 2)


def measures(desk, person):
    found = Residents(desk).get(person)
    return found.height_cm, found.weight_kg, found.weight_on


def test_an_examination_gives_height_and_weight_to_the_resident(clinic_desk):
    person = add_resident(clinic_desk)
    saved(clinic_desk, person, "health_exam")
    assert measures(clinic_desk, person) == (Decimal("156.5"), Decimal("63.0"), ON)


def test_an_older_form_typed_in_later_changes_neither(clinic_desk):
    person = add_resident(clinic_desk)
    saved(clinic_desk, person, "copd_followup", weight="61.0")
    saved(clinic_desk, person, "copd_followup", visit_date=EARLIER.isoformat(), weight="70.0", height="150",
          next_visit_date="2026-09-02")  # fmt: skip
    assert measures(clinic_desk, person) == (Decimal("156.5"), Decimal("61.0"), ON)


def test_a_corrected_weight_takes_the_place_of_the_wrong_one(clinic_desk):
    person = add_resident(clinic_desk)
    entry = saved(clinic_desk, person, "copd_followup", weight="73.0").entry_id
    given = answers("copd_followup", weight="63.0")
    FormRecords(clinic_desk).revise(entry, given, 1, "看错了秤", confirmed=ASKED)
    assert measures(clinic_desk, person)[1:] == (Decimal("63.0"), ON)


@pytest.mark.parametrize("last", ["copd_followup", "health_exam"])
def test_a_void_form_gives_way_to_the_newest_weight_of_any_other(clinic_desk, last):
    person = add_resident(clinic_desk)
    first = {"copd_followup": "health_exam", "health_exam": "copd_followup"}[last]
    day = {"health_exam": "exam_date", "copd_followup": "visit_date"}[first]
    early = {day: EARLIER.isoformat(), "weight": "65.5"}
    if first == "health_exam":
        early |= {"hospital_stays": None, "home_beds": None, "vaccinations": None}
    else:
        early |= {"next_visit_date": "2026-09-02"}
    saved(clinic_desk, person, first, **early)
    entry = saved(clinic_desk, person, last).entry_id
    assert measures(clinic_desk, person)[1:] == (Decimal("63.0"), ON)
    FormRecords(clinic_desk).void(entry, "写错了人")
    assert measures(clinic_desk, person)[1:] == (Decimal("65.5"), EARLIER)


@pytest.mark.parametrize(
    "code", ["health_exam", "elder_adl", "tcm_elder", "encounter", "consultation", "referral_back"]
)
def test_a_form_of_no_programme_enrols_nobody_and_opens_no_task(clinic_desk, code):
    person = add_resident(clinic_desk)
    assert saved(clinic_desk, person, code).notes == ()
    with clinic_desk.sessions.reading() as session:
        for model in (Enrolment, DueTask, FollowUp):
            assert session.scalars(select(model.id)).all() == []


def test_a_partial_examination_leaves_the_resident_as_he_is(clinic_desk):
    person = add_resident(clinic_desk)
    given = answers("health_exam", temperature=None)
    FormRecords(clinic_desk).save(person, "health_exam", given, confirmed=ASKED, partial=True)
    assert measures(clinic_desk, person) == (Decimal("156.0"), None, None)
