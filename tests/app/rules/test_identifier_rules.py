"""The rules of identity numbers, record numbers, names and ages as `cunyi rule NAME` sees them."""

from __future__ import annotations

import pytest

from tests.app.rules.rule_calls import rule, texts


def test_an_identity_number_is_judged_on_its_day():
    result = rule("id_number", {"number": "11010519491231002x", "form_sex": "男"})
    assert (result["valid"], result["normalized"], result["birth_date"], result["sex"]) == (
        True,
        "11010519491231002X",
        "1949-12-31",
        2,
    )
    assert "表上填的是男" in result["warning"]
    assert not {"reason", "expected_check", "upgraded"} & set(result)
    assert rule("id_number", {"number": "11010519491231002X", "as_of": "1949-12-30"})["valid"] is False


def test_an_identity_number_may_be_a_json_number():
    assert rule("id_number", {"number": 110105200002290005})["valid"] is True


def test_a_wrong_identity_number_gives_reason_and_expected_character():
    result = rule("id_number", {"number": "110105194912310021"})
    assert (result["valid"], result["expected_check"]) == (False, "X")
    assert result["reason"] == texts(result)[0]
    assert rule("id_number", {"number": None})["valid"] is False


def test_a_15_digit_number_is_upgraded():
    result = rule("id_number", {"number": "110105491231002"})
    assert (result["valid"], result["upgraded"], result["kind"]) == (
        True,
        "11010519491231002X",
        "resident_id_15",
    )
    assert result["warning"]


def test_a_record_number_in_its_parts():
    result = rule("record_number", {"number": "37068510110100002"})
    expected = {
        "valid": True,
        "county": "370685",
        "township": "101",
        "village": "101",
        "village_kind": "村委会",
        "serial": 2,
        "short": "101-00002",
    }
    assert {key: result[key] for key in expected} == expected
    statistical = rule("record_number", {"number": "37068510121500002"})
    assert statistical["valid"] is True
    assert statistical["warning"]
    assert "village_kind" not in statistical
    assert rule("record_number", {})["valid"] is False


def test_a_name_as_stored_with_its_code_points():
    result = rule("name", {"input": "阿卜杜热合曼•买买提"})
    assert (result["stored"], result["code_points"]) == ("阿卜杜热合曼·买买提", 10)
    assert rule("name", {"input": "𠮷田"})["code_points"] == 2
    assert rule("name", {"input": ""})["valid"] is False


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [("2000-02-29", "2018-02-27", 17), ("2000-02-29", "2018-02-28", 18), ("1961-11-22", "2026-11-21", 64)],
)
def test_age(birth, on, age):
    assert rule("age", {"birth_date": birth, "on": on})["age"] == age
