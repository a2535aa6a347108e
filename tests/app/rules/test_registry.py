from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app.errors import UserError
from app.rules.registry import RULES, evaluate

TODAY = date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_can_be_loaded(name):
    assert callable(RULES[name].load())


def test_an_unknown_rule_lists_the_known_ones():
    with pytest.raises(UserError, match="hypertension_screening"):
        evaluate("hypertenshun", {}, TODAY)


def test_a_list_gives_a_list_in_order():
    cases = [{"birth_date": "2000-01-01", "on": f"{year}-01-01"} for year in (2020, 2010, 2015)]
    assert [result["age"] for result in evaluate("age", cases, TODAY)] == [20, 10, 15]
    assert evaluate("age", [], TODAY) == []


def test_a_wrong_case_in_a_list_is_told_by_its_place():
    good = {"birth_date": "2000-01-01", "on": "2020-01-01"}
    with pytest.raises(UserError, match="第 2 条：缺少 on"):
        evaluate("age", [good, {"birth_date": "2000-01-01"}], TODAY)
    with pytest.raises(UserError, match="第 1 条：输入应是一个 JSON 对象"):
        evaluate("age", [1], TODAY)


@pytest.mark.parametrize("payload", ["x", 1, None, True])
def test_anything_but_an_object_or_a_list_is_refused(payload):
    with pytest.raises(UserError, match="JSON 对象"):
        evaluate("age", payload, TODAY)


def test_today_stands_in_where_no_day_was_given():
    number = {"number": "11010519491231002X"}
    assert evaluate("id_number", number, date(1949, 12, 30))["valid"] is False
    assert evaluate("id_number", {**number, "as_of": None}, TODAY)["valid"] is True
    assert evaluate("id_number", {**number, "as_of": "1949-12-30"}, TODAY)["valid"] is False


def test_the_registry_loads_no_rule_before_it_is_asked_for():
    script = (
        "import sys, app.rules.registry; print(sorted(m for m in sys.modules if m.startswith('app.rules.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['app.rules.registry']"
