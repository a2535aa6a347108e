from __future__ import annotations

import pytest

from app.domain.names import (
    MAX_CODE_POINTS,
    code_point_count,
    fold_name,
    name_problem,
    name_warning,
    needs_verification,
    normalize_name,
)

DOTTED = "阿卜杜热合曼\u00b7买买提"


@pytest.mark.parametrize("dot", list("\u00b7\u2022\u30fb\uff65\u2027\u22c5\u2e31\u0387.\uff0e"))
def test_every_variant_of_the_dot_is_stored_as_the_standard_one(dot):
    assert normalize_name(f"阿卜杜热合曼{dot}买买提") == DOTTED
    assert normalize_name(f"阿卜杜热合曼 {dot} 买买提") == DOTTED


@pytest.mark.parametrize(
    ("entered", "stored"),
    [
        ("李桂兰", "李桂兰"),
        ("  李桂兰\u3000", "李桂兰"),
        ("·古丽·", "古丽"),
        ("古丽··阿依", "古丽·阿依"),
        ("阿·布·杜", "阿·布·杜"),
        ("J. Smith", "J. Smith"),  # a full stop only between two Chinese characters
        ("张A.B", "张A.B"),
        ("Jean-Luc O'Neil", "Jean-Luc O'Neil"),
        ("\u200b李\ufeff桂兰", "李桂兰"),
        ("𠮷.𬱖", "𠮷·𬱖"),
        ("\ue001.李", "\ue001·李"),
        ("\uf900田", "\uf900田"),  # a compatibility ideograph stays as entered
        ("", ""),
    ],
)
def test_a_name_is_stored_as_entered_but_for_dots_and_invisible_characters(entered, stored):
    assert normalize_name(entered) == stored


def test_storing_twice_changes_nothing_more():
    once = normalize_name(" 买买提 • 艾力 ")
    assert normalize_name(once) == once == "买买提·艾力"


@pytest.mark.parametrize(("name", "count"), [("𠮷田", 2), ("𬱖", 1), (DOTTED, 10), ("", 0)])
def test_lengths_count_code_points(name, count):
    assert code_point_count(name) == count


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("阿卜杜·买买提", "阿卜杜买买提"),
        ("阿卜杜•买买提", "阿卜杜.买买提"),
        ("张 三", "张三"),
        ("SMITH", "Ｓｍｉｔｈ"),
        ("\uf900", "\u8c48"),  # the same character by its compatibility code
    ],
)
def test_names_are_compared_without_dots_spaces_case_and_compatibility_forms(left, right):
    assert fold_name(left) == fold_name(right)


def test_different_names_stay_different():
    assert fold_name("吉田") != fold_name("𠮷田")


@pytest.mark.parametrize(
    ("name", "refused"),
    [("", True), ("李", False), ("李" * MAX_CODE_POINTS, False), ("李" * 51, True), ("𠮷" * 50, False)],
)
def test_a_name_has_1_to_50_characters(name, refused):
    assert (name_problem(name) is not None) is refused


@pytest.mark.parametrize(
    ("name", "warns"),
    [
        ("李桂兰", False),
        (DOTTED, False),
        ("Jean-Luc O'Neil", False),
        ("〇", False),
        ("\ue001", True),
        ("李3", True),
        ("", False),
    ],
)
def test_unusual_characters_are_a_warning(name, warns):
    assert (name_warning(name) is not None) is warns


def test_private_use_characters_are_marked_for_verification():
    assert needs_verification("李\ue001")
    assert not needs_verification("李𠮷")
