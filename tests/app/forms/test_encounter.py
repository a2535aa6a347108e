"""接诊记录表 and 会诊记录表: what must be written, and how long it may be."""

from __future__ import annotations

from datetime import date

import pytest

from app.forms.registry import form
from app.forms.vocabulary import Context, Level

CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1955, 3, 8))
ENCOUNTER = {
    "subjective": "头晕3天", "objective": "血压162/96", "assessment": "高血压", "plan": "规律服药", "doctor": "王明",
    "encounter_date": "2026-11-20",
}
CONSULTATION = {
    "reason": "血糖控制不佳", "opinion": "转内分泌科", "consultants": [["柳庄乡卫生院", "赵医生、钱医生"]],
    "responsible_doctor": "王明", "consult_date": "2026-11-20",
}
WHOLE = {"encounter": ENCOUNTER, "consultation": CONSULTATION}
ALL = [(code, answer) for code, answers in WHOLE.items() for answer in answers]


def found(code, raw):
    reading = form(code).read(raw)
    return [*reading.problems, *form(code).problems(reading.answers, CONTEXT)]


@pytest.mark.parametrize("code", WHOLE)
def test_a_whole_record_has_no_problem(code):
    assert found(code, WHOLE[code]) == []


@pytest.mark.parametrize(("code", "answer"), ALL)
def test_every_item_is_required(code, answer):
    [problem] = found(code, {key: value for key, value in WHOLE[code].items() if key != answer})
    assert (problem.code, problem.level) == (answer, Level.MISSING)


@pytest.mark.parametrize(
    ("code", "answer", "longest"),
    [
        ("encounter", "subjective", 1000),
        ("encounter", "objective", 1000),
        ("encounter", "assessment", 500),
        ("encounter", "plan", 1000),
        ("consultation", "reason", 500),
        ("consultation", "opinion", 1000),
    ],
)
def test_texts_have_their_greatest_length(code, answer, longest):
    assert form(code).read({answer: "字" * longest}).problems == []
    assert len(form(code).read({answer: "字" * (longest + 1)}).problems) == 1


@pytest.mark.parametrize(("code", "answer"), [("encounter", "encounter_date"), ("consultation", "consult_date")])
@pytest.mark.parametrize(("day", "refused"), [("2026-11-22", False), ("2026-11-23", True), ("1955-03-07", True)])
def test_the_date_lies_in_life(code, answer, day, refused):
    problems = found(code, {**WHOLE[code], answer: day})
    assert [problem.level for problem in problems] == [Level.REFUSE] * refused


@pytest.mark.parametrize(
    "consultant",
    [
        {"institution": "柳庄乡卫生院", "signatures": "赵医生"},
        {"医疗机构名称": "柳庄乡卫生院", "会诊医生签字": "赵医生"},
        {"org": "柳庄乡卫生院", "doctors": "赵医生"},
        ["柳庄乡卫生院", "赵医生"],
    ],
)
def test_a_consultant_and_his_institution(consultant):
    answers = form("consultation").read({"consultants": [consultant]}).answers
    assert answers["consultants"] == [{"institution": "柳庄乡卫生院", "signatures": "赵医生"}]


@pytest.mark.parametrize(("rows", "problems"), [(5, 0), (6, 1)])
def test_the_paper_has_five_rows_of_consultants(rows, problems):
    assert len(form("consultation").read({"consultants": [["卫生院", "赵"]] * rows}).problems) == problems


def test_a_consultant_without_an_institution_is_refused():
    assert len(form("consultation").read({"consultants": [{"signatures": "赵医生"}]}).problems) == 1
