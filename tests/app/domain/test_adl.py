from __future__ import annotations

from itertools import product

import pytest

from app.domain.adl import ALLOWED_SCORES, assess_self_care, level_of_total

INDEPENDENT = dict.fromkeys(ALLOWED_SCORES, 0)


@pytest.mark.parametrize(
    ("total", "level", "label"),
    [
        (0, 1, "可自理"),
        (3, 1, "可自理"),
        (4, 2, "轻度依赖"),
        (8, 2, "轻度依赖"),
        (9, 3, "中度依赖"),
        (18, 3, "中度依赖"),
        (19, 4, "不能自理"),
        (37, 4, "不能自理"),
    ],
)
def test_the_band_depends_on_the_total(total, level, label):
    found = level_of_total(total)
    assert (found[0], str(found[1])) == (level, label)


def test_a_negative_total_is_refused():
    with pytest.raises(ValueError, match="negative"):
        level_of_total(-1)


def test_every_allowed_combination_has_its_sum_and_band():
    for scores in product(*ALLOWED_SCORES.values()):
        found = assess_self_care(dict(zip(ALLOWED_SCORES, scores, strict=True)))
        assert (found.valid, found.total, found.level) == (True, sum(scores), level_of_total(sum(scores))[0])


def test_one_item_of_three_points_alone_is_still_independent():
    assert assess_self_care({**INDEPENDENT, "eating": 3}).level == 1


@pytest.mark.parametrize(
    ("item", "score"),
    [
        ("eating", 1),
        ("eating", 7),
        ("grooming", 5),
        ("dressing", 1),
        ("toileting", 3),
        ("mobility", 7),
        ("mobility", -1),
    ],
)
def test_a_score_that_is_not_printed_is_refused(item, score):
    found = assess_self_care({**INDEPENDENT, item: score})
    assert (found.valid, found.total, found.level) == (False, None, None)
    assert [problem.key for problem in found.problems] == [item]


@pytest.mark.parametrize("item", list(ALLOWED_SCORES))
def test_a_missing_item_leaves_no_total(item):
    for scores in ({**INDEPENDENT, item: None}, {key: 0 for key in INDEPENDENT if key != item}):
        found = assess_self_care(scores)
        assert (found.valid, found.missing, found.total) == (False, (item,), None)
