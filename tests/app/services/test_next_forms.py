"""What is offered after a visit: the letter of its referral, the other programmes' forms, the examination of the year."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.next_forms import NextForms
from app.services.referral_checks import ReferralChecks
from tests.followup_people import REFERRED, add_entry, add_resident, both_answers, htn_answers
from tests.saved_forms import saved

TODAY = date(2026, 11, 22)
ASKED = frozenset({"referral_reason", "visit_date", "htn_followup.referral_reason", "dm_followup.referral_reason"})
YOUNG = date(1976, 3, 8)


@pytest.fixture
def desk(clinic_desk):
    return clinic_desk


def managed(desk, *diseases, born=YOUNG, **facts):
    person = add_resident(desk, born=born, **facts)
    for disease in diseases:
        Enrolments(desk).enrol(person, disease, None, TODAY - timedelta(days=60))
    return person


def examined(desk, person, on=TODAY):
    add_entry(desk, person, "health_exam", on, {"exam_date": on.isoformat()})


def visit(desk, person, on=TODAY, **changes):
    return FollowUps(desk).save_visit(person, htn_answers(on, **changes), confirmed=ASKED)


def codes(offers):
    return [offer.form_code for offer in offers]


def test_a_calm_visit_of_somebody_examined_this_year_is_followed_by_nothing(desk):
    person = managed(desk, "htn")
    examined(desk, person)
    visit(desk, person)
    assert NextForms(desk).after_visit(person, TODAY) == ()


def test_a_referral_is_followed_by_its_letter_begun_with_what_the_visit_says(desk):
    person = managed(desk, "htn")
    examined(desk, person)
    visit(desk, person, sbp=172, dbp=98, **REFERRED)
    [letter] = NextForms(desk).after_visit(person, TODAY)
    assert (letter.form_code, letter.on, str(letter.words), letter.takes_offers) == (
        "referral_out", TODAY, "开转诊单", True
    )
    assert letter.answers == {
        "impression": "高血压 控制不满意 172/98", "treatment": "目前用药：硝苯地平控释片 30mg 每日1次 每次1片"
    }


def test_the_letter_opened_for_the_day_of_the_visit_is_offered_its_reason_and_place(desk):
    person = managed(desk, "htn")
    visit(desk, person, on=TODAY - timedelta(days=3), **REFERRED)
    opened = FormRecords(desk).open(person, "referral_out", on=TODAY - timedelta(days=3))
    assert opened.starting["transfer_date"] == TODAY - timedelta(days=3)
    told = {code: offer.value for code, offer in opened.offers.items()}
    assert told["present_illness"] == "连续两次控制不满意"
    assert (told["to_org"], told["to_dept"]) == ("青石镇卫生院", "内科")
    assert "高血压" in told["past_history"]


def test_both_diseases_of_a_visit_are_named(desk):
    person = managed(desk, "htn", "dm")
    given = both_answers(TODAY, sbp=172, dbp=98, fpg="8.4", **REFERRED)
    FollowUps(desk).save_visit(person, given, confirmed=ASKED)
    letter = NextForms(desk).after_visit(person, TODAY)[0]
    assert letter.answers["impression"] == "高血压 控制不满意 172/98；糖尿病 控制不满意 空腹 8.4"


@pytest.mark.parametrize(("days", "count"), [(0, 0), (1, 1)])
def test_a_letter_of_the_day_is_not_offered_again(desk, days, count):
    person = managed(desk, "htn")
    examined(desk, person)
    visit(desk, person, **REFERRED)
    on = (TODAY - timedelta(days=days)).isoformat()
    saved(desk, person, "referral_out", transfer_date=on, stub_date=on, date=on)
    assert len(NextForms(desk).after_visit(person, TODAY)) == count


@pytest.mark.parametrize(
    ("disease", "form_code"), [("copd", "copd_followup"), ("smi", "smi_followup"), ("tb", "tb_first_visit")]
)
def test_another_programme_of_the_person_is_offered_until_its_form_of_the_day_is_there(desk, disease, form_code):
    person = managed(desk, "htn", disease)
    examined(desk, person)
    visit(desk, person)
    assert codes(NextForms(desk).after_visit(person, TODAY)) == [form_code]
    saved(desk, person, form_code, visit_date=TODAY.isoformat(), next_visit_date="2026-12-01")
    assert form_code not in codes(NextForms(desk).after_visit(person, TODAY))


@pytest.mark.parametrize(
    ("on", "is_due"), [(date(2025, 12, 31), True), (date(2026, 1, 1), False), (TODAY, False)]
)
def test_the_examination_is_offered_when_there_is_none_this_year(desk, on, is_due):
    person = managed(desk, "htn")
    examined(desk, person, on)
    visit(desk, person)
    assert codes(NextForms(desk).after_visit(person, TODAY)) == (["health_exam"] if is_due else [])


def test_letters_that_lack_are_found_for_many_visits_at_once_and_each_person_once(desk):
    people = [managed(desk, "htn", name=name) for name in ("王一", "赵二", "孙三")]
    for person, changes in zip(people, (REFERRED, {}, REFERRED), strict=True):
        visit(desk, person, **changes)
    found = NextForms(desk).letters([(person, TODAY) for person in (*people, people[0])])
    assert [offer.name for offer in found] == ["王一", "孙三"]


def test_an_open_referral_without_a_letter_is_found_later_until_its_result_is_known(desk):
    person = managed(desk, "htn")
    visit(desk, person, on=TODAY - timedelta(days=5), **REFERRED)
    [letter] = NextForms(desk).of_open_referrals(person)
    assert letter.on == TODAY - timedelta(days=5)
    [check] = ReferralChecks(desk).open()
    ReferralChecks(desk).enter_result(check.task_id, arrived=True)
    assert NextForms(desk).of_open_referrals(person) == ()


def test_nothing_is_offered_for_who_died(desk):
    person = managed(desk, "htn", "copd")
    visit(desk, person, not_seen=2, not_seen_note="因病去世", next_visit_date=None)
    assert NextForms(desk).after_visit(person, TODAY) == ()


# --- what the hospital wrote ---------------------------------------------------------------------------------------


def come_back(desk, person, on):
    day = on.isoformat()
    return saved(desk, person, "referral_back", back_date=day, stub_date=day, date=day, diagnosis="高血压 2 级",
                 treatment_advice="氨氯地平 5mg 每日1次，2 周后复查", from_org="县人民医院")


@pytest.mark.parametrize(("days_after_visit", "is_shown"), [(0, True), (1, True), (-1, False)])
def test_the_next_visit_shows_what_the_hospital_advised(desk, days_after_visit, is_shown):
    person = managed(desk, "htn")
    last = TODAY - timedelta(days=10)
    visit(desk, person, on=last)
    come_back(desk, person, last + timedelta(days=days_after_visit))
    advice = FollowUps(desk).open_visit(person).hospital_advice
    assert (advice is not None) is is_shown
    if advice is not None:
        assert (advice.hospital, advice.diagnosis, advice.advice) == (
            "县人民医院", "高血压 2 级", "氨氯地平 5mg 每日1次，2 周后复查"
        )


def test_advice_of_a_void_return_is_not_shown(desk):
    person = managed(desk, "htn")
    made = come_back(desk, person, TODAY)
    FormRecords(desk).void(made.entry_id, "写错了人")
    assert FollowUps(desk).open_visit(person).hospital_advice is None
