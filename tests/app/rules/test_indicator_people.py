"""The people of an indicator in the words and shapes that outsiders use."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import UserError
from app.rules.registry import evaluate

STANDARD, PRESSURE = "高血压患者规范管理率", "管理人群血压控制率"


def rate(indicator, people, **more):
    return evaluate(
        "indicator", {"indicator": indicator, "year": 2026, "people": people, **more}, date(2027, 1, 5)
    )


def managed(visits=4, **changes):
    """A person who meets the norm: four face-to-face visits and the examination of the year."""
    listed = [{"date": f"2026-{month:02d}-10"} for month in (1, 4, 7, 10)[:visits]]
    return {"id": "a", "visits": listed, "exam_dates": ["2026-05-01"], **changes}


@pytest.mark.parametrize(
    ("how", "counts"),
    [
        ({"method": 1}, True),
        ({"method": "家庭"}, True),
        ({"visit_method": 2}, True),
        ({"face_to_face": True}, True),
        ({}, True),
        ({"method": 3}, False),
        ({"method": "电话"}, False),
        ({"method": "phone"}, False),
        ({"visit_method": 3}, False),
        ({"face_to_face": False}, False),
    ],
)
def test_a_visit_is_face_to_face_unless_told_otherwise(how, counts):
    visits = [{"date": f"2026-{month:02d}-10", **how} for month in (1, 4, 7, 10)]
    assert rate(STANDARD, [{**managed(), "visits": visits}])["numerator"] == int(counts)


@pytest.mark.parametrize(
    ("visits", "counts"),
    [
        (["2026-01-10", "2026-04-10", "2026-07-10", "2026-10-10"], True),
        (["2026-01-10", "2026-04-10", "2026-07-10"], False),
        (4, True),
        ("4", True),
        (3, False),
        ([{"visit_date": "2026-01-10"}] * 4, True),
        (10**9, True),
    ],
)
def test_visits_may_be_dates_or_their_number(visits, counts):
    assert rate(STANDARD, [{**managed(), "visits": visits}])["numerator"] == int(counts)


@pytest.mark.parametrize(
    ("exam", "counts"),
    [
        ({"exam_dates": ["2026-05-01"]}, True),
        ({"exam_date": "2026-05-01"}, True),
        ({"exams": ["2026-05-01"]}, True),
        ({"exams": [{"date": "2026-05-01"}]}, True),
        ({"exam_done": True}, True),
        ({"exam_done": False}, False),
        ({"exam_date": "2025-05-01"}, False),
        ({}, False),
    ],
)
def test_the_examination_of_the_year(exam, counts):
    person = {key: value for key, value in managed().items() if key != "exam_dates"}
    assert rate(STANDARD, [{**person, **exam}])["numerator"] == int(counts)


@pytest.mark.parametrize("word", ["enrolled_on", "enrolled_date", "enrolment_date", "enrolled"])
def test_who_came_during_the_year_needs_fewer_visits(word):
    assert rate(STANDARD, [managed(1, **{word: "2026-10-01"})])["numerator"] == 1
    assert rate(STANDARD, [managed(1, **{word: "2026-06-30"})])["numerator"] == 0
    assert rate(STANDARD, [managed(4, **{word: "2027-01-05"})])["display"] == "—"


@pytest.mark.parametrize("word", ["ended_on", "died_on", "death_date", "moved_away_on"])
def test_who_left_before_the_year_is_not_counted(word):
    assert rate(STANDARD, [managed(**{word: "2026-06-01"})])["denominator"] == 1
    assert rate(STANDARD, [managed(**{word: "2025-06-01"})])["denominator"] == 0


@pytest.mark.parametrize(
    ("check", "counts"),
    [
        ({"due": "2026-05-24", "done_on": "2026-05-24"}, True),
        ({"due_date": "2026-05-24", "done": "2026-05-20"}, True),
        ({"due": "2026-05-24", "done": True}, True),
        ({"referred_on": "2026-05-10", "done_on": "2026-05-24"}, True),
        ({"referred_on": "2026-05-10", "done_on": "2026-05-25"}, False),
        ({"due": "2026-05-24", "done": False}, False),
        ({"due": "2026-05-24", "done": None}, False),
        ({"due": "2026-05-24"}, False),
        ("2026-05-10", False),
    ],
)
@pytest.mark.parametrize("word", ["referral_checks", "checks"])
def test_every_check_of_a_referral_must_be_done_in_time(word, check, counts):
    assert rate(STANDARD, [managed(**{word: [check]})])["numerator"] == int(counts)


@pytest.mark.parametrize(
    ("person", "controlled"),
    [
        ({"birth_date": "1980-01-01", "sbp": 139, "dbp": 89}, True),
        ({"birth_date": "1980-01-01", "sbp": 140, "dbp": 89}, False),
        ({"age": 65, "sbp": 149, "dbp": 89}, True),
        ({"age": 64, "last_visit": {"sbp": 149, "dbp": 89}}, False),
        ({"age": 64, "last_visit": {"date": "2026-12-01", "sbp": 139, "dbp": 89}}, True),
        ({"age": 64, "last_visit": {"date": "2025-12-01", "sbp": 139, "dbp": 89}}, False),
        ({"age": 64, "sbp": 120, "dbp": 80, "lost": True}, False),
        ({"age": 64, "visits": [{"date": "2026-03-01", "sbp": 150, "dbp": 80}], "sbp": 120, "dbp": 80}, True),
        ({"age": 64}, False),
    ],
)
def test_the_last_values_may_stand_beside_the_name(person, controlled):
    assert rate(PRESSURE, [{"id": 1, **person}])["numerator"] == int(controlled)


def test_glucose_beside_the_name():
    people = [{"id": "a", "fpg_mmol_l": 6.99}, {"id": "b", "fpg_mg_dl": 126}]
    assert rate("管理人群血糖控制率", people)["numerator_ids"] == ["a"]


def test_an_age_that_cannot_be_is_refused():
    with pytest.raises(UserError, match="age"):
        rate(PRESSURE, [{"id": 1, "age": 400, "sbp": 130, "dbp": 80}])


def test_people_come_back_by_the_names_they_had():
    people = [{"id": 7, "age": 50, "sbp": 130, "dbp": 80}, {"id": "b", "age": 50}]
    result = rate(PRESSURE, people)
    assert (result["numerator_ids"], result["resident_ids"], result["count"]) == ([7], [7, "b"], 2)
    assert rate("常住居民数", people)["resident_ids"] == [7, "b"]


def test_the_elderly_may_be_told_by_flags_alone():
    served = {"id": 1, "age": 65, "record": True, "exam": True, "guidance": True, "complete": True}
    people = [served, {**served, "id": 2, "guidance": False}, {**served, "id": 3, "record": False}]
    result = rate("老年人健康管理率", [*people, {**served, "id": 4, "age": 64}])
    assert (result["numerator_ids"], result["denominator"]) == ([1], 3)


def test_tuberculosis_may_be_told_by_flags():
    people = [
        {"id": 1, "notified_on": "2026-03-01", "managed": True},
        {"id": 2, "notified_on": "2026-03-01", "managed": False},
    ]
    assert rate("肺结核患者管理率", people)["rate_percent"] == 50.0
    people = [
        {"id": 1, "completed": True, "due": 180, "taken": 162},
        {"id": 2, "completed": True, "due": 180, "taken": 161},
        {"id": 3, "completed": False, "due": 180, "taken": 180},
    ]
    assert rate("肺结核患者规则服药率", people)["rate_percent"] == 50.0


def test_records_with_and_without_an_entry_of_the_year():
    people = [{"id": 1, "dynamic": True}, {"id": 2, "dynamic_date": "2026-05-01"}, {"id": 3}]
    assert rate("健康档案使用率", people)["rate_percent"] == 66.7


def test_counts_may_be_a_pair():
    case = {"indicator": "健康档案建档率", "year": 2026, "counts": [1, 16]}
    assert evaluate("indicator", case, date(2027, 1, 5))["rate_percent"] == 6.3
