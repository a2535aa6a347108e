"""老年人生活自理能力评估表: scores, total and band."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.adl import ALLOWED_SCORES
from app.forms.elder_adl import FORM, SCORES
from app.forms.vocabulary import Context, Level

CONTEXT = Context(today=date(2026, 11, 22), birth_date=date(1950, 3, 8))
ITEMS = ("eating", "grooming", "dressing", "toileting", "mobility")


def scored(*scores: int) -> dict:
    return dict(zip(ITEMS, scores, strict=True))


def judged(raw: dict) -> tuple[dict, list]:
    answers = FORM.complete(FORM.read(raw).answers, CONTEXT)
    return answers, FORM.problems(answers, CONTEXT)


def test_the_paper_has_the_scores_of_the_rule():
    assert {code: tuple(s for s in scores if s is not None) for code, scores in SCORES.items()} == dict(ALLOWED_SCORES)


@pytest.mark.parametrize(
    ("item", "allowed"),
    [
        ("eating", {0, 3, 5}),
        ("grooming", {0, 1, 3, 7}),
        ("dressing", {0, 3, 5}),
        ("toileting", {0, 1, 5, 10}),
        ("mobility", {0, 1, 5, 10}),
    ],
)
def test_an_item_takes_only_its_own_scores(item, allowed):
    assert {score for score in range(-1, 12) if not FORM.read({item: score}).problems} == allowed


@pytest.mark.parametrize(
    ("scores", "total", "result"),
    [
        ((0, 0, 0, 0, 0), 0, 1),
        ((3, 0, 0, 0, 0), 3, 1),
        ((3, 1, 0, 0, 0), 4, 2),
        ((3, 0, 5, 0, 0), 8, 2),
        ((3, 1, 5, 0, 0), 9, 3),
        ((3, 0, 5, 10, 0), 18, 3),
        ((3, 1, 5, 10, 0), 19, 4),
        ((5, 7, 5, 10, 10), 37, 4),
    ],
)
def test_total_and_band_follow_from_the_items(scores, total, result):
    answers, _problems = judged(scored(*scores))
    assert (answers["total"], answers["result"]) == (total, result)


def test_grades_may_be_named():
    raw = {"eating": "中度依赖", "grooming": "轻度依赖", "dressing": "可自理", "toileting": "不能自理", "mobility": 1}
    assert judged(raw)[0]["total"] == 3 + 1 + 0 + 10 + 1


@pytest.mark.parametrize("changed", [{"total": 8}, {"result": 1}])
def test_a_given_total_or_band_that_does_not_match_is_refused(changed):
    answers = FORM.read({**scored(3, 1, 5, 0, 0), **changed}).answers
    [problem] = FORM.contradictions(answers, CONTEXT)
    assert (problem.code, problem.level) == (*changed, Level.REFUSE)
    assert "应是" in str(problem.message)


def test_a_given_total_that_matches_is_accepted():
    assert FORM.contradictions(FORM.read({**scored(3, 1, 5, 0, 0), "total": 9, "result": 3}).answers, CONTEXT) == []


def test_an_unfinished_assessment_has_no_total():
    answers, problems = judged({"eating": 3, "grooming": 1})
    assert "total" not in answers
    assert {problem.code for problem in problems if problem.level is Level.MISSING} == {
        "dressing", "toileting", "mobility", "total", "result", "assessment_date", "assessor",
    }


@pytest.mark.parametrize(("total", "refused"), [(-1, True), (0, False), (37, False), (38, True)])
def test_the_limits_of_the_total(total, refused):
    found = FORM.problems({"total": total}, CONTEXT)
    assert any(problem.level is Level.REFUSE for problem in found) == refused


@pytest.mark.parametrize(("day", "refused"), [("2026-11-22", False), ("2026-11-23", True), ("1950-03-07", True)])
def test_the_day_of_assessment_lies_in_life(day, refused):
    _answers, problems = judged({"assessment_date": day})
    assert any(problem.level is Level.REFUSE for problem in problems) == refused
