"""严重精神障碍患者个人信息补充表: every limit, condition and check."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

FORM = form("smi_info")
CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1975, 3, 8))


def sheet(**changes):
    answers = {
        "guardian_name": "李大山", "guardian_relation": "父亲", "guardian_address": "柳庄村3组",
        "guardian_phone": "13800001180", "village_contact": "刘主任 13800001199", "household_type": 2, "employment": 3,
        "consent": 1, "consent_sign": "李大山", "consent_date": "2026-11-20", "onset_date": "2005-06",
        "past_symptoms": [1, 3], "past_locked": 1, "past_outpatient": 3, "past_inpatient": 2,
        "first_drug_date": "2005", "diagnosis": "精神分裂症", "diagnosis_hospital": "市精神病医院",
        "diagnosis_date": "2005-08-01", "last_effect": 2, "dangerous_acts": [7], "economy": 1,
        "form_date": "2026-11-22", "doctor": "王明",
    }  # fmt: skip
    return {code: value for code, value in (answers | changes).items() if value is not None}


def problems_of(raw):
    reading = FORM.read(raw)
    answers = FORM.complete(reading.answers, CONTEXT)
    return [(p.code, p.level) for p in [*reading.problems, *FORM.problems(answers, CONTEXT)]]


def test_a_complete_sheet_has_no_problem():
    assert problems_of(sheet()) == []


@pytest.mark.parametrize("code", [code for code in sheet() if code not in ("first_drug_date", "past_outpatient")])
def test_every_required_answer_is_missed(code):
    assert (code, Level.MISSING) in problems_of(sheet(**{code: None}))


@pytest.mark.parametrize("code", ["specialist_advice"])
def test_what_may_stay_empty_is_not_missed(code):
    assert code not in [found for found, _level in problems_of(sheet())]
    assert problems_of(sheet(**{code: "继续原方案"})) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"past_inpatient": 0}, []),
        ({"past_inpatient": 200}, []),
        ({"past_inpatient": 201}, [("past_inpatient", Level.REFUSE)]),
        ({"past_inpatient": -1}, [("past_inpatient", Level.REFUSE)]),
        ({"consent": 0}, []),
        ({"consent": 2}, [("consent", Level.REFUSE), ("consent", Level.MISSING)]),
        ({"employment": 9}, []),
        ({"employment": 10}, [("employment", Level.REFUSE), ("employment", Level.MISSING)]),
        ({"past_symptoms": [12]}, [("past_symptoms_note", Level.MISSING)]),
        ({"past_symptoms": [12], "past_symptoms_other": "失眠"}, []),
        ({"past_symptoms": list(range(1, 13)), "past_symptoms_note": "失眠"}, []),
        ({"onset_date": "2005"}, []),
        ({"onset_date": "1975"}, []),
        ({"onset_date": "1974"}, [("onset_date", Level.REFUSE)]),
        ({"onset_date": "2026-11-23", "first_drug_date": None, "diagnosis_date": None},
         [("onset_date", Level.REFUSE), ("first_drug_date", Level.MISSING), ("diagnosis_date", Level.MISSING)]),
        ({"first_drug_date": "2005-06"}, []),
        ({"first_drug_date": "2005-05"}, [("first_drug_date", Level.REFUSE)]),
        ({"first_drug_date": "2026-11-23"}, [("first_drug_date", Level.REFUSE)]),
        ({"diagnosis_date": "2005-05-31"}, [("diagnosis_date", Level.ASK)]),
        ({"diagnosis_date": "2026-11-23"}, [("diagnosis_date", Level.REFUSE)]),
        ({"consent_date": "2026-11-22"}, []),
        ({"consent_date": "2026-11-23"}, [("consent_date", Level.REFUSE)]),
        ({"form_date": "2026-11-23"}, [("form_date", Level.REFUSE)]),
        ({"diagnosis": "双相(情感)障碍"}, []),
        ({"diagnosis": "双相情感障碍（躁狂发作）"}, []),
        ({"diagnosis": "抑郁症"}, [("diagnosis", Level.ASK)]),
        ({"guardian_phone": "无"}, []),
        ({"guardian_phone": "12"}, [("guardian_phone", Level.ASK)]),
        ({"specialist_advice": "好" * 300}, []),
        ({"specialist_advice": "好" * 301}, [("specialist_advice", Level.REFUSE)]),
    ],
)  # fmt: skip
def test_limits_and_checks(changes, expected):
    assert problems_of(sheet(**changes)) == expected


@pytest.mark.parametrize(
    ("outpatient", "inpatient", "expected"),
    [
        (1, 0, []),
        (1, 1, [("first_drug_date", Level.MISSING)]),
        (2, 0, [("first_drug_date", Level.MISSING)]),
        (3, 0, [("first_drug_date", Level.MISSING)]),
    ],
)
def test_the_first_medicine_is_dated_only_of_who_was_treated(outpatient, inpatient, expected):
    raw = sheet(past_outpatient=outpatient, past_inpatient=inpatient, first_drug_date=None)
    assert problems_of(raw) == expected


def test_a_date_of_the_first_medicine_is_dropped_of_who_was_never_treated():
    answers = FORM.complete(FORM.read(sheet(past_outpatient=1, past_inpatient=0)).answers, CONTEXT)
    assert "first_drug_date" not in answers


@pytest.mark.parametrize(
    ("acts", "times"),
    [
        ([{"code": 1, "count": 2}, {"code": 5, "count": 1}], {"1": 2, "5": 1}),
        ([[1, 2], ["自伤", 1]], {"1": 2, "5": 1}),
        ("轻度滋事2次、自伤 1次", {"1": 2, "5": 1}),
        (["1（2次）", "5 1次"], {"1": 2, "5": 1}),
        ({"1": 2, "自伤": 1}, {"1": 2, "5": 1}),
        ([{"option": "肇祸", "times": 999}], {"3": 999}),
    ],
)
def test_dangerous_acts_are_told_with_how_often_each_happened(acts, times):
    assert problems_of(sheet(dangerous_acts=acts)) == []
    answers = FORM.read(sheet(dangerous_acts=acts)).answers
    assert answers["dangerous_acts"] == [int(code) for code in times]
    assert {code: answers[f"dangerous_acts_times_{code}"] for code in times} == times


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"dangerous_acts": [1]}, [("dangerous_acts_times_1", Level.MISSING)]),
        ({"dangerous_acts": [[1, 0]]}, [("dangerous_acts_times_1", Level.REFUSE)]),
        ({"dangerous_acts": [[6, 1000]]}, [("dangerous_acts_times_6", Level.REFUSE)]),
        ({"dangerous_acts": [1, 7]}, [("dangerous_acts", Level.REFUSE), ("dangerous_acts", Level.MISSING)]),
        ({"dangerous_acts": [[7, 1]]}, [("dangerous_acts", Level.REFUSE), ("dangerous_acts", Level.MISSING)]),
        ({"dangerous_acts": [[n, 1] for n in range(1, 7)]}, []),
    ],
)
def test_limits_of_dangerous_acts(changes, expected):
    assert problems_of(sheet(**changes)) == expected


def test_answers_survive_being_kept():
    answers = FORM.read(sheet(dangerous_acts=[[1, 2]])).answers
    assert FORM.restore(FORM.keep(answers)) == answers
