"""Every sentence of the program has its English, with the same placeholders, and the compiled catalogue is the one read."""

from __future__ import annotations

import re
import string

import pytest

from app.domain.message import msg
from app.i18n import current_language, tr, use_language
from resources.derive.translations import catalogue_files, compiled, read, sentences


@pytest.fixture
def english():
    before = current_language()
    use_language("en")
    yield
    use_language(before)


def placeholders(text: str) -> set[str]:
    return {name for _text, name, _format, _conversion in string.Formatter().parse(text) if name is not None}


@pytest.fixture(scope="module")
def said() -> set[str]:
    return {str(message.id) for message in sentences() if message.id}


@pytest.mark.parametrize("file", catalogue_files(), ids=lambda file: file.parent.parent.name)
def test_every_sentence_is_translated(file, said):
    translated = {str(message.id) for message in read(file) if message.id and message.string}
    assert sorted(said - translated) == []


@pytest.mark.parametrize("file", catalogue_files(), ids=lambda file: file.parent.parent.name)
def test_no_translation_is_left_of_a_sentence_that_nobody_says(file, said):
    assert sorted({str(message.id) for message in read(file) if message.id} - said) == []


SAID_OTHERWISE = {"{month} 月": {"period"}}
"""Sentences that are given more than Chinese says: other languages may use these values in place of its own."""


@pytest.mark.parametrize("file", catalogue_files(), ids=lambda file: file.parent.parent.name)
def test_translations_keep_every_placeholder(file):
    wrong = [
        m.id for m in read(file) if m.id and placeholders(str(m.string)) not in
        (placeholders(str(m.id)), SAID_OTHERWISE.get(str(m.id)))
    ]
    assert wrong == []


@pytest.mark.parametrize("file", catalogue_files(), ids=lambda file: file.parent.parent.name)
def test_the_compiled_catalogue_is_up_to_date(file):
    assert file.with_suffix(".mo").read_bytes() == compiled(file)


def test_english_is_one_of_the_languages():
    assert "en" in [file.parent.parent.name for file in catalogue_files()]


def test_a_sentence_and_the_message_within_it_are_told_in_the_chosen_language(english):
    inner = msg("请填整数，您填的是“{written}”。", written="abc")
    told = tr(msg("{field}：{problem}", field="SBP", problem=inner))
    assert "SBP" in told
    assert "abc" in told
    assert "请填" not in told


def test_an_unknown_language_falls_back_to_chinese():
    before = current_language()
    use_language("xx")
    assert tr("请填写{field}。", field="血压") == "请填写血压。"
    use_language(before)


STAYS_CHINESE = {
    "{name}-退回的行.xlsx",
    "{township}卫生院",
    "{village}卫生室",
    "名单对应关系.json",
    "没有填写电话；确实没有就填“无”。",
    "没有找到“姓名”这一列，请指定哪一列是姓名。",
    "简体中文",
    "组，例如 3组",
    "配对名片_{name}.cycard",
    "请填“是”或“否”",
    "医保类别请填甲、乙或非",
    "抗菌药物级别请填非限制、限制、特殊或无",
    "妊娠请填可用、慎用或禁用",
    "表格里没有“药品编码”这一列，没有导入。请指定哪一列是编码。",
    "“季节系数”里的“{part}”看不懂，没有保存。请写成：类别 月份 倍数，例如 解热镇痛药 11-2 1.5。",
    "哪类药在几月多备几倍，例如：解热镇痛药 11-2 1.5；类别照药品目录里的写，空着就都是 1。",
    "↵ 记下，到下一行\u3000可以填“3盒6片”\u3000填好的随时保存",
    "最小发药单位，也可以填“3盒6片”",
}
"""File names, words that go into a record, and words that the user is to look for or to write."""


def test_the_english_holds_no_chinese_words_or_marks():
    english = next(file for file in catalogue_files() if file.parent.parent.name == "en")
    chinese = re.compile("[\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”]")
    assert {str(m.id) for m in read(english) if m.id and chinese.search(str(m.string))} <= STAYS_CHINESE
