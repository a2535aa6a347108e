"""What other forms offer to a chronic visit: readings of the same day, habits told since."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from app.desk import Desk
from app.forms.registry import form
from app.i18n import tr
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from tests.followup_people import add_resident, dm_answers, htn_answers
from tests.samples.form_answers import FILLED

TODAY = date(2026, 11, 22)
LATER_THAN_LAST = TODAY - timedelta(days=10)


def managed(desk: Desk, *diseases: str) -> str:
    person = add_resident(desk, height_cm=Decimal("156.5"))
    for disease in diseases:
        Enrolments(desk).enrol(person, disease, date(2019, 5, 1), date(2019, 5, 1))
    return person


def examined(desk: Desk, person: str, on: date) -> str:
    every = frozenset(form("health_exam").fields)
    exam = {**FILLED["health_exam"], "exam_date": on.isoformat(), "smoking": 3, "cigarettes_per_day": 8}
    del exam["smoking_quit_age"]
    return FormRecords(desk).save(person, "health_exam", exam, confirmed=every).entry_id


def test_readings_of_todays_examination_are_offered_with_their_origin(clinic_desk):
    person = managed(clinic_desk, "htn", "dm")
    examined(clinic_desk, person, TODAY)
    offers = FollowUps(clinic_desk).open_visit(person).offers
    assert {key: offers[key].value for key in ("sbp", "dbp", "heart_rate", "weight", "fpg", "hba1c")} == {
        "sbp": 152,
        "dbp": 90,
        "heart_rate": 76,
        "weight": Decimal("63.0"),
        "fpg": Decimal("6.80"),
        "hba1c": Decimal("6.4"),
    }
    assert offers["hba1c_date"].value == TODAY
    assert offers["dorsalis_pedis"].value == 1
    assert offers["htn_followup.symptoms"].value == [2, 8]
    assert tr(offers["sbp"].origin) == "健康体检 11-22"
    assert (offers["sbp"].on, offers["sbp"].shown, offers["sbp"].of_the_day) == (TODAY, "152", True)


@pytest.mark.parametrize("days", [1, -1, 30])
def test_readings_of_another_day_are_not_offered(clinic_desk, days):
    person = managed(clinic_desk, "htn")
    if days > 0:
        examined(clinic_desk, person, TODAY - timedelta(days=days))
    else:
        examined(clinic_desk, person, TODAY)
        FormRecords(clinic_desk).void(FormRecords(clinic_desk).of_resident(person)[0].entry_id, "写错了人")
    offers = FollowUps(clinic_desk).open_visit(person).offers
    assert not {"sbp", "dbp", "heart_rate", "weight"} & set(offers)


def test_the_other_sheet_of_the_day_offers_when_the_visits_are_entered_apart(clinic_desk):
    person = managed(clinic_desk, "htn", "dm")
    visits = FollowUps(clinic_desk)
    visits.save_visit(person, dm_answers(TODAY, sbp=128, dbp=78), diseases={"dm"})
    offers = visits.open_visit(person, diseases={"htn"}).offers
    assert (offers["sbp"].value, offers["dbp"].value) == (128, 78)
    assert tr(offers["sbp"].origin) == "糖尿病随访 11-22"
    assert offers["psych"].value == 1


def test_a_habit_told_since_the_last_visit_is_offered_and_an_older_one_is_not(clinic_desk):
    person = managed(clinic_desk, "htn")
    visits = FollowUps(clinic_desk)
    examined(clinic_desk, person, LATER_THAN_LAST)
    assert visits.open_visit(person).offers["cigarettes"].value == 8
    assert not visits.open_visit(person).offers["cigarettes"].of_the_day
    visits.save_visit(person, htn_answers(LATER_THAN_LAST + timedelta(days=1)))
    sheet = visits.open_visit(person)
    assert "cigarettes" not in sheet.offers
    assert sheet.previous["cigarettes"].value == 0


def test_nothing_is_offered_to_a_correction_or_from_a_neighbour(clinic_desk):
    person, neighbour = managed(clinic_desk, "htn"), managed(clinic_desk, "htn")
    visits = FollowUps(clinic_desk)
    saved = visits.save_visit(person, htn_answers(TODAY))
    examined(clinic_desk, neighbour, TODAY)
    assert visits.open_visit(person).offers == {}
    examined(clinic_desk, person, TODAY)
    assert visits.open_recorded(saved.sheets[0].entry_id).offers == {}


def test_offers_and_the_advice_of_a_hospital_cost_a_visit_one_query_each(clinic_desk):
    person = managed(clinic_desk, "htn", "dm")
    examined(clinic_desk, person, TODAY)
    asked: list[str] = []
    engine = clinic_desk.sessions.engine
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    FollowUps(clinic_desk).open_visit(person)
    assert sum("FROM form_entry" in statement for statement in asked) == 3
