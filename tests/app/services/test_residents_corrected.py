"""Health records of residents: corrected with before and after, and closed when somebody dies or moves away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.services.enrolments import Enrolments
from app.services.households import HouseholdChoice, Households
from app.services.problems import Refused
from app.services.resident_keys import check_keys
from app.services.resident_views import ListFilter
from app.services.residents import Residents
from app.services.search import Search
from db.models import DueTask
from tests.app.services.resident_things import LI_ID, NOBODY, problems
from tests.residents import cover, found_household, id_number, info, register

# ---- correcting


def test_a_correction_is_a_new_revision_with_before_and_after(clinic_desk, residents, clock):
    view = register(clinic_desk)
    clock.forward(days=1)
    record = residents.record(view.id)
    changed = residents.revise(
        view.id, {**record.cover, "phone": "13700001111"}, None, revision=1, reason="换了手机"
    )
    assert (changed.phone, changed.revision) == ("13700001111", 2)
    assert residents.record(view.id).info["own_phone"] == "13700001111"
    latest, first = residents.history(view.id)
    assert (latest.user_name, latest.reason, latest.is_first) == ("王明", "换了手机", False)
    assert [(c.label, c.before, c.after) for c in latest.changes] == [
        ("联系电话", "13812342716", "13700001111")
    ]
    assert first.is_first
    assert ("文化程度", "", "小学") in [(c.label, c.before, c.after) for c in first.changes]


def test_what_one_action_changed_is_one_row_although_time_goes_on_within_it(clinic_desk, clock):
    def going_on():
        clock.forward(milliseconds=3)
        return clock.moment

    desk = replace(clinic_desk, clock=going_on)
    residents, view = Residents(desk), register(desk)
    clock.forward(days=1)
    residents.revise(
        view.id, {**residents.record(view.id).cover, "phone": "13700001111"}, None, revision=1, reason="换了手机"
    )
    latest, first = residents.history(view.id)
    assert (latest.reason, first.is_first) == ("换了手机", True)


def test_a_correction_needs_a_reason(clinic_desk, residents):
    view = register(clinic_desk)
    with pytest.raises(Refused) as refused:
        residents.revise(view.id, None, residents.record(view.id).info, revision=1, reason="  ")
    assert set(problems(refused)) == {"reason"}


def test_a_correction_that_comes_too_late_is_refused_by_name(clinic_desk, residents):
    view = register(clinic_desk)
    record = residents.record(view.id)
    residents.revise(view.id, {**record.cover, "phone": "13700001111"}, None, revision=1, reason="换号")
    with pytest.raises(Refused) as refused:
        residents.revise(view.id, {**record.cover, "phone": "13700002222"}, None, revision=1, reason="换号")
    assert "王明" in problems(refused)["revision"]
    assert residents.get(view.id).phone == "13700001111"


def test_questions_are_asked_only_about_what_changes(clinic_desk, residents):
    view = register(
        clinic_desk,
        "李桂兰",
        "2010-03-08",
        2,
        marital_status=2,
        phone="123456",
        id_number=id_number("20100308", 432),
    )
    record = residents.record(view.id)
    again = residents.revise(view.id, None, {**record.info, "education": 7}, revision=1, reason="升学")
    assert again.revision == 2
    with pytest.raises(Refused) as refused:
        residents.revise(view.id, None, {**record.info, "marital_status": 3}, revision=2, reason="改")
    assert set(problems(refused)) == {"marital_status"}


def test_a_partial_record_is_completed_later(residents):
    known = {"sex": 2, "birth_date": "1955-03-08", "id_number": LI_ID, "education": 8}
    view = residents.register({"name": "李桂兰"}, known, NOBODY, as_partial=True)
    assert residents.record(view.id).info_is_partial
    done = residents.revise(view.id, cover(), info(), revision=1, reason="补全")
    assert not residents.record(done.id).info_is_partial
    with pytest.raises(Refused) as refused:
        residents.register({"name": "王五"}, {"sex": 1}, NOBODY, as_partial=True)
    assert set(problems(refused)) == {"birth_date"}


def test_correcting_the_cover_of_a_partial_record_does_not_ask_for_the_other_form(residents):
    known = {"sex": 2, "birth_date": "1955-03-08", "id_number": LI_ID}
    view = residents.register({"name": "李桂兰"}, known, NOBODY, as_partial=True)
    changed = residents.revise(view.id, cover(), None, revision=1, reason="补地址")
    assert changed.current_address == "青石镇柳庄村3组12号"
    assert residents.record(view.id).info_is_partial


def test_the_note_beside_the_name_is_kept_with_its_history(clinic_desk, residents, clock):
    view = register(clinic_desk)
    clock.forward(minutes=1)
    assert residents.note_care(view.id, "外出务工", revision=1).care_note == "外出务工"
    assert [c.after for c in residents.history(view.id)[0].changes] == ["外出务工"]


# ---- leaving


def test_a_death_closes_what_is_due_and_leaves_the_past_as_it_was(clinic_desk, residents):
    head = register(clinic_desk, "李大山", "1953-01-02", 1, found_household())
    wife = register(clinic_desk, household=HouseholdChoice.join(head.household.household_id, "妻"))
    Enrolments(clinic_desk).enrol(head.id, "htn", date(2019, 5, 1), date(2026, 11, 1))
    assert residents.get(head.id).enrolments[0].disease == "htn"
    done = residents.change_state(head.id, "dead", date(2026, 11, 20), "脑卒中")
    assert (done.closed_tasks, done.ended_enrolments) == (1, 1)
    assert (done.resident.state, done.resident.state_on, done.resident.state_reason) == (
        "dead",
        date(2026, 11, 20),
        "脑卒中",
    )
    assert done.resident.enrolments == ()
    assert [candidate.name for candidate in done.needs_head.candidates] == ["李桂兰"]
    with clinic_desk.sessions.reading() as session:
        assert [task.done_on for task in session.scalars(select(DueTask))] == [date(2026, 11, 20)]
        assert check_keys(session).wrong == ()
    assert residents.record(head.id).info["education"] == 8
    home = Households(clinic_desk).set_head(head.household.household_id, wife.id)
    assert [(m.name, m.relation_shown, m.is_head) for m in home.members] == [
        ("李桂兰", "户主", True),
        ("李大山", "夫", False),
    ]
    assert home.needs_head is None


@pytest.mark.parametrize(
    ("state", "on", "reason", "code"),
    [
        ("dead", date(2026, 11, 20), "", "state_reason"),
        ("dead", date(2026, 11, 23), "脑卒中", "state_on"),
        ("dead", date(1955, 3, 7), "脑卒中", "state_on"),
        ("moved", date(2026, 11, 20), " ", "state_reason"),
        ("active", date(2026, 11, 20), "回来了", "state"),
    ],
)
def test_a_change_of_state_needs_its_date_and_reason(clinic_desk, residents, state, on, reason, code):
    view = register(clinic_desk)
    with pytest.raises(Refused) as refused:
        residents.change_state(view.id, state, on, reason)
    assert set(problems(refused)) == {code}
    assert residents.get(view.id).state == "active"


def test_who_comes_back_is_found_among_the_active_again(clinic_desk, residents):
    view = register(clinic_desk)
    residents.change_state(view.id, "moved", date(2026, 11, 20), "随子女进城")
    assert residents.list_page(ListFilter()).rows == ()
    back = residents.change_state(view.id, "active", date(2026, 11, 22), "回村")
    assert (back.resident.state, back.resident.state_on) == ("active", None)
    assert [row.name for row in residents.list_page(ListFilter()).rows] == ["李桂兰"]
    assert Search(clinic_desk).find("李桂兰")[0].state == "active"
    kinds = [
        (row.date, row.kind, str(row.text)) for row in residents.timeline(view.id) if row.kind == "state"
    ]
    assert kinds == [
        (date(2026, 11, 22), "state", "在管：回村"),
        (date(2026, 11, 20), "state", "迁出：随子女进城"),
    ]


def test_the_timeline_tells_of_the_record_and_of_enrolments(clinic_desk, residents):
    view = register(clinic_desk)
    Enrolments(clinic_desk).enrol(view.id, "htn", date(2019, 5, 1), date(2026, 11, 21))
    rows = [(row.kind, str(row.text)) for row in residents.timeline(view.id)]
    assert ("enrolment", "纳入高血压管理。") in rows
    assert ("record_cover", "建立健康档案。") in rows
    assert rows.index(("enrolment", "纳入高血压管理。")) == len(rows) - 1  # the oldest comes last
