"""规范管理率, 控制率 and the progress of the quarter from stored visits."""

from __future__ import annotations

from datetime import date

import pytest

from app.desk import Desk
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.indicators import Indicators, visits_so_far
from tests.followup_people import add_entry, add_resident, dm_answers, htn_answers

QUARTERS = (date(2026, 1, 10), date(2026, 4, 8), date(2026, 7, 5), date(2026, 10, 2))


def managed(desk: Desk, disease: str = "htn", since: date = date(2020, 1, 1)) -> str:
    person = add_resident(desk)
    Enrolments(desk).enrol(person, disease, None, since)
    return person


def visited(desk: Desk, person: str, days, **changes) -> str:
    for day in days:
        FollowUps(desk).save_visit(person, htn_answers(day, **changes))
    return person


def examined(desk: Desk, person: str, day: date = date(2026, 5, 6), state: str = "complete") -> None:
    add_entry(desk, person, "health_exam", day, {"evaluation": 1}, state)


def test_four_face_to_face_visits_make_a_year_to_the_norm(clinic_desk):
    good = visited(clinic_desk, managed(clinic_desk), QUARTERS)
    short = visited(clinic_desk, managed(clinic_desk), QUARTERS[:3])
    visited(clinic_desk, short, [date(2026, 10, 9)], visit_method=3)
    for person in (good, short):
        examined(clinic_desk, person)
    found = Indicators(clinic_desk).of_year("htn")
    assert (found.standard.numerator_ids, found.standard.display) == ((good,), "50.0%")
    (missing,) = found.shortfalls
    assert (missing.resident_id, missing.visits_missing, missing.examination_missing) == (short, 1, False)


@pytest.mark.parametrize(
    ("state", "day"),
    [("partial", date(2026, 5, 6)), ("void", date(2026, 5, 6)), ("complete", date(2025, 12, 31))],
)
def test_a_year_without_a_complete_examination_is_not_to_the_norm(clinic_desk, state, day):
    person = visited(clinic_desk, managed(clinic_desk), QUARTERS)
    examined(clinic_desk, person, day, state)
    found = Indicators(clinic_desk).of_year("htn")
    assert found.standard.numerator_ids == ()
    assert [missing.examination_missing for missing in found.shortfalls] == [True]


def test_control_is_judged_by_the_last_visit_of_the_year_and_lost_counts_as_not_controlled(clinic_desk):
    good = visited(clinic_desk, managed(clinic_desk), [date(2026, 3, 1)])
    raised = visited(clinic_desk, managed(clinic_desk), [date(2026, 3, 1)], sbp=158)
    lost = visited(clinic_desk, managed(clinic_desk), [date(2026, 3, 1)])
    FollowUps(clinic_desk).save_visit(
        lost, {"visit_date": "2026-06-01", "not_seen": 1, "not_seen_note": "外出"}
    )
    found = Indicators(clinic_desk).of_year("htn")
    assert (found.control.numerator_ids, found.control.display) == ((good,), "33.3%")
    assert set(found.not_controlled) == {raised, lost}


def test_the_last_fasting_glucose_decides_for_diabetes(clinic_desk):
    person = managed(clinic_desk, "dm")
    for day, fpg in ((date(2026, 2, 1), "6.1"), (date(2026, 5, 1), "7.0")):
        FollowUps(clinic_desk).save_visit(person, dm_answers(day, fpg=fpg))
    assert Indicators(clinic_desk).of_year("dm").control.display == "0.0%"
    assert Indicators(clinic_desk).of_year("dm", cut_off=date(2026, 4, 30)).control.display == "100.0%"


def test_nobody_under_management_gives_no_rate(clinic_desk):
    found = Indicators(clinic_desk).of_year("dm")
    assert (found.standard.display, found.control.display) == ("—", "—")


def test_a_referral_check_that_was_not_done_in_time_is_missing(clinic_desk):
    person = visited(clinic_desk, managed(clinic_desk), QUARTERS)
    examined(clinic_desk, person)
    FollowUps(clinic_desk).save_visit(
        person,
        htn_answers(
            date(2026, 10, 20),
            complication=2,
            complication_note="脑梗",
            referral_reason="并发症",
            referral_to="县医院",
        ),
    )
    (missing,) = Indicators(clinic_desk).of_year("htn").shortfalls
    assert (missing.visits_missing, missing.checks_missing) == (0, 1)


def test_the_quarter_is_on_track_with_one_visit_for_each_quarter_begun(clinic_desk):
    good = visited(clinic_desk, managed(clinic_desk), QUARTERS)
    visited(clinic_desk, managed(clinic_desk), QUARTERS[:2])
    hypertension, diabetes = Indicators(clinic_desk).quarter_progress()
    assert (hypertension.on_track.numerator_ids, hypertension.on_track.display) == ((good,), "50.0%")
    assert str(hypertension.label) == "高血压规范管理"
    assert diabetes.on_track.display == "—"


@pytest.mark.parametrize(
    ("enrolled", "today", "needed"),
    [
        (date(2020, 5, 1), date(2026, 1, 1), 1),
        (date(2020, 5, 1), date(2026, 11, 22), 4),
        (date(2026, 5, 1), date(2026, 11, 22), 3),
        (date(2026, 11, 1), date(2026, 11, 22), 1),
    ],
)
def test_visits_so_far_count_the_quarters_since_the_enrolment(enrolled, today, needed):
    assert visits_so_far(enrolled, today) == needed
