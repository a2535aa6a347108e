"""What a column holds: guessed from its header and its content, corrected by hand, kept as JSON."""

from __future__ import annotations

import json

import pytest

from app.errors import UserError
from app.forms.personal_info import FORM as INFO
from app.forms.record_cover import FORM as COVER
from app.interchange.mapping import guess_mapping, load_mapping, questions, save_mapping
from app.interchange.roster_fields import TARGETS, label_of, target_of_header
from app.interchange.tables import RawRow, RawTable
from tests.residents import id_number


def table(headers, *lines):
    rows = tuple(RawRow(place, tuple(line)) for place, line in enumerate(lines, start=2))
    return RawTable("名单.xlsx", tuple(headers), rows, 1)


def targets(mapping):
    return [column.target for column in mapping.columns]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("姓名", "name"),
        ("姓 名", "name"),
        ("*姓名", "name"),
        ("姓名（必填）", "name"),
        ("居民姓名", "name"),
        ("身份证号码", "id_number"),
        ("公民身份号码", "id_number"),
        ("证件号码(18位)", "id_number"),
        ("出生年月", "birth_date"),
        ("性别", "sex"),
        ("联系电话", "phone"),
        ("手机号码", "phone"),
        ("家庭住址", "current_address"),
        ("户口所在地", "registered_address"),
        ("与户主的关系", "relation"),
        ("户主姓名", "head_name"),
        ("户主", "head_name"),
        ("户号", "household_number"),
        ("村民小组", "group_name"),
        ("是否高血压", "htn"),
        ("２型糖尿病", "dm"),
        ("健康档案编码", "record_no"),
        ("学历", "education"),
        ("民族", "ethnic_group"),
        ("序号", None),
        ("", None),
        ("备用", None),
    ],
)
def test_a_header_is_known_by_its_usual_names(header, target):
    assert target_of_header(header) == target


def test_every_target_has_a_label():
    assert all(str(label_of(target)) for target in TARGETS)


def test_a_telephone_goes_by_the_labels_of_both_forms():
    labels = (COVER.fields["phone"].label, INFO.fields["own_phone"].label)
    assert [target_of_header(label) for label in labels] == ["phone", "phone"]


def test_columns_without_headers_are_known_by_what_stands_in_them():
    lines = [
        ["李桂兰", id_number("19550308", 432), "女", "13812342716", "汉族", "妻", "3组"],
        ["王五", id_number("19600101", 433), "男", "13912342716", "回族", "户主", "3组"],
    ]
    mapping = guess_mapping(table(["姓名"], *lines))
    assert targets(mapping) == ["name", "id_number", "sex", "phone", "ethnic_group", "relation", "group_name"]
    assert [column.found_by for column in mapping.columns] == ["header"] + ["content"] * 6
    assert mapping.problems() == ()


def test_no_target_is_given_to_two_columns():
    mapping = guess_mapping(
        table(["姓名", "联系电话", "手机", "家庭住址"], ["李桂兰", "13812342716", "13912342716", "柳庄"])
    )
    assert targets(mapping) == ["name", "phone", None, "current_address"]
    assert mapping.unmapped == ("手机",)


def test_a_correction_by_hand_frees_the_other_column():
    mapping = guess_mapping(table(["姓名", "联系电话", "手机"], ["李桂兰", "1", "2"]))
    corrected = mapping.with_target(2, "phone")
    assert targets(corrected) == ["name", None, "phone"]
    assert targets(corrected.with_target(0, None)) == [None, None, "phone"]
    with pytest.raises(UserError):
        mapping.with_target(0, "shoe_size")


@pytest.mark.parametrize(
    ("headers", "count"),
    [
        (["姓名", "身份证号"], 0),
        (["姓名", "性别", "出生日期"], 0),
        (["姓名", "性别"], 1),
        (["身份证号"], 1),
        (["电话"], 2),
    ],
)
def test_a_roster_needs_names_and_numbers_or_births(headers, count):
    assert len(guess_mapping(table(headers, ["x"] * len(headers))).problems()) == count


def test_a_numbering_is_settled_only_where_the_codes_tell_it():
    headers = ["姓名", "文化程度", "婚姻状况", "RH", "职业"]
    content = table(headers, ["甲", "30", "10", "1", "0"], ["乙", "70", "20", "2", "8"])
    mapping = guess_mapping(content)
    assert mapping.codings == {"education": "gb", "occupation": "form", "marital_status": "gb"}
    assert questions(content, mapping) == {"blood_rh": ("form", "2011", "vendor")}
    settled = mapping.with_coding("blood_rh", "2011")
    assert questions(content, settled) == {}
    with pytest.raises(UserError):
        mapping.with_coding("blood_rh", "gb")


def test_labels_ask_no_question():
    content = table(["姓名", "文化程度"], ["甲", "初中"], ["乙", "小学"])
    assert questions(content, guess_mapping(content)) == {}


def test_a_mapping_is_kept_and_laid_over_another_table(tmp_path):
    first = table(["姓名", "号", "电话"], ["甲", "x", "y"])
    mapping = guess_mapping(first).with_target(1, "id_number").with_coding("education", "gb")
    save_mapping(mapping, tmp_path / "m.json")
    second = table(["电话", "序号", "姓名", "号"], ["y", "1", "甲", "x"])
    loaded = load_mapping(tmp_path / "m.json", second)
    assert targets(loaded) == ["phone", None, "name", "id_number"]
    assert loaded.codings == {"education": "gb"}


def test_columns_of_one_header_are_told_apart_by_their_place(tmp_path):
    content = table(["姓名", "电话", "电话"], ["甲", "1", "2"])
    save_mapping(guess_mapping(content).with_target(2, "contact_phone"), tmp_path / "m.json")
    assert targets(load_mapping(tmp_path / "m.json", content)) == ["name", "phone", "contact_phone"]


def test_a_mapping_for_another_table_is_refused(tmp_path):
    save_mapping(guess_mapping(table(["姓名", "身份证号"], ["a", "b"])), tmp_path / "m.json")
    with pytest.raises(UserError, match="身份证号"):
        load_mapping(tmp_path / "m.json", table(["姓名", "电话"], ["a", "b"]))


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"columns": 1}', '{"columns": [1]}', json.dumps({"columns": [{"target": "rm"}]})],
)
def test_a_file_that_is_no_mapping_is_refused(tmp_path, content):
    path = tmp_path / "m.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="不是对应关系"):
        load_mapping(path, table(["姓名"], ["a"]))
