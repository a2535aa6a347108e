"""严重精神障碍患者随访服务记录表: every limit, condition and check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

FORM = form("smi_followup")
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1975, 3, 8))


def visit(**changes):
    answers = {
        "visit_date": "2026-11-22", "visit_method": 2, "risk_level": 0, "insight": 1, "sleep": 1, "diet": 1,
        "self_care": 1, "housework": 2, "work": 9, "learning": 3, "social": 1, "dangerous_acts": [7], "locked": 1,
        "hospitalised": 0, "lab": 1, "drug_adherence": 1, "adr": 1, "effect": 2, "referral": 1, "visit_class": 3,
        "next_visit_date": "2027-02-22", "doctor": "王明",
    }  # fmt: skip
    return {code: value for code, value in (answers | changes).items() if value is not None}


def problems_of(raw, context=CONTEXT):
    reading = FORM.read(raw)
    answers = FORM.complete(reading.answers, context)
    return [(p.code, p.level) for p in [*reading.problems, *FORM.problems(answers, context)]]


def test_a_complete_visit_has_no_problem():
    assert problems_of(visit()) == []


@pytest.mark.parametrize("code", list(visit()))
def test_every_required_answer_is_missed(code):
    assert problems_of(visit(**{code: None})) == [(code, Level.MISSING)]


@pytest.mark.parametrize(
    "who",
    [
        {"lost_reason": 1},
        {"lost_reason": 5, "lost_reason_note": "拒访"},
        {"death_date": "2026-11-01", "death_cause": 2},
        {"death_date": "2026-11-01", "death_cause": 1, "death_cause_disease": 8},
    ],
)
def test_of_a_person_not_met_nothing_else_is_needed(who):
    assert problems_of({"visit_date": "2026-11-22", "doctor": "王明", **who}) == []


def refused(code):
    return [(code, Level.REFUSE), (code, Level.MISSING)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"risk_level": 5}, []),
        ({"risk_level": 6}, refused("risk_level")),
        ({"symptoms": list(range(1, 12))}, []),
        ({"symptoms": [12]}, [("symptoms_note", Level.MISSING)]),
        ({"symptoms": [13]}, [("symptoms", Level.REFUSE)]),
        ({"insight": 4}, refused("insight")),
        ({"work": 3}, []),
        ({"self_care": 9}, refused("self_care")),
        ({"social": 9}, refused("social")),
        ({"work": 4}, refused("work")),
        ({"adr": 9}, []),
        ({"adr": 2}, [("adr_note", Level.MISSING)]),
        ({"adr": {"code": 2, "text": "手抖"}}, []),
        ({"effect": 9}, []),
        ({"effect": 5}, refused("effect")),
        ({"drug_adherence": 4}, []),
        ({"drug_adherence": 5}, refused("drug_adherence")),
        ({"lab": 2}, [("lab_note", Level.MISSING)]),
        ({"locked": 3}, []),
        ({"hospitalised": 1}, []),
        ({"hospitalised": 2}, [("hospitalised_date", Level.MISSING)]),
        ({"hospitalised": 2, "hospitalised_date": "2026-11"}, []),
        ({"hospitalised": 2, "hospitalised_date": "2026-11-22"}, []),
        ({"hospitalised": 2, "hospitalised_date": "2026-11-23"}, [("hospitalised_date", Level.REFUSE)]),
        ({"referral": 2}, [("referral_reason", Level.MISSING), ("referral_to", Level.MISSING)]),
        ({"referral": 2, "referral_reason": "波动", "referral_to": "市医院"}, []),
        ({"rehab": [1, 2, 3, 4]}, []),
        ({"rehab": [5]}, [("rehab_note", Level.MISSING)]),
        ({"visit_class": 4}, refused("visit_class")),
        ({"visit_class": 0}, refused("visit_class")),
        ({"next_visit_date": "2026-11-22"}, [("next_visit_date", Level.REFUSE)]),
        ({"visit_date": "2026-11-23"}, [("visit_date", Level.REFUSE)]),
        ({"visit_date": "1975-03-07"}, [("visit_date", Level.REFUSE)]),
        ({"death_date": "2026-11-23", "death_cause": 3}, [("death_date", Level.REFUSE)]),
        ({"death_date": "1975-03-07", "death_cause": 3}, [("death_date", Level.REFUSE)]),
        ({"death_date": "2026-11-22"}, [("death_cause", Level.MISSING)]),
        ({"death_cause": 3}, [("death_date", Level.MISSING)]),
        ({"death_date": "2026-11-22", "death_cause": 1}, [("death_cause_disease", Level.MISSING)]),
        ({"death_date": "2026-11-22", "death_cause": 6}, [("death_cause_note", Level.MISSING)]),
        ({"lost_reason": 5}, [("lost_reason_note", Level.MISSING)]),
        ({"lost_reason": 3, "death_date": "2026-11-22", "death_cause": 4}, [("death_date", Level.ASK)]),
        ({"dangerous_acts": [4]}, [("dangerous_acts_times_4", Level.MISSING)]),
        ({"drugs": [{"name": "奥氮平", "period": 1, "times": 24}]}, []),
        ({"drugs": [{"name": "奥氮平", "period": 1, "times": 25}]}, [("drugs", Level.REFUSE)]),
        ({"drugs": [{"name": "奥氮平", "period": 2, "times": 31}]}, []),
        ({"drugs": [{"name": "奥氮平", "period": 2, "times": 32}]}, [("drugs", Level.REFUSE)]),
        ({"drugs": [{"name": "奥氮平", "times": 0}]}, [("drugs", Level.REFUSE)]),
        ({"drug_advice": [{"name": "奥氮平", "dose_mg": 0}]}, [("drug_advice", Level.REFUSE)]),
        ({"drug_advice": [{"name": "利培酮", "dose_mg": "0.5"}]}, []),
        ({"drugs": [{"period": 1}]}, [("drugs", Level.REFUSE)]),
        ({"interviewee": 3}, []),
        ({"interviewee": 4}, [("interviewee", Level.REFUSE)]),
    ],
)
def test_limits_and_conditions(changes, expected):
    assert problems_of(visit(**changes)) == expected


@pytest.mark.parametrize(
    ("code", "needs", "other"),
    [
        ("death_cause_disease", {"death_cause": 1}, {"death_cause": 2}),
        ("hospitalised_date", {"hospitalised": 2}, {"hospitalised": 1}),
        ("referral_reason", {"referral": 2}, {"referral": 1}),
        ("referral_to", {"referral": 2}, {"referral": 1}),
        ("dangerous_acts_times_1", {"dangerous_acts": [1]}, {"dangerous_acts": [2]}),
    ],
)
def test_what_does_not_apply_is_dropped(code, needs, other):
    assert code in FORM.complete({code: 1} | needs, CONTEXT)
    assert code not in FORM.complete({code: 1} | other, CONTEXT)


def test_a_cause_of_death_is_told_with_its_disease():
    reading = FORM.read({"death_cause": {"code": 1, "disease": "肿瘤"}})
    assert reading.problems == []
    assert reading.answers == {"death_cause": 1, "death_cause_disease": 2}


def test_a_next_date_later_than_the_rule_allows_is_asked_about():
    context = Context(today=date(2026, 11, 22), latest_next_visit=date(2026, 12, 6))
    assert problems_of(visit(next_visit_date="2026-12-06"), context) == []
    assert problems_of(visit(next_visit_date="2026-12-07"), context) == [("next_visit_date", Level.ASK)]


@pytest.mark.parametrize(
    ("drug", "row"),
    [
        ({"name": "奥氮平", "usage": "每日1次，每次10mg"}, {"period": 1, "times": 1, "dose_mg": Decimal("10")}),
        ({"name": "奥氮平", "用法": "每月1次 每次剂量100mg"}, {"period": 2, "times": 1, "dose_mg": Decimal("100")}),
        ({"name": "奥氮平", "times_per_day": 2, "dose": "5mg"}, {"period": 1, "times": 2, "dose_mg": Decimal("5")}),
        ({"name": "奥氮平", "period": "每月", "times": 1}, {"period": 2, "times": 1}),
        ("奥氮平", {}),
    ],
)
def test_a_medicine_is_read_as_it_is_written(drug, row):
    reading = FORM.read({"drug2": drug})
    assert reading.problems == []
    assert reading.answers["drugs"] == [{"name": "奥氮平", **row}]
    assert FORM.restore(FORM.keep(reading.answers)) == reading.answers
