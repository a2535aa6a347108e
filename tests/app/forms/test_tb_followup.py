"""肺结核患者随访服务记录表: every limit, condition and check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.judging import judged
from app.forms.registry import form
from app.forms.vocabulary import Context, Level

FORM = form("tb_followup")
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1975, 3, 8))
CLOSING = {
    "stop_date": "2026-11-20", "stop_reason": 1, "visits_due": 9, "visits_done": 9, "doses_due": 180,
    "doses_taken": 176, "assessor": "赵医生",
}  # fmt: skip


def visit(**changes):
    answers = {
        "visit_date": "2026-11-22", "treatment_month": 3, "supervisor": 2, "visit_method": 2, "symptoms": [0],
        "cigarettes": 10, "cigarettes_target": 0, "alcohol": "1.5", "alcohol_target": 0, "regimen": "2HRZE/4HR",
        "usage": 1, "dosage_form": [1], "missed_doses": 0, "adr": 1, "complication": 1,
        "next_visit_date": "2026-12-22", "doctor": "王明",
    }  # fmt: skip
    return {code: value for code, value in (answers | changes).items() if value is not None}


def problems_of(raw, context=CONTEXT):
    reading = FORM.read(raw)
    answers = FORM.complete(reading.answers, context)
    return [(p.code, p.level) for p in [*reading.problems, *FORM.problems(answers, context)]]


def refused(code):
    return [(code, Level.REFUSE), (code, Level.MISSING)]


def test_a_complete_visit_has_no_problem():
    assert problems_of(visit()) == []


def test_a_complete_end_of_treatment_has_no_problem_and_needs_no_next_date():
    assert problems_of(visit(**CLOSING, next_visit_date=None)) == []


@pytest.mark.parametrize("code", list(visit()))
def test_every_required_answer_is_missed(code):
    assert problems_of(visit(**{code: None})) == [(code, Level.MISSING)]


@pytest.mark.parametrize("code", list(CLOSING))
def test_at_the_end_all_of_the_closing_assessment_is_needed(code):
    assert problems_of(visit(**(CLOSING | {code: None}))) == [(code, Level.MISSING)]


@pytest.mark.parametrize("reason", [2, 3])
def test_of_who_died_or_was_lost_no_visit_is_needed(reason):
    raw = {"visit_date": "2026-11-22", "doctor": "王明", **CLOSING, "stop_reason": reason}
    assert problems_of(raw) == []


@pytest.mark.parametrize("reason", [1, 4])
def test_who_ends_otherwise_is_seen(reason):
    raw = {"visit_date": "2026-11-22", "doctor": "王明", **CLOSING, "stop_reason": reason}
    assert ("treatment_month", Level.MISSING) in problems_of(raw)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"treatment_month": 0}, [("treatment_month", Level.REFUSE)]),
        ({"treatment_month": 1}, []),
        ({"treatment_month": 12}, []),
        ({"treatment_month": 13}, [("treatment_month", Level.ASK)]),
        ({"treatment_month": 36}, [("treatment_month", Level.ASK)]),
        ({"treatment_month": 37}, [("treatment_month", Level.REFUSE)]),
        ({"supervisor": 4}, [("supervisor_note", Level.MISSING)]),
        ({"supervisor": 5}, refused("supervisor")),
        ({"visit_method": 3}, []),
        ({"visit_method": 4}, refused("visit_method")),
        ({"symptoms": [0, 6]}, refused("symptoms")),
        ({"symptoms": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}, []),
        ({"symptoms": [11]}, [("symptoms_note", Level.MISSING)]),
        ({"symptoms": [11], "symptoms_other": "乏力"}, []),
        ({"symptoms": [12]}, refused("symptoms")),
        ({"cigarettes": 61}, [("cigarettes", Level.ASK)]),
        ({"cigarettes": 201}, [("cigarettes", Level.REFUSE)]),
        ({"alcohol": "10.1"}, [("alcohol", Level.ASK)]),
        ({"missed_doses": 999}, []),
        ({"missed_doses": 1000}, [("missed_doses", Level.REFUSE)]),
        ({"missed_doses": -1}, [("missed_doses", Level.REFUSE)]),
        ({"adr": 2}, [("adr_note", Level.MISSING)]),
        ({"adr": {"code": 2, "text": "皮疹"}}, []),
        ({"complication": 2}, [("complication_note", Level.MISSING)]),
        ({"referral_dept": "结核科"}, [("referral_reason", Level.MISSING)]),
        ({"referral_reason": "皮疹"}, [("referral_dept", Level.MISSING)]),
        ({"referral_dept": "结核科", "referral_reason": "皮疹"}, []),
        ({"referral_dept": "结核科", "referral_reason": "皮疹", "referral_result": "已换药"}, []),
        ({"handling": "好" * 300}, []),
        ({"handling": "好" * 301}, [("handling", Level.REFUSE)]),
        ({"visit_date": "2026-11-23"}, [("visit_date", Level.REFUSE)]),
        ({"next_visit_date": "2026-11-22"}, [("next_visit_date", Level.REFUSE)]),
        ({**CLOSING, "stop_date": "2026-11-23"}, [("stop_date", Level.REFUSE)]),
        ({**CLOSING, "stop_date": "2026-11-22"}, []),
        ({**CLOSING, "stop_reason": 5}, refused("stop_reason")),
        ({**CLOSING, "visits_done": 10}, [("visits_done", Level.ASK)]),
        ({**CLOSING, "doses_taken": 180}, []),
        ({**CLOSING, "doses_taken": 181}, [("doses_taken", Level.REFUSE)]),
        ({**CLOSING, "doses_taken": -1}, [("doses_taken", Level.REFUSE), ("dose_rate", Level.REFUSE)]),
        ({**CLOSING, "visits_due": 10000}, [("visits_due", Level.REFUSE)]),
        ({**CLOSING, "doses_due": 0, "doses_taken": 0}, []),
    ],
)
def test_limits_and_conditions(changes, expected):
    assert problems_of(visit(**changes)) == expected


@pytest.mark.parametrize(
    ("due", "taken", "rate"),
    [(180, 180, "100.0"), (180, 176, "97.8"), (1000, 899, "89.9"), (8, 5, "62.5"), (2000, 1, "0.1"), (180, 0, "0.0")],
)
def test_the_rate_of_doses_taken_follows(due, taken, rate):
    answers = FORM.complete({"doses_due": due, "doses_taken": taken}, CONTEXT)
    assert answers["dose_rate"] == Decimal(rate)


@pytest.mark.parametrize("answers", [{"doses_due": 0, "doses_taken": 0}, {"doses_due": 9}, {"doses_due": 8, "doses_taken": 9}])
def test_a_rate_that_cannot_be_said_stays_empty(answers):
    assert "dose_rate" not in FORM.complete(answers, CONTEXT)


def test_a_next_date_later_than_the_rule_allows_is_asked_about():
    context = Context(today=date(2026, 11, 22), latest_next_visit=date(2026, 12, 22))
    assert problems_of(visit(), context) == []
    assert problems_of(visit(next_visit_date="2026-12-23"), context) == [("next_visit_date", Level.ASK)]


def test_answers_survive_being_kept():
    answers = FORM.complete(FORM.read(visit(**CLOSING)).answers, CONTEXT)
    assert FORM.restore(FORM.keep(answers)) == answers


@pytest.mark.parametrize(("rate", "refused"), [("89.4", False), ("89.5", True), ("90", True)])
def test_a_rate_of_doses_that_does_not_follow_from_its_parts_is_refused(rate, refused):
    closed = visit(**CLOSING | {"doses_taken": 161, "dose_rate": rate, "next_visit_date": None})
    problems = judged(FORM, closed, CONTEXT).problems
    expected = ["按各项回答，服药率应是“89.4”，您填的是“" + rate + "”，请核对。"] if refused else []
    assert [str(problem.message) for problem in problems] == expected
