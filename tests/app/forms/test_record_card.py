"""居民健康档案信息卡: what stands on the card."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.record_card import FORM
from app.forms.vocabulary import Context, Level

CONTEXT = Context(today=date(2026, 11, 22))
CARD = {
    "name": "李桂兰", "sex": 2, "birth_date": "1955-03-08", "record_no": "41162410021500037", "blood_abo": 3,
    "blood_rh": 2, "chronic": [2, 6], "allergy": "青霉素", "home_address": "柳庄村3组", "home_phone": "13800002716",
    "emergency_contact": "李大山", "emergency_phone": "13800001180", "org_name": "柳庄村卫生室",
    "org_phone": "0394-6200001", "doctor_or_nurse": "王明", "doctor_phone": "13800000001",
}


def found(raw: dict) -> list:
    reading = FORM.read(raw)
    return [*reading.problems, *FORM.problems(reading.answers, CONTEXT)]


def test_a_whole_card_has_no_problem_without_other_remarks():
    assert found(CARD) == []


@pytest.mark.parametrize("answer", CARD)
def test_every_other_item_is_required(answer):
    [problem] = found({key: value for key, value in CARD.items() if key != answer})
    assert (problem.code, problem.level) == (answer, Level.MISSING)


def test_the_chronic_diseases_of_the_card():
    labels = [option.label for option in FORM.fields["chronic"].kind.options]
    assert labels == ["无", "高血压", "糖尿病", "脑卒中", "冠心病", "哮喘", "职业病", "其他疾病"]


@pytest.mark.parametrize(("chronic", "refused"), [([1], False), ([1, 2], True), ([2, 3, 4, 5, 6, 7], False)])
def test_none_excludes_the_others(chronic, refused):
    assert bool(FORM.read({"chronic": chronic}).problems) == refused


def test_another_disease_is_named():
    [problem] = found({**CARD, "chronic": [8]})
    assert (problem.code, problem.level) == ("chronic_note", Level.MISSING)
    assert FORM.read({"chronic": ["其他疾病：痛风"]}).answers == {"chronic": [8], "chronic_note": "痛风"}


@pytest.mark.parametrize(
    ("answer", "value", "refused"),
    [
        ("birth_date", "2026-11-22", False),
        ("birth_date", "2026-11-23", True),
        ("birth_date", "1955", False),
        ("record_no", "41162410021500037", False),
        ("record_no", "4116241002150003", True),
        ("blood_abo", 5, False),
        ("blood_abo", 6, True),
        ("blood_rh", 3, False),
        ("blood_rh", 4, True),
    ],
)
def test_what_cannot_be_is_refused(answer, value, refused):
    assert any(problem.level is Level.REFUSE for problem in found({**CARD, answer: value})) == refused
