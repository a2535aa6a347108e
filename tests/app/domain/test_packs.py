"""Packs: drug_requests §4.7, §13."""

from __future__ import annotations

import pytest

from app.domain.packs import goes_whole, off_shelf, packs_for, quantity_words


@pytest.mark.parametrize(
    ("quantity", "pack", "threshold", "round_to_zero", "packs"),
    [
        (107, 28, 0, False, 4),  # §4.10
        (100, 28, 0, False, 4),  # “申请 100 片 = 4 盒(每盒28片，计112片)”
        (112, 28, 0, False, 4),
        (113, 28, 0, False, 5),
        (1, 28, 0, False, 1),
        (200, 28, 14, False, 7),  # §13: 200 = 7 x 28 + 4
        (200, 28, 3, False, 8),
        (200, 28, 4, False, 7),
        (26, 10, 4, False, 3),
        (26, 10, 7, False, 2),
        (26, 10, 6, False, 2),
        (26, 10, 5, False, 3),
        (250, 100, 50, False, 2),
        (251, 100, 50, False, 3),
        (1, 10, 7, True, 0),
        (1, 10, 7, False, 1),
        (8, 10, 7, True, 1),
        (0, 10, 0, False, 0),
        (-5, 10, 0, False, 0),
        (5, 0, 0, False, 0),
        (5, 1, 0, False, 5),
        (None, 10, 0, False, None),
        (5, None, 0, False, None),
    ],
)
def test_packs_follow_the_rounding_rule(quantity, pack, threshold, round_to_zero, packs):
    assert packs_for(quantity, pack, threshold=threshold, round_to_zero=round_to_zero) == packs


@pytest.mark.parametrize(("pack", "threshold"), [(-1, 0), (10, -1)])
def test_negative_pack_or_threshold_is_refused(pack, threshold):
    with pytest.raises(ValueError, match="not negative"):
        packs_for(5, pack, threshold=threshold)


@pytest.mark.parametrize(
    ("wanted", "pack", "stock", "units"),
    [
        ([79], 28, 100, 84),
        ([79], 28, 79, 79),  # the open pack of 23 units completes it
        ([79], 28, 78, 84),  # 22 do not
        ([5, 5], 10, 10, 20),  # one pack can't go to two villages
        ([5, 5], 10, 15, 15),
        ([60], 28, 40, 68),  # 40 now and a pack later
        ([0, 56], 28, 0, 56),
        ([3], 1, 0, 3),
        ([], 28, 7, 0),
        ([10], 28, -5, 28),
    ],
)
def test_a_shelf_gives_whole_packs_to_each_line_and_the_open_one_as_it_is(wanted, pack, stock, units):
    assert off_shelf(wanted, pack, stock) == units


def test_a_pack_holds_at_least_one_unit():
    with pytest.raises(ValueError, match="at least one unit"):
        off_shelf([1], 0, 1)


@pytest.mark.parametrize(
    ("units", "free", "whole"), [(28, 40, True), (12, 40, True), (40, 40, True), (13, 40, False), (39, 40, False), (56, 56, True)]
)
def test_no_pack_is_opened_to_be_sent(units, free, whole):
    assert goes_whole(units, 28, free) is whole


@pytest.mark.parametrize(
    ("units", "unit", "pack", "pack_unit", "words"),
    [
        (286, "片", 28, "盒", "286 片（10 盒 6 片）"),
        (280, "片", 28, "盒", "280 片（10 盒）"),
        (27, "片", 28, "盒", "27 片"),
        (28, "片", 28, "盒", "28 片（1 盒）"),
        (3, "支", 1, "支", "3 支"),
        (30, "片", None, "盒", "30 片"),
        (30, "片", 10, "", "30 片"),
        (1200, "片", 100, "瓶", "1,200 片（12 瓶）"),
        (3, "", None, "", "3 个单位"),
    ],
)
def test_a_quantity_is_told_in_its_own_unit_and_in_packs_where_they_say_more(units, unit, pack, pack_unit, words):
    assert str(quantity_words(units, unit, pack, pack_unit)) == words
