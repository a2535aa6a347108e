"""双向转诊单 out and back: what must be written, ages and dates that follow, dates that cannot be."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1955, 11, 21))
PATIENT = {
    "patient_name": "李桂兰", "sex": 2, "address": "柳庄村3组", "phone": "13800002716", "to_org": "扶沟县人民医院",
    "from_doctor": "王明", "from_phone": "0394-6200001", "from_org": "柳庄村卫生室",
}
WHOLE = {
    "referral_out": {
        **PATIENT, "record_no": "41162410021500037", "transfer_date": "2026-11-20", "to_dept": "心内科",
        "impression": "高血压", "present_illness": "头痛", "past_history": "高血压8年", "treatment": "含服卡托普利",
    },
    "referral_back": {
        **PATIENT, "case_no": "B21", "back_date": "2026-11-20", "to_doctor": "王明", "diagnosis": "高血压",
        "main_findings": "CT未见异常", "treatment_advice": "规律服药",
    },
}
DAY = {"referral_out": "transfer_date", "referral_back": "back_date"}
ALL = [(code, answer) for code, answers in WHOLE.items() for answer in answers if answer not in DAY.values()]


def judged(code, raw):
    reading = form(code).read(raw)
    answers = form(code).complete(reading.answers, CONTEXT)
    return answers, [*reading.problems, *form(code).problems(answers, CONTEXT)]


@pytest.mark.parametrize("code", WHOLE)
def test_a_whole_slip_has_no_problem(code):
    assert judged(code, WHOLE[code])[1] == []


@pytest.mark.parametrize(("code", "answer"), ALL)
def test_every_item_is_required(code, answer):
    _answers, [problem] = judged(code, {key: value for key, value in WHOLE[code].items() if key != answer})
    assert (problem.code, problem.level) == (answer, Level.MISSING)


@pytest.mark.parametrize(("code", "optional"), [("referral_out", "to_doctor"), ("referral_back", "inpatient_no")])
def test_what_may_be_left_out(code, optional):
    assert optional not in WHOLE[code]
    assert judged(code, {**WHOLE[code], optional: "某"})[1] == []


@pytest.mark.parametrize("code", WHOLE)
@pytest.mark.parametrize(("day", "age"), [("2026-11-20", 70), ("2026-11-21", 71), ("2026-11-22", 71)])
def test_age_and_dates_follow_from_the_day_of_referral(code, day, age):
    answers, problems = judged(code, {**WHOLE[code], DAY[code]: day})
    assert (answers["age"], answers["stub_date"], answers["date"]) == (age, date.fromisoformat(day), date.fromisoformat(day))
    assert problems == []


@pytest.mark.parametrize("code", WHOLE)
def test_a_date_that_was_written_stays(code):
    answers, _problems = judged(code, {**WHOLE[code], "stub_date": "2026-11-19", "date": "2026-11-18", "age": 69})
    assert (answers["age"], answers["stub_date"], answers["date"]) == (69, date(2026, 11, 19), date(2026, 11, 18))


@pytest.mark.parametrize("code", WHOLE)
@pytest.mark.parametrize("which", ["day", "stub_date", "date"])
@pytest.mark.parametrize(
    ("day", "refused"), [("2026-11-22", False), ("2026-11-23", True), ("1955-11-21", False), ("1955-11-20", True)]
)
def test_dates_lie_in_life(code, which, day, refused):
    own = {"stub_date": "2026-11-20", "date": "2026-11-20", "age": 71, DAY[code] if which == "day" else which: day}
    _answers, problems = judged(code, {**WHOLE[code], **own})
    assert [problem.level for problem in problems] == [Level.REFUSE] * refused


@pytest.mark.parametrize(("number", "refused"), [("41162410021500037", False), ("4116241002150003", True)])
def test_the_record_number_has_17_digits(number, refused):
    _answers, problems = judged("referral_out", {**WHOLE["referral_out"], "record_no": number})
    assert [problem.level for problem in problems] == [Level.REFUSE] * refused


@pytest.mark.parametrize(
    ("age", "level"), [(-1, Level.REFUSE), (0, None), (110, None), (111, Level.ASK), (150, Level.ASK), (151, Level.REFUSE)]
)
def test_the_limits_of_the_age(age, level):
    _answers, problems = judged("referral_out", {**WHOLE["referral_out"], "age": age})
    assert [problem.level for problem in problems] == [level] * (level is not None)


@pytest.mark.parametrize(
    ("code", "answer", "longest"),
    [
        ("referral_out", "impression", 200),
        ("referral_out", "present_illness", 500),
        ("referral_out", "past_history", 300),
        ("referral_out", "treatment", 500),
        ("referral_back", "diagnosis", 200),
        ("referral_back", "inpatient_no", 30),
        ("referral_back", "main_findings", 500),
        ("referral_back", "treatment_advice", 1000),
    ],
)
def test_texts_have_their_greatest_length(code, answer, longest):
    assert form(code).read({answer: "字" * longest}).problems == []
    assert len(form(code).read({answer: "字" * (longest + 1)}).problems) == 1
