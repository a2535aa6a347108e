"""Search keys and what typed text stands for, without a database."""

from __future__ import annotations

from datetime import date

import pytest

from app.domain.search_keys import (
    AFTER_ALL,
    LONGEST_KEY,
    Findable,
    group_order,
    household_order,
    keys_of,
    padded,
    plain_number,
    query_text,
    read_query,
)

LAN = Findable("李桂兰", (("li",), ("gui",), ("lan",)))


def test_a_name_is_found_by_its_characters_initials_and_pinyin_from_every_character_on():
    assert keys_of(LAN) == {
        "^李桂兰", "桂兰", "兰", "^lgl", "gl", "l", "^liguilan", "guilan", "lan",
        "=liguilan 李桂兰", household_order(LAN),
    }  # fmt: skip


def test_every_reading_of_a_name_is_kept_the_likeliest_first_up_to_a_limit():
    keys = keys_of(Findable("曾乐", (("zeng", "ceng"), ("le", "yue"))))
    assert {"^zl", "^zy", "^cl", "^cy", "^zengle", "^cengyue"} <= keys
    many = keys_of(Findable("甲" * 9, (("jia", "xia", "yia", "ka"),) * 9))
    assert len([key for key in many if key.startswith("^j")]) <= 2 * 16
    assert "^" + "j" * 9 in many


def test_numbers_are_found_by_their_ends_and_phones_by_their_beginnings():
    numbers = ("41162419550308432X", "138 1234-2716", "无", "")
    keys = keys_of(Findable("李", (("li",),), numbers, ("13812342716", "无"), "41162410411500037"))
    assert {"#x23480305591426114", "#61724321831", "#73000511401426114", "+13812342716", "@37"} <= keys
    assert not any("无" in key for key in keys)


def test_a_person_who_left_is_marked_but_keeps_the_place_in_the_lists():
    keys = keys_of(Findable("李", (("li",),), is_active=False))
    assert {"~^李", "~^l", "~^li", "=li 李"} <= keys


def test_no_key_is_longer_than_its_column():
    long = Findable(
        "阿" * 50, (("a",),) * 50, group_name="很" * 30, household_number="1" * 20, household_id="x" * 36
    )
    assert max(map(len, keys_of(long))) <= LONGEST_KEY


def test_a_name_of_signs_does_not_pretend_to_be_another_kind_of_key():
    keys = keys_of(Findable("#1/=@", (("",),) * 5))
    assert "#1" not in keys
    assert "^1" in keys


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2组", "10组"),
        ("二组", "十组"),
        ("2组", "三组"),
        ("九组", "十一组"),
        ("19组", "二十一组"),
        ("1", "2"),
        ("A2", "A10"),
    ],
)
def test_groups_are_in_the_order_of_their_numbers(earlier, later):
    assert padded(earlier) < padded(later)


def test_no_group_comes_last_and_stays_within_the_list():
    assert group_order("9999组") < group_order("张湾组") < group_order("") < "/" + AFTER_ALL


def test_in_a_household_the_head_comes_first_then_the_oldest():
    def member(*, is_head: bool, born: date | None) -> str:
        return household_order(
            Findable("李", (("li",),), group_name="1组", household_id="h", is_head=is_head, birth_date=born)
        )

    order = [
        member(is_head=True, born=date(1990, 1, 1)),
        member(is_head=False, born=date(1950, 1, 1)),
        member(is_head=False, born=date(1980, 1, 1)),
        member(is_head=False, born=None),
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Ｌ ｇ ", "lg"),
        ("李·桂", "李桂"),
        ("138-1234", "1381234"),
        ("4327х", "4327x"),
        ("o'neil", "oneil"),
        ("^~李", "李"),
        ("  ", ""),
    ],
)
def test_typed_text_is_folded_like_a_name(typed, expected):
    assert query_text(typed) == expected


@pytest.mark.parametrize(
    ("typed", "exact", "ranges"),
    [
        ("李", (), ("^李", "李", "~^李", "~李")),
        ("lgl", (), ("^lgl", "lgl", "~^lgl", "~lgl")),
        ("37", ("@37", "~@37"), ("#73", "+37", "~#73", "~+37")),
        ("00037", ("@37", "~@37"), ("#73000", "+00037", "~#73000", "~+00037")),
        ("0", (), ("#0", "+0", "~#0", "~+0")),
        ("123456", (), ("#654321", "+123456", "~#654321", "~+123456")),
        ("432X", (), ("#x234", "+432x", "~#x234", "~+432x")),
        ("·", (), ()),
    ],
)
def test_a_query_is_a_few_ranges_of_keys(typed, exact, ranges):
    query = read_query(typed)
    assert (query.exact, query.ranges) == (exact, ranges)


def test_a_mixed_query_looks_for_pinyin_and_keeps_the_characters():
    query = read_query("李gl", (("li",), ("g",), ("l",)))
    assert query.ranges[:4] == ("^lgl", "^ligl", "lgl", "ligl")
    assert query.name_part == "李"


@pytest.mark.parametrize(
    ("number", "plain"),
    [("138-1234 2716", "13812342716"), ("无", ""), ("(0394)5550101", "03945550101"), ("１Ｘ", "1x")],
)
def test_numbers_are_compared_without_signs(number, plain):
    assert plain_number(number) == plain
