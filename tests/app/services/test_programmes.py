"""严重精神障碍, 肺结核 and 慢阻肺病: what saving, correcting and voiding their forms changes elsewhere."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.services.enrolments import Enrolments
from app.services.form_records import FormRecords
from app.services.integrity import audit_chain, references
from app.services.problems import Refused
from app.services.referral_checks import ReferralChecks
from app.services.residents import Residents
from app.services.work_list import WorkFilter, WorkList
from db.models import DueTask, Enrolment, FollowUp
from tests.followup_people import add_resident
from tests.samples.form_answers import DAY
from tests.saved_forms import ASKED, answers, saved

ON = date.fromisoformat(DAY)
STABLE = {
    "risk_level": 0, "symptoms": None, "symptoms_note": None, "insight": 1, "work": 1, "learning": 1, "visit_class": 3,
    "next_visit_date": "2027-02-20",
}  # fmt: skip
UNSTABLE = {
    "risk_level": 3, "visit_class": 1, "referral": 2, "referral_reason": "危险性 3 级", "referral_to": "市精神病医院",
    "next_visit_date": "2026-12-04",
}  # fmt: skip
REACTION = {"adr": [2, "肝功能异常"], "referral_dept": "结核科", "referral_reason": "药物不良反应"}
CLOSED = {
    "next_visit_date": None, "stop_date": DAY, "stop_reason": 1, "visits_due": 8, "visits_done": 8, "doses_due": 180,
    "doses_taken": 172, "assessor": "王明", "referral_dept": "结核科", "referral_reason": "治疗转归评估",
}  # fmt: skip


def revised(desk, entry_id, code, **changes):
    records = FormRecords(desk)
    revision = records.recorded(entry_id).revision
    return records.revise(entry_id, answers(code, **changes), revision, "写错了", confirmed=ASKED)


def rows(desk, model, person):
    with desk.sessions.reading() as session:
        table = model.__table__
        order = table.c.due_on if model is DueTask else table.c.id
        return session.execute(select(table).where(table.c.resident_id == person).order_by(order)).all()


def open_tasks(desk, person):
    return [(row.kind, row.disease, row.due_on) for row in rows(desk, DueTask, person) if row.done_on is None]


def managed(desk, person):
    return [row.disease for row in rows(desk, Enrolment, person) if row.ended_on is None]


@pytest.mark.parametrize(
    ("code", "disease", "due"),
    [
        ("smi_info", "smi", date(2026, 12, 4)),
        ("smi_followup", "smi", date(2026, 12, 4)),
        ("tb_first_visit", "tb", date(2026, 11, 30)),
        ("tb_followup", "tb", date(2026, 12, 20)),
        ("copd_followup", "copd", date(2027, 2, 20)),
    ],
)
def test_saving_a_form_of_a_programme_enrols_and_says_so(clinic_desk, code, disease, due):
    person = add_resident(clinic_desk)
    found = saved(clinic_desk, person, code)
    assert "已同时纳入" in str(found.notes[0])
    assert managed(clinic_desk, person) == [disease]
    assert open_tasks(clinic_desk, person) == [("follow_up", disease, due)]


def test_whoever_is_enrolled_already_is_not_enrolled_again(clinic_desk):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "copd", None, date(2026, 11, 1))
    assert saved(clinic_desk, person, "copd_followup").notes == ()
    assert len(rows(clinic_desk, Enrolment, person)) == 1
    assert open_tasks(clinic_desk, person) == [("follow_up", "copd", date(2027, 2, 20))]


def test_a_visit_puts_its_result_on_the_enrolment(clinic_desk):
    person = add_resident(clinic_desk)
    saved(clinic_desk, person, "smi_followup", **STABLE)
    (enrolment,) = rows(clinic_desk, Enrolment, person)
    (visit,) = rows(clinic_desk, FollowUp, person)
    assert (enrolment.last_visit_on, enrolment.last_class, enrolment.unsatisfactory_in_a_row) == (ON, 3, 0)
    assert (visit.method, visit.visit_class, visit.proposed_class, visit.is_controlled) == (2, 3, 3, True)
    assert (visit.referral, visit.next_visit_on, visit.adr) == ("no", date(2027, 2, 20), True)


def test_an_unstable_patient_who_was_referred_is_asked_after(clinic_desk):
    person = add_resident(clinic_desk)
    saved(clinic_desk, person, "smi_followup", **UNSTABLE)
    (visit,) = rows(clinic_desk, FollowUp, person)
    assert (visit.is_urgent, visit.referral) == (True, "urgent")
    assert sorted(open_tasks(clinic_desk, person)) == [
        ("follow_up", "smi", date(2026, 12, 4)),
        ("referral_check", "smi", date(2026, 12, 4)),
    ]
    (check,) = ReferralChecks(clinic_desk).open()
    assert (check.disease, check.referred_on) == ("smi", ON)


def test_a_correction_retimes_the_next_visit_and_takes_the_check_back(clinic_desk):
    person = add_resident(clinic_desk)
    entry = saved(clinic_desk, person, "smi_followup", **UNSTABLE).entry_id
    revised(clinic_desk, entry, "smi_followup", **STABLE)
    assert open_tasks(clinic_desk, person) == [("follow_up", "smi", date(2027, 2, 20))]
    (enrolment,) = rows(clinic_desk, Enrolment, person)
    assert (enrolment.last_class, enrolment.risk) == (3, 5)  # the reaction alone
    closed = [row.result for row in rows(clinic_desk, DueTask, person) if row.kind == "referral_check"]
    assert closed == ["更正后不需转诊"]


def test_voiding_the_form_that_enrolled_takes_the_enrolment_back(clinic_desk):
    person = add_resident(clinic_desk)
    entry = saved(clinic_desk, person, "copd_followup").entry_id
    FormRecords(clinic_desk).void(entry, "写错了人")
    assert rows(clinic_desk, Enrolment, person) == rows(clinic_desk, DueTask, person) == []
    assert rows(clinic_desk, FollowUp, person) == []
    assert audit_chain(clinic_desk) == references(clinic_desk) == []


def test_an_enrolment_with_other_visits_survives_the_form_that_made_it(clinic_desk):
    person = add_resident(clinic_desk)
    first = saved(clinic_desk, person, "smi_info").entry_id
    saved(clinic_desk, person, "smi_followup", **STABLE)
    FormRecords(clinic_desk).void(first, "写错了")
    assert managed(clinic_desk, person) == ["smi"]
    assert open_tasks(clinic_desk, person) == [("follow_up", "smi", date(2027, 2, 20))]


def test_voiding_a_visit_of_somebody_enrolled_before_makes_it_due_again(clinic_desk):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "tb", None, date(2026, 11, 1))
    entry = saved(clinic_desk, person, "tb_followup").entry_id
    FormRecords(clinic_desk).void(entry, "没有去")
    assert open_tasks(clinic_desk, person) == [("follow_up", "tb", date(2026, 11, 4))]
    assert rows(clinic_desk, Enrolment, person)[0].last_visit_on is None


@pytest.mark.parametrize(
    ("diagnosed", "due"), [(None, date(2026, 11, 23)), (date(2026, 11, 18), date(2026, 11, 21))]
)
def test_the_first_home_visit_of_tuberculosis_is_due_after_72_hours(clinic_desk, diagnosed, due):
    person = add_resident(clinic_desk)
    enrolled = Enrolments(clinic_desk).enrol(person, "tb", diagnosed, ON)
    assert enrolled.next_due_on == due


def test_a_reaction_in_tuberculosis_is_referred_and_its_result_on_the_form_closes_the_check(clinic_desk):
    person = add_resident(clinic_desk)
    entry = saved(clinic_desk, person, "tb_followup", **REACTION).entry_id
    assert ("referral_check", "tb", date(2026, 12, 4)) in open_tasks(clinic_desk, person)
    revised(clinic_desk, entry, "tb_followup", **REACTION, referral_result="已换药，回家观察")
    done = [row.result for row in rows(clinic_desk, DueTask, person) if row.kind == "referral_check"]
    assert done == ["已换药，回家观察"]


def test_the_end_of_the_treatment_ends_the_management_and_the_result_is_still_asked_for(clinic_desk):
    person = add_resident(clinic_desk)
    found = saved(clinic_desk, person, "tb_followup", **CLOSED)
    (enrolment,) = rows(clinic_desk, Enrolment, person)
    assert (enrolment.ended_on, enrolment.end_reason) == (ON, "完成疗程")
    assert "已结束" in str(found.notes[-1])
    assert open_tasks(clinic_desk, person) == [("referral_check", "tb", date(2026, 12, 4))]


def test_correcting_the_end_of_the_treatment_opens_the_management_again(clinic_desk):
    person = add_resident(clinic_desk)
    entry = saved(clinic_desk, person, "tb_followup", **CLOSED).entry_id
    revised(clinic_desk, entry, "tb_followup")
    assert managed(clinic_desk, person) == ["tb"]
    assert open_tasks(clinic_desk, person) == [("follow_up", "tb", date(2026, 12, 20))]


def test_voiding_the_end_of_the_treatment_makes_the_visit_due_again(clinic_desk):
    person = add_resident(clinic_desk)
    saved(clinic_desk, person, "tb_first_visit", visit_date="2026-06-01", next_visit_date="2026-06-11")
    entry = saved(clinic_desk, person, "tb_followup", **CLOSED).entry_id
    FormRecords(clinic_desk).void(entry, "写错了")
    assert managed(clinic_desk, person) == ["tb"]
    assert open_tasks(clinic_desk, person) == [("follow_up", "tb", date(2026, 6, 11))]


LOST = {
    "smi_followup": {"lost_reason": 1},
    "copd_followup": {"not_seen": [1, "外出"]},
}
DEAD = {
    "smi_followup": {"death_date": "2026-11-18", "death_cause": 4},
    "copd_followup": {"not_seen": [2, "肺炎"]},
}
MOVED = {
    "smi_followup": {"lost_reason": 2},
    "copd_followup": {"not_seen": [3, "进城"]},
}


def absent(desk, person, code, given):
    bare = {"visit_date": DAY, "doctor": "王明", **given}
    return FormRecords(desk).save(person, code, bare, confirmed=ASKED)


@pytest.mark.parametrize(("code", "due"), [("smi_followup", date(2026, 12, 20)), ("copd_followup", date(2027, 2, 20))])
def test_somebody_who_was_not_met_stays_in_the_list(clinic_desk, code, due):
    person = add_resident(clinic_desk)
    absent(clinic_desk, person, code, LOST[code])
    assert [task[2] for task in open_tasks(clinic_desk, person)] == [due]
    (visit,) = rows(clinic_desk, FollowUp, person)
    assert (visit.not_seen, visit.visit_class, visit.is_controlled) == (1, None, False)


@pytest.mark.parametrize("code", ["smi_followup", "copd_followup"])
@pytest.mark.parametrize(("how", "state"), [(DEAD, "dead"), (MOVED, "moved")])
def test_death_and_moving_away_end_everything_and_come_back_when_void(clinic_desk, code, how, state):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "htn", None, date(2026, 1, 5))
    entry = absent(clinic_desk, person, code, how[code]).entry_id
    residents = Residents(clinic_desk)
    assert residents.get(person).state == state
    assert managed(clinic_desk, person) == open_tasks(clinic_desk, person) == []
    FormRecords(clinic_desk).void(entry, "弄错了人")
    assert residents.get(person).state == "active"
    assert managed(clinic_desk, person) == ["htn"]
    assert [task[:2] for task in open_tasks(clinic_desk, person)] == [("follow_up", "htn")]


def test_a_partial_form_changes_nothing_until_it_is_completed(clinic_desk):
    person = add_resident(clinic_desk)
    records = FormRecords(clinic_desk)
    given = answers("copd_followup", spo2=None)
    entry = records.save(person, "copd_followup", given, confirmed=ASKED, partial=True).entry_id
    assert rows(clinic_desk, Enrolment, person) == rows(clinic_desk, FollowUp, person) == []
    revised(clinic_desk, entry, "copd_followup")
    assert managed(clinic_desk, person) == ["copd"]


def test_copd_is_asked_about_below_35_and_the_others_are_not(clinic_desk):
    young = add_resident(clinic_desk, born=date(1991, 11, 23))
    for disease in ("smi", "tb"):
        assert Enrolments(clinic_desk).enrol(young, disease, None, ON).ended_on is None
    with pytest.raises(Refused, match="不到 35 岁"):
        Enrolments(clinic_desk).enrol(young, "copd", None, ON)
    old_enough = add_resident(clinic_desk, born=date(1991, 11, 20))
    assert Enrolments(clinic_desk).enrol(old_enough, "copd", None, ON).disease == "copd"


def test_the_work_list_shows_every_programme_and_filters_by_it(clinic_desk):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "htn", None, date(2026, 11, 15))
    saved(clinic_desk, person, "smi_followup", **UNSTABLE)
    wanted = WorkFilter(disease="smi", until="all")
    (row,) = WorkList(clinic_desk).page(wanted).rows
    assert row.diseases == ("htn", "smi")
    assert str(row.diseases_text) == "高血压 · 严重精神障碍"
    assert [str(last.text) for last in row.last] == ["—", "不稳定"]


def test_a_height_and_a_weight_go_to_the_resident_and_back(clinic_desk):
    person = add_resident(clinic_desk)
    entry = saved(clinic_desk, person, "copd_followup", height="158.0", weight="61.5").entry_id
    found = Residents(clinic_desk).get(person)
    assert (found.height_cm, found.weight_kg, found.weight_on) == (Decimal("158.0"), Decimal("61.5"), ON)
    FormRecords(clinic_desk).void(entry, "写错了人")
    found = Residents(clinic_desk).get(person)
    assert (found.weight_kg, found.weight_on) == (None, None)


@pytest.mark.parametrize(
    ("reason", "state", "ended"), [(2, "dead", "死亡"), (3, "active", "丢失"), (4, "active", "转入耐多药治疗")]
)
def test_whatever_ends_the_treatment_ends_the_management_until_it_is_void(clinic_desk, reason, state, ended):
    person = add_resident(clinic_desk)
    saved(clinic_desk, person, "tb_first_visit", visit_date="2026-06-01", next_visit_date="2026-06-11")
    given = {**CLOSED, "stop_reason": reason, "referral_dept": None, "referral_reason": None}
    entry = saved(clinic_desk, person, "tb_followup", **given).entry_id
    (enrolment,) = rows(clinic_desk, Enrolment, person)
    assert (Residents(clinic_desk).get(person).state, enrolment.end_reason) == (state, ended)
    assert open_tasks(clinic_desk, person) == []
    FormRecords(clinic_desk).void(entry, "弄错了")
    assert Residents(clinic_desk).get(person).state == "active"
    assert managed(clinic_desk, person) == ["tb"]
    assert open_tasks(clinic_desk, person) == [("follow_up", "tb", date(2026, 6, 11))]


def test_a_form_of_a_day_under_an_ended_enrolment_belongs_to_it(clinic_desk):
    person = add_resident(clinic_desk)
    enrolled = Enrolments(clinic_desk).enrol(person, "copd", None, date(2026, 1, 5))
    Enrolments(clinic_desk).end(enrolled.id, date(2026, 11, 21), "本人要求")
    found = saved(clinic_desk, person, "copd_followup")
    assert found.notes == ()
    (visit,) = rows(clinic_desk, FollowUp, person)
    assert (visit.enrolment_id, managed(clinic_desk, person)) == (enrolled.id, [])
    assert open_tasks(clinic_desk, person) == []
    FormRecords(clinic_desk).void(found.entry_id, "写错了")
    assert open_tasks(clinic_desk, person) == []


def test_whoever_has_left_is_not_enrolled_by_an_old_form(clinic_desk):
    person = add_resident(clinic_desk, state="moved", state_on=date(2026, 11, 21))
    assert saved(clinic_desk, person, "copd_followup").notes == ()
    assert rows(clinic_desk, Enrolment, person) == rows(clinic_desk, FollowUp, person) == []
