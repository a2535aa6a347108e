"""双向转诊单 out and back: every referral is asked after once, and whoever comes back closes what was open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.form_records import FormRecords
from app.services.history import changes_of
from app.services.referral_checks import ReferralChecks
from app.services.work_list import Until, WorkFilter, WorkList
from tests.followup_people import REFERRED, add_resident, both_answers, htn_answers
from tests.saved_forms import answers, saved

TODAY = date(2026, 11, 22)
REASON = "写错了"
ALL = WorkFilter(until=Until.ALL)


def day_before(days: int) -> date:
    return TODAY - timedelta(days=days)


def letter(desk, person, on=TODAY, **changes):
    days = {code: on.isoformat() for code in ("transfer_date", "stub_date", "date")}
    return saved(desk, person, "referral_out", **days, **changes)


def back(desk, person, on=TODAY, through=True, **changes):
    days = {code: on.isoformat() for code in ("back_date", "stub_date", "date")}
    records = FormRecords(desk)
    given = answers("referral_back", **days, **changes)
    opened = records.open(person, "referral_back")
    keys = frozenset(each.key for each in records.changes(opened, given) if each.key.startswith("referral_check"))
    return records.save(person, "referral_back", given, through=keys if through else frozenset())


def revise(desk, entry_id, **changes):
    records = FormRecords(desk)
    opened = records.open_recorded(entry_id)
    given = {key: value for key, value in {**opened.starting, **changes}.items() if value is not None}
    return records.revise(entry_id, given, opened.recorded.revision, REASON)


def enrolled(desk, person, *diseases, on=None):
    day = on or day_before(60)
    return [Enrolments(desk).enrol(person, disease, None, day, first_visit_due=TODAY) for disease in diseases]


def referring_visit(desk, person, on=TODAY, **changes):
    return FollowUps(desk).save_visit(
        person, htn_answers(on, **{**REFERRED, **changes}), confirmed=frozenset({"referral_reason", "visit_date"})
    )


def open_checks(desk):
    return [(each.disease, each.due_on, each.referred_on) for each in ReferralChecks(desk).open()]


@pytest.fixture
def desk(clinic_desk):
    assert clinic_desk.today() == TODAY
    return clinic_desk


# --- out ----------------------------------------------------------------------------------------------------------


def test_the_letter_of_somebody_under_no_programme_is_asked_after_within_two_weeks(desk):
    person = add_resident(desk)
    made = letter(desk, person)
    assert open_checks(desk) == [("", date(2026, 12, 6), TODAY)]
    assert [str(note) for note in made.notes] == ["已列入转诊复核，12-06 前问结果。"]


def test_somebody_suspected_of_tuberculosis_is_asked_after_within_a_week(desk):
    person = add_resident(desk)
    letter(desk, person, impression="疑似肺结核")
    assert open_checks(desk) == [("", date(2026, 11, 29), TODAY)]


def test_the_letter_of_the_day_of_a_referring_visit_belongs_to_its_check(desk):
    person = add_resident(desk)
    enrolled(desk, person, "htn")
    referring_visit(desk, person)
    made = letter(desk, person)
    assert open_checks(desk) == [("htn", date(2026, 12, 6), TODAY)]
    assert [str(note) for note in made.notes] == ["与当天随访的转诊一起复核。"]


@pytest.mark.parametrize("days", [1, 14])
def test_the_letter_of_another_day_than_the_visit_has_a_check_of_its_own(desk, days):
    person = add_resident(desk)
    enrolled(desk, person, "htn")
    referring_visit(desk, person, on=day_before(days))
    letter(desk, person)
    assert open_checks(desk) == [
        ("htn", day_before(days) + timedelta(days=14), day_before(days)), ("", date(2026, 12, 6), TODAY)
    ]


def test_the_letter_of_a_day_on_which_the_visit_referred_nobody_has_a_check_of_its_own(desk):
    person = add_resident(desk)
    enrolled(desk, person, "htn")
    FollowUps(desk).save_visit(person, htn_answers(TODAY))
    letter(desk, person)
    assert open_checks(desk) == [("", date(2026, 12, 6), TODAY)]


def test_a_visit_that_refers_takes_over_the_check_of_the_letter_written_before_it(desk):
    person = add_resident(desk)
    enrolled(desk, person, "htn")
    letter(desk, person)
    referring_visit(desk, person)
    assert open_checks(desk) == [("htn", date(2026, 12, 6), TODAY)]


def test_the_letter_is_asked_after_by_itself_once_the_visit_is_void(desk):
    person = add_resident(desk)
    enrolled(desk, person, "htn")
    visit = referring_visit(desk, person)
    letter(desk, person)
    FollowUps(desk).void_visit(visit.sheets[0].entry_id, REASON)
    assert open_checks(desk) == [("", date(2026, 12, 6), TODAY)]


def test_the_letter_is_asked_after_by_itself_once_the_visit_is_corrected_to_no_referral(desk):
    person = add_resident(desk)
    enrolled(desk, person, "htn")
    visit = referring_visit(desk, person)
    letter(desk, person)
    entry_id = visit.sheets[0].entry_id
    FollowUps(desk).revise_visit(entry_id, htn_answers(TODAY), 1, REASON)
    assert open_checks(desk) == [("", date(2026, 12, 6), TODAY)]


def test_the_check_follows_the_corrected_day_of_the_letter(desk):
    person = add_resident(desk)
    made = letter(desk, person)
    revise(desk, made.entry_id, transfer_date="2026-11-20", stub_date=None, date=None)
    assert open_checks(desk) == [("", date(2026, 12, 4), date(2026, 11, 20))]


def test_the_check_follows_a_suspicion_that_is_written_later(desk):
    person = add_resident(desk)
    made = letter(desk, person)
    revise(desk, made.entry_id, impression="肺结核待排")
    assert open_checks(desk) == [("", date(2026, 11, 29), TODAY)]


def test_nothing_is_asked_after_once_the_letter_is_void(desk):
    person = add_resident(desk)
    made = letter(desk, person)
    FormRecords(desk).void(made.entry_id, REASON)
    assert open_checks(desk) == []


def test_what_was_asked_already_stays_when_the_letter_is_corrected(desk):
    person = add_resident(desk)
    made = letter(desk, person)
    [check] = ReferralChecks(desk).open()
    ReferralChecks(desk).enter_result(check.task_id, arrived=True)
    revise(desk, made.entry_id, transfer_date="2026-11-20", stub_date=None, date=None)
    assert open_checks(desk) == []


def test_a_half_filled_letter_opens_no_check(desk):
    person = add_resident(desk)
    FormRecords(desk).save(person, "referral_out", {"impression": "头晕"}, partial=True)
    assert open_checks(desk) == []


def test_the_work_list_shows_who_is_only_to_be_asked_after(desk):
    person = add_resident(desk, name="赵小宝", born=date(2015, 5, 1))
    letter(desk, person)
    [row] = WorkList(desk).page(ALL).rows
    assert (row.is_check_only, row.has_combined_visit, row.form_code) == (True, False, "")
    assert [str(row.diseases_text), str(row.last_text), str(row.due_chip.text)] == ["—", "—", "12-06"]


def test_the_next_person_is_one_who_is_visited(desk):
    first, asked, last = (add_resident(desk, name=name) for name in ("王一", "赵二", "孙三"))
    enrolled(desk, first, "htn")
    letter(desk, asked, on=day_before(10))
    Enrolments(desk).enrol(last, "htn", None, day_before(60), first_visit_due=date(2026, 12, 30))
    rows = WorkList(desk).page(ALL).rows
    assert [row.resident_id for row in rows] == [first, asked, last]
    following = WorkList(desk).next_after(first, after=rows[0].key, wanted=ALL)
    assert following.resident_id == last


# --- back ---------------------------------------------------------------------------------------------------------


def test_coming_back_closes_the_check_of_the_letter(desk):
    person = add_resident(desk)
    letter(desk, person, on=day_before(8))
    made = back(desk, person, diagnosis="高血压 2 级")
    assert open_checks(desk) == []
    assert [str(note) for note in made.notes] == ["转诊复核已填：到位。"]


def test_coming_back_offers_the_result_with_the_day_of_the_referral(desk):
    person = add_resident(desk)
    letter(desk, person, on=day_before(8))
    made = back(desk, person, through=False, diagnosis="高血压 2 级")
    offered = next(each for each in made.changes if each.label == "转诊结果")
    assert [str(offered.place), offered.before, offered.after] == [
        "2026-11-14 的转诊", "还没有问到", "到位：11-22 转回，高血压 2 级"
    ]
    assert len(open_checks(desk)) == 1


def test_coming_back_closes_the_checks_of_both_diseases_of_a_visit(desk):
    person = add_resident(desk)
    enrolled(desk, person, "htn", "dm")
    FollowUps(desk).save_visit(
        person, both_answers(day_before(7), **REFERRED), confirmed=frozenset({"visit_date", "referral_reason"})
    )
    assert sorted(disease for disease, _due, _on in open_checks(desk)) == ["dm", "htn"]
    back(desk, person)
    assert open_checks(desk) == []


@pytest.mark.parametrize(("days", "left"), [(0, 0), (-1, 1)])
def test_a_referral_after_the_day_of_the_return_stays_open(desk, days, left):
    person = add_resident(desk)
    letter(desk, person, on=day_before(3))
    back(desk, person, on=day_before(3) + timedelta(days=days))
    assert len(open_checks(desk)) == left


def test_an_older_referral_stays_open(desk):
    person = add_resident(desk)
    letter(desk, person, on=day_before(20))
    letter(desk, person, on=day_before(5))
    back(desk, person)
    assert [on for _disease, _due, on in open_checks(desk)] == [day_before(20)]


def test_a_return_that_is_void_opens_the_check_again(desk):
    person = add_resident(desk)
    letter(desk, person, on=day_before(8))
    made = back(desk, person)
    FormRecords(desk).void(made.entry_id, REASON)
    assert open_checks(desk) == [("", date(2026, 11, 28), day_before(8))]


def test_the_result_follows_the_corrected_return_and_every_change_is_kept(desk):
    person = add_resident(desk)
    letter(desk, person, on=day_before(8))
    [check] = ReferralChecks(desk).open()
    made = back(desk, person, diagnosis="高血压 2 级")
    revise(desk, made.entry_id, diagnosis="脑梗死")
    FormRecords(desk).void(made.entry_id, REASON)
    with desk.sessions.reading() as session:
        told = [change.after.get("result") for change in reversed(changes_of(session, "due_task", check.task_id))]
    assert told == ["到位：11-22 转回，高血压 2 级", "到位：11-22 转回，脑梗死", ""]


# --- a visit of an enrolment that has ended ------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["void", "revise"])
def test_nothing_is_due_again_after_the_management_has_ended(desk, how):
    person = add_resident(desk)
    [enrolment] = enrolled(desk, person, "htn")
    FollowUps(desk).save_visit(person, htn_answers(day_before(30)), confirmed=frozenset({"visit_date"}))
    visit = FollowUps(desk).save_visit(person, htn_answers(day_before(2)), confirmed=frozenset({"visit_date"}))
    Enrolments(desk).end(enrolment.id, day_before(1), "本人要求")
    entry_id = visit.sheets[0].entry_id
    if how == "void":
        FollowUps(desk).void_visit(entry_id, REASON)
    else:
        FollowUps(desk).revise_visit(
            entry_id, htn_answers(day_before(2), sbp=130), 1, REASON, confirmed=frozenset({"visit_date"})
        )
    assert WorkList(desk).page(ALL).rows == ()
    assert [each.next_due_on for each in Enrolments(desk).of_resident(person)] == [None]
