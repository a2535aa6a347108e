from __future__ import annotations

import pytest

from app.domain.record_number import VillageKind, next_record_number, parse_record_number


def test_the_parts_of_a_record_number():
    found = parse_record_number("37068510110100002")
    assert (found.valid, found.county, found.township, found.village) == (True, "370685", "101", "101")
    assert (found.village_kind, found.serial, found.short, found.warning) == (
        VillageKind.VILLAGE,
        2,
        "101-00002",
        None,
    )


@pytest.mark.parametrize(
    "text",
    [
        "370685-101-101-00002",
        "370685 101 101 00002",
        "３７０６８５１０１１０１００００２",
        "370685－101－101－00002",
    ],
)
def test_the_ways_of_writing_it_are_put_right(text):
    assert parse_record_number(text).normalized == "37068510110100002"


@pytest.mark.parametrize(
    ("village", "kind", "warns"),
    [
        ("001", VillageKind.NEIGHBOURHOOD, False),
        ("099", VillageKind.NEIGHBOURHOOD, False),
        ("100", None, True),
        ("101", VillageKind.VILLAGE, False),
        ("199", VillageKind.VILLAGE, False),
        ("200", None, True),
        ("399", None, True),
        ("400", None, True),
        ("900", None, True),
        ("901", VillageKind.OTHER, False),
        ("999", VillageKind.OTHER, False),
    ],
)
def test_village_codes_outside_the_ranges_are_accepted_with_a_warning(village, kind, warns):
    found = parse_record_number(f"370685101{village}00002")
    assert found.valid
    assert found.village_kind == kind
    assert (found.warning is not None) is warns


def test_a_statistical_village_code_is_named_as_such():
    assert "统计用的村委会代码" in str(parse_record_number("37068510121500002").warning)
    assert "统计用" not in str(parse_record_number("37068510150000002").warning)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "您填的是 0 位"),
        ("3706851011010000", "您填的是 16 位"),
        ("370685101101000022", "您填的是 18 位"),
        ("3706851011010000X", "只能是 17 位数字"),
        ("07068510110100002", "第 1 位不能是 0"),
        ("37068500010100002", "乡镇"),
        ("37068510100000002", "村"),
        ("37068510110100000", "顺序号"),
    ],
)
def test_an_impossible_record_number_is_refused_with_the_reason(number, words):
    found = parse_record_number(number)
    assert not found.valid
    assert words in str(found.reason)
    assert found.county is None


def test_an_unknown_county_is_a_warning():
    assert "170685" in str(parse_record_number("17068510110100002").warning)


@pytest.mark.parametrize(
    ("used", "number"), [(0, "37068510110100001"), (41, "37068510110100042"), (99_998, "37068510110199999")]
)
def test_the_next_number_follows_the_highest_ever_given_out(used, number):
    assert next_record_number("370685101101", used) == number


@pytest.mark.parametrize(
    ("prefix", "used"),
    [("370685101101", 99_999), ("370685101101", -1), ("370685000101", 1), ("3706851011", 1)],
)
def test_no_number_is_made_from_a_bad_prefix_or_beyond_the_last_serial(prefix, used):
    with pytest.raises(ValueError, match=r"serial|prefix"):
        next_record_number(prefix, used)
