"""The indicators as `cunyi rule NAME` sees them: from counts and from people."""

from __future__ import annotations

import pytest

from app.errors import UserError
from tests.app.rules.rule_calls import rule


@pytest.mark.parametrize(
    "case", [{"counts": {"numerator": 5, "denominator": 8}}, {"numerator": "5", "denominator": 8}]
)
def test_an_indicator_from_counts(case):
    result = rule("indicator", {"indicator": "管理人群血压控制率", "year": 2026, **case})
    assert (result["rate_percent"], result["numerator"], result["denominator"]) == (62.5, 5, 8)
    assert "resident_ids" not in result


def test_an_indicator_over_nobody_is_a_dash():
    result = rule(
        "indicator", {"indicator": "健康档案建档率", "year": 2026, "numerator": 0, "denominator": 0}
    )
    assert result["display"] == "—"
    assert "rate_percent" not in result
    assert (
        rule("indicator", {"indicator": "管理人群血糖控制率", "year": 2026, "people": []})["display"] == "—"
    )


def test_pressure_control_from_people():
    people = [
        {
            "id": "a",
            "birth_date": "1950-01-01",
            "visits": [
                {"date": "2026-11-01", "sbp": 149, "dbp": 89},
                {"date": "2026-02-01", "sbp": 190, "dbp": 80},
            ],
        },
        {"id": "b", "birth_date": "1980-01-01", "visits": [{"date": "2026-11-01", "sbp": 149, "dbp": 89}]},
        {
            "id": "c",
            "visits": [{"date": "2026-03-01", "sbp": 120, "dbp": 80}, {"date": "2026-04-01", "lost": True}],
        },
        {"id": "d", "ended_on": "2025-12-31", "visits": []},
        {"id": "e", "diseases": ["2型糖尿病"], "visits": []},
    ]
    result = rule("indicator", {"indicator": "管理人群血压控制率", "year": 2026, "people": people})
    assert (result["numerator_ids"], result["resident_ids"], result["count"], result["rate_percent"]) == (
        ["a"],
        ["a", "b", "c"],
        3,
        33.3,
    )
    early = rule(
        "indicator",
        {"indicator": "管理人群血压控制率", "year": 2026, "cut_off": "2026-03-31", "people": people},
    )
    assert early["numerator_ids"] == ["c"]


def managed(identity, **values):
    visits = [{"date": f"2026-{month}-10", "method": 1} for month in ("02", "05", "08", "11")]
    return {"id": identity, "visits": visits, "exam_dates": ["2026-05-10"], **values}


@pytest.mark.parametrize(
    "name",
    ["高血压患者规范管理率", "2型糖尿病患者规范管理率", "Ⅱ型糖尿病患者规范管理率", "糖尿病患者规范管理率"],
)
def test_standard_management_from_people(name):
    phone = [
        {"date": f"2026-{month}-10", "method": method}
        for month, method in (("02", 1), ("05", "家庭"), ("08", 2), ("11", "电话"))
    ]
    people = [
        managed("a"),
        managed("b", visits=phone),
        managed("c", exam_dates=[]),
        managed("d", exam_dates=[], exams=[{"date": "2026-01-01"}]),
        managed("e", referral_checks=[{"referred_on": "2026-05-10", "done_on": "2026-05-24"}]),
        managed("f", referral_checks=[{"referred_on": "2026-05-10", "done_on": "2026-05-25"}]),
        managed("g", referral_checks=[{"due": "2026-05-24"}]),
        managed("h", enrolled_on="2026-08-01", visits=phone[2:3]),
        managed("i", ended_on="2026-12-01"),
    ]
    result = rule("indicator", {"indicator": name, "year": 2026, "people": people})
    assert result["numerator_ids"] == ["a", "d", "e", "h", "i"]
    assert result["denominator"] == 9
    without = rule(
        "indicator",
        {"indicator": name, "year": 2026, "people": people, "count_ended": False, "prorate_new": False},
    )
    assert without["numerator_ids"] == ["a", "d", "e"]
    assert (
        rule("indicator", {"indicator": name, "year": 2026, "people": people, "visits_per_year": 3})[
            "numerator"
        ]
        == 6
    )


def test_severe_mental_disorder_counts_phone_visits_and_needs_no_examination_without_consent():
    phone = [{"date": f"2026-{month}-10", "method": 3} for month in ("02", "05", "08", "11")]
    people = [
        managed("a", visits=phone),
        managed("b", exam_dates=[], exam_required=False),
        managed("c", exam_dates=[]),
    ]
    result = rule("indicator", {"indicator": "严重精神障碍患者规范管理率", "year": 2026, "people": people})
    assert result["numerator_ids"] == ["a", "b"]


def test_glucose_control_from_people_in_both_units():
    people = [
        {"id": "a", "visits": [{"date": "2026-05-01", "fpg_mmol_l": "6.99"}]},
        {"id": "b", "visits": [{"date": "2026-05-01", "fpg_mg_dl": 126}]},
        {
            "id": "c",
            "visits": [
                {"date": "2026-05-01", "fpg_mg_dl": 125},
                {"date": "2026-06-01", "disease": "高血压", "sbp": 120, "dbp": 70},
            ],
        },
        {"id": "d", "visits": [{"date": "2026-05-01"}]},
    ]
    result = rule("indicator", {"indicator": "管理人群血糖控制率", "year": 2026, "people": people})
    assert result["numerator_ids"] == ["a", "c"]


def test_records_and_the_elderly_from_people():
    people = [
        {
            "id": "a",
            "birth_date": "1950-01-01",
            "has_record": True,
            "has_electronic_record": True,
            "dynamic_dates": ["2026-03-01"],
            "exams": [{"date": "2026-05-01", "complete": True, "guidance": True}],
            "constitution_dates": ["2026-05-01"],
            "constitution_complete": True,
            "guidance": True,
        },
        {
            "id": "b",
            "birth_date": "1950-01-01",
            "has_record": True,
            "exam_dates": ["2026-05-01"],
            "exam_complete": True,
        },
        {"id": "c", "birth_date": "1990-01-01"},
        {"id": "d", "birth_date": "1950-01-01", "permanent": False, "has_record": True},
    ]
    payload = {"year": 2026, "people": people}
    expected = {
        "健康档案建档率": (["a", "b"], 3),
        "电子健康档案建档率": (["a"], 3),
        "老年人健康管理率": (["a"], 2),
        "老年人中医药健康管理率": (["a"], 2),
        "健康档案使用率": (["a"], 4),  # whoever is listed there has a record unless it is denied
    }
    for name, (numerator, denominator) in expected.items():
        result = rule("indicator", {"indicator": name, **payload})
        assert (result["numerator_ids"], result["denominator"]) == (numerator, denominator)
    by_census = rule("indicator", {"indicator": "健康档案建档率", **payload, "denominator": 10})
    assert (by_census["rate_percent"], by_census["count"]) == (20.0, 3)


def test_tuberculosis_indicators_from_people():
    people = [
        {
            "id": "a",
            "notified_on": "2026-01-01",
            "managed_from": "2026-01-03",
            "completed_on": "2026-07-01",
            "doses_due": 180,
            "doses_taken": 162,
        },
        {
            "id": "b",
            "notified_on": "2026-01-01",
            "completed_on": "2026-07-01",
            "doses_due": 180,
            "doses_taken": 161,
        },
        {"id": "c", "notified_on": "2026-01-01", "enrolled_on": "2026-01-02", "confirmed": False},
    ]
    managed_rate = rule("indicator", {"indicator": "肺结核患者管理率", "year": 2026, "people": people})
    assert (managed_rate["numerator_ids"], managed_rate["resident_ids"]) == (["a"], ["a", "b"])
    assert (
        rule("indicator", {"indicator": "肺结核患者规则服药率", "year": 2026, "people": people})[
            "rate_percent"
        ]
        == 50.0
    )


def test_the_older_rates_need_the_estimated_number():
    payload = {"indicator": "高血压患者健康管理率", "year": 2026, "people": [managed("a")]}
    assert rule("indicator", {**payload, "denominator": 8})["rate_percent"] == 12.5
    with pytest.raises(UserError, match="denominator"):
        rule("indicator", payload)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("辖区内常住居民数", ["a", "b"]),
        ("65岁及以上常住居民数", ["a"]),
        ("在管高血压患者数", ["a", "c"]),
        ("在管2型糖尿病患者数", ["b", "c"]),
    ],
)
def test_a_denominator_by_itself(name, ids):
    people = [
        {"id": "a", "birth_date": "1950-01-01", "diseases": ["高血压"]},
        {"id": "b", "birth_date": "1990-01-01", "diseases": ["2型糖尿病"]},
        {"id": "c", "birth_date": "1990-01-01", "permanent": False, "diseases": ["高血压", "2型糖尿病"]},
    ]
    result = rule("indicator", {"indicator": name, "year": 2026, "people": people})
    assert (result["resident_ids"], result["count"]) == (ids, len(ids))
