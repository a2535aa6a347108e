"""The list of the day: who stands on it, in which order, and what each row says."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.desk import Desk
from app.i18n import tr
from app.services.enrolments import Enrolments
from app.services.follow_ups import FollowUps
from app.services.work_list import Order, Until, WorkFilter, WorkList, printed_list
from db.models import Resident, SearchKey
from tests.followup_people import REFERRED, add_resident, both_answers, dm_answers, htn_answers

TODAY = date(2026, 11, 22)
ENROLLED = date(2019, 6, 1)


@pytest.fixture
def work(clinic_desk: Desk) -> WorkList:
    return WorkList(clinic_desk)


def due(desk: Desk, days: int, *diseases: str, **facts) -> str:
    """A person whose visit is due `days` from today."""
    person = add_resident(desk, **facts)
    for disease in diseases or ("htn",):
        Enrolments(desk).enrol(person, disease, None, ENROLLED, first_visit_due=TODAY + timedelta(days=days))
    return person


def names(page) -> list[str]:
    return [row.name for row in page.rows]


def test_rows_say_what_the_doctor_wants_to_know(clinic_desk, work):
    person = due(clinic_desk, -30, household_note="李")
    FollowUps(clinic_desk).save_visit(person, htn_answers(date(2026, 10, 30), sbp=162, dbp=94))
    (row,) = work.page().rows
    assert (row.name, row.age, row.diseases, row.phone_masked) == ("李桂兰", 71, ("htn",), "138****2716")
    assert (row.group, row.note, row.days_overdue) == ("3组", "李", 9)
    assert tr(row.due_chip.text) == "逾期 9 天"
    assert tr(row.last_text) == "162/94　不满意(第1次)"
    assert [tr(chip.text) for chip in row.reminders] == ["再不满意则转诊"]


def test_a_person_with_two_diseases_is_one_row_due_on_the_earlier_day(clinic_desk, work):
    person = add_resident(clinic_desk, name="张守业", born=date(1960, 1, 1))
    for disease, days in (("htn", 3), ("dm", -6)):
        day = TODAY + timedelta(days=days)
        Enrolments(clinic_desk).enrol(person, disease, None, ENROLLED, first_visit_due=day)
    (row,) = work.page().rows
    assert (row.diseases, row.days_overdue) == (("htn", "dm"), 6)
    assert tr(row.diseases_text) == "高血压 · 糖尿病"
    assert tr(row.last_text) == "—"
    FollowUps(clinic_desk).save_visit(person, both_answers(TODAY, sbp=148, dbp=88, fpg="8.1"))
    (row,) = work.page(WorkFilter(until=Until.ALL)).rows
    assert tr(row.last_text) == "148/88　空腹 8.1"


def test_a_diabetic_shows_the_fasting_value_and_class(clinic_desk, work):
    person = due(clinic_desk, 0, "dm")
    FollowUps(clinic_desk).save_visit(person, dm_answers(date(2026, 8, 22), fpg="6.4"))
    (row,) = work.page().rows
    assert (tr(row.last_text), tr(row.due_chip.text)) == ("空腹 6.4　满意", "今天")


@pytest.mark.parametrize(
    ("facts", "chips"),
    [
        ({"disability": [5]}, ["行动不便·上门"]),
        ({"care_note": "卧床"}, ["行动不便·上门"]),
        ({"care_note": "独居"}, ["无人照顾"]),
        ({"disability": [1]}, []),
    ],
)
def test_reminders_come_from_what_is_known_of_the_person(clinic_desk, work, facts, chips):
    due(clinic_desk, 0, **facts)
    assert [tr(chip.text) for chip in work.page().rows[0].reminders] == chips


def test_a_referral_to_be_asked_after_brings_the_person_on_the_list(clinic_desk, work, clock):
    person = due(clinic_desk, 0)
    answers = htn_answers(TODAY, sbp=185) | REFERRED
    FollowUps(clinic_desk).save_visit(person, answers, confirmed=frozenset({"sbp"}))
    assert work.page().rows == ()
    clock.forward(days=10)
    FollowUps(clinic_desk).save_visit(person, htn_answers(date(2026, 12, 2)))
    (row,) = work.page().rows
    assert ([tr(chip.text) for chip in row.reminders], row.kinds) == (
        ["转诊复核"],
        ("referral_check", "follow_up"),
    )
    assert work.side_cards().referral_checks == 1
    assert names(work.page(WorkFilter(kind="follow_up"))) == []


def test_counts_tell_overdue_today_and_the_week(clinic_desk, work):
    for days in (-9, -1, 0, 0, 6, 7):
        due(clinic_desk, days)
    counts = work.page().counts
    assert (counts.overdue, counts.today, counts.this_week) == (2, 2, 3)
    overdue = work.page(WorkFilter(until=Until.OVERDUE))
    assert ([row.days_overdue for row in overdue.rows], overdue.counts) == ([9, 1], counts)
    assert len(work.page(WorkFilter(until=Until.TODAY)).rows) == 4
    assert len(work.page().rows) == 5
    assert len(work.page(WorkFilter(until=Until.ALL)).rows) == 6


def test_orders_put_the_right_person_first(clinic_desk, work):
    due(clinic_desk, -1, name="近的", group="10组", distance=Decimal("0.2"))
    pressing = due(clinic_desk, -1, name="危的", group="2组", distance=Decimal("3"))
    due(clinic_desk, -5, name="久的", group="9组", distance=Decimal("1"))
    FollowUps(clinic_desk).save_visit(pressing, htn_answers(date(2026, 11, 1), sbp=165))
    assert names(work.page(order=Order.DUE)) == ["危的", "久的", "近的"]
    assert names(work.page(order=Order.RISK))[0] == "危的"
    assert names(work.page(order=Order.DISTANCE)) == ["近的", "久的", "危的"]
    assert names(work.page(order=Order.GROUP)) == ["危的", "久的", "近的"]


def test_filters_narrow_the_list_and_its_counts(clinic_desk, work):
    due(clinic_desk, -1, "htn", name="甲", group="1组", distance=Decimal("0.5"))
    due(clinic_desk, -1, "dm", name="乙", group="2组", distance=Decimal("2"))
    assert work.groups() == ("1组", "2组")
    assert names(work.page(WorkFilter(group="2组"))) == ["乙"]
    assert names(work.page(WorkFilter(disease="htn"))) == ["甲"]
    near = work.page(WorkFilter(distance_max=Decimal("1")))
    assert (names(near), near.counts.overdue) == (["甲"], 1)


def test_the_text_filter_uses_the_keys_of_the_search(clinic_desk, work):
    due(clinic_desk, 0, name="王秀英", number=901)
    due(clinic_desk, 0, name="李桂兰", number=902)
    with clinic_desk.sessions.writing() as session:
        session.add_all([SearchKey(k="^王秀英", resident_number=901), SearchKey(k="xy", resident_number=901)])
    assert names(work.page(WorkFilter(text="王秀"))) == ["王秀英"]
    assert names(work.page(WorkFilter(text="xy"))) == ["王秀英"]
    assert names(work.page(WorkFilter(text="查无此人"))) == []


@pytest.mark.parametrize("order", list(Order))
def test_pages_follow_each_other_without_gap_or_repeat(clinic_desk, work, order):
    for number in range(11):
        due(clinic_desk, -number % 4, group=f"{number % 3 + 1}组", distance=Decimal(number % 5))
    whole = [row.resident_id for row in work.page(order=order).rows]
    found, after = [], None
    while True:
        page = work.page(order=order, after=after, limit=3)
        found += [row.resident_id for row in page.rows]
        after = page.next_after
        if after is None:
            break
    assert found == whole
    assert len(set(whole)) == 11


def test_saving_leads_to_the_next_person_on_the_list(clinic_desk, work):
    first, second, third = (due(clinic_desk, -days, name=f"第{4 - days}位") for days in (3, 2, 1))
    rows = {row.resident_id: row for row in work.page().rows}
    FollowUps(clinic_desk).save_visit(second, htn_answers(TODAY))
    assert work.next_after(second, after=rows[second].key).resident_id == third
    assert work.next_after(third, after=rows[third].key).resident_id == first
    assert work.next_after(first).resident_id == third


def test_nobody_is_next_when_all_is_done(clinic_desk, work):
    only = due(clinic_desk, 0)
    assert work.next_after(only) is None


def test_who_left_the_village_is_not_on_the_list(clinic_desk, work):
    person = due(clinic_desk, -1)
    with clinic_desk.sessions.writing() as session:
        session.get_one(Resident, person).state = "moved"
    assert work.page().rows == ()
    assert work.counts().overdue == 0


def test_the_printed_list_reads_like_the_screen(clinic_desk, work):
    due(clinic_desk, -2, name="阿依古丽·买买提", household_note="独居")
    content = printed_list(work.page(), title="随访名单", on=TODAY, doctor="王明")
    (row,) = content.rows
    assert (row.name, row.due, row.group) == ("阿依古丽·买买提", "逾期 2 天", "3组 独居")
