"""Putting people under management, ending it, and doing it again."""

from __future__ import annotations

from datetime import date

import pytest

from app.desk import Desk
from app.errors import UserError
from app.forms.vocabulary import Level
from app.services.enrolments import Enrolments, Offer
from app.services.follow_ups import FollowUps
from app.services.problems import Refused
from app.services.work_list import WorkList
from db.models import FormEntry, new_id
from tests.followup_people import add_resident, htn_answers

TODAY = date(2026, 11, 22)


@pytest.fixture
def enrolments(clinic_desk: Desk) -> Enrolments:
    return Enrolments(clinic_desk)


def test_enrolling_opens_the_first_follow_up_within_two_weeks(clinic_desk, enrolments):
    person = add_resident(clinic_desk)
    view = enrolments.enrol(person, "htn", date(2026, 11, 1), TODAY)
    assert view.next_due_on == date(2026, 12, 6)
    assert "原发性高血压" in str(view.advice[0])
    assert [e.disease for e in enrolments.of_resident(person)] == ["htn"]


@pytest.mark.parametrize(("born", "asks"), [(date(1991, 11, 23), True), (date(1991, 11, 22), False)])
def test_under_35_is_asked_about_and_not_refused(clinic_desk, enrolments, born, asks):
    person = add_resident(clinic_desk, born=born)
    found = enrolments.problems(person, "htn", None, TODAY)
    assert [(p.code, p.level) for p in found] == ([("age", Level.ASK)] if asks else [])
    enrolments.enrol(person, "htn", None, TODAY, confirmed=frozenset({"age"}))


def test_somebody_not_known_to_live_here_is_asked_about(clinic_desk, enrolments):
    person = add_resident(clinic_desk, residence_type=None)
    with pytest.raises(Refused) as refusal:
        enrolments.enrol(person, "dm", None, TODAY)
    assert [p.code for p in refusal.value.problems] == ["residence_type"]


@pytest.mark.parametrize(
    ("diagnosed", "enrolled", "code"),
    [
        (None, date(2026, 11, 23), "enrolled_on"),
        (TODAY, date(2026, 11, 21), "diagnosed_on"),
        (date(1955, 3, 7), TODAY, "diagnosed_on"),
    ],
)
def test_impossible_dates_are_refused(clinic_desk, enrolments, diagnosed, enrolled, code):
    person = add_resident(clinic_desk)
    with pytest.raises(Refused) as refusal:
        enrolments.enrol(person, "htn", diagnosed, enrolled)
    assert [p.code for p in refusal.value.problems] == [code]


def test_nobody_is_enrolled_twice_or_after_leaving(clinic_desk, enrolments):
    person = add_resident(clinic_desk)
    enrolments.enrol(person, "htn", None, TODAY)
    with pytest.raises(Refused, match="已经纳入高血压管理"):
        enrolments.enrol(person, "htn", None, TODAY)
    gone = add_resident(clinic_desk, state="moved")
    with pytest.raises(Refused, match="不能纳入"):
        enrolments.enrol(gone, "htn", None, TODAY)


def test_after_the_end_nothing_is_due_and_a_new_enrolment_is_possible(clinic_desk, enrolments):
    person = add_resident(clinic_desk)
    first = enrolments.enrol(person, "htn", date(2020, 1, 1), date(2020, 1, 1))
    FollowUps(clinic_desk).save_visit(person, htn_answers(date(2026, 8, 1), sbp=160))
    with pytest.raises(Refused):
        enrolments.end(first.id, TODAY, " ")
    ended = enrolments.end(first.id, TODAY, "误诊，停药后血压正常")
    assert (ended.ended_on, ended.end_reason) == (TODAY, "误诊，停药后血压正常")
    assert WorkList(clinic_desk).page().rows == ()
    with pytest.raises(UserError, match="已经结束"):
        enrolments.end(first.id, TODAY, "再次")
    with pytest.raises(UserError, match="还没有纳入"):
        FollowUps(clinic_desk).open_visit(person)
    enrolments.enrol(person, "htn", date(2020, 1, 1), TODAY)
    sheet = FollowUps(clinic_desk).open_visit(person)
    assert [visit.sbp for visit in sheet.history] == [160]
    assert len(enrolments.of_resident(person)) == 2


def test_a_disease_in_the_personal_history_is_offered(clinic_desk, enrolments):
    person = add_resident(clinic_desk)
    history = [{"code": 2, "confirmed_ym": "2019-05"}, {"code": 3}, {"code": 4}]
    with clinic_desk.sessions.writing() as session:
        session.add(
            FormEntry(
                id=new_id(),
                form_code="personal_info",
                edition="2017",
                resident_id=person,
                entry_date=TODAY,
                author_id=clinic_desk.actor.user_id,
                answers={"disease_history": history},
                created_at=clinic_desk.now(),
                updated_at=clinic_desk.now(),
            )
        )
    assert enrolments.offers(person) == (Offer("htn", "2019-05"), Offer("dm", ""))
    enrolments.enrol(person, "htn", date(2019, 5, 1), TODAY)
    assert enrolments.offers(person) == (Offer("dm", ""),)
