"""A day outside life, and what the window, the command line and a service say of the same answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.desk import Desk
from app.forms.registry import form
from app.forms.vocabulary import Level
from app.services.form_files import read_answers
from app.services.form_records import FormRecords
from app.services.problems import Refused
from app.services.residents import Residents
from tests.followup_people import add_resident
from tests.samples.form_answers import FILLED, PERSON

ELSEWHERE = ("record_cover", "personal_info", "htn_followup", "dm_followup")
DATED = tuple(code for code in FILLED if code not in ELSEWHERE and form(code).date_code)
BORN, TODAY, DIED = date(1955, 3, 8), date(2026, 11, 22), date(2026, 11, 10)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def records(clinic_desk: Desk) -> FormRecords:
    return FormRecords(clinic_desk)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    return add_resident(clinic_desk, height_cm=Decimal("156.5"))


def refused_at(records: FormRecords, resident_id: str, code: str, day: date) -> bool:
    """Whether the day of the form is refused, in the same words by the window and by saving it as partial."""
    day_code = form(code).date_code
    answers = FILLED[code] | {day_code: day.isoformat()}
    judged = records.judge(records.open(resident_id, code), answers).problems
    said = [each for each in judged if each.code == day_code and each.level is Level.REFUSE]
    asked = frozenset(each.code for each in judged if each.level is Level.ASK)
    try:
        saved = records.save(resident_id, code, answers, confirmed=asked, partial=True)
    except Refused as refusal:
        told = [each for each in refusal.problems if each.code == day_code and each.level is Level.REFUSE]
        assert told == said
        return bool(told)
    assert said == []
    assert saved.entry_date == day
    return False


@pytest.mark.parametrize("code", DATED)
@pytest.mark.parametrize(
    ("day", "is_refused"),
    [(BORN - ONE_DAY, True), (TODAY, False), (TODAY + ONE_DAY, True)],
)
def test_a_form_is_dated_between_birth_and_today(records, person, code, day, is_refused):
    assert refused_at(records, person, code, day) is is_refused


@pytest.mark.parametrize("code", ["encounter", "referral_out", "consultation", "elder_adl", "tcm_elder"])
def test_the_day_of_birth_itself_is_within_life(records, person, code):
    assert refused_at(records, person, code, BORN) is False


@pytest.mark.parametrize("state", ["dead", "moved", "cancelled"])
@pytest.mark.parametrize("code", DATED)
@pytest.mark.parametrize(
    ("day", "is_refused"),
    [(DIED - ONE_DAY, False), (DIED, False), (DIED + ONE_DAY, True), (TODAY, True)],
)
def test_nothing_is_dated_after_somebody_died_or_left(
    clinic_desk, records, person, state, code, day, is_refused
):
    Residents(clinic_desk).change_state(person, state, DIED, "脑出血")
    assert refused_at(records, person, code, day) is is_refused


def test_who_is_lost_may_be_met_again(clinic_desk, records, person):
    Residents(clinic_desk).change_state(person, "lost", DIED, "多次未联系上")
    assert refused_at(records, person, "encounter", TODAY) is False


@pytest.mark.parametrize(
    ("state", "words"), [("dead", "死亡日期 2026-11-10"), ("moved", "迁出"), ("cancelled", "注销")]
)
def test_the_refusal_says_what_happened(clinic_desk, records, person, state, words):
    Residents(clinic_desk).change_state(person, state, DIED, "脑出血")
    with pytest.raises(Refused, match=words) as refusal:
        records.save(person, "encounter", FILLED["encounter"])
    assert len(refusal.value.problems) == 1


@pytest.mark.parametrize(
    ("code", "telling"),
    [
        (
            "smi_followup",
            {"visit_date": "2026-11-20", "death_date": "2026-11-10", "death_cause": 4, "doctor": "王明"},
        ),
        (
            "copd_followup",
            {"visit_date": "2026-11-20", "not_seen": 2, "not_seen_note": "呼吸衰竭", "doctor": "王明"},
        ),
        (
            "tb_followup",
            {"visit_date": "2026-11-20", "stop_date": "2026-11-10", "stop_reason": 2, "doctor": "王明"},
        ),
    ],
)
def test_the_form_that_tells_of_a_death_is_dated_after_it(clinic_desk, records, person, code, telling):
    Residents(clinic_desk).change_state(person, "dead", DIED, "呼吸衰竭")
    judged = records.judge(records.open(person, code), telling).problems
    assert [each for each in judged if each.level is Level.REFUSE] == []


def test_a_card_has_no_day_and_is_not_made_for_somebody_who_died(clinic_desk, records, person):
    Residents(clinic_desk).change_state(person, "dead", DIED, "脑出血")
    with pytest.raises(Refused, match="去世"):
        records.save(person, "record_card", FILLED["record_card"])


def test_a_form_of_before_can_be_corrected_after_the_death(clinic_desk, records, person):
    saved = records.save(person, "encounter", FILLED["encounter"] | {"encounter_date": "2026-11-09"})
    card = records.save(person, "record_card", FILLED["record_card"])
    Residents(clinic_desk).change_state(person, "dead", TODAY, "脑出血")
    for entry_id, changes in ((saved.entry_id, {"plan": "观察"}), (card.entry_id, {"allergy": "头孢"})):
        opened = records.open_recorded(entry_id)
        assert records.revise(entry_id, opened.starting | changes, 1, "抄错").revision == 2


def from_a_file(code: str, answers: dict) -> dict[str, list[str]]:
    """What the command line says: refusals, and what lacks."""
    person = {**PERSON, "died_on": DIED.isoformat()} if "died_on" in answers else PERSON
    given = {key: value for key, value in answers.items() if key != "died_on"}
    try:
        file = read_answers(code, {"person": person, "visits": [given]}, TODAY)
    except Refused as refusal:
        return {"refuse": [str(each.message) for each in refusal.problems]}
    return {"refuse": [], "missing": [str(each.message) for each in file.missing]}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("health_exam", {}),
        ("health_exam", {"lips": 9}),
        ("health_exam", {"symptoms": [1, 3], "symptoms_note": None}),
        ("health_exam", {"exam_date": "1955-03-07"}),
        ("health_exam", {"exam_date": "2026-11-23"}),
        ("health_exam", {"exam_date": "2026-11-11", "died_on": DIED}),
        ("health_exam", {"temperature": None, "pulse": None}),
        ("elder_adl", {"total": 3}),
        ("elder_adl", {"eating": 1}),
        ("tcm_elder", {"score_qixu": 4}),
        ("smi_followup", {"dangerous_acts": [7, 2]}),
        ("tb_first_visit", {"unknown": 1}),
        ("copd_followup", {"visit_date": "2026-11-11", "died_on": DIED}),
        ("encounter", {"encounter_date": "2026-11-10", "died_on": DIED}),
        ("encounter", {"encounter_date": "2026年2月30日"}),
        ("referral_out", {"record_no": "41162410021500038X"}),
    ],
)
def test_the_window_and_the_command_line_say_the_same(clinic_desk, records, person, code, changes):
    answers = {key: value for key, value in (FILLED[code] | changes).items() if value is not None}
    if "died_on" in changes:
        Residents(clinic_desk).change_state(person, "dead", DIED, "脑出血")
    given = {key: value for key, value in answers.items() if key != "died_on"}
    problems = records.judge(records.open(person, code), given).problems
    told = from_a_file(code, answers)
    assert [str(each.message) for each in problems if each.level is Level.REFUSE] == told["refuse"]
    if not told["refuse"]:
        assert [str(each.message) for each in problems if each.level is Level.MISSING] == told["missing"]
