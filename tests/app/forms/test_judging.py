"""One judgement for the window, the command line and an import."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.judging import judged
from app.forms.registry import form
from app.forms.vocabulary import Context, Level
from tests.samples.form_answers import FILLED

TODAY, DIED = date(2026, 11, 22), date(2026, 11, 10)
CONTEXT = Context(today=TODAY, birth_date=date(1955, 3, 8), sex=2, died_on=DIED)


def said(code, raw, context=CONTEXT):
    return [(problem.code, problem.level) for problem in judged(form(code), raw, context).problems]


def test_answers_come_out_canonical_and_completed():
    reading = judged(
        form("elder_adl"),
        {"eating": "0", "grooming": "1", "dressing": 0, "toileting": 1, "mobility": 0},
        CONTEXT,
    )
    assert (reading.answers["total"], reading.answers["result"]) == (2, 1)


def test_a_refused_answer_is_not_also_missing():
    assert said("encounter", FILLED["encounter"] | {"encounter_date": "昨天"}) == [
        ("encounter_date", Level.REFUSE)
    ]


def test_a_score_is_told_once_though_two_rules_look_at_it():
    answers = FILLED["elder_adl"] | {"assessment_date": "2026-11-09", "total": 3}
    assert said("elder_adl", answers) == [("total", Level.REFUSE)]


def test_problems_stand_in_printed_order_and_unknown_codes_last():
    answers = FILLED["encounter"] | {"encounter_date": "2026-11-23", "pulse": 80, "subjective": ""}
    assert [code for code, _level in said("encounter", answers)] == ["subjective", "encounter_date", "pulse"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-09", []),
        ("2026-11-10", []),
        ("2026-11-11", [("encounter_date", Level.REFUSE)]),
        ("1955-03-08", []),
        ("1955-03-07", [("encounter_date", Level.REFUSE)]),
    ],
)
def test_a_form_is_dated_within_life(day, expected):
    assert said("encounter", FILLED["encounter"] | {"encounter_date": day}) == expected


@pytest.mark.parametrize(
    "written", ["41162410021500037", "411624-100-215-00037", "411624100215-00037", " 41162410021500037 "]
)
def test_a_record_number_is_read_as_it_is_usually_written(written):
    answers = FILLED["referral_out"] | {"transfer_date": "2026-11-09", "record_no": written}
    assert judged(form("referral_out"), answers, CONTEXT).answers["record_no"] == "41162410021500037"


def test_a_line_written_for_an_option_without_a_number_ticks_it():
    answers = {"visit_date": "2026-11-09", "symptoms": [2], "symptoms_other": "牙痛"}
    assert judged(form("copd_followup"), answers, CONTEXT).answers["symptoms"] == [2, 8]
