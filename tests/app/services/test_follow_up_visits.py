"""A visit from the empty screen to the next one that is due, on a real encrypted file."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.desk import Desk
from app.forms.vocabulary import Level
from app.services.drafts import Drafts
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.problems import Refused
from app.services.referral_checks import ReferralChecks
from db.models import DueTask, Enrolment, FormDraft, FormEntry, Resident, Revision, SearchKey
from tests.followup_people import REFERRED, add_resident, both_answers, dm_answers, htn_answers

TODAY = date(2026, 11, 22)
DIAGNOSED, ENROLLED = date(2019, 5, 1), date(2019, 6, 1)


@pytest.fixture
def visits(clinic_desk: Desk) -> FollowUps:
    return FollowUps(clinic_desk)


def hypertensive(desk: Desk, **facts) -> str:
    resident_id = add_resident(desk, **facts)
    Enrolments(desk).enrol(resident_id, "htn", DIAGNOSED, ENROLLED)
    return resident_id


def with_both(desk: Desk, **facts) -> str:
    resident_id = hypertensive(desk, **facts)
    Enrolments(desk).enrol(resident_id, "dm", DIAGNOSED, ENROLLED)
    return resident_id


def open_tasks(desk: Desk, resident_id: str) -> list[tuple[str, str, date]]:
    with desk.sessions.reading() as session:
        rows = session.execute(
            select(DueTask.kind, DueTask.disease, DueTask.due_on)
            .where(DueTask.resident_id == resident_id, DueTask.done_on.is_(None))
            .order_by(DueTask.kind, DueTask.disease, DueTask.due_on)
        )
        return [tuple(row) for row in rows]


def enrolment(desk: Desk, resident_id: str, disease: str = "htn") -> Enrolment:
    with desk.sessions.reading() as session:
        return session.scalars(
            select(Enrolment).where(Enrolment.resident_id == resident_id, Enrolment.disease == disease)
        ).one()


def resident(desk: Desk, resident_id: str) -> Resident:
    with desk.sessions.reading() as session:
        return session.get_one(Resident, resident_id)


def keys(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def test_a_satisfactory_visit_books_the_next_one_in_three_months(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    saved = visits.save_visit(person, htn_answers(TODAY))
    assert saved.sheets[0].visit_class == 1
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2027, 2, 22))]
    last = enrolment(clinic_desk, person)
    assert (last.last_visit_on, last.last_sbp, last.last_dbp, last.last_class) == (TODAY, 136, 82, 1)
    assert last.unsatisfactory_in_a_row == 0


def test_the_first_unsatisfactory_visit_is_followed_in_two_weeks_without_referral(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    saved = visits.save_visit(person, htn_answers(TODAY, sbp=162, dbp=94))
    assert (saved.sheets[0].visit_class, saved.sheets[0].referral) == (2, "no")
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2026, 12, 6))]
    assert enrolment(clinic_desk, person).unsatisfactory_in_a_row == 1


def test_the_second_unsatisfactory_visit_asks_for_a_referral_or_a_reason(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(date(2026, 11, 13), sbp=162, dbp=94))
    second = htn_answers(TODAY, sbp=158, dbp=92)
    proposal = visits.propose(visits.open_visit(person), second).of("htn")
    assert str(proposal.headline) == "血压控制不满意　第 2 次"
    assert [str(reason.message) for reason in proposal.reasons][:2] == [
        "收缩压 158 ≥ 150（≥65 岁标准）",
        "舒张压 92 ≥ 90",
    ]
    assert "上次 11-13 也不满意：162/94" in [str(reason.message) for reason in proposal.reasons]
    with pytest.raises(Refused) as refusal:
        visits.save_visit(person, second)
    assert keys(refusal) == ["no_referral_reason"]

    saved = visits.save_visit(person, second | REFERRED)
    assert saved.is_referred
    assert open_tasks(clinic_desk, person) == [
        ("follow_up", "htn", date(2026, 12, 6)),
        ("referral_check", "htn", date(2026, 12, 6)),
    ]


def test_a_referral_that_is_not_made_needs_a_reason_and_opens_no_check(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(date(2026, 11, 13), sbp=162))
    answers = htn_answers(TODAY, sbp=158, no_referral_reason="本人不愿意去")
    assert visits.save_visit(person, answers).sheets[0].referral == "no"
    assert [task[0] for task in open_tasks(clinic_desk, person)] == ["follow_up"]


def test_a_referral_check_stays_open_through_an_ordinary_visit_until_its_result_is_entered(
    clinic_desk, visits, clock
):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(TODAY, sbp=185) | REFERRED, confirmed=frozenset({"sbp"}))
    clock.forward(days=7)
    visits.save_visit(person, htn_answers(TODAY + timedelta(days=7)))
    checks = ReferralChecks(clinic_desk)
    (check,) = checks.open()
    assert (check.due_on, check.referred_on, check.name) == (date(2026, 12, 6), TODAY, "李桂兰")
    checks.enter_result(check.task_id, arrived=True, note="已调整用药")
    assert checks.open() == ()
    with clinic_desk.sessions.reading() as session:
        assert session.get_one(DueTask, check.task_id).result == "到位：已调整用药"


def test_both_diseases_are_one_visit_with_two_sheets_and_the_earlier_next_date(clinic_desk, visits):
    person = with_both(clinic_desk)
    sheet = visits.open_visit(person)
    assert sheet.form_codes == ("htn_followup", "dm_followup")
    assert "sbp" in sheet.fields
    assert {"htn_followup.symptoms", "dm_followup.symptoms"} < set(sheet.fields)
    saved = visits.save_visit(person, both_answers(TODAY, fpg="7.9"))
    assert {item.form_code: item.visit_class for item in saved.sheets} == {
        "htn_followup": 1,
        "dm_followup": 2,
    }
    assert {item.next_visit_on for item in saved.sheets} == {date(2026, 12, 6)}
    assert [task[1:] for task in open_tasks(clinic_desk, person)] == [
        ("dm", date(2026, 12, 6)),
        ("htn", date(2026, 12, 6)),
    ]
    with clinic_desk.sessions.reading() as session:
        entries = session.scalars(select(FormEntry).where(FormEntry.resident_id == person)).all()
    assert len({entry.visit_id for entry in entries}) == 1
    assert {entry.answers["sbp"] for entry in entries} == {136}
    assert {"salt" in entry.answers for entry in entries} == {True, False}


def test_a_visit_can_be_made_for_one_of_two_diseases(clinic_desk, visits):
    person = with_both(clinic_desk)
    sheet = visits.open_visit(person, diseases={"htn"})
    assert (sheet.form_codes, sheet.other_diseases) == (("htn_followup",), ("dm",))
    visits.save_visit(person, htn_answers(TODAY), diseases={"htn"})
    assert open_tasks(clinic_desk, person) == [
        ("follow_up", "dm", date(2019, 6, 15)),
        ("follow_up", "htn", date(2027, 2, 22)),
    ]


def test_an_emergency_is_urgent_and_never_proposed_as_satisfactory(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    sheet = visits.open_visit(person)
    proposal = visits.propose(sheet, htn_answers(TODAY, emergency_signs=["胸闷"]))
    assert proposal.referral == "urgent"
    assert proposal.of("htn").proposed_class is None
    assert "visit_class" in [problem.code for problem in proposal.problems]


def test_warning_symptoms_ask_for_the_checklist_until_it_was_gone_through(clinic_desk, visits):
    sheet = visits.open_visit(hypertensive(clinic_desk))
    asked = visits.propose(sheet, htn_answers(TODAY, symptoms=[2]))
    assert [(p.code, p.level) for p in asked.problems] == [("emergency_signs", Level.ASK)]
    assert visits.propose(sheet, htn_answers(TODAY, symptoms=[2], emergency_signs=[])).problems == ()


def test_the_doctor_overrules_the_class_only_with_a_reason(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    answers = htn_answers(TODAY, sbp=152, visit_class=1)
    with pytest.raises(Refused) as refusal:
        visits.save_visit(person, answers)
    assert keys(refusal) == ["class_reason"]
    visits.save_visit(person, answers | {"class_reason": "家庭自测一直正常，诊室紧张"})
    last = enrolment(clinic_desk, person)
    assert (last.last_class, last.unsatisfactory_in_a_row) == (1, 1)


def test_a_complication_that_only_the_doctor_sees_leads_to_referral(clinic_desk, visits):
    sheet = visits.open_visit(hypertensive(clinic_desk))
    proposal = visits.propose(sheet, htn_answers(TODAY, visit_class=4)).of("htn")
    assert (proposal.proposed_class, proposal.referral) == (1, "yes")
    assert proposal.check_due == date(2026, 12, 6)


def test_a_later_date_than_the_rule_is_asked_about_and_passes_with_its_reason(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    late = htn_answers(TODAY, next_visit_date="2027-03-01")
    with pytest.raises(Refused) as refusal:
        visits.save_visit(person, late)
    assert [(p.code, p.level) for p in refusal.value.problems] == [("next_visit_date", Level.ASK)]
    visits.save_visit(person, late | {"next_visit_reason": "春节后才回村"})
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2027, 3, 1))]


def test_a_question_passes_once_it_is_confirmed(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    unusual = htn_answers(TODAY, sbp=88, dbp=60)
    with pytest.raises(Refused) as refusal:
        visits.save_visit(person, unusual)
    assert keys(refusal) == ["sbp"]
    assert visits.save_visit(person, unusual, confirmed=frozenset({"sbp"})).sheets[0].visit_class == 1


@pytest.mark.parametrize(
    ("changes", "key", "sentence"),
    [
        ({"sbp": 1300}, "sbp", "收缩压请填 30 到 300 之间的数，您填的是 1300。"),
        ({"sbp": "高"}, "sbp", "收缩压：请填整数，您填的是“高”。"),
        ({"sbp": None}, "sbp", "请填写收缩压。"),
        ({"dbp": 140}, "dbp", "舒张压 140 应低于收缩压 136，请核对。"),
        ({"visit_date": "2026-11-23"}, "visit_date", "随访日期 2026-11-23 还没有到，请核对日期。"),
        ({"visit_date": "2019-04-30"}, "visit_date", "随访日期 2019-04-30 早于确诊日期 2019-05-01，请核对。"),
        ({"weather": "晴"}, "weather", "这张表里没有“weather”这一项。"),
    ],
)
def test_each_wrong_answer_is_named_once_beside_its_field(clinic_desk, visits, changes, key, sentence):
    person = hypertensive(clinic_desk)
    with pytest.raises(Refused) as refusal:
        visits.save_visit(person, htn_answers(TODAY, **changes))
    assert [str(p.message) for p in refusal.value.problems if p.code == key] == [sentence]
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2019, 6, 15))]


def test_a_shared_wrong_answer_of_two_sheets_is_said_once(clinic_desk, visits):
    sheet = visits.open_visit(with_both(clinic_desk))
    problems = visits.propose(sheet, both_answers(TODAY, sbp=1300, psych=None)).problems
    assert [problem.code for problem in problems] == ["sbp", "psych"]


def test_the_same_day_twice_is_asked_about(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(TODAY))
    with pytest.raises(Refused) as refusal:
        visits.save_visit(person, htn_answers(TODAY))
    assert keys(refusal) == ["visit_date"]


def test_an_old_sheet_typed_in_later_leaves_last_result_and_task_alone(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(TODAY))
    visits.save_visit(person, htn_answers(date(2026, 8, 10), sbp=156, weight="70"))
    last = enrolment(clinic_desk, person)
    assert (last.last_visit_on, last.last_sbp, last.unsatisfactory_in_a_row) == (TODAY, 136, 0)
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2027, 2, 22))]
    assert resident(clinic_desk, person).weight_kg == Decimal("63.5")


def test_second_in_a_row_is_judged_by_the_visit_directly_before_in_time(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    for day, sbp in ((date(2026, 3, 1), 160), (date(2026, 9, 1), 162)):
        visits.save_visit(person, htn_answers(day, sbp=sbp, no_referral_reason="本人拒绝"))
    sheet = visits.open_visit(person)
    between = visits.propose(sheet, htn_answers(date(2026, 6, 1), sbp=155)).of("htn")
    assert (between.referral, between.consecutive) == ("yes", 2)
    before_all = visits.propose(sheet, htn_answers(date(2026, 2, 1), sbp=155)).of("htn")
    assert (before_all.referral, before_all.consecutive) == ("no", 1)


def test_a_satisfactory_visit_in_between_starts_the_count_again(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    for day, sbp in ((date(2026, 3, 1), 160), (date(2026, 3, 14), 140)):
        visits.save_visit(person, htn_answers(day, sbp=sbp))
    proposal = visits.propose(visits.open_visit(person), htn_answers(TODAY, sbp=160)).of("htn")
    assert (proposal.consecutive, proposal.referral) == (1, "no")


def test_age_65_on_the_visit_day_sets_the_limit(clinic_desk, visits):
    person = hypertensive(clinic_desk, born=date(1961, 11, 23))
    sheet = visits.open_visit(person)
    assert visits.propose(sheet, htn_answers(TODAY, sbp=145)).of("htn").proposed_class == 2
    older = hypertensive(clinic_desk, born=date(1961, 11, 22))
    assert visits.propose(visits.open_visit(older), htn_answers(TODAY, sbp=145)).of("htn").proposed_class == 1


def test_a_phone_visit_without_pressure_has_no_class_and_is_kept(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    by_phone = htn_answers(TODAY, visit_method=3, sbp=None, dbp=None, weight=None, heart_rate=None)
    saved = visits.save_visit(person, by_phone | {"next_visit_date": "2026-12-20"})
    assert saved.sheets[0].visit_class is None
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2026, 12, 20))]


def test_a_person_who_could_not_be_found_stays_on_the_list_and_counts_as_not_controlled(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(TODAY, not_seen=1, not_seen_note="外出打工，联系不上"))
    last = enrolment(clinic_desk, person)
    assert (last.ended_on, last.last_class, last.unsatisfactory_in_a_row) == (None, None, 1)
    assert open_tasks(clinic_desk, person) == [("follow_up", "htn", date(2027, 2, 22))]
    with clinic_desk.sessions.reading() as session:
        answers = session.scalars(select(FormEntry.answers)).one()
    assert set(answers) == {"visit_date", "not_seen", "not_seen_note", "next_visit_date", "doctor"}


@pytest.mark.parametrize(("code", "state", "reason"), [(2, "dead", "死亡"), (3, "moved", "迁出")])
def test_death_or_moving_away_ends_every_management_and_every_task(clinic_desk, visits, code, state, reason):
    person = with_both(clinic_desk)
    visits.save_visit(person, {"visit_date": "2026-11-20", "not_seen": code, "not_seen_note": "家属告知"})
    assert open_tasks(clinic_desk, person) == []
    for disease in ("htn", "dm"):
        ended = enrolment(clinic_desk, person, disease)
        assert (ended.ended_on, ended.end_reason) == (date(2026, 11, 20), reason)
    who = resident(clinic_desk, person)
    assert (who.state, who.state_on, who.state_reason) == (state, date(2026, 11, 20), "家属告知")
    with clinic_desk.sessions.reading() as session:
        assert "~^李桂兰" in session.scalars(select(SearchKey.k)).all()


def test_height_and_weight_find_their_home_at_the_resident(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(TODAY, height="158", weight="70.2"))
    who = resident(clinic_desk, person)
    assert (who.height_cm, who.weight_kg, who.weight_on) == (Decimal("158"), Decimal("70.2"), TODAY)
    with clinic_desk.sessions.reading() as session:
        change = session.scalars(select(Revision).where(Revision.entity == "resident")).one()
    assert (change.before, change.after) == ({"height_cm": "156.0"}, {"height_cm": "158"})


def test_the_sheet_tells_what_was_last_time(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(date(2025, 11, 10), sbp=150, dbp=95))
    visits.save_visit(person, htn_answers(date(2026, 5, 9), sbp=148, dbp=88))
    visits.save_visit(person, htn_answers(date(2026, 11, 13), sbp=162, dbp=94))
    sheet = visits.open_visit(person)
    assert (sheet.previous["sbp"].shown, sheet.previous["sbp"].on) == ("162", date(2026, 11, 13))
    assert [str(visit.reading) for visit in sheet.visits] == ["162/94", "148/88", "150/95"]
    assert [str(visit.result) for visit in sheet.visits] == ["控制不满意", "控制满意", "控制不满意"]
    assert [reading.sbp for reading in sheet.readings] == [148, 162]
    assert sheet.visit_number == 3
    assert (sheet.targets.sbp_below, sheet.targets.dbp_below) == (150, 90)
    assert sheet.starting["drugs"][0]["name"] == "硝苯地平控释片 30mg"
    assert sheet.person.phone_masked == "138****2716"


def test_medicines_are_compared_with_the_visit_before(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    visits.save_visit(person, htn_answers(date(2026, 8, 10)))
    drugs = [
        {"name": "硝苯地平控释片30mg", "times_per_day": 1, "dose": "1片"},
        {"name": "缬沙坦胶囊 80mg", "times_per_day": 1, "dose": "1粒"},
    ]
    proposal = visits.propose(visits.open_visit(person), htn_answers(TODAY, drugs=drugs))
    changes = proposal.changes["htn_followup"]
    assert [str(change.label) for change in changes] == ["未变", "新增"]


def test_saving_removes_the_draft_and_refusing_keeps_it(clinic_desk, visits):
    person = hypertensive(clinic_desk)
    drafts = Drafts(clinic_desk)
    drafts.save("follow_up", person, {"sbp": "13"})
    with pytest.raises(Refused):
        visits.save_visit(person, {"sbp": "13"})
    assert visits.open_visit(person).draft.payload == {"sbp": "13"}
    visits.save_visit(person, htn_answers(TODAY))
    assert drafts.latest() is None
    with clinic_desk.sessions.reading() as session:
        assert session.scalars(select(FormDraft)).all() == []


def test_low_glucose_is_an_emergency_and_never_satisfactory(clinic_desk, visits):
    person = add_resident(clinic_desk)
    Enrolments(clinic_desk).enrol(person, "dm", DIAGNOSED, ENROLLED)
    proposal = visits.propose(visits.open_visit(person), dm_answers(TODAY, fpg="3.9", hypoglycaemia=2))
    assert (proposal.of("dm").proposed_class, proposal.referral) == (3, "urgent")
