"""肺结核患者第一次入户随访记录表: every limit, condition and check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

FORM = form("tb_first_visit")
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1975, 3, 8))
LESSONS = (
    "edu_card", "edu_method", "edu_course", "edu_irregular", "edu_adr", "edu_recheck", "edu_travel", "edu_lifestyle",
    "edu_contacts",
)  # fmt: skip


def visit(**changes):
    answers = {
        "visit_date": "2026-11-20", "visit_method": 2, "patient_type": 1, "sputum": 1, "resistance": 2, "symptoms": [1],
        "regimen": "2HRZE/4HR", "usage": 1, "dosage_form": [1], "supervisor": 2, "single_room": 1, "ventilation": 2,
        "cigarettes": 10, "cigarettes_target": 0, "alcohol": "1.5", "alcohol_target": 0,
        "edu_place_time_place": "柳庄村卫生室", "edu_place_time_date": "2026-11-27",
        **dict.fromkeys(LESSONS, 1), "next_visit_date": "2026-11-30", "assessor": "王明",
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


@pytest.mark.parametrize("code", list(visit()))
def test_every_answer_is_required(code):
    assert problems_of(visit(**{code: None})) == [(code, Level.MISSING)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"visit_method": 3}, refused("visit_method")),
        ({"patient_type": 3}, refused("patient_type")),
        ({"sputum": 3}, []),
        ({"sputum": 4}, refused("sputum")),
        ({"resistance": 3}, []),
        ({"resistance": 4}, refused("resistance")),
        ({"symptoms": [0]}, []),
        ({"symptoms": [0, 1]}, refused("symptoms")),
        ({"symptoms": [1, 2, 3, 4, 5, 6, 7, 8, 9]}, []),
        ({"symptoms": [10]}, [("symptoms_note", Level.MISSING)]),
        ({"symptoms": [10], "symptoms_other": "乏力"}, []),
        ({"symptoms": [11]}, refused("symptoms")),
        ({"usage": 3}, refused("usage")),
        ({"dosage_form": [1, 2, 3, 4]}, []),
        ({"dosage_form": [5]}, refused("dosage_form")),
        ({"supervisor": 4}, [("supervisor_note", Level.MISSING)]),
        ({"supervisor": {"code": 4, "text": "志愿者"}}, []),
        ({"ventilation": 4}, refused("ventilation")),
        ({"cigarettes": 0}, []),
        ({"cigarettes": 60}, []),
        ({"cigarettes": 61}, [("cigarettes", Level.ASK)]),
        ({"cigarettes": 201}, [("cigarettes", Level.REFUSE)]),
        ({"cigarettes_target": 201}, [("cigarettes_target", Level.REFUSE)]),
        ({"alcohol": 10}, []),
        ({"alcohol": "10.1"}, [("alcohol", Level.ASK)]),
        ({"alcohol": "100.1"}, [("alcohol", Level.REFUSE)]),
        ({"edu_card": 3}, refused("edu_card")),
        ({"edu_contacts": 2}, []),
        ({"visit_date": "2026-11-23", "next_visit_date": "2026-12-03"}, [("visit_date", Level.REFUSE)]),
        ({"visit_date": "1975-03-07"}, [("visit_date", Level.REFUSE)]),
        ({"next_visit_date": "2026-11-20"}, [("next_visit_date", Level.REFUSE)]),
        ({"next_visit_date": "2026-11-21"}, []),
    ],
)
def test_limits_and_conditions(changes, expected):
    assert problems_of(visit(**changes)) == expected


def test_a_next_date_later_than_the_rule_allows_is_asked_about():
    context = Context(today=date(2026, 11, 22), latest_next_visit=date(2026, 11, 30))
    assert problems_of(visit(), context) == []
    assert problems_of(visit(next_visit_date="2026-12-01"), context) == [("next_visit_date", Level.ASK)]


@pytest.mark.parametrize(
    "told",
    [["村卫生室", "2026-11-27"], {"place": "村卫生室", "date": "2026-11-27"}, {"地点": "村卫生室", "时间": "20261127"}],
)
def test_place_and_time_may_be_told_as_one_item(told):
    reading = FORM.read({"edu_place_time": told})
    assert reading.problems == []
    assert reading.answers == {"edu_place_time_place": "村卫生室", "edu_place_time_date": date(2026, 11, 27)}


def test_pairs_may_be_written_around_a_slash():
    answers = FORM.read({"cigarettes": "10/0", "alcohol": [1.5, 0]}).answers
    assert answers == {
        "cigarettes": 10, "cigarettes_target": 0, "alcohol": Decimal("1.5"), "alcohol_target": Decimal("0"),
    }  # fmt: skip
    assert FORM.restore(FORM.keep(answers)) == answers
