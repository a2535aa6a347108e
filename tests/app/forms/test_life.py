"""Dates outside life: one rule for every answer and every cell of a table."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.judging import judged
from app.forms.kinds import certainly_before
from app.forms.life import Life
from app.forms.registry import FORM_MODULES, form
from app.forms.vocabulary import Context, Level
from tests.samples.form_answers import FILLED

TODAY, DIED = date(2026, 11, 22), date(2026, 11, 10)
LIFE = Life(TODAY, "1955-03-08", DIED)
AHEAD = {
    ("htn_followup", "next_visit_date"),
    ("dm_followup", "next_visit_date"),
    ("smi_followup", "next_visit_date"),
    ("tb_first_visit", "edu_place_time_date"),
    ("tb_first_visit", "next_visit_date"),
    ("tb_followup", "next_visit_date"),
    ("copd_followup", "next_visit_date"),
    ("screening", "repeat_on"),
}
"""Days that are agreed, so that they lie ahead."""


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("1955-03-07", "1955-03-08", True),
        ("1955-03-08", "1955-03-08", False),
        ("1955-03", "1955-03-08", False),
        ("1955-02", "1955-03-08", True),
        ("1955", "1955-03-08", False),
        ("1954", "1955-03-08", True),
        ("1955-03-08", "1955", False),
    ],
)
def test_an_approximate_date_is_compared_as_far_as_it_is_known(one, other, expected):
    assert certainly_before(one, other) is expected


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1955-03-08", None),
        ("1955-03-07", "术日 1955-03-07 早于出生日期 1955-03-08，请核对。"),
        ("1954", "术日 1954 早于出生日期 1955-03-08，请核对。"),
        ("2026-11-10", None),
        ("2026-11-11", "术日 2026-11-11 晚于死亡日期 2026-11-10，请核对。"),
        ("2026-11-23", "术日 2026-11-23 还没有到，请核对日期。"),
        ("2026-11", None),
        ("2026-12", "术日 2026-12 还没有到，请核对日期。"),
    ],
)
def test_a_day_lies_between_birth_and_today_or_death(written, words):
    sentence = LIFE.problem("术日", written)
    assert (None if sentence is None else str(sentence)) == words


def test_what_is_not_known_refuses_nothing():
    assert Life(TODAY).problem("术日", "1066") is None


def test_a_day_that_may_come_is_still_not_before_birth():
    assert LIFE.problem("下次", "2099-01-01", may_come=True) is None
    assert LIFE.problem("下次", "1955-03-07", may_come=True) is not None


def test_only_days_that_are_agreed_may_lie_ahead():
    found = {(code, item.code) for code in FORM_MODULES for item in form(code).fields.values() if item.may_come}
    assert found == AHEAD


def test_a_cell_is_named_by_field_row_and_column():
    stays = [*FILLED["health_exam"]["hospital_stays"][:1], {"start": "1955-03-07"}]
    found = judged(
        form("health_exam"),
        FILLED["health_exam"] | {"hospital_stays": stays},
        Context(TODAY, date(1955, 3, 8), sex=2),
    ).problems
    assert [str(problem.message) for problem in found if problem.level is Level.REFUSE] == [
        "住院史第 2 行的入院日期 1955-03-07 早于出生日期 1955-03-08，请核对。"
    ]


def test_the_birth_date_on_the_form_goes_before_the_one_on_record():
    answers = FILLED["personal_info"] | {
        "birth_date": "1956-01-01",
        "id_number": "",
        "disease_history": [{"code": 2, "confirmed_ym": "1955-06"}],
    }
    found = judged(form("personal_info"), answers, Context(TODAY, date(1955, 3, 8))).problems
    assert "既往疾病第 1 行的确诊时间 1955-06 早于出生日期 1956-01-01，请核对。" in [str(each.message) for each in found]


def test_one_mistake_is_told_once():
    answers = FILLED["health_exam"] | {"vaccinations": [{"name": "流感疫苗", "date": "2026-11-23"}]}
    found = judged(form("health_exam"), answers, Context(TODAY, date(1955, 3, 8), sex=2)).problems
    assert [problem.code for problem in found].count("vaccinations") == 1


@pytest.mark.parametrize(("born", "asks"), [("2008-11-20", True), ("2008-11-21", False), (None, True)])
def test_the_usual_sizes_are_those_of_adults(born, asks):
    answers = FILLED["health_exam"] | {"height": "129.9", "weight": "29.9"}
    context = Context(TODAY, None if born is None else date.fromisoformat(born), sex=2)
    asked = {each.code for each in judged(form("health_exam"), answers, context).problems if "不常见" in str(each.message)}
    assert (asked & {"height", "weight"}) == ({"height", "weight"} if asks else set())


@pytest.mark.parametrize(("form_code", "code", "option"), [
    ("personal_info", "fuel", 6), ("personal_info", "water", 6), ("smi_info", "employment", 8),
])  # fmt: skip
def test_the_other_always_opens_a_line(form_code, code, option):
    problems = judged(form(form_code), FILLED[form_code] | {code: option}, Context(TODAY)).problems
    assert (f"{code}_note", Level.MISSING) in [(each.code, each.level) for each in problems]
    written = FILLED[form_code] | {code: option, f"{code}_note": "自写"}
    assert judged(form(form_code), written, Context(TODAY)).answers[f"{code}_note"] == "自写"
