"""Readings of names from the table, held against the package that the table was made from."""

from __future__ import annotations

import pytest

from app.pinyin import name_readings, syllables, usual_pinyin


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("李桂兰", "liguilan"), ("单雄信", "shanxiongxin"), ("仇英", "qiuying"), ("解缙", "xiejin"), ("查良镛", "zhaliangyong"),
        ("曾国藩", "zengguofan"), ("区小明", "ouxiaoming"), ("翟让", "zhairang"), ("朴一", "piaoyi"), ("欧阳修", "ouyangxiu"),
        ("尉迟恭", "yuchigong"), ("万俟卨", "moqixie"), ("吕布", "lvbu"),
        ("𠮷田", "jitian"), ("\ue000田", "tian"), ("smith", "smith"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_has_its_likeliest_reading(name, spelled):
    assert usual_pinyin(name) == spelled


def test_a_surname_keeps_its_other_readings_for_those_who_do_not_know_it():
    assert name_readings("单田芳")[0][:2] == ("shan", "dan")
    assert name_readings("田单")[1] == syllables("单")


def test_a_character_without_a_reading_is_empty_and_one_with_the_umlaut_may_be_typed_with_u():
    assert syllables("\ue123") == ("",)
    assert syllables("绿")[:2] == ("lv", "lu")


def test_usual_characters_read_as_in_the_package_that_the_table_was_made_from():
    from pypinyin import Style, lazy_pinyin

    text = "王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田"
    from_package = lazy_pinyin(list(text), style=Style.NORMAL)
    assert [syllables(character)[0] for character in text] == from_package
