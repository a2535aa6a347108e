"""Relations in a household after GB/T 4761."""

from __future__ import annotations

import pytest

from app.domain.kinship import (
    SHORT_RELATIONS,
    relations_after,
    short_relation,
    shown_relation,
    stored_relation,
)
from app.reference import relations_to_head


def test_the_short_list_is_that_of_the_code_list():
    assert [relation.name for relation in relations_to_head()] == list(SHORT_RELATIONS)


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("妻", "配偶"), ("长子", "子"), ("女婿", "子"), ("儿媳", "女"), ("外孙女", "孙辈"), ("岳母", "父母"), ("奶奶", "祖辈"),
        ("弟弟", "兄弟姐妹"), ("保姆", "其他"), ("本人", "户主"), ("02", "户主"), ("0", "户主"), ("22", "子"), ("38", "女"),
        ("99", "其他"), (" 妻 ", "配偶"), ("", ""), ("老板", None), ("123", None),
    ],
)  # fmt: skip
def test_a_written_relation_has_its_place_in_the_short_list(written, short):
    assert short_relation(written) == short


@pytest.mark.parametrize(
    ("written", "stored"), [("本人", "户主"), ("22", "子"), ("长子", "长子"), ("儿媳", "儿媳"), ("", "")]
)
def test_a_relation_is_kept_as_written_but_codes_become_words(written, stored):
    assert stored_relation(written) == stored


@pytest.mark.parametrize(
    ("relation", "sex", "shown"),
    [
        ("配偶", 2, "妻"),
        ("配偶", 1, "夫"),
        ("配偶", 9, "配偶"),
        ("孙辈", 2, "孙女"),
        ("父母", 1, "父亲"),
        ("长子", 1, "长子"),
        ("", 1, ""),
    ],
)
def test_a_relation_is_shown_as_people_say_it(relation, sex, shown):
    assert shown_relation(relation, sex) == shown


@pytest.mark.parametrize(
    ("new_head", "expected"),
    [
        (
            "wife",
            {"wife": "户主", "head": "配偶", "son": "子", "grandchild": "孙辈", "mother": "", "lodger": ""},
        ),
        (
            "son",
            {"son": "户主", "head": "父母", "wife": "父母", "grandchild": "", "mother": "祖辈", "lodger": ""},
        ),
        ("mother", {"mother": "户主", "head": "", "wife": "", "son": "孙辈", "grandchild": "", "lodger": ""}),
        ("lodger", {"lodger": "户主", "head": "", "wife": "", "son": "", "grandchild": "", "mother": ""}),
    ],
)
def test_only_what_is_certain_is_concluded_for_a_new_head(new_head, expected):
    before = {
        "head": "户主",
        "wife": "妻",
        "son": "长子",
        "grandchild": "孙女",
        "mother": "母亲",
        "lodger": "其他",
    }
    assert relations_after(before, new_head) == expected
