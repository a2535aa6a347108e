from __future__ import annotations

import pytest

from app.domain.tcm_constitution import (
    BALANCED,
    BIASED_ITEMS,
    answer_for_allergies,
    answer_for_bmi,
    answer_for_colds,
    answer_for_waist,
    identify_constitution,
)


def answers(**given):
    """All 1, with q05=3 style exceptions."""
    return {**dict.fromkeys(range(1, 34), 1), **{int(key[1:]): value for key, value in given.items()}}


def scored(name, score, **more):
    """Answers in which one biased constitution has `score`, all others stay at 4 or as `more` says."""
    items = BIASED_ITEMS[name]
    each, rest = divmod(score, 4)
    given = {item: each + (place < rest) for place, item in enumerate(items)}
    return {**answers(**more), **given}


def test_the_items_cover_every_biased_question_once():
    items = sorted(item for group in BIASED_ITEMS.values() for item in group)
    assert items == list(range(2, 34))


@pytest.mark.parametrize("name", list(BIASED_ITEMS))
@pytest.mark.parametrize(
    ("score", "result"), [(4, None), (8, None), (9, "倾向是"), (10, "倾向是"), (11, "是"), (20, "是")]
)
def test_the_bands_of_the_eight_biased_constitutions(name, score, result):
    found = identify_constitution(scored(name, score))
    assert found.scores[name] == score
    assert found.results.get(name) == result


def test_the_balanced_score_reverses_four_items():
    assert identify_constitution(answers(q1=5)).scores[BALANCED] == 25
    assert identify_constitution(answers(q1=1, q2=5, q4=5, q5=5, q13=5)).scores[BALANCED] == 5
    assert identify_constitution(answers(q1=3, q2=2)).scores[BALANCED] == 22


@pytest.mark.parametrize(
    ("other", "result"),
    [(8, "是"), (9, "基本是"), (10, "基本是"), (11, None)],
)
def test_balanced_needs_all_others_low(other, result):
    found = identify_constitution(scored("湿热质", other, q1=1))
    assert found.scores[BALANCED] == 21
    assert found.results.get(BALANCED) == result


@pytest.mark.parametrize(("q1", "q5", "balanced", "result"), [(1, 5, 17, "是"), (1, 4, 18, "是")])
def test_balanced_needs_17_points(q1, q5, balanced, result):
    found = identify_constitution(answers(q1=q1, q5=q5))
    assert (found.scores[BALANCED], found.results.get(BALANCED)) == (balanced, result)


def test_all_nine_no_is_possible_and_asks_again():
    found = identify_constitution(answers(q1=1, q5=5, q13=2))
    assert found.scores[BALANCED] == 16
    assert (found.valid, dict(found.results), found.main) == (True, {}, None)
    assert "再问一遍" in str(found.hint)


def test_several_may_be_yes_and_the_highest_is_the_main_one():
    given = {**scored("湿热质", 12), **dict.fromkeys(BIASED_ITEMS["血瘀质"], 4)}
    found = identify_constitution(given)
    assert (found.results["湿热质"], found.results["血瘀质"], found.main) == ("是", "是", "血瘀质")


def test_any_missing_answer_leaves_no_score():
    for given in ({**answers(), 17: None}, {item: 1 for item in range(1, 34) if item != 17}):
        found = identify_constitution(given)
        assert (found.valid, found.missing, dict(found.scores)) == (False, (17,), {})


@pytest.mark.parametrize("answer", [0, 6, -1])
def test_an_answer_outside_1_to_5_is_refused(answer):
    found = identify_constitution({**answers(), 3: answer})
    assert (found.valid, [problem.key for problem in found.problems]) == (False, ["3"])


@pytest.mark.parametrize(
    ("bmi", "answer"),
    [
        ("18", 1),
        ("23.99", 1),
        (24, 2),
        ("24.99", 2),
        (25, 3),
        ("25.99", 3),
        (26, 4),
        ("27.99", 4),
        (28, 5),
        (40, 5),
    ],
)
def test_item_9_from_bmi(bmi, answer):
    assert answer_for_bmi(bmi) == answer


@pytest.mark.parametrize(
    ("waist", "answer"),
    [
        (70, 1),
        ("79.4", 1),
        ("79.5", 2),
        (80, 2),
        (85, 2),
        ("85.4", 2),
        ("85.5", 3),
        (86, 3),
        (90, 3),
        ("90.5", 4),
        (91, 4),
        (105, 4),
        ("105.4", 4),
        ("105.5", 5),
        (106, 5),
    ],
)
def test_item_28_from_the_waist_rounded_to_whole_cm(waist, answer):
    assert answer_for_waist(waist) == answer


@pytest.mark.parametrize(
    ("colds", "answer"), [(0, 1), (1, 1), (2, 2), (4, 2), (5, 3), (6, 3), (7, 4), (8, 4), (11, 4), (12, 5)]
)
def test_item_14_from_colds_with_seven_going_to_four(colds, answer):
    assert answer_for_colds(colds) == answer


@pytest.mark.parametrize(("allergies", "answer"), [(0, 1), (1, 2), (2, 2), (3, 3), (4, 3), (5, 4), (9, 4)])
def test_item_17_from_allergies(allergies, answer):
    assert answer_for_allergies(allergies) == answer
