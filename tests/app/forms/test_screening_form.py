"""血压血糖筛查登记: the clinic's own form."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.judging import judged
from app.forms.registry import form
from app.forms.vocabulary import Context, Level

TODAY = date(2026, 11, 22)
CONTEXT = Context(TODAY, birth_date=date(1960, 1, 1), sex=2)
GIVEN = {"screen_date": "2026-11-22", "sbp": 128, "dbp": 80, "conclusion": [1], "doctor": "王明"}


def problems(**changes: object) -> dict[str, Level]:
    """What stands against the form, by code."""
    given = {key: value for key, value in {**GIVEN, **changes}.items() if value is not None}
    return {problem.code: problem.level for problem in judged(form("screening"), given, CONTEXT).problems}


def test_its_title_says_that_it_is_no_national_form():
    assert form("screening").title == "血压血糖筛查登记（本室自用）"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, {}),
        ({"sbp": None, "dbp": None}, {"sbp": Level.MISSING, "dbp": Level.MISSING}),
        ({"sbp": None, "dbp": None, "fasting_glucose": "5.6"}, {}),
        ({"sbp": None, "dbp": None, "random_glucose": "8.2"}, {}),
        ({"dbp": None}, {"dbp": Level.MISSING}),
        ({"sbp": None, "fasting_glucose": "5.6"}, {"sbp": Level.MISSING}),
        ({"dbp": 128}, {"dbp": Level.REFUSE}),
        ({"sbp": 301}, {"sbp": Level.REFUSE}),
        ({"sbp": 180}, {"sbp": Level.ASK}),
        ({"fasting_glucose": "0.4"}, {"fasting_glucose": Level.REFUSE}),
        ({"sbp": 29, "dbp": 28}, {"sbp": Level.REFUSE, "dbp": Level.ASK}),
        ({"fasting_glucose": "16.7"}, {"fasting_glucose": Level.ASK}),
        ({"screen_date": "2026-11-23"}, {"screen_date": Level.REFUSE}),
        ({"conclusion": None}, {"conclusion": Level.MISSING}),
        ({"conclusion": [1, 2]}, {"conclusion": Level.REFUSE}),
        ({"conclusion": [2]}, {"repeat_on": Level.MISSING}),
        ({"conclusion": [2], "repeat_on": "2026-11-22"}, {"repeat_on": Level.REFUSE}),
        ({"conclusion": [2], "repeat_on": "2026-11-23"}, {}),
        ({"risk_factors": [1, 3]}, {"risk_factors": Level.REFUSE}),
        ({"risk_factors": [2, 3, 4]}, {}),
    ],
)
def test_what_stands_against_it(changes, found):
    assert problems(**changes) == found


def test_the_bmi_follows_from_height_and_weight():
    answers = judged(form("screening"), {**GIVEN, "height": 160, "weight": 64}, CONTEXT).answers

    assert str(answers["bmi"]) == "25.00"
