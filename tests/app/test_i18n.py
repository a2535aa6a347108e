"""Sentences in a row and one by one, in a language without spaces between them and in one with."""

from __future__ import annotations

import pytest

from app.i18n import (
    current_language,
    known_languages,
    one_after_the_other,
    sentences_of,
    use_language,
    wanted_language,
)


@pytest.fixture
def english():
    before = current_language()
    use_language("en")
    yield
    use_language(before)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("没有保存。数据都在。请再试一次。", ["没有保存。", "数据都在。", "请再试一次。"]),
        ("Nothing was saved. The data are safe. Try again.", ["Nothing was saved.", "The data are safe.", "Try again."]),
        ("您填的是“没有。”请改。", ["您填的是“没有。”请改。"]),
        ("体温 36.5 太低。要改吗？", ["体温 36.5 太低。", "要改吗？"]),
        ("The value 36.5 is too low. Change it?", ["The value 36.5 is too low.", "Change it?"]),
        ("第一行\n第二行。第三句", ["第一行", "第二行。", "第三句"]),
        ("", []),
    ],
)
def test_a_text_is_split_at_the_ends_of_sentences_of_both_languages(text, sentences):
    assert sentences_of(text) == sentences


@pytest.mark.parametrize(
    ("sentences", "row"), [(["甲。", "", "乙。"], "甲。乙。"), (["甲。"], "甲。"), ([], ""), (["一。", "二。"], "一。二。")]
)
def test_chinese_sentences_follow_each_other_without_a_space(sentences, row):
    assert one_after_the_other(sentences) == row


@pytest.mark.usefixtures("english")
def test_english_sentences_are_kept_apart_by_a_space():
    assert one_after_the_other(["One.", "Two {braces}.", "Three."]) == "One. Two {braces}. Three."


def test_the_languages_are_the_source_and_those_with_a_catalogue():
    assert known_languages()[0] == "zh_CN"
    assert "en" in known_languages()


@pytest.mark.parametrize(
    ("arguments", "language"),
    [([], "zh_CN"), (["--lang", "en"], "en"), (["rule", "bmi", "--lang=en"], "en"), (["--lang"], "zh_CN")],
)
def test_the_language_is_read_from_the_command_line_before_it_is_parsed(arguments, language):
    assert wanted_language(arguments) == language
