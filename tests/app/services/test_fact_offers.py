"""Every fact that is entered in one form is offered in the others, with its day and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.desk import Desk
from app.forms.fact_parts import Scope
from app.forms.facts import FACTS
from app.forms.registry import form
from app.i18n import tr
from app.services import facts
from app.services.enrolments import Enrolments
from app.services.fact_offers import RECORD_FORMS, begins
from app.services.form_records import FormRecords
from app.services.resident_views import ResidentView
from app.services.residents import Residents
from db.models import Resident
from tests.app.services.fact_sheets import answers_saying, sheet_saying
from tests.desks import Clock, make_clinic
from tests.followup_people import add_entry, add_resident
from tests.residents import register
from tests.samples.facts import DAY

TODAY = date(2026, 11, 22)
PAIRS = [
    (fact, source, target)
    for fact in FACTS
    for source in fact.places
    for target in fact.places
    if source.gives is not None
    and target.takes is not None
    and source.form_code != target.form_code
    and source.form_code not in RECORD_FORMS
    and target.form_code not in RECORD_FORMS
    and not begins(target)
]
IDS = [f"{fact.code}-{source.form_code}-{target.form_code}" for fact, source, target in PAIRS]
OF_THE_DAY = [pair for pair in PAIRS if pair[0].scope is Scope.OF_THE_DAY and pair[2].within is None]
OF_THE_YEAR = [pair for pair in PAIRS if pair[0].scope is Scope.LATEST or pair[2].within is not None]
BEGUN = [
    (fact, place)
    for fact in FACTS
    if fact.home
    for place in fact.places
    if place.takes is not None and begins(place) and place.form_code not in RECORD_FORMS
]


def ids(pairs):
    return [IDS[PAIRS.index(pair)] for pair in pairs]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    """One desk for all: every test has residents of its own."""
    made = make_clinic(tmp_path_factory.mktemp("facts"), Clock())
    yield made
    made.sessions.engine.dispose()


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> Iterator[tuple[Desk, ResidentView]]:
    """Another desk with somebody whose record holds every fact."""
    made = make_clinic(tmp_path_factory.mktemp("known"), Clock())
    person = register(made, drug_allergy=[2, 5], drug_allergy_note="海鲜")
    with made.sessions.writing() as session:
        session.get_one(Resident, person.id).height_cm = Decimal("156.5")
    yield made, person
    made.sessions.engine.dispose()


def offered(desk: Desk, resident_id: str, form_code: str, on: date = DAY, **more):
    with desk.sessions.reading() as session:
        return facts.offers(session, desk, resident_id, form_code, on, **more)


def wanted(fact, source, target):
    """What the target would show, or nothing where it cannot say what the source says."""
    return dict(target.shown(source.said(answers_saying(fact, source))))


@pytest.mark.parametrize(("fact", "source", "target"), PAIRS, ids=IDS)
def test_what_is_entered_in_one_form_is_offered_in_the_other_with_day_and_origin(desk, fact, source, target):
    person = add_resident(desk)
    entry_id = sheet_saying(desk, person, fact, source)
    found = offered(desk, person, target.form_code)
    for code, value in wanted(fact, source, target).items():
        offer = found[code]
        assert (offer.value, offer.on, offer.entry_id) == (value, DAY, entry_id)
        assert tr(offer.origin).endswith(" 2026-11-20")
        assert offer.shown == form(target.form_code).fields[code].kind.show(value)


@pytest.mark.parametrize(
    "fact", {id(pair[0]): pair[0] for pair in PAIRS}.values(), ids=lambda fact: fact.code
)
def test_each_fact_is_offered_somewhere(fact):
    assert any(wanted(fact, source, target) for each, source, target in PAIRS if each is fact)


@pytest.mark.parametrize(("fact", "source", "target"), PAIRS, ids=IDS)
def test_nothing_is_offered_from_another_resident_or_from_what_is_void_or_half_filled(
    desk, fact, source, target
):
    person, neighbour = add_resident(desk), add_resident(desk, "王秀英")
    sheet_saying(desk, neighbour, fact, source)
    sheet_saying(desk, person, fact, source, state="void")
    sheet_saying(desk, person, fact, source, state="partial")
    assert offered(desk, person, target.form_code) == {}


@pytest.mark.parametrize(("fact", "source", "target"), OF_THE_DAY, ids=ids(OF_THE_DAY))
@pytest.mark.parametrize("days", [-1, 1])
def test_a_measurement_is_not_offered_on_another_day(desk, fact, source, target, days):
    person = add_resident(desk)
    sheet_saying(desk, person, fact, source, DAY + timedelta(days=days))
    assert not set(offered(desk, person, target.form_code)) & set(target.codes)


@pytest.mark.parametrize(("fact", "source", "target"), OF_THE_YEAR, ids=ids(OF_THE_YEAR))
@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (366, True), (367, False)])
def test_what_holds_until_the_next_time_is_offered_for_a_year(desk, fact, source, target, days, counts):
    person = add_resident(desk)
    sheet_saying(desk, person, fact, source, DAY - timedelta(days=days))
    found = offered(desk, person, target.form_code)
    assert bool(set(found) & set(target.codes)) == (counts and bool(wanted(fact, source, target)))


@pytest.mark.parametrize(
    ("fact", "place"), BEGUN, ids=[f"{fact.code}-{place.form_code}" for fact, place in BEGUN]
)
def test_a_form_begins_with_what_has_its_home_elsewhere(known, fact, place):
    desk, person = known
    with desk.sessions.reading() as session:
        begun = facts.starting_facts(session, desk, person.id, place.form_code)
    expected = {
        "name": "李桂兰",
        "sex": 2,
        "birth_date": "1955-03-08",
        "record_no": person.record_no,
        "phone": "13812342716",
        "contact_name": "李大山",
        "contact_phone": "13912340001",
        "current_address": "青石镇柳庄村3组12号",
        "blood_abo": 1,
        "blood_rh": 2,
        "drug_allergy": "青霉素、海鲜",
        "height": Decimal("156.5"),
        "organisation_name": "柳庄村卫生室",
        "organisation_phone": "0394-5550101",
        "responsible_doctor": "王明",
        "diseases": [2],
    }[fact.code]
    assert begun[place.codes[0]] == expected


def test_the_letter_is_offered_the_past_history_of_the_record(clinic_desk):
    person = register(clinic_desk, surgery=2, surgery_items=[{"name": "阑尾切除术", "date": "1998"}])
    offer = offered(clinic_desk, person.id, "referral_out")["past_history"]
    assert offer.value == "高血压（2019-05）；手术：阑尾切除术（1998）；药物过敏：青霉素"
    assert tr(offer.origin) == "个人基本信息表"
    assert offer.on is None


def test_a_diagnosis_under_management_shows_in_the_examination(clinic_desk):
    person = register(clinic_desk)
    Enrolments(clinic_desk).enrol(
        person.id, "dm", date(2021, 3, 1), TODAY, confirmed=frozenset({"diagnosed_on"})
    )
    offer = offered(clinic_desk, person.id, "health_exam")["prob_other_note"]
    assert offer.value == "高血压、糖尿病"
    assert tr(offer.origin) == "个人基本信息表、慢病管理"
    letter = offered(clinic_desk, person.id, "referral_out")["past_history"]
    assert letter.value == "高血压（2019-05）；糖尿病（2021-03）；药物过敏：青霉素"


def test_the_newest_of_the_day_is_offered(desk):
    person = add_resident(desk)
    records = FormRecords(desk)
    pressure = next(fact for fact in FACTS if fact.code == "blood_pressure")
    sheet_saying(desk, person, pressure, pressure.at("screening")[0])
    newest = sheet_saying(desk, person, pressure, pressure.at("htn_followup")[0])
    opened = records.open(person, "health_exam", on=DAY)
    assert opened.offers["bp_right_sbp"].entry_id == newest
    assert tr(opened.offers["bp_right_sbp"].origin) == "高血压随访 2026-11-20"


def test_a_form_being_corrected_is_not_offered_its_own_answers(desk):
    person = add_resident(desk)
    weight = next(fact for fact in FACTS if fact.code == "weight")
    entry_id = sheet_saying(desk, person, weight, weight.at("copd_followup")[0])
    assert "weight" in offered(desk, person, "health_exam")
    assert offered(desk, person, "health_exam", without_entry=entry_id) == {}


def test_medicines_of_every_sheet_are_offered_together(desk):
    person = add_resident(desk)
    fact = next(fact for fact in FACTS if fact.code == "medicines")
    sheet_saying(desk, person, fact, fact.at("htn_followup")[0], DAY - timedelta(days=80))
    sheet_saying(desk, person, fact, fact.at("smi_followup")[0])
    offer = offered(desk, person, "health_exam")["medications"]
    assert [row["name"] for row in offer.value] == ["奥氮平", "硝苯地平控释片 30mg"]
    assert tr(offer.origin) == "精神障碍随访 2026-11-20、高血压随访 2026-09-01"


def test_an_offer_outside_the_limits_of_the_form_is_not_made(desk):
    person = add_resident(desk)
    fact = next(fact for fact in FACTS if fact.code == "exercise_minutes")
    place = fact.at("htn_followup")[0]
    add_entry(desk, person, "htn_followup", DAY, {place.codes[0]: 0})
    assert "exercise_minutes" not in offered(desk, person, "health_exam")
    assert offered(desk, person, "copd_followup")["exercise_minutes"].value == 0


def test_a_corrected_record_is_what_the_next_letter_begins_with(clinic_desk):
    person = register(clinic_desk)
    record = Residents(clinic_desk).record(person.id)
    Residents(clinic_desk).revise(
        person.id,
        {**record.cover, "phone": "13700001111"},
        None,
        revision=record.revision,
        reason="换了号码",
        confirmed=frozenset({"phone"}),
    )
    assert FormRecords(clinic_desk).open(person.id, "referral_out").starting["phone"] == "13700001111"
