"""Keeping every national form: opened, judged, saved, read again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.desk import Desk
from app.errors import UserError
from app.forms.registry import form
from app.forms.vocabulary import Level
from app.services.drafts import Drafts
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.history import broken_links, chain_length
from app.services.problems import Refused
from db.models import FormEntry
from tests.followup_people import add_resident, htn_answers
from tests.samples.form_answers import FILLED

ELSEWHERE = ("record_cover", "personal_info", "htn_followup", "dm_followup")
KINDS = tuple(code for code in FILLED if code not in ELSEWHERE)
DATED = tuple(code for code in KINDS if form(code).date_code)
TODAY, DAY, YESTERDAY = date(2026, 11, 22), date(2026, 11, 20), date(2026, 11, 21)


@pytest.fixture
def records(clinic_desk: Desk) -> FormRecords:
    return FormRecords(clinic_desk)


@pytest.fixture
def person(clinic_desk: Desk) -> str:
    return add_resident(clinic_desk, height_cm=Decimal("156.5"))


def count_of_entries(desk: Desk) -> int:
    with desk.sessions.reading() as session:
        return session.scalar(select(func.count()).select_from(FormEntry)) or 0


def codes(refusal: pytest.ExceptionInfo[Refused], level: Level) -> set[str]:
    return {problem.code for problem in refusal.value.problems if problem.level is level}


@pytest.mark.parametrize("code", KINDS)
def test_what_was_saved_is_what_was_judged(records, person, code):
    opened = records.open(person, code)
    judged = records.judge(opened, FILLED[code])
    assert judged.problems == ()
    saved = records.save(person, code, FILLED[code])
    assert (saved.form_code, saved.resident_id, saved.state, saved.revision) == (code, person, "complete", 1)
    recorded = records.recorded(saved.entry_id)
    assert recorded.answers == judged.answers
    assert recorded.entry_date == (DAY if form(code).date_code else TODAY)
    assert (recorded.author, recorded.edition, recorded.title) == (
        "王明",
        form(code).edition,
        form(code).title,
    )
    assert records.of_resident(person, code) == (recorded,)


@pytest.mark.parametrize("code", KINDS)
def test_a_form_begins_with_today_and_who_fills_it_in(records, person, code):
    opened = records.open(person, code)
    assert opened.form is form(code)
    assert (opened.person.resident_id, opened.doctor, opened.recorded) == (person, "王明", None)
    if opened.form.date_code:
        assert opened.starting[opened.form.date_code] == TODAY
        assert records.open(person, code, on=YESTERDAY).starting[opened.form.date_code] == YESTERDAY


@pytest.mark.parametrize(
    ("code", "signature"),
    [
        ("health_exam", "responsible_doctor"),
        ("smi_info", "doctor"),
        ("smi_followup", "doctor"),
        ("tb_first_visit", "assessor"),
        ("tb_followup", "doctor"),
        ("elder_adl", "assessor"),
        ("tcm_elder", "doctor"),
        ("copd_followup", "doctor"),
        ("encounter", "doctor"),
        ("consultation", "responsible_doctor"),
        ("referral_out", "from_doctor"),
    ],
)
def test_the_doctor_signs(records, person, code, signature):
    assert records.open(person, code).starting[signature] == "王明"


@pytest.mark.parametrize(
    ("code", "signature"),
    [("referral_back", "from_doctor"), ("tb_followup", "assessor"), ("smi_info", "consent_sign")],
)
def test_what_others_sign_stays_empty(records, person, code, signature):
    assert signature not in records.open(person, code).starting


@pytest.mark.parametrize("code", ELSEWHERE)
def test_forms_with_a_screen_of_their_own_are_not_saved_here(clinic_desk, records, person, code):
    with pytest.raises(UserError, match="不在这里保存"):
        records.save(person, code, FILLED[code])
    with pytest.raises(UserError, match="不在这里保存"):
        records.open(person, code)
    assert count_of_entries(clinic_desk) == 0


def test_a_form_that_does_not_exist_is_refused(records, person):
    with pytest.raises(UserError, match="没有代码"):
        records.save(person, "child_exam", {})
    with pytest.raises(UserError, match="没有代码"):
        records.of_resident(person, "child_exam")


def test_somebody_who_is_not_on_file_is_refused(records):
    with pytest.raises(UserError, match="没有找到这位居民"):
        records.save("nobody", "encounter", FILLED["encounter"])


def test_a_form_that_is_not_on_file_is_refused(records):
    for ask in (records.recorded, records.open_recorded, records.history):
        with pytest.raises(UserError, match="没有找到这张表"):
            ask("nothing")


def test_sheets_of_a_visit_are_read_with_the_other_forms(clinic_desk, records, person):
    Enrolments(clinic_desk).enrol(person, "htn", date(2019, 5, 1), date(2019, 6, 1))
    visit = FollowUps(clinic_desk).save_visit(person, htn_answers(TODAY))
    records.save(person, "encounter", FILLED["encounter"])
    assert [each.form_code for each in records.of_resident(person)] == ["htn_followup", "encounter"]
    sheet = records.recorded(visit.sheets[0].entry_id)
    assert (sheet.answers["sbp"], sheet.visit_id, sheet.state) == (136, visit.visit_id, "complete")
    assert records.history(sheet.entry_id)[0].number == 1
    for refused in (records.open_recorded, lambda entry_id: records.void(entry_id, "试")):
        with pytest.raises(UserError, match="随访"):
            refused(sheet.entry_id)


def test_the_forms_of_a_resident_come_newest_first_by_kind_and_year(records, person):
    days = ("2025-03-01", "2026-05-06", "2026-11-20")
    for day in days:
        records.save(person, "encounter", FILLED["encounter"] | {"encounter_date": day})
    records.save(person, "elder_adl", FILLED["elder_adl"])
    of_kind = records.of_resident(person, "encounter")
    assert [str(each.entry_date) for each in of_kind] == list(reversed(days))
    assert [str(each.entry_date) for each in records.of_resident(person, "encounter", year=2026)] == [
        "2026-11-20",
        "2026-05-06",
    ]
    assert len(records.of_resident(person)) == 4
    assert records.of_resident(person, "tcm_elder") == ()


def test_the_context_tells_what_the_record_knows(clinic_desk, records, person):
    Enrolments(clinic_desk).enrol(person, "htn", date(2019, 5, 1), date(2019, 6, 1))
    context = records.open(person, "health_exam").context
    assert (context.today, context.birth_date, context.sex) == (TODAY, date(1955, 3, 8), 2)
    assert (context.height_cm, context.diseases, context.adl_total) == (Decimal("156.5"), {"htn"}, None)
    assert (context.died_on, context.diagnosed_on) == (None, None)


@pytest.mark.parametrize(
    ("assessed", "examined", "total"),
    [
        ("2026-11-20", date(2026, 11, 20), 2),
        ("2026-11-21", date(2026, 11, 20), None),
        ("2025-11-20", date(2026, 11, 20), 2),
        ("2025-11-19", date(2026, 11, 20), None),
        ("2023-02-28", date(2024, 2, 29), 2),
    ],
)
def test_the_self_care_assessment_of_the_year_up_to_the_day_counts(
    records, person, assessed, examined, total
):
    records.save(person, "elder_adl", FILLED["elder_adl"] | {"assessment_date": assessed})
    assert records.open(person, "health_exam", on=examined).context.adl_total == total


def test_the_newest_self_care_assessment_counts_and_a_void_or_partial_one_does_not(records, person):
    records.save(person, "elder_adl", FILLED["elder_adl"] | {"assessment_date": "2026-10-01"})
    worse = {"eating": 5, "grooming": 7, "total": 13, "result": 3, "assessment_date": "2026-11-01"}
    newest = records.save(person, "elder_adl", FILLED["elder_adl"] | worse)
    started = {"eating": 5, "assessment_date": "2026-11-05", "assessor": "王明"}
    assert records.save(person, "elder_adl", started, partial=True).state == "partial"
    assert records.open(person, "health_exam").context.adl_total == 13
    records.void(newest.entry_id, "写错了人")
    assert records.open(person, "health_exam").context.adl_total == 2


def test_the_last_complete_form_of_the_kind_is_shown_beside(records, person):
    first = records.save(person, "encounter", FILLED["encounter"] | {"encounter_date": "2026-03-01"})
    last = records.save(person, "encounter", FILLED["encounter"] | {"encounter_date": "2026-10-01"})
    started = {"subjective": "咳嗽", "encounter_date": "2026-11-01"}
    records.save(person, "encounter", started, partial=True)
    assert records.open(person, "encounter").previous.entry_id == last.entry_id
    assert records.open(person, "encounter", on=date(2026, 9, 30)).previous.entry_id == first.entry_id
    assert records.open(person, "encounter", on=date(2026, 2, 28)).previous is None
    assert [past.entry_id for past in records.open(person, "encounter").history] == [
        last.entry_id,
        first.entry_id,
    ]
    correcting = records.open_recorded(last.entry_id)
    assert correcting.previous.entry_id == first.entry_id
    assert [past.entry_id for past in correcting.history] == [first.entry_id]


@pytest.mark.parametrize("code", KINDS)
def test_answers_that_lack_are_named_and_nothing_is_kept(clinic_desk, records, person, code):
    declared = form(code)
    bare = {declared.date_code: TODAY.isoformat()} if declared.date_code else {"name": "李桂兰"}
    with pytest.raises(Refused) as refusal:
        records.save(person, code, bare)
    assert len(codes(refusal, Level.MISSING)) >= 3
    assert count_of_entries(clinic_desk) == 0


@pytest.mark.parametrize("code", KINDS)
def test_a_half_filled_form_is_kept_as_partial(records, person, code):
    declared = form(code)
    needed = [
        problem.code for problem in records.judge(records.open(person, code), {}).problems if problem.code
    ]
    lacking = next(each for each in reversed(needed) if each in FILLED[code] and each != declared.date_code)
    answers = {key: value for key, value in FILLED[code].items() if key != lacking}
    saved = records.save(person, code, answers, partial=True)
    assert saved.state == "partial"
    recorded = records.recorded(saved.entry_id)
    assert recorded.state == "partial"
    assert lacking not in recorded.answers
    assert records.open(person, code).previous is None


def test_a_form_said_to_be_partial_in_which_nothing_lacks_is_complete(records, person):
    assert records.save(person, "encounter", FILLED["encounter"], partial=True).state == "complete"


def test_an_empty_form_is_not_kept(clinic_desk, records, person):
    for started in ({}, {"encounter_date": "2026-11-20", "doctor": "王明"}):
        with pytest.raises(Refused, match="还没有填写内容"):
            records.save(person, "encounter", started, partial=True)
    assert count_of_entries(clinic_desk) == 0


def test_a_partial_form_without_its_day_stands_under_today(records, person):
    saved = records.save(person, "encounter", {"subjective": "咳嗽"}, partial=True)
    assert saved.entry_date == TODAY


def test_what_is_impossible_is_refused_even_in_a_partial_form(records, person):
    with pytest.raises(Refused) as refusal:
        records.save(person, "health_exam", {"exam_date": "2026-11-20", "pulse": 400}, partial=True)
    assert codes(refusal, Level.REFUSE) == {"pulse"}


def test_a_question_passes_when_it_is_confirmed(records, person):
    unusual = FILLED["health_exam"] | {"pulse": 180}
    with pytest.raises(Refused) as refusal:
        records.save(person, "health_exam", unusual)
    asked = codes(refusal, Level.ASK)
    assert "pulse" in asked
    saved = records.save(person, "health_exam", unusual, confirmed=frozenset(asked))
    assert records.recorded(saved.entry_id).answers["pulse"] == 180


@pytest.mark.parametrize("code", KINDS)
def test_a_second_form_of_the_same_day_is_asked_about(clinic_desk, records, person, code):
    day = form(code).date_code or next(iter(form(code).fields))
    records.save(person, code, FILLED[code])
    with pytest.raises(Refused, match="请确认不是重复填写") as refusal:
        records.save(person, code, FILLED[code])
    assert day in codes(refusal, Level.ASK)
    records.save(person, code, FILLED[code], confirmed=frozenset({day}))
    assert count_of_entries(clinic_desk) == 2


@pytest.mark.parametrize(
    ("code", "wrong", "answer"),
    [
        ("health_exam", {"lips": 6}, "lips"),
        ("health_exam", {"symptoms": [1, 3], "symptoms_note": None}, "symptoms"),
        ("health_exam", {"prob_kidney": [1, 2]}, "prob_kidney"),
        ("smi_followup", {"dangerous_acts": [7, 1]}, "dangerous_acts"),
        ("smi_followup", {"risk_level": 6}, "risk_level"),
        ("smi_info", {"employment": 10}, "employment"),
        ("tb_first_visit", {"symptoms": [0, 1], "symptoms_note": None}, "symptoms"),
        ("tb_followup", {"symptoms": [12], "symptoms_note": None}, "symptoms"),
        ("copd_followup", {"comorbidity": [1, 2]}, "comorbidity"),
        ("copd_followup", {"visit_class": 5}, "visit_class"),
        ("elder_adl", {"grooming": 2}, "grooming"),
        ("elder_adl", {"total": 3}, "total"),
        ("elder_adl", {"result": 2}, "result"),
        ("tcm_elder", {"q01": 6}, "q01"),
        ("tcm_elder", {"score_qixu": 20}, "score_qixu"),
        ("record_card", {"chronic": [1, 2]}, "chronic"),
        ("referral_out", {"sex": 3}, "sex"),
        ("encounter", {"pulse": 80}, "pulse"),
    ],
)
def test_an_impossible_answer_is_refused_with_its_reason(clinic_desk, records, person, code, wrong, answer):
    answers = {key: value for key, value in (FILLED[code] | wrong).items() if value is not None}
    with pytest.raises(Refused) as refusal:
        records.save(person, code, answers)
    assert answer in codes(refusal, Level.REFUSE)
    judged = records.judge(records.open(person, code), answers)
    assert tuple(judged.problems) == refusal.value.problems
    assert count_of_entries(clinic_desk) == 0


def test_saving_drops_the_draft_of_this_form_only(clinic_desk, records, person):
    drafts = Drafts(clinic_desk)
    drafts.save("form:encounter", person, {"subjective": "头晕"})
    drafts.save("form:consultation", person, {"reason": "血糖"})
    assert records.open(person, "encounter").draft.payload == {"subjective": "头晕"}
    records.save(person, "encounter", FILLED["encounter"])
    assert drafts.get("form:encounter", person) is None
    assert drafts.get("form:consultation", person) is not None


def test_a_refused_form_keeps_its_draft(clinic_desk, records, person):
    Drafts(clinic_desk).save("form:encounter", person, {"subjective": "头晕"})
    with pytest.raises(Refused):
        records.save(person, "encounter", {"subjective": "头晕"})
    assert Drafts(clinic_desk).get("form:encounter", person) is not None


def test_the_height_that_a_bmi_was_computed_from_is_kept_with_it(records, person):
    answers = {key: value for key, value in FILLED["copd_followup"].items() if key != "height"}
    recorded = records.recorded(records.save(person, "copd_followup", answers).entry_id)
    assert (recorded.answers["height"], recorded.answers["bmi"]) == (Decimal("156.5"), Decimal("25.72"))


def test_every_saved_form_is_a_link_of_the_audit_chain(clinic_desk, records, person):
    with clinic_desk.sessions.reading() as session:
        before = chain_length(session)
    for code in KINDS:
        records.save(person, code, FILLED[code])
    with clinic_desk.sessions.reading() as session:
        assert broken_links(session) == []
        assert chain_length(session) >= before + len(KINDS)
