"""A change offers to go through: told before, written as a revision of its place with a reason, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.desk import Desk
from app.forms.fact_parts import Scope
from app.forms.facts import FACTS
from app.forms.registry import form
from app.i18n import tr
from app.services import facts
from app.services.enrolments import Enrolments
from app.services.facts import Facts
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.history import broken_links, changes_of
from app.services.problems import Refused
from app.services.residents import Residents
from app.services.search import Search
from db.models import DueTask, Enrolment, FollowUp, FormEntry, Resident, Revision
from tests.app.services.fact_sheets import sheet_saying
from tests.desks import Clock, make_clinic
from tests.followup_people import add_resident, both_answers, htn_answers
from tests.residents import register
from tests.samples.facts import DAY as SAMPLE_DAY
from tests.samples.facts import OTHERS
from tests.samples.form_answers import FILLED

DAY, TODAY = date(2026, 11, 20), date(2026, 11, 22)
CARD = {code: value for code, value in FILLED["record_card"].items() if code != "chronic_note"} | {
    "chronic": [2]
}
REASON = "随“信息卡 2026-11-22”一起更改"


@pytest.fixture
def records(clinic_desk: Desk) -> FormRecords:
    return FormRecords(clinic_desk)


def a_card(person, **changes):
    """The card of a registered resident as her record has it, with `changes`."""
    card = {**CARD, "record_no": person.record_no, "org_phone": "0394-5550101", **changes}
    return {code: value for code, value in card.items() if value is not None}


def managed(desk: Desk, *diseases: str) -> str:
    person = add_resident(desk, height_cm=Decimal("156.5"))
    for disease in diseases:
        Enrolments(desk).enrol(person, disease, date(2019, 5, 1), date(2019, 5, 1))
    return person


def an_examination(**changes):
    answers = {**FILLED["health_exam"], "exam_date": "2026-11-22", **changes}
    return {code: value for code, value in answers.items() if value is not None}


def in_keeping(**changes):
    """An examination that says of the shared facts what CALM of the follow-up says."""
    return an_examination(
        bp_left=[136, 82], bp_right=[134, 80], weight="63.5", heart_rate=76, smoking=1, drinking_freq=1,
        exercise_freq=2, exercise_minutes=20, exercise_years="3", target_weight=None, risk_control=[3],
        risk_control_note=None, vaccine_advised=None, cigarettes_per_day=None, smoking_start_age=None,
        smoking_quit_age=None, alcohol_per_day=None, drinking_quit=None, drinking_quit_age=None,
        drinking_start_age=None, drunk_last_year=None, alcohol_kinds=None, alcohol_kinds_note=None, **changes,
    )  # fmt: skip


def changes_with(desk: Desk, resident_id: str, form_code: str, answers, entry_id=None):
    canonical = form(form_code).read(answers).answers
    with desk.sessions.reading() as session:
        return facts.changes(session, desk, resident_id, form_code, canonical, entry_id=entry_id)


def everything(desk: Desk):
    """All that a refusal must leave as it was."""
    with desk.sessions.reading() as session:
        entries = session.execute(
            select(FormEntry.id, FormEntry.answers, FormEntry.revision, FormEntry.state).order_by(
                FormEntry.id
            )
        ).all()
        phones = session.execute(select(Resident.phone, Resident.blood_abo, Resident.revision)).all()
        return entries, phones, session.scalar(select(func.count()).select_from(Revision))


STANDING = [
    ("home_phone", "13700001111", "phone", "本人电话", "个人基本信息表", "13812342716", "13700001111"),
    ("home_address", "5组1号", "current_address", "现住址", "居民健康档案", "青石镇柳庄村3组12号", "5组1号"),
    ("emergency_contact", "李小山", "contact_name", "联系人姓名", "个人基本信息表", "李大山", "李小山"),
    ("emergency_phone", "13912340009", "contact_phone", "联系人电话", "个人基本信息表", "13912340001", "13912340009"),
    ("blood_abo", 3, "blood_abo", "ABO 血型", "个人基本信息表", "A型", "O型"),
    ("blood_rh", 1, "blood_rh", "RH 血型", "个人基本信息表", "阳性", "阴性"),
    ("name", "李桂兰兰", "name", "姓名", "居民健康档案", "李桂兰", "李桂兰兰"),
    ("allergy", "青霉素、海鲜", "drug_allergy", "药物过敏史", "个人基本信息表", "青霉素", "青霉素、其他 海鲜"),
    ("chronic", [2, 4], "diseases", "既往史·疾病", "个人基本信息表", "高血压 2019-05", "高血压 2019-05；脑卒中 2026-11"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "value", "fact", "label", "place", "before", "after"),
    STANDING,
    ids=[each[2] for each in STANDING],
)
def test_a_fact_that_stands_otherwise_at_home_offers_to_go_through(
    clinic_desk, records, code, value, fact, label, place, before, after
):
    person = register(clinic_desk)
    (change,) = changes_with(clinic_desk, person.id, "record_card", a_card(person, **{code: value}))
    assert (change.key, change.label, tr(change.place)) == (f"{fact}@home", label, place)
    assert (change.before, change.after) == (before, after)


@pytest.mark.parametrize(
    ("code", "value", "fact", "label", "place", "before", "after"),
    STANDING,
    ids=[each[2] for each in STANDING],
)
def test_a_fact_goes_home_when_the_doctor_agrees_and_not_otherwise(
    clinic_desk, records, code, value, fact, label, place, before, after
):
    person = register(clinic_desk)
    residents = Residents(clinic_desk)
    saved = records.save(person.id, "record_card", a_card(person, **{code: value}))
    assert [change.key for change in saved.changes] == [f"{fact}@home"]
    assert residents.get(person.id).revision == 1
    Facts(clinic_desk).carry_through([saved.entry_id], {f"{fact}@home"})
    assert residents.get(person.id).revision == 2
    assert Facts(clinic_desk).changes(saved.entry_id) == ()
    newest = residents.history(person.id)[0]
    assert newest.reason == REASON
    with clinic_desk.sessions.reading() as session:
        assert broken_links(session) == []


def test_the_card_as_the_record_has_it_changes_nothing(clinic_desk):
    person = register(clinic_desk)
    assert changes_with(clinic_desk, person.id, "record_card", a_card(person)) == ()


def test_a_phone_goes_to_cover_record_and_search_at_once(clinic_desk, records):
    person = register(clinic_desk)
    card = a_card(person, home_phone="13700001111")
    records.save(person.id, "record_card", card, through={"phone@home"})
    record = Residents(clinic_desk).record(person.id)
    assert (record.cover["phone"], record.info["own_phone"]) == ("13700001111", "13700001111")
    assert [hit.resident_id for hit in Search(clinic_desk).find("1111")] == [person.id]
    assert Search(clinic_desk).find("2716") == []


def test_a_diagnosis_is_added_and_none_is_taken_away(clinic_desk, records):
    person = register(
        clinic_desk,
        disease_history=[{"code": 2, "confirmed_ym": "2019-05"}, {"code": 9, "confirmed_ym": "1975"}],
    )
    saved = records.save(person.id, "record_card", a_card(person, chronic=[3]), through={"diseases@home"})
    assert saved.changes == ()
    assert Residents(clinic_desk).record(person.id).info["disease_history"] == [
        {"code": 2, "confirmed_ym": "2019-05"},
        {"code": 9, "confirmed_ym": "1975"},
        {"code": 3, "confirmed_ym": "2026-11"},
    ]


def test_a_mental_disorder_brings_its_own_date_home(clinic_desk, records):
    person = register(clinic_desk)
    saved = records.save(person.id, "smi_info", FILLED["smi_info"])
    (change,) = saved.changes
    assert change.after == "高血压 2019-05；严重精神障碍 2005-08"


def test_a_home_that_refuses_is_named_and_nothing_is_saved(clinic_desk, records):
    person = register(clinic_desk)
    other = register(clinic_desk, "王秀英", "1958-02-03")
    before = everything(clinic_desk)
    card = a_card(person, record_no=other.record_no)
    with pytest.raises(Refused) as refusal:
        records.save(person.id, "record_card", card, through={"record_no@home"})
    (problem,) = refusal.value.problems
    assert problem.code == "through"
    assert tr(problem.message).startswith("居民健康档案不能一起改：")
    assert everything(clinic_desk) == before


def test_a_complete_sheet_does_not_become_half_filled_by_a_change(clinic_desk, records):
    person = register(clinic_desk)
    card = a_card(person, blood_abo=3)
    records.save(person.id, "record_card", card, through={"blood_abo@home"})
    assert not Residents(clinic_desk).record(person.id).info_is_partial


SHEET = [
    ("blood_pressure", {"bp_left": [150, 90], "bp_right": [148, 92]}, "136/82", "150/90", {"sbp": 150, "dbp": 90}),
    ("heart_rate", {"heart_rate": 88}, "76", "88", {"heart_rate": 88}),
    ("weight", {"weight": "65.0"}, "63.5", "65.0", {"weight": Decimal("65.0")}),
    ("cigarettes", {"smoking": 3, "cigarettes_per_day": 10, "smoking_start_age": 30}, "0", "10", {"cigarettes": 10}),
    ("alcohol", {"drinking_freq": 3, "alcohol_per_day": "1.5", "drinking_quit": 1, "drinking_start_age": 30,
                 "drunk_last_year": 2, "alcohol_kinds": [1]}, "0", "1.5", {"alcohol": Decimal("1.5")}),
    ("exercise_times", {"exercise_freq": 1}, "3", "7", {"exercise_times": 7}),
    ("exercise_minutes", {"exercise_minutes": 40}, "20", "40", {"exercise_minutes": 40}),
    ("height", {"height": "157.0"}, "156.5", "157.0", {"height": Decimal("157.0")}),
]  # fmt: skip


def test_an_examination_that_agrees_with_the_visit_of_the_day_changes_nothing(clinic_desk):
    person = managed(clinic_desk, "htn")
    FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))
    told = changes_with(clinic_desk, person, "health_exam", in_keeping())
    assert [change.key for change in told if not change.key.endswith("@home")] == []


@pytest.mark.parametrize(
    ("fact", "answers", "before", "after", "written"), SHEET, ids=[each[0] for each in SHEET]
)
def test_what_the_examination_measured_goes_to_the_visit_of_the_day(
    clinic_desk, records, fact, answers, before, after, written
):
    person = managed(clinic_desk, "htn")
    visit = FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))
    entry_id = visit.sheets[0].entry_id
    key = f"{fact}@{entry_id}"
    exam = {**in_keeping(), **answers}
    told = {change.key: change for change in changes_with(clinic_desk, person, "health_exam", exam)}
    assert (told[key].before, told[key].after) == (before, after)
    assert tr(told[key].place) == "高血压随访 2026-11-22"
    records.save(person, "health_exam", exam, through={key}, confirmed=frozenset(form("health_exam").fields))
    sheet = FollowUps(clinic_desk).recorded_sheet(entry_id)
    assert {code: sheet.answers[code] for code in written} == written
    assert sheet.revision == 2
    with clinic_desk.sessions.reading() as session:
        assert changes_of(session, "form_entry", entry_id)[0].reason == "随“健康体检 2026-11-22”一起更改"


def test_class_tasks_and_results_of_the_visit_follow_the_change(clinic_desk, records):
    person = managed(clinic_desk, "htn")
    visit = FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))
    entry_id = visit.sheets[0].entry_id
    exam = {**in_keeping(), "bp_left": [162, 94], "bp_right": [160, 92]}
    key = f"blood_pressure@{entry_id}"
    records.save(person, "health_exam", exam, through={key}, confirmed=frozenset(form("health_exam").fields))
    sheet = FollowUps(clinic_desk).recorded_sheet(entry_id)
    assert (sheet.answers["visit_class"], sheet.answers["next_visit_date"]) == (2, date(2026, 12, 6))
    with clinic_desk.sessions.reading() as session:
        row = session.scalars(select(FollowUp)).one()
        assert (row.sbp, row.dbp, row.is_controlled) == (162, 94, False)
        enrolment = session.scalars(select(Enrolment)).one()
        assert (enrolment.last_sbp, enrolment.last_class, enrolment.unsatisfactory_in_a_row) == (162, 2, 1)
        due = session.scalars(
            select(DueTask.due_on).where(
                DueTask.done_on.is_(None), DueTask.kind == "follow_up", DueTask.disease == "htn"
            )
        ).all()
        assert due == [date(2026, 12, 6)]
        assert broken_links(session) == []


def test_a_visit_that_would_need_a_reason_is_named_and_nothing_is_saved(clinic_desk, records):
    person = managed(clinic_desk, "htn")
    chosen = htn_answers(TODAY, visit_class=1)
    visit = FollowUps(clinic_desk).save_visit(person, chosen)
    entry_id = visit.sheets[0].entry_id
    before = everything(clinic_desk)
    exam = {**in_keeping(), "bp_left": [192, 116], "bp_right": [190, 114]}
    with pytest.raises(Refused) as refusal:
        records.save(
            person,
            "health_exam",
            exam,
            through={f"blood_pressure@{entry_id}"},
            confirmed=frozenset(form("health_exam").fields),
        )
    assert {problem.code for problem in refusal.value.problems} == {"through"}
    assert all(
        tr(each.message).startswith("高血压随访 2026-11-22不能一起改：") for each in refusal.value.problems
    )
    assert everything(clinic_desk) == before


def test_both_sheets_of_a_visit_change_once(clinic_desk, records):
    person = managed(clinic_desk, "htn", "dm")
    visit = FollowUps(clinic_desk).save_visit(person, both_answers(TODAY))
    exam = {**in_keeping(), "weight": "65.0", "fpg": "6.4"}
    told = [each for each in changes_with(clinic_desk, person, "health_exam", exam) if each.label == "体重"]
    (change,) = told
    assert tr(change.place) == "高血压随访、糖尿病随访 2026-11-22"
    records.save(
        person, "health_exam", exam, through={change.key}, confirmed=frozenset(form("health_exam").fields)
    )
    for sheet in visit.sheets:
        recorded = FollowUps(clinic_desk).recorded_sheet(sheet.entry_id)
        assert (recorded.answers["weight"], recorded.revision) == (Decimal("65.0"), 2)


def test_a_change_that_was_not_agreed_to_is_told_and_stays_out(clinic_desk, records):
    person = managed(clinic_desk, "htn")
    visit = FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))
    exam = {**in_keeping(), "weight": "65.0"}
    saved = records.save(person, "health_exam", exam, confirmed=frozenset(form("health_exam").fields))
    key = f"weight@{visit.sheets[0].entry_id}"
    assert key in {change.key for change in saved.changes}
    assert FollowUps(clinic_desk).recorded_sheet(visit.sheets[0].entry_id).answers["weight"] == Decimal(
        "63.5"
    )


def test_a_visit_offers_its_values_to_the_examination_of_the_day(clinic_desk, records):
    person = managed(clinic_desk, "htn")
    confirmed = frozenset(form("health_exam").fields)
    exam = records.save(person, "health_exam", in_keeping(), confirmed=confirmed)
    visit = FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY, sbp=128, dbp=78, weight="64.0"))
    own = Facts(clinic_desk)
    entry_id = visit.sheets[0].entry_id
    told = {change.label: change for change in own.changes(entry_id)}
    assert {"血压", "体重"} <= set(told)
    assert tr(told["血压"].place) == "健康体检 2026-11-22"
    own.carry_through([entry_id], {told["血压"].key, told["体重"].key})
    after = records.recorded(exam.entry_id)
    assert (after.answers["bp_right_sbp"], after.answers["bp_right_dbp"]) == (128, 78)
    assert (after.answers["weight"], after.revision) == (Decimal("64.0"), 2)
    assert after.answers["bmi"] == Decimal("26.13")
    assert own.changes(entry_id) == ()
    assert records.history(exam.entry_id)[0].reason == "随“高血压随访 2026-11-22”一起更改"


def test_what_both_sheets_of_a_visit_say_is_told_once(clinic_desk, records):
    person = managed(clinic_desk, "htn", "dm")
    every = frozenset(form("health_exam").fields)
    exam = records.save(person, "health_exam", in_keeping(), confirmed=every)
    visit = FollowUps(clinic_desk).save_visit(person, both_answers(TODAY, weight="64.0"))
    sheets, own = [sheet.entry_id for sheet in visit.sheets], Facts(clinic_desk)
    told = own.changes(*sheets)
    assert [change.label for change in told].count("体重") == 1
    assert len({change.key for change in told}) == len(told)
    own.carry_through(sheets, {change.key for change in told})
    assert own.changes(*sheets) == ()
    assert records.recorded(exam.entry_id).answers["weight"] == Decimal("64.0")


def test_another_day_and_another_resident_are_left_alone(clinic_desk):
    person, neighbour = managed(clinic_desk, "htn"), managed(clinic_desk, "htn")
    FollowUps(clinic_desk).save_visit(person, htn_answers(DAY))
    FollowUps(clinic_desk).save_visit(neighbour, htn_answers(TODAY))
    exam = {**in_keeping(), "weight": "70.0", "bp_left": [150, 90]}
    told = changes_with(clinic_desk, person, "health_exam", exam)
    assert [change for change in told if not change.key.endswith("@home")] == []


def test_a_void_visit_is_left_alone(clinic_desk):
    person = managed(clinic_desk, "htn")
    visit = FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))
    FollowUps(clinic_desk).void_visit(visit.sheets[0].entry_id, "写错了人")
    told = changes_with(clinic_desk, person, "health_exam", {**in_keeping(), "weight": "70.0"})
    assert [change for change in told if not change.key.endswith("@home")] == []


def test_a_key_of_what_stands_there_already_is_passed_over(clinic_desk, records):
    person = register(clinic_desk)
    saved = records.save(person.id, "record_card", a_card(person), through={"phone@home", "weight@nowhere"})
    assert saved.changes == ()
    assert Residents(clinic_desk).get(person.id).revision == 1


def test_an_unfinished_form_changes_nothing_elsewhere(clinic_desk, records):
    person = register(clinic_desk)
    saved = records.save(person.id, "record_card", {"blood_abo": 3, "other": "听力差"}, partial=True)
    assert saved.state == "partial"
    assert Facts(clinic_desk).changes(saved.entry_id) == ()


THROUGH = [fact for fact in FACTS if fact.goes_through and (fact.scope is not Scope.STANDING or fact.follows)]


def said_by(fact, source):
    """Answers of the source with another value; what it has no words for is not among them."""
    return {form(source.form_code).date_code: SAMPLE_DAY, **source.shown(OTHERS.get(fact.code))}


DAY_PAIRS = [
    (fact, source, target)
    for fact in THROUGH
    for source in fact.places
    for target in fact.places
    if target.gives and target.takes and source.form_code != target.form_code
    if source.said(said_by(fact, source)) is not None
]
"""From FACTS, so that none is forgotten."""


def test_every_fact_that_goes_through_has_another_value_to_try():
    assert {fact.code for fact in THROUGH} == set(OTHERS)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    made = make_clinic(tmp_path_factory.mktemp("facts"), Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.mark.parametrize(
    ("fact", "source", "target"),
    DAY_PAIRS,
    ids=[f"{fact.code}-{source.form_code}-{target.form_code}" for fact, source, target in DAY_PAIRS],
)
def test_another_value_offers_to_go_through_to_each_sheet_of_the_day(desk, fact, source, target):
    person = add_resident(desk)
    said = said_by(fact, source)
    entry_id = sheet_saying(desk, person, fact, target, SAMPLE_DAY)
    sheet_saying(desk, person, fact, target, SAMPLE_DAY - timedelta(days=1))
    sheet_saying(desk, add_resident(desk, "王秀英"), fact, target, SAMPLE_DAY)
    told = {change.key: change for change in changes_with(desk, person, source.form_code, said)}
    shown = dict(target.shown(source.said(said)))
    if not shown:
        assert told == {}
        return
    assert list(told) == [f"{fact.code}@{entry_id}"]
    change = told[f"{fact.code}@{entry_id}"]
    first = next(code for code in target.codes if code in shown)
    assert change.after.startswith(form(target.form_code).fields[first].kind.show(shown[first]))
    assert change.before != change.after
    assert tr(change.place).endswith(" 2026-11-20")
