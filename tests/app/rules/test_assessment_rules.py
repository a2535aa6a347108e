"""The assessments as `cunyi rule NAME` sees them: body, daily life, constitution, alcohol."""

from __future__ import annotations

import pytest

from tests.app.rules.rule_calls import rule


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"height_cm": 165, "weight_kg": "65.34"}, {"bmi": 24.0, "category": "overweight"}),
        ({"height_cm": "170", "weight_kg": 53}, {"bmi": 18.34, "category": "underweight"}),
        (
            {"height_cm": 170, "weight_kg": 60, "sex": "男", "waist_cm": 90},
            {"category": "normal", "abdominal_obesity": True},
        ),
        (
            {"height_cm": 170, "weight_kg": 90, "sex": 2, "waist_cm": "84.9"},
            {"category": "obese", "abdominal_obesity": False},
        ),
    ],
)
def test_bmi_and_abdominal_obesity(case, expected):
    result = rule("bmi", case)
    assert {key: result[key] for key in expected} == expected


def test_bmi_says_only_what_is_known():
    result = rule("bmi", {"waist_cm": 85, "sex": "女"})
    assert result["abdominal_obesity"] is True
    assert result["missing"] == ["height_cm", "weight_kg"]
    assert not {"bmi", "category"} & set(result)
    assert "abdominal_obesity" not in rule("bmi", {"height_cm": 170, "weight_kg": 60, "waist_cm": 90})


def test_adl_gives_total_level_and_label():
    case = {"eating": 3, "grooming": 1, "dressing": 0, "toileting": 0, "mobility": 5}
    result = rule("adl", case)
    assert (result["valid"], result["total"], result["level"], result["label"]) == (True, 9, 3, "中度依赖")
    refused = rule("adl", {**case, "eating": 1})
    assert (refused["valid"], "total" in refused, refused["reasons"][0]["key"]) == (False, False, "eating")
    assert rule("adl", {})["missing"] == ["eating", "grooming", "dressing", "toileting", "mobility"]


def test_constitution_of_answers_with_a_default():
    result = rule("tcm_constitution", {"answers": {"1": 5, "q23": 5, "25": 5}, "default_answer": 1})
    assert (result["valid"], result["scores"]["湿热质"], result["results"]) == (True, 12, {"湿热质": "是"})
    assert (result["main"], len(result["answers"])) == ("湿热质", 33)


def test_constitution_fills_answers_from_numbers():
    result = rule(
        "tcm_constitution", {"default_answer": 1, "bmi": 28, "waist_cm": "105.5", "colds_per_year": 7}
    )
    assert [result["answers"][item] for item in ("9", "28", "14")] == [5, 5, 4]
    kept = rule("tcm_constitution", {"default_answer": 1, "answers": {"9": 2}, "bmi": 28})
    assert kept["answers"]["9"] == 2


@pytest.mark.parametrize(
    ("case", "answers"),
    [
        ({"item": 9, "bmi": [23.99, 24, 25, 26, 28]}, [1, 2, 3, 4, 5]),
        ({"item": "q28", "waist_cm": [79.4, 79.5, 86, 91, 106]}, [1, 2, 3, 4, 5]),
        ({"item": 14, "colds_per_year": [1, 2, 5, 7, 8, 12]}, [1, 2, 3, 4, 4, 5]),
        ({"bmi": 24}, 2),
    ],
)
def test_constitution_items_from_lists_of_numbers(case, answers):
    assert rule("tcm_constitution", case)["answers"] == answers


def test_constitution_without_all_answers_has_no_scores():
    result = rule("tcm_constitution", {"answers": {"1": 3}})
    assert (result["valid"], len(result["missing"])) == (False, 32)
    assert not {"scores", "results", "main"} & set(result)
    assert rule("tcm_constitution", {"answers": [1] * 33})["valid"] is True


def test_alcohol_is_added_as_spirit():
    assert rule("alcohol", {"白酒_两": 1, "啤酒_两": "5", "红酒_两": 1, "黄酒_两": 1})["白酒_两"] == 1.95
    assert "白酒_两" not in rule("alcohol", {})
