"""The list of the requests: what needs a look first, and which clinics have not sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.request_states import Action
from app.services.review import Review
from app.services.review_inbox import ReviewInbox
from app.services.review_stock import ReviewStock
from bench.supply import add_clinic, add_request, moment, stock_up, township
from db.models import Drug, DrugRequest, DrugRequestLine
from tests.supply_desks import PHARMACIST


@pytest.fixture
def town(tmp_path):
    made = township(tmp_path / "town", drugs=3)
    for number in range(3):
        add_request(made, number, 3)
        change(made, number, submitted_at=moment() - timedelta(minutes=number))
    stock_up(made, 3)
    yield made
    made.desk.close()


def change(town, place, **values):
    with town.desk.sessions.writing() as session:
        row = session.get_one(DrugRequest, town.requests[place])
        for name, value in values.items():
            setattr(row, name, value)


def change_lines(town, place, count, **values):
    with town.desk.sessions.writing() as session:
        for line in Review(town.desk).get(town.requests[place]).lines[:count]:
            row = session.get_one(DrugRequestLine, line.id)
            for name, value in values.items():
                setattr(row, name, value)


def order(town):
    return [town.requests.index(item.summary.id) for item in ReviewInbox(town.desk).items()]


def test_on_the_same_day_the_oldest_stands_first(town):
    assert order(town) == [2, 1, 0]


def test_more_marked_lines_stand_before_older_ones_of_the_same_day(town):
    change_lines(town, 0, 2, explanation="村里体检后新增病人")
    assert order(town) == [0, 2, 1]
    first = ReviewInbox(town.desk).items()[0]
    assert (first.marked, first.to_look, first.undecided) == (2, 2, 3)


def test_days_of_waiting_go_before_marks_and_emergencies_before_all(town):
    change_lines(town, 0, 2, explanation="村里体检后新增病人")
    change(town, 1, submitted_at=moment() - timedelta(days=3))
    assert order(town) == [1, 0, 2]
    change(town, 2, kind="emergency")
    assert order(town) == [2, 1, 0]
    items = ReviewInbox(town.desk).items()
    assert [(item.is_urgent, item.days) for item in items] == [(True, 0), (False, 3), (False, 0)]


def test_a_decided_line_no_longer_wants_a_look_but_keeps_its_place(town):
    change_lines(town, 0, 2, explanation="村里体检后新增病人")
    review = Review(town.desk)
    review.take(town.requests[0], 1)
    review.decide_line(town.requests[0], review.get(town.requests[0]).lines[0].id, 60)
    first = ReviewInbox(town.desk).items()[0]
    assert (first.marked, first.to_look, first.undecided) == (2, 1, 2)


def test_who_holds_a_request_is_named(town):
    other = Review(replace(town.desk, actor=PHARMACIST))
    other.take(town.requests[2], 1)
    Review(town.desk).take(town.requests[1], 1)
    held = {town.requests.index(item.summary.id): (item.holder, item.is_mine) for item in ReviewInbox(town.desk).items()}
    assert held == {2: ("陈静", False), 1: ("赵敏", True), 0: ("", False)}


def test_what_is_decided_stands_behind_without_days(town):
    ReviewStock(town.desk).agree([town.requests[2]], share_short=True, approve=True)
    items = ReviewInbox(town.desk).items()
    assert items[-1].summary.id == town.requests[2]
    assert (items[-1].days, items[-1].marked) == (None, 0)


def test_clinics_without_a_regular_request_of_the_month_are_missing(town):
    add_clinic(town, 3)
    change(town, 0, period="2026-10")
    change(town, 1, kind="emergency")
    month = ReviewInbox(town.desk).month()
    assert (month.period, month.clinics, month.handed_in) == ("2026-11", 4, 1)
    assert [(clinic.name, clinic.last_period, clinic.was_returned) for clinic in month.missing] == [
        ("第1村卫生室", "2026-10", False), ("第2村卫生室", "", False), ("第4村卫生室", "", False),
    ]  # fmt: skip


def test_a_returned_request_is_missing_until_it_comes_again(town):
    review = Review(town.desk)
    taken = review.take(town.requests[0], 1).request
    review.act(taken.id, Action.RETURN, taken.version, comment="请先盘点")
    month = ReviewInbox(town.desk).month()
    assert [(clinic.name, clinic.was_returned) for clinic in month.missing] == [("第1村卫生室", True)]


def test_requests_are_found_by_their_clinic_and_waiting_ones_by_a_drug_or_its_initials(town):
    inbox = ReviewInbox(town.desk)
    assert [(found.request_id, found.drug_name) for found in inbox.find("第2村")] == [(town.requests[1], "")]
    assert [found.request_id for found in inbox.find(town.requests[2])] == [town.requests[2]]
    by_drug = inbox.find("药品B00001")
    assert [(found.clinic_name, found.drug_code) for found in by_drug] == [
        (f"第{number}村卫生室", "B00001") for number in (1, 2, 3)
    ]
    with town.desk.sessions.writing() as session:
        session.query(Drug).filter_by(code="B00002").one().pinyin = "xbdp"
    assert {found.drug_code for found in inbox.find("XBD")} == {"B00002"}
    assert len(inbox.find("药品", limit=4)) == 4
    assert inbox.find(" ") == inbox.find("没有") == []
