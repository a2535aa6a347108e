"""Correcting and voiding recorded visits: the record keeps every state, everything derived follows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.desk import Desk
from app.errors import UserError
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.history import broken_links
from app.services.problems import Refused
from app.services.referral_checks import ReferralChecks
from app.services.residents import Residents
from db.models import DueTask, Enrolment, FollowUp, FormEntry, Resident
from tests.followup_people import REFERRED, add_resident, both_answers, htn_answers

TODAY = date(2026, 11, 22)
FIRST = date(2026, 11, 13)


@pytest.fixture
def visits(clinic_desk: Desk) -> FollowUps:
    return FollowUps(clinic_desk)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    resident_id = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(resident_id, "htn", date(2019, 5, 1), date(2019, 6, 1))
    return resident_id


def entry_id(saved) -> str:
    return saved.sheets[0].entry_id


def last(desk: Desk, resident_id: str) -> tuple:
    with desk.sessions.reading() as session:
        row = session.scalars(select(Enrolment).where(Enrolment.resident_id == resident_id)).one()
        return row.last_visit_on, row.last_sbp, row.last_class, row.unsatisfactory_in_a_row


def tasks(desk: Desk, resident_id: str) -> list[tuple]:
    with desk.sessions.reading() as session:
        rows = session.execute(
            select(DueTask.kind, DueTask.due_on, DueTask.done_on)
            .where(DueTask.resident_id == resident_id)
            .order_by(DueTask.due_on, DueTask.kind)
        )
        return [tuple(row) for row in rows]


def corrected(visits: FollowUps, saved, reason="抄错", **changes):
    sheet = visits.open_recorded(entry_id(saved))
    answers = {**sheet.starting, **changes}
    return visits.revise_visit(entry_id(saved), answers, sheet.revising.revision, reason)


def test_a_correction_changes_result_task_and_enrolment_together(clinic_desk, visits, person):
    saved = visits.save_visit(person, htn_answers(TODAY, sbp=162))
    revised = corrected(visits, saved, reason="把 126 写成了 162", sbp=126)
    assert revised.sheets[0].revision == 2
    assert last(clinic_desk, person) == (TODAY, 126, 1, 0)
    assert tasks(clinic_desk, person) == [
        ("follow_up", date(2019, 6, 15), TODAY),
        ("follow_up", date(2027, 2, 22), None),
    ]
    with clinic_desk.sessions.reading() as session:
        stored = session.scalars(select(FollowUp)).one()
        assert (stored.sbp, stored.is_controlled, stored.visit_class) == (126, True, 1)


def test_history_shows_before_and_after_with_the_words_of_the_form(visits, person):
    saved = visits.save_visit(person, htn_answers(TODAY, psych=1))
    corrected(visits, saved, reason="看错了", psych=2, sbp=138)
    newest, first = visits.history(entry_id(saved))
    assert (newest.number, newest.user_name, newest.reason) == (2, "王明", "看错了")
    assert [(a.label, a.before, a.after) for a in newest.answers] == [
        ("收缩压", "136", "138"),
        ("心理调整", "良好", "一般"),
    ]
    assert ("收缩压", "", "136") in [(a.label, a.before, a.after) for a in first.answers]


def test_what_the_doctor_had_decided_himself_stays_in_a_correction(visits, person):
    saved = visits.save_visit(
        person,
        htn_answers(TODAY, sbp=152, visit_class=1, class_reason="诊室紧张", next_visit_date="2026-12-01"),
    )
    sheet = visits.open_recorded(entry_id(saved))
    assert (sheet.starting["visit_class"], sheet.starting["next_visit_date"]) == (1, date(2026, 12, 1))
    assert corrected(visits, saved, psych=2).sheets[0].visit_class == 1


def test_a_correction_needs_a_reason(visits, person):
    saved = visits.save_visit(person, htn_answers(TODAY))
    with pytest.raises(Refused) as refusal:
        corrected(visits, saved, reason="  ")
    assert refusal.value.problems[0].code == "reason"


def test_a_correction_from_an_older_state_is_refused_and_names_who_was_faster(visits, person):
    saved = visits.save_visit(person, htn_answers(TODAY))
    stale = visits.open_recorded(entry_id(saved))
    corrected(visits, saved, sbp=138)
    with pytest.raises(Refused, match="王明"):
        visits.revise_visit(entry_id(saved), {**stale.starting, "sbp": 140}, stale.revising.revision, "抄错")


def test_a_correction_of_the_shared_pressure_reaches_both_sheets(clinic_desk, visits, person):
    Enrolments(clinic_desk).enrol(person, "dm", date(2020, 1, 1), date(2020, 1, 1))
    saved = visits.save_visit(person, both_answers(TODAY))
    revised = corrected(visits, saved, sbp=138)
    assert [sheet.revision for sheet in revised.sheets] == [2, 2]
    only_sugar = corrected(visits, revised, fpg="6.6")
    assert [sheet.revision for sheet in only_sugar.sheets] == [2, 3]
    with clinic_desk.sessions.reading() as session:
        assert {entry.answers["sbp"] for entry in session.scalars(select(FormEntry))} == {138}


def test_a_correction_keeps_the_height_that_the_bmi_was_computed_from(clinic_desk, visits, person):
    saved = visits.save_visit(person, htn_answers(date(2026, 5, 1)))
    visits.save_visit(person, htn_answers(TODAY, height="160"))
    corrected(visits, saved, psych=2)
    sheets = visits.recorded_sheets(person, "htn_followup")
    assert [sheet.answers["bmi"] for sheet in sheets] == [Decimal("26.09"), Decimal("24.80")]


def test_a_referral_that_a_correction_brings_opens_its_check_and_one_it_takes_away_closes_it(
    clinic_desk, visits, person
):
    visits.save_visit(person, htn_answers(FIRST, sbp=162))
    saved = visits.save_visit(person, htn_answers(TODAY))
    referred = corrected(visits, saved, sbp=158, **REFERRED)
    assert [check.due_on for check in ReferralChecks(clinic_desk).open()] == [date(2026, 12, 6)]
    corrected(visits, referred, sbp=136, referral_reason=None, referral_to=None)
    assert ReferralChecks(clinic_desk).open() == ()


def test_moving_the_date_of_a_visit_moves_what_it_had_done(clinic_desk, visits, person):
    saved = visits.save_visit(person, htn_answers(TODAY))
    corrected(visits, saved, visit_date="2026-11-20")
    assert tasks(clinic_desk, person) == [
        ("follow_up", date(2019, 6, 15), date(2026, 11, 20)),
        ("follow_up", date(2027, 2, 20), None),
    ]


def test_a_void_visit_stays_readable_and_counts_nowhere(clinic_desk, visits, person):
    saved = visits.save_visit(person, htn_answers(TODAY, sbp=162))
    visits.void_visit(entry_id(saved), "写到了别人的表上")
    assert last(clinic_desk, person) == (None, None, None, 0)
    assert tasks(clinic_desk, person) == [("follow_up", date(2019, 6, 15), None)]
    assert visits.open_visit(person).history == ()
    assert visits.recorded_sheets(person, "htn_followup") == ()
    kept = visits.recorded_sheet(entry_id(saved))
    assert (kept.state, kept.answers["sbp"]) == ("void", 162)
    change = visits.history(entry_id(saved))[0]
    assert (change.reason, [(a.before, a.after) for a in change.answers]) == (
        "写到了别人的表上",
        [("有效", "作废")],
    )
    with pytest.raises(UserError, match="作废"):
        visits.open_recorded(entry_id(saved))


def test_voiding_a_visit_in_the_middle_keeps_the_chain_of_tasks(clinic_desk, visits, person):
    visits.save_visit(person, htn_answers(date(2026, 5, 9), sbp=155))
    middle = visits.save_visit(person, htn_answers(date(2026, 8, 10), sbp=156) | REFERRED)
    visits.save_visit(person, htn_answers(TODAY))
    visits.void_visit(entry_id(middle), "重复录入")
    assert [task for task in tasks(clinic_desk, person) if task[0] == "follow_up"] == [
        ("follow_up", date(2019, 6, 15), date(2026, 5, 9)),
        ("follow_up", date(2026, 5, 23), TODAY),
        ("follow_up", date(2027, 2, 22), None),
    ]
    assert ReferralChecks(clinic_desk).open() == ()
    assert last(clinic_desk, person) == (TODAY, 136, 1, 0)


def test_a_wrongly_written_death_can_be_taken_back(clinic_desk, visits, person):
    visits.save_visit(person, htn_answers(FIRST, sbp=162))
    dead = visits.save_visit(
        person, {"visit_date": TODAY.isoformat(), "not_seen": 2, "not_seen_note": "同名"}
    )
    visits.void_visit(entry_id(dead), "同名的另一位老人")
    with clinic_desk.sessions.reading() as session:
        who = session.get_one(Resident, person)
        assert (who.state, who.state_on) == ("active", None)
        assert session.scalars(select(Enrolment.ended_on)).all() == [None]
    assert tasks(clinic_desk, person)[-1] == ("follow_up", date(2026, 11, 27), None)
    assert visits.open_visit(person).history[-1].sbp == 162


def test_a_visit_of_before_is_not_moved_behind_the_death(clinic_desk, visits, person):
    saved = visits.save_visit(person, htn_answers(FIRST))
    died = TODAY - timedelta(days=2)
    Residents(clinic_desk).change_state(person, "dead", died, "脑出血")
    assert corrected(visits, saved, visit_date=died.isoformat()).visit_date == died
    with pytest.raises(Refused, match="晚于死亡日期"):
        corrected(visits, saved, visit_date=TODAY.isoformat())


def test_the_visit_that_tells_of_a_death_is_corrected_to_a_later_day(clinic_desk, visits, person):
    died = {"not_seen": 2, "not_seen_note": "脑出血"}
    dead = visits.save_visit(person, {"visit_date": FIRST.isoformat(), **died})
    assert corrected(visits, dead, visit_date=TODAY.isoformat()).visit_date == TODAY
    assert Residents(clinic_desk).get(person).state_on == TODAY


def test_the_audit_chain_holds_after_saving_correcting_and_voiding(clinic_desk, visits, person):
    saved = visits.save_visit(person, htn_answers(FIRST))
    corrected(visits, saved, sbp=138)
    visits.void_visit(entry_id(saved), "试写")
    with clinic_desk.sessions.reading() as session:
        assert broken_links(session) == []


def test_a_refused_save_leaves_nothing_behind(clinic_desk, visits, person):
    before = tasks(clinic_desk, person)
    with pytest.raises(Refused):
        visits.save_visit(person, htn_answers(TODAY + timedelta(days=1)))
    assert tasks(clinic_desk, person) == before
    with clinic_desk.sessions.reading() as session:
        assert session.scalars(select(FormEntry)).all() == []


def test_the_record_of_a_resident_tells_what_was_corrected_in_visits_and_enrolments(clinic_desk, visits, person, clock):
    saved = visits.save_visit(person, htn_answers(TODAY))
    clock.forward(minutes=5)
    corrected(visits, saved, reason="看错了", sbp=138)
    clock.forward(minutes=5)
    visits.void_visit(entry_id(saved), "写到了别人的表上")
    clock.forward(minutes=5)
    Enrolments(clinic_desk).end(Enrolments(clinic_desk).of_resident(person)[0].id, TODAY, "迁出")
    ended, void, revised = [row for row in Residents(clinic_desk).history(person) if row.reason]
    assert (ended.reason, ended.titles) == ("迁出", ("高血压",))
    assert [(c.label, c.before, c.after) for c in ended.changes] == [("结束日期", "", "2026-11-22")]
    assert (void.reason, [(c.label, c.before, c.after) for c in void.changes]) == (
        "写到了别人的表上",
        [("状态", "有效", "作废")],
    )
    assert (revised.user_name, revised.titles) == ("王明", ("高血压患者随访服务记录表 2026-11-22",))
    assert [(c.label, c.before, c.after) for c in revised.changes] == [("收缩压", "136", "138")]
